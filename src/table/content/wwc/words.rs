//! The study's context in the words of a table.

use crate::study::{AssignedBy, ChosenLow, ComparedWith, ConductedBy, MadeBy};

pub(super) fn assigned(by: AssignedBy) -> &'static str {
    match by {
        AssignedBy::Lot => "by lot",
        AssignedBy::Choice => "by choice of schools, teachers or families",
        AssignedBy::Funders => "by those who paid for it",
        AssignedBy::LowScores => "by low scores or a bad year",
        AssignedBy::Use => "by use seen after the start",
    }
}

pub(super) fn compared(with: ComparedWith) -> &'static str {
    match with {
        ComparedWith::Concurrent => "others, at the same time",
        ComparedWith::OtherYears => "an earlier cohort, or other years",
        ComparedWith::Norm => "a published norm",
        ComparedWith::Dosage => "those who used it less",
        ComparedWith::BeforeAfter => "themselves before",
        ComparedWith::Nobody => "nobody",
    }
}

pub(super) fn chosen(low: ChosenLow) -> &'static str {
    match low {
        ChosenLow::Nobody => "nobody was chosen for low scores or a bad year",
        ChosenLow::Both => "both groups were chosen for low scores or a bad year, by the same rule",
        ChosenLow::Treated => "the treated alone were chosen for low scores or a bad year",
    }
}

pub(super) fn made(by: MadeBy) -> &'static str {
    match by {
        MadeBy::IndependentBroad => "made by others, on a broad domain",
        MadeBy::IndependentNarrow => "made by others, on a narrow domain",
        MadeBy::Researcher => "made by the researchers",
        MadeBy::Developer => "made by the developer of the intervention",
    }
}

pub(super) fn conducted(by: ConductedBy) -> &'static str {
    match by {
        ConductedBy::Independent => "people with no stake in the result",
        ConductedBy::Developer => "the developer or seller, or people they paid",
    }
}
