//! A panel collapsed to one change for each unit: its mean outcome after, minus its mean outcome before.

use super::{Cells, Extras, FirstTreated, Grouping, Keys, Kind, Panel};
use crate::cohort::{Reason, Warning};
use std::sync::{Arc, OnceLock};

impl Panel {
    /// One row a unit: the change of its mean outcome from before to after the start of `cohort_ix`, for the units of that
    /// cohort and the never-treated. Covariates and weights are those of the last period before.
    /// With one period before and one after this is the plain change. Units not observed on both sides are counted in
    /// the ledger and left out; with more than two periods so are units not observed in every one, because the mean over
    /// other periods is not the same mean (period effects would not cancel).
    ///
    /// The collapse to two periods follows Bertrand, Duflo and Mullainathan (2004), section IV.C.
    pub fn differences(&self, start: i64) -> Panel {
        self.collapse(start, false)
    }

    /// One row a unit as in [`Panel::differences`]: its mean outcome after the start, and as first covariate `baseline`, its mean
    /// outcome before.
    pub fn last_and_first(&self, start: i64) -> Panel {
        self.collapse(start, true)
    }

    fn collapse(&self, start: i64, levels: bool) -> Panel {
        let cells = Cells { periods: vec![1], cohorts: vec![FirstTreated::At(1), FirstTreated::Never] };
        let mut out = Panel {
            kind: Kind::CrossSections,
            outcome_name: self.outcome_name.clone(),
            outcome: Arc::default(),
            weight: Arc::default(),
            cell: Arc::default(),
            covariates: Vec::new(),
            unit_start: Arc::default(),
            cluster_start: Arc::default(),
            clusters: self.clusters.clone(),
            second: None,
            levels: Vec::new(),
            blocks: None,
            extras: Extras::default(),
            cells,
            later_starts: self.later_starts.clone(),
            ledger: self.ledger.clone(),
            warnings: self.warnings.clone(),
            survey: Arc::new(OnceLock::new()),
        };
        let (mut outcome, mut weight) = (Vec::new(), Vec::new());
        let mut covariates: Vec<Vec<f64>> = vec![Vec::new(); self.covariates.len()];
        let (mut left_out, mut incomplete, mut varying) = (0, 0, 0);
        let (mut kept_clusters, mut kept_units) = (Vec::new(), Vec::new());
        let mut baseline = Vec::new();
        let mut last_rows = Vec::new();
        let (mut cell, mut cluster_start) = (Vec::new(), vec![0u32]);
        for g in 0..self.n_clusters() {
            let before_cluster = outcome.len();
            for u in self.units_of(g) {
                let rows = self.rows_of(u);
                let is_after = |r: usize| self.cells.periods[self.cells.period_ix(self.cell[r])] >= start;
                let split = rows.clone().find(|&r| is_after(r)).unwrap_or(rows.end);
                if split == rows.start || split == rows.end {
                    left_out += rows.len();
                    continue;
                }
                if rows.len() < self.cells.periods.len() {
                    incomplete += rows.len();
                    continue;
                }
                let mean = |range: std::ops::Range<usize>| {
                    let n = range.len() as f64;
                    self.outcome[range].iter().sum::<f64>() / n
                };
                let (before, after) = (mean(rows.start..split), mean(split..rows.end));
                outcome.push(if levels { after } else { after - before });
                baseline.push(before);
                kept_units.push(u as u32);
                last_rows.push(rows.end - 1);
                cell.push(u32::from(!self.cells.is_ever_treated(self.cohort_of(u))));
                let base = split - 1;
                if !self.weight.is_empty() {
                    weight.push(self.weight[base]);
                    varying += usize::from(self.weight[rows].iter().any(|&w| w != self.weight[base]));
                }
                for (to, from) in covariates.iter_mut().zip(&self.covariates) {
                    to.push(from.values[base]);
                }
            }
            if outcome.len() > before_cluster {
                cluster_start.push(outcome.len() as u32);
                kept_clusters.push(g);
            }
        }
        out.cell = Arc::new(cell);
        out.cluster_start = Arc::new(cluster_start);
        out.second = self.second.as_ref().and_then(|second| second.of_units(self, &kept_units));
        out.levels = self.levels.iter().map(|level| level.among(&kept_units)).collect();
        out.blocks = self.blocks.as_ref().map(|blocks| Arc::new(kept_clusters.iter().map(|&g| blocks[g]).collect()));
        // As they stand in the last period.
        out.extras = self.extras.pick(&last_rows);
        out.outcome = Arc::new(outcome);
        out.weight = Arc::new(weight);
        let first = levels.then(|| super::Covariate { name: "baseline".into(), values: Arc::new(baseline) });
        out.covariates = first
            .into_iter()
            .chain(
                self.covariates
                    .iter()
                    .zip(covariates)
                    .map(|(c, values)| super::Covariate { name: c.name.clone(), values: Arc::new(values) }),
            )
            .collect();
        if kept_clusters.len() < self.n_clusters() {
            out.clusters = Arc::new(Keys::Text(kept_clusters.iter().map(|&g| self.clusters.label(g)).collect()));
        }
        out.ledger.drop_rows(Reason::NotInBothPeriods, left_out);
        out.ledger.drop_rows(Reason::NotInEveryPeriod, incomplete);
        if varying > 0 {
            out.warnings.push(Warning::new(
                "weights-vary",
                format!("{varying} units have weights that vary in time; the weight of the last period before the start is used"),
            ));
        }
        out
    }

    /// The rows collapsed to before and after the start, each row still its own unit.
    pub fn before_and_after(&self, start: i64) -> Panel {
        let cells = Cells { periods: vec![0, 1], cohorts: vec![FirstTreated::At(1), FirstTreated::Never] };
        let table: Vec<u32> = (0..self.cells.len() as u32)
            .map(|c| {
                let after = usize::from(self.cells.periods[self.cells.period_ix(c)] >= start);
                cells.cell(usize::from(!self.cells.is_ever_treated(self.cells.cohort_ix(c))), after)
            })
            .collect();
        let cell = Arc::new(self.cell.iter().map(|&c| table[c as usize]).collect());
        let second = self.second.clone().map(|s| Grouping { nests_periods: false, ..s });
        Panel { cell, second, cells, survey: Arc::new(OnceLock::new()), ..self.clone() }
    }
}
