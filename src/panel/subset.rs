//! Some rows of a panel, as a panel of their own.

use super::{Cells, Covariate, FirstTreated, Grouping, Keys, Kind, Panel};
use crate::cohort::Reason;
use std::sync::{Arc, OnceLock};

impl Panel {
    /// The units seen in every period; `None` where these are all, or none, or rows have no units.
    pub fn complete(&self) -> Option<Panel> {
        if self.kind != Kind::Panel || self.is_balanced() {
            return None;
        }
        let n = self.cells.periods.len();
        let keep: Vec<bool> =
            (0..self.n_units()).map(|u| self.rows_of(u).len()).flat_map(|rows| std::iter::repeat_n(rows == n, rows)).collect();
        keep.contains(&true).then(|| self.keeping(|r| keep[r], Reason::NotInEveryPeriod))
    }

    /// The rows for which `keep` holds; the others are entered in the ledger under `reason`. Units and clusters without a row
    /// vanish, and so do periods and cohorts. A cohort whose start lies beyond the last period keeps its name.
    pub fn keeping(&self, keep: impl Fn(usize) -> bool, reason: Reason) -> Panel {
        let kept: Vec<usize> = (0..self.n_rows()).filter(|&r| keep(r)).collect();
        let mut out = self.clone();
        out.ledger.drop_rows(reason, self.n_rows() - kept.len());
        if kept.len() == self.n_rows() {
            return out;
        }
        out.columns_from(self, &kept);
        // Units and clusters that still have rows.
        let (mut units, mut unit_start) = (Vec::new(), vec![0u32]);
        let (mut clusters, mut cluster_start) = (Vec::new(), vec![0u32]);
        let mut at = 0;
        for g in 0..self.n_clusters() {
            let before = units.len();
            for u in self.units_of(g) {
                let end = self.rows_of(u).end;
                let n = kept[at..].iter().take_while(|&&r| r < end).count();
                at += n;
                if n > 0 {
                    units.push(u as u32);
                    unit_start.push(at as u32);
                }
            }
            if units.len() > before {
                clusters.push(g);
                cluster_start.push(units.len() as u32);
            }
        }
        out.unit_start = Arc::new(if self.kind == Kind::Panel { unit_start } else { Vec::new() });
        out.cluster_start = Arc::new(cluster_start);
        out.levels = self.levels.iter().map(|level| level.among(&units)).collect();
        out.blocks = self.blocks.as_ref().map(|b| Arc::new(clusters.iter().map(|&g| b[g]).collect()));
        if clusters.len() < self.n_clusters() {
            out.clusters = Arc::new(Keys::Text(clusters.iter().map(|&g| self.clusters.label(g)).collect()));
        }
        let (cells, table) = self.cells.among(kept.iter().map(|&r| self.cell[r]));
        out.cells = cells;
        out.cell = Arc::new(out.cell.iter().map(|&c| table[c as usize]).collect());
        out.survey = Arc::new(OnceLock::new());
        out
    }

    /// Takes the columns of these rows of another panel; what says where units and clusters begin is the caller's.
    pub(crate) fn columns_from(&mut self, from: &Panel, rows: &[usize]) {
        let values = |all: &[f64]| -> Vec<f64> { if all.is_empty() { Vec::new() } else { rows.iter().map(|&r| all[r]).collect() } };
        let pick = |all: &[f64]| Arc::new(values(all));
        self.outcome = pick(&from.outcome);
        self.weight = pick(&from.weight);
        self.cell = Arc::new(rows.iter().map(|&r| from.cell[r]).collect());
        self.covariates = from.covariates.iter().map(|c| Covariate { name: c.name.clone(), values: pick(&c.values) }).collect();
        self.extras = from.extras.pick(rows);
        self.second = from.second.as_ref().map(|s| Grouping { codes: Arc::new(rows.iter().map(|&r| s.codes[r]).collect()), ..s.clone() });
    }

    /// The same rows with the cohort treated last taken for never treated, where nobody is: it stands in as comparison.
    pub fn last_cohort_as_never(&self) -> Panel {
        let mut out = self.clone();
        if let Some(last) = out.cells.cohorts.last_mut() {
            *last = FirstTreated::Never;
        }
        out.survey = Arc::new(OnceLock::new());
        out
    }

    /// The same rows with another outcome.
    pub fn with_outcome(&self, outcome: Vec<f64>) -> Panel {
        assert_eq!(outcome.len(), self.n_rows(), "one value a row");
        Panel { outcome: Arc::new(outcome), ..self.clone() }
    }

