//! The size of a restriction at which a value is no longer excluded.

use super::{Bound, Sensitivity};
use crate::cohort::Fault;

/// How far trends may differ before a value, such as no effect, cannot be excluded any more.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Breakdown {
    /// At this size; 0 when the value is not excluded even without any difference in trends.
    At(f64),
    /// At no size up to the largest tried.
    Beyond(f64),
}

/// How often the size is doubled before the search ends.
const DOUBLINGS: u32 = 24;

impl Sensitivity<'_> {
    /// The smallest size M or M̄ at which the set holds `value`, by bisection to nine digits.
    ///
    /// # Errors
    ///
    /// As [`Sensitivity::interval`].
    pub fn breakdown(&self, value: f64) -> Result<Breakdown, Fault> {
        let holds = |size: f64| Ok::<bool, Fault>(self.interval(size)?.set.contains(value));
        if holds(0.0)? {
            return Ok(Breakdown::At(0.0));
        }
        let mut high = if self.restriction.bound == Bound::Smoothness { self.weights.of_study(self.study).sd } else { 1.0 };
        let mut low = 0.0;
        for _ in 0..DOUBLINGS {
            if holds(high)? {
                while high - low > 1e-9 * high {
                    let middle = 0.5 * (low + high);
                    if holds(middle)? { high = middle } else { low = middle }
                }
                return Ok(Breakdown::At(high));
            }
            low = high;
            high *= 2.0;
        }
        Ok(Breakdown::Beyond(low))
    }
}
