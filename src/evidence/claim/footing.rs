//! From what a source tells to an effect with its uncertainty.

use super::route::effects;
use super::{Claim, PValue, Route};
use crate::evidence::effect::{Clusters, Known, Sizes, cox_from_odds_ratio, standard_error, t_with_p};
use crate::evidence::facts::{Clustering, Unit};
use crate::evidence::standard::{Key, Standards};
use crate::num::student;
use serde::Serialize;

/// What the uncertainty was taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorFrom {
    /// The standard error as told.
    StdError,
    /// The interval.
    Interval,
    /// The t statistic.
    T,
    /// The F statistic.
    F,
    /// The p-value.
    PValue,
    /// The bound that the p-value is below: the standard error is at most this.
    PValueBound,
    /// The bound that the p-value is above: the standard error is at least this.
    PValueAbove,
    /// Counts of those who reached the outcome.
    Counts,
    /// The number of students alone, as if they were independent.
    Sizes,
}

/// An effect's uncertainty.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Uncertainty {
    /// Standard error, SD.
    pub std_error: f64,
    /// Degrees of freedom; none: normal.
    pub df: Option<f64>,
    /// Effect over standard error.
    pub t: f64,
    /// Two-sided.
    pub p_value: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Uncertainty {
    fn of(g: f64, std_error: f64, df: Option<f64>, alpha: f64) -> Uncertainty {
        let degrees = df.unwrap_or(f64::INFINITY);
        let (t, half) = (g / std_error, student::beyond(alpha, degrees) * std_error);
        Uncertainty { std_error, df, t, p_value: student::two_sided(t, degrees), low: g - half, high: g + half }
    }

    /// On the side of `alpha` on which the source says its p-value is. Rounding, or a p-value known by its bound only, can leave an end of the
    /// interval on the wrong side of zero by a hair, or on zero itself: that end is put beside it.
    fn heeding(self, p: Option<PValue>, alpha: f64) -> Uncertainty {
        let (least, most) = p.map_or((0.0, 1.0), PValue::range);
        let (holds, beside) = (self.low <= 0.0 && self.high >= 0.0, 1e-9 * self.t * self.std_error);
        match () {
            () if most <= alpha && holds && self.t != 0.0 => {
                let (low, high) = if self.t > 0.0 { (beside, self.high) } else { (self.low, beside) };
                Uncertainty { low, high, p_value: self.p_value.min(most), ..self }
            }
            () if least >= alpha && !holds => {
                Uncertainty { low: self.low.min(0.0), high: self.high.max(0.0), p_value: self.p_value.max(least), ..self }
            }
            () => self,
        }
    }
}

/// What was made of the clusters.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "story")]
pub enum ClusterStory {
    /// Students were assigned one by one.
    NotNeeded,
    /// The source heeded them.
    Heeded,
    /// The source does not say, but its standard error is this many times what ignoring them would give.
    TakenAsHeeded {
        /// Times.
        times: f64,
    },
    /// The source ignored them, or its standard error is no larger than ignoring them would give; corrected.
    Corrected {
        /// Clusters.
        clusters: u64,
        /// Intraclass correlation.
        icc: f64,
        /// Whether it is the default, as none was told.
        assumed: bool,
        /// Design effect.
        eta: f64,
        /// The standard error was multiplied by this, √(η/γ).
        times: f64,
    },
    /// Nothing is told of how many there are, or numbers do not allow a correction.
    NotKnown,
}

impl ClusterStory {
    /// As the rules of the verdict take it.
    pub fn clustering(self, told: Option<bool>) -> Option<Clustering> {
        match self {
            ClusterStory::NotNeeded | ClusterStory::Heeded | ClusterStory::TakenAsHeeded { .. } => Some(Clustering::Heeded),
            ClusterStory::Corrected { .. } => Some(Clustering::Corrected),
            ClusterStory::NotKnown => told.map(|heeded| if heeded { Clustering::Heeded } else { Clustering::Ignored }),
        }
    }
}

/// The one footing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Footing {
    /// The effect, SD.
    pub g: f64,
    /// What it was taken from.
    pub from: Route,
    /// As the source has it.
    pub as_told: Uncertainty,
    /// What that was taken from.
    pub error_from: ErrorFrom,
    /// The numbers to go by: clusters heeded, unless nothing is known of them ([`ClusterStory::NotKnown`]).
    pub corrected: Uncertainty,
    /// What was made of the clusters.
    pub clusters: ClusterStory,
}

impl Footing {
    /// The footing of a claim that was found possible. `None` when the effect or its uncertainty cannot be had.
    pub(super) fn of(claim: &Claim, standards: &Standards) -> Option<Footing> {
        let (g, from) = effect(claim)?;
        let (std_error, error_from) = error(claim, g)?;
        let alpha = standards.number(Key::Alpha);
        let story = story(claim, std_error, error_from, standards);
        let df = match story {
            ClusterStory::Corrected { .. } => claim.sizes().map(|s| s.df()),
            _ => told_df(claim),
        };
        let as_told = Uncertainty::of(g, std_error, df.filter(|df| *df >= 1.0), alpha).heeding(claim.p_value, alpha);
        let corrected = match (story, clusters(claim, standards).and_then(|(c, _)| c.factors())) {
            (ClusterStory::Corrected { times, .. }, Some(of)) => Uncertainty::of(g, std_error * times, Some(of.df), alpha),
            _ => as_told,
        };
        Some(Footing { g, from, as_told, error_from, corrected, clusters: story })
    }

