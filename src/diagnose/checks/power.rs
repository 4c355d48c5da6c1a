//! What the study could have seen: from the standard error of the headline, never from its estimate.

use crate::cohort::Fault;
use crate::diagnose::Verdict;
use crate::diagnose::check::{Check, Finding, Look};
use crate::diagnose::groups::Groups;
use crate::diagnose::subject::Subject;
use crate::estimate::{Card, Estimand, OptionSpec, Options, Values};
use crate::evidence::effect::{Exaggeration, exaggeration};
use crate::infer::{Estimate, Method};
use crate::num::{Centre, first_whole, noncentral_t, student};

/// Power against the effect that matters: from the first on ok, from the second on a caution; the convention of 80 %, and a coin's throw.
pub const SEEN: [f64; 2] = [0.8, 0.5];
/// Effects shown, in SD: small, the median of trials and large, by Kraft (2020).
pub const EFFECTS: [f64; 3] = [0.05, 0.10, 0.20];
/// More clusters than this are not searched.
pub const MOST_CLUSTERS: u64 = 1_000_000;

/// What a study like this one makes of a true effect.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seen {
    /// The effect, in SD; `None` where the outcome's spread is not known.
    pub effect_sd: Option<f64>,
    /// The effect, in units of the outcome.
    pub effect: f64,
    /// The probability that it is significant.
    pub power: f64,
    /// Of significant results the share with the wrong sign, and how many times too large they are on average.
    pub errors: Option<Exaggeration>,
    /// Clusters that would be needed for a power of 80 %; `None`: more than a million.
    pub clusters: Option<u64>,
}

/// What the study could have seen.
#[derive(Debug, Clone, PartialEq)]
pub struct Seeing {
    /// The standard error and its degrees of freedom.
    pub std_error: f64,
    /// Degrees of freedom; infinite for a normal.
    pub df: f64,
    /// The method it is by.
    pub inference: String,
    /// The outcome's standard deviation among comparison units before treatment; `None` where it is not known.
    pub sd: Option<f64>,
    /// Clusters of the estimate.
    pub clusters: usize,
    /// The smallest effect seen with a power of 80 %, in units of the outcome.
    pub smallest: f64,
    /// The effect that matters.
    pub matters: Seen,
    /// Whether it was said, rather than ours.
    pub given: bool,
    /// The usual effects; none where the spread is not known.
    pub effects: Vec<Seen>,
    /// The size of the test.
    pub alpha: f64,
}

impl Seeing {
    /// The verdict, by the power against the effect that matters.
    pub fn verdict(&self) -> Verdict {
        Verdict::of_height(self.matters.power, SEEN[0], SEEN[1])
    }
}

/// The check.
pub static POWER_CHECK: Check = Check {
    card: Card {
        id: "power",
        title: "what the study could have seen",
        estimand: "the smallest effect it would find in four of five studies like it, how likely it was to find effects of usual size, how much a significant result then overstates, and how many clusters would be needed",
        assumptions: "the standard error of the headline is that of another study like it; clusters to come are like these",
        when: "always; above all where nothing was found, or something large",
        needs: "an overall effect with a standard error",
        contrast: "It never puts the estimate itself in the place of the true effect: such an \"observed power\" is the p-value told otherwise. didact plan asks before the data are there.",
        options: &[OptionSpec {
            key: "effect",
            values: Values::Sizes { most: 1 },
            meaning: "the effect that matters, in standard deviations (in units of the outcome where its spread is not known); auto: 0.20, from which on effects count as large",
            positional: false,
        }],
        source: "Bloom (1995) for the smallest effect, (t(1 − α/2) + t(0.8))·SE; power by the noncentral t; Gelman and Carlin (2014) for the errors of significant results (normal); Kraft (2020) for usual sizes; clusters by SE·√(G/n) and df·n/G",
        reference_call: "retrodesign::retro_design_closed_form(A, s)",
        version: 1,
    },
    look: Look::Estimate(look),
};

