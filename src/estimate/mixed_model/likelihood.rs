//! The profiled deviance of a model with random effects.
//!
//! With V the covariance over σ² and θ the parameters of the random effects, their variances over σ² (Bates, Mächler, Bolker
//! and Walker 2015, eq. 34 and 41): deviance(θ) = log|V| + log|X'V⁻¹X| + (n − p)(1 + log(2π r²/(n − p))),
//! r² = y'V⁻¹y − y'V⁻¹X(X'V⁻¹X)⁻¹X'V⁻¹y; by maximum likelihood without the second term and with n for n − p.

use super::effects::{Chart, Effects};
use super::jet::{Jet, Number};
use super::nested::{Absorbed, Block, pairs, triangle};
use crate::num::{Cholesky, Matrix};
use crate::panel::{Executor, spread};

/// The rows of a model.
pub(super) struct Likelihood {
    pub blocks: Vec<Block>,
    /// Number of regressors.
    pub terms: usize,
    pub effects: Effects,
    /// Whether the criterion is REML.
    pub restricted: bool,
    /// What the scaling of columns adds to the deviance: 2 log of each regressor's unit, and of the outcome's.
    pub log_units: [f64; 2],
}

/// The model at some parameters.
#[derive(Clone)]
pub(super) struct Solution {
    pub theta: Vec<f64>,
    pub beta: Vec<f64>,
    /// The residual variance.
    pub residual: f64,
    /// (X'V⁻¹X)⁻¹.
    pub inverse: Matrix,
    pub deviance: f64,
    /// n − p or n.
    pub degrees: f64,
    pub converged: bool,
    /// Whether random effects and fixed effects leave no residual: then the deviance has no minimum.
    pub exact: bool,
}

/// A number with gradient and Hessian.
#[derive(Clone)]
pub(super) struct Curve {
    pub value: f64,
    pub first: Vec<f64>,
    pub second: Matrix,
}

/// The model at some parameters, with derivatives.
pub(super) struct Look {
    /// X'V⁻¹X.
    pub information: Derived,
    /// log|V|, less the logarithms of the weights.
    pub log_determinant: Curve,
    /// The residual sum of squares r².
    pub squares: Curve,
    pub inverse: Matrix,
    /// Rows.
    pub rows: f64,
}

/// A matrix with its derivatives.
pub(super) struct Derived {
    pub value: Matrix,
    pub first: Vec<Matrix>,
    /// By pair: i·parameters + j.
    pub second: Vec<Matrix>,
}

struct Total<N> {
    rows: f64,
    log_weights: f64,
    absorbed: Absorbed<N>,
}

/// A variance larger than this many residual variances explains the outcome but for rounding.
pub(super) const LARGEST_RATIO: f64 = 1e9;

impl Likelihood {
    fn total<N: Number>(&self, counts: &[f64], theta: &[N], chart: Chart, executor: &dyn Executor) -> Total<N> {
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
        let many = 16;
        let parts = spread(executor, n.div_ceil(many), |b| {
            let variances = self.effects.variances(theta, chart);
            let mut part = empty();
            for g in (b * many..n.min((b + 1) * many)).filter(|&g| counts[g] != 0.0) {
                let block = &self.blocks[g];
                add(&mut part, block.rows, block.log_weights, &block.absorb(&variances), counts[g]);
            }
            part
        });
        let mut total = empty();
        parts.iter().for_each(|p| add(&mut total, p.rows, p.log_weights, &p.absorbed, 1.0));
        total
    }

    /// n − p or n.
    pub fn degrees(&self, rows: f64) -> f64 {
        if self.restricted { rows - self.terms as f64 } else { rows }
    }

    fn constants(&self, degrees: f64) -> f64 {
        let of_terms = if self.restricted { self.log_units[0] } else { 0.0 };
        of_terms + degrees * (1.0 + libm::log(2.0 * std::f64::consts::PI) + self.log_units[1])
    }

    /// What σ² adds to the deviance where it is held and not r²/(n − p).
    pub fn held(&self, degrees: f64, residual: f64, squares: f64) -> f64 {
        degrees * libm::log(residual) + squares / residual + self.constants(degrees) - degrees
    }

