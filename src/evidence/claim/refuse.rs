//! Claims that are refused, and why.

use super::route::effects;
use super::{Agreement, Check, Claim, ClusterStory, Printed};
use crate::cohort::{Fault, Faults};

/// More than anyone has counted.
const MOST: u64 = 10_000_000_000;

/// Of fewer no effect has an uncertainty: the small-sample factor is zero for three.
const FEWEST: u64 = 4;

/// In standard deviations: beyond it no group differs from another; points taken for standard deviations do.
const LARGEST: f64 = 20.0;

const PLACE: &str = "the claim";

/// Numbers that cannot be, whatever the others are: all of them.
pub(super) fn impossible(claim: &Claim) -> Faults {
    let mut faults = Faults::default();
    let mut refuse = |wrong: bool, what: String, remedy: &str| {
        if wrong {
            faults.push(Fault::new("EVI-014", what, PLACE, "no study can have this number", remedy));
        }
    };
    refuse(
        claim.std_error.is_some_and(|se| se.value <= 0.0),
        "a standard error that is not above zero".into(),
        "give it in standard deviations, above zero",
    );
    refuse(claim.f.is_some_and(|f| f.value < 0.0), "an F statistic below zero".into(), "give t with its sign instead");
    refuse(
        claim.level.is_some_and(|l| !(l > 0.0 && l < 1.0)),
        "an interval's level outside 0 and 1".into(),
        "a 95 % interval has level 0.95",
    );
    refuse(
        claim.interval.is_some_and(|(low, high)| low.value > high.value),
        "an interval whose lower end is above its upper".into(),
        "give the lower end first",
    );
    refuse(
        claim.icc.is_some_and(|icc| !(0.0..=1.0).contains(&icc)),
        "an intraclass correlation outside 0 and 1".into(),
        "leave it out: a default is taken, and told",
    );
    refuse(claim.odds_ratio.is_some_and(|or| or.value <= 0.0), "an odds ratio that is not above zero".into(), "give the counts instead");
    let sds = [claim.treated, claim.comparison].into_iter().flatten().any(|s| s.sd.value <= 0.0);
    refuse(sds, "a standard deviation that is not above zero".into(), "give the spread of students' scores, in points");
    let percentile = |p: Printed| !(p.value > 0.0 && p.value < 100.0);
    refuse(
        claim.percentiles.is_some_and(|(a, b)| percentile(a) || percentile(b)),
        "a percentile that is not between 0 and 100".into(),
        "from 50 to 54, say",
    );
    let zero = [
        ("students", claim.students),
        ("treated students", claim.treated_students),
        ("comparison students", claim.comparison_students),
        ("classrooms", claim.classrooms),
        ("schools", claim.schools),
    ];
    for (what, n) in zero {
        refuse(n == Some(0), format!("no {what}"), "leave out what is not told");
    }
    let cells = claim.counts.map(|c| c.of.treated.max(c.of.comparison));
    let most = zero.iter().filter_map(|z| z.1).chain(cells).max();
    refuse(most.is_some_and(|n| n > MOST), "more students than there are people".into(), "look the number up again");
    let nobody = claim.counts.is_some_and(|c| c.of.treated == 0 || c.of.comparison == 0);
    refuse(nobody, "no students in an arm of the counts".into(), "give how many of how many, for each arm");
    let counts = claim.counts.filter(|_| !nobody);
    let counts = counts.is_some_and(|c| c.reached.treated > c.of.treated || c.reached.comparison > c.of.comparison);
    refuse(counts, "more students who reached the outcome than students".into(), "give how many of how many, for each arm");
    let spread = claim.growth.and_then(|g| g.sd).is_some_and(|sd| sd.value <= 0.0);
    refuse(spread, "growth with a standard deviation that is not above zero".into(), "give the spread of students' scores, in points");
    let odds = claim.interval_is_of_odds() && claim.interval.is_some_and(|(low, high)| low.value <= 0.0 && low.value <= high.value);
    refuse(
        odds,
        "an interval of an odds ratio that reaches zero or below".into(),
        "an odds ratio lies above zero, and so does its interval; give an interval in standard deviations with an effect in standard deviations",
    );
    let large = effects(claim).map(|(g, _)| g).find(|g| g.abs() > LARGEST);
    refuse(
        large.is_some(),
        match large.unwrap_or(0.0) {
            g if g.abs() < 1e15 => format!("an effect of {g} standard deviations"),
            g => format!("an effect of {g:.2e} standard deviations"),
        },
        "give it in standard deviations of students, not in points: divide by their standard deviation",
    );
    few(claim, &mut faults);
    idle(claim, &mut faults);
    faults
}

