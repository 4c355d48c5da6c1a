//! A check that was carried out: what was asked of which estimate, and what it answers.

use super::{Asked, Finding};
use crate::cohort::{Fault, Warning};
use crate::estimate::Chosen;
use crate::infer::Method;

/// What a check of one outcome answers.
#[derive(Clone)]
pub struct Answered {
    /// What was asked.
    pub asked: Asked,
    /// The outcome; `None` for coefficients from files.
    pub outcome: Option<String>,
    /// The estimator, where the check looks at an estimate, and the method, where it looks at its uncertainty.
    pub by: Option<(Chosen, Option<Method>)>,
    /// What the reader should know.
    pub warnings: Vec<Warning>,
    /// What was found, or why the data do not answer.
    pub answer: Result<Finding, Fault>,
}
