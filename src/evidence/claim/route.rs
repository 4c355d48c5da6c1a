//! The ways in which a source can tell an effect.

use super::{Claim, Scores, Span};
use crate::evidence::effect::{
    Arm, COX_DIVISOR, Proportions, cox_from_odds_ratio, from_f, from_p, from_percentiles, from_t, hedges_g, pooled_sd, small_sample_factor,
};
use crate::evidence::standard::Wwc;
use crate::num::normal;
use serde::Serialize;
use std::f64::consts::PI;

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
    /// The middle of the interval.
    Interval,
    /// The t statistic.
    T,
    /// The F statistic.
    F,
    /// The p-value.
    PValue,
}

impl Route {
    /// All, in the order in which they are preferred.
    const ALL: [Route; 10] = [
        Route::Effect,
        Route::Means,
        Route::Counts,
        Route::OddsRatio,
        Route::Percentiles,
        Route::Growth,
        Route::Interval,
        Route::T,
        Route::F,
        Route::PValue,
    ];

    /// The effect in SD by this route.
    fn effect(self, claim: &Claim) -> Option<f64> {
        let sizes = claim.sizes();
        let g = match self {
            Route::Effect => claim.effect.map(|e| e.value),
            Route::Means => means(claim),
            Route::Counts => claim.counts?.cox_index(Wwc::V5_0),
            Route::OddsRatio => cox_from_odds_ratio(claim.odds_ratio?.value),
            Route::Percentiles => claim.percentiles.and_then(|(from, to)| from_percentiles(from.value, to.value)),
            Route::Growth => {
                let g = claim.growth?;
                Some(g.percent.value / 100.0 * g.comparison_growth?.value / g.sd?.value)
            }
            Route::Interval => middle(claim),
            Route::T => from_t(claim.t?.value, sizes?),
            Route::F => from_f(claim.f?.value, !claim.negative, sizes?),
            Route::PValue => from_p(claim.p_value?.value()?, !claim.negative, sizes?),
        };
        g.filter(|g| g.is_finite())
    }
}

/// The effect in SD by every route that there is, the first preferred.
pub(super) fn effects(claim: &Claim) -> impl Iterator<Item = (f64, Route)> + '_ {
    Route::ALL.into_iter().filter_map(|route| route.effect(claim).map(|g| (g, route)))
}

/// The middle of the interval, where nothing else is told that it may be of: points of means, percent of growth or odds.
fn middle(claim: &Claim) -> Option<f64> {
    let of_others = claim.treated.is_some() || claim.comparison.is_some() || claim.growth.is_some() || claim.odds_ratio.is_some();
    let (low, high) = claim.interval.filter(|_| !of_others)?;
    Some(0.5 * low.value + 0.5 * high.value)
}

/// Hedges' g of the means, where means, SDs and sizes are told.
fn means(claim: &Claim) -> Option<f64> {
    let (i, c, sizes) = (claim.treated?, claim.comparison?, claim.sizes()?);
    let arm = |scores: Scores, n: u64| Arm { n, mean: scores.mean.value, sd: scores.sd.value };
    let (i, c) = (arm(i, sizes.treated), arm(c, sizes.comparison));
    hedges_g(i.mean - c.mean, pooled_sd(&i, &c)?, sizes)
}

/// A difference as told, with what rounding and conventions leave open of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Way {
    /// By which route.
    pub route: Route,
    /// In SD.
    pub g: Span,
}

impl Way {
    /// All ways by which differences are told: not by statistics, which tell of a difference and its error together.
    pub fn all(claim: &Claim) -> Vec<Way> {
        let ways = [
            (Route::Effect, claim.effect.map(Span::printed)),
            (Route::Means, of_means(claim)),
            (Route::Counts, claim.counts.and_then(of_counts)),
            (Route::OddsRatio, claim.odds_ratio.and_then(|or| Span::above_zero(or).try_map(cox_from_odds_ratio))),
            (Route::Percentiles, of_percentiles(claim)),
            (Route::Growth, of_growth(claim)),
        ];
        let finite = |g: &Span| [g.low, g.value, g.high].iter().all(|x| x.is_finite());
        ways.into_iter().filter_map(|(route, g)| Some(Way { route, g: g.filter(finite)? })).collect()
    }

