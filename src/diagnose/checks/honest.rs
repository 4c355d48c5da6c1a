//! How far trends may differ before an effect is gone: the bounds of Rambachan and Roth.

use super::Aim;
use crate::cohort::Fault;
use crate::diagnose::check::{Check, Finding, Look};
use crate::diagnose::honest::{Bound, Bounds, Breakdown, ConfidenceSet, Method, Restriction, Sensitivity, Shape, Smoothness, smoothness};
use crate::diagnose::{Trends, Verdict};
use crate::estimate::{Card, OptionSpec, Options, Values};

/// With relative bounds: what holds up to a ratio of the first is ok, up to the second a caution. At 1 trends differ after treatment as much as
/// they did at most before it, the size that Rambachan and Roth (2023, section 2.4) take for natural; the second is ours.
pub const RATIO: [f64; 2] = [1.0, 0.5];

/// How far trends may differ before the effect is gone.
#[derive(Debug, Clone, PartialEq)]
pub struct Bounded {
    /// What trends are held to.
    pub restriction: Restriction,
    /// How the sets are made.
    pub method: Method,
    /// Which effect is asked about.
    pub aim: Aim,
    /// Its estimate.
    pub estimate: f64,
    /// Its interval under parallel trends.
    pub original: ConfidenceSet,
    /// The sets at the sizes asked for.
    pub bounds: Vec<Bounds>,
    /// The size at which no effect is no longer excluded, or the sign turns.
    pub breakdown: Breakdown,
    /// Whether the set at size 0, where a straight line may part the trends, lies on the other side of no effect.
    pub turned: bool,
    /// What the periods before treatment say of M, under the smoothness bound.
    pub smoothness: Option<Smoothness>,
    /// The level of confidence.
    pub level: f64,
}

impl Bounded {
    /// The verdict. Without an effect to begin with there is nothing to break.
    pub fn verdict(&self) -> Verdict {
        if self.original.contains(0.0) {
            return Verdict::CannotTell;
        }
        let broken = match self.breakdown {
            Breakdown::At(size) | Breakdown::Beyond(size) => size,
        };
        match (self.restriction.bound, self.smoothness) {
            (Bound::Smoothness, Some(s)) => Verdict::of_height(broken, s.upper, s.lower.unwrap_or(0.0).max(f64::MIN_POSITIVE)),
            (Bound::Smoothness, None) => Verdict::of_height(broken, f64::INFINITY, f64::MIN_POSITIVE),
            _ => Verdict::of_height(broken, RATIO[0], RATIO[1]),
        }
    }
}

/// The check.
pub static HONEST: Check = Check {
    card: Card {
        id: "honest",
        title: "bounds when parallel trends hold only about (Rambachan and Roth)",
        estimand: "how much trends may differ after treatment, measured by how they differed before, until the effect can no longer be told from none",
        assumptions: "the coefficients by event time are about normal with the covariance given; trends differ no more than the size said",
        when: "whenever an effect rests on parallel trends",
        needs: "at least one period before the reference period, or coefficients and their covariance from files",
        contrast: "It bounds the effect instead of testing the trends: a test that is passed does not show that trends are parallel.",
        options: &[
            OptionSpec {
                key: "type",
                values: Values::OneOf(&["relative-magnitudes", "smoothness", "relative-smoothness"]),
                meaning: "relative-magnitudes: a change of the difference between two periods is at most M̄ times the largest before treatment; smoothness: its slope changes by at most M from one period to the next; relative-smoothness: by at most M̄ times the largest change of slope before",
                positional: true,
            },
            OptionSpec {
                key: "grid",
                values: Values::Sizes { most: 100 },
                meaning: "the sizes M̄ (ratios) or M (in units of the outcome) shown; auto: 0, 0.5, 1, 1.5 and 2, or for smoothness quarters of the largest M that the periods before treatment suggest",
                positional: false,
            },
            Aim::FIRST,
            OptionSpec {
                key: "shape",
                values: Values::OneOf(&["any", "positive", "negative", "increasing", "decreasing"]),
                meaning: "what else is known of the difference in trends: its sign after treatment, or that it never falls or rises",
                positional: false,
            },
            OptionSpec {
                key: "method",
                values: Values::OneOf(&["auto", "hybrid", "conditional", "fixed-length"]),
                meaning: "how the sets are made; auto: fixed-length for smoothness without a shape, else the hybrid test (C-LF)",
                positional: false,
            },
        ],
        source: "Rambachan and Roth (2023), Review of Economic Studies 90(5); Andrews, Roth and Pakes (2023)",
        reference_call: "HonestDiD::createSensitivityResults_relativeMagnitudes(betahat, sigma, numPrePeriods, numPostPeriods, Mbarvec); createSensitivityResults(…, Mvec)",
        version: 1,
    },
    look: Look::Trends(look),
};

fn look(trends: &Trends, options: &Options, level: f64) -> Result<Finding, Fault> {
    let bound = match options.get("type") {
        "smoothness" => Bound::Smoothness,
        "relative-smoothness" => Bound::RelativeSmoothness,
        _ => Bound::RelativeMagnitudes,
    };
    let shape = match options.get("shape") {
        "positive" => Shape::PositiveBias,
        "negative" => Shape::NegativeBias,
        "increasing" => Shape::Increasing,
        "decreasing" => Shape::Decreasing,
        _ => Shape::Any,
    };
    let method = match options.get("method") {
        "hybrid" => Method::Hybrid,
        "conditional" => Method::Conditional,
        "fixed-length" => Method::FixedLength,
        _ if bound == Bound::Smoothness && shape == Shape::Any => Method::FixedLength,
        _ => Method::Hybrid,
    };
    let aim = Aim::of(options);
    let study = &trends.study;
    let restriction = Restriction { bound, shape };
    let question = Sensitivity::new(study, aim.weights(study), restriction, method, level)?;
    let smoothness = if bound == Bound::Smoothness { smoothness(study, level)? } else { None };
    let (estimate, sd) = aim.estimate(trends);
    let sizes = options.sizes("grid").unwrap_or_else(|| match bound {
        Bound::Smoothness => {
            let largest = smoothness.map_or(sd, |s| s.upper).max(0.0);
            (0..5).map(|k| f64::from(k) / 4.0 * largest).collect()
        }
        _ => vec![0.0, 0.5, 1.0, 1.5, 2.0],
    });
    let bounds = sizes.into_iter().map(|size| question.interval(size)).collect::<Result<Vec<_>, _>>()?;
    let original = question.original();
    let turned = match question.interval(0.0)?.set {
        ConfidenceSet::Interval { low, high } => {
            estimate < 0.0 && low.is_some_and(|l| l > 0.0) || estimate > 0.0 && high.is_some_and(|h| h < 0.0)
        }
        ConfidenceSet::Empty => false,
    };
    let breakdown = if turned { Breakdown::At(0.0) } else { question.breakdown(0.0)? };
    Ok(Finding::Honest(Bounded { restriction, method, aim, estimate, original, bounds, breakdown, turned, smoothness, level }))
}
