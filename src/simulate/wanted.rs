//! What is asked for, so that nothing else is drawn.

use super::attrition::Attrition;
use super::columns::{self, Spec};
use super::{Detail, OUTCOMES, Parameters, design::Design};

/// What is asked for.
pub(super) struct Wanted {
    /// The columns to fill, in order.
    pub columns: Vec<&'static Spec>,
    /// Where each of them comes from.
    pub sources: Vec<String>,
    /// Identifiers by name, not by number.
    pub names: bool,
    pub reading: bool,
    pub attending: bool,
    pub traits: bool,
    pub records: bool,
    pub prior: bool,
    pub goals: bool,
    pub profiles: bool,
    pub sealed: bool,
    /// All of the truth, not only the effects on those treated.
    pub whole_truth: bool,
    pub skills: bool,
}

impl Wanted {
    pub(super) fn new(detail: Detail<'_>, p: &Parameters, design: Design, attrition: &Attrition) -> Self {
        let present = columns::of(p, design);
        let only = match detail {
            Detail::Only(names) => Some(names),
            Detail::Full | Detail::Sealed | Detail::Analysis => None,
        };
        let columns: Vec<&'static Spec> = present.filter(|c| only.is_none_or(|names| names.iter().any(|n| n == c.name))).collect();
        let has = |name: &str| columns.iter().any(|c| c.name == name);
        let any = |names: &[&str]| names.iter().any(|n| has(n));
        let profiles = matches!(detail, Detail::Full | Detail::Sealed);
        let goals = profiles || any(&["goals_set", "goals_met"]);
        let records = any(&["gpa", "attendance", "engagement"]);
        Wanted {
            names: only.is_none(),
            reading: only.is_none() || any(&[OUTCOMES[1], "gpa"]),
            attending: attrition.needs_attendance() || records,
            traits: goals || records || any(&["conscientiousness", "openness"]),
            records,
            prior: has("prior_math"),
            goals,
            profiles,
            sealed: detail == Detail::Sealed,
            whole_truth: only.is_none(),
            skills: p.get("skills").is_some() && (only.is_none() || goals || any(&["skills", "skills_planned", "skills_of_plan"])),
            sources: columns.iter().map(|c| c.source(p)).collect(),
            columns,
        }
    }

    /// How many tests are taken a year: math, and reading where it is asked for.
    pub(super) fn n_tests(&self) -> usize {
        1 + usize::from(self.reading)
    }
}
