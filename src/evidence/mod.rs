//! What the evidence is worth: effect sizes, the field's standards, verdicts and claims.
//!
//! Pure functions of small numbers: no student's row comes here. [`facts::Facts`] says what is known of a study, filled from a run or from a
//! claim; [`verdict::Verdict::of`] judges it; [`verdict::card`] says it in plain words; [`claim::assess()`] does all that for a published
//! claim. Whatever number a rule compares with is a setting of [`standard::Standards`], with its source and whether that was checked. [`fallacy::detect`] looks for
//! signs of what misleads.
//!
//! ```
//! use didact::evidence::effect::{Clusters, Sizes};
//! // 200 students in each arm, in 20 classrooms: significant as students, not as classrooms.
//! let test = Clusters::both(Sizes::new(200, 200), 20, 0.20).correct(0.30).unwrap();
//! assert!(test.p_ignoring < 0.01 && test.p_value > 0.17);
//! ```

pub mod benchmark;
pub mod claim;
pub mod effect;
pub mod facts;
pub mod fallacy;
mod p_value;
pub mod published;
pub mod standard;
pub mod verdict;

pub(crate) use p_value::p_words;
