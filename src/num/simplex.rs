//! Linear programs over one bounded polytope: maximise c'x over x ≥ 0 with Gx = h, for many c in turn.
//!
//! A dense tableau, since the programs are small (tens of variables). Each maximisation starts at the vertex where the last one
//! ended; the basis is solved anew from G after every 64 exchanges, so that rounding does not pile up.
//! The entering column is the one with the largest reduced cost, and after many exchanges without gain Bland's (1977), which
//! cannot cycle. Ties go to the lowest index, so the same calls give the same bits.
//!
//! Source: Dantzig (1963), Linear Programming and Extensions, chapters 5 and 6.

use super::{Matrix, dot};

/// The least pivot, G's columns being scaled to about one.
const PIVOT: f64 = 1e-9;
/// Reduced costs below this share of the largest cost count as zero.
const GAIN: f64 = 1e-12;
/// Exchanges between two solutions of the basis from scratch.
const REFRESH: usize = 64;
/// Exchanges without gain after which Bland's rule takes over.
const PATIENCE: usize = 40;

/// A polytope {x ≥ 0 : Gx = h} and a vertex of it.
#[derive(Debug, Clone)]
pub struct Simplex {
    equations: Matrix,
    right: Vec<f64>,
    tableau: Matrix,
    basis: Vec<usize>,
    exchanges: usize,
}

/// A vertex at which a linear function is largest.
#[derive(Debug, Clone, PartialEq)]
pub struct Vertex {
    /// The largest value.
    pub value: f64,
    /// The vertex, all coordinates.
    pub point: Vec<f64>,
}

impl Simplex {
    /// The polytope of equations `G x = h`, `x ≥ 0`; `None` when no x satisfies them. Redundant equations are dropped.
    pub fn new(g: &Matrix, h: &[f64]) -> Option<Simplex> {
        let (r, n) = (g.rows(), g.cols());
        let sign = |i: usize| if h[i] < 0.0 { -1.0 } else { 1.0 };
        // Phase 1: artificial variables n.. carry the right side and are driven to zero.
        let extended = Matrix::from_fn(r, n + r, |i, j| if j < n { sign(i) * g[(i, j)] } else { f64::from(u8::from(j - n == i)) });
        let right: Vec<f64> = (0..r).map(|i| sign(i) * h[i]).collect();
        let mut first = Simplex { equations: extended, right, tableau: Matrix::default(), basis: (n..n + r).collect(), exchanges: 0 };
        first.refresh()?;
        let cost: Vec<f64> = (0..n + r).map(|j| if j < n { 0.0 } else { -1.0 }).collect();
        let scale = h.iter().fold(1.0_f64, |m, v| m.max(v.abs()));
        if first.maximise(&cost)?.value < -1e-9 * scale {
            return None;
        }
        let mut kept = Vec::new();
        for row in 0..r {
            if first.basis[row] >= n {
                let best = (0..n).filter(|j| !first.basis.contains(j)).fold(None, |best: Option<(usize, f64)>, j| {
                    let size = first.tableau[(row, j)].abs();
                    if size > best.map_or(1e-8, |(_, s)| s) { Some((j, size)) } else { best }
                });
                match best {
                    Some((j, _)) => first.exchange(row, j, &mut []),
                    None => continue,
                }
            }
            kept.push(row);
        }
        let basis: Vec<usize> = kept.iter().map(|&row| first.basis[row]).collect();
        // Which equations are redundant is told by the basis: keep as many independent ones as it has columns.
        let independent = independent_rows(g, &basis);
        let equations = Matrix::from_fn(independent.len(), n, |i, j| g[(independent[i], j)]);
        let right = independent.iter().map(|&i| h[i]).collect();
        let mut out = Simplex { equations, right, tableau: Matrix::default(), basis, exchanges: 0 };
        out.refresh()?;
        Some(out)
    }

    /// A vertex with the largest c'x; `None` when c'x has no bound or numbers fail.
    pub fn maximise(&mut self, cost: &[f64]) -> Option<Vertex> {
        let (r, n) = (self.tableau.rows(), self.equations.cols());
        if cost.iter().any(|c| !c.is_finite()) {
            return None;
        }
        let scale = cost.iter().fold(0.0_f64, |m, c| m.max(c.abs()));
        let mut reduced = self.reduced(cost);
        let mut idle = 0;
        for _ in 0..200 * (n + r) {
            let Some(entering) = entering(&reduced, GAIN * scale, idle > PATIENCE) else {
                return Some(self.vertex(cost));
            };
            let leaving = self.leaving(entering)?;
            let step = self.tableau[(leaving, n)] / self.tableau[(leaving, entering)];
            idle = if step * reduced[entering] > GAIN * scale { 0 } else { idle + 1 };
            self.exchange(leaving, entering, &mut reduced);
            if self.exchanges >= REFRESH {
                self.refresh()?;
                reduced = self.reduced(cost);
            }
        }
        None
    }

