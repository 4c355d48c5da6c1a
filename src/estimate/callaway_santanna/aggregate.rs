//! Averages of ATT(g,t): overall, by time since the start, by cohort, by period.
//!
//! Each is Σ w_k ATT_k with weights made of cohort sizes P_g = Σ weight of the units of cohort g. Sizes are estimated, so
//! unit i of cohort g adds (w_i/ΣP) Σ_{k: g_k = g} (ATT_k − mean) to the influence (Callaway and Sant'Anna 2021,
//! corollary 2); means of such means, with fixed weights, carry it on.

use super::comparisons::Plan;
use crate::estimate::{NotIdentified, Target};
use crate::num::Matrix;
use crate::panel::Panel;

/// A weighted mean of cells.
#[derive(Debug, Clone)]
struct Mean {
    target: Target,
    /// Inner means, each counting alike: cells weighted by the size of their cohort.
    parts: Vec<Vec<usize>>,
    /// How the inner means are weighted.
    outer: Outer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outer {
    /// Alike.
    Plain,
    /// Inner means are over periods of one cohort, alike; these by the size of their cohort.
    Cohorts,
}

/// What is averaged.
#[derive(Debug, Clone)]
pub(super) struct Aggregates {
    means: Vec<Mean>,
    n_cells: usize,
}

impl Aggregates {
    /// Which averages there are. `window`: event times shown; `balance`: see the card.
    pub fn new(plan: &Plan, panel: &Panel, window: Option<(i64, i64)>, balance: Option<i64>) -> Aggregates {
        let cells = &plan.cells;
        let post: Vec<usize> = (0..cells.len()).filter(|&k| cells[k].time >= cells[k].group).collect();
        let span = plan.last_period - panel.cells.periods[0];
        let shown = |k: usize| {
            let e = cells[k].time - cells[k].group;
            let inside = window.is_none_or(|(a, b)| e >= a && e <= b);
            let balanced = balance.is_none_or(|b| plan.last_period - cells[k].group >= b && e <= b && e >= b - span);
            inside && balanced
        };
        let mut events: Vec<i64> = (0..cells.len()).filter(|&k| shown(k)).map(|k| cells[k].time - cells[k].group).collect();
        let mut groups: Vec<i64> = post.iter().map(|&k| cells[k].group).collect();
        let mut periods: Vec<i64> = post.iter().map(|&k| cells[k].time).collect();
        for list in [&mut events, &mut groups, &mut periods] {
            list.sort_unstable();
            list.dedup();
        }
        let at_event = |e: i64| -> Vec<usize> { (0..cells.len()).filter(|&k| shown(k) && cells[k].time - cells[k].group == e).collect() };
        let of_group = |g: i64| -> Vec<usize> { post.iter().copied().filter(|&k| cells[k].group == g).collect() };
        let in_period = |t: i64| -> Vec<usize> { post.iter().copied().filter(|&k| cells[k].time == t).collect() };
        let mut means = Vec::new();
        if !post.is_empty() {
            means.push(Mean { target: Target::overall(), parts: vec![post.clone()], outer: Outer::Plain });
        }
        let later: Vec<Vec<usize>> = events.iter().filter(|e| **e >= 0).map(|&e| at_event(e)).collect();
        if !later.is_empty() {
            means.push(Mean { target: Target::overall_dynamic(), parts: later, outer: Outer::Plain });
        }
        if !post.is_empty() {
            let parts = groups.iter().map(|&g| of_group(g)).collect();
            means.push(Mean { target: Target::overall_group(), parts, outer: Outer::Cohorts });
            let parts = periods.iter().map(|&t| in_period(t)).collect();
            means.push(Mean { target: Target::overall_calendar(), parts, outer: Outer::Plain });
        }
        means.extend(events.iter().map(|&e| Mean { target: Target::event(e), parts: vec![at_event(e)], outer: Outer::Plain }));
        means.extend(groups.iter().map(|&g| Mean { target: Target::group(g), parts: vec![of_group(g)], outer: Outer::Cohorts }));
        means.extend(periods.iter().map(|&t| Mean { target: Target::calendar(t), parts: vec![in_period(t)], outer: Outer::Plain }));
        Aggregates { means, n_cells: cells.len() }
    }

    /// All targets: the averages, then the cells; and for each the weight of a row's outcome by (cohort, period).
    pub fn describe(&self, plan: &Plan, panel: &Panel) -> (Vec<Target>, Vec<Vec<f64>>) {
        let mut targets: Vec<Target> = self.means.iter().map(|m| m.target.clone()).collect();
        targets.extend(plan.cells.iter().map(|c| Target::group_time(c.group, c.time)));
        // As without covariates: a row counts by the size of its cell.
        let size = panel.cell_sizes();
        let all: Vec<usize> = (0..self.n_cells).collect();
        let sizes: Vec<f64> = plan.cells.iter().map(|c| size[panel.cells.cell(c.cohort, c.period) as usize]).collect();
        let share = |weights: &[(usize, f64)]| -> Vec<f64> {
            let mut out = vec![0.0; panel.cells.len()];
            for &(k, w) in weights {
                let cell = &plan.cells[k];
                for (cohorts, sign) in [(std::slice::from_ref(&cell.cohort), 1.0), (&cell.control[..], -1.0)] {
                    for (period, way) in [(cell.period, 1.0), (cell.base, -1.0)] {
                        let total: f64 = cohorts.iter().map(|&c| size[panel.cells.cell(c, period) as usize]).sum();
                        if total > 0.0 && cell.period != cell.base {
                            cohorts.iter().for_each(|&c| out[panel.cells.cell(c, period) as usize] += w * sign * way / total);
                        }
                    }
                }
            }
            out
        };
        let mut weights: Vec<Vec<f64>> = self.means.iter().map(|m| share(&m.weights(&all, &sizes))).collect();
        weights.extend((0..self.n_cells).map(|k| share(&[(k, 1.0)])));
        (targets, weights)
    }

