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

    /// Whether it has no end on some side.
    pub(super) fn is_open(self) -> bool {
        self.low == Bound::Unbounded || self.high == Bound::Unbounded
    }

    /// Whether it is wider than this, or has no end on some side.
    pub(super) fn is_wider(self, width: f64) -> bool {
        match (self.low, self.high) {
            (Bound::At(low), Bound::At(high)) => high - low > width,
            (Bound::Undefined, _) | (_, Bound::Undefined) => false,
            _ => true,
        }
    }

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
    /// The simultaneous band at the same level: it covers all effects of one kind at once.
    pub band: Option<Interval>,
    /// What random draws were behind it, and how far they leave the numbers open.
    pub simulated: Option<Simulated>,
    /// The p-value adjusted for the number of hypotheses, where that was asked for.
    pub p_adjusted: Option<f64>,
}

/// The random draws behind an estimate's uncertainty, and the Monte Carlo standard error of what was computed from them:
/// by how much each number would typically change with another seed. Zero where every possible draw was used once.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Simulated {
    /// Draws that enter.
    pub replicates: usize,
    /// Draws in which the effect was not identified.
    pub failures: usize,
    /// The critical value by which the statistic is judged.
    pub critical: Option<f64>,
    /// Of the standard error.
    pub of_std_error: Option<f64>,
    /// Of the p-value.
    pub of_p_value: Option<f64>,
    /// Of the critical value.
    pub of_critical: Option<f64>,
}

/// A test of several effects at once.
#[derive(Debug, Clone, PartialEq)]
pub struct JointTest {
    /// The hypothesis in words.
    pub hypothesis: String,
    /// The method, as it would be asked for.
    pub inference: String,
    /// The statistic: F, or as said in `kind`.
    pub statistic: Option<f64>,
    /// What the statistic is: `F`, `Wald` or `largest |t|`.
    pub kind: &'static str,
    /// Hypotheses tested.
    pub df1: usize,
    /// Denominator degrees of freedom, of an F statistic.
    pub df2: Option<f64>,
    /// The p-value.
    pub p_value: Option<f64>,
    /// The draws it was counted among, where it was.
    pub draws: Option<usize>,
    /// Why there is none.
    pub note: Option<String>,
}

/// One divided by the number of draws, where a p-value was counted among draws and none was beyond: all that is known is that it is less.
pub fn floor(p_value: Option<f64>, draws: Option<usize>) -> Option<f64> {
    let draws = draws.filter(|n| *n > 0 && p_value == Some(0.0))?;
    Some(1.0 / draws as f64)
}

impl Estimate {
    /// Below which its p-value lies, where no draw was beyond: see [`floor`].
    pub fn floor(&self) -> Option<f64> {
        floor(self.p_value, self.simulated.map(|s| s.replicates))
    }

    /// From a variance and degrees of freedom (infinite: normal). A variance of zero, or one that cannot be
    /// computed, leaves everything else undefined: t = 0 is never invented.
    pub(super) fn from_variance(target: usize, estimate: f64, variance: f64, df: f64, level: f64) -> Estimate {
        let se = variance.sqrt();
        // Residuals that vanish up to rounding carry no information.
        let usable = se.is_finite() && se > 1e-12 * estimate.abs() && se > 0.0 && df.is_finite() | (df == f64::INFINITY) && df > 0.0;
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
            band: None,
            simulated: None,
            p_adjusted: None,
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
    /// Bootstrap statistics under the hypothesis of no effect, for tests of several hypotheses. They have no way out.
    pub(crate) draws: Vec<Draws>,
}

/// One target's bootstrap statistics, in the order of the draws. It has neither renderer nor serializer: with a
/// published seed, replicates give students' scores away.
#[derive(Clone)]
pub(crate) struct Draws {
    pub target: usize,
    #[cfg_attr(not(feature = "program"), expect(dead_code, reason = "only studies adjust p-values"))]
    pub observed: f64,
    pub statistics: Vec<f64>,
}

impl std::fmt::Debug for Draws {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} draws, not shown", self.statistics.len())
    }
}

/// The identified targets of a fit with their estimates.
pub(super) fn identified(fit: &Fit) -> impl Iterator<Item = (usize, f64)> + '_ {
    fit.estimates.iter().enumerate().filter_map(|(t, e)| e.as_ref().ok().map(|&e| (t, e)))
}