    /// Vectors that span the polytope's directions: all solutions of Gx = 0.
    pub fn directions(&self) -> Vec<Vec<f64>> {
        let n = self.equations.cols();
        (0..n)
            .filter(|j| !self.basis.contains(j))
            .map(|j| {
                let mut x = vec![0.0; n];
                x[j] = 1.0;
                self.basis.iter().enumerate().for_each(|(i, &b)| x[b] = -self.tableau[(i, j)]);
                x
            })
            .collect()
    }

    fn vertex(&self, cost: &[f64]) -> Vertex {
        let n = self.equations.cols();
        let mut point = vec![0.0; n];
        self.basis.iter().enumerate().for_each(|(i, &b)| point[b] = self.tableau[(i, n)].max(0.0));
        Vertex { value: dot(cost, &point), point }
    }

    fn reduced(&self, cost: &[f64]) -> Vec<f64> {
        let n = self.equations.cols();
        let mut reduced: Vec<f64> = cost.iter().copied().chain([0.0]).collect();
        for (i, &b) in self.basis.iter().enumerate() {
            let c = cost[b];
            if c != 0.0 {
                reduced.iter_mut().zip(self.tableau.row(i)).for_each(|(o, t)| *o -= c * t);
            }
        }
        self.basis.iter().for_each(|&b| reduced[b] = 0.0);
        reduced.truncate(n);
        reduced
    }

    /// The row whose variable reaches zero first.
    fn leaving(&self, entering: usize) -> Option<usize> {
        let n = self.equations.cols();
        let mut best: Option<(usize, f64)> = None;
        for i in 0..self.tableau.rows() {
            let pivot = self.tableau[(i, entering)];
            if pivot <= PIVOT {
                continue;
            }
            let ratio = self.tableau[(i, n)].max(0.0) / pivot;
            let better = best.is_none_or(|(row, r)| ratio < r || (ratio == r && self.basis[i] < self.basis[row]));
            if better {
                best = Some((i, ratio));
            }
        }
        best.map(|(row, _)| row)
    }

    fn exchange(&mut self, row: usize, entering: usize, reduced: &mut [f64]) {
        let pivot = self.tableau[(row, entering)];
        self.tableau.row_mut(row).iter_mut().for_each(|t| *t /= pivot);
        let pivot_row = self.tableau.row(row).to_vec();
        for i in 0..self.tableau.rows() {
            let factor = self.tableau[(i, entering)];
            if i != row && factor != 0.0 {
                self.tableau.row_mut(i).iter_mut().zip(&pivot_row).for_each(|(t, p)| *t -= factor * p);
                self.tableau[(i, entering)] = 0.0;
            }
        }
        if let Some(&factor) = reduced.get(entering) {
            reduced.iter_mut().zip(&pivot_row).for_each(|(o, p)| *o -= factor * p);
            reduced[entering] = 0.0;
        }
        self.basis[row] = entering;
        self.exchanges += 1;
    }

    /// Solves the basis from the equations, by elimination with the largest pivots; `None` when it is singular.
    fn refresh(&mut self) -> Option<()> {
        let (r, n) = (self.equations.rows(), self.equations.cols());
        let mut t = Matrix::from_fn(r, n + 1, |i, j| if j < n { self.equations[(i, j)] } else { self.right[i] });
        let mut free: Vec<usize> = (0..r).collect();
        let mut order = vec![0; r];
        let basis = self.basis.clone();
        for &b in &basis {
            let (at, &row) = free.iter().enumerate().max_by(|x, y| t[(*x.1, b)].abs().total_cmp(&t[(*y.1, b)].abs()))?;
            if t[(row, b)].is_nan() || t[(row, b)].abs() <= 1e-13 {
                return None;
            }
            free.remove(at);
            let pivot = t[(row, b)];
            t.row_mut(row).iter_mut().for_each(|x| *x /= pivot);
            let pivot_row = t.row(row).to_vec();
            for i in 0..r {
                let factor = t[(i, b)];
                if i != row && factor != 0.0 {
                    t.row_mut(i).iter_mut().zip(&pivot_row).for_each(|(x, p)| *x -= factor * p);
                    t[(i, b)] = 0.0;
                }
            }
            order[row] = b;
        }
        (self.tableau, self.basis, self.exchanges) = (t, order, 0);
        Some(())
    }
}

