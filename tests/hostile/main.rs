//! Malformed input: every fault is told with code, place, reason and remedy, exit code 3, and nothing on standard output;
//! forms that only look odd are read; nothing panics; JSON never holds what is not a number.

#[path = "../support/mod.rs"]
mod support;

mod accepted;
mod calibration;
mod changes_in_changes;
mod checks;
mod codes;
mod cohorts;
mod degenerate;
mod evidence;
mod faulty_files;
mod faulty_roles;
mod fixed_effects;
mod flags;
mod imputation;
mod mutation;
mod oneroster;
mod plan;
mod random_timing;
mod readers;
mod school;
mod switching;
mod synthetic;
mod workbooks;
