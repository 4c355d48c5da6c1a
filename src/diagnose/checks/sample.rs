//! What a sample itself can do to an estimate: a test that is too easy or too hard, groups that change, few clusters, low scores that rise
//! by themselves.

use super::balance::pooled_correlation;
use crate::cohort::Fault;
use crate::diagnose::Verdict;
use crate::diagnose::check::{Check, Finding, Look};
use crate::diagnose::groups::{Groups, p_of_clusters};
use crate::estimate::{Card, Options};
use crate::evidence::effect::apparent_gain;
use crate::evidence::standard::{Key, Standards};
use crate::num::Centre;
use crate::panel::{Kind, Panel};

/// Share of rows at the highest, or the lowest, score: up to the first is ok, up to the second a caution. Both are ours.
pub const EXTREME: [f64; 2] = [0.05, 0.20];
/// How much more a covariate changed among the treated, in SD: up to the first is ok, up to the second a caution; those of baseline
/// equivalence.
pub const CHANGED: [f64; 2] = [0.05, 0.25];
/// A gap at which groups count as chosen for low scores, in SD, and a gain by itself that matters, in SD. Both are ours.
pub const RISING: [f64; 2] = [0.25, 0.05];
/// Fewer values than this are no scale with a floor and a ceiling.
pub const VALUES: usize = 5;

/// Rows at the ends of the scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ends {
    /// Share at the highest value.
    pub ceiling: f64,
    /// Share at the lowest.
    pub floor: f64,
    /// Rows.
    pub rows: usize,
}

/// How a covariate changed in one group more than in the other.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed {
    /// The covariate.
    pub covariate: String,
    /// Its change among the treated less that among the others, in SD before; `None` where it does not vary then.
    pub difference: Option<f64>,
    /// p-value of no difference, clusters heeded.
    pub p_value: Option<f64>,
    /// Of a covariate that takes two values in a group then or later: how many have the rarer one, where these are fewest.
    pub rarest: Option<usize>,
}

/// What low scores gain by themselves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rising {
    /// Treated less comparison before, in SD.
    pub gap: f64,
    /// Correlation of the scores in two neighbouring periods.
    pub correlation: f64,
    /// Whether both periods lie before the start.
    pub before: bool,
    /// (1 − r)|gap| in SD, where the treated were lower.
    pub gain: f64,
}

/// What the sample can do to an estimate.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampled {
    /// Who is compared when.
    pub words: String,
    /// Rows at the ends of the scale; `None` where the outcome has few values.
    pub ends: Option<Ends>,
    /// Covariates that change over time.
    pub changed: Vec<Changed>,
    /// Clusters that hold treated, and never-treated units.
    pub clusters: [usize; 2],
    /// The fewest in each arm.
    pub fewest: usize,
    /// What low scores gain by themselves; `None` where it is not known.
    pub rising: Option<Rising>,
}

/// The aspects, in the order in which they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aspect {
    /// Rows at the ends of the scale.
    Ends,
    /// Covariates that change.
    Composition,
    /// Clusters.
    Clusters,
    /// Low scores.
    Rising,
}

impl Sampled {
    /// The verdict on each aspect; `None` where there is nothing to look at.
    pub fn aspects(&self) -> [(Aspect, Option<Verdict>); 4] {
        let low = |value: f64, limits: [f64; 2]| Verdict::of_height(-value, -limits[0], -limits[1]);
        let ends = self.ends.map(|e| low(e.ceiling.max(e.floor), EXTREME));
        let changed = self.largest_change().map(|d| low(d, CHANGED));
        let clusters = match self.clusters.iter().min() {
            Some(0 | 1) => Verdict::Fail,
            Some(n) if *n < self.fewest => Verdict::Caution,
            _ => Verdict::Ok,
        };
        let rising = self.rising.map(|r| if r.gap <= -RISING[0] && r.gain >= RISING[1] { Verdict::Caution } else { Verdict::Ok });
        [(Aspect::Ends, ends), (Aspect::Composition, changed), (Aspect::Clusters, Some(clusters)), (Aspect::Rising, rising)]
    }

    /// The largest change of a covariate in one group beyond the other, in SD.
    pub fn largest_change(&self) -> Option<f64> {
        self.changed.iter().filter_map(|c| c.difference.map(f64::abs)).reduce(f64::max)
    }

    /// The verdict: that on the worst aspect.
    pub fn verdict(&self) -> Verdict {
        self.aspects().iter().filter_map(|a| a.1).max().unwrap_or(Verdict::CannotTell)
    }
}