    /// The model at these parameters, without derivatives.
    pub fn plain(&self, counts: &[f64], theta: &[f64], chart: Chart, executor: &dyn Executor) -> Option<Solution> {
        let total = self.total(counts, theta, chart, executor);
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
            theta: theta.to_vec(),
            beta,
            residual,
            inverse: cholesky.inverse(),
            deviance,
            degrees,
            converged: false,
            exact: theta.iter().enumerate().any(|(i, &t)| self.effects.is_variance(i) && t >= LARGEST_RATIO),
        })
    }

    /// The model at these parameters, with derivatives; `None` when terms are collinear or nothing is left to explain.
    pub fn look(&self, counts: &[f64], theta: &[f64], chart: Chart, executor: &dyn Executor) -> Option<Look> {
        match theta.len() {
            0 | 1 => self.jets::<1>(counts, theta, chart, executor),
            2 => self.jets::<2>(counts, theta, chart, executor),
            3 => self.jets::<3>(counts, theta, chart, executor),
            4 => self.jets::<4>(counts, theta, chart, executor),
            5 | 6 => self.jets::<6>(counts, theta, chart, executor),
            _ => self.jets::<{ super::effects::MOST }>(counts, theta, chart, executor),
        }
    }

    fn jets<const M: usize>(&self, counts: &[f64], theta: &[f64], chart: Chart, executor: &dyn Executor) -> Option<Look> {
        let m = theta.len();
        let jets: Vec<Jet<M>> = theta.iter().enumerate().map(|(i, &t)| Jet::variable(t, i)).collect();
        let total = self.total(counts, &jets, chart, executor);
        let part = |f: &dyn Fn(&Jet<M>) -> f64| split(&total.absorbed.cross.iter().map(f).collect::<Vec<f64>>(), self.terms);
        let (value, score, yy) = part(&|j| j.value());
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
        let first = firsts.iter().map(&form).collect();
        let log = &total.absorbed.log_determinant;
        Some(Look {
            information: Derived { value, first: firsts.into_iter().map(|f| f.0).collect(), second },
            log_determinant: Curve {
                value: log.value() - total.log_weights,
                first: (0..m).map(|i| log.first(i)).collect(),
                second: Matrix::from_fn(m, m, |i, j| log.second(i, j)),
            },
            squares: Curve { value: squares, first, second: hessian },
            inverse,
            rows: total.rows,
        })
    }

    /// log|X'V⁻¹X| with derivatives, or zeros by maximum likelihood.
    pub fn log_information(&self, look: &Look) -> Curve {
        let m = look.squares.first.len();
        if !self.restricted {
            return Curve { value: 0.0, first: vec![0.0; m], second: Matrix::zeros(m, m) };
        }
        let moved: Vec<Matrix> = look.information.first.iter().map(|f| look.inverse.times(f)).collect();
        let value = Cholesky::new(&look.information.value).map_or(0.0, |c| log_determinant(&c));
        let second = Matrix::from_fn(m, m, |i, j| {
            trace_of_product(&look.inverse, &look.information.second[i * m + j]) - trace_of_product(&moved[i], &moved[j])
        });
        Curve { value, first: moved.iter().map(|x| (0..x.rows()).map(|k| x[(k, k)]).sum()).collect(), second }
    }

    /// The profiled deviance with derivatives.
    pub fn deviance(&self, look: &Look) -> Curve {
        let m = look.squares.first.len();
        let degrees = self.degrees(look.rows);
        let (log, r) = (&look.log_determinant, &look.squares);
        let v = self.log_information(look);
        Curve {
            value: log.value + v.value + degrees * libm::log(r.value / degrees) + self.constants(degrees),
            first: (0..m).map(|i| log.first[i] + v.first[i] + degrees * r.first[i] / r.value).collect(),
            second: Matrix::from_fn(m, m, |i, j| {
                let of_squares = r.second[(i, j)] / r.value - r.first[i] * r.first[j] / (r.value * r.value);
                log.second[(i, j)] + v.second[(i, j)] + degrees * of_squares
            }),
        }
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
