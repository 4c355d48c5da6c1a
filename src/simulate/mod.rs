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
mod batches;
mod block;
mod card;
mod check;
mod classrooms;
mod columns;
mod compliance;
mod defaults;
mod design;
mod districts;
mod effect;
mod fidelity;
mod kinds;
mod measured;
mod parameters;
mod population;
mod profiles;
mod records;
mod rows;
mod schools;
mod scores;
mod sealed;
mod shocks;
mod skills;
mod streams;
mod students;
mod study;
mod tally;
mod trends;
mod truth;
mod twins;
mod variance;
mod wanted;
mod words;
mod worlds;

#[cfg(test)]
mod tests;

pub use batches::{Batch, Batches};
pub use card::{Detail, World, WorldCard};
pub use design::{Design, Mechanism, Twins};
pub use parameters::{Basis, Parameter, ParameterError, Parameters, hint};
pub use population::{Population, PopulationEffect, PopulationViolation};
pub use tally::SUBGROUPS;
pub use truth::{
    Chance, CohortFidelity, Dose, DoseEffect, Implied, Losses, Measured, OtherEffect, OutcomeScale, SchoolChance, Sizes, TrueEffect, Truth,
    Violation,
};
pub use worlds::WORLDS;

use crate::cohort::Cohort;

/// A simulated cohort and the truth about it.
#[derive(Debug, Clone)]
pub struct Draw {
    /// The students, as a researcher would get them.
    pub cohort: Cohort,
    /// Every student-year with and without profiles, where it was asked for.
    pub sealed: Option<Cohort>,
    /// What only the simulator knows.
    pub truth: Truth,
}

/// The world of this name.
pub fn find(id: &str) -> Option<&'static dyn World> {
    WORLDS.iter().copied().find(|w| w.card().id == id)
}

/// The outcomes, in the order in which everything here holds them.
const OUTCOMES: [&str; 2] = ["math", "reading"];
