//! Whether uncertainty is told as large as it is.

use crate::evidence::effect::smallest_possible_p;
use crate::evidence::facts::{Clustering, Comparison, Facts};
use crate::evidence::standard::{Key, Standards};
use crate::evidence::verdict::{Cap, Grade};

/// An interval that holds the truth less often than this is no better than a coin. Ours.
const USELESS: f64 = 0.5;

/// Standard errors that ignore the unit of assignment: C, also when corrected by formula only. Computed again from the students: no cap. Not
/// known: C.
pub(super) fn unit_of_analysis(facts: &Facts, _: &Standards) -> Option<Cap> {
    let instead = "standard errors by classroom or school, whichever was assigned";
    let cap = |found: &str| Cap::at_most("unit-of-analysis", Grade::C, found, instead);
    match facts.clustering {
        Some(Clustering::Heeded | Clustering::Recomputed) => None,
        Some(Clustering::Corrected) => Some(cap("classmates were counted as independent; corrected here with an assumed correlation")),
        Some(Clustering::Ignored) => Some(cap("classmates were counted as independent")),
        None => Some(cap("whether classmates were counted as independent is not known").because_unknown()),
    }
}

/// Tried on the study's own design with the truth known, its interval misses the truth more often than it promises: C; every other time or
/// more: D. Not tried: no cap.
pub(super) fn coverage(facts: &Facts, _: &Standards) -> Option<Cap> {
    let found = facts.coverage.filter(|c| c.broken)?;
    let most = if found.share < USELESS { Grade::D } else { Grade::C };
    let said = format!("on designs like this one such an interval holds the truth in {:.1} % of draws", 100.0 * found.share);
    Some(Cap::at_most("coverage", most, said, "an analysis whose interval holds the truth as often as it promises").counted(found.share))
}

/// Fewer than `clusters-per-arm` units of assignment in an arm: C. Not known, nor that there are so many: C.
pub(super) fn few_clusters(facts: &Facts, standards: &Standards) -> Option<Cap> {
    let least = standards.number(Key::ClustersPerArm);
    let instead = format!("at least {least} classrooms or schools in each arm");
    let Some(units) = facts.units else {
        let fewest = facts.units_at_least.map(|u| (u.treated, u.comparison));
        if fewest.is_some_and(|(treated, comparison)| treated.min(comparison) as f64 >= least) {
            return None;
        }
        let unknown = "how many units were assigned to each arm is not known";
        let found = match fewest {
            None => unknown.to_string(),
            Some((treated, _)) if facts.comparison == Some(Comparison::Norm) => {
                format!("how many units were assigned is not known, only that they lie in {treated} clusters")
            }
            Some((treated, comparison)) => format!(
                "{unknown}, only that they lie in {treated} clusters with treated and {comparison} with other students, some with both"
            ),
        };
        return Some(Cap::at_most("few-clusters", Grade::C, found, instead).because_unknown());
    };
    let fewest = units.treated.min(units.comparison);
    // None to compare with: `no-comparison` answers.
    if fewest as f64 >= least || units.comparison == 0 {
        return None;
    }
    // A floor below what p-values are told to is none that anybody meets.
    let floor = smallest_possible_p(units.treated, units.comparison)
        .filter(|p| *p >= 0.001)
        .map_or(String::new(), |p| format!(", so that reassignment at random cannot give a p-value below {p:.3}"));
    let noun = if fewest == 1 { "unit" } else { "units" };
    Some(Cap::at_most("few-clusters", Grade::C, format!("one arm has {fewest} {noun}{floor}"), instead).with(fewest as f64, least))
}

/// How many outcomes were tested is not known: B. Where it is known, a headline that does not stand among them changes the result instead
/// ([`Outcome::OneOfMany`](crate::evidence::verdict::Outcome::OneOfMany)).
pub(super) fn outcomes(facts: &Facts, _: &Standards) -> Option<Cap> {
    let cap =
        || Cap::at_most("outcomes", Grade::B, "how many outcomes were tested is not known", "all outcomes tested, told").because_unknown();
    facts.domain.is_none().then(cap)
}

/// Fewer than `strong-sites` sites: B. Not known: B.
pub(super) fn sites(facts: &Facts, standards: &Standards) -> Option<Cap> {
    let least = standards.number(Key::StrongSites);
    let instead = format!("at least {least} schools or districts");
    match facts.sites {
        None => Some(Cap::at_most("sites", Grade::B, "how many sites took part is not known", instead).because_unknown()),
        Some(n) if (n as f64) < least => Some(Cap::at_most("sites", Grade::B, format!("it has {n} site"), instead).with(n as f64, least)),
        Some(_) => None,
    }
}