fn look(subject: &Subject<'_>, options: &Options) -> Result<Finding, Fault> {
    let Some((std_error, df, inference, clusters)) = uncertainty(subject) else {
        return Err(Fault::new(
            "DIAG-023",
            "there is no overall effect with a standard error",
            "the estimate",
            "what a study could have seen follows from how far its estimate may lie off",
            "name an estimator with an overall effect, and  cluster:cr1,  cluster:cr2  or  jackknife  as its inference",
        ));
    };
    let panel = subject.panel;
    let sd = Groups::of(panel)
        .ok()
        .and_then(|groups| Centre::of(groups.rows(panel, groups.before, false).map(|r| panel.outcome[r])).sd.filter(|sd| *sd > 0.0));
    let alpha = 1.0 - subject.setting.level;
    let test = Test { std_error, df, alpha, clusters: clusters as f64 };
    let given = options.sizes("effect").map(|sizes| sizes[0]).filter(|e| *e > 0.0);
    let seen = |effect: f64| test.seen(effect * sd.unwrap_or(1.0), sd.map(|_| effect));
    let Some(matters) = given.or(sd.map(|_| EFFECTS[2])) else {
        return Err(Fault::new(
            "DIAG-023",
            "which effect would matter is not known",
            "the estimate",
            "the outcome's spread before treatment is not known, so effects cannot be told in standard deviations",
            "say one in units of the outcome:  power:effect=3",
        ));
    };
    Ok(Finding::Power(Seeing {
        std_error,
        df,
        inference,
        sd,
        clusters,
        smallest: test.multiplier(df) * std_error,
        matters: seen(matters),
        given: given.is_some(),
        effects: if sd.is_some() { EFFECTS.iter().map(|&e| seen(e)).collect() } else { Vec::new() },
        alpha,
    }))
}

/// Standard error and degrees of freedom of the overall effect as it was inferred, or else by the first method that gives one; its clusters.
fn uncertainty(subject: &Subject<'_>) -> Option<(f64, f64, String, usize)> {
    let of = subject.estimated?;
    let usable = |e: &Estimate| {
        let se = e.std_error.filter(|se| *se > 0.0 && se.is_finite())?;
        Some((se, e.df.filter(|df| *df > 0.0).unwrap_or(f64::INFINITY)))
    };
    if let Some((e, (se, df))) = subject.effect.and_then(|e| Some((e, usable(e)?))) {
        return Some((se, df, e.inference.clone(), of.fit.n_clusters()));
    }
    let kinds = [Estimand::Overall, Estimand::OverallDynamic];
    let target = kinds.iter().find_map(|kind| (0..of.fit.targets.len()).find(|&t| of.fit.targets[t].estimand == *kind))?;
    let fallback = ["cluster:cr2", "jackknife", "cluster:cr1"].map(|m| Method::parse(m).expect("a known method"));
    subject.methods.iter().chain(&fallback).find_map(|method| {
        method.fits(&of.fit, subject.panel).ok()?;
        let inferred = method.infer(&of.fit, &subject.setting).ok()?;
        let e = inferred.estimates.iter().find(|e| e.target == target)?;
        let (se, df) = usable(e)?;
        Some((se, df, method.label(), of.fit.n_clusters()))
    })
}

/// A two-sided t test.
struct Test {
    std_error: f64,
    df: f64,
    alpha: f64,
    clusters: f64,
}

impl Test {
    /// t(1 − α/2, df) + t(0.8, df).
    fn multiplier(&self, df: f64) -> f64 {
        student::critical(1.0 - self.alpha, df) + student::quantile(SEEN[0], df)
    }

    fn seen(&self, effect: f64, effect_sd: Option<f64>) -> Seen {
        let (critical, lambda) = (student::critical(1.0 - self.alpha, self.df), effect / self.std_error);
        let power = noncentral_t::upper_tail(critical, self.df, lambda) + noncentral_t::cdf(-critical, self.df, lambda);
        let enough = |n: u64| {
            let share = n as f64 / self.clusters;
            let df = if self.df.is_finite() { self.df * share } else { self.df };
            df >= 1.0 && self.multiplier(df) * self.std_error / libm::sqrt(share) <= effect
        };
        Seen {
            effect_sd,
            effect,
            power,
            errors: exaggeration(effect, self.std_error, self.alpha),
            clusters: first_whole(2, MOST_CLUSTERS, enough),
        }
    }
}
