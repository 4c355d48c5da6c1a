//! The rules of disclosure control: which counts are too small to be told, and what else must stay untold so that they cannot be
//! computed. Nothing here knows a run.
//!
//! A count of 1 to below the smallest cell is suppressed, and so is what is derived from it. Zero is told: it is nobody. A share of
//! which one side is such a count is told as a bound where it lies at an end (5 % or less, 95 % or more), else not at all.
//! Source: US Department of Education, PTAC, *Data de-identification*, and SLDS Technical Brief 3 (2011): smallest cell, complementary
//! suppression, top and bottom coding; Washington State Department of Health, *Department of Health agency standards for reporting data
//! with small numbers* (2018): counts below 10.

mod audit;
mod parts;
mod shares;

pub use audit::{Audit, Weights};
pub use parts::{Hidden, hidden};
pub use shares::{coded, share};

/// Stands for the reason of an effect that exists and is not told: tables show it as suppressed.
pub const WITHHELD: &str = "withheld: it would tell of too few students";

/// Whether a count is too small to be told.
pub fn few(n: u64, least: u64) -> bool {
    n > 0 && n < least
}

/// Whether two counts differ by so few that they must not stand beside each other.
pub fn near(a: u64, b: u64, least: u64) -> bool {
    few(a.abs_diff(b), least)
}

/// Whether the size of a part must not be told beside its whole: it, or what is left, is too small.
pub fn few_of(part: u64, whole: u64, least: u64) -> bool {
    few(part, least) || few(whole.saturating_sub(part), least)
}
