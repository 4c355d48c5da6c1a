//! Two groups, before and after, with covariates: regression, inverse probability weighting, and doubly robust.
//!
//! What `did` and `callaway-santanna` compare in each of their cells. Sums are unnormalized: the variance of an estimate is
//! the sum of squares of the influences, summed within clusters first. Everything is linear in the outcome given covariates
//! and weights, so rows alike in arm and covariates may be added up beforehand.
//!
//! Source: Sant'Anna and Zhao (2020), Journal of Econometrics 219; the formulas of each part stand with it.

mod cross_sections;
mod logit;
mod panel;
#[cfg(test)]
mod tests;

pub(in crate::estimate) use cross_sections::Pooled;
pub(in crate::estimate) use panel::Changes;

use crate::num::{Cholesky, Matrix, dot};

/// Calls `f::<K>(…)` with the number of covariates as a constant where it is small, so that sums stay in registers; K = 0 for
/// others. The additions and their order are the same.
macro_rules! by_width {
    ($k:expr, $($f:ident)::+($($arg:expr),*)) => {
        match $k {
            2 => $($f)::+::<2>($($arg),*),
            3 => $($f)::+::<3>($($arg),*),
            4 => $($f)::+::<4>($($arg),*),
            5 => $($f)::+::<5>($($arg),*),
            6 => $($f)::+::<6>($($arg),*),
            7 => $($f)::+::<7>($($arg),*),
            8 => $($f)::+::<8>($($arg),*),
            _ => $($f)::+::<0>($($arg),*),
        }
    };
}
use by_width;

/// The largest number of covariates for which it is a constant.
const WIDEST: usize = 8;

/// About how often the rows are gone through for one comparison with odds.
pub(in crate::estimate) const PASSES: usize = 20;

/// How comparison units are made alike to the treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::estimate) enum Method {
    /// Their change is predicted from covariates (Heckman, Ichimura and Todd 1997).
    Regression,
    /// They are reweighted by the odds of treatment, with weights that add up to one (Hájek).
    Weighting,
    /// The same with weights that need not add up to one (Abadie 2005).
    PlainWeighting,
    /// Both; logit by maximum likelihood, least squares.
    DoublyRobust,
    /// Both; odds that balance the covariates exactly, least squares under these weights.
    Improved,
}

impl Method {
    /// Whether the odds of treatment are estimated.
    fn weights(self) -> bool {
        self != Method::Regression
    }

    /// Whether outcomes are predicted.
    fn predicts(self) -> bool {
        matches!(self, Method::Regression | Method::DoublyRobust | Method::Improved)
    }
}

/// Rows of two arms with covariates; treated rows come first.
#[derive(Debug, Clone, Default)]
pub(in crate::estimate) struct Arms {
    /// How many are treated.
    pub n_treated: usize,
    /// Weight of each.
    pub weight: Vec<f64>,
    /// Covariates, row by row, the first of them 1.
    pub x: Vec<f64>,
    /// Covariates a row.
    pub k: usize,
}

