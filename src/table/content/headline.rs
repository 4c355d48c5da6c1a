//! The one effect the page opens with.

use crate::infer::Estimate;
use crate::num::normal;
use crate::study::{Analysis, Description, Run};

/// The headline: first outcome, first estimator, first method.
pub struct Headline<'a> {
    /// The analysis it comes from.
    pub analysis: &'a Analysis,
    /// The estimate.
    pub estimate: &'a Estimate,
    /// The sample's description.
    pub description: &'a Description,
    /// Why there is none, otherwise.
    pub sd: Option<f64>,
}

impl<'a> Headline<'a> {
    /// The headline of a run; `None` when the effect is not identified.
    pub fn of(run: &'a Run) -> Option<Headline<'a>> {
        let analysis = run.analyses.first()?;
        let estimate = analysis.overall()?;
        let description = run.descriptions.iter().find(|d| d.outcome == analysis.outcome)?;
        Some(Headline { analysis, estimate, sd: description.untreated_sd.filter(|s| *s > 0.0), description })
    }

    /// A number of points in SD of untreated students.
    pub fn in_sd(&self, points: f64) -> Option<f64> {
        self.sd.map(|s| points / s)
    }

    /// Where a student at the middle would stand after such a change: the percentile.
    pub fn percentile(&self, points: f64) -> Option<f64> {
        self.in_sd(points).map(|d| 100.0 * normal::cdf(d))
    }

    /// The interval's ends, when both exist.
    pub fn ends(&self) -> Option<(f64, f64)> {
        Some((self.estimate.interval.low.value()?, self.estimate.interval.high.value()?))
    }
}
