//! Designs and comparisons by name.

use crate::cohort::{Fault, did_you_mean};
use serde::Serialize;

/// How it came about who was treated, and what the analysis makes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Design {
    /// Assigned at random.
    Randomised,
    /// Selection on what is not observed is dealt with: difference-in-differences, regression discontinuity.
    DifferenceInDifferences,
    /// Matched or adjusted on the pretest and what else matters.
    QuasiExperiment,
    /// Adjusted for some of what matters.
    Controlled,
    /// Compared as they are.
    Unadjusted,
}

impl Design {
    /// The names by which designs are asked for, the first of each its own.
    const NAMES: &[(&str, Design)] = &[
        ("randomised", Design::Randomised),
        ("randomized", Design::Randomised),
        ("rct", Design::Randomised),
        ("experiment", Design::Randomised),
        ("difference-in-differences", Design::DifferenceInDifferences),
        ("did", Design::DifferenceInDifferences),
        ("regression-discontinuity", Design::DifferenceInDifferences),
        ("quasi-experiment", Design::QuasiExperiment),
        ("quasi-experimental", Design::QuasiExperiment),
        ("qed", Design::QuasiExperiment),
        ("matched", Design::QuasiExperiment),
        ("controlled", Design::Controlled),
        ("correlational", Design::Controlled),
        ("unadjusted", Design::Unadjusted),
    ];

    /// By name.
    ///
    /// # Errors
    /// `EVI-004` for an unknown name, with the nearest known one.
    pub fn parse(text: &str) -> Result<Design, Fault> {
        named(text, "design", Design::NAMES)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Design::NAMES.iter().find(|n| n.1 == self).map_or("", |n| n.0)
    }
}

/// Whom the treated are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Comparison {
    /// Others, at the same time.
    Concurrent,
    /// An earlier cohort, or other years.
    OtherYears,
    /// A published norm, or expected growth.
    Norm,
    /// Those who used it less: treatment is defined by use seen after the start.
    Dosage,
    /// Themselves before.
    BeforeAfter,
    /// Nobody.
    Nobody,
}

impl Comparison {
    const NAMES: &[(&str, Comparison)] = &[
        ("concurrent", Comparison::Concurrent),
        ("other-years", Comparison::OtherYears),
        ("earlier-cohort", Comparison::OtherYears),
        ("norm", Comparison::Norm),
        ("norms", Comparison::Norm),
        ("dosage", Comparison::Dosage),
        ("before-after", Comparison::BeforeAfter),
        ("nobody", Comparison::Nobody),
        ("none", Comparison::Nobody),
    ];

    /// By name.
    ///
    /// # Errors
    /// `EVI-004` for an unknown name, with the nearest known one.
    pub fn parse(text: &str) -> Result<Comparison, Fault> {
        named(text, "comparison", Comparison::NAMES)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Comparison::NAMES.iter().find(|n| n.1 == self).map_or("", |n| n.0)
    }

    /// Whether the treated are compared with other students who were not treated and were chosen before the start.
    pub fn is_group(self) -> bool {
        matches!(self, Comparison::Concurrent | Comparison::OtherYears)
    }
}

fn named<T: Copy>(text: &str, what: &str, names: &'static [(&'static str, T)]) -> Result<T, Fault> {
    let wanted = text.trim().to_lowercase().replace([' ', '_'], "-");
    names.iter().find(|n| n.0 == wanted).map(|n| n.1).ok_or_else(|| {
        Fault::new(
            "EVI-004",
            format!("there is no {what} {text:?}"),
            format!("{what} of the study"),
            "credibility starts from it",
            did_you_mean(&wanted, names.iter().map(|n| n.0)),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_unknown_ones_get_the_nearest() {
        assert_eq!(Design::parse("Quasi Experiment").unwrap(), Design::QuasiExperiment);
        assert_eq!(Comparison::parse("norms").unwrap(), Comparison::Norm);
        assert_eq!(Design::parse("quasi-experment").unwrap_err().remedy, "did you mean  quasi-experiment?");
        assert_eq!(Comparison::parse("dosis").unwrap_err().code, "EVI-004");
        for (_, design) in Design::NAMES {
            assert_eq!(Design::parse(design.name()).unwrap(), *design);
        }
    }
}
