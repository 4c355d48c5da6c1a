//! An estimate with its uncertainty.

use crate::cohort::Warning;
use crate::estimate::Fit;
use crate::num::{normal, student};

/// One end of an interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bound {
    /// Here.
    At(f64),
    /// Nowhere: the interval is open on this side.
    Unbounded,
    /// It cannot be computed.
    Undefined,
}

impl Bound {
    /// The end, where there is one.
    pub fn value(self) -> Option<f64> {
        match self {
            Bound::At(x) => Some(x),
            _ => None,
        }
    }
}

/// A confidence interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: Bound,
    /// The upper end.
    pub high: Bound,
}

impl Interval {
    /// No interval.
    pub const UNDEFINED: Interval = Interval { low: Bound::Undefined, high: Bound::Undefined };

    /// The interval between two finite numbers, undefined otherwise.
    pub fn between(low: f64, high: f64) -> Interval {
        if low.is_finite() && high.is_finite() { Interval { low: Bound::At(low), high: Bound::At(high) } } else { Interval::UNDEFINED }
    }
}

/// An estimate with standard error, degrees of freedom, p-value and interval by one method.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// Which target of the fit.
    pub target: usize,
    /// The method, as it would be asked for.
    pub inference: String,
    /// The estimate, in the outcome's units.
    pub estimate: f64,
    /// Its standard error.
    pub std_error: Option<f64>,
    /// The test statistic for no effect.
    pub statistic: Option<f64>,
    /// Its degrees of freedom; `None`: normal, or not by a t distribution.
    pub df: Option<f64>,
    /// The two-sided p-value for no effect.
    pub p_value: Option<f64>,
    /// The interval at the level asked for.
    pub interval: Interval,
}

impl Estimate {
    /// From a variance and degrees of freedom (infinite: normal). A variance of zero, or one that cannot be
    /// computed, leaves everything else undefined: t = 0 is never invented.
    pub(super) fn from_variance(target: usize, estimate: f64, variance: f64, df: f64, level: f64) -> Estimate {
        let se = variance.sqrt();
        // Residuals that vanish up to rounding carry no information.
        let usable = se.is_finite() && se > 1e-14 * estimate.abs() && se > 0.0 && df.is_finite() | (df == f64::INFINITY) && df > 0.0;
        if !usable {
            return Estimate::bare(target, estimate);
        }
        let statistic = estimate / se;
        let half = student::critical(level, df) * se;
        Estimate {
            std_error: Some(se),
            statistic: Some(statistic),
            df: df.is_finite().then_some(df),
            p_value: Some(if df.is_finite() { student::two_sided(statistic, df) } else { normal::two_sided(statistic) }),
            interval: Interval::between(estimate - half, estimate + half),
            ..Estimate::bare(target, estimate)
        }
    }

    /// An estimate about whose uncertainty nothing is known.
    pub(super) fn bare(target: usize, estimate: f64) -> Estimate {
        Estimate {
            target,
            inference: String::new(),
            estimate,
            std_error: None,
            statistic: None,
            df: None,
            p_value: None,
            interval: Interval::UNDEFINED,
        }
    }
}

/// What a method found.
#[derive(Debug, Clone, Default)]
pub struct Inferred {
    /// One entry an identified target.
    pub estimates: Vec<Estimate>,
    /// What the reader should know.
    pub warnings: Vec<Warning>,
}

/// The identified targets of a fit with their estimates.
pub(super) fn identified(fit: &Fit) -> impl Iterator<Item = (usize, f64)> + '_ {
    fit.estimates.iter().enumerate().filter_map(|(t, e)| e.as_ref().ok().map(|&e| (t, e)))
}
