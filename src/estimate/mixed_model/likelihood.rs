//! The profiled deviance of a model with nested random intercepts, and its minimum.
//!
//! With V the covariance over σ² and τ the variances of the intercepts over σ² (Bates, Mächler, Bolker and Walker 2015, eq. 34
//! and 41, θ² = τ): deviance(τ) = log|V| + log|X'V⁻¹X| + (n − p)(1 + log(2π r²/(n − p))), r² = y'V⁻¹y − y'V⁻¹X(X'V⁻¹X)⁻¹X'V⁻¹y;
//! by maximum likelihood without the second term and with n for n − p. Minimized over τ ≥ 0 by Newton's method with exact
//! derivatives, damped where the deviance is not convex, starting from τ = 1 for all.

use super::jet::{Jet, Number};
use super::nested::{Absorbed, Block, pairs, triangle};
use crate::num::{Cholesky, Matrix};
use crate::panel::{Executor, spread};

/// The rows of a model.
pub(super) struct Likelihood {
    pub blocks: Vec<Block>,
    /// Number of regressors.
    pub terms: usize,
    /// Number of random intercepts.
    pub levels: usize,
    /// Whether the criterion is REML.
    pub restricted: bool,
    /// What the scaling of columns adds to the deviance: 2 log of each regressor's unit, and of the outcome's.
    pub log_units: [f64; 2],
}

/// The model at the minimum.
#[derive(Clone)]
pub(super) struct Solution {
    pub ratios: Vec<f64>,
    pub beta: Vec<f64>,
    /// The residual variance.
    pub residual: f64,
    /// (X'V⁻¹X)⁻¹.
    pub inverse: Matrix,
    pub deviance: f64,
    pub converged: bool,
    /// Whether intercepts and fixed effects leave no residual: then the deviance has no minimum.
    pub exact: bool,
}

/// The model at some variance ratios, with derivatives.
pub(super) struct Look {
    /// X'V⁻¹X.
    pub information: Derived,
    /// log|V|, less the logarithms of the weights.
    pub log_determinant: Jet,
    /// The residual sum of squares r²: value, gradient, Hessian.
    pub squares: (f64, Vec<f64>, Matrix),
    pub inverse: Matrix,
    /// Rows.
    pub rows: f64,
}

/// A matrix with its derivatives.
pub(super) struct Derived {
    pub value: Matrix,
    pub first: Vec<Matrix>,
    /// By pair: i·levels + j.
    pub second: Vec<Matrix>,
}

struct Total<N> {
    rows: f64,
    log_weights: f64,
    absorbed: Absorbed<N>,
}

const STEPS: usize = 200;
/// An intercept whose variance is larger than this many residual variances explains the outcome but for rounding.
const LARGEST_RATIO: f64 = 1e9;

impl Likelihood {
    fn total<N: Number>(&self, counts: &[f64], ratios: &[N], executor: &dyn Executor) -> Total<N> {
        let size = triangle(self.terms + 1);
        let empty = || Total {
            rows: 0.0,
            log_weights: 0.0,
            absorbed: Absorbed { cross: vec![N::constant(0.0); size], log_determinant: N::constant(0.0) },
        };
        let add = |to: &mut Total<N>, rows: f64, log_weights: f64, from: &Absorbed<N>, times: f64| {
            to.rows += times * rows;
            to.log_weights += times * log_weights;
            to.absorbed.log_determinant = to.absorbed.log_determinant.plus(from.log_determinant.scaled(times));
            to.absorbed.cross.iter_mut().zip(&from.cross).for_each(|(t, f)| *t = t.plus(f.scaled(times)));
        };
        let n = self.blocks.len();
        let many = 64;
        let parts = spread(executor, n.div_ceil(many), |b| {
            let mut part = empty();
            for g in (b * many..n.min((b + 1) * many)).filter(|&g| counts[g] != 0.0) {
                let block = &self.blocks[g];
                add(&mut part, block.rows, block.log_weights, &block.absorb(ratios), counts[g]);
            }
            part
        });
        let mut total = empty();
        parts.iter().for_each(|p| add(&mut total, p.rows, p.log_weights, &p.absorbed, 1.0));
        total
    }

    /// n − p or n.
    fn degrees(&self, rows: f64) -> f64 {
        if self.restricted { rows - self.terms as f64 } else { rows }
    }

    fn constants(&self, degrees: f64) -> f64 {
        let of_terms = if self.restricted { self.log_units[0] } else { 0.0 };
        of_terms + degrees * (1.0 + libm::log(2.0 * std::f64::consts::PI) + self.log_units[1])
    }

