//! Least squares over weights that are not negative and add up to one:
//! minimise |Ax − b|² + Σ r_j x_j² over the simplex.
//!
//! Frank–Wolfe steps (Frank and Wolfe 1956) with the exact step length, as Arkhangelsky et al. (2021) use them: each moves
//! some weight to the one column with the smallest partial derivative, and the first of equals is taken. All that a step needs
//! is a column of A'A, found when it is first wanted, so a step costs O(n) whatever the number of rows. Or an active set
//! (Nocedal and Wright 2006, algorithm 16.3), which ends at the optimum itself; from rows as [`Hull`].

use super::nearest::Hull;
use crate::num::{Cholesky, Matrix, dot};

/// A least-squares problem over the simplex.
pub(super) struct Problem {
    /// The rows of A; empty when all columns of A'A are known.
    a: Vec<Vec<f64>>,
    /// Columns of A'A, those known so far.
    gram: Vec<Option<Vec<f64>>>,
    /// How many more of them may be kept.
    room: usize,
    /// The last one that was not.
    last: (usize, Vec<f64>),
    /// b, where rows of A are known.
    b: Vec<f64>,
    /// A'b.
    h: Vec<f64>,
    /// r: what the square of each weight costs.
    ridge: Vec<f64>,
    /// By how much the objective is divided when its decrease is judged.
    n_rows: f64,
}

/// When Frank–Wolfe stops.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stop {
    /// At a decrease of the mean square that is no larger than this.
    pub least: f64,
    /// After this many steps.
    pub most: usize,
}

/// How many numbers of A'A are kept.
const NUMBERS: usize = 1 << 22;

impl Problem {
    /// From the rows of A and b.
    pub(super) fn from_rows(a: Vec<Vec<f64>>, b: &[f64], ridge: Vec<f64>, n_rows: f64) -> Problem {
        let n = ridge.len();
        let mut h = vec![0.0; n];
        for (row, &b) in a.iter().zip(b) {
            h.iter_mut().zip(row).for_each(|(h, a)| *h += a * b);
        }
        Problem { a, gram: vec![None; n], room: NUMBERS / n.max(1), last: (usize::MAX, Vec::new()), b: b.to_vec(), h, ridge, n_rows }
    }

    /// From A'A and A'b.
    pub(super) fn from_products(gram: &Matrix, h: Vec<f64>, ridge: Vec<f64>, n_rows: f64) -> Problem {
        let gram = (0..gram.rows()).map(|i| Some(gram.row(i).to_vec())).collect();
        Problem { a: Vec::new(), gram, room: 0, last: (usize::MAX, Vec::new()), b: Vec::new(), h, ridge, n_rows }
    }

    /// Makes column i of A'A known, and kept while there is room.
    fn find(&mut self, i: usize) {
        if self.gram[i].is_some() || self.last.0 == i {
            return;
        }
        let mut out = if self.room > 0 { Vec::new() } else { std::mem::take(&mut self.last.1) };
        out.clear();
        out.resize(self.h.len(), 0.0);
        for row in &self.a {
            let x = row[i];
            out.iter_mut().zip(row).for_each(|(o, y)| *o += x * y);
        }
        if self.room > 0 {
            self.room -= 1;
            self.gram[i] = Some(out);
        } else {
            self.last = (i, out);
        }
    }

    /// Column i of A'A, found just before.
    fn column(&self, i: usize) -> &[f64] {
        self.gram[i].as_deref().unwrap_or(&self.last.1)
    }

