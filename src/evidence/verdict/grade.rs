//! Credibility.

use serde::Serialize;
use std::fmt;

/// How far a study can be believed; A is best, and smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Grade {
    /// Randomised, little attrition, clusters heeded, several sites.
    A,
    /// Groups shown to be alike, by a design that deals with selection.
    B,
    /// A comparison group, with doubts that remain.
    C,
    /// Compared with norms, with an earlier self, or with those who used it less.
    D,
    /// Nothing that could be told apart from something else.
    E,
}

impl Grade {
    /// One grade less.
    pub fn down(self) -> Grade {
        match self {
            Grade::A => Grade::B,
            Grade::B => Grade::C,
            Grade::C => Grade::D,
            Grade::D | Grade::E => Grade::E,
        }
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}
