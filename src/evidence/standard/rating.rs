//! The What Works Clearinghouse's rating of a group design.

use super::{AttritionLevel, Equivalence, Standards, Wwc, weakest};
use crate::evidence::facts::{Confound, Design, Facts};
use serde::Serialize;

/// The rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rating {
    /// Does not meet the standards.
    DoesNotMeet,
    /// Meets them with reservations.
    WithReservations,
    /// Meets them without reservations.
    WithoutReservations,
}

impl Rating {
    /// As the Clearinghouse words it.
    pub fn words(self) -> &'static str {
        match self {
            Rating::DoesNotMeet => "Does Not Meet WWC Standards",
            Rating::WithReservations => "Meets WWC Standards With Reservations",
            Rating::WithoutReservations => "Meets WWC Standards Without Reservations",
        }
    }
}

/// The rule that decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// No group to compare with: not eligible as a group design.
    NoComparisonGroup,
    /// One unit in an arm.
    SingleUnit,
    /// Something else always goes with the treatment.
    Confound,
    /// The outcome measure is not eligible.
    Measure,
    /// Randomised with low attrition.
    LowAttrition,
    /// Equivalence satisfied.
    Equivalence,
    /// Equivalence not satisfied.
    NoEquivalence,
    /// Equivalence not shown.
    EquivalenceNotShown,
}

impl Rule {
    /// In plain words.
    pub fn words(self) -> &'static str {
        match self {
            Rule::NoComparisonGroup => "there is no comparison group, or none is told of",
            Rule::SingleUnit => "one arm has a single unit, which cannot be told apart from the treatment",
            Rule::Confound => "something else always goes with the treatment",
            Rule::Measure => "the outcome measure is not eligible",
            Rule::LowAttrition => "assigned at random, and attrition is low",
            Rule::Equivalence => "the groups were equivalent at baseline",
            Rule::NoEquivalence => "the groups were not equivalent at baseline",
            Rule::EquivalenceNotShown => "it is not shown that the groups were equivalent at baseline",
        }
    }
}

/// A rating with the rule that decided it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rated {
    /// The rating.
    pub rating: Rating,
    /// The rule that decided.
    pub rule: Rule,
    /// The handbook's version.
    pub version: Wwc,
    /// Whether attrition was judged low, where students or clusters were assigned at random.
    pub attrition: Option<AttritionLevel>,
    /// Whether equivalence was judged, and how; only where the rating needs it.
    pub equivalence: Option<Equivalence>,
    /// What is not known, and was taken as not shown.
    pub unknown: Vec<&'static str>,
}

/// The worse of the levels of attrition that are known: of clusters, where they were assigned, and of students. `None`: not known.
fn attrition(facts: &Facts) -> Option<AttritionLevel> {
    let levels: Vec<AttritionLevel> =
        [facts.cluster_attrition, facts.attrition].iter().flatten().filter_map(|a| a.level(facts.boundary())).collect();
    if levels.contains(&AttritionLevel::High) {
        return Some(AttritionLevel::High);
    }
    facts.attrition.and_then(|a| a.level(facts.boundary()))
}

impl Rated {
    /// The rating: a confound or a single unit in an arm does not meet the standards; a randomised trial with low attrition meets them
    /// without reservations; with high attrition, or compromised, it is treated as a quasi-experiment, which meets them with reservations
    /// when the groups were equivalent at baseline, and else does not. What is not known counts as not shown, and is listed.
    ///
    /// Cluster-level steps of 4.x (joiners, representativeness) are not part of it.
    ///
    /// Source: WWC Standards 4.1, chapter II, as `baselinr::wwc_rating` has it; 5.0 by the same logic ([`Wwc::note`]).
    pub fn of(facts: &Facts, standards: &Standards) -> Rated {
        let mut out = Rated {
            rating: Rating::DoesNotMeet,
            rule: Rule::NoComparisonGroup,
            version: standards.wwc,
            attrition: None,
            equivalence: None,
            unknown: Vec::new(),
        };
        let mut note = |missing: bool, what: &'static str| {
            if missing {
                out.unknown.push(what);
            }
        };
        note(facts.comparison.is_none(), "comparison group");
        note(facts.units.is_none(), "units of assignment in each arm");
        note(facts.confound.is_none(), "confounding factors");
        note(facts.eligible_measure(standards).is_none(), "eligibility of the outcome measure");
        note(facts.design.is_none(), "design");
        let group = facts.comparison.is_some_and(|c| c.is_group());
        if !group || facts.units.is_some_and(|u| u.comparison == 0) {
            return out;
        }
        let stops = [
            (facts.units.is_some_and(|u| u.treated <= 1 || u.comparison <= 1), Rule::SingleUnit),
            (matches!(facts.confound, Some(Confound::Named(_))), Rule::Confound),
            (facts.comparison == Some(crate::evidence::facts::Comparison::OtherYears), Rule::Confound),
            (facts.eligible_measure(standards) == Some(false), Rule::Measure),
        ];
        if let Some((_, rule)) = stops.into_iter().find(|s| s.0) {
            return Rated { rule, ..out };
        }
        if facts.design == Some(Design::Randomised) {
            out.attrition = attrition(facts);
            if facts.attrition.is_none() {
                out.unknown.push("attrition");
            }
            if facts.compromised.is_none() {
                out.unknown.push("integrity of random assignment");
            }
            if facts.is_trial() && out.attrition == Some(AttritionLevel::Low) {
                return Rated { rating: Rating::WithoutReservations, rule: Rule::LowAttrition, ..out };
            }
        }
        let found = weakest(&facts.baseline, standards).map_or(Equivalence::Unknown, |w| w.1);
        out.equivalence = Some(found);
        let (rating, rule) = match found {
            e if e.holds() => (Rating::WithReservations, Rule::Equivalence),
            Equivalence::Unknown => {
                out.unknown.push("baseline differences");
                (Rating::DoesNotMeet, Rule::EquivalenceNotShown)
            }
            _ => (Rating::DoesNotMeet, Rule::NoEquivalence),
        };
        Rated { rating, rule, ..out }
    }
}
