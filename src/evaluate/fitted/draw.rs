//! One draw of an outcome on a fitted design.

use super::Fit;
use super::conditions::Conditions;
use super::layout::Grouping;
use crate::cohort::Data;
use crate::panel::FirstTreated;
use crate::random::Stream;
use crate::simulate::TrueEffect;
use std::collections::BTreeMap;

impl Fit {
    /// The outcome on all rows of the source, missing where it is missing there or where a unit has left; and the true effects.
    pub(super) fn draw(&self, conditions: &Conditions, seed: u64, n_rows: usize) -> (Data, Vec<TrueEffect>) {
        let stream = |what: &str| Stream::new(seed, &["evaluate", "fitted", &self.name, what], 0);
        let mut y = self.levels.expected.clone();
        for (grouping, process) in self.layout.groupings.iter().zip(&self.processes) {
            process.add_to(&mut stream(&grouping.name), grouping, self, &mut y);
        }
        let (effect, drift) = (conditions.effect * self.levels.sd, conditions.drift * self.levels.sd);
        let first = self.layout.cells.periods[0];
        // Where some are treated from the first period on, nothing starts there that could be seen.
        let everyone = self.layout.cells.treated_cohorts().map(|(_, g)| g).filter(|g| *g > first).min();
        let reached = self.chosen(&mut stream("contamination"), conditions.contamination);
        let units = &self.layout.groupings[0].codes;
        for r in 0..y.len() {
            let (cell, period) = (self.layout.cell[r], self.layout.period(r));
            if self.layout.cells.is_ever_treated(self.layout.cells.cohort_ix(cell)) {
                y[r] += drift * (period - first) as f64;
            }
            let treated = self.layout.cells.is_treated(cell);
            if treated || reached[units[r] as usize] && everyone.is_some_and(|g| period >= g) {
                y[r] += effect;
            }
        }
        let gone = self.leavers(&mut stream("attrition"), conditions, &y);
        let mut out = vec![f64::NAN; n_rows];
        for (r, value) in y.iter().enumerate().filter(|(r, _)| !gone[*r]) {
            out[self.layout.source[r] as usize] = *value;
        }
        (Data::Number(out), self.truths(effect, &gone))
    }

    /// Units chosen with a chance.
    fn chosen(&self, stream: &mut Stream, chance: f64) -> Vec<bool> {
        let n = self.layout.groupings[0].n;
        if chance > 0.0 { (0..n).map(|_| stream.bernoulli(chance)).collect() } else { vec![false; n] }
    }

    /// The rows that are not seen because their unit has left: of the units of each treated cohort that are seen after the start, the
    /// share that leaves then, those with the lowest score first. The score is s·z + √(1 − s²)·e, with z a unit's mean outcome after
    /// the start, standardized among them, and s `attrition_by_outcome`.
    fn leavers(&self, stream: &mut Stream, conditions: &Conditions, y: &[f64]) -> Vec<bool> {
        let mut gone = vec![false; y.len()];
        if conditions.attrition == 0.0 {
            return gone;
        }
        let cells = &self.layout.cells;
        let units = &self.layout.groupings[0].codes;
        for (cohort, _) in cells.treated_cohorts() {
            let after = |r: usize| cells.cohort_ix(self.layout.cell[r]) == cohort && cells.is_treated(self.layout.cell[r]);
            let mut sums: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
            for r in (0..y.len()).filter(|&r| after(r)) {
                let slot = sums.entry(units[r]).or_default();
                *slot = (slot.0 + y[r], slot.1 + 1.0);
            }
            let means: Vec<f64> = sums.values().map(|(sum, n)| sum / n).collect();
            let n = means.len() as f64;
            let mean = means.iter().sum::<f64>() / n;
            let sd = (means.iter().map(|m| (m - mean) * (m - mean)).sum::<f64>() / n).sqrt();
            let s = conditions.attrition_by_outcome;
            let mut scores: Vec<(f64, u32)> = sums
                .keys()
                .zip(&means)
                .map(|(&u, m)| {
                    let z = if sd > 0.0 { (m - mean) / sd } else { 0.0 };
                    (s * z + (1.0 - s * s).sqrt() * stream.normal(), u)
                })
                .collect();
            scores.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            let leave = (conditions.attrition * n).round() as usize;
            let leaving: std::collections::BTreeSet<u32> = scores[..leave].iter().map(|s| s.1).collect();
            (0..y.len()).filter(|&r| after(r) && leaving.contains(&units[r])).for_each(|r| gone[r] = true);
        }
        gone
    }

    /// The effect of each cohort in each period since its start, in all and in subgroups, over the rows that are seen.
    fn truths(&self, effect: f64, gone: &[bool]) -> Vec<TrueEffect> {
        let cells = &self.layout.cells;
        let mut out = Vec::new();
        let everyone = vec![true; gone.len()];
        let all = std::iter::once((None, &everyone)).chain(self.subgroups.iter().map(|(name, inside)| (Some(name.clone()), inside)));
        for (subgroup, inside) in all {
            let mut n = vec![0usize; cells.len()];
            (0..gone.len()).filter(|&r| !gone[r] && inside[r]).for_each(|r| n[self.layout.cell[r] as usize] += 1);
            for cell in (0..cells.len() as u32).filter(|&c| cells.is_treated(c) && n[c as usize] > 0) {
                let FirstTreated::At(group) = cells.cohorts[cells.cohort_ix(cell)] else { continue };
                out.push(TrueEffect {
                    outcome: self.name.clone(),
                    subgroup: subgroup.clone(),
                    estimand: "group-time".into(),
                    group: Some(group),
                    period: Some(cells.periods[cells.period_ix(cell)]),
                    event_time: cells.event_time(cell),
                    value: effect,
                    n: n[cell as usize],
                });
            }
        }
        out
    }
}

impl super::Process {
    /// Adds a draw of it for each group of a grouping to the rows' outcomes; rows of a group in the same period share it.
    fn add_to(&self, stream: &mut Stream, grouping: &Grouping, fit: &Fit, y: &mut [f64]) {
        if self.variance() <= 0.0 {
            return;
        }
        let periods = &fit.layout.cells.periods;
        if grouping.n == y.len() {
            // Every row is a unit of its own, seen once.
            let sd = self.variance().sqrt();
            y.iter_mut().for_each(|value| *value += sd * stream.normal());
            return;
        }
        let t = periods.len();
        let mut all = vec![0.0; grouping.n * t];
        all.chunks_exact_mut(t).for_each(|own| self.add(stream, periods, own));
        for (r, value) in y.iter_mut().enumerate() {
            *value += all[grouping.codes[r] as usize * t + fit.layout.cells.period_ix(fit.layout.cell[r])];
        }
    }
}
