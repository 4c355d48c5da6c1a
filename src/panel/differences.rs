//! A panel collapsed to one change for each unit: its mean outcome after, minus its mean outcome before.

use super::{Cells, FirstTreated, Keys, Kind, Panel};
use crate::cohort::{Reason, Warning};

impl Panel {
    /// One row a unit: the change of its mean outcome from before to after the start of `cohort_ix`, for the units of that
    /// cohort and the never-treated. Covariates and weights are those of the last period before.
    /// With one period before and one after this is the plain change. Units not observed on both sides are counted in
    /// the ledger and left out.
    ///
    /// The collapse to two periods follows Bertrand, Duflo and Mullainathan (2004), section IV.C.
    pub fn differences(&self, start: i64) -> Panel {
        let cells = Cells { periods: vec![1], cohorts: vec![FirstTreated::At(1), FirstTreated::Never] };
        let mut out = Panel {
            kind: Kind::CrossSections,
            outcome_name: self.outcome_name.clone(),
            outcome: Vec::new(),
            weight: Vec::new(),
            cell: Vec::new(),
            covariates: self.covariates.iter().map(|c| super::Covariate { name: c.name.clone(), values: Vec::new() }).collect(),
            unit_start: Vec::new(),
            cluster_start: vec![0],
            clusters: self.clusters.clone(),
            cells,
            ledger: self.ledger.clone(),
            warnings: self.warnings.clone(),
        };
        let (mut left_out, mut varying) = (0, 0);
        let mut kept_clusters = Vec::new();
        for g in 0..self.n_clusters() {
            let before_cluster = out.outcome.len();
            for u in self.units_of(g) {
                let rows = self.rows_of(u);
                let is_after = |r: usize| self.cells.periods[self.cells.period_ix(self.cell[r])] >= start;
                let split = rows.clone().find(|&r| is_after(r)).unwrap_or(rows.end);
                if split == rows.start || split == rows.end {
                    left_out += rows.len();
                    continue;
                }
                let mean = |range: std::ops::Range<usize>| {
                    let n = range.len() as f64;
                    self.outcome[range].iter().sum::<f64>() / n
                };
                out.outcome.push(mean(split..rows.end) - mean(rows.start..split));
                out.cell.push(u32::from(!self.cells.is_ever_treated(self.cohort_of(u))));
                let base = split - 1;
                if !self.weight.is_empty() {
                    out.weight.push(self.weight[base]);
                    varying += usize::from(self.weight[rows].iter().any(|&w| w != self.weight[base]));
                }
                for (to, from) in out.covariates.iter_mut().zip(&self.covariates) {
                    to.values.push(from.values[base]);
                }
            }
            if out.outcome.len() > before_cluster {
                out.cluster_start.push(out.outcome.len() as u32);
                kept_clusters.push(g);
            }
        }
        if kept_clusters.len() < self.n_clusters() {
            out.clusters = Keys::Text(kept_clusters.iter().map(|&g| self.clusters.label(g)).collect());
        }
        out.ledger.drop_rows(Reason::NotInBothPeriods, left_out);
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
        let cell = self
            .cell
            .iter()
            .map(|&c| {
                let after = usize::from(self.cells.periods[self.cells.period_ix(c)] >= start);
                cells.cell(usize::from(!self.cells.is_ever_treated(self.cells.cohort_ix(c))), after)
            })
            .collect();
        Panel { cell, cells, ..self.clone() }
    }
}
