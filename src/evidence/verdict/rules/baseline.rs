//! Whether groups were alike before, and stayed so.

use crate::evidence::facts::{Design, Facts, SelectedLow};
use crate::evidence::standard::{AttritionLevel, Equivalence, Key, Standards, weakest};
use crate::evidence::verdict::{Cap, Grade};

/// Whether the study must show that groups were alike: all but randomised trials with low attrition, and comparisons without a group.
fn must_show(facts: &Facts) -> bool {
    facts.comparison.is_none_or(|c| c.is_group()) && !(facts.is_trial() && level(facts) == Some(AttritionLevel::Low))
}

fn level(facts: &Facts) -> Option<AttritionLevel> {
    let clusters = facts.cluster_attrition.and_then(|a| a.level(facts.boundary()));
    let students = facts.attrition.and_then(|a| a.level(facts.boundary()));
    if clusters == Some(AttritionLevel::High) { clusters } else { students }
}

/// Whether groups were shown to be alike.
pub(super) fn alike(facts: &Facts, standards: &Standards) -> bool {
    weakest(&facts.baseline, standards).is_some_and(|w| w.1.holds())
}

/// A required baseline measure differs by more than 0.25 SD, or by more than 0.05 without adjustment: C. Above 0.25, E where nothing else speaks
/// for the comparison: no adjustment and no trend before. Not known: C.
pub(super) fn gap(facts: &Facts, standards: &Standards) -> Option<Cap> {
    if !must_show(facts) {
        return None;
    }
    let (small, large) = (standards.number(Key::EquivalenceSatisfied), standards.number(Key::EquivalenceLimit));
    let Some((measure, found)) = weakest(&facts.baseline, standards) else {
        let cap =
            Cap::at_most("baseline-gap", Grade::C, "how alike the groups were before is not known", "baseline differences shown and small");
        return Some(cap.because_unknown());
    };
    let (name, size) = (&measure.measure, measure.difference.map_or(0.0, f64::abs));
    match found {
        Equivalence::Satisfied | Equivalence::SatisfiedByAdjustment => None,
        Equivalence::Unknown => Some(
            Cap::at_most(
                "baseline-gap",
                Grade::C,
                format!("how alike the groups were in {name}, or whether that was adjusted for, is not known"),
                format!("a small, adjusted-for difference in {name}"),
            )
            .because_unknown(),
        ),
        Equivalence::NotAdjusted => Some(
            Cap::at_most(
                "baseline-gap",
                Grade::C,
                format!("groups differed by {size:.2} SD in {name} before, and that was not adjusted for"),
                format!("an adjustment for {name}"),
            )
            .with(size, small),
        ),
        Equivalence::NotSatisfied => {
            let trends = facts.trends.p_value.is_some() || facts.trends.periods.is_some_and(|p| p >= 2);
            let only = facts.design != Some(Design::Randomised) && !trends && measure.adjusted != Some(true);
            Some(
                Cap::at_most(
                    "baseline-gap",
                    if only { Grade::E } else { Grade::C },
                    format!("groups differed by {size:.2} SD in {name} before"),
                    format!("groups within {large} SD of each other in {name}"),
                )
                .with(size, large),
            )
        }
    }
}

/// A randomised trial whose attrition is above the boundary, or compromised: B where groups were shown to be alike, else C. Not known: the same.
pub(super) fn attrition(facts: &Facts, standards: &Standards) -> Option<Cap> {
    if facts.design != Some(Design::Randomised) {
        return None;
    }
    let most = if alike(facts, standards) { Grade::B } else { Grade::C };
    if facts.compromised == Some(true) {
        return Some(Cap::at_most("attrition", most, "the random assignment was compromised", "a random assignment that was kept"));
    }
    let high = |a: &crate::evidence::standard::Attrition| a.level(facts.boundary()) == Some(AttritionLevel::High);
    let lost = [facts.cluster_attrition, facts.attrition].into_iter().flatten().find(high);
    if let Some(lost) = lost {
        let (overall, differential) = (100.0 * lost.overall()?, 100.0 * lost.differential()?);
        let edge = lost.boundary(facts.boundary());
        let allowed = edge.map_or("none at all is".into(), |e| format!("{e} points are"));
        let cap = Cap::at_most(
            "attrition",
            most,
            format!("{overall:.0} % were lost, {differential:.1} points more in one arm, where {allowed} allowed"),
            "less, or more equal, loss of students",
        );
        return Some(match edge {
            Some(edge) => cap.with(differential, edge),
            None => cap.counted(overall),
        });
    }
    let unknown = || {
        Cap::at_most("attrition", most, "how many students were lost is not known", "little loss of students, shown by arm")
            .because_unknown()
    };
    level(facts).is_none().then(unknown)
}

/// Chosen for a low score or a bad year, and compared with others who were not: D. Not known how they were chosen: B, unless assigned at random.
pub(super) fn regression_to_mean(facts: &Facts, _: &Standards) -> Option<Cap> {
    let instead = "a comparison group chosen the same way";
    match facts.selected_low {
        Some(SelectedLow::No | SelectedLow::BothAlike) => None,
        Some(SelectedLow::TreatedOnly) => Some(Cap::at_most(
            "regression-to-mean",
            Grade::D,
            "the treated were chosen for low scores, which rise by themselves, and the comparison group was not",
            instead,
        )),
        None if facts.is_trial() => None,
        None => Some(
            Cap::at_most("regression-to-mean", Grade::B, "whether the treated were chosen for low scores is not known", instead)
                .because_unknown(),
        ),
    }
}
