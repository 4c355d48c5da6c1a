//! The test of trends before treatment, what it would have noticed, and what passing it does to the estimate.
//!
//! Two rules are in use: a test of all coefficients before treatment at once, W = β̂'Σ⁻¹β̂ against χ²_q (or W/q against F(q, ν)), and
//! the look whether any of them is significant alone. Against a true difference in trends δ the first has noncentrality
//! λ = δ'Σ⁻¹δ; the second misses it with the probability that a normal variable with mean δ lies in a box. Given that the test was passed
//! the effects after treatment are off by δ_post + Σ_21 Σ_11⁻¹(E[β̂_pre | passed] − δ_pre), most often more than δ_post alone.
//!
//! Source: Roth (2022), Pretest with caution: event-study estimates after testing for parallel trends, American Economic Review:
//! Insights 4(3), propositions 1 and 2; the R package pretrends.

use super::EventStudy;
use crate::cohort::Fault;
use crate::num::{Cholesky, Matrix, chi_square, dot, first_reaching, fisher, in_box, normal};

/// When a pre-trend counts as noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// Any coefficient before treatment is significant alone (Roth's "no individually significant").
    Individual,
    /// All of them together are significant, by the χ² test.
    Joint,
}

/// The joint test of the coefficients before treatment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct JointTest {
    /// W, or W/q when denominator degrees of freedom are given.
    pub statistic: f64,
    /// How many coefficients are tested, q.
    pub df1: usize,
    /// The denominator degrees of freedom ν; `None` for the χ² test.
    pub df2: Option<f64>,
    /// The p-value.
    pub p_value: f64,
}

/// The joint test that all coefficients before treatment are 0, by F(q, `df`), or χ²_q without `df`.
///
/// # Errors
///
/// DIAG-006: their covariance is singular; DIAG-009: there are none; DIAG-014: degrees of freedom that are not positive.
pub fn joint_test(study: &EventStudy, df: Option<f64>) -> Result<JointTest, Fault> {
    let (pre, cholesky) = before(study)?;
    if let Some(df) = df.filter(|df| df.is_nan() || *df <= 0.0) {
        return Err(unusable(&format!("{df} degrees of freedom")));
    }
    let q = pre.len();
    let wald = dot(&cholesky.solve(&pre), &pre);
    Ok(match df {
        None => JointTest { statistic: wald, df1: q, df2: None, p_value: chi_square::upper_tail(wald, q) },
        Some(df) => {
            let f = wald / q as f64;
            JointTest { statistic: f, df1: q, df2: Some(df), p_value: fisher::upper_tail(f, q as f64, df) }
        }
    })
}

/// A pre-test of a study: the rule and the level at which it rejects.
#[derive(Debug, Clone)]
pub struct Pretest<'a> {
    study: &'a EventStudy,
    rule: Rule,
    covariance: Matrix,
    cholesky: Cholesky,
    critical: f64,
}

/// What follows from passing the test, if trends truly differ by δ.
#[derive(Debug, Clone, PartialEq)]
pub struct Passed {
    /// The probability that δ would have been noticed.
    pub power: f64,
    /// How much likelier it is to pass under δ than under parallel trends: near 1, passing says little.
    pub bayes_factor: f64,
    /// The likelihood of the coefficients before treatment under δ over that under parallel trends.
    pub likelihood_ratio: f64,
    /// The mean of each coefficient given that the test was passed, without any effect; `None` when passing is impossible to all
    /// practical ends. Those after treatment are the bias.
    pub means: Option<Vec<f64>>,
}