    /// What it is called.
    pub fn name(&self) -> &'static str {
        match self.route {
            Route::Means => "means",
            Route::Counts => "counts",
            Route::OddsRatio => "odds ratio",
            Route::Percentiles => "percentiles",
            Route::Growth => "percent growth",
            _ => "effect",
        }
    }

    /// What it says, as a clause.
    pub fn says(&self) -> String {
        let g = self.g.value;
        match self.route {
            Route::Means => format!("means and SDs give {g:.3} SD"),
            Route::Counts => format!("the counts give {g:.3} SD"),
            Route::OddsRatio => format!("the odds ratio gives {g:.3} SD"),
            Route::Percentiles => format!("the percentiles give {g:.3} SD"),
            Route::Growth => format!("percent growth gives {g:.3} SD"),
            _ => format!("the effect is {g}"),
        }
    }

    /// Whether it compares students as they are, without any adjustment.
    pub fn is_raw(&self) -> bool {
        matches!(self.route, Route::Means | Route::Counts)
    }

    /// Whether both only put one estimate into other words.
    pub fn restates(&self, other: &Way) -> bool {
        let words = |r: Route| matches!(r, Route::Effect | Route::Percentiles | Route::Growth);
        words(self.route) && words(other.route)
    }
}

/// By either SD or both, with and without the small-sample factor.
fn of_means(claim: &Claim) -> Option<Span> {
    let (i, c) = (claim.treated?, claim.comparison?);
    let (mean, sd) = ([i, c].map(|s| Span::printed(s.mean)), [i, c].map(|s| Span::above_zero(s.sd)));
    let difference = [mean[0].low - mean[1].high, mean[0].high - mean[1].low];
    let factor = claim.sizes().and_then(|s| small_sample_factor(s.df())).filter(|f| *f > 0.0).unwrap_or(1.0);
    let by = [sd[0].low.min(sd[1].low), sd[0].high.max(sd[1].high)];
    let ends: Vec<f64> = difference.iter().flat_map(|d| by.iter().flat_map(move |s| [d / s, factor * d / s])).collect();
    let both = (0.5 * (sd[0].value * sd[0].value + sd[1].value * sd[1].value)).sqrt();
    Some(Span::around(means(claim).unwrap_or((mean[0].value - mean[1].value) / both), &ends))
}

/// By the indices in use: Cox's, the logit's π/√3, the probit's, Cohen's h, and the difference of shares in SD of the outcome.
fn of_counts(counts: Proportions) -> Option<Span> {
    let cox = counts.cox_index(Wwc::V5_0)?;
    let share = |reached: u64, of: u64| reached as f64 / of as f64;
    let (i, c) = (share(counts.reached.treated, counts.of.treated), share(counts.reached.comparison, counts.of.comparison));
    let angle = |p: f64| 2.0 * libm::asin(p.sqrt());
    let all = (counts.reached.treated as f64 + counts.reached.comparison as f64) / counts.of.total();
    let others = [
        cox * COX_DIVISOR * 3.0_f64.sqrt() / PI,
        normal::quantile(i) - normal::quantile(c),
        angle(i) - angle(c),
        (i - c) / (all * (1.0 - all)).sqrt(),
    ];
    Some(Span::around(cox, &others))
}

fn of_percentiles(claim: &Claim) -> Option<Span> {
    let (from, to) = claim.percentiles?;
    // Rounding leads to none that does not exist.
    let ends = |p: super::Printed| (p.low().max(0.5 * p.value), p.high().min(50.0 + 0.5 * p.value));
    let value = from_percentiles(from.value, to.value)?;
    Some(Span::around(value, &[from_percentiles(ends(from).1, ends(to).0)?, from_percentiles(ends(from).0, ends(to).1)?]))
}

fn of_growth(claim: &Claim) -> Option<Span> {
    let g = claim.growth?;
    let sd = Span::above_zero(g.sd?);
    let inverse = Span { low: 1.0 / sd.high, value: 1.0 / sd.value, high: 1.0 / sd.low };
    Some(Span::printed(g.percent).times(Span::printed(g.comparison_growth?)).times(inverse).map(|g| g / 100.0))
}
