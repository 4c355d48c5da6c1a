//! The harness: which estimator and which interval can be trusted, on a design whose truth is known.
//!
//! A [`Source`] draws data with their truth, from a simulated world or from a design fitted to data ([`fitted`]); an [`Experiment`] says which analyses are made of each draw, at which points of a
//! [`Grid`] of parameters and how often; [`replicate()`] makes one draw and every analysis of it; [`Performance`] sums up what
//! the draws say of an estimator and a method, each measure with its Monte Carlo standard error; [`Ranking`] compares them on
//! the same draws.
//!
//! ```text
//! Source × Grid × Question × replicates ─▶ Replicate { Record … } ─▶ Performance, Ranking
//! ```
//!
//! All points share the seeds of their replicates (common random numbers), so differences between points are sharper than
//! each point by itself; and a replicate can be repeated as a run of its own: `didact run WORLD --seed SEED`.

mod experiment;
pub mod fitted;
mod grid;
mod measure;
mod performance;
pub mod plan;
mod ranking;
mod record;
mod replicate;
mod source;
mod truth;

#[cfg(test)]
mod tests;

pub use experiment::{Effects, Experiment, Question};
pub use grid::{Axis, Grid, Point};
pub use measure::Measured;
pub use performance::{Performance, Verdict, performances};
pub use ranking::{Place, Ranking, rankings};
pub use record::{Effect, Failed, Found, Record, Replicate};
pub use replicate::{replicate, seed_of};
pub use source::{Drawn, Fact, Simulated, Source};
pub use truth::Truths;