/// Students so few that no effect has an uncertainty: those told in all, or in both arms.
fn few(claim: &Claim, faults: &mut Faults) {
    let arms = claim.treated_students.zip(claim.comparison_students).map(|(i, c)| i.saturating_add(c));
    let Some(told) = claim.students.or(arms).filter(|n| (1..FEWEST).contains(n)) else { return };
    faults.push(Fault::new(
        "EVI-014",
        format!("{told} student{} in all", if told == 1 { "" } else { "s" }),
        PLACE,
        "a spread takes students to spare in each group, and the correction for small samples makes every effect of three students zero",
        format!("look the number up again: an effect can be had from {FEWEST} students on"),
    ));
}

/// What is told for the sake of something that is not told, and would be passed over without a word.
fn idle(claim: &Claim, faults: &mut Faults) {
    if claim.level.is_some() && claim.interval.is_none() {
        faults.push(Fault::new(
            "EVI-016",
            "an interval's level without an interval",
            PLACE,
            "a level alone changes nothing",
            "give the interval too, or leave its level out",
        ));
    }
    let means = claim.treated.is_some() || claim.comparison.is_some();
    if claim.whole_scores && means && claim.sizes().is_none() {
        faults.push(Fault::new(
            "EVI-016",
            "whole scores without numbers of students",
            PLACE,
            "which means can be depends on how many scores they are of",
            "give how many students there are in each group, or leave out that scores are whole",
        ));
    }
}

/// An intraclass correlation where nothing is corrected with it.
pub(super) fn idle_correlation(claim: &Claim, clusters: ClusterStory) -> Option<Fault> {
    let (why, remedy) = match clusters {
        _ if claim.icc.is_none() => return None,
        ClusterStory::Corrected { .. } => return None,
        ClusterStory::NotNeeded => ("students were assigned one by one, so that there are no clusters to correct for", "leave it out"),
        ClusterStory::Heeded => ("the standard error is said to heed clusters already", "leave it out"),
        ClusterStory::TakenAsHeeded { .. } => (
            "the standard error is so large that it is taken to heed clusters already",
            "leave it out; or say that standard errors do not heed clusters, where the source says so",
        ),
        ClusterStory::NotKnown => (
            "numbers of students and of clusters are needed too, and must allow a correction",
            "give how many students, and how many classrooms or schools there were; or leave it out",
        ),
    };
    Some(Fault::new("EVI-016", "an intraclass correlation with which nothing is corrected", PLACE, why, remedy))
}

/// What the claim lacks to be judged at all.
pub(super) fn incomplete(claim: &Claim) -> Option<Fault> {
    if claim.counts.is_some_and(|c| !c.has_odds()) {
        return Some(Fault::new(
            "EVI-012",
            "an empty cell in the counts: all, or none, of an arm reached the outcome",
            PLACE,
            "the odds do not exist, and adding a half to each cell would invent the result",
            "say it in counts, without an effect size; or ask for scores, or for a cut that some pass and some do not",
        ));
    }
    if effects(claim).next().is_some() {
        return None;
    }
    if let Some(growth) = claim.growth {
        let lacks = match (growth.sd, growth.comparison_growth) {
            (None, None) => "without a standard deviation, and without the comparison's growth",
            (None, _) => "without a standard deviation",
            _ => "without the comparison's growth",
        };
        return Some(Fault::new(
            "EVI-013",
            format!("percent growth {lacks}"),
            PLACE,
            "where students grow little, a large percent of it is a small effect; how large, the spread of scores decides",
            "ask: by how many points did comparison students grow, and what is the standard deviation of the scores?",
        ));
    }
    Some(Fault::new(
        "EVI-015",
        "no effect can be had from what is told",
        PLACE,
        "nothing can be compared",
        "give an effect in SD, or its interval; or means, SDs and numbers of students; or t, F or p with numbers of students; or counts, odds or percentiles",
    ))
}

/// An effect without any uncertainty: what can then not be said.
pub(super) fn without_uncertainty(g: f64) -> Fault {
    Fault::new(
        "EVI-011",
        format!("an effect ({g:.2} SD) without any uncertainty"),
        PLACE,
        "it cannot be said whether it differs from no effect, between what bounds it lies, what is left of it beside other studies, nor whether it agrees with another",
        "ask for its standard error, t, p-value or interval, or at least for how many students, classrooms and schools there were in each group",
    )
}

/// Numbers that contradict one another: all of them.
pub(super) fn contradictory(checks: &[Check]) -> Faults {
    let mut faults = Faults::default();
    for check in checks.iter().filter(|c| c.agreement == Agreement::Contradicts) {
        faults.push(Fault::new(
            "EVI-010",
            format!("numbers that contradict each other: {}", check.found),
            format!("{PLACE}, {}", check.between),
            "at least one of them is not what it is said to be, and nothing tells which",
            "look them up again at the source; leave out the one that is wrong, or ask the authors",
        ));
    }
    faults
}
