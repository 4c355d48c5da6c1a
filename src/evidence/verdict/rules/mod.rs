//! The rules that cap credibility, in the order in which they are applied.

mod baseline;
mod comparison;
mod conduct;
mod fragility;
mod inference;
mod trends;

use super::Cap;
use crate::evidence::facts::Facts;
use crate::evidence::standard::Standards;

/// A rule: what it finds in the facts, if it triggers.
pub type Rule = fn(&Facts, &Standards) -> Option<Cap>;

/// All rules by name, in the order in which they are applied.
pub static RULES: &[(&str, Rule)] = &[
    ("single-unit", comparison::single_unit),
    ("no-comparison", comparison::no_comparison),
    ("design", comparison::design),
    ("norms-only", comparison::norms_only),
    ("before-after", comparison::before_after),
    ("dosage", comparison::dosage),
    ("confound", comparison::confound),
    ("baseline-gap", baseline::gap),
    ("attrition", baseline::attrition),
    ("unit-of-analysis", inference::unit_of_analysis),
    ("coverage", inference::coverage),
    ("few-clusters", inference::few_clusters),
    ("sites", inference::sites),
    ("outcomes", inference::outcomes),
    ("pre-trend", trends::pre_trend),
    ("pre-periods", trends::pre_periods),
    ("measure", conduct::measure),
    ("developer-run", conduct::developer_run),
    ("specifications", fragility::specifications),
    ("one-school", fragility::one_school),
    ("regression-to-mean", baseline::regression_to_mean),
    ("history", comparison::history),
];
