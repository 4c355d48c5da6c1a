//! Treated units against their weighted comparison units: effects, influence, leaving out, resampling, placebo starts.

use super::series::{Outcomes, Series, Starters, shares};
use super::weights::{Rules, Weights, noise};
use crate::estimate::arithmetic::{Arithmetic, Solved};
use crate::estimate::{NotIdentified, Placebo};
use crate::num::Matrix;
use crate::panel::{Executor, Panel};
use std::borrow::Cow;

/// How the effects by start and period are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mean {
    /// All treated unit-periods.
    Overall,
    /// Those of one start.
    Start(usize),
    /// Those a number of periods after the start, by how many units there are.
    Event(i64),
}

/// The estimator's arithmetic.
pub(super) struct Comparison {
    rules: Rules,
    /// As they were read.
    raw: Outcomes,
    /// Less what covariates explain with every unit counted once.
    outcomes: Outcomes,
    /// Which covariates explain nothing of their own.
    dropped: Vec<usize>,
    /// For each start its weights with every unit counted once.
    main: Vec<Option<Weights>>,
    /// The targets.
    means: Vec<Mean>,
    /// For each start the event time of each period from the start on.
    events: Vec<Vec<i64>>,
    /// The cohort of each cluster; `None` when one holds several.
    labels: Option<Vec<u32>>,
    /// The cohort of the comparison units.
    never: u32,
    n_clusters: usize,
}

/// What one start shows: units, their weights, and the effect in each period from the start on.
struct Shown<'a> {
    treated: &'a Series,
    /// Each treated unit's share.
    shares: Vec<f64>,
    /// How many treated units, with their counts and weights.
    size: f64,
    controls: &'a Series,
    weights: Weights,
    start: usize,
    effects: Vec<f64>,
    /// The weighted means of changes, of the treated and of their comparison.
    means: [Vec<f64>; 2],
}

impl Comparison {
    /// Finds the weights with every unit counted once; units' own are those of the period `base`.
    pub(super) fn new(panel: &Panel, base: usize, rules: Rules, means: Vec<Mean>) -> Comparison {
        let raw = Outcomes::of(panel, base);
        let found = raw.coefficients(&raw.controls.weight);
        let outcomes = found.as_ref().map_or_else(|| raw.clone(), |c| raw.less(&c.beta));
        let dropped = found.map_or_else(Vec::new, |c| c.dropped);
        let cells = &panel.cells;
        let starters = outcomes.starters.iter();
        let group: Vec<i64> = cells.treated_cohorts().map(|(_, g)| g).collect();
        let events = starters.zip(group).map(|(s, g)| cells.periods[s.start..].iter().map(|p| p - g).collect()).collect();
        let ones = vec![1.0; outcomes.controls.y.len()];
        let find = |s: &Starters| {
            let even = shares(&s.units.weight)?;
            let from = rules.even(&outcomes.controls, &ones, s.start, rules.scale(&outcomes, s))?;
            rules.fit(&outcomes.controls, &ones, &s.units.mean(&even), s.start, &from)
        };
        let main = outcomes.starters.iter().map(find).collect();
        Comparison {
            main,
            rules,
            raw,
            outcomes,
            dropped,
            means,
            events,
            labels: panel.cohort_of_clusters(),
            never: cells.cohorts.len() as u32 - 1,
            n_clusters: panel.n_clusters(),
        }
    }

    /// The weights of each start with every unit counted once.
    pub(super) fn weights(&self) -> impl Iterator<Item = (usize, &Starters, &Weights)> {
        self.outcomes.starters.iter().zip(&self.main).enumerate().filter_map(|(i, (s, w))| Some((i, s, w.as_ref()?)))
    }

    /// The weights of comparison units as given.
    pub(super) fn control_weights(&self) -> &[f64] {
        &self.outcomes.controls.weight
    }

    /// The distance between the treated and their comparison in the periods before a start, as a root mean square, in units
    /// of the noise; with an intercept the mean distance is taken off.
    pub(super) fn distance(&self, starters: &Starters, weights: &Weights) -> Option<f64> {
        let even = shares(&starters.units.weight)?;
        let gap = difference(&starters.units.mean(&even), &self.outcomes.controls.mean(&weights.units));
        let before = &gap[..starters.start];
        let n = before.len() as f64;
        let mean = if self.rules.intercept { before.iter().sum::<f64>() / n } else { 0.0 };
        let distance = (before.iter().map(|d| (d - mean) * (d - mean)).sum::<f64>() / n).sqrt() / weights.scale.noise;
        distance.is_finite().then_some(distance)
    }

