//! What every method is told.

use super::estimate::identified;
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
    /// Whether each of the fit's targets is looked at; `None`: all are, and simultaneous bands cover them together. Where only some
    /// are, a method may leave the others out, and there are no bands. What is said of a target does not depend on it.
    pub focus: Option<&'a [bool]>,
    /// How work is spread.
    pub executor: &'a dyn Executor,
}

impl<'a> Setting<'a> {
    /// A level and a seed.
    pub fn new(level: f64, seed: u64, executor: &'a dyn Executor) -> Setting<'a> {
        Setting { level, seed, order: None, focus: None, executor }
    }

    /// The identified targets that are looked at, with their estimates.
    pub(super) fn identified<'b>(&'b self, fit: &'b Fit) -> impl Iterator<Item = (usize, f64)> + 'b {
        identified(fit).filter(|(t, _)| self.focus.is_none_or(|f| f[*t]))
    }

    /// The families of targets that get a simultaneous band.
    pub(super) fn families(&self, fit: &Fit) -> Vec<Vec<usize>> {
        if self.focus.is_some() { Vec::new() } else { fit.families() }
    }

    /// The clusters of a fit in the order in which they get their random weights.
    pub(super) fn order_of<'b>(&'b self, fit: &'b Fit) -> &'b [u32] {
        self.order.filter(|o| o.len() == fit.n_clusters()).unwrap_or(&fit.draw_order)
    }
}
