//! What a test of trends before treatment would have noticed, and what passing it does to the estimate.

use super::Aim;
use crate::cohort::Fault;
use crate::diagnose::check::{Check, Finding, Look};
use crate::diagnose::pretrends::{Pretest, Rule};
use crate::diagnose::{Trends, Verdict};
use crate::estimate::{Card, OptionSpec, Options, Values};
use crate::num::{dot, normal};

/// Power from the first on is ok, from the second on a caution: the convention of 80 %, and the half at which Roth (2022) looks too.
pub const POWER: [f64; 2] = [0.8, 0.5];

/// A steady drift between the groups, and what the test makes of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drift {
    /// How much the groups drift apart each period, in units of the outcome.
    pub slope: f64,
    /// The probability that the test notices it.
    pub power: f64,
    /// The bias of the effect asked about.
    pub bias: f64,
    /// Its bias given that the test is passed; `None` where that is impossible to all practical ends.
    pub bias_passed: Option<f64>,
    /// How much likelier it is to pass under this drift than under parallel trends.
    pub bayes_factor: f64,
}

/// What the test would have noticed.
#[derive(Debug, Clone, PartialEq)]
pub struct Detectable {
    /// When a drift counts as noticed.
    pub rule: Rule,
    /// The size of the test.
    pub alpha: f64,
    /// Which effect is asked about.
    pub aim: Aim,
    /// Its estimate.
    pub estimate: f64,
    /// Whether the drift that matters was said, not worked out.
    pub given: bool,
    /// The drift that matters.
    pub matters: Drift,
    /// The drifts noticed half of the time, and in four cases of five.
    pub noticed: [Drift; 2],
}

impl Detectable {
    /// The verdict, by the power against the drift that matters.
    pub fn verdict(&self) -> Verdict {
        Verdict::of_height(self.matters.power, POWER[0], POWER[1])
    }
}

/// The check.
pub static PRETRENDS_POWER: Check = Check {
    card: Card {
        id: "pretrends-power",
        title: "power of the test of trends before treatment (Roth)",
        estimand: "how likely the test would have noticed a drift that matters: one that alone would make the effect asked about (or its margin of error, if that is larger)",
        assumptions: "the coefficients are about normal with the covariance given; the groups drift apart by the same amount each period",
        when: "beside pretrends: passing a test that notices little says little",
        needs: "at least one period before the reference period, or coefficients and their covariance from files",
        contrast: "It says what the test of trends is worth, and by how much passing it biases the effect further.",
        options: &[
            OptionSpec {
                key: "rule",
                values: Values::OneOf(&["individual", "joint"]),
                meaning: "noticed is: individual: any coefficient before treatment significant alone; joint: all of them together, by χ²",
                positional: false,
            },
            OptionSpec {
                key: "slope",
                values: Values::Sizes { most: 1 },
                meaning: "the drift that matters, in units of the outcome a period; auto: the one that would make the effect, or its margin of error where that is larger",
                positional: false,
            },
            Aim::AVERAGE,
        ],
        source: "Roth (2022), Pretest with caution, American Economic Review: Insights 4(3), propositions 1 and 2",
        reference_call: "pretrends::slope_for_power(sigma, targetPower); pretrends::pretrends(betahat, sigma, deltatrue)",
        version: 1,
    },
    look: Look::Trends(look),
};

fn look(trends: &Trends, options: &Options, level: f64) -> Result<Finding, Fault> {
    let rule = if options.get("rule") == "joint" { Rule::Joint } else { Rule::Individual };
    let (study, aim, alpha) = (&trends.study, Aim::of(options), 1.0 - level);
    let pretest = Pretest::new(study, rule, alpha)?;
    let (estimate, sd) = aim.estimate(trends);
    let weights = aim.weights(study);
    let after = |path: &[f64]| dot(weights.values(), &path[study.n_pre()..]);
    let drift = |slope: f64| -> Result<Drift, Fault> {
        let path = pretest.linear(slope);
        let passed = pretest.after_passing(&path)?;
        let bias_passed = passed.means.as_ref().map(|means| after(means));
        Ok(Drift { slope, power: passed.power, bias: after(&path), bias_passed, bayes_factor: passed.bayes_factor })
    };
    let given = options.sizes("slope").map(|sizes| sizes[0]);
    let margin = -normal::quantile(0.5 * alpha) * sd;
    let slope = given.unwrap_or_else(|| estimate.abs().max(margin) / after(&pretest.linear(1.0)));
    let signed = |slope: f64| if estimate < 0.0 { -slope } else { slope };
    let noticed = |power: f64| drift(signed(pretest.slope_for_power(power)?));
    Ok(Finding::PretrendsPower(Detectable {
        rule,
        alpha,
        aim,
        estimate,
        given: given.is_some(),
        matters: drift(signed(slope))?,
        noticed: [noticed(POWER[1])?, noticed(POWER[0])?],
    }))
}
