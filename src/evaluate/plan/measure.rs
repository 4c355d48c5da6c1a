//! What is analysed: a score, or the change from periods before to periods after.

use serde::Serialize;

/// How the outcome is analysed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Analysis {
    /// The score after, with the score before (and more) as covariates.
    Ancova,
    /// The score after less the score before.
    Gain,
    /// Difference-in-differences: the mean of the periods after less the mean of those before.
    Did,
    /// The score after.
    Post,
}

impl Analysis {
    /// Whether changes are analysed, so that what stays the same over the periods cancels.
    pub fn of_changes(self) -> bool {
        matches!(self, Analysis::Gain | Analysis::Did)
    }
}

/// A weighted sum of a unit's periods: (1) for a score, (−1/a, …, 1/b, …) for a change over a periods before and b after.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    /// The weight of each period.
    pub weights: Vec<f64>,
    /// Part φ of a classroom's shock that carries over to the next period: correlation φ^k of shocks k periods apart.
    pub carry_over: f64,
}

impl Measure {
    /// One score.
    pub fn score() -> Measure {
        Measure { weights: vec![1.0], carry_over: 0.0 }
    }

    /// The mean of `after` periods less the mean of the `before` periods right before.
    pub fn change(before: u32, after: u32, carry_over: f64) -> Measure {
        let minus = std::iter::repeat_n(-1.0 / f64::from(before), before as usize);
        let plus = std::iter::repeat_n(1.0 / f64::from(after), after as usize);
        Measure { weights: minus.chain(plus).collect(), carry_over }
    }

    /// Σ w², the variance of the measure over that of independent shocks.
    pub fn of_independent(&self) -> f64 {
        self.weights.iter().map(|w| w * w).sum()
    }

    /// w'Aw with A_st = φ^|s−t|, the variance of the measure over that of a classroom's shocks.
    pub fn of_carried(&self) -> f64 {
        let mut sum = 0.0;
        for (s, a) in self.weights.iter().enumerate() {
            for (t, b) in self.weights.iter().enumerate() {
                sum += a * b * correlation(self.carry_over, s.abs_diff(t));
            }
        }
        sum
    }
}

/// φ^k.
pub fn correlation(carry_over: f64, distance: usize) -> f64 {
    libm::pow(carry_over, distance as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variances_of_changes() {
        let gain = Measure::change(1, 1, 0.3);
        assert_eq!((gain.of_independent(), gain.of_carried()), (2.0, 2.0 * 0.7));
        let did = Measure::change(4, 2, 0.0);
        assert!((did.of_independent() - 0.75).abs() < 1e-15 && (did.of_carried() - 0.75).abs() < 1e-15);
        assert_eq!(Measure::score().of_carried(), 1.0);
    }
}
