//! Who measured, and who ran it.

use crate::evidence::facts::{Conductor, Facts, Plan};
use crate::evidence::standard::{Key, Standards};
use crate::evidence::verdict::{Cap, Grade};

/// An outcome made by researchers or developer: C, with what such measures give on average. Not known: B.
pub(super) fn measure(facts: &Facts, standards: &Standards) -> Option<Cap> {
    let instead = "an outcome measured by an independent test";
    let Some(measure) = facts.measure else {
        return Some(Cap::at_most("measure", Grade::B, "who made the outcome measure is not known", instead).as_unknown());
    };
    let means = standards.numbers(Key::MeasureMeans);
    let (own, independent) = (means[measure.index()], means[0]);
    let found = format!("the test was made by those who {}: such tests show {own:.2} SD on average, independent ones {independent:.2}",
        if measure == crate::evidence::facts::Measure::Developer { "made the product" } else { "ran the study" });
    measure.has_a_stake().then(|| Cap::at_most("measure", Grade::C, found, instead).with(own, independent))
}

/// Run by the developer without a plan fixed before: one grade down. Not known who ran it, or whether there was a plan: the same.
pub(super) fn developer_run(facts: &Facts, _: &Standards) -> Option<Cap> {
    let instead = "an independent evaluation, or a plan fixed before outcomes were read";
    if facts.plan == Some(Plan::Kept) || facts.conductor == Some(Conductor::Independent) {
        return None;
    }
    Some(match (facts.conductor, facts.plan) {
        (Some(Conductor::Developer), Some(Plan::Absent)) => Cap::one_down("developer-run", "the developer ran it, without a plan fixed before", instead),
        (Some(Conductor::Developer), Some(_)) => Cap::one_down("developer-run", "the developer ran it, and did not keep to the plan", instead),
        (Some(Conductor::Developer), None) => {
            Cap::one_down("developer-run", "the developer ran it, and whether there was a plan is not known", instead).as_unknown()
        }
        (None | Some(Conductor::Independent), _) => Cap::one_down("developer-run", "who ran it is not known, nor that it kept to a plan", instead).as_unknown(),
    })
}
