//! Power of a t test, and the smallest effect a design is likely to see.

use super::Design;
use crate::num::{noncentral_t, student};

/// What a test must do: its two-sided level and the power wished for.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Goal {
    /// The confidence level, 1 − α.
    pub level: f64,
    /// The probability of finding an effect that is there.
    pub power: f64,
}

impl Goal {
    /// The multiplier M = t(1 − α/2, df) + t(power, df).
    ///
    /// Source: Bloom (1995), "Minimum detectable effects"; Dong and Maynard (2013).
    pub fn multiplier(&self, df: f64) -> f64 {
        student::critical(self.level, df) + student::quantile(self.power, df)
    }

    /// The minimum detectable effect M·SE, in SD of the score.
    pub fn detectable(&self, design: &Design) -> f64 {
        self.multiplier(design.df()) * design.std_error()
    }

    /// The probability that the two-sided t test rejects when the effect is this large:
    /// 1 − F(c; df, λ) + F(−c; df, λ), noncentral t with λ = effect / SE.
    pub fn power_at(&self, design: &Design, effect: f64) -> f64 {
        let (df, lambda) = (design.df(), effect / design.std_error());
        let c = student::critical(self.level, df);
        noncentral_t::upper_tail(c, df, lambda) + noncentral_t::cdf(-c, df, lambda)
    }
}
