//! The fractional random weight bootstrap: every cluster stays in every sample, with a random share.

use super::bootstrap::{Summary, affordable, under_weights};
use super::interval::Kind;
use super::pairs::RULE;
use super::replicates::Asked;
use super::resample::{STRATIFY, Strata};
use super::{Inference, Inferred, Setting};
use crate::cohort::Faults;
use crate::estimate::{Body, Card, Fit, OptionSpec, Options, Values};
use crate::random::Stream;

/// The fractional random weight (Bayesian) cluster bootstrap.
pub struct FractionalBootstrap;

static CARD: Card = Card {
    id: "fractional-bootstrap",
    title: "fractional random weight bootstrap (Bayesian bootstrap)",
    estimand: "interval from re-estimating under random shares of the clusters, drawn from a flat Dirichlet distribution; read as Bayesian, a posterior interval under a flat prior on who is in the population",
    assumptions: "clusters are independent draws, and many",
    when: "where resampling whole clusters loses an arm, a cohort or a covariate's level: here no cluster ever drops out",
    needs: "",
    contrast: "",
    options: &[
        OptionSpec { key: "replicates", values: Values::Draws { default: 1999 }, meaning: "number of draws", positional: false },
        OptionSpec {
            key: "interval",
            values: Values::OneOf(&["percentile", "bca", "basic", "normal"]),
            meaning: "percentile: plain quantiles; bca: bias-corrected and accelerated (by the cluster jackknife); basic: quantiles mirrored; normal: z times their standard deviation",
            positional: false,
        },
        STRATIFY,
        RULE,
    ],
    source: "Rubin (1981); Xu, Gotwalt, Hong, King and Meeker (2020)",
    reference_call: "Dirichlet(1, …, 1) weights on the clusters, times their number; a weighted fit in each draw",
    version: 1,
};

impl Inference for FractionalBootstrap {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn needs_sums_only(&self, fit: &Fit, _: &Options) -> bool {
        matches!(fit.body, Body::Linear(_))
    }

    fn infer(&self, fit: &Fit, options: &Options, setting: &Setting<'_>) -> Result<Inferred, Faults> {
        let strata = Strata::asked(fit, options, setting);
        let root = Stream::new(setting.seed, &["infer", "fractional-bootstrap"], 0);
        let summary = Summary::of(options);
        debug_assert!(summary.kind != Kind::Studentized, "not among the options");
        affordable(fit, Asked::of(options), "fractional-bootstrap", 1.0)?;
        let mut out = summary.infer(fit, Asked::of(options), setting, |range| {
            under_weights(fit, range, false, setting, &|r, weights| shares(&strata, &mut root.at(r as u64), weights))
        });
        out.warnings.extend(strata.warning());
        Ok(out)
    }
}

/// Exponential weights, scaled in each stratum so that they add up to its number of clusters.
fn shares(strata: &Strata, stream: &mut Stream, weights: &mut [f64]) {
    for stratum in strata.each() {
        let mut sum = 0.0;
        for &i in stratum {
            let weight = -libm::log(stream.uniform());
            weights[i as usize] = weight;
            sum += weight;
        }
        let scale = stratum.len() as f64 / sum;
        stratum.iter().for_each(|&i| weights[i as usize] *= scale);
    }
}
