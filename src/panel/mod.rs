//! The analytic sample an estimator sees: units, periods, cohorts and clusters, checked; and its moments.

mod build;
mod canonical;
mod cell;
mod crossed;
mod differences;
mod executor;
mod extra;
mod fixed_effect;
mod grouping;
mod key;
mod moments;
mod roll;
mod sequence;
mod spec;
mod subset;

pub(crate) use build::missing_column;
pub use cell::{Cells, FirstTreated};
pub use executor::{Executor, Serial, spread};
pub use extra::{Extra, Extras, Status};
pub use fixed_effect::{Effect, FixedEffect};
pub(crate) use grouping::nests_periods;
pub use grouping::{Finer, Grouping, Level};
pub use key::Keys;
pub use moments::{Absorb, ClusterMoments, Moments, ResidualScores, Scale, UnitSums};
pub use sequence::Sequence;
pub use spec::{CovariateTerm, Duplicates, PanelSpec, Paths, TreatmentRule};

use crate::cohort::{Ledger, Warning};
use std::sync::{Arc, OnceLock};

/// Whether the same units are seen again, or every row is another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Units observed in several periods.
    Panel,
    /// Every row is a unit of its own.
    CrossSections,
}

/// A covariate's values, one a row of the panel.
#[derive(Debug, Clone)]
pub struct Covariate {
    /// The name; a level of a categorical covariate is written `name=level`.
    pub name: String,
    /// The values.
    pub values: Arc<Vec<f64>>,
}

/// Units × periods, checked. Rows stand in the order cluster, unit, period, whatever the order of the source.
///
/// It cannot be malformed: a unit has at most one row a period, lies in one cluster, belongs to one cohort. A clone shares the
/// columns and costs nothing.
#[derive(Debug, Clone)]
pub struct Panel {
    /// Whether units are seen again.
    pub kind: Kind,
    /// The outcome's name.
    pub outcome_name: String,
    /// The outcome, a row each.
    pub outcome: Arc<Vec<f64>>,
    /// The weights, a row each; empty when all rows count alike.
    pub weight: Arc<Vec<f64>>,
    /// The (cohort, period) cell of each row, as an index into [`Panel::cells`].
    pub cell: Arc<Vec<u32>>,
    /// The covariates.
    pub covariates: Vec<Covariate>,
    /// Where each unit's rows begin; one more entry than units. Empty for cross-sections, where row = unit.
    pub unit_start: Arc<Vec<u32>>,
    /// Where each cluster's units begin; one more entry than clusters.
    pub cluster_start: Arc<Vec<u32>>,
    /// Names of the clusters, in order.
    pub clusters: Arc<Keys>,
    /// A second clustering that crosses the first.
    pub second: Option<Grouping>,
    /// Levels between cluster and unit, coarse to fine.
    pub levels: Vec<Level>,
    /// The block of each cluster, where clusters were assigned within blocks.
    pub blocks: Option<Arc<Vec<u32>>>,
    /// Columns that only some estimators ask for.
    pub extras: Extras,
    /// The periods and cohorts, and what lies where.
    pub cells: Cells,
    /// Starts that lie beyond the last period: their units count as never treated.
    pub later_starts: Vec<i64>,
    /// Rows read and left out.
    pub ledger: Ledger,
    /// What the reader should know of this sample.
    pub warnings: Vec<Warning>,
    pub(super) survey: Arc<OnceLock<Survey>>,
}

/// Which cohorts each cluster holds, and how many units each cohort has.
#[derive(Debug, Clone)]
pub(crate) struct Survey {
    pub clusters: Vec<Vec<u32>>,
    pub units: Vec<usize>,
}

impl Panel {
    /// Number of rows.
    pub fn n_rows(&self) -> usize {
        self.outcome.len()
    }

    /// Number of units.
    pub fn n_units(&self) -> usize {
        if self.unit_start.is_empty() { self.n_rows() } else { self.unit_start.len() - 1 }
    }

    /// Number of clusters.
    pub fn n_clusters(&self) -> usize {
        self.cluster_start.len() - 1
    }

    /// The rows of a unit.
    #[inline]
    pub fn rows_of(&self, unit: usize) -> std::ops::Range<usize> {
        if self.unit_start.is_empty() { unit..unit + 1 } else { self.unit_start[unit] as usize..self.unit_start[unit + 1] as usize }
    }

