//! A cap on credibility, with what triggered it.

use super::Grade;
use serde::Serialize;

/// What a rule does to the grade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effects {
    /// No better than this.
    AtMost(Grade),
    /// One grade less.
    OneDown,
}

impl Effects {
    /// The grade after it.
    pub fn on(self, grade: Grade) -> Grade {
        match self {
            Effects::AtMost(most) => grade.max(most),
            Effects::OneDown => grade.down(),
        }
    }
}

/// A rule that triggered.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cap {
    /// The rule's name, such as `few-clusters`.
    pub rule: &'static str,
    /// What it does.
    pub effects: Effects,
    /// The number that triggered it, where it is one.
    pub number: Option<f64>,
    /// What the number was compared with.
    pub threshold: Option<f64>,
    /// Whether it triggered because something is not known.
    pub unknown: bool,
    /// What was found, as a clause: "4 clusters in the smaller arm, fewer than 6".
    pub found: String,
    /// What would have to be so instead, as a noun phrase: "at least 6 clusters in each arm".
    pub instead: String,
    /// The grade before it.
    pub before: Grade,
    /// The grade after it.
    pub after: Grade,
}

impl Cap {
    pub(super) fn at_most(rule: &'static str, most: Grade, found: impl Into<String>, instead: impl Into<String>) -> Cap {
        Cap::new(rule, Effects::AtMost(most), found.into(), instead.into())
    }

    pub(super) fn one_down(rule: &'static str, found: impl Into<String>, instead: impl Into<String>) -> Cap {
        Cap::new(rule, Effects::OneDown, found.into(), instead.into())
    }

    fn new(rule: &'static str, effects: Effects, found: String, instead: String) -> Cap {
        let (before, after) = (Grade::A, Grade::A);
        Cap { rule, effects, number: None, threshold: None, unknown: false, found, instead, before, after }
    }

    pub(super) fn with(self, number: f64, threshold: f64) -> Cap {
        Cap { number: Some(number), threshold: Some(threshold), ..self }
    }

    pub(super) fn counted(self, number: f64) -> Cap {
        Cap { number: Some(number), ..self }
    }

    pub(super) fn because_unknown(self) -> Cap {
        Cap { unknown: true, ..self }
    }
}

/// Where credibility starts, and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Start {
    /// The grade.
    pub grade: Grade,
    /// Why.
    pub because: &'static str,
}
