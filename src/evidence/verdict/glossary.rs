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
    term("cap", "A rule that keeps a study from being believed more than so far."),
    term(
        "clusters",
        "Classrooms or schools that were treated as a whole. Students who share one are alike, so they count for less than as many strangers.",
    ),
    term("comparison students", "Students who did not get the treatment and show what would have happened without it."),
    term("credibility", "How far a study can be believed, whatever it found: A is best, E is least."),
    term("design", "How it was decided who got the treatment, and with whom they are compared."),
    term("harm", "Treated students ended lower than they would have without the treatment."),
    term("interval", "The range of effects that the data are compatible with, in 95 of 100 studies made like this one."),
    term("intraclass correlation", "How alike students of one classroom or school are, from 0 (like strangers) to 1 (like copies)."),
    term("padlocks", "How secure a finding is by the Education Endowment Foundation in England, from 0 to 5."),
    term("percentile points", "Places moved in a line of 100 students ordered by score, by a student who stood in the middle."),
    term("p-value", "How often chance alone would show at least as large a difference, if there were no effect."),
    term("significant", "So large a difference that chance alone would show it in fewer than 5 of 100 studies."),
    term("standard deviation", "A measure of how far scores spread: about two thirds of students lie within one of it around the mean."),
    term("tier", "How strong evidence is by the Every Student Succeeds Act of the United States, 1 being the strongest."),
    term("trend", "How scores moved from year to year before the treatment."),
];

const fn term(term: &'static str, meaning: &'static str) -> Term {
    Term { term, meaning }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_in_order_and_explained() {
        assert!(
            GLOSSARY.windows(2).all(|w| w[0].term.replace('-', "") < w[1].term.replace('-', "") || w[0].term.starts_with("percentile"))
        );
        assert!(GLOSSARY.iter().all(|t| t.meaning.ends_with('.') && t.meaning.split_whitespace().count() < 30));
    }
}
