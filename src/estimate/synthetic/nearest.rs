//! The point of a hull nearest to zero: minimise |Mx|² + Σ r_j x_j² over weights that are not negative and add up to one.
//!
//! That is least squares over the simplex with b taken off every column, since the weights add up to one. Where the columns can meet
//! zero, only the ridge r chooses between the ways to do so; it is 10⁻¹² of the rest, so Mx must be known to its own last digits,
//! not to those of M. An active set (Nocedal and Wright 2006, algorithm 16.3) that solves for Mx itself there.

use super::simplex::enter_or_end;
use crate::num::{Cholesky, Matrix, dot};

/// M by rows, and the ridge, all of it positive.
pub(super) struct Hull {
    rows: Vec<Vec<f64>>,
    ridge: Vec<f64>,
}

/// The optimum with some columns alone, of any sign.
struct Free {
    x: Vec<f64>,
    /// What all partial derivatives are, by half: x'(M'M + R)x.
    level: f64,
    /// Mx.
    rest: Vec<f64>,
}

impl Hull {
    /// From rows A, b and a ridge; none where a part of the ridge is zero.
    pub(super) fn new(a: &[Vec<f64>], b: &[f64], ridge: &[f64]) -> Option<Hull> {
        let less = |(row, b): (&Vec<f64>, &f64)| row.iter().map(|a| a - b).collect();
        ridge.iter().all(|r| *r > 0.0).then(|| Hull { rows: a.iter().zip(b).map(less).collect(), ridge: ridge.to_vec() })
    }

    /// Moves `x`, a point of the simplex, to the optimum. `false`, with `x` as it was, when it is not found.
    pub(super) fn nearest(&self, x: &mut [f64]) -> bool {
        let n = x.len();
        let mut now = x.to_vec();
        let mut support: Vec<usize> = (0..n).filter(|&j| now[j] > 0.0).collect();
        for _ in 0..20 * n + 100 {
            let Some(free) = self.optimum_on(&support) else { return false };
            let out = |(&j, z): (&usize, &f64)| (*z <= 0.0).then(|| now[j] / (now[j] - z));
            let share = support.iter().zip(&free.x).filter_map(out).fold(1.0, f64::min);
            for (&j, z) in support.iter().zip(&free.x) {
                now[j] = if share < 1.0 { now[j] + share * (z - now[j]) } else { *z };
            }
            if share < 1.0 {
                // Those that the way out of the simplex leads through first; at least one.
                let least = support.iter().map(|&j| now[j]).fold(f64::INFINITY, f64::min);
                support.retain(|&j| now[j] > least.max(1e-15));
                (0..n).filter(|j| !support.contains(j)).for_each(|j| now[j] = 0.0);
                if support.is_empty() {
                    return false;
                }
                continue;
            }
            // By how much each partial derivative is larger than those of the support, and how many digits it has.
            let mut slack = vec![-free.level; n];
            let mut size = vec![free.level; n];
            for (row, r) in self.rows.iter().zip(&free.rest) {
                slack.iter_mut().zip(row).for_each(|(s, m)| *s += m * r);
                size.iter_mut().zip(row).for_each(|(s, m)| *s += (m * r).abs());
            }
            support.iter().for_each(|&j| slack[j] = f64::INFINITY);
            let worst = (0..n).min_by(|&a, &b| slack[a].total_cmp(&slack[b]));
            if enter_or_end(worst.filter(|&j| slack[j] < -1e-12 * size[j]), &mut support, &now, x) {
                return true;
            }
        }
        false
    }

    fn optimum_on(&self, support: &[usize]) -> Option<Free> {
        let rows: Vec<Vec<f64>> = self.rows.iter().map(|row| support.iter().map(|&j| row[j]).collect()).collect();
        let inverse: Vec<f64> = support.iter().map(|&j| 1.0 / self.ridge[j]).collect();
        // x = level · v with v = (M'M + R)⁻¹1.
        let (v, rest) = if support.len() > rows.len() {
            // With fewer rows than columns: u = (I + MR⁻¹M')⁻¹MR⁻¹1, v = R⁻¹(1 − M'u), and Mv = u.
            let cross = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).zip(&inverse).map(|((a, b), t)| a * b * t).sum() };
            let small = Matrix::from_fn(rows.len(), rows.len(), |s, t| cross(&rows[s], &rows[t]) + f64::from(u8::from(s == t)));
            let u = Cholesky::new(&small)?.solve(&rows.iter().map(|row| dot(row, &inverse)).collect::<Vec<_>>());
            let left = |j: usize| 1.0 - rows.iter().zip(&u).map(|(row, u)| row[j] * u).sum::<f64>();
            ((0..support.len()).map(|j| inverse[j] * left(j)).collect::<Vec<_>>(), u)
        } else {
            let product = |a: usize, b: usize| rows.iter().map(|row| row[a] * row[b]).sum::<f64>();
            let ridge = |a: usize, b: usize| if a == b { self.ridge[support[a]] } else { 0.0 };
            let whole = Matrix::from_fn(support.len(), support.len(), |a, b| product(a, b) + ridge(a, b));
            let v = Cholesky::new(&whole)?.solve(&vec![1.0; support.len()]);
            let rest = rows.iter().map(|row| dot(row, &v)).collect();
            (v, rest)
        };
        let level = 1.0 / v.iter().sum::<f64>();
        let scaled = |values: Vec<f64>| -> Vec<f64> { values.into_iter().map(|v| level * v).collect() };
        let (x, rest) = (scaled(v), scaled(rest));
        (level > 0.0 && x.iter().chain(&rest).all(|v| v.is_finite())).then_some(Free { x, level, rest })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Many weighted means meet b; which of them is nearest to even weights, by an active set in 60 digits.
    #[test]
    fn among_many_fits_the_most_even_one() {
        let a = [
            vec![0.25, -0.25, 0.75, 0.0, -0.5, 0.25, 1.25, 1.0],
            vec![-0.75, -1.25, -0.5, 0.0, -2.25, -0.25, -1.25, -0.75],
            vec![-0.5, -0.25, 0.5, 1.0, -0.25, 1.25, -0.75, 0.25],
        ];
        let hull = Hull::new(&a, &[0.125, -0.875, -0.25], &[0.5_f64.powi(40); 8]).expect("a ridge");
        let right =
            [0.46851597725854516, 0.31787884728441457, 0.0, 0.12391687904369582, 0.01415408743424132, 0.0, 0.07553420897910314, 0.0];
        for start in 0..=8 {
            let mut x: Vec<f64> = (0..8).map(|j| if start == 8 { 0.125 } else { f64::from(u8::from(j == start)) }).collect();
            assert!(hull.nearest(&mut x), "from {start}");
            assert!(x.iter().zip(&right).all(|(x, y)| (x - y).abs() < 1e-11), "from {start}: {x:?}");
        }
    }
}
