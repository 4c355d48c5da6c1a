//! From what a source tells to an effect with its uncertainty.

use super::{Claim, PValue};
use crate::evidence::effect::{
    Arm, Clusters, Known, Sizes, cox_from_odds_ratio, from_f, from_p, from_percentiles, from_t, hedges_g, pooled_sd, standard_error,
    t_with_p,
};
use crate::evidence::facts::{Clustering, Unit};
use crate::evidence::standard::{Key, Standards};
use crate::num::student;
use serde::Serialize;

/// What the effect was taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Route {
    /// The effect as told.
    Effect,
    /// Means and standard deviations.
    Means,
    /// Counts of those who reached the outcome.
    Counts,
    /// An odds ratio.
    OddsRatio,
    /// Percentiles.
    Percentiles,
    /// Percent growth with growth and SD.
    Growth,
    /// The t statistic.
    T,
    /// The F statistic.
    F,
    /// The p-value.
    PValue,
}

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
    /// Clusters heeded: the numbers to go by.
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
        let as_told = Uncertainty::of(g, std_error, df.filter(|df| *df >= 1.0), alpha);
        let corrected = match (story, clusters(claim, standards).and_then(|(c, _)| c.factors())) {
            (ClusterStory::Corrected { times, .. }, Some(of)) => Uncertainty::of(g, std_error * times, Some(of.df), alpha),
            _ => as_told,
        };
        Some(Footing { g, from, as_told, error_from, corrected, clusters: story })
    }
}

/// The effect in SD by the first way there is, and which.
pub(super) fn effect(claim: &Claim) -> Option<(f64, Route)> {
    let sizes = claim.sizes();
    let means = || means(claim);
    let counts = || claim.counts?.cox_index(crate::evidence::standard::Wwc::V5_0);
    let growth = || {
        let g = claim.growth?;
        Some(g.percent / 100.0 * g.comparison_growth? / g.sd.filter(|sd| *sd > 0.0)?)
    };
    let ways: [(Route, &dyn Fn() -> Option<f64>); 9] = [
        (Route::Effect, &|| claim.effect.map(|e| e.value)),
        (Route::Means, &means),
        (Route::Counts, &counts),
        (Route::OddsRatio, &|| cox_from_odds_ratio(claim.odds_ratio?.value)),
        (Route::Percentiles, &|| claim.percentiles.and_then(|(from, to)| from_percentiles(from, to))),
        (Route::Growth, &growth),
        (Route::T, &|| from_t(claim.t?.value, sizes?)),
        (Route::F, &|| from_f(claim.f?.value, !claim.negative, sizes?)),
        (Route::PValue, &|| from_p(claim.p_value?.value()?, !claim.negative, sizes?)),
    ];
    ways.iter().find_map(|(route, way)| way().filter(|g| g.is_finite()).map(|g| (g, *route)))
}

/// Hedges' g of the means, where means, SDs and sizes are told.
pub(super) fn means(claim: &Claim) -> Option<f64> {
    let (i, c, sizes) = (claim.treated?, claim.comparison?, claim.sizes()?);
    let arm = |scores: super::Scores, n: u64| Arm { n, mean: scores.mean.value, sd: scores.sd.value };
    let (i, c) = (arm(i, sizes.treated), arm(c, sizes.comparison));
    hedges_g(i.mean - c.mean, pooled_sd(&i, &c)?, sizes)
}

/// Degrees of freedom of the source's own test: clusters − 2 where it heeded them, else N − 2.
fn told_df(claim: &Claim) -> Option<f64> {
    let heeded = claim.clusters().filter(|_| claim.heeded != Some(false)).map(|m| m as f64 - 2.0);
    heeded.or_else(|| claim.sizes().map(|s| s.df())).filter(|df| *df >= 1.0)
}

fn error(claim: &Claim, g: f64) -> Option<(f64, ErrorFrom)> {
    let df = told_df(claim).unwrap_or(f64::INFINITY);
    let by_t = |t: f64| (t != 0.0 && g != 0.0).then(|| (g / t).abs());
    let log_scale = claim.effect.is_none() && claim.odds_ratio.is_some();
    let interval = || {
        let (low, high) = claim.interval?;
        let (low, high) = match log_scale {
            true => (cox_from_odds_ratio(low.value)?, cox_from_odds_ratio(high.value)?),
            false => (low.value, high.value),
        };
        Some((high - low) / (2.0 * student::critical(claim.interval_level(), df)))
    };
    let p_from = match claim.p_value {
        Some(PValue::Below(_)) => ErrorFrom::PValueBound,
        _ => ErrorFrom::PValue,
    };
    let ways: [(ErrorFrom, &dyn Fn() -> Option<f64>); 7] = [
        (ErrorFrom::StdError, &|| claim.std_error.map(|se| se.value)),
        (ErrorFrom::Interval, &interval),
        (ErrorFrom::T, &|| by_t(claim.t?.value)),
        (ErrorFrom::F, &|| by_t(claim.f?.value.max(0.0).sqrt())),
        (p_from, &|| by_t(t_with_p(claim.p_value?.value()?, df)?)),
        (ErrorFrom::Counts, &|| claim.counts?.standard_error()),
        (ErrorFrom::Sizes, &|| standard_error(g, Known::Sizes, claim.sizes()?, 0)),
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
