//! An analytic sample with its moments, computed once and shared by all estimators, and by the samples with fewer covariates.

use crate::panel::{Absorb, Executor, Moments, Panel};
use std::sync::{Arc, OnceLock};

/// What an estimator sees.
pub struct Sample<'a> {
    /// The panel.
    pub panel: &'a Panel,
    /// How work is spread.
    pub executor: &'a dyn Executor,
    /// The sample with more covariates of which this one is a part, and which of them are kept.
    whole: Option<(&'a Sample<'a>, Vec<usize>)>,
    within: OnceLock<Arc<Moments>>,
    plain: OnceLock<Arc<Moments>>,
    changes: OnceLock<Arc<Collapsed>>,
    levels: OnceLock<Arc<Collapsed>>,
}

/// A panel with one row a unit, made once.
pub(super) struct Collapsed {
    /// The panel.
    pub panel: Panel,
    of: Option<(Arc<Collapsed>, Vec<usize>)>,
    full: OnceLock<Arc<Moments>>,
    bare: OnceLock<Arc<Moments>>,
}

impl<'a> Sample<'a> {
    /// A sample of a panel.
    pub fn new(panel: &'a Panel, executor: &'a dyn Executor) -> Self {
        Sample {
            panel,
            executor,
            whole: None,
            within: OnceLock::new(),
            plain: OnceLock::new(),
            changes: OnceLock::new(),
            levels: OnceLock::new(),
        }
    }

    /// The same rows with only these covariates (`panel` is made by [`Panel::with_covariates`]): its moments are parts of this sample's,
    /// so the rows are not read again, and every number is to the bit what it would be without this sample.
    pub fn among<'b>(&'b self, panel: &'b Panel, covariates: Vec<usize>) -> Sample<'b> {
        Sample { whole: Some((self, covariates)), ..Sample::new(panel, self.executor) }
    }

    /// The moments of all rows.
    pub fn moments(&self, absorb: Absorb) -> &Arc<Moments> {
        let slot = match absorb {
            Absorb::Unit => &self.within,
            Absorb::Nothing => &self.plain,
        };
        slot.get_or_init(|| {
            Arc::new(match &self.whole {
                Some((whole, covariates)) => whole.moments(absorb).among(covariates),
                None => Moments::accumulate(self.panel, absorb, &|_| true, self.executor),
            })
        })
    }

    /// One row a unit: its change, or with `levels` its outcome after and, as first covariate, before.
    pub(super) fn collapsed(&self, start: i64, levels: bool) -> &Arc<Collapsed> {
        let slot = if levels { &self.levels } else { &self.changes };
        slot.get_or_init(|| {
            let (panel, of) = match &self.whole {
                Some((whole, covariates)) => {
                    let all = whole.collapsed(start, levels);
                    let own = covariates.iter().map(|i| i + usize::from(levels));
                    let columns: Vec<usize> = levels.then_some(0).into_iter().chain(own).collect();
                    (all.panel.with_covariates(&columns), Some((all.clone(), columns)))
                }
                None if levels => (self.panel.last_and_first(start), None),
                None => (self.panel.differences(start), None),
            };
            Arc::new(Collapsed { panel, of, full: OnceLock::new(), bare: OnceLock::new() })
        })
    }
}

impl Collapsed {
    /// Its moments.
    pub fn moments(&self, executor: &dyn Executor) -> &Arc<Moments> {
        self.full.get_or_init(|| {
            Arc::new(match &self.of {
                Some((all, columns)) => all.moments(executor).among(columns),
                None => Moments::accumulate(&self.panel, Absorb::Nothing, &|_| true, executor),
            })
        })
    }

    /// Its moments without covariates.
    pub fn bare(&self, executor: &dyn Executor) -> &Arc<Moments> {
        self.bare.get_or_init(|| match &self.of {
            Some((all, _)) => all.bare(executor).clone(),
            None => Arc::new(Moments::accumulate(&self.panel.with_covariates(&[]), Absorb::Nothing, &|_| true, executor)),
        })
    }
}
