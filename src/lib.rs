//! **didact** evaluates personalized learning: it simulates or loads cohorts of students in classrooms in
//! schools, compares personalized-profile classrooms with comparison classrooms by difference-in-differences,
//! puts cluster-correct intervals on the difference, and writes tables, figures, a report and a manifest from
//! which the whole run can be repeated to the byte.
//!
//! The one idea: *one pass over the students, then everything else on a few small tables.* A linear
//! difference-in-differences needs from the data only each cluster's cross-products of regressors and outcome
//! ([`panel::Moments`]); from them follow the estimate, every cluster-robust standard error, the jackknife, and
//! the pairs and wild cluster bootstraps, exactly and without another look at a student's row.
//!
//! ```text
//! world ─▶ simulate ─┐
//!                    ├─▶ Cohort ─▶ Panel ─▶ Moments ─▶ Fit ─▶ Estimate ─▶ Run ─▶ Table ─▶ render ─▶ store
//! file  ─▶ ingest ───┘
//! ```
//!
//! Which room may look into which is written in `CONTRIBUTING.md` and checked by `tests/architecture`.
//!

#![cfg_attr(not(target_arch = "wasm32"), forbid(unsafe_code))]
#![cfg_attr(target_arch = "wasm32", deny(unsafe_code))]
#![warn(missing_docs)]
// Triangular loops over matrices read best with their indices.
#![allow(clippy::needless_range_loop)]

pub mod cohort;
pub mod diagnose;
pub mod estimate;
pub mod evaluate;
pub mod evidence;
pub mod infer;
pub mod num;
pub mod panel;
pub mod random;
pub mod simulate;

#[cfg(all(target_arch = "wasm32", not(feature = "program")))]
pub mod page;

#[cfg(feature = "program")]
pub mod cli;
#[cfg(feature = "program")]
pub mod ingest;
#[cfg(feature = "program")]
pub mod provenance;
#[cfg(feature = "program")]
pub mod render;
#[cfg(feature = "program")]
pub mod store;
#[cfg(feature = "program")]
pub mod study;
#[cfg(feature = "program")]
pub mod table;