    /// Estimates of all targets from those of the cells; with the clusters' influence on the cells and on sizes also theirs.
    /// `sizes[cohort]` is P_g, and `size_of[cohort]` each cluster's part of it for one copy of the cluster.
    pub fn apply(
        &self,
        plan: &Plan,
        cells: &[Result<f64, NotIdentified>],
        influence: Option<&Matrix>,
        sizes: &[f64],
        size_of: &[Vec<f64>],
    ) -> (Vec<Result<f64, NotIdentified>>, Option<Matrix>) {
        let known: Vec<usize> = (0..cells.len()).filter(|&k| cells[k].is_ok() && sizes[plan.cells[k].cohort] > 0.0).collect();
        let value = |k: usize| *cells[k].as_ref().expect("known");
        let cohort_size: Vec<f64> = plan.cells.iter().map(|c| sizes[c.cohort]).collect();
        let mut estimates = Vec::new();
        let mut all = influence.map(|m| Matrix::zeros(m.rows(), self.means.len() + cells.len()));
        for (t, mean) in self.means.iter().enumerate() {
            let weights = mean.weights(&known, &cohort_size);
            if weights.is_empty() {
                let reason = mean.parts.iter().flatten().find_map(|&k| cells[k].as_ref().err().map(|e| e.0.clone()));
                estimates.push(Err(NotIdentified(reason.unwrap_or_else(|| "no cell of it can be estimated".into()))));
                continue;
            }
            estimates.push(Ok(weights.iter().map(|&(k, w)| w * value(k)).sum()));
            let (Some(out), Some(from)) = (&mut all, influence) else { continue };
            // Weight of each cohort's units on the estimate through its size.
            let through = mean.through_sizes(&known, &cohort_size, &value, plan, sizes.len());
            for g in 0..from.rows() {
                let own: f64 = weights.iter().map(|&(k, w)| w * from[(g, k)]).sum();
                let by_size: f64 = through.iter().enumerate().map(|(c, v)| v * size_of[c][g]).sum();
                out[(g, t)] = own + by_size;
            }
        }
        if let (Some(out), Some(from)) = (&mut all, influence) {
            for g in 0..from.rows() {
                (0..cells.len()).for_each(|k| out[(g, self.means.len() + k)] = from[(g, k)]);
            }
        }
        estimates.extend(cells.iter().cloned());
        (estimates, all)
    }
}

impl Mean {
    /// The inner means over known cells: (cells with their shares, size of the cohorts).
    fn inner(&self, known: &[usize], size: &[f64]) -> Vec<(Vec<(usize, f64)>, f64)> {
        self.parts
            .iter()
            .map(|part| part.iter().copied().filter(|k| known.binary_search(k).is_ok()).collect::<Vec<usize>>())
            .filter(|part| !part.is_empty())
            .map(|part| {
                let total: f64 = part.iter().map(|&k| size[k]).sum();
                let n = part.len() as f64;
                let share = |k: usize| if self.outer == Outer::Cohorts { 1.0 / n } else { size[k] / total };
                let first = size[part[0]];
                (part.iter().map(|&k| (k, share(k))).collect(), first)
            })
            .collect()
    }

    /// The weight of each known cell.
    fn weights(&self, known: &[usize], size: &[f64]) -> Vec<(usize, f64)> {
        let inner = self.inner(known, size);
        let total: f64 = inner.iter().map(|(_, s)| s).sum();
        let n = inner.len() as f64;
        let mut out = Vec::new();
        for (cells, cohort) in &inner {
            let outer = if self.outer == Outer::Cohorts { cohort / total } else { 1.0 / n };
            out.extend(cells.iter().map(|&(k, w)| (k, outer * w)));
        }
        out
    }

    /// dMean/dP_g for each cohort.
    fn through_sizes(&self, known: &[usize], size: &[f64], value: &dyn Fn(usize) -> f64, plan: &Plan, n_cohorts: usize) -> Vec<f64> {
        let inner = self.inner(known, size);
        let mut out = vec![0.0; n_cohorts];
        let means: Vec<f64> = inner.iter().map(|(cells, _)| cells.iter().map(|&(k, w)| w * value(k)).sum()).collect();
        match self.outer {
            Outer::Cohorts => {
                let total: f64 = inner.iter().map(|(_, s)| s).sum();
                let mean: f64 = inner.iter().zip(&means).map(|((_, s), m)| s / total * m).sum();
                for ((cells, _), m) in inner.iter().zip(&means) {
                    out[plan.cells[cells[0].0].cohort] += (m - mean) / total;
                }
            }
            Outer::Plain => {
                let n = inner.len() as f64;
                for ((cells, _), m) in inner.iter().zip(&means) {
                    let total: f64 = cells.iter().map(|&(k, _)| size[k]).sum();
                    cells.iter().for_each(|&(k, _)| out[plan.cells[k].cohort] += (value(k) - m) / total / n);
                }
            }
        }
        out
    }
}
