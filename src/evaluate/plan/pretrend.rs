//! The test of trends before treatment: how likely it is to notice that the arms drift apart.
//!
//! The differences between arms in T periods before treatment, each less that of the last one, are tested jointly against zero
//! (q = T − 1 coefficients of an event study) by Hotelling's T², which is exact under normal shocks:
//! F = T² (ν − q + 1)/(ν q) on q and ν − q + 1 degrees of freedom, ν those of the design without covariates. Against a drift of s
//! SD a period, δ = −s (T − 1, …, 1), its noncentrality is λ = δ'Σ⁻¹δ with Σ = L(a I + b A)L': a of shocks that are new in each period,
//! b of classroom shocks with A_st = φ^|s−t|, L the contrasts with the last period. Under φ = 0 (compound symmetry of scores)
//! λ = s² T(T² − 1)/12 / (a + b).
//!
//! Source: Hotelling (1931); Anderson (2003), theorem 5.2.2; Roth (2022) on what such tests do not notice.

use super::measure::correlation;
use super::resolve::Resolved;
use super::{Design, Levels};
use crate::num::{Cholesky, Matrix, dot, first_reaching, fisher, noncentral_fisher};

/// The pre-trend test of a design.
#[derive(Debug, Clone, PartialEq)]
pub struct PretrendTest {
    /// Periods before treatment, T.
    pub periods: u32,
    /// Coefficients tested, q = T − 1.
    pub df1: f64,
    /// Denominator degrees of freedom; below 1 there is no test.
    pub df2: f64,
    /// Noncentrality at a drift of 1 SD a period.
    unit_noncentrality: f64,
    /// The value of F above which the test rejects.
    pub critical: f64,
}

impl PretrendTest {
    /// The test of a resolved design over its periods before treatment; `None` with too few units for so many periods.
    pub fn of(resolved: &Resolved, design: &Design, periods: u32, level: f64) -> Option<PretrendTest> {
        let q = f64::from(periods) - 1.0;
        let df2 = error_df(design) - q + 1.0;
        if df2 < 1.0 {
            return None;
        }
        let bare = |variance: Levels| {
            let none = Levels::default();
            Design { variance, explained: none, effect_variance: 0.0, ..*design }.squared_error()
        };
        let flat = bare(Levels { class: 0.0, ..resolved.shock });
        let carried = bare(Levels { class: resolved.shock.class, ..Levels::default() });
        let phi = resolved.measure.carry_over;
        let of = |s: usize, t: usize| carried * correlation(phi, s.abs_diff(t)) + if s == t { flat } else { 0.0 };
        let (n, last) = (periods as usize - 1, periods as usize - 1);
        let sigma = Matrix::from_fn(n, n, |s, t| of(s, t) - of(s, last) - of(last, t) + of(last, last));
        let drift = drift(periods);
        let unit_noncentrality = dot(&Cholesky::new(&sigma)?.solve(&drift), &drift);
        Some(PretrendTest { periods, df1: q, df2, unit_noncentrality, critical: fisher::critical(level, q, df2) })
    }

    /// The noncentrality λ at a drift of so many SD a period.
    pub fn noncentrality(&self, drift: f64) -> f64 {
        drift * drift * self.unit_noncentrality
    }

    /// The probability of noticing a drift.
    pub fn power_at(&self, drift: f64) -> f64 {
        noncentral_fisher::upper_tail(self.critical, self.df1, self.df2, self.noncentrality(drift))
    }

    /// The smallest drift that is noticed with this probability.
    pub fn detectable(&self, power: f64) -> f64 {
        first_reaching(power, 1.0 / libm::sqrt(self.unit_noncentrality), |drift| self.power_at(drift))
    }
}

/// Degrees of freedom of the errors, without covariates.
pub(super) fn error_df(design: &Design) -> f64 {
    Design { covariates: 0, ..*design }.df()
}

/// The coefficients at a drift of 1 SD a period: how far each period lies from the last.
pub(super) fn drift(periods: u32) -> Vec<f64> {
    (1..periods).map(|t| f64::from(t) - f64::from(periods)).collect()
}
