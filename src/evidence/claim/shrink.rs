//! What is left of a claim when it is seen beside all others.

use crate::evidence::effect::{Exaggeration, exaggeration};
use crate::evidence::facts::Measure;
use crate::evidence::standard::{Key, Standards};
use crate::num::normal;
use serde::Serialize;

/// A claim beside the distribution of effects of large trials.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Shrunk {
    /// Mean of that distribution, SD.
    pub prior_mean: f64,
    /// Its spread, SD.
    pub prior_sd: f64,
    /// How much the claim itself weighs, 0 to 1.
    pub weight: f64,
    /// The effect to be expected, SD.
    pub g: f64,
    /// Its standard error, SD.
    pub std_error: f64,
    /// Lower end of its 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Power, wrong sign and overstatement of a study like this one, were the true effect the distribution's mean.
    pub at_prior_mean: Option<Exaggeration>,
}

/// The effect to be expected given the claim and the literature: with true effects normal around `prior-mean` with `prior-sd`, the weight of
/// the claim is w = sd²/(sd² + SE²), the effect w·g + (1 − w)·mean, its standard error √w·SE. `None` unless the standard error is
/// positive and finite.
///
/// Source: the normal–normal model (Gelman et al. 2013, section 2.5); van Zwet and Cator (2021) on shrinking published effects; distribution:
/// Lortie-Forgues and Inglis (2019), whose spread of *true* effects is not known and is a setting.
pub fn shrink(g: f64, std_error: f64, standards: &Standards) -> Option<Shrunk> {
    if !(g.is_finite() && std_error.is_finite() && std_error > 0.0) {
        return None;
    }
    let (prior_mean, prior_sd) = (standards.number(Key::PriorMean), standards.number(Key::PriorSd));
    let weight = prior_sd * prior_sd / (prior_sd * prior_sd + std_error * std_error);
    let (mean, se) = (weight * g + (1.0 - weight) * prior_mean, weight.sqrt() * std_error);
    let half = normal::quantile(0.975) * se;
    Some(Shrunk {
        prior_mean,
        prior_sd,
        weight,
        g: mean,
        std_error: se,
        low: mean - half,
        high: mean + half,
        at_prior_mean: exaggeration(prior_mean, std_error, standards.number(Key::Alpha)),
    })
}

/// What an independent, broad test would show on average, where the claim's own test is of another kind: g times the ratio of mean effects.
/// `None` for independent broad tests.
///
/// Source: mean effects by kind of measure in the WWC's database (Wolf and Harbatkin).
pub fn independent_expectation(g: f64, measure: Measure, standards: &Standards) -> Option<f64> {
    let means = standards.numbers(Key::MeasureMeans);
    let own = means[measure.index()];
    (measure != Measure::IndependentBroad && own > 0.0).then(|| g * means[0] / own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sure_claims_stay_and_vague_ones_go() {
        let s = Standards::default();
        let of = |se: f64| shrink(0.5, se, &s).unwrap();
        assert!((of(1e-6).g - 0.5).abs() < 1e-6 && (of(1e4).g - 0.06).abs() < 1e-6);
        // As sure as the literature is spread: halfway.
        assert!((of(0.1).g - 0.28).abs() < 1e-12 && (of(0.1).weight - 0.5).abs() < 1e-15);
        assert!((of(0.1).std_error - 0.1 * 0.5_f64.sqrt()).abs() < 1e-15);
        for (g, se) in [(0.5, 0.0), (0.5, -1.0), (f64::NAN, 0.1), (0.5, f64::INFINITY)] {
            assert_eq!(shrink(g, se, &s), None);
        }
    }

    #[test]
    fn own_tests_show_about_four_times_as_much() {
        let s = Standards::default();
        assert!((independent_expectation(0.41, Measure::Developer, &s).unwrap() - 0.1).abs() < 1e-15);
        assert!((independent_expectation(0.38, Measure::Researcher, &s).unwrap() - 0.1).abs() < 1e-15);
        assert_eq!(independent_expectation(0.3, Measure::IndependentBroad, &s), None);
    }
}
