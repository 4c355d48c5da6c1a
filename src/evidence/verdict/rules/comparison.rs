//! Whom the treated are compared with.

use super::baseline::alike;
use crate::evidence::facts::{Comparison, Confound, Design, Facts};
use crate::evidence::standard::Standards;
use crate::evidence::verdict::{Cap, Grade};

/// How it came about who was treated is not known: D. Groups compared as they are, and not shown to be alike: D.
pub(super) fn design(facts: &Facts, standards: &Standards) -> Option<Cap> {
    if facts.comparison.is_some_and(|c| !c.is_group()) {
        return None;
    }
    match facts.design {
        None => Some(
            Cap::at_most(
                "design",
                Grade::D,
                "how it came about who was treated is not known",
                "the design, told and fit to deal with selection",
            )
            .because_unknown(),
        ),
        Some(Design::Unadjusted) if !alike(facts, standards) => Some(Cap::at_most(
            "design",
            Grade::D,
            "groups were compared as they are, without being shown to be alike",
            "groups shown to be alike, or adjusted for what sets them apart",
        )),
        Some(_) => None,
    }
}

/// One unit of assignment in an arm, or none treated: E. None to compare with: `no-comparison` answers. Not known how many: `few-clusters` does.
pub(super) fn single_unit(facts: &Facts, _: &Standards) -> Option<Cap> {
    let units = facts.units.filter(|u| u.comparison > 0)?;
    let fewest = units.treated.min(units.comparison);
    let found = if fewest == 0 { "no unit of assignment was treated" } else { "one arm has a single unit of assignment" };
    let cap = || Cap::at_most("single-unit", Grade::E, found, "several units in each arm").with(fewest as f64, 2.0);
    (fewest <= 1).then(cap)
}

/// Nobody to compare with: E. Not known whom: D.
pub(super) fn no_comparison(facts: &Facts, _: &Standards) -> Option<Cap> {
    let instead = "a comparison group chosen before the start";
    if facts.comparison == Some(Comparison::Nobody) || facts.units.is_some_and(|u| u.comparison == 0) {
        return Some(Cap::at_most("no-comparison", Grade::E, "there is no comparison group", instead).counted(0.0));
    }
    let unknown = || Cap::at_most("no-comparison", Grade::D, "whom the treated were compared with is not known", instead).because_unknown();
    facts.comparison.is_none().then(unknown)
}

/// A published norm, or expected growth: D.
pub(super) fn norms_only(facts: &Facts, _: &Standards) -> Option<Cap> {
    let cap =
        || Cap::at_most("norms-only", Grade::D, "students were compared with a published norm", "a comparison group of real students");
    (facts.comparison == Some(Comparison::Norm)).then(cap)
}

/// Themselves before: D.
pub(super) fn before_after(facts: &Facts, _: &Standards) -> Option<Cap> {
    let cap =
        || Cap::at_most("before-after", Grade::D, "students were compared with themselves before", "a comparison group over the same time");
    (facts.comparison == Some(Comparison::BeforeAfter)).then(cap)
}

/// Treatment defined by usage seen after the start: D.
pub(super) fn dosage(facts: &Facts, _: &Standards) -> Option<Cap> {
    let cap = || {
        Cap::at_most(
            "dosage",
            Grade::D,
            "the treated are those who used it most, which shows only after the start",
            "all who were offered it counted as treated",
        )
    };
    (facts.comparison == Some(Comparison::Dosage)).then(cap)
}

/// Something else always goes with the treatment: E. Not known: B.
pub(super) fn confound(facts: &Facts, _: &Standards) -> Option<Cap> {
    match &facts.confound {
        Some(Confound::NoneFound) => None,
        Some(Confound::Named(what)) => Some(Cap::at_most(
            "confound",
            Grade::E,
            format!("treated and comparison groups also differ throughout by {what}"),
            format!("comparison units alike in {what}"),
        )),
        None => Some(
            Cap::at_most(
                "confound",
                Grade::B,
                "whether something else always went with the treatment is not known",
                "a check that nothing else separates the groups",
            )
            .because_unknown(),
        ),
    }
}

/// A comparison from other cohorts or years that spans 2020 to 2022: D. Not known whether it does: D too.
pub(super) fn history(facts: &Facts, _: &Standards) -> Option<Cap> {
    let other_years = facts.comparison == Some(Comparison::OtherYears);
    let cap = |found: &str| Cap::at_most("history", Grade::D, found, "a comparison group in the same years");
    match facts.spans_pandemic {
        Some(true) if other_years => Some(cap("the comparison comes from other years, across 2020 to 2022")),
        None if other_years => Some(cap("the comparison comes from other years, and which is not known").because_unknown()),
        _ => None,
    }
}
