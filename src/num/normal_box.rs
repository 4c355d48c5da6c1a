//! The probability that a multivariate normal variable lies in a box, and its mean there.
//!
//! By Genz's (1992) separation of variables. One variable is exact; two to four are integrated by a product of Gauss–Legendre rules, good to about
//! 1e-9; more over the points k√p of Richtmyer's lattice, folded to be periodic (Genz and Bretz 2009, section 4.2) and weighted by
//! a triangle (Niederreiter 1973), good to about 1e-5. The points are always the same, and so are the digits.

use super::{Cholesky, Matrix, gauss_legendre, normal};

/// Half the points of the lattice.
const HALF: usize = 4_096;
/// Points of the Gauss–Legendre rule by number of variables.
const RULE: [usize; 5] = [0, 1, 64, 48, 24];
/// Beyond so many standard deviations there is nothing to integrate.
const EDGE: f64 = 9.0;

/// What there is to know of a normal variable in a box.
#[derive(Debug, Clone, PartialEq)]
pub struct InBox {
    /// The probability of the box.
    pub probability: f64,
    /// The variable's mean, given that it lies in the box; `None` when the probability cannot be told from 0.
    pub mean: Option<Vec<f64>>,
}

struct Separated<'a> {
    mean: &'a [f64],
    lower: &'a Matrix,
    low: &'a [f64],
    high: &'a [f64],
    total: f64,
    sums: Vec<f64>,
}

/// A normal variable with a mean and covariance in the box from `low` to `high`; `None` when the covariance is singular.
pub fn in_box(mean: &[f64], covariance: &Matrix, low: &[f64], high: &[f64]) -> Option<InBox> {
    let n = mean.len();
    if n == 0 {
        return Some(InBox { probability: 1.0, mean: Some(Vec::new()) });
    }
    let root = Cholesky::new_guarded(covariance)?;
    let mut sum = Separated { mean, lower: root.lower(), low, high, total: 0.0, sums: vec![0.0; n] };
    match RULE.get(n) {
        Some(&points) => sum.nested(&gauss_legendre(points), &mut vec![0.0; n], 0, 1.0),
        None => sum.lattice(),
    }
    let inside = (sum.total > 0.0).then(|| {
        let y: Vec<f64> = sum.sums.iter().map(|s| s / sum.total).collect();
        (0..n).map(|i| mean[i] + (0..=i).map(|j| sum.lower[(i, j)] * y[j]).sum::<f64>()).collect()
    });
    Some(InBox { probability: sum.total, mean: inside })
}

impl Separated<'_> {
    /// Where the i-th standard variable must lie, given those before it.
    fn limits(&self, y: &[f64], i: usize) -> (f64, f64) {
        let shift: f64 = (0..i).map(|j| self.lower[(i, j)] * y[j]).sum::<f64>() + self.mean[i];
        ((self.low[i] - shift) / self.lower[(i, i)], (self.high[i] - shift) / self.lower[(i, i)])
    }

    /// The last variable: its probability, and its mean instead of points.
    fn last(&mut self, y: &mut [f64], weight: f64) {
        let i = y.len() - 1;
        let (a, b) = self.limits(y, i);
        let inside = between(a, b).1;
        if inside > 0.0 && weight > 0.0 {
            y[i] = (normal::density(a) - normal::density(b)) / inside;
            self.total += weight * inside;
            self.sums.iter_mut().zip(y.iter()).for_each(|(s, v)| *s += weight * inside * v);
        }
    }

    fn nested(&mut self, rule: &[(f64, f64)], y: &mut [f64], i: usize, weight: f64) {
        if i + 1 == y.len() {
            self.last(y, weight);
            return;
        }
        let (a, b) = self.limits(y, i);
        let (a, b) = (a.clamp(-EDGE, EDGE), b.clamp(-EDGE, EDGE));
        for (x, w) in rule {
            y[i] = 0.5 * (a + b) + 0.5 * (b - a) * x;
            self.nested(rule, y, i + 1, weight * w * 0.5 * (b - a) * normal::density(y[i]));
        }
    }

    fn lattice(&mut self) {
        let n = self.mean.len();
        let roots: Vec<f64> = primes(n).map(|p| (p as f64).sqrt()).collect();
        for k in 1..2 * HALF {
            let mut y = vec![0.0; n];
            let mut weight = (HALF - HALF.abs_diff(k)) as f64 / (HALF * HALF) as f64;
            for i in 0..n - 1 {
                let (a, b) = self.limits(&y, i);
                let (from, inside) = between(a, b);
                weight *= inside;
                let fold = (2.0 * (k as f64 * roots[i]).fract() - 1.0).abs();
                let drawn = normal::quantile((from + fold * inside).clamp(1e-300, 1.0 - 1e-16));
                y[i] = if a + b > 0.0 { -drawn } else { drawn };
            }
            self.last(&mut y, weight);
        }
    }
}

