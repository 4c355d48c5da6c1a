//! What only the simulator knows.

use super::Parameters;
use super::population::Population;
use super::variance;
use serde::Serialize;

/// The truth about one draw.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Truth {
    /// The world's name.
    pub world: String,
    /// The world's version.
    pub version: u32,
    /// The seed.
    pub seed: u64,
    /// Every parameter and its value.
    pub parameters: Vec<(String, f64)>,
    /// Parameters that are scenario choices: nobody has measured them.
    pub scenario: Vec<String>,
    /// Who gets profiles, and how that comes about.
    pub assignment: String,
    /// The chances of getting them.
    pub chances: Vec<Chance>,
    /// The same school by school, and what came of them.
    pub schools: Vec<SchoolChance>,
    /// The true effects of this draw: on those treated, and on subgroups of them.
    pub effects: Vec<TrueEffect>,
    /// Effects of other kinds.
    pub other_effects: Vec<OtherEffect>,
    /// The effect by fidelity, or by part of the full dose.
    pub doses: Vec<Dose>,
    /// The effect by dose as a line: what [`Truth::doses`] would show with infinitely many students.
    pub dose_effects: Vec<DoseEffect>,
    /// How far trends are from parallel, by cohort and year.
    pub violations: Vec<Violation>,
    /// The same effects in many more students, where they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub population: Option<Population>,
    /// The scale of each outcome, to turn points into SD.
    pub scales: Vec<OutcomeScale>,
    /// What the parameters imply.
    pub implied: Implied,
    /// Where the variance lies in this draw.
    pub measured: Vec<Measured>,
    /// Fidelity and its drivers, by cohort.
    pub fidelity: Vec<CohortFidelity>,
    /// How many schools, classrooms, students and rows there are.
    pub sizes: Sizes,
    /// Attrition and missed tests as they came out.
    pub losses: Losses,
}

/// A true effect: the mean over recorded scores of treated rows of the score with profiles minus the score without.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrueEffect {
    /// The outcome.
    pub outcome: String,
    /// `overall`, `group-time`, `event`, `group`, `calendar`: means over rows; `overall-dynamic`: the plain mean of the `event` effects.
    pub estimand: String,
    /// The first year with profiles, where the effect is one cohort's.
    pub group: Option<i64>,
    /// The year, where the effect is one year's.
    pub period: Option<i64>,
    /// Years since the first with profiles (0: that year), where the effect is of one event time.
    pub event_time: Option<i64>,
    /// The column and value of a subgroup, where it is the effect on one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subgroup: Option<(String, String)>,
    /// The effect in points (skills: their number).
    pub value: f64,
    /// Treated student-years it averages.
    pub n: usize,
}

/// The chance of getting profiles.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Chance {
    /// Of whom.
    pub who: String,
    /// The probability.
    pub probability: f64,
}

/// One school's chances, and what came of them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SchoolChance {
    /// The school.
    pub school_id: String,
    /// The probability, before any lot is drawn, that one of its classrooms (where students are assigned one by one: a student of the
    /// first year) gets profiles at some time; none where that depends on scores.
    pub probability: Option<f64>,
    /// Its classrooms.
    pub n_classrooms: usize,
    /// Those of them in which someone got profiles.
    pub n_treated_classrooms: usize,
    /// Its students.
    pub n_students: usize,
    /// Those of them who got profiles at some time.
    pub n_treated_students: usize,
}

/// An effect of another kind than that on those treated.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OtherEffect {
    /// The outcome.
    pub outcome: String,
    /// `everyone`, `compliers`, `measured`, `spillover`, `net-of-spillover`.
    pub estimand: String,
    /// What it is.
    pub meaning: String,
    /// The column and value of a subgroup, where it is the effect on one (compliers only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subgroup: Option<(String, String)>,
    /// The effect in points.
    pub value: f64,
    /// Student-years it averages.
    pub n: usize,
}

/// The effect on students of about the same dose.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Dose {
    /// The outcome.
    pub outcome: String,
    /// Mean fidelity of their classrooms, or part of the full dose.
    pub dose: f64,
    /// The effect in points.
    pub value: f64,
    /// Student-years it averages.
    pub n: usize,
}

/// The effect by dose where it grows in proportion: at dose d it is `value` × min(d / `full`, 1).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DoseEffect {
    /// The outcome.
    pub outcome: String,
    /// The column in which the dose stands.
    pub column: String,
    /// The dose from which on more has no more effect, in the column's unit.
    pub full: f64,
    /// The column and value of a subgroup, where it is the effect on one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subgroup: Option<(String, String)>,
    /// The effect of the full dose in points: the sum of all effects in this draw over the sum of all doses.
    pub value: f64,
    /// Treated student-years it averages.
    pub n: usize,
}

/// How far a cohort's untreated scores grew apart from those of the never treated since the year before take-up.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Violation {
    /// The outcome.
    pub outcome: String,
    /// The first year with profiles.
    pub group: i64,
    /// The year.
    pub period: i64,
    /// Points, of the recorded scores: what a comparison of means adds to the effect.
    pub value: f64,
    /// The part of it that comes from who left and whose test was missed; none where only the effects were asked for.
    pub by_attrition: Option<f64>,
}