/// The check.
pub static SAMPLE: Check = Check {
    card: Card {
        id: "sample",
        title: "ceiling and floor, changing groups, few clusters, regression to the mean",
        estimand: "what the sample itself can do to an estimate: how many scores lie at the end of the scale, whether covariates changed in one group more than in the other, how many clusters each arm has, and what students with low scores gain without any treatment",
        assumptions: "none: it describes; the gain by itself takes scores for a lasting part and a passing one",
        when: "always",
        needs: "two groups before the first start; covariates that change over time for their part",
        contrast: "balance compares levels before treatment; this asks what changes by itself afterwards.",
        options: &[],
        source: "regression to the mean: (1 − r)·|gap|, Galton; fewest clusters in each arm as in the standards; the other thresholds are ours",
        reference_call: "tapply(y == max(y), treated, mean); feols(covariate ~ treated:after | group + period, cluster = ~g)",
        version: 1,
    },
    look: Look::Sample(look),
};

fn look(panel: &Panel, _: &Options) -> Result<Finding, Fault> {
    let groups = Groups::of(panel)?;
    let (treated, comparison) = groups.clusters(panel);
    Ok(Finding::Sample(Sampled {
        words: groups.words(panel),
        ends: ends(&panel.outcome),
        changed: panel.covariates.iter().filter_map(|c| changed(panel, &groups, &c.name, &c.values)).collect(),
        clusters: [treated, comparison],
        fewest: Standards::default().number(Key::ClustersPerArm) as usize,
        rising: rising(panel, &groups),
    }))
}

fn ends(outcome: &[f64]) -> Option<Ends> {
    let (low, high) = outcome.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &y| (l.min(y), h.max(y)));
    let mut values: Vec<f64> = Vec::new();
    for &y in outcome {
        if !values.contains(&y) {
            values.push(y);
        }
        if values.len() >= VALUES {
            break;
        }
    }
    let share = |end: f64| outcome.iter().filter(|&&y| y == end).count() as f64 / outcome.len() as f64;
    (values.len() >= VALUES).then(|| Ends { ceiling: share(high), floor: share(low), rows: outcome.len() })
}

/// The difference of differences of a covariate's means, before and after the first start; `None` for one that is constant within units.
fn changed(panel: &Panel, groups: &Groups, name: &str, values: &[f64]) -> Option<Changed> {
    if panel.kind == Kind::Panel && !panel.varies_within_units(values) && panel.is_balanced() {
        return None;
    }
    let after = |r: usize| panel.cells.period_ix(panel.cell[r]) > groups.before;
    let cell = |r: usize| groups.side(panel, r).filter(|_| after(r) || panel.cells.period_ix(panel.cell[r]) == groups.before);
    let of = |treated: bool, late: bool| {
        Centre::of((0..panel.n_rows()).filter(move |&r| cell(r) == Some(treated) && after(r) == late).map(|r| values[r]))
    };
    let means = [[of(true, false), of(true, true)], [of(false, false), of(false, true)]];
    let mean = |s: usize, late: usize| means[s][late].mean;
    let difference = (mean(0, 1)? - mean(0, 0)?) - (mean(1, 1)? - mean(1, 0)?);
    let all = Centre::of((0..panel.n_rows()).filter(|&r| cell(r).is_some() && !after(r)).map(|r| values[r]));
    let influence = |r: usize| {
        let Some(treated) = cell(r) else { return 0.0 };
        let (s, late) = (usize::from(!treated), usize::from(after(r)));
        let sign = if treated == after(r) { 1.0 } else { -1.0 };
        sign * (values[r] - means[s][late].mean.unwrap_or(0.0)) / means[s][late].n as f64
    };
    let of_cluster = |g: usize| {
        let terms: Vec<f64> = panel.units_of(g).flat_map(|u| panel.rows_of(u)).map(influence).collect();
        crate::num::sorted(terms).iter().sum::<f64>()
    };
    let clusters: Vec<f64> = (0..panel.n_clusters()).map(of_cluster).collect();
    let sd = all.sd.filter(|sd| *sd > 0.0);
    let rarest = means.iter().flatten().filter_map(|m| m.two).map(|two| two.rarer()).min();
    Some(Changed {
        covariate: name.into(),
        difference: sd.map(|sd| difference / sd),
        p_value: p_of_clusters(difference, &clusters),
        rarest,
    })
}

fn rising(panel: &Panel, groups: &Groups) -> Option<Rising> {
    if panel.kind != Kind::Panel {
        return None;
    }
    let before = groups.before > 0;
    let periods = if before { (groups.before - 1, groups.before) } else { (groups.before, groups.before + 1) };
    let correlation = pooled_correlation(panel, groups, periods)?;
    let of = |treated: bool| Centre::of(groups.rows(panel, groups.before, treated).map(|r| panel.outcome[r]));
    let (treated, comparison) = (of(true), of(false));
    let gap = (treated.mean? - comparison.mean?) / comparison.sd.filter(|sd| *sd > 0.0)?;
    let gain = if gap < 0.0 { apparent_gain(gap, correlation.max(0.0))?.abs() } else { 0.0 };
    Some(Rising { gap, correlation, before, gain })
}