    /// The same rows with only these covariates, in this order.
    pub fn with_covariates(&self, covariates: &[usize]) -> Panel {
        Panel { covariates: covariates.iter().map(|&i| self.covariates[i].clone()).collect(), ..self.clone() }
    }

    /// The same rows with each weight squared.
    pub fn with_squared_weights(&self) -> Panel {
        Panel { weight: Arc::new(self.weight.iter().map(|w| w * w).collect()), ..self.clone() }
    }

    /// The same rows with other starts.
    pub fn with_starts(&self, start: impl Fn(FirstTreated) -> FirstTreated) -> Panel {
        let moved: Vec<FirstTreated> = self.cells.cohorts.iter().map(|&c| start(c)).collect();
        let mut cohorts = moved.clone();
        cohorts.sort_unstable();
        cohorts.dedup();
        let place: Vec<usize> = moved.iter().map(|c| cohorts.binary_search(c).expect("one of them")).collect();
        let cells = Cells { periods: self.cells.periods.clone(), cohorts };
        let cell = self.cell.iter().map(|&c| cells.cell(place[self.cells.cohort_ix(c)], self.cells.period_ix(c))).collect();
        Panel { cell: Arc::new(cell), cells, survey: Arc::new(OnceLock::new()), ..self.clone() }
    }

    /// The same rows with each cluster in another cohort (an index into the cohorts).
    pub fn with_cohorts(&self, cohort_of_cluster: &[u32]) -> Panel {
        let mut cell = Vec::with_capacity(self.n_rows());
        for (g, &cohort) in cohort_of_cluster.iter().enumerate() {
            for u in self.units_of(g) {
                cell.extend(self.rows_of(u).map(|r| self.cells.cell(cohort as usize, self.cells.period_ix(self.cell[r]))));
            }
        }
        Panel { cell: Arc::new(cell), survey: Arc::new(OnceLock::new()), ..self.clone() }
    }

    /// Every row twice, one after the other, as the rows of two regressions that share no term: periods of the second follow those of
    /// the first, and each column has its values in the one and in the other. A row of cross-sections becomes a unit of two rows.
    pub fn twice(&self, columns: Vec<(String, [Vec<f64>; 2])>) -> Panel {
        let rows: Vec<usize> = (0..2 * self.n_rows()).map(|i| i / 2).collect();
        let mut out = self.clone();
        out.columns_from(self, &rows);
        let n = self.cells.periods.len();
        out.cells = Cells { periods: (0..2 * n as i64).collect(), cohorts: self.cells.cohorts.clone() };
        let cell = |i: usize| {
            let c = self.cell[i / 2];
            out.cells.cell(self.cells.cohort_ix(c), self.cells.period_ix(c) + i % 2 * n)
        };
        out.cell = Arc::new((0..rows.len()).map(cell).collect());
        out.covariates = columns
            .into_iter()
            .map(|(name, [a, b])| Covariate { name, values: Arc::new(a.into_iter().zip(b).flat_map(|(x, y)| [x, y]).collect()) })
            .collect();
        out.kind = Kind::Panel;
        out.unit_start = Arc::new(
            (0..=self.n_units()).map(|u| 2 * if u == self.n_units() { self.n_rows() } else { self.rows_of(u).start } as u32).collect(),
        );
        out.survey = Arc::new(OnceLock::new());
        out
    }

    /// Whether every unit has a row in every period.
    pub fn is_balanced(&self) -> bool {
        self.kind == Kind::Panel && self.n_rows() == self.n_units() * self.cells.periods.len()
    }
}

impl Cells {
    /// The periods and cohorts of these cells, and for each old cell its new number (`u32::MAX` where it vanished).
    fn among(&self, cells: impl Iterator<Item = u32>) -> (Cells, Vec<u32>) {
        let (mut periods, mut cohorts) = (vec![false; self.periods.len()], vec![false; self.cohorts.len()]);
        for c in cells {
            periods[self.period_ix(c)] = true;
            cohorts[self.cohort_ix(c)] = true;
        }
        let chosen = |flags: &[bool]| (0..flags.len()).filter(|&i| flags[i]).collect::<Vec<usize>>();
        let (p, c) = (chosen(&periods), chosen(&cohorts));
        let smaller = Cells {
            periods: p.iter().map(|&i| self.periods[i]).collect(),
            cohorts: c.iter().map(|&i| self.cohorts[i]).collect::<Vec<FirstTreated>>(),
        };
        let mut table = vec![u32::MAX; self.len()];
        for (to_c, &from_c) in c.iter().enumerate() {
            for (to_p, &from_p) in p.iter().enumerate() {
                table[self.cell(from_c, from_p) as usize] = smaller.cell(to_c, to_p);
            }
        }
        (smaller, table)
    }
}
