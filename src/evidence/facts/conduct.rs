//! How a study was done: units, clusters, measure, plan, trends.

use crate::evidence::standard::{Key, Standards};
use serde::Serialize;

/// What was assigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Students, one by one.
    Student,
    /// Whole classrooms.
    Classroom,
    /// Whole schools.
    School,
}

impl Unit {
    /// In the plural.
    pub fn plural(self) -> &'static str {
        match self {
            Unit::Student => "students",
            Unit::Classroom => "classrooms",
            Unit::School => "schools",
        }
    }
}

/// Whether standard errors heed the unit of assignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Clustering {
    /// They do, or students were assigned one by one.
    Heeded,
    /// They did not, and were computed again from the students.
    Recomputed,
    /// They did not, and were corrected by formula with an assumed intraclass correlation.
    Corrected,
    /// They do not.
    Ignored,
}

/// Who made the outcome measure, and how broad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Others, on a broad domain (a state test).
    IndependentBroad,
    /// Others, on a narrow domain.
    IndependentNarrow,
    /// The researchers.
    Researcher,
    /// The product's developer.
    Developer,
}

impl Measure {
    /// The measure's place in `measure-means`.
    pub fn index(self) -> usize {
        self as usize
    }

    /// Whether its maker has a stake in the result.
    pub fn has_a_stake(self) -> bool {
        matches!(self, Measure::Researcher | Measure::Developer)
    }
}

/// How reliable a measure is, each from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Reliability {
    /// Internal consistency (Cronbach's alpha).
    pub internal_consistency: Option<f64>,
    /// Test-retest reliability.
    pub test_retest: Option<f64>,
    /// Inter-rater reliability.
    pub inter_rater: Option<f64>,
}

impl Reliability {
    /// The kinds, in the order of their settings.
    pub const KINDS: [&str; 3] = ["internal consistency", "test-retest", "inter-rater"];

    /// One place a kind, in the order of [`Reliability::KINDS`].
    pub fn places(&mut self) -> [&mut Option<f64>; 3] {
        [&mut self.internal_consistency, &mut self.test_retest, &mut self.inter_rater]
    }

    /// What is told: the kind's place, and the number.
    pub fn told(mut self) -> Vec<(usize, f64)> {
        self.places().into_iter().enumerate().filter_map(|(kind, r)| Some((kind, (*r)?))).collect()
    }

    /// Where something is told and nothing of it reaches its least value: the first that is told, and its least.
    ///
    /// Source: WWC Standards 4.1, outcome measures: .50, .40 and .50; as settings, since the text was not looked up.
    pub fn falls_short(self, standards: &Standards) -> Option<(f64, f64)> {
        let least = standards.numbers(Key::Reliability);
        let told: Vec<(f64, f64)> = self.told().into_iter().map(|(kind, r)| (r, least[kind])).collect();
        told.first().copied().filter(|_| told.iter().all(|(r, least)| r < least))
    }

    /// In words: "internal consistency 0.91"; empty where nothing is told.
    pub fn words(self) -> String {
        self.told().into_iter().map(|(kind, r)| format!("{} {r:.2}", Self::KINDS[kind])).collect::<Vec<_>>().join(", ")
    }
}

/// Who ran the study.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conductor {
    /// People with no stake in the result.
    Independent,
    /// The developer or seller, or people they paid.
    Developer,
}

/// What is known of the years before treatment.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Trends {
    /// Periods before treatment.
    pub periods: Option<u32>,
    /// p-value of the joint test that trends were parallel.
    pub p_value: Option<f64>,
    /// The draws among which it was counted, where it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub draws: Option<u64>,
    /// Power of that test to see a bias as large as the estimate, in [0, 1].
    pub power: Option<f64>,
    /// HonestDiD breakdown value, in multiples of the largest deviation before treatment.
    pub breakdown: Option<f64>,
}

/// What a specification curve said.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Specifications {
    /// Share of the specifications with the sign of the headline, in [0, 1].
    pub same_sign: f64,
    /// Whether the median specification's interval excludes zero.
    pub median_excludes_zero: bool,
}

/// How an interval did in draws on the study's own design, with the truth known.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Coverage {
    /// The share of draws in which it held the truth.
    pub share: f64,
    /// Whether that is less than it promises, by more than chance.
    pub broken: bool,
}

/// The analysis plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Plan {
    /// There was one before outcomes were read, and it was kept.
    Kept,
    /// There was one, and the analysis deviates from it.
    Deviated,
    /// There was none.
    Absent,
}

/// Something else that always goes with the treatment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confound {
    /// Looked for, and none found.
    NoneFound,
    /// Named; in the words of "tell the treatment apart from …".
    Named(String),
}

/// How the treated were chosen, as to their scores before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SelectedLow {
    /// Not for a low score or a bad year.
    No,
    /// For it, and the comparison group likewise.
    BothAlike,
    /// For it, and the comparison group not.
    TreatedOnly,
}
