//! ATT(g,t) of all cells under any cluster weights.

use super::aggregate::Aggregates;
use super::comparisons::{Cell, Plan};
use super::without::Sums;
use crate::estimate::NotIdentified;
use crate::estimate::arithmetic::{Arithmetic, Solved};
use crate::estimate::observations::Observations;
use crate::estimate::two_groups::{Changes, Method, PASSES, Pooled};
use crate::num::Matrix;
use crate::panel::{Executor, Panel, spread};
use std::sync::{Arc, OnceLock};

/// The cells with everything they need.
pub(super) struct GroupTime {
    pub(super) n_clusters: usize,
    pub(super) n_periods: usize,
    method: Method,
    pub(super) plan: Plan,
    pub(super) aggregates: Aggregates,
    pub(super) as_units: bool,
    as_drdid: bool,
    pub(super) data: Observations,
    /// For fits without a cluster, when first asked for.
    pub(super) sums: Sums,
    /// Cells that share cohorts, weights and covariates.
    jobs: Vec<Vec<usize>>,
    /// Comparison observations trimmed, cell by cell, when first solved.
    pub trimmed: Arc<OnceLock<usize>>,
}

/// One cell solved: the effect, and each cluster's influence.
type One = (Result<f64, NotIdentified>, Vec<f64>);

/// Cells solved together, how many comparison observations were trimmed, and the coefficients of the odds.
type Done = (Vec<One>, usize, Option<Vec<f64>>);

impl GroupTime {
    pub fn new(panel: &Panel, method: Method, plan: Plan, aggregates: Aggregates, as_units: bool, as_drdid: bool) -> GroupTime {
        let data = if as_units { Observations::units(panel) } else { Observations::rows(panel) };
        let mut jobs: Vec<Vec<usize>> = Vec::new();
        let shared = as_units && data.is_steady();
        for (k, cell) in plan.cells.iter().enumerate() {
            let same = |job: &&mut Vec<usize>| {
                let other: &Cell = &plan.cells[job[0]];
                shared && other.cohort == cell.cohort && other.control == cell.control
            };
            match jobs.iter_mut().find(same) {
                Some(job) => job.push(k),
                None => jobs.push(vec![k]),
            }
        }
        GroupTime {
            n_clusters: panel.n_clusters(),
            n_periods: panel.cells.periods.len(),
            method,
            plan,
            aggregates,
            as_units,
            as_drdid,
            data,
            jobs,
            sums: Sums::default(),
            trimmed: Arc::default(),
        }
    }

    fn units_job(&self, job: &[usize], counts: &[f64], influence: bool, start: Option<&[f64]>) -> Done {
        let data = &self.data;
        let cell = &self.plan.cells[job[0]];
        let earlier = cell.period.min(cell.base);
        let mut arms = data.arms();
        let most: usize = std::iter::once(&cell.cohort).chain(&cell.control).map(|&c| data.members[c].len()).sum();
        let mut who: Vec<u32> = Vec::with_capacity(most);
        arms.weight.reserve(most);
        arms.x.reserve(most * data.k);
        for (part, cohorts) in [std::slice::from_ref(&cell.cohort), &cell.control[..]].into_iter().enumerate() {
            for &i in cohorts.iter().flat_map(|&c| &data.members[c]) {
                let count = counts[data.cluster[i as usize] as usize];
                if count == 0.0 || !data.is_present(i, cell.period) || !data.is_present(i, cell.base) {
                    continue;
                }
                who.push(i);
                arms.number.push(data.number[i as usize]);
                arms.weight.push(count * data.weight(i, earlier));
                arms.x.extend_from_slice(data.x(i, earlier));
            }
            if part == 0 {
                arms.n_treated = who.len();
            }
        }
        let size = if influence { self.n_clusters } else { 0 };
        let changes = match Changes::new(&arms, self.method, start) {
            Ok(changes) => changes,
            Err(reason) => return (job.iter().map(|_| (Err(NotIdentified(reason.clone())), vec![0.0; size])).collect(), 0, None),
        };
        let mut change = vec![0.0; who.len()];
        let one = |&k: &usize| {
            let cell = &self.plan.cells[k];
            let mut psi = vec![0.0; size];
            if cell.period == cell.base {
                return (Ok(0.0), psi);
            }
            change.iter_mut().zip(&who).for_each(|(d, &i)| *d = data.y(i, cell.period) - data.y(i, cell.base));
            let att = changes.effect(&change, influence, |i, v| {
                let g = data.cluster[who[i] as usize] as usize;
                psi[g] += v / counts[g];
            });
            (Ok(att), psi)
        };
        (job.iter().map(one).collect(), changes.trimmed(), changes.coefficients().map(<[f64]>::to_vec))
    }