    /// A'Ax.
    fn product(&self, x: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; x.len()];
        if self.a.is_empty() {
            for (column, &x) in self.gram.iter().zip(x) {
                let column = column.as_ref().expect("all are known without rows");
                out.iter_mut().zip(column).for_each(|(o, g)| *o += x * g);
            }
        }
        for row in &self.a {
            let ax = dot(row, x);
            out.iter_mut().zip(row).for_each(|(o, a)| *o += ax * a);
        }
        out
    }

    /// Moves `x`, a point of the simplex, towards the optimum; whether it came to rest.
    ///
    /// With x = s z the step x ← (1 − α)x + α e_i multiplies s by 1 − α and adds to one entry of z, and u = (A'A + R)z takes one
    /// column: one pass over the columns a step.
    pub(super) fn frank_wolfe(&mut self, x: &mut [f64], stop: Stop) -> bool {
        let n = x.len();
        let mut walk = Walk { z: x.to_vec(), s: 1.0, u: self.product(x) };
        walk.u.iter_mut().zip(&self.ridge).zip(x.iter()).for_each(|((u, r), x)| *u += r * x);
        let mut rest = false;
        let (mut at, mut lowest) = walk.lowest(&self.h);
        // x'(A'A + R)x and x'h, carried along and found anew now and then.
        let (mut square, mut product) = (0.0, 0.0);
        for t in 1..=stop.most {
            if t % 64 == 1 {
                walk.gather();
                square = dot(&walk.z, &walk.u);
                product = dot(&walk.z, &self.h);
            }
            let (u, z, r) = (walk.s * walk.u[at], walk.s * walk.z[at], self.ridge[at]);
            self.find(at);
            let own = self.column(at)[at] + r;
            let slope = (square - product) - lowest;
            // The direction is d = e_at − x; its d'(A'A + R)d loses digits where x is nearly e_at.
            let mut curvature = own - 2.0 * u + square;
            if curvature < 1e-6 * own {
                curvature = self.curvature(at, &walk);
            }
            let step = if slope <= 0.0 || !slope.is_finite() {
                0.0
            } else if slope >= curvature {
                1.0
            } else {
                slope / curvature
            };
            let decrease = (2.0 * step * slope - step * step * curvature) / self.n_rows;
            let left = 1.0 - step;
            square = left * left * square + 2.0 * step * left * u + step * step * own;
            product = left * product + step * self.h[at];
            if z == 1.0 || step == 1.0 {
                // All weight on one.
                walk.z.fill(0.0);
                walk.z[at] = 1.0;
                walk.s = 1.0;
                walk.u.copy_from_slice(self.column(at));
                walk.u[at] += r;
                (at, lowest) = walk.lowest(&self.h);
            } else if step > 0.0 {
                walk.s *= left;
                let more = step / walk.s;
                walk.z[at] += more;
                walk.u[at] += more * r;
                (at, lowest) = walk.add(self.column(at), more, &self.h);
            }
            if t >= 2 && (decrease <= stop.least || decrease.is_nan()) {
                rest = true;
                break;
            }
        }
        walk.gather();
        x[..n].copy_from_slice(&walk.z);
        rest
    }

    /// d'(A'A + R)d for d = e_at − x, from d.
    fn curvature(&mut self, at: usize, walk: &Walk) -> f64 {
        let mut d: Vec<f64> = walk.z.iter().map(|z| -walk.s * z).collect();
        d[at] = -d.iter().enumerate().filter(|(j, _)| *j != at).map(|(_, d)| d).sum::<f64>();
        let ridge: f64 = d.iter().zip(&self.ridge).map(|(d, r)| r * d * d).sum();
        (dot(&self.product(&d), &d) + ridge).max(0.0)
    }

    /// The optimum, from a point of the simplex near it. `false`, with `x` as it was, when it is not found (columns that
    /// cannot be told apart without a ridge).
    pub(super) fn exact(&mut self, x: &mut [f64]) -> bool {
        let hull = if self.a.is_empty() { None } else { Hull::new(&self.a, &self.b, &self.ridge) };
        if let Some(hull) = hull { hull.nearest(x) } else { self.active_set(x) }
    }

    /// The optimum from products, which are known to half the digits: enough where more rows than columns tell columns apart.
    fn active_set(&mut self, x: &mut [f64]) -> bool {
        let n = x.len();
        let mut now = x.to_vec();
        let mut support: Vec<usize> = (0..n).filter(|&j| now[j] > 0.0).collect();
        for _ in 0..20 * n + 100 {
            let Some((z, level)) = self.optimum_on(&support) else { return false };
            let beyond = support.iter().zip(&z).filter(|(_, z)| **z < 0.0).map(|(&j, z)| now[j] / (now[j] - z)).fold(1.0, f64::min);
            for (&j, z) in support.iter().zip(&z) {
                now[j] = if beyond < 1.0 { now[j] + beyond * (z - now[j]) } else { *z };
            }
            if beyond < 1.0 {
                // Those that the way out of the simplex leads through.
                let gone: Vec<usize> = support.iter().zip(&z).filter(|&(&j, z)| *z < 0.0 && now[j] <= 1e-15).map(|(&j, _)| j).collect();
                let gone = if gone.is_empty() {
                    let first = support.iter().copied().min_by(|&a, &b| now[a].total_cmp(&now[b]));
                    first.into_iter().collect()
                } else {
                    gone
                };
                gone.iter().for_each(|&j| now[j] = 0.0);
                support.retain(|j| !gone.contains(j));
                if support.is_empty() {
                    return false;
                }
                continue;
            }
            let g = self.product(&now);
            let size = g.iter().zip(&self.h).fold(level.abs(), |m, (g, h)| m.max(g.abs()).max(h.abs()));
            let slack = |j: usize| g[j] - self.h[j] - level;
            let worst = (0..n).filter(|j| now[*j] == 0.0 && !support.contains(j)).min_by(|&a, &b| slack(a).total_cmp(&slack(b)));
            if enter_or_end(worst.filter(|&j| slack(j) < -1e-13 * size), &mut support, &now, x) {
                return true;
            }
        }
        false
    }

    /// The optimum with these columns alone, of any sign, and the multiplier of the sum.
    fn optimum_on(&mut self, support: &[usize]) -> Option<(Vec<f64>, f64)> {
        let h: Vec<f64> = support.iter().map(|&j| self.h[j]).collect();
        let ones = vec![1.0; support.len()];
        let mut columns = Vec::with_capacity(support.len());
        for &i in support {
            self.find(i);
            columns.push(self.column(i).to_vec());
        }
        let q = Matrix::from_fn(support.len(), support.len(), |a, b| {
            columns[a][support[b]] + if a == b { self.ridge[support[a]] } else { 0.0 }
        });
        let cholesky = Cholesky::new(&q)?;
        let (u, v) = (cholesky.solve(&h), cholesky.solve(&ones));
        let (total, each) = (u.iter().sum::<f64>(), v.iter().sum::<f64>());
        let level = (1.0 - total) / each;
        let z: Vec<f64> = u.iter().zip(&v).map(|(u, v)| u + level * v).collect();
        (level.is_finite() && z.iter().all(|z| z.is_finite())).then_some((z, level))
    }
}