    /// What has to be said beside the interval where nothing is known of clusters, in a plain sentence.
    pub fn caution(&self) -> Option<&'static str> {
        match (self.clusters, self.error_from) {
            (ClusterStory::NotKnown, ErrorFrom::Sizes | ErrorFrom::Counts) => Some(
                "Whole classrooms or schools were probably treated together, which numbers of students do not show: the interval is then too narrow.",
            ),
            (ClusterStory::NotKnown, _) => Some(
                "Whole classrooms or schools were probably treated together: unless the source allowed for that, the interval is then too narrow.",
            ),
            _ => None,
        }
    }
}

/// The effect in SD by the first route there is, and which.
pub(super) fn effect(claim: &Claim) -> Option<(f64, Route)> {
    effects(claim).next()
}

/// Degrees of freedom of the source's own test: clusters − 2 where it heeded them, else N − 2.
fn told_df(claim: &Claim) -> Option<f64> {
    let heeded = claim.clusters().filter(|_| claim.heeded != Some(false)).map(|m| m as f64 - 2.0);
    heeded.or_else(|| claim.sizes().map(|s| s.df())).filter(|df| *df >= 1.0)
}

fn error(claim: &Claim, g: f64) -> Option<(f64, ErrorFrom)> {
    let df = told_df(claim).unwrap_or(f64::INFINITY);
    let by_t = |t: f64| (t != 0.0 && g != 0.0).then(|| (g / t).abs());
    let interval = || {
        let (low, high) = claim.interval?;
        let (low, high) = match claim.interval_is_of_odds() {
            true => (cox_from_odds_ratio(low.value)?, cox_from_odds_ratio(high.value)?),
            false => (low.value, high.value),
        };
        Some((high - low) / (2.0 * student::critical(claim.interval_level(), df)))
    };
    let p_from = match claim.p_value {
        Some(PValue::Below(_)) => ErrorFrom::PValueBound,
        _ => ErrorFrom::PValue,
    };
    let counts = || claim.counts?.standard_error();
    let sizes = || standard_error(g, Known::Sizes, claim.sizes()?, 0);
    // Where p is known to be above a bound, students as strangers can give too small an error.
    let above = || match claim.p_value? {
        PValue::Above(p) => by_t(t_with_p(p, df)?).filter(|se| *se > counts().or_else(sizes).unwrap_or(f64::INFINITY)),
        _ => None,
    };
    let ways: [(ErrorFrom, &dyn Fn() -> Option<f64>); 8] = [
        (ErrorFrom::StdError, &|| claim.std_error.map(|se| se.value)),
        (ErrorFrom::Interval, &interval),
        (ErrorFrom::T, &|| by_t(claim.t?.value)),
        (ErrorFrom::F, &|| by_t(claim.f?.value.max(0.0).sqrt())),
        (p_from, &|| by_t(t_with_p(claim.p_value?.value()?, df)?)),
        (ErrorFrom::PValueAbove, &above),
        (ErrorFrom::Counts, &counts),
        (ErrorFrom::Sizes, &sizes),
    ];
    ways.iter().find_map(|(from, way)| way().filter(|se| se.is_finite() && *se > 0.0).map(|se| (se, *from)))
}

/// The clusters with the correlation told or assumed, and whether it is assumed.
fn clusters(claim: &Claim, standards: &Standards) -> Option<(Clusters, bool)> {
    let key = if claim.not_achievement { Key::IccOther } else { Key::IccAchievement };
    let icc = claim.icc.unwrap_or_else(|| standards.number(key));
    Some((Clusters::both(claim.sizes()?, claim.clusters()?, icc), claim.icc.is_none()))
}

fn story(claim: &Claim, std_error: f64, from: ErrorFrom, standards: &Standards) -> ClusterStory {
    if claim.unit() == Some(Unit::Student) {
        return ClusterStory::NotNeeded;
    }
    // Sizes and counts alone know of no clusters, whatever the source did.
    let bare = matches!(from, ErrorFrom::Sizes | ErrorFrom::Counts);
    if claim.heeded == Some(true) && !bare {
        return ClusterStory::Heeded;
    }
    let Some((clusters, assumed)) = clusters(claim, standards) else { return ClusterStory::NotKnown };
    let Some(of) = clusters.factors() else { return ClusterStory::NotKnown };
    let times = ignoring(clusters.sizes).map_or(0.0, |se| std_error / se);
    if claim.heeded.is_none() && !bare && times > standards.number(Key::LooksIgnored) {
        return ClusterStory::TakenAsHeeded { times };
    }
    ClusterStory::Corrected { clusters: clusters.clusters, icc: clusters.icc, assumed, eta: of.eta, times: (of.eta / of.gamma).sqrt() }
}

/// The standard error of an unadjusted comparison of independent students, without the term in g².
pub(super) fn ignoring(sizes: Sizes) -> Option<f64> {
    sizes.reciprocal().map(f64::sqrt)
}
