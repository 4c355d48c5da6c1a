//! Regressions with an effect of its own for every cohort in every period, and averages of these.
//!
//! Both Sun and Abraham's event study and Wooldridge's extended two-way fixed effects are such regressions; they differ in
//! which cells have an effect and in how covariates enter. Averages weight cells by their rows (their weight): with shares
//! taken as fixed they are contrasts of the coefficients; with estimated shares each cluster's rows also move the average
//! by Σ_k n_kg (b_k − mean)/Σ n (Sun and Abraham 2021, proposition 6).

use super::arithmetic::{self, About, Arithmetic, Solved};
use super::comparable;
use super::design::Contrasts;
use super::fit::{Body, Fit, LinearFit, NotIdentified};
use super::linear::{self, Column, Term, Wanted};
use super::price::{self, Size};
use super::target::{Estimand, Target};
use crate::cohort::{Faults, Reason, Warning};
use crate::num::{Matrix, dot, sorted};
use crate::panel::{Absorb, Cells, Executor, FirstTreated, Moments, Panel};
use std::sync::Arc;

/// A cohort in a period with an effect of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Effect {
    /// The cell's number.
    pub cell: u32,
    /// First treated period and period.
    pub group: i64,
    pub time: i64,
}

/// What is averaged: a target and the places of its effects; `plain` averages the averages by event time instead.
pub(super) struct Average {
    target: Target,
    effects: Vec<usize>,
}

/// The averages that an estimator of cells reports.
pub(super) fn averages(effects: &[Effect]) -> Vec<Average> {
    let places = |test: &dyn Fn(&Effect) -> bool| -> Vec<usize> { (0..effects.len()).filter(|&k| test(&effects[k])).collect() };
    let mut out = vec![Average { target: Target::overall(), effects: places(&|e| e.time >= e.group) }];
    let distinct = |value: &dyn Fn(&Effect) -> i64, test: &dyn Fn(&Effect) -> bool| -> Vec<i64> {
        let mut list: Vec<i64> = effects.iter().filter(|e| test(e)).map(value).collect();
        list.sort_unstable();
        list.dedup();
        list
    };
    let post = |e: &Effect| e.time >= e.group;
    out.push(Average { target: Target::overall_dynamic(), effects: places(&post) });
    for e in distinct(&|e| e.time - e.group, &|_| true) {
        out.push(Average { target: Target::event(e), effects: places(&|k| k.time - k.group == e) });
    }
    for g in distinct(&|e| e.group, &post) {
        out.push(Average { target: Target::group(g), effects: places(&|k| k.group == g && post(k)) });
    }
    for t in distinct(&|e| e.time, &post) {
        out.push(Average { target: Target::calendar(t), effects: places(&|k| k.time == t && post(k)) });
    }
    for (k, e) in effects.iter().enumerate() {
        out.push(Average { target: Target::group_time(e.group, e.time), effects: vec![k] });
    }
    out
}

impl Average {
    /// The weight of each effect, by the sizes of the cells.
    fn weights(&self, effects: &[Effect], size: &[f64]) -> Vec<(usize, f64)> {
        if self.target.estimand != Estimand::OverallDynamic {
            let total: f64 = self.effects.iter().map(|&k| size[k]).sum();
            return self.effects.iter().map(|&k| (k, size[k] / total)).collect();
        }
        // The plain mean over event times of their means.
        let time = |k: usize| effects[k].time - effects[k].group;
        let mut times: Vec<i64> = self.effects.iter().map(|&k| time(k)).collect();
        times.sort_unstable();
        times.dedup();
        let of = |e: i64| self.effects.iter().filter(|&&k| time(k) == e).map(|&k| size[k]).sum::<f64>();
        self.effects.iter().map(|&k| (k, size[k] / of(time(k)) / times.len() as f64)).collect()
    }
}

