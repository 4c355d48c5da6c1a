//! How far the difference in trends may go: the sets Δ of Rambachan and Roth (2023), section 2.3, as polyhedra Aδ ≤ d.

use crate::num::Matrix;

/// What the difference in trends after treatment is measured against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bound {
    /// Δ^SD(M): the slope changes by at most M from one period to the next, |δ_{t+1} − 2δ_t + δ_{t−1}| ≤ M (their eq. 8).
    Smoothness,
    /// Δ^RM(M̄): a change between periods after treatment is at most M̄ times the largest one before it (their eq. 7).
    RelativeMagnitudes,
    /// Δ^SDRM(M̄): a change of slope after treatment is at most M̄ times the largest one before it.
    RelativeSmoothness,
}

/// What else is known about the difference in trends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Shape {
    /// Nothing.
    #[default]
    Any,
    /// The bias after treatment is not negative: δ_t ≥ 0 for t > 0.
    PositiveBias,
    /// The bias after treatment is not positive.
    NegativeBias,
    /// δ_t never falls.
    Increasing,
    /// δ_t never rises.
    Decreasing,
}

/// A set of differences in trends; its size M (in units of the outcome) or M̄ (a ratio) is given apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Restriction {
    /// The bound.
    pub bound: Bound,
    /// The shape.
    pub shape: Shape,
}

/// One polyhedron {δ : Aδ ≤ d} over the coefficients' periods.
#[derive(Debug, Clone)]
pub(super) struct Polyhedron {
    pub a: Matrix,
    pub d: Vec<f64>,
}

impl Restriction {
    /// Periods before treatment needed: a change of slope before treatment needs two.
    pub(super) fn least_pre(self) -> usize {
        match self.bound {
            Bound::RelativeSmoothness => 2,
            Bound::Smoothness | Bound::RelativeMagnitudes => 1,
        }
    }

    /// The polyhedra whose union is the set of size `m`. For the relative bounds there is one for each change s before treatment that
    /// may be the largest, and each sign of it.
    pub(super) fn polyhedra(self, m: f64, n_pre: usize, n_post: usize) -> Vec<Polyhedron> {
        let order = if self.bound == Bound::RelativeMagnitudes { 1 } else { 2 };
        let changes = changes(order, n_pre, n_post);
        let n_before = n_pre + 1 - order;
        let shape = self.rows(n_pre, n_post);
        let close = |mut rows: Vec<Vec<f64>>, mut d: Vec<f64>| {
            d.resize(rows.len() + shape.len(), 0.0);
            rows.extend(shape.iter().cloned());
            // The reference period's own column.
            rows.iter_mut().for_each(|row| {
                row.remove(n_pre);
            });
            Polyhedron { a: Matrix::from_fn(rows.len(), n_pre + n_post, |i, j| rows[i][j]), d }
        };
        let signed = |sign: f64| changes.iter().map(move |row| row.iter().map(|x| sign * x).collect::<Vec<f64>>());
        if self.bound == Bound::Smoothness {
            let rows: Vec<Vec<f64>> = signed(1.0).chain(signed(-1.0)).collect();
            let d = vec![m; rows.len()];
            return vec![close(rows, d)];
        }
        let one = |s: usize, largest: f64| {
            let mut rows = Vec::new();
            for sign in [1.0, -1.0] {
                for (t, row) in changes.iter().enumerate() {
                    let factor = if t < n_before { largest } else { m * largest };
                    let row: Vec<f64> = row.iter().zip(&changes[s]).map(|(x, y)| sign * x - factor * y).collect();
                    if row.iter().any(|x| x.abs() > 1e-10) {
                        rows.push(row);
                    }
                }
            }
            close(rows, Vec::new())
        };
        [1.0, -1.0].iter().flat_map(|&sign| (0..n_before).map(move |s| (s, sign))).map(|(s, sign)| one(s, sign)).collect()
    }

    /// The rows of the shape, over all periods with the reference.
    fn rows(self, n_pre: usize, n_post: usize) -> Vec<Vec<f64>> {
        let n = n_pre + n_post + 1;
        let levels = |sign: f64| (n_pre + 1..n).map(|t| (0..n).map(|j| if j == t { sign } else { 0.0 }).collect()).collect();
        let steps = |sign: f64| changes(1, n_pre, n_post).into_iter().map(|row| row.iter().map(|x| sign * x).collect()).collect();
        match self.shape {
            Shape::Any => Vec::new(),
            Shape::PositiveBias => levels(-1.0),
            Shape::NegativeBias => levels(1.0),
            Shape::Increasing => steps(-1.0),
            Shape::Decreasing => steps(1.0),
        }
    }
}

/// First or second differences between neighbouring periods, the reference among them, earliest first.
fn changes(order: usize, n_pre: usize, n_post: usize) -> Vec<Vec<f64>> {
    let n = n_pre + n_post + 1;
    let pattern: &[f64] = if order == 1 { &[-1.0, 1.0] } else { &[1.0, -2.0, 1.0] };
    (0..n - order).map(|t| (0..n).map(|j| if j >= t { pattern.get(j - t).copied().unwrap_or(0.0) } else { 0.0 }).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inside(restriction: Restriction, m: f64, delta: &[f64], n_pre: usize) -> bool {
        let holds = |p: &Polyhedron| p.a.apply(delta).iter().zip(&p.d).all(|(x, d)| *x <= d + 1e-12);
        restriction.polyhedra(m, n_pre, delta.len() - n_pre).iter().any(holds)
    }

    #[test]
    fn membership_is_as_defined() {
        // Periods −3, −2, −1, (0), 1, 2: changes 1, −2, 0.5 before and 1.5, −4 after.
        let delta = [0.5, 1.5, -0.5, 1.5, -2.5];
        let any = |bound| Restriction { bound, shape: Shape::Any };
        let least = |bound| (0..1000).map(|k| f64::from(k) / 100.0).find(|m| inside(any(bound), *m, &delta, 3)).expect("some");
        assert_eq!(least(Bound::RelativeMagnitudes), 2.0);
        // Changes of slope: −3, 2.5, 1 (at the reference), −5.5.
        assert_eq!(least(Bound::Smoothness), 5.5);
        assert_eq!(least(Bound::RelativeSmoothness), 1.84);
    }

    #[test]
    fn shapes_cut_the_set() {
        let shaped = |shape, delta: &[f64]| inside(Restriction { bound: Bound::Smoothness, shape }, 10.0, delta, 1);
        for (shape, delta, holds) in [
            (Shape::PositiveBias, [-1.0, 0.5, 0.0], true),
            (Shape::PositiveBias, [1.0, 0.5, -0.1], false),
            (Shape::NegativeBias, [1.0, -0.5, 0.0], true),
            (Shape::NegativeBias, [1.0, 0.5, -1.0], false),
            (Shape::Increasing, [-1.0, 0.5, 0.6], true),
            (Shape::Increasing, [-1.0, 0.5, 0.4], false),
            (Shape::Increasing, [0.1, 0.5, 0.6], false),
            (Shape::Decreasing, [1.0, -0.5, -0.6], true),
            (Shape::Decreasing, [1.0, 0.1, -0.6], false),
        ] {
            assert_eq!(shaped(shape, &delta), holds, "{shape:?} {delta:?}");
        }
    }
}
