//! The Cox index: a difference of proportions on the footing of a standardised mean difference.

use super::{Sizes, small_sample_factor};
use crate::evidence::standard::Wwc;

/// What log odds are divided by to be like standard deviations; the text's π/√3 = 1.81 belongs to another index.
pub const COX_DIVISOR: f64 = 1.65;

/// How many of how many reached an outcome, in each arm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proportions {
    /// Students of each arm.
    pub of: Sizes,
    /// Of those, how many reached it.
    pub reached: Sizes,
}

impl Proportions {
    /// Whether the odds exist in both arms: someone reached the outcome, and someone did not.
    pub fn has_odds(&self) -> bool {
        let arm = |reached: u64, of: u64| reached > 0 && reached < of;
        arm(self.reached.treated, self.of.treated) && arm(self.reached.comparison, self.of.comparison)
    }

    /// The difference of log odds divided by 1.65; version 4.0 also multiplies by ω, version 4.1 (VI.1.2) and later do not.
    /// `None` where a proportion is 0 or 1: nothing is added to empty cells.
    ///
    /// Source: WWC Procedures 4.1, appendix E; Cox (1970).
    pub fn cox_index(&self, version: Wwc) -> Option<f64> {
        if !self.has_odds() {
            return None;
        }
        let p = |reached: u64, of: u64| reached as f64 / of as f64;
        let (i, c) = (p(self.reached.treated, self.of.treated), p(self.reached.comparison, self.of.comparison));
        let raw = (logit(i) - logit(c)) / COX_DIVISOR;
        Some(if version.shrinks_cox() { raw * small_sample_factor(self.of.df())? } else { raw })
    }

    /// Its standard error by the delta method: √(Σ over arms of 1/(n·p) + 1/(n·(1 − p))) / 1.65. `None` as above.
    pub fn standard_error(&self) -> Option<f64> {
        let arm = |reached: u64, of: u64| 1.0 / reached as f64 + 1.0 / (of - reached) as f64;
        self.has_odds()
            .then(|| (arm(self.reached.treated, self.of.treated) + arm(self.reached.comparison, self.of.comparison)).sqrt() / COX_DIVISOR)
    }
}

/// An odds ratio as a Cox index, ln(OR)/1.65. `None` unless it is positive.
pub fn cox_from_odds_ratio(odds_ratio: f64) -> Option<f64> {
    (odds_ratio > 0.0 && odds_ratio.is_finite()).then(|| libm::log(odds_ratio) / COX_DIVISOR)
}

fn logit(p: f64) -> f64 {
    libm::log(p / (1.0 - p))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(reached: [u64; 2]) -> Proportions {
        Proportions { of: Sizes::new(100, 100), reached: Sizes::new(reached[0], reached[1]) }
    }

    #[test]
    fn empty_cells_have_no_index() {
        for reached in [[0, 50], [100, 50], [50, 0], [50, 100], [101, 50]] {
            assert_eq!(counts(reached).cox_index(Wwc::V5_0), None, "{reached:?}");
            assert_eq!(counts(reached).standard_error(), None, "{reached:?}");
        }
    }

    #[test]
    fn versions_differ_by_the_small_sample_factor() {
        let [old, new] = [Wwc::V4_0, Wwc::V4_1].map(|v| counts([60, 50]).cox_index(v).unwrap());
        assert!((old / new - small_sample_factor(198.0).unwrap()).abs() < 1e-15);
        assert!((cox_from_odds_ratio(1.5).unwrap() - new).abs() < 1e-12);
        assert_eq!(cox_from_odds_ratio(0.0), None);
    }
}
