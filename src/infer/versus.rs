//! How far an estimator's overall effect lies from that of the first one named, and whether chance explains it.
//!
//! Both are estimated from the same clusters, so the variance of the difference is Σ_g (ψ_g − ψ'_g)² · G/(G−1) with the
//! clusters' influence on each; t with G−1 degrees of freedom.

use crate::estimate::{Estimand, Fit};
use crate::num::{settled, student};
use std::collections::BTreeMap;

/// The overall effect of a fit with each cluster's influence on it.
pub struct Overall {
    label: String,
    estimate: f64,
    influence: BTreeMap<String, f64>,
    unit: f64,
}

/// The difference to the first estimator.
#[derive(Debug, Clone, PartialEq)]
pub struct Versus {
    /// The first estimator.
    pub first: String,
    /// This estimate less the first one; 0 where only rounding parts them.
    pub estimate: f64,
    /// Its standard error; `None` where both give the same number, but for rounding.
    pub std_error: Option<f64>,
    /// Degrees of freedom.
    pub df: f64,
    /// How often a difference at least this large would appear if both estimated the same quantity; `None` where both give the same
    /// number, and where they estimate different quantities by design.
    pub p_value: Option<f64>,
}

impl Versus {
    /// The same difference between answers to different questions, which tests nothing.
    pub fn untested(self) -> Versus {
        Versus { p_value: None, ..self }
    }
}

impl Overall {
    /// The overall effect; `None` when there is none.
    pub fn of(fit: &Fit, label: String) -> Option<Overall> {
        let find = |kind: Estimand| (0..fit.targets.len()).find(|&t| fit.targets[t].estimand == kind && fit.estimates[t].is_ok());
        let t = find(Estimand::Overall).or_else(|| find(Estimand::OverallDynamic))?;
        let estimate = *fit.estimates[t].as_ref().ok()?;
        let influence = fit.influence(t)?.into_iter().enumerate().map(|(g, psi)| (fit.cluster_name(g), psi)).collect();
        Some(Overall { label, estimate, influence, unit: fit.outcome_unit })
    }

    /// How far another one lies from it.
    pub fn versus(&self, other: &Overall) -> Versus {
        let estimate = other.estimate - self.estimate;
        let mut names: Vec<&String> = self.influence.keys().chain(other.influence.keys()).collect();
        names.sort();
        names.dedup();
        let of = |from: &Overall, name: &String| from.influence.get(name).copied().unwrap_or(0.0);
        let n = names.len() as f64;
        let mut squares: Vec<f64> = names.iter().map(|name| of(other, name) - of(self, name)).map(|d| d * d).collect();
        // In ascending order, so that clusters' names cannot change a bit.
        squares.sort_by(f64::total_cmp);
        let variance = squares.iter().sum::<f64>() * n / (n - 1.0);
        // Two ways to one number differ by rounding, whatever their influences say.
        let largest = self.estimate.abs().max(other.estimate.abs());
        let same = estimate.abs() <= 1e-10 * largest;
        let std_error = Some(variance.sqrt()).filter(|se| n > 1.0 && *se > 1e-10 * self.unit && !same);
        Versus {
            first: self.label.clone(),
            estimate: settled(estimate, largest.max(self.unit)),
            std_error,
            df: n - 1.0,
            p_value: std_error.map(|se| student::two_sided(estimate / se, n - 1.0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_ways_to_one_number_have_no_error_of_their_difference() {
        let one = |estimate: f64, psi: f64| Overall {
            label: "one".into(),
            estimate,
            influence: [("a".to_string(), psi), ("b".to_string(), -psi)].into(),
            unit: 1.0,
        };
        let same = one(0.25, 0.1).versus(&one(0.25 + 1e-15, 0.11));
        assert_eq!((same.estimate, same.std_error, same.p_value), (0.0, None, None));
        let other = one(0.25, 0.1).versus(&one(0.25 + 1e-6, 0.11));
        assert!(other.std_error.is_some_and(|se| se > 0.01) && other.p_value.is_some());
    }
}