    /// The model at these ratios, without derivatives.
    fn plain(&self, counts: &[f64], ratios: &[f64], executor: &dyn Executor) -> Option<Solution> {
        let total = self.total(counts, ratios, executor);
        let (information, score, yy) = split(&total.absorbed.cross, self.terms);
        let cholesky = Cholesky::new_guarded(&information)?;
        let beta = cholesky.solve(&score);
        let squares = yy - crate::num::dot(&beta, &score);
        let degrees = self.degrees(total.rows);
        if squares <= 1e-13 * yy || degrees <= 0.0 {
            return None;
        }
        let log_information = if self.restricted { log_determinant(&cholesky) } else { 0.0 };
        let residual = squares / degrees;
        let deviance =
            total.absorbed.log_determinant - total.log_weights + log_information + degrees * libm::log(residual) + self.constants(degrees);
        Some(Solution {
            ratios: ratios.to_vec(),
            beta,
            residual,
            inverse: cholesky.inverse(),
            deviance,
            converged: false,
            exact: ratios.iter().any(|&r| r >= LARGEST_RATIO),
        })
    }

    /// The model at these ratios, with derivatives; `None` when terms are collinear or nothing is left to explain.
    pub fn look(&self, counts: &[f64], ratios: &[f64], executor: &dyn Executor) -> Option<Look> {
        let m = self.levels;
        let jets: Vec<Jet> = ratios.iter().enumerate().map(|(i, &r)| Jet::variable(r, i)).collect();
        let total = self.total(counts, &jets, executor);
        let part = |f: &dyn Fn(&Jet) -> f64| split(&total.absorbed.cross.iter().map(f).collect::<Vec<f64>>(), self.terms);
        let (value, score, yy) = part(&|j| j.value);
        let cholesky = Cholesky::new_guarded(&value)?;
        let beta = cholesky.solve(&score);
        let inverse = cholesky.inverse();
        let squares = yy - crate::num::dot(&beta, &score);
        if squares <= 1e-13 * yy || self.degrees(total.rows) <= 0.0 {
            return None;
        }
        // e = (−β, 1): r² = e'Qe, and Q_i e without its last entry moves β.
        let form = |(f, s, yy): &(Matrix, Vec<f64>, f64)| f.quadratic(&beta) - 2.0 * crate::num::dot(&beta, s) + yy;
        let firsts: Vec<_> = (0..m).map(|i| part(&|j| j.first(i))).collect();
        let moved: Vec<Vec<f64>> = firsts.iter().map(|(f, s, _)| f.apply(&beta).iter().zip(s).map(|(a, b)| b - a).collect()).collect();
        let mut hessian = Matrix::zeros(m, m);
        let mut second = Vec::new();
        for i in 0..m {
            for j in 0..m {
                let both = part(&|jet| jet.second(i, j));
                hessian[(i, j)] = form(&both) - 2.0 * crate::num::dot(&inverse.apply(&moved[i]), &moved[j]);
                second.push(both.0);
            }
        }
        let gradient = firsts.iter().map(&form).collect();
        Some(Look {
            information: Derived { value, first: firsts.into_iter().map(|f| f.0).collect(), second },
            log_determinant: total.absorbed.log_determinant.plus(Jet::constant(-total.log_weights)),
            squares: (squares, gradient, hessian),
            inverse,
            rows: total.rows,
        })
    }

    /// log|X'V⁻¹X| with derivatives, or zeros by maximum likelihood.
    pub fn log_information(&self, look: &Look) -> (f64, Vec<f64>, Matrix) {
        let m = self.levels;
        if !self.restricted {
            return (0.0, vec![0.0; m], Matrix::zeros(m, m));
        }
        let moved: Vec<Matrix> = look.information.first.iter().map(|f| look.inverse.times(f)).collect();
        let value = Cholesky::new(&look.information.value).map_or(0.0, |c| log_determinant(&c));
        let hessian = Matrix::from_fn(m, m, |i, j| {
            trace_of_product(&look.inverse, &look.information.second[i * m + j]) - trace_of_product(&moved[i], &moved[j])
        });
        (value, moved.iter().map(|x| (0..x.rows()).map(|k| x[(k, k)]).sum()).collect(), hessian)
    }

    /// The profiled deviance with derivatives.
    pub fn deviance(&self, look: &Look) -> (f64, Vec<f64>, Matrix) {
        let m = self.levels;
        let degrees = self.degrees(look.rows);
        let (r, r1, r2) = (&look.squares.0, &look.squares.1, &look.squares.2);
        let (v, v1, v2) = self.log_information(look);
        let value = look.log_determinant.value + v + degrees * libm::log(r / degrees) + self.constants(degrees);
        let gradient = (0..m).map(|i| look.log_determinant.first(i) + v1[i] + degrees * r1[i] / r).collect();
        let hessian = Matrix::from_fn(m, m, |i, j| {
            look.log_determinant.second(i, j) + v2[(i, j)] + degrees * (r2[(i, j)] / r - r1[i] * r1[j] / (r * r))
        });
        (value, gradient, hessian)
    }

