//! The cluster jackknife: leave one cluster out, exactly, for any estimator.

use super::estimate::{Estimate, Inferred, identified};
use super::sandwich::{Adjustment, sandwich};
use super::{Inference, Setting};
use crate::cohort::{Faults, Warning};
use crate::estimate::{Body, Card, Fit, OptionSpec, Options, Values};
use crate::panel::spread;

/// Leave one cluster out.
pub struct Jackknife;

static CARD: Card = Card {
    id: "jackknife",
    title: "cluster jackknife",
    estimand: "standard error, t test and interval from re-estimating without each cluster in turn",
    assumptions: "clusters are independent; the estimate exists without any one of them",
    when: "few clusters, and an estimator for which CR2 does not exist",
    options: &[
        OptionSpec {
            key: "center",
            values: Values::OneOf(&["full", "mean"]),
            meaning: "deviations from the full-sample estimate, or from the mean of the leave-one-out estimates (Stata)",
            positional: false,
        },
        OptionSpec {
            key: "factor",
            values: Values::OneOf(&["(G-1)/G", "none"]),
            meaning: "(G−1)/G is the textbook's; none is clubSandwich's CR3",
            positional: false,
        },
        OptionSpec {
            key: "df",
            values: Values::OneOf(&["satterthwaite", "clusters"]),
            meaning: "Satterthwaite (for a regression as for CR2; else Welch's over the two arms), or G−1",
            positional: false,
        },
    ],
    source: "Tukey (1958); MacKinnon, Nielsen and Webb (2023), CV3 and CV3J; Hansen (2024)",
    reference_call: "refit without each cluster; Stata's vce(jackknife) with center=mean, df=clusters",
    version: 1,
};

/// The leave-one-out estimates of all targets: clusters × targets; a row is `None` where a target is not identified without it.
pub(super) fn leave_one_out(fit: &Fit, setting: &Setting<'_>) -> Vec<Vec<Option<f64>>> {
    let g = fit.n_clusters();
    spread(setting.executor, g, |out| {
        let weights: Vec<f64> = (0..g).map(|i| f64::from(u8::from(i != out))).collect();
        fit.refit(&weights)
    })
}

impl Inference for Jackknife {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn infer(&self, fit: &Fit, options: &Options, setting: &Setting<'_>) -> Result<Inferred, Faults> {
        let n = fit.n_clusters();
        let left = leave_one_out(fit, setting);
        let bell = match &fit.body {
            Body::Linear(linear) => Some(sandwich(linear, Adjustment::Full)),
            Body::Influence(_) => None,
        };
        let mut out = Inferred::default();
        let mut missing = Vec::new();
        for (t, estimate) in identified(fit) {
            let values: Option<Vec<f64>> = left.iter().map(|row| row[t]).collect();
            let Some(values) = values else {
                missing.push(fit.targets[t].label.clone());
                out.estimates.push(Estimate::bare(t, estimate));
                continue;
            };
            let centre = if options.get("center") == "mean" { values.iter().sum::<f64>() / n as f64 } else { estimate };
            let factor = if options.get("factor") == "none" { 1.0 } else { (n as f64 - 1.0) / n as f64 };
            let variance = factor * values.iter().map(|v| (v - centre) * (v - centre)).sum::<f64>();
            let df = match (options.get("df"), &bell, &fit.body) {
                ("clusters", ..) => n as f64 - 1.0,
                (_, Some(bell), _) => bell.contrasts[t].map_or(f64::NAN, |v| v.satterthwaite),
                (_, None, Body::Influence(body)) => {
                    let deviations: Vec<f64> = values.iter().map(|v| v - estimate).collect();
                    super::welch::degrees_of_freedom(&deviations, &body.sides)
                }
                _ => n as f64 - 1.0,
            };
            out.estimates.push(Estimate::from_variance(t, estimate, variance, df, setting.level));
        }
        if !missing.is_empty() {
            out.warnings.push(Warning::new(
                "jackknife-not-identified",
                format!(
                    "without some one cluster these effects cannot be estimated, so the jackknife gives no interval for them: {}",
                    missing.join(", ")
                ),
            ));
        }
        Ok(out)
    }
}

/// The cluster-jackknife acceleration of BCa: Σd³ / (6 (Σd²)^{3/2}), d = mean − leave-one-out estimate.
pub(super) fn acceleration(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let (mut square, mut cube) = (0.0, 0.0);
    for v in values {
        let d = mean - v;
        square += d * d;
        cube += d * d * d;
    }
    if square <= 0.0 { 0.0 } else { cube / (6.0 * square * square.sqrt()) }
}