    fn rows_job(&self, k: usize, counts: &[f64], influence: bool) -> Done {
        let data = &self.data;
        let cell = &self.plan.cells[k];
        let size = if influence { self.n_clusters } else { 0 };
        let mut psi = vec![0.0; size];
        let mut arms = data.arms();
        let (mut who, mut after, mut y) = (Vec::new(), Vec::new(), Vec::new());
        let both = [cell.base, cell.period];
        for (part, cohorts) in [std::slice::from_ref(&cell.cohort), &cell.control[..]].into_iter().enumerate() {
            for &cohort in cohorts {
                for &period in &both[usize::from(cell.base == cell.period)..] {
                    for &i in &data.members[cohort * self.n_periods + period] {
                        let count = counts[data.cluster[i as usize] as usize];
                        if count == 0.0 {
                            continue;
                        }
                        who.push(i);
                        after.push(period == cell.period);
                        y.push(data.y(i, 0));
                        arms.number.push(data.number[i as usize]);
                        arms.weight.push(count * data.weight(i, 0));
                        arms.x.extend_from_slice(data.x(i, 0));
                    }
                }
            }
            if part == 0 {
                arms.n_treated = who.len();
            }
        }
        if cell.period == cell.base {
            let found = arms.n_treated > 0 && arms.n_treated < who.len();
            let estimate = if found { Ok(0.0) } else { Err(NotIdentified("one of the two groups is not observed then".into())) };
            return (vec![(estimate, psi)], 0, None);
        }
        let pooled = match Pooled::new(&arms, &after, self.method, true, self.as_drdid) {
            Ok(pooled) => pooled,
            Err(reason) => return (vec![(Err(NotIdentified(reason)), psi)], 0, None),
        };
        let att = pooled.effect(&y, influence, |i, v| {
            let g = data.cluster[who[i] as usize] as usize;
            psi[g] += v / counts[g];
        });
        (vec![(att.map_err(NotIdentified), psi)], pooled.trimmed(), None)
    }

    /// All jobs. Those of a cohort differ by who is not treated yet: the search for their odds begins where that of the cohort's first
    /// job ended.
    fn solve_jobs(&self, counts: &[f64], influence: bool, executor: &dyn Executor) -> Vec<Done> {
        if !self.as_units {
            return spread(executor, self.jobs.len(), |j| self.rows_job(self.jobs[j][0], counts, influence));
        }
        let cohort = |j: usize| self.plan.cells[self.jobs[j][0]].cohort;
        let first = |j: usize| (0..j).find(|&i| cohort(i) == cohort(j)).unwrap_or(j);
        let (leads, others): (Vec<usize>, Vec<usize>) = (0..self.jobs.len()).partition(|&j| first(j) == j);
        let led = spread(executor, leads.len(), |l| self.units_job(&self.jobs[leads[l]], counts, influence, None));
        let start = |j: usize| leads.binary_search(&first(j)).ok().and_then(|l| led[l].2.as_deref());
        let rest = spread(executor, others.len(), |o| self.units_job(&self.jobs[others[o]], counts, influence, start(others[o])));
        let mut all: Vec<(usize, Done)> = leads.into_iter().zip(led).chain(others.into_iter().zip(rest)).collect();
        all.sort_by_key(|(j, _)| *j);
        all.into_iter().map(|(_, done)| done).collect()
    }
}

impl Arithmetic for GroupTime {
    fn solve(&self, counts: &[f64], influence: bool, executor: &dyn Executor) -> Solved {
        let solved = self.solve_jobs(counts, influence, executor);
        let n = self.plan.cells.len();
        let mut cells: Vec<Result<f64, NotIdentified>> = vec![Err(NotIdentified(String::new())); n];
        let mut table = influence.then(|| Matrix::zeros(self.n_clusters, n));
        let mut trimmed = 0;
        for (job, (ones, cut, _)) in self.jobs.iter().zip(solved) {
            trimmed += cut;
            for (&k, (estimate, psi)) in job.iter().zip(ones) {
                cells[k] = estimate;
                if let Some(table) = &mut table {
                    psi.iter().enumerate().for_each(|(g, v)| table[(g, k)] = *v);
                }
            }
        }
        let _ = self.trimmed.set(trimmed);
        let size_of = &self.data.size_of;
        let sizes: Vec<f64> = size_of.iter().map(|own| own.iter().zip(counts).map(|(s, c)| s * c).sum()).collect();
        let (estimates, influence) = self.aggregates.apply(&self.plan, &cells, table.as_ref(), &sizes, size_of);
        Solved { estimates, influence }
    }

    fn on(&self, panel: Panel) -> Option<Box<dyn Arithmetic>> {
        Some(Box::new(GroupTime::new(&panel, self.method, self.plan.clone(), self.aggregates.clone(), self.as_units, self.as_drdid)))
    }

    fn without(&self, cluster: usize) -> Option<Vec<Option<f64>>> {
        self.less(cluster)
    }

    fn price(&self) -> f64 {
        let members = |cell: &Cell| -> usize {
            let of = |cohort: usize| -> usize {
                if self.as_units {
                    self.data.members[cohort].len()
                } else {
                    self.data.members[cohort * self.n_periods + cell.period].len() * 2
                }
            };
            of(cell.cohort) + cell.control.iter().map(|&c| of(c)).sum::<usize>()
        };
        let passes = if self.method == Method::Regression { 2 } else { PASSES };
        let fits: usize = self.jobs.iter().map(|job| members(&self.plan.cells[job[0]]) * passes * self.data.k * self.data.k).sum();
        let effects: usize = self.plan.cells.iter().map(|cell| members(cell) * 4 * self.data.k).sum();
        (fits + effects) as f64
    }
}
