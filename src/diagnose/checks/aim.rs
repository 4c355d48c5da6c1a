//! Which effect after treatment is asked about.

use crate::diagnose::honest::Weights;
use crate::diagnose::{EventStudy, Trends};
use crate::estimate::{OptionSpec, Options, Values};
use crate::num::dot;

/// Which effect after treatment is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    /// That in the first period.
    First,
    /// The mean over all periods.
    Average,
}

impl Aim {
    /// The option, by default that in the first period, as in HonestDiD.
    pub(super) const FIRST: OptionSpec = OptionSpec {
        key: "effect",
        values: Values::OneOf(&["first", "average"]),
        meaning: "which effect: that in the first period after treatment, or the mean over all of them",
        positional: false,
    };

    /// The option, by default the mean.
    pub(super) const AVERAGE: OptionSpec = OptionSpec { values: Values::OneOf(&["average", "first"]), ..Aim::FIRST };

    /// What the options say.
    pub(super) fn of(options: &Options) -> Aim {
        if options.get("effect") == "average" { Aim::Average } else { Aim::First }
    }

    /// The weights of the effects after treatment.
    pub fn weights(self, study: &EventStudy) -> Weights {
        match self {
            Aim::First => Weights::first(study.n_post()),
            Aim::Average => Weights::average(study.n_post()),
        }
    }

    /// The effect asked about and its standard error.
    pub(super) fn estimate(self, trends: &Trends) -> (f64, f64) {
        let study = &trends.study;
        let weights = self.weights(study);
        let full: Vec<f64> = vec![0.0; study.n_pre()].into_iter().chain(weights.values().iter().copied()).collect();
        (dot(&full, study.estimates()), libm::sqrt(study.covariance().quadratic(&full).max(0.0)))
    }
}
