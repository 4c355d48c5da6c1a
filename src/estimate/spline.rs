//! B-splines: smooth curves made of pieces, by the recursion of de Boor (1972).

/// A basis on an interval.
#[derive(Debug, Clone)]
pub(super) struct Spline {
    degree: usize,
    /// Knots with both ends repeated degree + 1 times.
    knots: Vec<f64>,
}

impl Spline {
    /// A basis of `degree` on `low..high` with these inner knots, ascending and inside.
    pub fn new(degree: usize, low: f64, high: f64, inner: &[f64]) -> Spline {
        let ends = |x: f64| std::iter::repeat_n(x, degree + 1);
        Spline { degree, knots: ends(low).chain(inner.iter().copied()).chain(ends(high)).collect() }
    }

    /// Number of basis functions.
    pub fn len(&self) -> usize {
        self.knots.len() - self.degree - 1
    }

    /// All basis functions at a point; they add up to one.
    pub fn values(&self, x: f64) -> Vec<f64> {
        self.of_degree(self.degree, x)
    }

    /// Their derivatives.
    pub fn slopes(&self, x: f64) -> Vec<f64> {
        if self.degree == 0 {
            return vec![0.0; self.len()];
        }
        let (p, lower) = (self.degree, self.of_degree(self.degree - 1, x));
        let part = |i: usize| {
            let width = self.knots[i + p] - self.knots[i];
            if width > 0.0 { lower[i] / width } else { 0.0 }
        };
        (0..self.len()).map(|i| p as f64 * (part(i) - part(i + 1))).collect()
    }

    fn of_degree(&self, degree: usize, x: f64) -> Vec<f64> {
        let t = &self.knots;
        let last = t[t.len() - 1];
        // The piece a point lies in; the upper end belongs to the last one.
        let holds = |i: usize| t[i] < t[i + 1] && x >= t[i] && (x < t[i + 1] || (x >= last && t[i + 1] == last));
        let mut b: Vec<f64> = (0..t.len() - 1).map(|i| f64::from(u8::from(holds(i)))).collect();
        for d in 1..=degree {
            for i in 0..t.len() - 1 - d {
                let (left, right) = (t[i + d] - t[i], t[i + d + 1] - t[i + 1]);
                let rise = if left > 0.0 { (x - t[i]) / left * b[i] } else { 0.0 };
                let fall = if right > 0.0 { (t[i + d + 1] - x) / right * b[i + 1] } else { 0.0 };
                b[i] = rise + fall;
            }
            b.pop();
        }
        b
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_add_up_to_one_and_their_slopes_to_nothing() {
        for (degree, inner) in [(0, &[2.0, 3.0][..]), (1, &[2.5]), (3, &[]), (3, &[1.5, 2.0, 3.5])] {
            let spline = Spline::new(degree, 1.0, 4.0, inner);
            assert_eq!(spline.len(), degree + 1 + inner.len());
            for x in [1.0, 1.2, 2.0, 2.7, 3.9, 4.0] {
                assert!((spline.values(x).iter().sum::<f64>() - 1.0).abs() < 1e-14, "degree {degree} at {x}");
                assert!(spline.slopes(x).iter().sum::<f64>().abs() < 1e-12);
                let h = 1e-6;
                if degree > 0 && x > 1.0 && x < 4.0 && !inner.contains(&x) {
                    let (above, below) = (spline.values(x + h), spline.values(x - h));
                    for (i, slope) in spline.slopes(x).iter().enumerate() {
                        assert!((slope - (above[i] - below[i]) / (2.0 * h)).abs() < 1e-6, "degree {degree} at {x}");
                    }
                }
            }
        }
    }
}
