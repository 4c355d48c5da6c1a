//! What every method is told.

use crate::panel::Executor;

/// Level, seed and how work is spread.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    /// The confidence level, between 0 and 1.
    pub level: f64,
    /// The seed of all draws. A replicate's draws depend on the seed, the method and the replicate's number only.
    pub seed: u64,
    /// How work is spread.
    pub executor: &'a dyn Executor,
}
