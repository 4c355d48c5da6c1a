//! The papers of a run's folder, one a file: README, citation, licence, and the RO-Crate metadata.

pub mod citation;
pub mod crate_metadata;
pub mod licence;
pub mod readme;

/// The licence of simulated students and what is made from them, where the study names no other.
const SIMULATED_LICENCE: &str = "https://creativecommons.org/publicdomain/zero/1.0/";