/// Lets a column into the support; without one the search has ended, and `x` becomes `now` with weights that add up to one.
pub(super) fn enter_or_end(entering: Option<usize>, support: &mut Vec<usize>, now: &[f64], x: &mut [f64]) -> bool {
    if let Some(j) = entering {
        support.push(j);
        support.sort_unstable();
        return false;
    }
    let total: f64 = now.iter().sum();
    x.iter_mut().zip(now).for_each(|(x, v)| *x = v / total);
    true
}

/// A point of the simplex x = s z on its way, with u = (A'A + R)z.
struct Walk {
    z: Vec<f64>,
    s: f64,
    u: Vec<f64>,
}

/// How many columns are looked at together.
const BLOCK: usize = 64;

impl Walk {
    /// Makes s = 1.
    fn gather(&mut self) {
        let s = self.s;
        self.z.iter_mut().chain(self.u.iter_mut()).for_each(|v| *v *= s);
        self.s = 1.0;
    }

    /// The column with the smallest partial derivative, the first of equals, and that derivative (by half).
    fn lowest(&mut self, h: &[f64]) -> (usize, f64) {
        let zeros = vec![0.0; h.len()];
        self.add(&zeros, 0.0, h)
    }

    /// Adds `more` of a column to u, then as [`Walk::lowest`].
    fn add(&mut self, column: &[f64], more: f64, h: &[f64]) -> (usize, f64) {
        let s = self.s;
        let (mut block, mut lowest) = (0, f64::INFINITY);
        let smaller = |a: f64, b: f64| if b < a { b } else { a };
        for (k, ((u, g), h)) in self.u.chunks_mut(BLOCK).zip(column.chunks(BLOCK)).zip(h.chunks(BLOCK)).enumerate() {
            u.iter_mut().zip(g).for_each(|(u, g)| *u += more * g);
            let mut low = [f64::INFINITY; 8];
            let (us, hs) = (u.chunks_exact(8), h.chunks_exact(8));
            for (u, h) in us.remainder().iter().zip(hs.remainder()) {
                low[0] = smaller(low[0], s * u - h);
            }
            for (u, h) in us.zip(hs) {
                for l in 0..8 {
                    low[l] = smaller(low[l], s * u[l] - h[l]);
                }
            }
            let half = [smaller(low[0], low[4]), smaller(low[1], low[5]), smaller(low[2], low[6]), smaller(low[3], low[7])];
            let low = smaller(smaller(half[0], half[1]), smaller(half[2], half[3]));
            if low < lowest {
                (block, lowest) = (k, low);
            }
        }
        let from = block * BLOCK;
        let to = h.len().min(from + BLOCK);
        let at = (from..to).find(|&j| s * self.u[j] - h[j] == lowest).unwrap_or(0);
        (at, lowest)
    }
}