impl Arms {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.weight.len()
    }

    /// The covariates of a row.
    #[inline(always)]
    pub fn row(&self, i: usize) -> &[f64] {
        &self.x[i * self.k..(i + 1) * self.k]
    }

    /// Σ over `rows` of v·x.
    fn moment(&self, rows: std::ops::Range<usize>, v: impl Fn(usize) -> f64) -> Vec<f64> {
        by_width!(self.k, Self::moment_of(self, rows, v))
    }

    fn moment_of<const K: usize>(&self, rows: std::ops::Range<usize>, v: impl Fn(usize) -> f64) -> Vec<f64> {
        let k = if K == 0 { self.k } else { K };
        let (mut small, mut large) = ([0.0; WIDEST], vec![0.0; if K == 0 { k } else { 0 }]);
        let sum = if K == 0 { &mut large[..] } else { &mut small[..k] };
        for (i, x) in rows.clone().zip(self.x[rows.start * k..rows.end * k].chunks_exact(k)) {
            let vi = v(i);
            sum.iter_mut().zip(x).for_each(|(s, x)| *s += vi * x);
        }
        sum.to_vec()
    }

    /// x'b of every row.
    fn fitted(&self, b: &[f64]) -> Vec<f64> {
        by_width!(self.k, Self::fitted_of(self, b))
    }

    fn fitted_of<const K: usize>(&self, b: &[f64]) -> Vec<f64> {
        let k = if K == 0 { self.k } else { K };
        self.x.chunks_exact(k).map(|x| dot(x, &b[..k])).collect()
    }

    /// Σ over `rows` of v·xx'.
    fn cross(&self, rows: std::ops::Range<usize>, v: impl Fn(usize) -> f64) -> Matrix {
        by_width!(self.k, Self::cross_of(self, rows, v))
    }

    fn cross_of<const K: usize>(&self, rows: std::ops::Range<usize>, v: impl Fn(usize) -> f64) -> Matrix {
        let k = if K == 0 { self.k } else { K };
        let (mut small, mut large) = ([0.0; WIDEST * WIDEST], vec![0.0; if K == 0 { k * k } else { 0 }]);
        let upper = if K == 0 { &mut large[..] } else { &mut small[..k * k] };
        for (i, x) in rows.clone().zip(self.x[rows.start * k..rows.end * k].chunks_exact(k)) {
            let vi = v(i);
            for a in 0..k {
                let va = vi * x[a];
                for b in a..k {
                    upper[a * k + b] += va * x[b];
                }
            }
        }
        Matrix::from_fn(k, k, |a, b| upper[a.min(b) * k + a.max(b)])
    }
}

/// Why nothing could be estimated, in words.
pub(in crate::estimate) type Reason = String;

/// The odds of treatment: what each comparison row counts, and how the odds' estimation error enters.
struct Odds {
    /// Weight × odds of each comparison row (0 where trimmed), in the order of the rows from `n_treated` on.
    weight: Vec<f64>,
    /// The probability of each row, for the scores of the logit; none where the odds balance exactly.
    probability: Option<Vec<f64>>,
    /// The inverse of the logit's information.
    information: Option<Cholesky>,
    /// Comparison rows trimmed.
    trimmed: usize,
}

/// Comparison rows with a probability of treatment from here on are left out (DRDID's rule).
pub(in crate::estimate) const TRIM: f64 = 0.995;
/// Probabilities are capped here.
const CAP: f64 = 1.0 - 1e-6;

impl Odds {
    fn of(arms: &Arms, method: Method) -> Result<Odds, Reason> {
        let improved = method == Method::Improved;
        let logit = logit::fit(arms, improved)?;
        let mut probability = logit.probability;
        probability.iter_mut().for_each(|p| *p = p.min(CAP));
        let mut trimmed = 0;
        let weight = (arms.n_treated..arms.len())
            .map(|i| {
                let p = probability[i];
                if p >= TRIM {
                    trimmed += usize::from(arms.weight[i] > 0.0);
                    0.0
                } else {
                    arms.weight[i] * p / (1.0 - p)
                }
            })
            .collect();
        Ok(Odds { weight, information: (!improved).then_some(logit.information), probability: (!improved).then_some(probability), trimmed })
    }

    /// −H⁻¹·moment, to be multiplied with each row's score w(D − p)x.
    fn pull(&self, moment: &[f64]) -> Option<Vec<f64>> {
        Some(self.information.as_ref()?.solve(moment).into_iter().map(|v| -v).collect())
    }

    /// The score of a row times a pull, which is x'pull there.
    #[inline]
    fn score(&self, arms: &Arms, i: usize, pull: f64) -> f64 {
        let p = self.probability.as_ref().map_or(0.0, |p| p[i]);
        let d = if i < arms.n_treated { 1.0 } else { 0.0 };
        arms.weight[i] * (d - p) * pull
    }
}

/// The information of a least-squares fit among some rows.
fn least_squares(cross: &Matrix, who: &str) -> Result<Cholesky, Reason> {
    Cholesky::new_guarded(cross)
        .ok_or_else(|| format!("the covariates are collinear or do not vary among {who}, or there are too few of them"))
}