    fn counts_of(series: &Series, counts: &[f64]) -> Vec<f64> {
        series.cluster.iter().map(|&g| counts[g as usize]).collect()
    }

    /// The covariates that explain nothing of their own.
    pub(super) fn dropped(&self) -> &[usize] {
        &self.dropped
    }

    /// The outcomes less what covariates explain when each comparison unit counts so often.
    fn adjusted(&self, counts: &[f64]) -> Cow<'_, Outcomes> {
        self.raw
            .coefficients(&self.raw.controls.weighted(counts))
            .map_or(Cow::Borrowed(&self.outcomes), |c| Cow::Owned(self.raw.less(&c.beta)))
    }

    /// What a start shows when clusters count so often; `refit`: with weights searched anew from those of all units, else with
    /// those of all units, made to add up to one again.
    fn shown<'a>(&self, on: &'a Outcomes, s: usize, counts: &[f64], refit: bool) -> Option<Shown<'a>> {
        let (starters, main) = (&on.starters[s], self.main[s].as_ref()?);
        let controls = &on.controls;
        let theirs = Self::counts_of(controls, counts);
        let own = tilted(&Self::counts_of(&starters.units, counts), &starters.units.weight);
        let share = shares(&own)?;
        let weights = if refit {
            let treated = starters.units.mean(&share);
            self.rules.fit(controls, &theirs, &treated, starters.start, main)?
        } else {
            let units: Vec<f64> = main.units.iter().zip(&theirs).map(|(w, c)| w * c).collect();
            Weights { units: shares(&units)?, ..main.clone() }
        };
        Some(Shown::new(&starters.units, share, own.iter().sum(), controls, weights, starters.start))
    }

    /// The targets, where each start shows something.
    fn put_together(&self, shown: &[Option<Shown<'_>>]) -> Vec<Option<f64>> {
        self.means.iter().map(|mean| self.parts(*mean, shown).map(|(_, value)| value * self.outcomes.unit)).collect()
    }

    /// The starts that enter a target, each with its size, its effect, and the share of each of its periods; and their mean.
    fn parts(&self, mean: Mean, shown: &[Option<Shown<'_>>]) -> Option<(Vec<Part>, f64)> {
        let mut parts = Vec::new();
        for (s, events) in self.events.iter().enumerate() {
            let n = events.len() as f64;
            let shares: Vec<f64> = match mean {
                Mean::Overall => vec![1.0 / n; events.len()],
                Mean::Start(own) if own == s => vec![1.0 / n; events.len()],
                Mean::Event(e) if events.contains(&e) => events.iter().map(|x| f64::from(u8::from(*x == e))).collect(),
                _ => continue,
            };
            let shown = shown[s].as_ref()?;
            let size = shown.size * if mean == Mean::Overall { n } else { 1.0 };
            let effect = shares.iter().zip(&shown.effects).map(|(s, e)| s * e).sum();
            parts.push(Part { start: s, size, effect, shares });
        }
        let total: f64 = parts.iter().map(|p| p.size).sum();
        let value = parts.iter().map(|p| p.size / total * p.effect).sum::<f64>();
        value.is_finite().then_some((parts, value))
    }

    /// Each cluster's influence on each target, the weights taken as given: what leaving out one copy of it changes.
    fn influence(&self, shown: &[Option<Shown<'_>>], counts: &[f64]) -> Matrix {
        let mut out = Matrix::zeros(self.n_clusters, self.means.len());
        for (t, mean) in self.means.iter().enumerate() {
            let Some((parts, value)) = self.parts(*mean, shown) else { continue };
            let total: f64 = parts.iter().map(|p| p.size).sum();
            for part in &parts {
                let Some(shown) = &shown[part.start] else { continue };
                let weight = part.size / total;
                for (series, of, centre, sign) in
                    [(shown.treated, &shown.shares, &shown.means[0], 1.0), (shown.controls, &shown.weights.units, &shown.means[1], -1.0)]
                {
                    for ((y, &g), &w) in series.y.iter().zip(&series.cluster).zip(of).filter(|(_, w)| **w != 0.0) {
                        let away = shown.changes(y).zip(centre).zip(&part.shares).map(|((c, m), s)| s * (c - m)).sum::<f64>();
                        // The share of a start grows with its treated units.
                        let more = if sign > 0.0 { part.effect - value } else { 0.0 };
                        out[(g as usize, t)] += self.outcomes.unit * weight * w / counts[g as usize] * (sign * away + more);
                    }
                }
            }
        }
        out
    }
}

/// A start within a target.
struct Part {
    start: usize,
    size: f64,
    effect: f64,
    shares: Vec<f64>,
}

/// Counts times weights.
fn tilted(counts: &[f64], weights: &[f64]) -> Vec<f64> {
    counts.iter().zip(weights).map(|(c, w)| c * w).collect()
}

fn difference(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

impl<'a> Shown<'a> {
    fn new(treated: &'a Series, shares: Vec<f64>, size: f64, controls: &'a Series, weights: Weights, start: usize) -> Shown<'a> {
        let mut out = Shown { treated, shares, size, controls, weights, start, effects: Vec::new(), means: [Vec::new(), Vec::new()] };
        let own = out.changes(&treated.mean(&out.shares)).collect::<Vec<_>>();
        let theirs = out.changes(&controls.mean(&out.weights.units)).collect::<Vec<_>>();
        out.effects = difference(&own, &theirs);
        out.means = [own, theirs];
        out
    }

    /// From the start on, the outcome less its weighted mean before it.
    fn changes<'b>(&self, y: &'b [f64]) -> impl Iterator<Item = f64> + use<'b> {
        let before: f64 = y.iter().zip(&self.weights.periods).map(|(y, w)| y * w).sum();
        y[self.start..].iter().map(move |y| y - before)
    }
}