/// How large such a regression is, with an effect for as many cells as `count` says of a cohort's periods before and from its start on.
pub(super) fn size(panel: &Panel, absorb: Absorb, count: impl Fn(usize, usize) -> usize) -> Size {
    let cells = &panel.cells;
    let occupied = panel.occupied();
    let (mut effects, mut cohorts, mut before) = (0, 0, 0);
    for (cohort, start) in cells.treated_cohorts() {
        let seen = |test: &dyn Fn(i64) -> bool| {
            (0..cells.periods.len()).filter(|&p| test(cells.periods[p]) && occupied[cells.cell(cohort, p) as usize]).count()
        };
        let after = seen(&|t| t >= start);
        let own = count(seen(&|t| t < start), after);
        effects += own;
        before += own.saturating_sub(after);
        cohorts += 1;
    }
    let levels = if absorb == Absorb::Nothing { cells.cohorts.len() } else { 0 };
    let [early, late] = cells.n_event_times();
    Size {
        rows: panel.n_rows(),
        terms: levels + cells.periods.len() + effects + panel.covariates.len(),
        // Beside the effects themselves averages by time, by cohort and by period.
        targets: effects + 3 * cells.periods.len() + cohorts,
        clusters: panel.n_clusters(),
        fit: 0.0,
        less: None,
        tested: if before > 0 { [before, early.saturating_sub(1), late] } else { [0, 0, late] },
    }
}

/// A regression with these effects, after `before` (levels, periods, covariates), whose coefficients `wanted` may add.
pub(super) struct Saturated {
    pub panel: Panel,
    pub absorb: Absorb,
    pub before: Vec<Term>,
    /// Coefficients to be reported beside the effects.
    pub also: Vec<Wanted>,
    pub effects: Vec<Effect>,
    /// Further terms behind the effects (covariates interacted with them).
    pub after: Vec<Term>,
}

impl Saturated {
    /// Fits; `estimated` lets the shares' own variance in.
    pub fn fit(self, estimated: bool, executor: &dyn Executor) -> Result<Fit, Faults> {
        price::affordable(&self.panel, self.before.len() + self.effects.len() + self.after.len())?;
        let sizes = Sizes::new(&self.panel);
        let moments = Arc::new(Moments::accumulate(&self.panel, self.absorb, &|_| true, executor));
        let cells = &self.panel.cells;
        let from = self.before.len();
        let mut terms = self.before;
        terms.extend(self.effects.iter().map(|e| Term {
            name: format!("cohort {}, period {}", e.group, e.time),
            column: Column::Cells((0..cells.len() as u32).map(|c| f64::from(u8::from(c == e.cell))).collect()),
            tell: true,
            is_period: false,
        }));
        terms.extend(self.after);
        let averages = averages(&self.effects);
        let nested = if self.absorb == Absorb::Unit { moments.n_units } else { 0 };
        if estimated {
            let wanted = (0..self.effects.len()).map(|k| Wanted {
                target: Target::group_time(self.effects[k].group, self.effects[k].time),
                weights: vec![(from + k, 1.0)],
            });
            let fit = linear::fit(&self.panel, &moments, terms, wanted.collect(), nested, executor)?;
            return Ok(with_shares(&self.panel, fit, averages, self.effects, &sizes, executor));
        }
        let size: Vec<f64> = self.effects.iter().map(|e| sizes.of(e.cell)).collect();
        let mut wanted: Vec<Wanted> = averages
            .iter()
            .map(|a| Wanted {
                target: a.target.clone(),
                weights: a.weights(&self.effects, &size).into_iter().map(|(k, w)| (from + k, w)).collect(),
            })
            .collect();
        wanted.extend(self.also);
        let mut fit = linear::fit(&self.panel, &moments, terms, wanted, nested, executor)?;
        if let Body::Linear(body) = &mut fit.body
            && let Some(design) = &mut body.design
        {
            // The last averages are the effects themselves.
            let first = averages.len() - self.effects.len();
            let assigned = Assigned {
                cells: self.panel.cells.clone(),
                sizes,
                averages,
                effects: self.effects,
                contrasts: body.contrasts.clone(),
                first,
            };
            design.under = Some(Box::new(assigned));
        }
        Ok(fit)
    }
}

/// The weight of each cluster's rows by cell, added in ascending order, so that no order of the rows can change a bit.
struct Sizes {
    of_cluster: Vec<Vec<f64>>,
}

impl Sizes {
    fn new(panel: &Panel) -> Sizes {
        let largest = panel.weight.iter().fold(0.0, |m: f64, &w| m.max(w));
        let of = |g: usize| {
            let rows = panel.units_of(g).flat_map(|u| panel.rows_of(u));
            if panel.weight.is_empty() {
                let mut own = vec![0.0; panel.cells.len()];
                rows.for_each(|r| own[panel.cell[r] as usize] += 1.0);
                return own;
            }
            let mut own = vec![Vec::new(); panel.cells.len()];
            rows.for_each(|r| own[panel.cell[r] as usize].push((panel.weight[r] / largest).max(f64::MIN_POSITIVE)));
            own.into_iter().map(|weights| sorted(weights).iter().sum()).collect()
        };
        Sizes { of_cluster: (0..panel.n_clusters()).map(of).collect() }
    }

