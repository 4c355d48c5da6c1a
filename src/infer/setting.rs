//! What every method is told.

use crate::estimate::Fit;
use crate::panel::Executor;

/// Level, seed and how work is spread.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    /// The confidence level, between 0 and 1.
    pub level: f64,
    /// The seed of all draws. A replicate's draws depend on the seed, the method and the replicate's number only.
    pub seed: u64,
    /// The order in which clusters get their random weights, where several fits must share them; by default each fit's own.
    pub order: Option<&'a [u32]>,
    /// How work is spread.
    pub executor: &'a dyn Executor,
}

impl<'a> Setting<'a> {
    /// A level and a seed.
    pub fn new(level: f64, seed: u64, executor: &'a dyn Executor) -> Setting<'a> {
        Setting { level, seed, order: None, executor }
    }

    /// The clusters of a fit in the order in which they get their random weights.
    pub(super) fn order_of<'b>(&'b self, fit: &'b Fit) -> &'b [u32] {
        self.order.filter(|o| o.len() == fit.n_clusters()).unwrap_or(&fit.draw_order)
    }
}
