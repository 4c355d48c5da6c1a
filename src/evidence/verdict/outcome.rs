//! Where a result lies.

use crate::evidence::facts::Facts;
use crate::evidence::standard::{InDomain, Key, Standards, within_domain};
use serde::Serialize;

/// Where the interval lies, as to zero and to the smallest effect of interest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// All of it below zero.
    Negative,
    /// All of it below the smallest effect of interest.
    RuledOut,
    /// All of it above zero.
    Positive,
    /// All of it at or above the smallest effect of interest.
    Meaningful,
    /// Above zero, but not significant among the outcomes tested.
    OneOfMany,
    /// None of these.
    Unclear,
    /// There is no interval.
    Unknown,
}

impl Outcome {
    /// Read in this order: negative (upper < 0), ruled out (upper < smallest effect), positive (lower > 0; meaningful where lower is at
    /// least the smallest effect), unclear. A positive headline that is not significant after Benjamini–Hochberg within its domain is
    /// one of many.
    pub fn of(facts: &Facts, standards: &Standards) -> Outcome {
        let smallest = standards.number(Key::Sesoi);
        let Some((low, high)) = facts.effect.and_then(|e| e.interval(standards.number(Key::Alpha))) else { return Outcome::Unknown };
        match () {
            () if high < 0.0 => Outcome::Negative,
            () if high < smallest => Outcome::RuledOut,
            () if low > 0.0 && Self::headline(facts, standards).is_some_and(|h| !h.significant) => Outcome::OneOfMany,
            () if low > 0.0 && low >= smallest => Outcome::Meaningful,
            () if low > 0.0 => Outcome::Positive,
            () => Outcome::Unclear,
        }
    }

    /// The headline among the outcomes of its domain, where these are known.
    pub fn headline(facts: &Facts, standards: &Standards) -> Option<InDomain> {
        within_domain(facts.domain.as_deref()?, standards.number(Key::Alpha))?.first().copied()
    }
}