    fn of(&self, cell: u32) -> f64 {
        self.of_cluster.iter().map(|own| own[cell as usize]).sum()
    }
}

/// The averages when clusters are assigned otherwise: cohorts then have other sizes, and averages other shares.
struct Assigned {
    cells: Cells,
    sizes: Sizes,
    averages: Vec<Average>,
    effects: Vec<Effect>,
    /// Of the fit as observed.
    contrasts: Vec<Option<Vec<f64>>>,
    /// Where the effects themselves begin.
    first: usize,
}

impl Contrasts for Assigned {
    fn under(&self, labels: &[u32]) -> Vec<Option<Vec<f64>>> {
        let n = self.cells.periods.len();
        let mut in_cell = vec![0.0; self.cells.len()];
        for (&label, own) in labels.iter().zip(&self.sizes.of_cluster).filter(|(label, _)| **label != u32::MAX) {
            // A cluster keeps its rows by period.
            for (c, size) in own.iter().enumerate() {
                in_cell[label as usize * n + c % n] += size;
            }
        }
        let size: Vec<f64> = self.effects.iter().map(|e| in_cell[e.cell as usize]).collect();
        let mut out = self.contrasts.clone();
        for (contrast, average) in out.iter_mut().zip(&self.averages).take(self.first) {
            let Some(contrast) = contrast else { continue };
            contrast.fill(0.0);
            for (k, w) in average.weights(&self.effects, &size) {
                let own = self.contrasts[self.first + k].as_ref().expect("an average is identified only if its effects are");
                contrast.iter_mut().zip(own).for_each(|(c, x)| *c += w * x);
            }
        }
        out
    }
}

/// Units without a period before treatment leave; where nobody is never treated (or `last` asks for it) the cohort treated
/// last stands in, until it is. Says which periods are left out.
pub(super) fn comparable(panel: &Panel, last: bool, warnings: &mut Vec<Warning>) -> Result<Panel, Faults> {
    let first = panel.cells.periods[0];
    let always: Vec<i64> = panel.cells.always_treated().map(|(_, g)| g).collect();
    warnings.extend(comparable::always_treated(&always));
    let cells = &panel.cells;
    let occupied = panel.occupied();
    // Cohorts with no row before their start: of the effects of one of them only differences are identified.
    let blind =
        |cohort: usize, g: i64| (0..cells.periods.len()).all(|p| cells.periods[p] >= g || !occupied[cells.cell(cohort, p) as usize]);
    let unseen: Vec<String> = cells.treated_cohorts().filter(|&(c, g)| g > first && blind(c, g)).map(|(_, g)| g.to_string()).collect();
    if !unseen.is_empty() {
        warnings.push(Warning::new(
            "never-seen-untreated",
            format!("units first treated in {} are not seen in any period before, and are left out", unseen.join(", ")),
        ));
    }
    let early = |r: usize| {
        let cohort = cells.cohort_ix(panel.cell[r]);
        matches!(cells.cohorts[cohort], FirstTreated::At(g) if blind(cohort, g))
    };
    let mut out = panel.keeping(|r| !early(r), Reason::AlwaysTreated);
    if last && out.cells.has_never() {
        let (cells, cell) = (out.cells.clone(), out.cell.clone());
        out = out.keeping(|r| cells.is_ever_treated(cells.cohort_ix(cell[r])), Reason::NoComparison);
        warnings.push(Warning::new("never-treated-left-out", "with control=last never-treated units are left out"));
    }
    comparable::with_comparison(out, 0, "no treated unit is seen before its start", first, "", warnings)
}

