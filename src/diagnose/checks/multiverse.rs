//! Whether other reasonable choices would have said the same: the specification curve.

use crate::cohort::Faults;
use crate::diagnose::check::{Check, Finding, Look};
use crate::diagnose::multiverse::{Curve, curve};
use crate::diagnose::{Ground, Verdict};
use crate::estimate::{Card, OptionSpec, Options, Values};
use crate::infer::Setting;

/// The share of specifications that must have the headline's sign. A proposal of ours, as is that the median one's interval has to leave
/// zero out; both are printed with each verdict.
pub const SAME_SIGN: f64 = 0.70;

/// A specification curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Specified {
    /// The curve.
    pub curve: Curve,
}

impl Specified {
    /// Whether the interval of the median specification leaves zero out.
    pub fn median_excludes_zero(&self) -> bool {
        self.curve.specifications[self.curve.middle].excludes_zero()
    }

    /// Fails where fewer than [`SAME_SIGN`] of the specifications have the headline's sign; a caution where the median specification's
    /// interval holds zero.
    pub fn verdict(&self) -> Verdict {
        if self.curve.same_sign < SAME_SIGN {
            Verdict::Fail
        } else if self.median_excludes_zero() {
            Verdict::Ok
        } else {
            Verdict::Caution
        }
    }
}

/// The check.
pub static MULTIVERSE: Check = Check {
    card: Card {
        id: "multiverse",
        title: "specification curve over reasonable choices",
        estimand: "the effect under every combination of declared choices of sample, cluster, covariates, comparison group, estimator, outcome scale and inference; how much of its spread comes from which decision; and how often shuffled treatment gives a curve like it",
        assumptions: "every choice offered is one that a careful analyst could have made; for the joint inference: clusters could have been assigned otherwise with equal chances (within blocks)",
        when: "always; above all where the analysis was not planned before outcomes were read",
        needs: "an overall effect, and at least two choices",
        contrast: "It asks what the analyst's choices decide; leave-one-out asks what one cluster decides.",
        options: &[
            words(
                "estimators",
                "estimators with their options (; for a comma)",
                "which estimators; auto: those named with --estimator, else those that suit the design",
            ),
            words(
                "samples",
                "all, balanced, no-joiners, trim:SHARE, COLUMN:VALUE",
                "which students: units seen in every period; units seen in the first period; units whose outcomes lie within these quantiles of their period; rows with a value. auto: all, balanced where units have gaps, trim:0.01",
            ),
            words("clusters", "named, or other columns", "which column is the cluster; auto: the one that was named"),
            words(
                "covariates",
                "none, all, names joined by +",
                "which sets of covariates; auto: all subsets of those that were named, up to subsets",
            ),
            OptionSpec {
                key: "subsets",
                values: Values::Whole { default: 16, low: 1, high: 4096 },
                meaning: "how many sets of covariates at most, where they are not named: those that leave few out and those that hold few, in turn",
                positional: false,
            },
            OptionSpec {
                key: "comparison",
                values: Values::OneOf(&["auto", "both", "not-yet", "never"]),
                meaning: "the comparison group of estimators that have a choice of it; auto: both where treatment starts at several times and some are never treated",
                positional: false,
            },
            words(
                "scales",
                "raw, z, log, rank",
                "the outcome's scale: as it stands; less mean and divided by standard deviation of untreated rows of the period; logarithm; percentile rank in the period. auto: raw, z, rank",
            ),
            words(
                "inference",
                "methods with their options (; for a comma)",
                "how intervals are made; auto: cluster:cr2 and cluster:cr1 (estimators that are no regression have no cr2)",
            ),
            OptionSpec {
                key: "shuffles",
                values: Values::Whole { default: 500, low: 0, high: 100_000 },
                meaning: "how often treatment is dealt anew to the clusters, the same deal for all specifications; 0: no joint inference",
                positional: false,
            },
        ],
        source: "Simonsohn, Simmons and Nelson (2020), Nature Human Behaviour 4(11); Shapley shares: Owen (2014), SIAM/ASA Journal on Uncertainty Quantification 2; (k+1)/(R+1): Phipson and Smyth (2010)",
        reference_call: "each specification: didact estimate with the same choices",
        version: 1,
    },
    look: Look::Ground(look),
};

const fn words(key: &'static str, of: &'static str, meaning: &'static str) -> OptionSpec {
    OptionSpec { key, values: Values::Words { of, most: 100 }, meaning, positional: false }
}

fn look(ground: &Ground<'_>, options: &Options, setting: &Setting<'_>) -> Result<Finding, Faults> {
    Ok(Finding::Multiverse(Specified { curve: curve(ground, options, setting)? }))
}
