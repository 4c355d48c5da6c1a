//! The Education Endowment Foundation's padlocks: how secure a trial's finding is, 0 to 5.

use super::{Key, Standards};
use crate::evidence::facts::{Comparison, Design, Facts};
use crate::num::student;
use serde::Serialize;

/// Padlocks by column, and their worst.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Padlocks {
    /// By design.
    pub design: Option<u8>,
    /// By the minimum detectable effect.
    pub detectable: Option<u8>,
    /// By attrition.
    pub attrition: Option<u8>,
    /// The minimum detectable effect used, SD.
    pub minimum_detectable: Option<f64>,
    /// Attrition used, in whole percent.
    pub attrition_percent: Option<f64>,
    /// The initial rating: the worst column. With a column unknown it is the most it can be; `None` when all are unknown.
    pub initial: Option<u8>,
    /// Whether all three columns are known.
    pub complete: bool,
}

/// The smallest effect that a study with this standard error finds with power 0.80: (t_{1−α/2} + t_{0.80})·SE, in SD. The foundation
/// asks for the one computed at randomisation; this is what the finished study could see.
///
/// Source: Bloom (1995); PowerUp! (Dong and Maynard 2013).
pub fn minimum_detectable(std_error: f64, df: f64, alpha: f64) -> Option<f64> {
    let possible = std_error > 0.0 && std_error.is_finite() && df > 0.0 && alpha > 0.0 && alpha < 1.0;
    possible.then(|| (student::beyond(alpha, df) + student::beyond(0.4, df)) * std_error)
}

impl Padlocks {
    /// The initial rating from design, minimum detectable effect and attrition. The foundation's reviewers then adjust it for balance
    /// and other threats; see [`Padlocks::adjusted`]. The bands are not checked against their source.
    ///
    /// Source: EEF, classification of the security of findings.
    pub fn of(facts: &Facts, standards: &Standards) -> Padlocks {
        let alpha = standards.number(Key::Alpha);
        let minimum = facts.effect.and_then(|e| minimum_detectable(e.error(alpha)?, e.df.unwrap_or(f64::INFINITY), alpha));
        let percent = facts.attrition.and_then(|a| a.overall()).map(|a| libm::round(100.0 * a + 1e-9));
        let place = |edges: &[f64], beyond: &dyn Fn(f64) -> bool| 5 - edges.iter().take(5).filter(|e| beyond(**e)).count() as u8;
        let detectable = minimum.map(|m| place(standards.numbers(Key::PadlockMdes), &|edge| m >= edge));
        let attrition = percent.map(|p| place(standards.numbers(Key::PadlockAttrition), &|edge| p > edge));
        let design = design(facts);
        let known = [design, detectable, attrition];
        Padlocks {
            design,
            detectable,
            attrition,
            minimum_detectable: minimum,
            attrition_percent: percent,
            initial: known.iter().flatten().min().copied(),
            complete: known.iter().all(Option::is_some),
        }
    }

    /// The rating after reviewers took off `threats` padlocks for imbalance and other threats.
    pub fn adjusted(&self, threats: u8) -> Option<u8> {
        self.initial.map(|p| p.saturating_sub(threats))
    }
}

/// By design; without anybody to compare with none, whatever the design is said to be.
fn design(facts: &Facts) -> Option<u8> {
    if facts.units.is_some_and(|u| u.comparison == 0) {
        return Some(0);
    }
    match facts.comparison? {
        Comparison::Nobody | Comparison::Norm | Comparison::BeforeAfter => return Some(0),
        Comparison::Dosage => return Some(1),
        Comparison::Concurrent | Comparison::OtherYears => {}
    }
    Some(match facts.design? {
        Design::Randomised if facts.compromised == Some(true) => 3,
        Design::Randomised => 5,
        Design::DifferenceInDifferences => 4,
        Design::QuasiExperiment => 3,
        Design::Controlled => 2,
        Design::Unadjusted => 1,
    })
}