impl<'a> Pretest<'a> {
    /// `alpha` is the size of the test (of each one, under [`Rule::Individual`]), such as 0.05.
    ///
    /// # Errors
    ///
    /// As [`joint_test`]; DIAG-014: an `alpha` outside (0, 1).
    pub fn new(study: &'a EventStudy, rule: Rule, alpha: f64) -> Result<Pretest<'a>, Fault> {
        let (pre, cholesky) = before(study)?;
        if !(alpha > 0.0 && alpha < 1.0) {
            return Err(unusable(&format!("a size of {alpha}")));
        }
        let critical = match rule {
            Rule::Individual => -normal::quantile(0.5 * alpha),
            Rule::Joint => chi_square::critical(1.0 - alpha, pre.len()),
        };
        let covariance = study.covariance().select(&(0..pre.len()).collect::<Vec<_>>());
        Ok(Pretest { study, rule, covariance, cholesky, critical })
    }

    /// The difference in trends that grows by `slope` a period, over all coefficients' periods.
    pub fn linear(&self, slope: f64) -> Vec<f64> {
        let n_pre = self.study.n_pre();
        let time = |i: usize| if i < n_pre { i as f64 - n_pre as f64 } else { (i - n_pre + 1) as f64 };
        (0..self.study.estimates().len()).map(|i| slope * time(i)).collect()
    }

    /// The probability of noticing a difference in trends, given over all coefficients' periods or those before treatment alone.
    pub fn power(&self, delta: &[f64]) -> f64 {
        1.0 - self.pass(&delta[..self.study.n_pre()]).0
    }

    /// The probability of passing under δ, and the mean of the coefficients before treatment given that.
    fn pass(&self, pre: &[f64]) -> (f64, Option<Vec<f64>>) {
        match self.rule {
            Rule::Joint => {
                let (q, lambda) = (pre.len(), dot(&self.cholesky.solve(pre), pre));
                let passes = |q| (1.0 - chi_square::noncentral_upper_tail(self.critical, q, lambda)).max(0.0);
                let probability = passes(q);
                // E[X | X'X ≤ c] = μ P(χ²_{q+2}(λ) ≤ c)/P(χ²_q(λ) ≤ c) for X ~ N(μ, I) and λ = μ'μ.
                let mean = (probability > 1e-12).then(|| pre.iter().map(|d| d * passes(q + 2) / probability).collect());
                (probability, mean)
            }
            Rule::Individual => {
                let high: Vec<f64> = (0..pre.len()).map(|i| self.critical * self.covariance[(i, i)].sqrt()).collect();
                let low: Vec<f64> = high.iter().map(|h| -h).collect();
                in_box(pre, &self.covariance, &low, &high).map_or((f64::NAN, None), |found| (found.probability, found.mean))
            }
        }
    }

    /// The slope of a linear difference in trends that is noticed with this probability (Roth's `slope_for_power`); 0 when even
    /// parallel trends are "noticed" as often.
    ///
    /// # Errors
    ///
    /// DIAG-014: a probability outside (0, 1).
    pub fn slope_for_power(&self, power: f64) -> Result<f64, Fault> {
        if !(power > 0.0 && power < 1.0) {
            return Err(unusable(&format!("a power of {power}")));
        }
        if self.power(&self.linear(0.0)) >= power {
            return Ok(0.0);
        }
        let unit = self.linear(1.0);
        let start = 1.0 / dot(&self.cholesky.solve(&unit[..self.study.n_pre()]), &unit[..self.study.n_pre()]).sqrt();
        Ok(first_reaching(power, start, |slope| self.power(&self.linear(slope))))
    }

    /// What follows from passing the test if trends differ by `delta`, over all coefficients' periods.
    ///
    /// # Errors
    ///
    /// DIAG-014: `delta` of another length, or with a value that is no number.
    pub fn after_passing(&self, delta: &[f64]) -> Result<Passed, Fault> {
        let n = self.study.estimates().len();
        if delta.len() != n || delta.iter().any(|d| !d.is_finite()) {
            return Err(unusable(&format!("a difference in trends with {} values for {n} coefficients", delta.len())));
        }
        let n_pre = self.study.n_pre();
        let pre = &delta[..n_pre];
        let (probability, mean) = self.pass(pre);
        let (by_chance, _) = self.pass(&vec![0.0; n_pre]);
        let found = &self.study.estimates()[..n_pre];
        let off: Vec<f64> = found.iter().zip(pre).map(|(b, d)| b - d).collect();
        let distance = |v: &[f64]| dot(&self.cholesky.solve(v), v);
        let likelihood_ratio = libm::exp(0.5 * (distance(found) - distance(&off)));
        let means = mean.map(|mean| {
            let shift: Vec<f64> = mean.iter().zip(pre).map(|(m, d)| m - d).collect();
            let carried = self.cholesky.solve(&shift);
            let sigma = self.study.covariance();
            let after = (n_pre..n).map(|i| delta[i] + dot(&sigma.row(i)[..n_pre], &carried));
            mean.iter().copied().chain(after).collect()
        });
        Ok(Passed { power: 1.0 - probability, bayes_factor: probability / by_chance, likelihood_ratio, means })
    }
}

/// The coefficients before treatment and the decomposition of their covariance.
fn before(study: &EventStudy) -> Result<(Vec<f64>, Cholesky), Fault> {
    let n_pre = study.n_pre();
    if n_pre == 0 {
        return Err(Fault::new(
            "DIAG-009",
            "too few periods before treatment",
            "no coefficient before treatment",
            "how trends differed before treatment cannot be tested without such periods",
            "use data from earlier periods",
        ));
    }
    let covariance = study.covariance().select(&(0..n_pre).collect::<Vec<_>>());
    let cholesky = Cholesky::new_guarded(&covariance).ok_or_else(|| {
        Fault::new(
            "DIAG-006",
            "no joint test: the covariance of the coefficients before treatment is singular",
            format!("{n_pre} coefficients"),
            "a combination of them would seem to be known without error",
            "more clusters than coefficients, or fewer periods",
        )
    })?;
    Ok((study.estimates()[..n_pre].to_vec(), cholesky))
}

fn unusable(what: &str) -> Fault {
    Fault::new(
        "DIAG-014",
        "the question put to the pre-test has no answer",
        what,
        "power is a probability of noticing a given difference in trends with a test of a given size",
        "give a size and a power between 0 and 1, and a difference in trends for each coefficient",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// He and Wang (2017), figure 2C, as `PreTrendsExampleBeta` and `PreTrendsExampleSigma` of stata-pretrends 0.2.0 give them.
    fn he_and_wang() -> EventStudy {
        let estimates = vec![0.0667031482, -0.0077017923, -0.0307690538, 0.084030658, 0.2424418181, 0.2198789865, 0.1910925359];
        #[rustfmt::skip]
        let sigma = [
            0.0089065712, 0.0044883136, 0.0014587025, 0.0012157689, 0.0020327645, 0.0013225015, 0.0019617728,
            0.0044883136, 0.0059369169, 0.0027500791, 0.0013505858, 0.0014315459, 0.0012067792, 0.0013847158,
            0.0014587025, 0.0027500791, 0.0030386248, 0.0009056166, 0.0006791299, 0.0010167636, 0.0007090144,
            0.0012157689, 0.0013505858, 0.0009056166, 0.0039247409, 0.002596118,  0.0017326149, 0.0022345525,
            0.0020327645, 0.0014315459, 0.0006791299, 0.002596118,  0.008065897,  0.0058753751, 0.0037414359,
            0.0013225015, 0.0012067792, 0.0010167636, 0.0017326149, 0.0058753751, 0.007881579,  0.0036507095,
            0.0019617728, 0.0013847158, 0.0007090144, 0.0022345525, 0.0037414359, 0.0036507095, 0.0097884266,
        ];
        EventStudy::new(estimates, Matrix::from_fn(7, 7, |i, j| sigma[7 * i + j]), 3).expect("a covariance")
    }

    fn close(a: f64, b: f64, tolerance: f64) {
        assert!((a - b).abs() < tolerance, "{a} is not {b}");
    }

    #[test]
    fn as_published_for_stata_pretrends() {
        // The README of stata-pretrends 0.2.0: pretrends, numpre(3) b(beta) v(sigma) power(0.5), and deltatrue(0.024 (t − ref)²).
        let study = he_and_wang();
        let pretest = Pretest::new(&study, Rule::Individual, 0.05).expect("usable");
        let slope = pretest.slope_for_power(0.5).expect("usable");
        close(slope, 0.0520662478209672, 1e-8);
        let passed = pretest.after_passing(&pretest.linear(slope)).expect("usable");
        close(passed.power, 0.5, 1e-9);
        close(passed.bayes_factor, 0.5690176871738699, 1e-7);
        close(passed.likelihood_ratio, 0.1057053243787036, 1e-6);
        let means = [-0.0923171, -0.0555576, -0.0279117, 0.0649147, 0.1208691, 0.1694932, 0.2245753];
        passed.means.expect("likely").iter().zip(means).for_each(|(a, b)| close(*a, b, 1e-7));
        let square: Vec<f64> = pretest.linear(1.0).iter().map(|t| 0.024 * t * t).collect();
        let passed = pretest.after_passing(&square).expect("usable");
        close(passed.power, 0.6624492444726371, 1e-9);
        close(passed.bayes_factor, 0.3841447004284795, 1e-9);
        close(passed.likelihood_ratio, 0.4332635208743188, 1e-9);
    }

    #[test]
    fn one_coefficient_before_treatment_in_closed_form() {
        let covariance = Matrix::from_fn(2, 2, |i, j| [[0.04, 0.02], [0.02, 0.09]][i][j]);
        let study = EventStudy::new(vec![0.5, 1.0], covariance, 1).expect("a covariance");
        let test = joint_test(&study, None).expect("usable");
        close(test.p_value, normal::two_sided(2.5), 1e-14);
        close(joint_test(&study, Some(7.0)).expect("usable").p_value, crate::num::student::two_sided(2.5, 7.0), 1e-12);
        // With one coefficient both rules are the same test.
        for rule in [Rule::Individual, Rule::Joint] {
            let pretest = Pretest::new(&study, rule, 0.05).expect("usable");
            let (z, slope) = (1.959963984540054, 0.3);
            close(pretest.power(&pretest.linear(slope)), normal::cdf(slope / 0.2 - z) + normal::cdf(-slope / 0.2 - z), 1e-10);
            let passed = pretest.after_passing(&pretest.linear(slope)).expect("usable");
            let (a, b) = (-z + slope / 0.2, z + slope / 0.2);
            let mean = -slope + 0.2 * (normal::density(a) - normal::density(b)) / (normal::cdf(b) - normal::cdf(a));
            let means = passed.means.expect("likely");
            close(means[0], mean, 1e-9);
            close(means[1], slope + 0.02 / 0.04 * (mean + slope), 1e-9);
            let detected = pretest.slope_for_power(0.8).expect("usable");
            close(pretest.power(&pretest.linear(detected)), 0.8, 1e-12);
            assert_eq!(pretest.slope_for_power(0.01), Ok(0.0));
        }
    }

    #[test]
    fn the_rules_against_draws() {
        let study = he_and_wang();
        let root = Cholesky::new(study.covariance()).expect("definite");
        let mut draw = crate::random::Stream::new(2, &["pretrends", "tests"], 0);
        for rule in [Rule::Individual, Rule::Joint] {
            let pretest = Pretest::new(&study, rule, 0.05).expect("usable");
            let delta = pretest.linear(0.06);
            let passed = pretest.after_passing(&delta).expect("usable");
            let (n, mut passes, mut sums) = (40_000, 0, [0.0; 7]);
            for _ in 0..n {
                let z: Vec<f64> = (0..7).map(|_| draw.normal()).collect();
                let b: Vec<f64> = root.lower().apply(&z).iter().zip(&delta).map(|(x, d)| x + d).collect();
                let noticed = match rule {
                    Rule::Individual => (0..3).any(|i| b[i].abs() > pretest.critical * study.covariance()[(i, i)].sqrt()),
                    Rule::Joint => dot(&pretest.cholesky.solve(&b[..3]), &b[..3]) > pretest.critical,
                };
                if !noticed {
                    passes += 1;
                    sums.iter_mut().zip(&b).for_each(|(s, x)| *s += x);
                }
            }
            close(1.0 - f64::from(passes) / f64::from(n), passed.power, 0.01);
            passed.means.expect("likely").iter().zip(sums).for_each(|(m, s)| close(*m, s / f64::from(passes), 0.004));
        }
    }

    #[test]
    fn hostile_questions_have_a_code() {
        let none = EventStudy::new(vec![1.0], Matrix::identity(1), 0).expect("a covariance");
        assert_eq!(joint_test(&none, None).map_err(|f| f.code), Err("DIAG-009"));
        let singular = EventStudy::new(vec![1.0; 3], Matrix::from_fn(3, 3, |_, _| 1.0), 2).expect("a covariance");
        assert_eq!(joint_test(&singular, None).map_err(|f| f.code), Err("DIAG-006"));
        let study = he_and_wang();
        assert_eq!(joint_test(&study, Some(0.0)).map_err(|f| f.code), Err("DIAG-014"));
        assert_eq!(Pretest::new(&study, Rule::Joint, 1.0).map(|_| ()).map_err(|f| f.code), Err("DIAG-014"));
        let pretest = Pretest::new(&study, Rule::Joint, 0.05).expect("usable");
        assert_eq!(pretest.slope_for_power(f64::NAN).map_err(|f| f.code), Err("DIAG-014"));
        assert_eq!(pretest.after_passing(&[0.0; 3]).map(|_| ()).map_err(|f| f.code), Err("DIAG-014"));
        assert_eq!(pretest.after_passing(&[f64::NAN; 7]).map(|_| ()).map_err(|f| f.code), Err("DIAG-014"));
        assert!(pretest.after_passing(&[1e6; 7]).expect("usable").means.is_none(), "it cannot be passed");
    }
}