impl Arithmetic for Comparison {
    fn solve(&self, counts: &[f64], influence: bool, _: &dyn Executor) -> Solved {
        // With every unit counted once the weights are known.
        let refit = counts.iter().any(|c| *c != 1.0);
        let on = if refit { self.adjusted(&Self::counts_of(&self.raw.controls, counts)) } else { Cow::Borrowed(&self.outcomes) };
        let shown: Vec<Option<Shown<'_>>> = (0..self.main.len()).map(|s| self.shown(&on, s, counts, refit)).collect();
        let reason = || NotIdentified("no treated or no comparison unit is left".into());
        Solved {
            estimates: self.put_together(&shown).into_iter().map(|e| e.ok_or_else(reason)).collect(),
            influence: influence.then(|| self.influence(&shown, counts)),
        }
    }

    fn without(&self, cluster: usize) -> Option<Vec<Option<f64>>> {
        let mut counts = vec![1.0; self.n_clusters];
        counts[cluster] = 0.0;
        let shown: Vec<Option<Shown<'_>>> = (0..self.main.len()).map(|s| self.shown(&self.outcomes, s, &counts, false)).collect();
        Some(self.put_together(&shown))
    }

    fn price(&self) -> f64 {
        // Weights are searched for with a fixed number of steps at most, each as long as there are comparison units.
        1e4 * (self.outcomes.starters.len() * self.outcomes.controls.y.len()) as f64
    }

    fn on(&self, _: Panel) -> Option<Box<dyn Arithmetic>> {
        None
    }

    fn placebo(&self) -> Option<Box<dyn Placebo + '_>> {
        Some(Box::new(Starts { comparison: self, labels: self.labels.as_ref()? }))
    }
}

/// Placebo starts of comparison units.
struct Starts<'a> {
    comparison: &'a Comparison,
    labels: &'a [u32],
}

impl Placebo for Starts<'_> {
    fn labels(&self) -> &[u32] {
        self.labels
    }

    fn never(&self) -> u32 {
        self.comparison.never
    }

    fn cost(&self) -> f64 {
        // Every step of the search passes over all units.
        1e4 * (self.comparison.raw.controls.y.len() * self.comparison.main.len()) as f64
    }

    fn evaluate(&self, labels: &[u32], anew: bool) -> Vec<Option<f64>> {
        let own = self.comparison;
        let drawn: Vec<u32> = own.raw.controls.cluster.iter().map(|&g| labels[g as usize]).collect();
        let counts: Vec<f64> = drawn.iter().map(|&l| f64::from(u8::from(l == own.never))).collect();
        let on = own.adjusted(&counts);
        let all = &on.controls;
        let one = |s: usize| -> Option<Shown<'_>> {
            let (starters, main) = (&on.starters[s], own.main[s].as_ref()?);
            let chosen: Vec<f64> = drawn.iter().map(|&l| f64::from(u8::from(l == starters.cohort))).collect();
            let treated = tilted(&chosen, &all.weight);
            let share = shares(&treated)?;
            let from = if anew {
                let scale = super::weights::Scale { noise: noise(&on, starters.start, &own.rules.own(all, &counts)), ..main.scale };
                own.rules.even(all, &counts, starters.start, scale)?
            } else {
                main.clone()
            };
            let weights = own.rules.fit(all, &counts, &all.mean(&share), starters.start, &from)?;
            Some(Shown::new(all, share, treated.iter().sum(), all, weights, starters.start))
        };
        let shown: Vec<Option<Shown<'_>>> = (0..own.main.len()).map(one).collect();
        own.put_together(&shown)
    }
}
