//! The individual learner profile: what a school writes down of every child.
//!
//! Source of the idea: the profiles at Belmont-Cragin elementary school, Chicago (Gonser, The Hechinger Report,
//! 26 January 2021): each child's achievements, strengths, academic goals, interests and personality.

use serde::{Deserialize, Serialize};

/// A quarter of a school year, written as the year in which the school year ends and the quarter (1–4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Quarter {
    /// The school year, by the calendar year in which it ends.
    pub year: i32,
    /// 1 to 4.
    pub quarter: u8,
}

/// What a goal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GoalKind {
    /// Reading, writing, mathematics and other subjects.
    Academic,
    /// Conduct and work habits.
    Behaviour,
    /// Getting on with others, feelings.
    Social,
}

/// A goal set for or by a student.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Goal {
    /// What it is about.
    pub kind: GoalKind,
    /// The goal in words.
    pub text: String,
    /// When it was set.
    pub set: Quarter,
    /// Whether it was met; `None` while it is open.
    pub met: Option<bool>,
}

/// The part of a learner profile that is not flat: one line of the JSON Lines side file.
/// Flat parts (grades, scores, IEP, traits) are columns of the cohort.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// The student's identifier, as in the cohort's student column.
    pub student_id: String,
    /// Strengths by domain, 0 (not yet seen) to 4 (outstanding).
    pub strengths: Vec<(String, u8)>,
    /// Goals in the order in which they were set.
    pub goals: Vec<Goal>,
    /// Interests.
    pub interests: Vec<String>,
    /// Achievements noted by teachers.
    pub achievements: Vec<String>,
}