/// The same coefficients with averages whose shares are estimated.
fn with_shares(panel: &Panel, fit: Fit, averages: Vec<Average>, effects: Vec<Effect>, sizes: &Sizes, executor: &dyn Executor) -> Fit {
    let Fit { body: Body::Linear(linear), estimates, dropped_terms, warnings, ledger, n_rows, n_units, n_treated_units, .. } = fit else {
        unreachable!("a regression")
    };
    let size_of: Vec<Vec<f64>> = effects.iter().map(|e| sizes.of_cluster.iter().map(|own| own[e.cell as usize]).collect()).collect();
    let size: Vec<f64> = size_of.iter().map(|own| own.iter().sum()).collect();
    let cell_weights = averages
        .iter()
        .map(|a| {
            let mut out = vec![0.0; panel.cells.len()];
            for (k, w) in a.weights(&effects, &size) {
                out[effects[k].cell as usize] += w / size[k];
            }
            out
        })
        .collect();
    let about = About { targets: averages.iter().map(|a| a.target.clone()).collect(), cell_weights, dropped_terms, warnings };
    let unknown = estimates.into_iter().map(Result::err).collect();
    let shares = Shares { linear, unknown, averages, effects, size_of };
    let mut out = arithmetic::fit(panel, Box::new(shares), about, executor);
    (out.ledger, out.n_rows, out.n_units, out.n_treated_units) = (ledger, n_rows, n_units, n_treated_units);
    out
}

struct Shares {
    linear: LinearFit,
    /// Why an effect is not identified.
    unknown: Vec<Option<NotIdentified>>,
    averages: Vec<Average>,
    effects: Vec<Effect>,
    /// Effects × clusters: the rows of the cell.
    size_of: Vec<Vec<f64>>,
}

impl Arithmetic for Shares {
    fn solve(&self, counts: &[f64], influence: bool, _: &dyn Executor) -> Solved {
        let k = self.linear.beta.len();
        let lost = || Err(NotIdentified("some cohort or period is not observed".into()));
        let Some((beta, cholesky)) = self.linear.under(counts) else {
            return Solved {
                estimates: self.averages.iter().map(|_| lost()).collect(),
                influence: influence.then(|| Matrix::zeros(counts.len(), self.averages.len())),
            };
        };
        let effect = |e: usize| self.linear.contrasts[e].as_ref().map(|c| dot(c, &beta));
        let size: Vec<f64> = self.size_of.iter().map(|own| own.iter().zip(counts).map(|(n, c)| n * c).sum()).collect();
        let mut table = influence.then(|| Matrix::zeros(counts.len(), self.averages.len()));
        let mut estimates = Vec::new();
        for (t, average) in self.averages.iter().enumerate() {
            // As with fixed shares: an average is not identified where one of its effects is not.
            let reason = average.effects.iter().find_map(|&e| self.unknown[e].clone());
            if let Some(reason) = reason {
                estimates.push(Err(reason));
                continue;
            }
            if average.effects.iter().any(|&e| size[e] <= 0.0) {
                estimates.push(lost());
                continue;
            }
            let weights = average.weights(&self.effects, &size);
            let mean: f64 = weights.iter().map(|&(e, w)| w * effect(e).expect("known")).sum();
            estimates.push(Ok(mean));
            let Some(table) = &mut table else { continue };
            let mut contrast = vec![0.0; k];
            for &(e, w) in &weights {
                let own = self.linear.contrasts[e].as_ref().expect("known");
                contrast.iter_mut().zip(own).for_each(|(c, x)| *c += w * x);
            }
            let h = cholesky.solve(&contrast);
            // Means by event time of a mean over event times; else the mean itself.
            let centre = |e: usize| -> f64 {
                if average.target.estimand != Estimand::OverallDynamic {
                    return mean;
                }
                let time = |e: usize| self.effects[e].time - self.effects[e].group;
                let same: Vec<usize> = average.effects.iter().copied().filter(|&o| time(o) == time(e)).collect();
                let total: f64 = same.iter().map(|&o| size[o]).sum();
                same.iter().map(|&o| size[o] / total * effect(o).expect("known")).sum()
            };
            for g in 0..counts.len() {
                if counts[g] == 0.0 {
                    continue;
                }
                let cluster = &self.linear.clusters[g];
                let score = dot(&h, &cluster.b) - dot(&h, &cluster.s.apply(&beta));
                // d mean / d size of an effect: its weight over its size, times how far it lies from the mean.
                let through: f64 =
                    weights.iter().map(|&(e, w)| w / size[e] * self.size_of[e][g] * (effect(e).expect("known") - centre(e))).sum();
                table[(g, t)] = score + through;
            }
        }
        Solved { estimates, influence: table }
    }

    fn on(&self, _: Panel) -> Option<Box<dyn Arithmetic>> {
        None
    }

    fn price(&self) -> f64 {
        (self.linear.clusters.len() * self.linear.beta.len() * self.linear.beta.len()) as f64
    }
}
