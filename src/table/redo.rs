//! What it takes to do the headline's inference again in the page, or why the page cannot.

use super::{Cell, base64};
use serde::Serialize;

/// Whether a reader can do the headline's inference again in the page.
#[derive(Debug, Clone, Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Redo {
    /// It can: what it takes is here.
    Here(Box<Here>),
    /// It cannot.
    Not(NotHere),
}

/// What it takes.
#[derive(Debug, Clone, Serialize, serde::Deserialize)]
pub struct Here {
    /// What the clusters sum up to, as the core reads it.
    #[serde(with = "base64")]
    pub sums: Vec<u8>,
    /// How many clusters.
    pub clusters: u64,
    /// The level of the intervals as printed, in percent.
    pub percent: f64,
    /// The numbers as printed, method by method.
    pub printed: Vec<Printed>,
    /// Methods of the run that need the rows.
    pub needing_rows: Vec<String>,
    /// What else can be tried.
    pub trials: Vec<Trial>,
}

/// An effect by a method, as printed.
#[derive(Debug, Clone, Serialize, serde::Deserialize)]
pub struct Printed {
    /// The method, as it is spelled.
    pub method: String,
    /// The effect, by its place in the fit.
    pub target: usize,
    /// Whether it is what the page opens with.
    pub headline: bool,
    /// The effect for people.
    pub term: String,
    /// The estimate.
    pub estimate: Cell,
    /// The interval.
    pub conf: Cell,
    /// The standard error.
    pub std_error: Cell,
    /// The degrees of freedom.
    pub df: Cell,
    /// The p-value.
    pub p_value: Cell,
}

/// A method that can be tried.
#[derive(Debug, Clone, Serialize, serde::Deserialize)]
pub struct Trial {
    /// Its id.
    pub method: String,
    /// It in a few words.
    pub title: String,
    /// How many random draws it takes by default, where it draws.
    pub replicates: Option<i64>,
    /// What about it can be chosen.
    pub choices: Vec<TrialChoice>,
}

/// Something about a method that can be chosen.
#[derive(Debug, Clone, Serialize, serde::Deserialize)]
pub struct TrialChoice {
    /// Its key.
    pub key: String,
    /// What it is, for people.
    pub title: String,
    /// What its values mean.
    pub meaning: String,
    /// The value where none is said; it need not be among the values.
    pub usual: String,
    /// The values.
    pub values: Vec<String>,
}

/// Why the page cannot do it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotHere {
    /// There is nothing to do again.
    NothingEstimated,
    /// Two clusterings cross.
    TwoClusterings,
    /// Effects that cross clusters were taken off.
    CrossingEffects,
    /// Every method needs the rows.
    MethodsNeedRows,
    /// Some sum is no finite number.
    Undefined,
    /// The sums are too many for a page.
    TooLarge,
    /// Some cluster holds too few students of one group in one period.
    FewInACluster {
        /// The fewest there may be.
        least: u64,
    },
    /// Sums under covariates could be sums over a few students.
    DividedSums,
    /// The outcome takes two values, so its sums are counts.
    TwoValues,
    /// Some effect of the same fit is withheld.
    EffectWithheld,
}

impl NotHere {
    /// Why, in plain words.
    pub fn words(self) -> String {
        match self {
            NotHere::NothingEstimated => "no main effect was estimated, so there is nothing to compute again.".into(),
            NotHere::TwoClusterings => {
                "the study groups its students in two ways that cross each other, and what the two have in common must be summed from the students' rows, which are not in this page.".into()
            }
            NotHere::CrossingEffects => {
                "the regression takes off levels that reach across clusters, and each cluster then needs the rows of all others, which are not in this page.".into()
            }
            NotHere::MethodsNeedRows => {
                "the methods that this study chose go through the students' rows again, and the rows are not in this page.".into()
            }
            NotHere::Undefined => "some of the sums it would need do not exist as numbers.".into(),
            NotHere::TooLarge => "the sums over all clusters would make this page several times as large.".into(),
            NotHere::FewInACluster { least } => format!(
                "to protect students, sums over fewer than {least} of them leave the place where the data lie in no form, and some cluster holds fewer than {least} of one group in one period."
            ),
            NotHere::DividedSums => {
                "to protect students, sums that go with covariates or other columns are not put into a page: where only one student of a school has some value, such a sum is that student's score.".into()
            }
            NotHere::TwoValues => {
                "to protect students, sums of an outcome that takes two values are not put into a page: they count the students of each school who have the one or the other.".into()
            }
            NotHere::EffectWithheld => {
                "to protect students, some effects of this estimate are withheld, and they could be computed from the sums.".into()
            }
        }
    }
}
