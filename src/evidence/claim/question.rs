//! What a claim does not tell, and the question to ask.

use super::{Claim, ClusterStory, ErrorFrom, Footing};
use crate::evidence::facts::{Comparison, Design, Unit};
use serde::Serialize;

/// A missing fact, and how to ask for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Question {
    /// The fact that is missing, by name.
    pub missing: &'static str,
    /// The question, in plain words.
    pub ask: &'static str,
}

/// The questions that the claim leaves open, those first whose answer could change most.
pub fn questions(claim: &Claim, footing: &Footing) -> Vec<Question> {
    let f = &claim.facts;
    let group = f.comparison.is_none_or(Comparison::is_group);
    let trial = f.design == Some(Design::Randomised);
    let all: &[(bool, &str, &str)] = &[
        (
            f.comparison.is_none(),
            "comparison",
            "Whom were these students compared with: other students at the same time, a norm, or those who used it less?",
        ),
        (
            f.comparison == Some(Comparison::Dosage),
            "all who were offered it",
            "What is the result for all students who were offered it, however much they used it?",
        ),
        (f.design.is_none(), "design", "Who decided which students, classrooms or schools got it, and how?"),
        (
            matches!(footing.error_from, ErrorFrom::Sizes | ErrorFrom::PValueBound | ErrorFrom::PValueAbove),
            "standard error",
            "What is the standard error, or the interval, of the effect?",
        ),
        (claim.sizes().is_none(), "students", "How many students were analysed in each group?"),
        (claim.sizes().is_some() && !claim.knows_arms(), "students by arm", "How many of the students were in each group?"),
        (
            claim.unit().is_none() || claim.unit() != Some(Unit::Student) && claim.clusters().is_none(),
            "clusters",
            "How many classrooms and schools were there in each group?",
        ),
        (
            claim.heeded.is_none() && footing.clusters != ClusterStory::NotNeeded,
            "clustering",
            "Do the standard errors allow for students sharing classrooms and schools?",
        ),
        (group && f.baseline.is_empty() && !trial, "baseline", "How far apart were the groups' scores before, in standard deviations?"),
        (
            f.attrition.is_none() && (trial || group),
            "attrition",
            "How many students started in each group, and how many are missing from the result?",
        ),
        (f.selected_low.is_none() && !trial, "selection", "Were students or schools chosen because of low scores or a bad year?"),
        (f.measure.is_none(), "measure", "Who made the test, and does it go beyond what the product teaches?"),
        (f.conductor.is_none(), "conductor", "Who ran the study, and who paid for it?"),
        (f.plan.is_none(), "plan", "Was there a plan of the analysis, with a date before the results?"),
        (f.domain.is_none(), "outcomes", "How many outcomes and subgroups were tested, and what were all their results?"),
        (f.confound.is_none(), "confound", "What else did the treated get: money, staff, extra time?"),
        (f.hangs_on_one_school.is_none(), "one school", "Does the result hold without the best school?"),
        (f.specifications.is_none(), "other analyses", "What do other reasonable analyses of the same data show?"),
    ];
    all.iter().filter(|q| q.0).map(|q| Question { missing: q.1, ask: q.2 }).collect()
}
