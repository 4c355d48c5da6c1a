//! Whether trends differed before treatment: the joint test.

use crate::cohort::Fault;
use crate::diagnose::check::{Check, Finding, Look};
use crate::diagnose::pretrends::{JointTest, joint_test};
use crate::diagnose::{Trends, Verdict};
use crate::estimate::{Card, Options};

/// A test of the differences before treatment.
#[derive(Debug, Clone, PartialEq)]
pub struct Tested {
    /// The test.
    pub test: JointTest,
    /// The size at which it rejects.
    pub alpha: f64,
    /// The differences before treatment: event time, estimate and standard error.
    pub before: Vec<(i64, f64, f64)>,
}

impl Tested {
    /// Fails where the test rejects; a p-value of less than twice its size is a caution.
    pub fn verdict(&self) -> Verdict {
        Verdict::of_height(self.test.p_value, 2.0 * self.alpha, self.alpha)
    }
}

/// The check.
pub static PRETRENDS: Check = Check {
    card: Card {
        id: "pretrends",
        title: "joint test of trends before treatment",
        estimand: "whether the groups changed differently before treatment already, all periods taken together",
        assumptions: "the coefficients before treatment are about normal with the covariance given",
        when: "whenever there are periods before the reference period; beside pretrends-power, which says what it would have noticed",
        needs: "at least one period before the reference period, or coefficients and their covariance from files",
        contrast: "It can show that trends differed, and never that they did not.",
        options: &[],
        source: "Wald test, F(q, G − 1) with G clusters, χ²(q) for coefficients from files; Roth (2022), AER: Insights 4(3), on what passing it means",
        reference_call: "fixest::wald(feols(y ~ i(rel, ref = c(-1, never)) | unit + period, cluster = ~g), keep = \"rel::-\")",
        version: 1,
    },
    look: Look::Trends(look),
};

fn look(trends: &Trends, _: &Options, level: f64) -> Result<Finding, Fault> {
    let study = &trends.study;
    let test = joint_test(study, trends.df)?;
    let se = |i: usize| libm::sqrt(study.covariance()[(i, i)]);
    let before = (0..study.n_pre()).map(|i| (trends.time(i), study.estimates()[i], se(i))).collect();
    Ok(Finding::Pretrends(Tested { test, alpha: 1.0 - level, before }))
}
