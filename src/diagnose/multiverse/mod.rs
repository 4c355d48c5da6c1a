//! The specification curve: the effect under every combination of declared reasonable choices, what of the spread comes from which
//! decision, and joint inference under shuffled treatment (Simonsohn, Simmons and Nelson 2020).

mod choices;
mod decisions;
mod estimated;
mod joint;
mod place;
mod rule;
mod scale;

pub use joint::{Joint, Question};

use crate::cohort::{Fault, Faults};
use crate::diagnose::Ground;
use crate::estimate::Options;
use crate::infer::Setting;
use choices::Choices;
use estimated::{Estimated, estimate};
use place::Place;
use std::collections::BTreeMap;

/// The decisions, in the order in which choices are listed.
pub const DECISIONS: [&str; 7] = ["sample", "cluster", "covariates", "comparison", "estimator", "scale", "inference"];

/// One specification and what it says. Estimates are in standard deviations of the outcome: of comparison units in the first period of the
/// whole sample, on the specification's own scale.
#[derive(Debug, Clone, PartialEq)]
pub struct Specification {
    /// Its choice in each of [`DECISIONS`].
    pub choices: Vec<String>,
    /// The effect.
    pub estimate: f64,
    /// The same in the units of its scale.
    pub unscaled: f64,
    /// Its standard error.
    pub std_error: Option<f64>,
    /// The interval.
    pub interval: (Option<f64>, Option<f64>),
    /// The p-value.
    pub p_value: Option<f64>,
    /// One divided by the draws, where it was counted among draws and none was beyond.
    pub floor: Option<f64>,
    /// Units used.
    pub units: usize,
    /// Whether this is the headline: the first choice of each decision.
    pub headline: bool,
}

impl Specification {
    /// Whether the interval leaves zero out.
    pub fn excludes_zero(&self) -> bool {
        self.interval.0.is_some_and(|low| low > 0.0) || self.interval.1.is_some_and(|high| high < 0.0)
    }
}

/// What a decision contributes.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// Which decision.
    pub name: &'static str,
    /// Its Shapley share of the variance of the estimates; `None` where they do not vary.
    pub share: Option<f64>,
    /// Each choice, how many specifications make it, and their median estimate.
    pub choices: Vec<(String, usize, f64)>,
}

/// The curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// All specifications, by estimate.
    pub specifications: Vec<Specification>,
    /// The decisions that have more than one choice.
    pub decisions: Vec<Decision>,
    /// Which is the headline.
    pub headline: usize,
    /// Which is the median specification: of the two in the middle of an even number, the one nearer to zero.
    pub middle: usize,
    /// The share of specifications with the headline's sign.
    pub same_sign: f64,
    /// The share that are significant, and significant with the headline's sign.
    pub significant: (f64, f64),
    /// The median estimate.
    pub median: f64,
    /// The share of specifications whose estimate is below the headline's.
    pub headline_rank: f64,
    /// Combinations that repeat another one in every number, because a choice changes nothing there.
    pub repeats: usize,
    /// Combinations without an estimate: why, and how many.
    pub missing: Vec<(String, usize)>,
    /// Where not all subsets of covariates were taken: how many there are.
    pub subsets_of: Option<f64>,
    /// The joint inference, or why there is none.
    pub joint: Result<Joint, String>,
    /// The confidence level.
    pub level: f64,
}

/// More combinations than this are refused.
const MOST: f64 = 50_000.0;
/// Products and sums that take some minutes on one core.
const COSTLY: f64 = 2e11;

/// The columns that the options name.
pub fn columns(options: &Options) -> Vec<String> {
    choices::columns(options)
}

