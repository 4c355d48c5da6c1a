//! ATT(g,t) without a cluster, from sums less its own.
//!
//! Without covariates an effect is made of weighted means: of changes of the treated and of comparison units, or of outcomes of both after
//! and before. Each is Σwy/Σw, so that leaving a cluster out takes its own rows only, and all clusters in turn take no longer than one fit.

use super::comparisons::Cell;
use super::group_time::GroupTime;
use crate::estimate::NotIdentified;
use crate::estimate::observations::Observations;
use std::sync::OnceLock;

/// A weighted mean, and how many observations stand behind it.
#[derive(Debug, Clone, Copy, Default)]
struct Mean {
    weight: f64,
    sum: f64,
    n: u32,
}

impl Mean {
    fn add(&mut self, weight: f64, y: f64) {
        *self = Mean { weight: self.weight + weight, sum: self.sum + weight * y, n: self.n + 1 };
    }

    fn less(self, own: Mean) -> Mean {
        Mean { weight: self.weight - own.weight, sum: self.sum - own.sum, n: self.n - own.n }
    }

    /// `None` where nobody is left, whatever rounding leaves of the weights.
    fn value(self) -> Option<f64> {
        (self.n > 0 && self.weight > 0.0).then(|| self.sum / self.weight)
    }
}

/// Treated after and before, comparison after and before; of changes there is no before.
type Means = [Mean; 4];

/// What all clusters have in common.
#[derive(Default)]
pub(super) struct Sums(OnceLock<Known>);

struct Known {
    /// Of all clusters, cell by cell.
    means: Vec<Means>,
    /// The cohort, or cohort and period, of each observation, as [`Observations::members`] lists them.
    member_of: Vec<u32>,
    /// Where each cluster's observations begin, and the end.
    begin: Vec<usize>,
    /// The size of each cohort.
    sizes: Vec<f64>,
}

impl GroupTime {
    /// All estimates without a cluster; `None` where covariates ask for a fit of its own.
    pub(super) fn less(&self, cluster: usize) -> Option<Vec<Option<f64>>> {
        if self.data.k > 1 {
            return None;
        }
        let known = self.sums.0.get_or_init(|| self.known());
        let mut own = vec![Means::default(); self.plan.cells.len()];
        (known.begin[cluster]..known.begin[cluster + 1]).for_each(|i| self.add(i as u32, known.member_of[i] as usize, &mut own));
        let one = |((cell, all), own): ((&Cell, &Means), &Means)| {
            let left: Means = std::array::from_fn(|s| all[s].less(own[s]));
            self.effect(cell, &left).ok_or_else(|| NotIdentified("nobody is left to compare".into()))
        };
        let cells: Vec<Result<f64, NotIdentified>> = self.plan.cells.iter().zip(&known.means).zip(&own).map(one).collect();
        let sizes: Vec<f64> = known.sizes.iter().zip(&self.data.size_of).map(|(all, own)| all - own[cluster]).collect();
        let (estimates, _) = self.aggregates.apply(&self.plan, &cells, None, &sizes, &self.data.size_of);
        Some(estimates.into_iter().map(Result::ok).collect())
    }

    fn known(&self) -> Known {
        let data = &self.data;
        let n = data.cluster.len();
        let mut member_of = vec![0; n];
        for (member, all) in data.members.iter().enumerate() {
            all.iter().for_each(|&i| member_of[i as usize] = member as u32);
        }
        // Observations are put together cluster by cluster.
        let begin: Vec<usize> = (0..=self.n_clusters).map(|g| data.cluster.partition_point(|&c| (c as usize) < g)).collect();
        let mut means = vec![Means::default(); self.plan.cells.len()];
        (0..n).for_each(|i| self.add(i as u32, member_of[i] as usize, &mut means));
        let sizes = data.size_of.iter().map(|own| own.iter().sum()).collect();
        Known { means, member_of, begin, sizes }
    }

    /// Adds an observation to the means it is part of.
    fn add(&self, i: u32, member: usize, to: &mut [Means]) {
        let data: &Observations = &self.data;
        for (cell, means) in self.plan.cells.iter().zip(to) {
            let cohort = if self.as_units { member } else { member / self.n_periods };
            let side = match cohort {
                c if c == cell.cohort => 0,
                c if cell.control.contains(&c) => 2,
                _ => continue,
            };
            if self.as_units {
                if data.is_present(i, cell.period) && data.is_present(i, cell.base) {
                    means[side].add(data.weight(i, cell.period.min(cell.base)), data.y(i, cell.period) - data.y(i, cell.base));
                }
            } else if member % self.n_periods == cell.period {
                means[side].add(data.weight(i, 0), data.y(i, 0));
            } else if member % self.n_periods == cell.base {
                means[side + 1].add(data.weight(i, 0), data.y(i, 0));
            }
        }
    }

    fn effect(&self, cell: &Cell, means: &Means) -> Option<f64> {
        let [after, before, other_after, other_before] = means.map(Mean::value);
        match (cell.period == cell.base, self.as_units) {
            (true, _) => after.and(other_after).map(|_| 0.0),
            (false, true) => Some(after? - other_after?),
            (false, false) => Some(after? - before? - (other_after? - other_before?)),
        }
    }
}