/// The scale of an outcome.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OutcomeScale {
    /// The outcome.
    pub outcome: String,
    /// SD without profiles among students who never have them, in the first year, in points; none where there are none.
    pub untreated_sd: Option<f64>,
    /// Students it is taken over.
    pub n: usize,
}

/// What the parameters imply within a kind of school (the gap between profile and other schools comes on top).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Implied {
    /// Part of the variance of scores between schools.
    pub icc_school_level: f64,
    /// Part between classrooms of a school.
    pub icc_class_level: f64,
    /// Part of the variance of one year's gains between schools.
    pub icc_school_gain: f64,
    /// Part between classrooms of a school.
    pub icc_class_gain: f64,
    /// Variance of one year's gains, SD².
    pub gain_variance: f64,
    /// Reliability of a score.
    pub reliability: f64,
    /// Correlation of the scores of the first two years.
    pub year_to_year_correlation: f64,
    /// Mean fidelity over all classrooms there could be.
    pub mean_fidelity: f64,
}

/// Where the variance lies in a draw: of the scores without profiles of those who were recorded, in SD² of the parameters. Schools that
/// differ because they bring profiles in are not set against the others; parts are unbiased, so that one can come out below zero.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measured {
    /// The outcome.
    pub outcome: String,
    /// `level`: of the first year; `gain`: from it to the next.
    pub of: String,
    /// The variance, SD².
    pub variance: f64,
    /// The part between schools; none where there is one school of each kind. Where schools have one classroom each it holds that
    /// of classrooms too.
    pub icc_school: Option<f64>,
    /// The part between classrooms of a school; none where schools have one each.
    pub icc_class: Option<f64>,
    /// Students.
    pub n_students: usize,
    /// Their classrooms.
    pub n_classrooms: usize,
    /// Their schools.
    pub n_schools: usize,
}

/// Fidelity of the classrooms that took up profiles in the same year.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CohortFidelity {
    /// The first year with profiles.
    pub group: i64,
    /// Classrooms.
    pub n_classrooms: usize,
    /// Mean fidelity.
    pub fidelity: f64,
    /// Mean staffing, SD units.
    pub staffing: f64,
    /// Mean training, SD units.
    pub training: f64,
    /// Mean engagement of families, SD units.
    pub family: f64,
    /// Mean of technology in place of staff, SD units.
    pub technology_for_staff: f64,
}

/// Counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Sizes {
    /// Schools.
    pub n_schools: usize,
    /// Schools with a classroom that took up profiles.
    pub n_treated_schools: usize,
    /// Classrooms.
    pub n_classrooms: usize,
    /// Classrooms that took up profiles.
    pub n_treated_classrooms: usize,
    /// Students.
    pub n_students: usize,
    /// Students of classrooms that took up profiles at some time.
    pub n_treated_students: usize,
    /// Rows (student-years).
    pub n_rows: usize,
    /// Rows with profiles.
    pub n_treated_rows: usize,
}

/// Losses as they came out.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Losses {
    /// On what they depend, by the values of the parameters.
    pub mechanism: String,
    /// Student-years after which a student could have left.
    pub at_risk: usize,
    /// Of those, the share that left for good.
    pub left_rate: f64,
    /// Of those, the share that moved to another school and so out of the sample.
    pub moved_rate: f64,
    /// Students who joined after the first year.
    pub joined: usize,
    /// Share of tests missed.
    pub missing_test_rate: f64,
}

impl Truth {
    /// The first true effect on everyone treated of this outcome and estimand: the only one of `overall` and
    /// `overall-dynamic`.
    pub fn effect(&self, outcome: &str, estimand: &str) -> Option<&TrueEffect> {
        self.effects.iter().find(|e| e.outcome == outcome && e.estimand == estimand && e.subgroup.is_none())
    }
}

/// What the parameters imply.
pub(super) fn implied(p: &Parameters, mean_fidelity: f64) -> Implied {
    let v = |name| p.value(name);
    let (places, school, class, student) = (variance::places(p), v("school_variance"), v("class_variance"), v("student_variance"));
    let passing = v("transient_variance") + v("occasion_variance") + v("error_variance");
    let total = places + school + class + student + passing;
    let drive = p.get("drive_growth").unwrap_or(0.0);
    let (of_schools, of_students) = (v("school_growth_variance"), v("growth_variance") + drive * drive);
    let school_gain = 2.0 * school * (1.0 - v("school_persistence")) + of_schools;
    let class_gain = 2.0 * class * (1.0 - v("class_carry_over"));
    let gain = school_gain + class_gain + 2.0 * passing + of_students;
    let part = |x: f64| if gain > 0.0 { x / gain } else { 0.0 };
    Implied {
        icc_school_level: (places + school) / total,
        icc_class_level: class / total,
        icc_school_gain: part(school_gain),
        icc_class_gain: part(class_gain),
        gain_variance: gain,
        reliability: 1.0 - v("error_variance") / total,
        // By the second year lasting growth has spread scores.
        year_to_year_correlation: variance::correlation(p, 1) / libm::sqrt(1.0 + (of_schools + of_students) / total),
        mean_fidelity,
    }
}