/// The column that enters, if any gains.
fn entering(reduced: &[f64], least: f64, bland: bool) -> Option<usize> {
    let mut best: Option<(usize, f64)> = None;
    for (j, &gain) in reduced.iter().enumerate() {
        if gain > least && best.is_none_or(|(_, g)| gain > g) {
            if bland {
                return Some(j);
            }
            best = Some((j, gain));
        }
    }
    best.map(|(j, _)| j)
}

/// As many rows as the basis has columns, independent of each other.
fn independent_rows(g: &Matrix, basis: &[usize]) -> Vec<usize> {
    let mut rows: Vec<Vec<f64>> = (0..g.rows()).map(|i| basis.iter().map(|&b| g[(i, b)]).collect()).collect();
    let mut kept = Vec::new();
    for c in 0..basis.len() {
        let candidates = (0..rows.len()).filter(|i| !kept.contains(i));
        let Some(row) = candidates.max_by(|x, y| rows[*x][c].abs().total_cmp(&rows[*y][c].abs()).then(y.cmp(x))) else { break };
        let pivot_row = rows[row].clone();
        kept.push(row);
        for i in 0..rows.len() {
            if !kept.contains(&i) {
                let factor = rows[i][c] / pivot_row[c];
                rows[i].iter_mut().zip(&pivot_row).for_each(|(x, p)| *x -= factor * p);
            }
        }
    }
    kept.sort_unstable();
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers between −1 and 1, of no great quality.
    fn uniform(state: &mut u64) -> f64 {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }

    /// The largest value over all vertices, by trying every basis.
    fn by_enumeration(g: &Matrix, h: &[f64], cost: &[f64]) -> Option<f64> {
        let (r, n) = (g.rows(), g.cols());
        let mut best: Option<f64> = None;
        for mask in 0_u32..1 << n {
            if mask.count_ones() as usize != r {
                continue;
            }
            let columns: Vec<usize> = (0..n).filter(|j| mask >> j & 1 == 1).collect();
            let b = nalgebra::DMatrix::from_fn(r, r, |i, j| g[(i, columns[j])]);
            let Some(x) = b.lu().solve(&nalgebra::DVector::from_column_slice(h)) else { continue };
            if x.iter().all(|v| v.is_finite() && *v > -1e-9) {
                let value: f64 = columns.iter().zip(x.iter()).map(|(&j, v)| cost[j] * v).sum();
                best = Some(best.map_or(value, |b: f64| b.max(value)));
            }
        }
        best
    }

    #[test]
    fn agrees_with_all_vertices_tried() {
        for case in 0..60 {
            let mut state = 17 + case;
            let mut draw = || uniform(&mut state);
            let (r, n) = (1 + (case as usize % 4), 9);
            // A row of ones bounds the polytope; the others are symmetric, so zero is within reach.
            let g = Matrix::from_fn(r, n, |i, _| if i == 0 { 1.0 } else { draw() });
            let h: Vec<f64> = (0..r).map(|i| f64::from(u8::from(i == 0))).collect();
            let expected = |cost: &[f64]| by_enumeration(&g, &h, cost);
            let found = Simplex::new(&g, &h);
            assert_eq!(found.is_some(), expected(&vec![0.0; n]).is_some(), "case {case}");
            let Some(mut simplex) = found else { continue };
            for _ in 0..40 {
                let cost: Vec<f64> = (0..n).map(|_| draw()).collect();
                let vertex = simplex.maximise(&cost).expect("bounded");
                assert!((vertex.value - expected(&cost).expect("feasible")).abs() < 1e-9, "case {case}");
                for (i, left) in g.apply(&vertex.point).into_iter().enumerate() {
                    assert!((left - h[i]).abs() < 1e-10 && vertex.point.iter().all(|x| *x >= 0.0));
                }
            }
        }
    }

    #[test]
    fn redundant_equations_no_solution_and_no_bound() {
        let twice = Matrix::from_fn(3, 3, |i, j| if i == 2 { 0.0 } else { (i + 1) as f64 * [1.0, 1.0, 0.0][j] });
        let mut simplex = Simplex::new(&twice, &[1.0, 2.0, 0.0]).expect("consistent");
        assert_eq!(simplex.equations.rows(), 1);
        assert_eq!(simplex.maximise(&[1.0, 3.0, -1.0]).expect("bounded").point, [0.0, 1.0, 0.0]);
        assert!(simplex.maximise(&[1.0, 3.0, 1.0]).is_none(), "the third variable has no bound");
        assert!(simplex.maximise(&[f64::NAN, 0.0, 0.0]).is_none());
        assert!(Simplex::new(&twice, &[1.0, 3.0, 0.0]).is_none(), "contradictory");
        assert!(Simplex::new(&Matrix::from_fn(1, 2, |_, _| 1.0), &[-1.0]).is_none(), "negative");
        assert_eq!(simplex.directions().len(), 2);
    }
}
