//! The word for credibility times result.

use super::{Grade, Outcome};
use serde::Serialize;

/// The verdict's word. It is said of a study, never of a programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    /// Credible, and positive.
    Strong,
    /// Fairly credible, and positive.
    Promising,
    /// Positive, with doubts.
    Weak,
    /// Credible, and without an effect worth having.
    NotSupported,
    /// The same, with doubts.
    WeakAgainst,
    /// Credible, and negative.
    Harm,
    /// The same, with doubts.
    WeakHarm,
    /// Not credible enough, or too imprecise.
    CannotTell,
}

impl Word {
    /// All words.
    pub const ALL: [Word; 8] =
        [Word::Strong, Word::Promising, Word::Weak, Word::NotSupported, Word::WeakAgainst, Word::Harm, Word::WeakHarm, Word::CannotTell];

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Word::Strong => "strong evidence",
            Word::Promising => "promising evidence",
            Word::Weak => "weak evidence",
            Word::NotSupported => "not supported",
            Word::WeakAgainst => "weak evidence against",
            Word::Harm => "evidence of harm",
            Word::WeakHarm => "weak evidence of harm",
            Word::CannotTell => "can't tell",
        }
    }

    /// The table: credibility by outcome. "Strong" needs `large` too (students and sites enough for tier 1), else it is "promising".
    pub fn of(grade: Grade, outcome: Outcome, large: bool) -> Word {
        let by_grade = |a: Word, b: Word, c: Word| match grade {
            Grade::A => a,
            Grade::B => b,
            Grade::C => c,
            Grade::D | Grade::E => Word::CannotTell,
        };
        match outcome {
            Outcome::Positive | Outcome::Meaningful => {
                by_grade(if large { Word::Strong } else { Word::Promising }, Word::Promising, Word::Weak)
            }
            Outcome::OneOfMany => by_grade(Word::NotSupported, Word::NotSupported, Word::NotSupported),
            Outcome::RuledOut => by_grade(Word::NotSupported, Word::NotSupported, Word::WeakAgainst),
            Outcome::Negative => by_grade(Word::Harm, Word::Harm, Word::WeakHarm),
            Outcome::Unclear | Outcome::Unknown => Word::CannotTell,
        }
    }

    /// How much a word says: a change that raises it is worth naming.
    pub(super) fn weight(self) -> u8 {
        match self {
            Word::CannotTell => 0,
            Word::Weak | Word::WeakAgainst | Word::WeakHarm => 1,
            Word::Promising => 2,
            Word::Strong | Word::NotSupported | Word::Harm => 3,
        }
    }
}
