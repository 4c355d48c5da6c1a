//! The sums under other assignments of clusters to cohorts. A cluster's sums depend on no other cluster, so one pass for each
//! cohort, with every cluster in it, serves all assignments.

use super::FirstStage;
use super::sums::{ClusterSums, sums};
use crate::panel::{Panel, Serial};
use std::sync::{Arc, Mutex, OnceLock};

/// All clusters' sums when all are in one cohort, and the outcome's unit.
type Pass = OnceLock<(Vec<Arc<ClusterSums>>, f64)>;

/// The passes of one outcome, one a cohort.
struct Shelved {
    outcome: Arc<Vec<f64>>,
    passes: Arc<Vec<Pass>>,
}

/// The passes made so far.
#[derive(Default)]
pub struct Shelf {
    outcomes: Mutex<Vec<Shelved>>,
}

impl Shelf {
    /// More clusters × cohorts than this are not kept.
    const MOST: usize = 50_000;

    /// The sums of a panel with each cluster in a cohort; `None` where there are too many to keep. Panels asked for may differ
    /// in cohorts and outcome only.
    pub fn assigned(&self, panel: &Panel, stage: &FirstStage, cohorts: &[u32]) -> Option<(Vec<Arc<ClusterSums>>, f64)> {
        let n_cohorts = panel.cells.cohorts.len();
        if cohorts.len() * n_cohorts > Self::MOST {
            return None;
        }
        let passes = self.passes(&panel.outcome, n_cohorts);
        let pass = |cohort: u32| {
            passes[cohort as usize].get_or_init(|| {
                let (clusters, y_unit) = sums(&panel.with_cohorts(&vec![cohort; cohorts.len()]), stage, &Serial);
                (clusters.into_iter().map(Arc::new).collect(), y_unit)
            })
        };
        let clusters = cohorts.iter().enumerate().map(|(g, &cohort)| pass(cohort).0[g].clone()).collect();
        Some((clusters, pass(*cohorts.first()?).1))
    }

    fn passes(&self, outcome: &Arc<Vec<f64>>, n_cohorts: usize) -> Arc<Vec<Pass>> {
        let mut outcomes = self.outcomes.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(shelved) = outcomes.iter().find(|s| Arc::ptr_eq(&s.outcome, outcome)) {
            return shelved.passes.clone();
        }
        let passes: Arc<Vec<Pass>> = Arc::new((0..n_cohorts).map(|_| OnceLock::new()).collect());
        outcomes.push(Shelved { outcome: outcome.clone(), passes: passes.clone() });
        passes
    }
}
