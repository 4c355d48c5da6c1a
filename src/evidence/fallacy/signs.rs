//! What detectors look at.

use crate::evidence::effect::Sizes;
use crate::evidence::facts::{Comparison, Conductor, Effect, Measure, SelectedLow, Unit};
use crate::evidence::standard::Attrition;

/// Signs of a study: told by its author, or counted in its sample. `Signs::default()` knows nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Signs {
    /// Whom the treated are compared with.
    pub comparison: Option<Comparison>,
    /// How it was decided who is treated.
    pub assigned_by: Option<Assigned>,
    /// How much the treated used it, and the others.
    pub uses: Option<Uses>,
    /// Who was chosen for low scores.
    pub selected_low: Option<SelectedLow>,
    /// Who made the test.
    pub measure: Option<Measure>,
    /// Who ran the study.
    pub conductor: Option<Conductor>,
    /// Whether an independent evaluation was declined.
    pub declined: Option<bool>,
    /// What else goes with the treatment, in words.
    pub confound: Option<String>,
    /// Weeks between the start and the last measurement.
    pub weeks: Option<f64>,
    /// What is said of it: title, question, claims.
    pub said: Vec<String>,
    /// Units treated and not.
    pub arms: Option<Sizes>,
    /// Schools that hold treated students, and others.
    pub schools: Option<Sizes>,
    /// Shares of a sector (charter schools) in the treated and the comparison group.
    pub sector: Option<Shares>,
    /// Shares of poor students.
    pub poverty: Option<Shares>,
    /// How the groups stood before the start.
    pub before: Option<Before>,
    /// Differences of the groups after the start, as they are and within groups of students.
    pub strata: Vec<Stratified>,
    /// The headline outcome's overall effects: the analysis, and the effect in SD.
    pub overall: Vec<(String, f64)>,
    /// Who was lost.
    pub attrition: Option<Attrition>,
    /// Who was there each time.
    pub throughout: Option<Throughout>,
    /// Scores at the ends of their scale.
    pub extremes: Vec<Extreme>,
    /// Outcomes that only say whether a line was passed.
    pub cuts: Vec<String>,
    /// First period, first start, last period: calendar years where they lie between 1900 and 2100.
    pub years: Option<(i64, i64, i64)>,
    /// At how many times treatment starts.
    pub starts: u32,
    /// p-value of the joint test of trends before the start.
    pub pretrend_p: Option<f64>,
    /// The draws among which it was counted, where it was.
    pub pretrend_draws: Option<u64>,
    /// Power of that test to see a bias as large as the effect.
    pub pretrend_power: Option<f64>,
    /// Effects at the start and last.
    pub path: Option<Path>,
    /// What was assigned: the coarsest level all of whose members share their treatment.
    pub unit: Option<Unit>,
    /// How estimates and their intervals were computed.
    pub used: Vec<Used>,
    /// Outcomes tested by the first estimator, the headline first.
    pub outcomes: Vec<Tested>,
    /// Tests within subgroups.
    pub subgroups: Vec<Tested>,
    /// Whether p-values are adjusted for their number.
    pub adjusted: bool,
    /// The headline's effect in SD.
    pub effect: Option<Effect>,
}

/// How it was decided who is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assigned {
    /// By lot.
    Lot,
    /// By choice of schools, teachers or families.
    Choice,
    /// By those who paid for it.
    Funders,
    /// By low scores or a bad year.
    LowScores,
    /// By use seen after the start.
    Use,
}

/// How much it was used.
#[derive(Debug, Clone, PartialEq)]
pub struct Uses {
    /// The column.
    pub column: String,
    /// Least use of a treated student after the start.
    pub lowest_treated: f64,
    /// Most use of a comparison student then.
    pub highest_comparison: f64,
}

/// Shares in the treated and the comparison group.
#[derive(Debug, Clone, PartialEq)]
pub struct Shares {
    /// Of what.
    pub what: String,
    /// In the treated group, in [0, 1].
    pub treated: f64,
    /// In the comparison group.
    pub comparison: f64,
}

/// How the groups stood before the start, in SD of comparison students.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Before {
    /// Treated minus comparison in the last period before.
    pub gap: f64,
    /// Change of that gap from the period before.
    pub change: Option<f64>,
    /// Correlation of a comparison student's scores from one period to the next.
    pub correlation: Option<f64>,
}

/// A difference as it is, and within groups.
#[derive(Debug, Clone, PartialEq)]
pub struct Stratified {
    /// What students of one group share, as it stands after "within": `values of frl`, `schools`, `tenths of the first score`.
    pub parts: String,
    /// Difference of treated and comparison after the start, SD.
    pub whole: f64,
    /// The same within groups, averaged by treated students.
    pub within: f64,
}

/// Who was there each time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throughout {
    /// Units.
    pub units: u64,
    /// Periods.
    pub periods: u64,
    /// Units with a score in each period.
    pub always: u64,
}

/// The largest share of scores at one end of the scale, over groups and periods.
#[derive(Debug, Clone, PartialEq)]
pub struct Extreme {
    /// The outcome.
    pub outcome: String,
    /// Whether it is the highest score; else the lowest.
    pub highest: bool,
    /// The share, in [0, 1].
    pub share: f64,
    /// Of how many scores.
    pub of: u64,
}

/// Effects in the first and the last period after the start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Path {
    /// Estimate and lower end of its interval in the first period.
    pub first: (f64, f64),
    /// Estimate and upper end in the last.
    pub last: (f64, f64),
    /// Periods after the first.
    pub periods: i64,
}

/// An estimate and its interval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// The analysis in words.
    pub label: String,
    /// Whether its estimator rests on two-way fixed effects.
    pub two_way: bool,
    /// Inference method with its options.
    pub inference: String,
    /// What its standard error takes as independent; `None`: not known.
    pub independent: Option<Unit>,
    /// How many of these.
    pub clusters: u64,
}

/// A tested hypothesis.
#[derive(Debug, Clone, PartialEq)]
pub struct Tested {
    /// What.
    pub label: String,
    /// Its p-value.
    pub p_value: f64,
    /// The draws among which it was counted, where it was.
    pub draws: Option<u64>,
}
