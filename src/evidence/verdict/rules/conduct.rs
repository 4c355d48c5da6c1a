//! Who measured, and who ran it.

use crate::evidence::facts::{Conductor, Facts, Measure, Plan};
use crate::evidence::standard::{Key, Standards};
use crate::evidence::verdict::{Cap, Grade};

/// An outcome measure that is not eligible: C. Made by researchers or developer: C, with what such measures give on average. Not known: B.
pub(super) fn measure(facts: &Facts, standards: &Standards) -> Option<Cap> {
    let instead = "an outcome measured by an independent test";
    if let Some((r, least)) = facts.reliability.falls_short(standards) {
        let found = "the outcome measure is less reliable than the standards ask";
        return Some(Cap::at_most("measure", Grade::C, found, instead).with(r, least));
    }
    if facts.measure_eligible == Some(false) {
        return Some(Cap::at_most("measure", Grade::C, "the outcome measure is not eligible by the standards", instead));
    }
    let Some(measure) = facts.measure else {
        return Some(Cap::at_most("measure", Grade::B, "who made the outcome measure is not known", instead).because_unknown());
    };
    let means = standards.numbers(Key::MeasureMeans);
    let (own, independent) = (means[measure.index()], means[0]);
    let found = format!(
        "the test was made by those who {}: such tests show {own:.2} SD on average, independent ones {independent:.2}",
        if measure == Measure::Developer { "made the product" } else { "ran the study" }
    );
    measure.has_a_stake().then(|| Cap::at_most("measure", Grade::C, found, instead).with(own, independent))
}

/// Run by the developer without a plan fixed before and kept: one grade down, also where nothing is known of a plan. Not known who ran it: B.
pub(super) fn developer_run(facts: &Facts, _: &Standards) -> Option<Cap> {
    let instead = "an independent evaluation, or a plan fixed before outcomes were read";
    let down = |found: &str| Cap::one_down("developer-run", found, instead);
    match (facts.conductor, facts.plan) {
        (_, Some(Plan::Kept)) | (Some(Conductor::Independent), _) => None,
        (Some(Conductor::Developer), Some(Plan::Absent)) => Some(down("the developer ran it, without a plan fixed before")),
        (Some(Conductor::Developer), Some(Plan::Deviated)) => Some(down("the developer ran it, and did not keep to the plan")),
        (Some(Conductor::Developer), None) => {
            Some(down("the developer ran it, and whether there was a plan is not known").because_unknown())
        }
        (None, plan) => {
            let found = match plan {
                Some(Plan::Deviated) => "who ran it is not known, and it did not keep to its plan",
                Some(Plan::Absent) => "who ran it is not known, and it had no plan fixed before",
                _ => "who ran it is not known, nor that it kept to a plan",
            };
            Some(Cap::at_most("developer-run", Grade::B, found, instead).because_unknown())
        }
    }
}