/// Weights of at most a quarter of the largest set to zero, the others made to add up to one again.
pub(super) fn sparsified(x: &[f64]) -> Vec<f64> {
    let largest = x.iter().copied().fold(0.0, f64::max);
    let kept: Vec<f64> = x.iter().map(|&v| if v <= largest / 4.0 { 0.0 } else { v }).collect();
    let total: f64 = kept.iter().sum();
    kept.iter().map(|v| v / total).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Six columns in five rows, of the size of rounding-free halves.
    fn rows() -> (Vec<Vec<f64>>, Vec<f64>) {
        let a = (0..5).map(|s| (0..6).map(|j| ((s * 7 + j * j * 3 + s * j) % 11) as f64 / 2.0 - 2.0).collect()).collect();
        (a, vec![0.5, -1.0, 1.5, 0.0, -0.5])
    }

    fn objective(a: &[Vec<f64>], b: &[f64], ridge: f64, x: &[f64]) -> f64 {
        let square: f64 = a.iter().zip(b).map(|(row, b)| (dot(row, x) - b) * (dot(row, x) - b)).sum();
        square + ridge * dot(x, x)
    }

    #[test]
    fn no_point_of_a_fine_grid_is_better_than_the_optimum() {
        for ridge in [0.3, 1e-9] {
            let (a, b) = rows();
            let mut x = vec![1.0 / 6.0; 6];
            let mut problem = Problem::from_rows(a.clone(), &b, vec![ridge; 6], 5.0);
            problem.frank_wolfe(&mut x, Stop { least: 1e-7, most: 1000 });
            let near = objective(&a, &b, ridge, &x);
            assert!(problem.exact(&mut x), "ridge {ridge}");
            let best = objective(&a, &b, ridge, &x);
            assert!((x.iter().sum::<f64>() - 1.0).abs() < 1e-14 && x.iter().all(|v| *v >= 0.0), "{x:?}");
            assert!(best <= near + 1e-12 && near - best < 2e-2, "{best} and {near}");
            // All moves of some weight from one column to another.
            for (i, j) in (0..36).map(|k| (k / 6, k % 6)).filter(|(i, j)| i != j) {
                for share in [1e-5, 1e-3, 0.1, 1.0] {
                    let mut moved = x.clone();
                    let amount = share * x[i];
                    moved[i] -= amount;
                    moved[j] += amount;
                    assert!(objective(&a, &b, ridge, &moved) >= best - 1e-13, "{i} to {j}: {share}");
                }
            }
        }
    }

    #[test]
    fn rows_and_products_take_the_same_path() {
        let (a, b) = rows();
        let gram = Matrix::from_fn(6, 6, |i, j| a.iter().map(|row| row[i] * row[j]).sum());
        let h = (0..6).map(|i| a.iter().zip(&b).map(|(row, b)| row[i] * b).sum()).collect();
        let stop = Stop { least: 1e-12, most: 300 };
        let (mut x, mut y) = (vec![1.0 / 6.0; 6], vec![1.0 / 6.0; 6]);
        Problem::from_rows(a, &b, vec![0.1; 6], 5.0).frank_wolfe(&mut x, stop);
        Problem::from_products(&gram, h, vec![0.1; 6], 5.0).frank_wolfe(&mut y, stop);
        assert!(x.iter().zip(&y).all(|(x, y)| (x - y).abs() < 1e-12), "{x:?} {y:?}");
    }

    #[test]
    fn columns_that_are_not_kept_are_found_again() {
        let (a, b) = rows();
        let stop = Stop { least: 1e-12, most: 300 };
        let (mut x, mut y) = (vec![1.0 / 6.0; 6], vec![1.0 / 6.0; 6]);
        Problem::from_rows(a.clone(), &b, vec![0.1; 6], 5.0).frank_wolfe(&mut x, stop);
        let mut tight = Problem::from_rows(a, &b, vec![0.1; 6], 5.0);
        tight.room = 1;
        tight.frank_wolfe(&mut y, stop);
        assert_eq!(x, y);
        assert!(tight.exact(&mut x) && tight.gram.iter().flatten().count() == 1);
    }

    #[test]
    fn small_weights_vanish() {
        assert_eq!(sparsified(&[0.6, 0.15, 0.2, 0.05]), [0.6 / 0.8, 0.0, 0.2 / 0.8, 0.0]);
    }
}