    /// The minimum, when cluster g counts `counts[g]` times.
    pub fn minimize(&self, counts: &[f64], start: &[f64], executor: &dyn Executor) -> Option<Solution> {
        let mut ratios = start.to_vec();
        let mut converged = false;
        for _ in 0..STEPS {
            let look = self.look(counts, &ratios, executor)?;
            let (value, gradient, hessian) = self.deviance(&look);
            let free: Vec<usize> = (0..self.levels).filter(|&i| ratios[i] > 0.0 || gradient[i] < 0.0).collect();
            let Some((next, promised)) = self.step(counts, &ratios, value, &gradient, &hessian, &free, executor) else {
                converged = true;
                break;
            };
            ratios = next;
            if promised.is_nan() || ratios.iter().any(|&r| r >= LARGEST_RATIO) {
                break;
            }
            // Newton's step squares the distance: what is left is far below rounding.
            if promised < 1e-12 {
                converged = true;
                break;
            }
        }
        Some(Solution { converged, ..self.plain(counts, &ratios, executor)? })
    }

    /// The next ratios and by how much the deviance is expected to fall; `None` when there is no way down.
    #[expect(clippy::too_many_arguments, reason = "the deviance with its derivatives")]
    fn step(
        &self,
        counts: &[f64],
        ratios: &[f64],
        value: f64,
        gradient: &[f64],
        hessian: &Matrix,
        free: &[usize],
        executor: &dyn Executor,
    ) -> Option<(Vec<f64>, f64)> {
        if free.is_empty() {
            return None;
        }
        let damping: Vec<f64> = free.iter().map(|&i| hessian[(i, i)].abs() + gradient[i].abs() / ratios[i].max(1e-3)).collect();
        let mut damp = 0.0;
        while damp < 1e12 {
            let mut curvature = hessian.select(free);
            (0..free.len()).for_each(|k| curvature[(k, k)] += damp * damping[k]);
            if let Some(cholesky) = Cholesky::new(&curvature) {
                let step = cholesky.solve(&free.iter().map(|&i| gradient[i]).collect::<Vec<_>>());
                let mut next = ratios.to_vec();
                free.iter()
                    .zip(&step)
                    .for_each(|(&i, s)| next[i] = (ratios[i] - s).clamp(0.0, (10.0 * ratios[i] + 1.0).min(LARGEST_RATIO)));
                let promised: f64 = (0..ratios.len()).map(|i| gradient[i] * (ratios[i] - next[i])).sum();
                // Where the promise is below the rounding of the deviance itself, the derivatives know better.
                let noise = 1e-13 * value.abs().max(1.0);
                if damp == 0.0 && promised.abs() <= 100.0 * noise {
                    return Some((next, promised.abs()));
                }
                if promised > 0.0 && self.plain(counts, &next, executor).is_some_and(|s| s.deviance <= value - 1e-4 * promised + noise) {
                    return Some((next, promised));
                }
            }
            damp = if damp == 0.0 { 1e-3 } else { 4.0 * damp };
        }
        None
    }
}

fn split(cross: &[f64], terms: usize) -> (Matrix, Vec<f64>, f64) {
    let (mut information, mut score, mut yy) = (Matrix::zeros(terms, terms), vec![0.0; terms], 0.0);
    pairs(terms + 1, |at, i, j| match (i == terms, j == terms) {
        (true, _) => yy = cross[at],
        (false, true) => score[i] = cross[at],
        _ => {
            information[(i, j)] = cross[at];
            information[(j, i)] = cross[at];
        }
    });
    (information, score, yy)
}

/// X'V⁻¹(y − Xβ) of a cluster.
pub(super) fn score(cross: &[f64], beta: &[f64]) -> Vec<f64> {
    let (information, score, _) = split(cross, beta.len());
    information.apply(beta).iter().zip(&score).map(|(a, b)| b - a).collect()
}

fn log_determinant(cholesky: &Cholesky) -> f64 {
    let lower = cholesky.lower();
    2.0 * (0..lower.rows()).map(|i| libm::log(lower[(i, i)])).sum::<f64>()
}

/// tr(AB).
pub(super) fn trace_of_product(a: &Matrix, b: &Matrix) -> f64 {
    (0..a.rows()).map(|i| (0..a.cols()).map(|j| a[(i, j)] * b[(j, i)]).sum::<f64>()).sum()
}
