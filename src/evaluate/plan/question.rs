//! What is asked of a plan: everything that can be said, most of it optional.

use super::{Analysis, Goal, Tier};
use serde::Serialize;

/// Who is assigned by lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Assign {
    /// Whole schools.
    School,
    /// Classrooms.
    Classroom,
    /// Students.
    Student,
}

/// What to work out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// The minimum detectable effect.
    Effect,
    /// The power at the effect.
    Power,
    /// How many are needed.
    Number(Tier),
}

/// A question about a design. What is `None` takes a default that the answer names.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Who is assigned by lot.
    pub assign: Assign,
    /// Schools.
    pub schools: Option<u64>,
    /// Classrooms in each school, or in all.
    pub classrooms: Option<u64>,
    /// Students in each classroom or school, or in all.
    pub students: Option<u64>,
    /// The part of the assigned units that is treated.
    pub treated_share: Option<f64>,
    /// Whether the schools are these and no others (for classrooms assigned within schools).
    pub fixed_schools: bool,
    /// How the outcome is analysed.
    pub analysis: Analysis,
    /// The school's share of the variance.
    pub icc_school: Option<f64>,
    /// The classroom's share of the variance.
    pub icc_class: Option<f64>,
    /// R² of covariates between schools.
    pub r2_school: Option<f64>,
    /// R² between classrooms.
    pub r2_class: Option<f64>,
    /// R² between students.
    pub r2_student: Option<f64>,
    /// R² of schools' covariates for the effect.
    pub r2_effect: Option<f64>,
    /// Standard deviation of the effect between schools, in SD of the score.
    pub effect_sd: Option<f64>,
    /// The same as PowerUp! counts it: variance of the effect over the variance between schools.
    pub omega: Option<f64>,
    /// Correlation of a student's scores before and after.
    pub correlation: Option<f64>,
    /// Periods before treatment.
    pub periods_before: Option<u32>,
    /// Periods after its start.
    pub periods_after: Option<u32>,
    /// Part of a classroom's shock that carries over to the next period.
    pub carry_over: Option<f64>,
    /// Covariates at the level that counts the degrees of freedom.
    pub covariates: Option<u64>,
    /// The effect to be seen, in SD.
    pub effect: f64,
    /// Level and power.
    pub goal: Goal,
    /// What to work out; empty: the effect, the power, and the number of top units.
    pub wanted: Vec<Wanted>,
    /// The drift a period that the pre-trend test should notice, in SD; `None`: that test is not asked for.
    pub drift: Option<f64>,
    /// How often the study is simulated; 0: not at all.
    pub replicates: u64,
    /// The seed of the simulation.
    pub seed: u64,
}

impl Question {
    /// A question of which nothing is said but who is assigned and how the outcome is analysed.
    pub fn new(assign: Assign, analysis: Analysis) -> Question {
        Question {
            assign,
            schools: None,
            classrooms: None,
            students: None,
            treated_share: None,
            fixed_schools: false,
            analysis,
            icc_school: None,
            icc_class: None,
            r2_school: None,
            r2_class: None,
            r2_student: None,
            r2_effect: None,
            effect_sd: None,
            omega: None,
            correlation: None,
            periods_before: None,
            periods_after: None,
            carry_over: None,
            covariates: None,
            effect: 0.10,
            goal: Goal { level: 0.95, power: 0.8 },
            wanted: Vec::new(),
            drift: None,
            replicates: 1000,
            seed: 20_210_126,
        }
    }
}