    /// The units of a cluster.
    #[inline]
    pub fn units_of(&self, cluster: usize) -> std::ops::Range<usize> {
        self.cluster_start[cluster] as usize..self.cluster_start[cluster + 1] as usize
    }

    /// The weight of a row.
    #[inline]
    pub fn weight_of(&self, row: usize) -> f64 {
        if self.weight.is_empty() { 1.0 } else { self.weight[row] }
    }

    /// The sum over a cluster's units of each one's mean weight over its rows in the cells that `include` names.
    pub fn cluster_weight(&self, cluster: usize, include: &dyn Fn(u32) -> bool) -> f64 {
        let of_unit = |u: usize| {
            let (mut sum, mut n) = (0.0, 0usize);
            for r in self.rows_of(u).filter(|&r| include(self.cell[r])) {
                sum += self.weight_of(r);
                n += 1;
            }
            if n == 0 { 0.0 } else { sum / n as f64 }
        };
        // In ascending order, so that the order of rows cannot change a bit.
        crate::num::sorted(self.units_of(cluster).map(of_unit).collect()).iter().sum()
    }

    /// The weight of the rows of each cell.
    pub(crate) fn cell_sizes(&self) -> Vec<f64> {
        let mut out = vec![0.0; self.cells.len()];
        self.cell.iter().enumerate().for_each(|(r, &c)| out[c as usize] += self.weight_of(r));
        out
    }

    /// Whether each cell has rows.
    pub(crate) fn occupied(&self) -> Vec<bool> {
        let mut out = vec![false; self.cells.len()];
        self.cell.iter().for_each(|&c| out[c as usize] = true);
        out
    }

    /// Whether a column has several values within some unit.
    pub(crate) fn varies_within_units(&self, values: &[f64]) -> bool {
        (0..self.n_units()).any(|u| {
            let rows = self.rows_of(u);
            values[rows.clone()].iter().any(|v| *v != values[rows.start])
        })
    }

    /// The cohort of each cluster; `None` when one holds several.
    pub(crate) fn cohort_of_clusters(&self) -> Option<Vec<u32>> {
        self.survey().clusters.iter().map(|set| if set.len() == 1 { Some(set[0]) } else { None }).collect()
    }

    /// The cohort of each cluster, as an index into the cohorts of [`Panel::cells`]; `None` when some cluster holds several.
    pub fn whole_cohorts(&self) -> Option<Vec<u32>> {
        self.cohort_of_clusters()
    }

    /// The cohort of a unit, as an index into the cohorts of [`Panel::cells`].
    pub fn cohort_of(&self, unit: usize) -> usize {
        self.cells.cohort_ix(self.cell[self.rows_of(unit).start])
    }

    /// Which cohorts each cluster holds, and how many units each cohort has: found once.
    pub(crate) fn survey(&self) -> &Survey {
        self.survey.get_or_init(|| {
            let cohort: Vec<u32> = (0..self.cells.len() as u32).map(|c| self.cells.cohort_ix(c) as u32).collect();
            let mut units = vec![0; self.cells.cohorts.len()];
            let clusters = (0..self.n_clusters())
                .map(|g| {
                    let mut here = vec![0usize; units.len()];
                    for u in self.units_of(g) {
                        here[cohort[self.cell[self.rows_of(u).start] as usize] as usize] += 1;
                    }
                    units.iter_mut().zip(&here).for_each(|(u, h)| *u += h);
                    (0..here.len() as u32).filter(|&c| here[c as usize] > 0).collect()
                })
                .collect();
            Survey { clusters, units }
        })
    }

    /// How many clusters hold units of an arm: (treated at some time in the sample, never treated); where treatments do not simply
    /// stay on, (whose treatment changes, whose does not).
    pub fn clusters_by_arm(&self) -> (usize, usize) {
        let holds = |wanted: bool| {
            self.survey().clusters.iter().filter(|set| set.iter().any(|&c| self.cells.is_ever_treated(c as usize) == wanted)).count()
        };
        (holds(true), holds(false))
    }

    /// Number of units that are treated at some time in the sample, or whose treatment changes where it does not simply stay on.
    pub fn n_treated_units(&self) -> usize {
        self.survey().units.iter().enumerate().filter(|(c, _)| self.cells.is_ever_treated(*c)).map(|(_, n)| n).sum()
    }
}
