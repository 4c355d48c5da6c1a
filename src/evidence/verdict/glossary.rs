//! The terms of the card and its tables, in plain words.

use serde::Serialize;

/// A term and what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Term {
    /// The term as it is used.
    pub term: &'static str,
    /// What it means, in one or two sentences that use no other term.
    pub meaning: &'static str,
}

/// The terms, in the order of the alphabet.
pub const GLOSSARY: &[Term] = &[
    term("attrition", "Students who started in a group and are missing from the result."),
    term("baseline", "How students stood before the treatment."),
    term(
        "Benjamini and Hochberg",
        "A rule that asks more of each p-value where several outcomes are tested, so that chance finds do not pile up.",
    ),
    term(
        "breakdown value",
        "How much the groups may have drifted apart after the start, compared with before it, until the result is no longer told from chance.",
    ),
    term("cap", "A rule that keeps a study from being believed more than so far."),
    term(
        "cluster",
        "Classrooms or schools that were treated as a whole. Students who share one are alike, so they count for less than as many strangers.",
    ),
    term("comparison students", "Students who did not get the treatment and show what would have happened without it."),
    term("credibility", "How far a study can be believed, whatever it found: A is best, E is least."),
    term("design", "How it was decided who got the treatment, and with whom they are compared."),
    term("EEF", "The Education Endowment Foundation, which pays for trials in English schools and rates how secure they are."),
    term("ESSA", "The Every Student Succeeds Act of the United States; it sorts studies into four levels of evidence."),
    term("fidelity", "How far a classroom did what was planned, from 0 (nothing) to 1 (all of it)."),
    term("harm", "Treated students ended lower than they would have without the treatment."),
    term("IEP", "Individualized Education Program: the plan that American law gives each student with a disability."),
    term("interval", "The range of effects that the data are compatible with, in 95 of 100 studies made like this one."),
    term("intraclass correlation", "How alike students of one classroom or school are, from 0 (like strangers) to 1 (like copies)."),
    term("jackknife", "Computing the result again without one school after the other, to see how far it moves by chance."),
    term("Kraft", "Matthew Kraft, who sorted effects and costs of many trials in education into small, medium and large."),
    term(
        "overlap",
        "Whether the comparison group holds students like the treated ones; where it does not, nobody shows what they would have done.",
    ),
    term("padlocks", "How secure a finding is by the Education Endowment Foundation in England, from 0 to 5."),
    term("percentile points", "Places moved in a line of 100 students ordered by score, by a student who stood in the middle."),
    term("placebo test", "The same computation where there can be no effect, such as before the start; it should find none."),
    term("power", "How often a study like this would find an effect that is really there."),
    term("p-value", "How often chance alone would show at least as large a difference, if there were no effect."),
    term("significant", "So large a difference that chance alone would show it in fewer than 5 of 100 studies."),
    term("standard deviation", "A measure of how far scores spread: about two thirds of students lie within one of it around the mean."),
    term("tier", "How strong evidence is by the Every Student Succeeds Act of the United States, 1 being the strongest."),
    term("trend", "How scores moved from year to year before the treatment."),
    term(
        "two-way fixed effects",
        "A regression that takes each student's own level and each year's off the scores; it misleads where starts differ and effects grow.",
    ),
    term("WWC", "The What Works Clearinghouse of the United States' Department of Education; it rates how studies were made."),
];

const fn term(term: &'static str, meaning: &'static str) -> Term {
    Term { term, meaning }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_in_order_and_explained() {
        assert!(GLOSSARY.windows(2).all(|w| {
            let [a, b] = [w[0], w[1]].map(|t| t.term.to_lowercase().replace('-', ""));
            a < b || a.starts_with("percentile")
        }));
        assert!(GLOSSARY.iter().all(|t| t.meaning.ends_with('.') && t.meaning.split_whitespace().count() < 30));
    }
}
