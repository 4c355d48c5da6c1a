//! Fallacies: signs in a study's design, numbers or words that lead readers to conclude what the data do not say.
//!
//! A detector looks at [`Signs`], small numbers and words of a study, never at a student's row. What is not known triggers nothing: a
//! detector that stays silent has found nothing, or had nothing to look at. Each says what was found, why it misleads, and what to do.
//! How often each one finds what was planted, and how often it cries wolf, is measured by
//! `cargo bench --bench detectors`.

mod comparison;
mod inference;
mod measure;
mod selection;
mod signs;
#[cfg(test)]
mod tests;
mod time;

pub use signs::{Assigned, Before, Extreme, Path, Shares, Signs, Stratified, Tested, Throughout, Used, Uses};

use super::standard::Standards;
use serde::Serialize;

/// What a detector found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alarm {
    /// The fallacy's name, such as `norm-comparison`.
    pub fallacy: &'static str,
    /// The fallacy in a few words.
    pub title: &'static str,
    /// What was found here, a sentence.
    pub found: String,
    /// Why it misleads, a sentence.
    pub why: &'static str,
    /// What to do or to ask, a sentence.
    pub remedy: &'static str,
    /// The number that triggered it, where it is one.
    pub number: Option<f64>,
    /// What the number was compared with.
    pub threshold: Option<f64>,
}

/// What triggered a detector.
#[derive(Debug, Clone, PartialEq)]
pub struct Trigger {
    found: String,
    number: Option<f64>,
    threshold: Option<f64>,
}

impl Trigger {
    fn told(found: impl Into<String>) -> Trigger {
        Trigger { found: found.into(), number: None, threshold: None }
    }

    fn by(found: impl Into<String>, number: f64, threshold: f64) -> Trigger {
        Trigger { found: found.into(), number: Some(number), threshold: Some(threshold) }
    }
}

/// A fallacy that can be looked for.
pub struct Detector {
    /// Its name.
    pub id: &'static str,
    /// It in a few words.
    pub title: &'static str,
    /// Why it misleads.
    pub why: &'static str,
    /// What to do or to ask.
    pub remedy: &'static str,
    /// Who has shown it.
    pub source: &'static str,
    look: fn(&Signs, &Standards) -> Option<Trigger>,
}

/// All of them, in the order in which they are listed: whom it is compared with, who was chosen, when, what was measured, how it was
/// computed, who says so.
pub static DETECTORS: &[&Detector] = &[
    &comparison::NO_COMPARISON,
    &comparison::NORM_COMPARISON,
    &comparison::SINGLE_SCHOOL,
    &comparison::SECTOR_CONFOUND,
    &selection::DOSAGE_SELECTION,
    &selection::REGRESSION_TO_MEAN,
    &selection::ATTRITION,
    &selection::SURVIVORS_ONLY,
    &selection::SIMPSON,
    &time::PRETREND,
    &time::UNDERPOWERED_PRETREND,
    &time::STAGGERED_TWFE,
    &time::PANDEMIC_WINDOW,
    &time::NOVELTY,
    &measure::VENDOR_TEST,
    &measure::CEILING,
    &measure::PROFICIENCY_CUT,
    &measure::GROWTH_PERCENT,
    &measure::YEARS_OF_LEARNING,
    &inference::UNIT_OF_ANALYSIS,
    &inference::PERCENTILE_BOOTSTRAP,
    &inference::MULTIPLE_OUTCOMES,
    &inference::SUBGROUP_FISHING,
    &inference::UNDERPOWERED,
    &comparison::SPONSOR,
    &comparison::DECLINED_EVALUATION,
];

/// Looks for all fallacies.
pub fn detect(signs: &Signs, standards: &Standards) -> Vec<Alarm> {
    let alarm = |d: &&'static Detector| {
        let Trigger { found, number, threshold } = (d.look)(signs, standards)?;
        Some(Alarm { fallacy: d.id, title: d.title, found, why: d.why, remedy: d.remedy, number, threshold })
    };
    DETECTORS.iter().filter_map(alarm).collect()
}

/// A number of standard deviations for people.
fn sd(x: f64) -> String {
    format!("{x:.2} SD").replace('-', "−")
}

/// A share for people.
fn percent(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}
