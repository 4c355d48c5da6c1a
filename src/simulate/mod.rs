//! Simulated worlds: students in classrooms in schools whose true effect is known.
//!
//! One world a file, over shared parts. Each school draws from its own streams, keyed by (seed, world, part) and
//! numbered by the school, so a draw does not depend on how work is spread, and one more school changes nothing
//! in the schools before it. The true effects are means over the recorded rows of a draw, of the score with
//! profiles minus the score without, both with the same luck and the same errors of measurement.
//!
//! ```
//! let world = didact::simulate::find("belmont-cragin").unwrap();
//! let draw = world.draw(&world.parameters(), 20210126);
//! assert_eq!(draw.truth.effect("math", "overall").unwrap().outcome, "math");
//! ```

mod assignment;
mod attrition;
mod belmont_cragin;
mod card;
mod check;
mod classrooms;
mod codebook;
mod cohort;
mod columns;
mod defaults;
mod effect;
mod fidelity;
mod null;
mod parameters;
mod profiles;
mod schools;
mod scores;
mod shocks;
mod students;
mod truth;
mod two_period;
mod words;

#[cfg(test)]
mod tests;

pub use belmont_cragin::BelmontCragin;
pub use card::{Detail, World, WorldCard};
pub use null::Null;
pub use parameters::{Basis, Parameter, ParameterError, Parameters};
pub use truth::{CohortFidelity, Implied, Losses, OutcomeScale, Sizes, TrueEffect, Truth};
pub use two_period::TwoPeriod;

use crate::cohort::Cohort;

/// A simulated cohort and the truth about it.
#[derive(Debug, Clone)]
pub struct Draw {
    /// The students, as a researcher would get them.
    pub cohort: Cohort,
    /// What only the simulator knows.
    pub truth: Truth,
}

/// All worlds, in the order in which they are listed.
pub static WORLDS: &[&dyn World] = &[&BelmontCragin, &TwoPeriod, &Null];

/// The world of this name.
pub fn find(id: &str) -> Option<&'static dyn World> {
    WORLDS.iter().copied().find(|w| w.card().id == id)
}

/// The outcomes, in the order in which everything here holds them.
const OUTCOMES: [&str; 2] = ["math", "reading"];
