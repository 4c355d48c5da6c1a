//! Baseline equivalence: whether groups were alike before the treatment.

use super::{Key, Standards};
use crate::evidence::effect::{Arm, pooled_sd, small_sample_factor};
use serde::Serialize;

/// A baseline measure of the analytic sample.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Baseline {
    /// The measure's name.
    pub measure: String,
    /// Treated minus comparison, in SD: Hedges' g, or the Cox index of a yes/no measure. `None`: not known.
    pub difference: Option<f64>,
    /// Whether the estimate is adjusted for this very measure. `None`: not known.
    pub adjusted: Option<bool>,
}

/// Whether a baseline measure is equivalent, from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Equivalence {
    /// At most 0.05 SD.
    Satisfied,
    /// Above 0.05 to 0.25 SD, and adjusted for.
    SatisfiedByAdjustment,
    /// Nothing is known of the difference, or whether it was adjusted for.
    Unknown,
    /// Above 0.05 to 0.25 SD, and not adjusted for.
    NotAdjusted,
    /// Above 0.25 SD.
    NotSatisfied,
}

impl Equivalence {
    /// Whether groups count as alike.
    pub fn holds(self) -> bool {
        matches!(self, Equivalence::Satisfied | Equivalence::SatisfiedByAdjustment)
    }
}

/// Slack for numbers that are at the edge but for rounding.
const SLACK: f64 = 1e-8;

impl Baseline {
    /// The rule: |d| ≤ 0.05 holds; up to 0.25 it holds with an acceptable adjustment for that measure; above it does not. No test of
    /// significance enters. Edges count as inside, with a slack of 1e-8.
    ///
    /// Source: WWC Standards 4.1 and 5.0; WWC Document 256. The same edges for g and for the Cox index.
    pub fn equivalence(&self, standards: &Standards) -> Equivalence {
        let Some(d) = self.difference.filter(|d| d.is_finite()).map(f64::abs) else { return Equivalence::Unknown };
        match self.adjusted {
            _ if d <= standards.number(Key::EquivalenceSatisfied) + SLACK => Equivalence::Satisfied,
            _ if d > standards.number(Key::EquivalenceLimit) + SLACK => Equivalence::NotSatisfied,
            Some(true) => Equivalence::SatisfiedByAdjustment,
            Some(false) => Equivalence::NotAdjusted,
            None => Equivalence::Unknown,
        }
    }
}

/// The measure that decides: of the worst class the one with the largest difference. `None` when there is no measure.
pub fn weakest<'a>(measures: &'a [Baseline], standards: &Standards) -> Option<(&'a Baseline, Equivalence)> {
    let size = |b: &Baseline| b.difference.map_or(-1.0, f64::abs);
    measures
        .iter()
        .map(|b| (b, b.equivalence(standards)))
        .reduce(|worst, next| if (next.1, size(next.0)) > (worst.1, size(worst.0)) { next } else { worst })
}

/// A choice that analysts make when they standardise, and what it says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Choice {
    /// Standardised by the comparison arm's SD instead of the pooled one.
    pub comparison_sd: bool,
    /// Multiplied by the small-sample factor.
    pub small_sample: bool,
    /// The difference, in SD.
    pub difference: f64,
    /// The verdict.
    pub equivalence: Equivalence,
}

/// Whether the verdict depends on how one standardises.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Robustness {
    /// The four choices; first the standard one: pooled SD with the small-sample factor.
    pub choices: Vec<Choice>,
    /// Whether all agree.
    pub stable: bool,
}

/// The verdict by pooled and comparison SD, each with and without the small-sample factor (as `baselinr::wwc_robustness`). `None` when
/// an SD is not positive or there are fewer than three students.
pub fn robustness(treated: &Arm, comparison: &Arm, adjusted: Option<bool>, standards: &Standards) -> Option<Robustness> {
    let pooled = pooled_sd(treated, comparison)?;
    let omega = small_sample_factor(treated.n as f64 + comparison.n as f64 - 2.0)?;
    let own = (comparison.sd > 0.0).then_some(comparison.sd)?;
    let gap = treated.mean - comparison.mean;
    let choices: Vec<Choice> = [(false, true), (false, false), (true, true), (true, false)]
        .into_iter()
        .map(|(comparison_sd, small_sample)| {
            let difference = gap / if comparison_sd { own } else { pooled } * if small_sample { omega } else { 1.0 };
            let measure = Baseline { measure: String::new(), difference: Some(difference), adjusted };
            Choice { comparison_sd, small_sample, difference, equivalence: measure.equivalence(standards) }
        })
        .collect();
    let stable = choices.iter().all(|c| c.equivalence == choices[0].equivalence);
    Some(Robustness { choices, stable })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(difference: f64, adjusted: Option<bool>) -> Equivalence {
        Baseline { measure: "pretest".into(), difference: Some(difference), adjusted }.equivalence(&Standards::default())
    }

    #[test]
    fn edges_are_inside() {
        use Equivalence::*;
        for (d, adjusted, expected) in [
            (0.05, Some(false), Satisfied),
            (-0.05, None, Satisfied),
            (0.1 + 0.2 - 0.25, Some(false), Satisfied),
            (0.0501, Some(false), NotAdjusted),
            (-0.0501, Some(true), SatisfiedByAdjustment),
            (0.0501, None, Unknown),
            (0.25, Some(true), SatisfiedByAdjustment),
            (0.2501, Some(true), NotSatisfied),
            (f64::NAN, Some(true), Unknown),
        ] {
            assert_eq!(judge(d, adjusted), expected, "{d} {adjusted:?}");
        }
    }

    #[test]
    fn the_worst_measure_decides() {
        let of = |name: &str, d| Baseline { measure: name.into(), difference: d, adjusted: Some(true) };
        let all = [of("a", Some(0.01)), of("b", Some(-0.2)), of("c", Some(0.1)), of("d", None)];
        let standards = Standards::default();
        assert_eq!(weakest(&all[..3], &standards).map(|(b, e)| (b.measure.as_str(), e)), Some(("b", Equivalence::SatisfiedByAdjustment)));
        assert_eq!(weakest(&all, &standards).map(|(b, e)| (b.measure.as_str(), e)), Some(("d", Equivalence::Unknown)));
        assert_eq!(weakest(&[], &standards), None);
    }

    #[test]
    fn a_verdict_can_hang_on_the_choice_of_sd() {
        let arm = |mean, sd| Arm { n: 50, mean, sd };
        let unstable = robustness(&arm(52.6, 8.0), &arm(50.0, 12.0), Some(true), &Standards::default()).unwrap();
        assert!(!unstable.stable && unstable.choices[0].equivalence == Equivalence::NotSatisfied);
        assert!(robustness(&arm(50.1, 10.0), &arm(50.0, 10.0), None, &Standards::default()).unwrap().stable);
        assert_eq!(robustness(&arm(50.1, 10.0), &arm(50.0, 0.0), None, &Standards::default()), None);
    }
}