/// The curve.
///
/// # Errors
/// Choices that cannot be read; DIAG-044: more combinations, or more work, than is done without being asked twice; DIAG-045: fewer than two
/// specifications with an estimate, or none of them the headline.
pub fn curve(ground: &Ground<'_>, options: &Options, setting: &Setting<'_>) -> Result<Curve, Faults> {
    let choices = Choices::of(ground, options)?;
    affordable(&choices, ground)?;
    let places = Place::all(ground, &choices, setting.executor)?;
    let Estimated { mut found, missing, repeats, shuffled } = estimate(ground, &choices, &places, setting)?;
    let Some(headline) = found.iter().position(|s| s.headline).filter(|_| found.len() > 1) else {
        let reasons: Vec<String> = missing.iter().map(|(why, n)| format!("{why} ({n})")).collect();
        return Err(Fault::new(
            "DIAG-045",
            "there are not two specifications to compare, the first one among them",
            format!("{} of {} combinations give an estimate", found.len(), choices.combinations()),
            if reasons.is_empty() { "one way of analysing the data makes no curve".into() } else { reasons.join("; ") },
            "offer more choices: covariates, estimators=did|twfe, scales=raw|z, samples=all|trim:0.01",
        )
        .into());
    };
    let sign = found[headline].estimate;
    let same = |s: &Specification| s.estimate * sign > 0.0;
    let alpha = 1.0 - setting.level;
    let significant = |s: &Specification| s.p_value.is_some_and(|p| p < alpha);
    let n = found.len() as f64;
    let share = |test: &dyn Fn(&Specification) -> bool| found.iter().filter(|s| test(s)).count() as f64 / n;
    let same_sign = share(&same);
    let counts = (share(&significant), share(&|s| significant(s) && same(s)));
    let headline_rank = share(&|s| s.estimate < sign);
    let decisions = decided(&found);
    found.sort_by(|a, b| a.estimate.total_cmp(&b.estimate).then_with(|| a.choices.cmp(&b.choices)));
    let estimates: Vec<f64> = found.iter().map(|s| s.estimate).collect();
    let (low, high) = ((found.len() - 1) / 2, found.len() / 2);
    let middle = if estimates[high].abs() < estimates[low].abs() { high } else { low };
    Ok(Curve {
        headline: found.iter().position(|s| s.headline).unwrap_or(0),
        middle,
        same_sign,
        significant: counts,
        median: median(&estimates),
        headline_rank,
        decisions,
        repeats,
        missing,
        subsets_of: choices.subsets_of,
        joint: shuffled,
        level: setting.level,
        specifications: found,
    })
}

/// Refuses before any work what would take too long, and says the price.
fn affordable(choices: &Choices, ground: &Ground<'_>) -> Result<(), Fault> {
    let n = choices.combinations();
    let width = ground.panel.covariates.len() + ground.panel.cells.periods.len() + 2;
    // An estimator that is no regression reads the rows each time.
    let work = n / choices.methods.len() as f64 * (ground.panel.n_rows() * width * width) as f64;
    if n <= MOST && work <= COSTLY {
        return Ok(());
    }
    Err(Fault::new(
        "DIAG-044",
        format!("{n:.0} combinations are too many"),
        format!("about {work:.0e} products and sums; at most {MOST:.0} combinations and {COSTLY:.0e} are done"),
        "it would take minutes to hours, and nobody reads so many specifications",
        "offer fewer choices: a smaller subsets=N, or name estimators=, samples=, scales= and inference=",
    ))
}

/// The share of each decision and what each choice goes with.
fn decided(found: &[Specification]) -> Vec<Decision> {
    let estimates: Vec<f64> = found.iter().map(|s| s.estimate).collect();
    let names: Vec<Vec<&String>> = (0..DECISIONS.len())
        .map(|d| {
            let mut own: Vec<&String> = Vec::new();
            let mut seen = std::collections::BTreeSet::new();
            for s in found {
                if seen.insert(&s.choices[d]) {
                    own.push(&s.choices[d]);
                }
            }
            own
        })
        .collect();
    let open: Vec<usize> = (0..DECISIONS.len()).filter(|&d| names[d].len() > 1).collect();
    let index: Vec<BTreeMap<&String, u32>> = names.iter().map(|own| own.iter().copied().zip(0..).collect()).collect();
    let codes: Vec<Vec<u32>> = found.iter().map(|s| open.iter().map(|&d| index[d][&s.choices[d]]).collect()).collect();
    let shares = decisions::shares(&codes, &estimates);
    open.iter()
        .enumerate()
        .map(|(i, &d)| Decision {
            name: DECISIONS[d],
            share: shares.as_ref().map(|s| s[i]),
            choices: names[d]
                .iter()
                .map(|name| {
                    let own: Vec<f64> = found.iter().filter(|s| s.choices[d] == **name).map(|s| s.estimate).collect();
                    ((*name).clone(), own.len(), median(&crate::num::sorted(own)))
                })
                .collect(),
        })
        .collect()
}

/// The median of sorted values.
fn median(sorted: &[f64]) -> f64 {
    let n = sorted.len();
    (sorted[(n - 1) / 2] + sorted[n / 2]) / 2.0
}