/// P(Z < a) and P(a < Z < b); in the upper tail, mirrored, where probabilities are small and so exact.
fn between(a: f64, b: f64) -> (f64, f64) {
    let (a, b) = if a + b > 0.0 { (-b, -a) } else { (a, b) };
    let from = normal::cdf(a);
    (from, (normal::cdf(b) - from).max(0.0))
}

fn primes(n: usize) -> impl Iterator<Item = u64> {
    (2_u64..).filter(|p| (2..*p).take_while(|d| d * d <= *p).all(|d| !p.is_multiple_of(d))).take(n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closed_forms() {
        // One variable: the truncated normal's mean; independent ones: products; two with correlation ρ: the quadrant's probability.
        let one = in_box(&[0.3], &Matrix::from_fn(1, 1, |_, _| 4.0), &[-1.0], &[2.0]).expect("definite");
        let (a, b) = (-0.65, 0.85);
        assert!((one.probability - (normal::cdf(b) - normal::cdf(a))).abs() < 1e-15);
        let mean = 0.3 + 2.0 * (normal::density(a) - normal::density(b)) / one.probability;
        assert!((one.mean.expect("likely")[0] - mean).abs() < 1e-14);
        let side = normal::cdf(1.96) - normal::cdf(-1.96);
        for n in 2..7 {
            let found = in_box(&vec![0.0; n], &Matrix::identity(n), &vec![-1.96; n], &vec![1.96; n]).expect("definite");
            assert!((found.probability - (0..n).fold(1.0, |p, _| p * side)).abs() < 1e-9, "{n}: {found:?}");
            assert!(found.mean.expect("likely").iter().all(|m| m.abs() < 1e-3), "{n}");
        }
        for rho in [-0.6, 0.5, 0.9] {
            let covariance = Matrix::from_fn(2, 2, |i, j| if i == j { 1.0 } else { rho });
            let quadrant = in_box(&[0.0; 2], &covariance, &[0.0; 2], &[f64::INFINITY; 2]).expect("definite").probability;
            let exact = 0.25 + libm::asin(rho) / (2.0 * std::f64::consts::PI);
            assert!((quadrant - exact).abs() < 1e-9, "{rho}: {quadrant} {exact}");
        }
        assert!(in_box(&[0.0; 2], &Matrix::from_fn(2, 2, |_, _| 1.0), &[0.0; 2], &[1.0; 2]).is_none(), "singular");
        let nowhere = in_box(&[0.0], &Matrix::identity(1), &[50.0], &[51.0]).expect("definite");
        assert_eq!((nowhere.probability, nowhere.mean), (0.0, None));
    }

    #[test]
    fn the_lattice_agrees_with_the_rules() {
        // Correlation ½ everywhere and a common bound: one dimension is left after the common part is taken out.
        for n in [3, 4, 6] {
            let covariance = Matrix::from_fn(n, n, |i, j| if i == j { 1.0 } else { 0.5 });
            let found = in_box(&vec![0.4; n], &covariance, &vec![-1.5; n], &vec![1.5; n]).expect("definite").probability;
            let half = std::f64::consts::FRAC_1_SQRT_2;
            let given = |z: f64| {
                let inside = normal::cdf((1.1 - half * z) / half) - normal::cdf((-1.9 - half * z) / half);
                (0..n).fold(normal::density(z), |p, _| p * inside)
            };
            let exact: f64 = gauss_legendre(60).iter().map(|(x, w)| 8.0 * w * given(8.0 * x)).sum();
            assert!((found - exact).abs() < if n > 4 { 5e-5 } else { 1e-7 }, "{n}: {found} {exact}");
        }
    }
}
