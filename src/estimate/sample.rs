//! An analytic sample with its moments, computed once and shared by all estimators.

use crate::panel::{Absorb, Executor, Moments, Panel};
use std::sync::{Arc, OnceLock};

/// What an estimator sees.
pub struct Sample<'a> {
    /// The panel.
    pub panel: &'a Panel,
    /// How work is spread.
    pub executor: &'a dyn Executor,
    within: OnceLock<Arc<Moments>>,
    plain: OnceLock<Arc<Moments>>,
}

impl<'a> Sample<'a> {
    /// A sample of a panel.
    pub fn new(panel: &'a Panel, executor: &'a dyn Executor) -> Self {
        Sample { panel, executor, within: OnceLock::new(), plain: OnceLock::new() }
    }

    /// The moments of all rows.
    pub fn moments(&self, absorb: Absorb) -> &Arc<Moments> {
        let slot = match absorb {
            Absorb::Unit => &self.within,
            Absorb::Nothing => &self.plain,
        };
        slot.get_or_init(|| Arc::new(Moments::accumulate(self.panel, absorb, &|_| true, self.executor)))
    }
}
