//! Two groups, before and after, with covariates: regression, inverse probability weighting, and doubly robust.
//!
//! What `did` and `callaway-santanna` compare in each of their cells. Sums are unnormalized: the variance of an estimate is
//! the sum of squares of the influences, summed within clusters first. Everything is linear in the outcome given covariates
//! and weights, so rows alike in arm and covariates may be added up beforehand.
//!
//! Source: Sant'Anna and Zhao (2020), Journal of Econometrics 219; the formulas of each part stand with it.

mod arms;
mod cross_sections;
mod logit;
mod panel;
#[cfg(test)]
mod tests;

pub(in crate::estimate) use arms::Arms;
pub(in crate::estimate) use cross_sections::Pooled;
pub(in crate::estimate) use panel::Changes;

use crate::num::{Cholesky, Matrix};

/// Each row's probability of being treated, by a logit of a constant and the named covariates. `x`: row by row, 1 and then the
/// covariates; the `n_treated` treated rows first.
///
/// # Errors
/// In words: the covariates tell the groups apart, or are collinear.
pub fn propensity(n_treated: usize, names: &[String], x: Vec<f64>) -> Result<Vec<f64>, String> {
    let k = names.len() + 1;
    let arms = Arms { n_treated, weight: vec![1.0; x.len() / k], x, k, names: names.into(), ..Arms::default() };
    logit::fit(&arms, false, None).map(|logit| logit.probability)
}

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

/// Why nothing could be estimated, in words.
pub(in crate::estimate) type Reason = String;

/// The odds of treatment: what each comparison row counts, and how the odds' estimation error enters.
pub(in crate::estimate) struct Odds {
    /// Of the logit ([`Logit::coefficients`](logit::Logit::coefficients)).
    coefficients: Vec<f64>,
    /// Weight × odds of each comparison row (0 where trimmed), in the order of the rows from `n_treated` on.
    weight: Vec<f64>,
    /// The probability of each row, for the scores of the logit; none where the odds balance exactly.
    probability: Option<Vec<f64>>,
    /// The inverse of the logit's information.
    information: Option<Cholesky>,
    /// Comparison units trimmed.
    trimmed: usize,
}

/// Comparison rows with a probability of treatment from here on are left out (DRDID's rule).
pub(in crate::estimate) const TRIM: f64 = 0.995;
/// Probabilities are capped here.
const CAP: f64 = 1.0 - 1e-6;

impl Odds {
    /// Fits them. `start`: coefficients to search from, where something like them is known.
    pub fn of(arms: &Arms, method: Method, start: Option<&[f64]>) -> Result<Odds, Reason> {
        let improved = method == Method::Improved;
        let logit = logit::fit(arms, improved, start)?;
        let (coefficients, mut probability) = (logit.coefficients, logit.probability);
        probability.iter_mut().for_each(|p| *p = p.min(CAP));
        let mut trimmed = 0;
        let weight = (arms.n_treated..arms.len())
            .map(|i| {
                let p = probability[i];
                if p >= TRIM {
                    trimmed += if arms.weight[i] > 0.0 { arms.number(i) } else { 0 };
                    0.0
                } else {
                    arms.weight[i] * p / (1.0 - p)
                }
            })
            .collect();
        let information = (!improved).then_some(logit.information);
        Ok(Odds { coefficients, weight, information, probability: (!improved).then_some(probability), trimmed })
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
