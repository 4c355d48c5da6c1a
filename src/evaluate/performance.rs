//! How an estimator and a method do, over the draws at one point.
//!
//! Of n draws with estimate θ̂_i, true value θ_i (which may differ from draw to draw), error e_i = θ̂_i − θ_i and standard
//! error s_i. Monte Carlo standard errors by Morris, White and Crowther (2019), "Using simulation studies to evaluate statistical
//! methods", Statistics in Medicine 38, table 6, with e_i where they have θ̂_i − θ:
//!
//! | measure | estimate | Monte Carlo standard error |
//! | :--- | :--- | :--- |
//! | bias | ē | √(S²_e/n) |
//! | relative bias | ē/θ̄ | delta method; √(S²_e/n)/\|θ\| where θ is the same in all draws |
//! | empirical SD | S_e = √(Σ(e_i − ē)²/(n − 1)) | S_e/√(2(n − 1)) |
//! | RMSE | √MSE, MSE = Σe_i²/n | √(Σ(e_i² − MSE)²/(n(n − 1)))/(2 RMSE) |
//! | mean standard error | S̄ = √(Σs_i²/n) | √(Var(s²)/(4n S̄²)) |
//! | its error | S̄/S_e − 1 | (S̄/S_e) √(Var(s²)/(4n S̄⁴) + 1/(2(n − 1))) |
//! | coverage c, rejection | share of draws | √(c(1 − c)/n), c kept half a draw from 0 and 1 |
//! | width | mean of bounded intervals | √(S²/n) |
//!
//! Type S and type M by Gelman and Carlin (2014), "Beyond power calculations", Perspectives on Psychological Science 9: among the
//! draws that reject no effect, the share with the wrong sign, and mean|θ̂|/mean|θ|.

use super::experiment::Experiment;
use super::measure::{Measured, mean, variance};
use super::record::{Effect, Found, Record, Replicate};
use crate::infer::Bound;
use std::collections::{BTreeMap, BTreeSet};

/// Whether an interval keeps its promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The coverage is what the level says, up to 3 Monte Carlo standard errors.
    Kept,
    /// It covers less often.
    Broken,
    /// It covers more often: wider than it need be.
    Cautious,
    /// No interval, or no truth to cover.
    Unknown,
}

impl Verdict {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Kept => "kept",
            Verdict::Broken => "broken",
            Verdict::Cautious => "wider than promised",
            Verdict::Unknown => "cannot tell",
        }
    }

    /// What is said behind "it promises 95 %".
    pub fn clause(self) -> &'static str {
        match self {
            Verdict::Broken => ", and does not keep that",
            Verdict::Cautious => ", so it is wider than it need be",
            Verdict::Kept | Verdict::Unknown => "",
        }
    }
}

/// The measures of one effect by one estimator and method at one point.
#[derive(Debug, Clone, PartialEq)]
pub struct Performance {
    /// The point of the grid.
    pub point: usize,
    /// Which question of the experiment.
    pub question: usize,
    /// Which of its estimators.
    pub estimator: usize,
    /// The method; `None` where no draw came to that.
    pub method: Option<String>,
    /// The effect; `None` where no draw came to that.
    pub effect: Option<Effect>,
    /// Draws with an estimate.
    pub n: usize,
    /// Draws without one, by reason, most frequent first.
    pub failures: Vec<(String, usize)>,
    /// The mean true value.
    pub truth: Option<f64>,
    /// The mean estimate.
    pub estimate: Option<Measured>,
    /// The mean error.
    pub bias: Option<Measured>,
    /// The mean error as a part of the mean true value.
    pub relative_bias: Option<Measured>,
    /// The standard deviation of the errors.
    pub empirical_sd: Option<Measured>,
    /// The root mean squared error.
    pub rmse: Option<Measured>,
    /// The root of the mean squared standard error.
    pub mean_std_error: Option<Measured>,
    /// By which part the mean standard error is off the empirical SD.
    pub std_error_off: Option<Measured>,
    /// How often the interval contains the true value.
    pub coverage: Option<Measured>,
    /// The mean width of bounded intervals.
    pub width: Option<Measured>,
    /// The share of intervals that are open on some side.
    pub unbounded: Option<Measured>,
    /// How often no effect is rejected, where the true value is 0 in every draw.
    pub size: Option<Measured>,
    /// How often no effect is rejected, where there is an effect.
    pub power: Option<Measured>,
    /// Among the draws that reject, the share with the wrong sign.
    pub type_s: Option<Measured>,
    /// Among the draws that reject, the mean size of the estimate over that of the true value.
    pub type_m: Option<Measured>,
    /// Whether the interval keeps its promise.
    pub verdict: Verdict,
}

impl Performance {
    /// Draws without an answer.
    pub fn n_failed(&self) -> usize {
        self.failures.iter().map(|f| f.1).sum()
    }
}

/// What an interval says of a value.
pub(super) fn covers(found: &Found) -> Option<bool> {
    let truth = found.truth?;
    let above = match found.low {
        Bound::At(low) => low <= truth,
        Bound::Unbounded => true,
        Bound::Undefined => return None,
    };
    let below = match found.high {
        Bound::At(high) => truth <= high,
        Bound::Unbounded => true,
        Bound::Undefined => return None,
    };
    Some(above && below)
}

/// The width of a bounded interval.
pub(super) fn width(found: &Found) -> Option<f64> {
    Some(found.high.value()? - found.low.value()?)
}

/// Whether no effect is rejected: by the p-value, else by the interval.
fn rejects(found: &Found, level: f64) -> Option<bool> {
    if let Some(p) = found.p_value {
        return Some(p <= 1.0 - level);
    }
    if found.low == Bound::Undefined || found.high == Bound::Undefined {
        return None;
    }
    Some(found.low.value().is_some_and(|l| l > 0.0) || found.high.value().is_some_and(|h| h < 0.0))
}

/// What stands in one row of the results: point, question, estimator, effect, and which of the estimator's methods.
pub(super) type Key = (usize, usize, usize, Option<Effect>, Option<usize>);

/// The draws by row.
pub(super) struct Rows<'a> {
    /// What was found in them, by replicate. `None` as effect: nothing came to one in any draw.
    pub found: BTreeMap<Key, Vec<(usize, &'a Found)>>,
    /// The methods of each question's estimators, in the order in which they were applied.
    methods: BTreeMap<(usize, usize), Vec<&'a str>>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(draws: &'a [Replicate]) -> Rows<'a> {
        let mut methods: BTreeMap<(usize, usize), Vec<&str>> = BTreeMap::new();
        let mut found: BTreeMap<Key, Vec<(usize, &Found)>> = BTreeMap::new();
        let mut told: BTreeSet<(usize, usize, usize)> = BTreeSet::new();
        let mut rank = |r: &'a Record| {
            let own = methods.entry((r.question, r.estimator)).or_default();
            let name = r.method.as_deref()?;
            Some(own.iter().position(|m| *m == name).unwrap_or_else(|| {
                own.push(name);
                own.len() - 1
            }))
        };
        for draw in draws {
            for r in &draw.records {
                let method = rank(r);
                if r.effect.is_none() {
                    continue;
                }
                told.insert((draw.point, r.question, r.estimator));
                let row = found.entry((draw.point, r.question, r.estimator, r.effect, method)).or_default();
                row.extend(r.result.as_ref().ok().map(|f| (draw.number, f)));
            }
        }
        for draw in draws {
            for r in draw.records.iter().filter(|r| !told.contains(&(draw.point, r.question, r.estimator))) {
                found.entry((draw.point, r.question, r.estimator, None, rank(r))).or_default();
            }
        }
        Rows { found, methods }
    }

    /// The name of a row's method.
    pub(super) fn method(&self, key: &Key) -> Option<&'a str> {
        Some(self.methods.get(&(key.1, key.2))?[key.4?])
    }

    /// The row of an effect by a method of this name.
    pub(super) fn of(
        &self,
        point: usize,
        question: usize,
        estimator: usize,
        effect: Effect,
        method: Option<&str>,
    ) -> &[(usize, &'a Found)] {
        let named = self.methods.get(&(question, estimator)).and_then(|own| own.iter().position(|m| Some(*m) == method));
        self.found.get(&(point, question, estimator, Some(effect), named)).map_or(&[], Vec::as_slice)
    }
}

/// Why draws have nothing in a row.
fn failures(draws: &[&Replicate], key: &Key, method: Option<&str>, found: &[(usize, &Found)]) -> Vec<(String, usize)> {
    let (_, question, estimator, effect, _) = *key;
    let has: BTreeSet<usize> = found.iter().map(|(number, _)| *number).collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for draw in draws.iter().filter(|d| !has.contains(&d.number)) {
        let own = draw.records.iter().filter(|r| (r.question, r.estimator) == (question, estimator));
        let mut meant = own.filter(|r| (r.effect.is_none() || r.effect == effect) && (r.method.is_none() || r.method.as_deref() == method));
        let reason = meant.find_map(|r| r.result.as_ref().err()).map_or("this draw has no such effect by this method", |f| f.0.as_str());
        *counts.entry(reason).or_default() += 1;
    }
    let mut all: Vec<(String, usize)> = counts.into_iter().map(|(why, n)| (why.to_string(), n)).collect();
    all.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    all
}

/// The performance in every row: by point, question, estimator, effect and method.
pub fn performances(experiment: &Experiment<'_>, draws: &[Replicate]) -> Vec<Performance> {
    let mut at: BTreeMap<usize, Vec<&Replicate>> = BTreeMap::new();
    draws.iter().for_each(|d| at.entry(d.point).or_default().push(d));
    let rows = Rows::new(draws);
    rows.found.iter().map(|(key, found)| one(experiment.level, key, rows.method(key), &at[&key.0], found)).collect()
}

fn one(level: f64, key: &Key, method: Option<&str>, draws: &[&Replicate], found: &[(usize, &Found)]) -> Performance {
    let all: Vec<&Found> = found.iter().map(|(_, f)| *f).collect();
    let estimates: Vec<f64> = all.iter().map(|f| f.estimate).collect();
    let known: Vec<(f64, f64)> = all.iter().filter_map(|f| Some((f.estimate, f.truth?))).collect();
    let truths: Vec<f64> = known.iter().map(|k| k.1).collect();
    let errors: Vec<f64> = known.iter().map(|(estimate, truth)| estimate - truth).collect();
    let (n, dof) = (errors.len() as f64, errors.len() as f64 - 1.0);
    let sd = libm::sqrt(variance(&errors));
    let squares: Vec<f64> = errors.iter().map(|e| e * e).collect();
    let (mse, rmse) = (mean(&squares), libm::sqrt(mean(&squares)));
    let variances: Vec<f64> = all.iter().filter_map(|f| f.std_error.map(|s| s * s)).collect();
    let (typical, spread) = (libm::sqrt(mean(&variances)), variance(&variances) / (4.0 * variances.len() as f64));
    let ratio = typical / sd;
    let covered: Vec<bool> = all.iter().filter_map(|f| covers(f)).collect();
    let bounds: Vec<bool> = all
        .iter()
        .filter(|f| f.low != Bound::Undefined && f.high != Bound::Undefined)
        .map(|f| f.low == Bound::Unbounded || f.high == Bound::Unbounded)
        .collect();
    let widths: Vec<f64> = all.iter().filter_map(|f| width(f)).collect();
    let verdicts: Vec<(bool, &Found)> = all.iter().filter_map(|f| Some((rejects(f, level)?, *f))).collect();
    let rejected: Vec<(f64, f64)> = verdicts.iter().filter(|v| v.0).filter_map(|v| Some((v.1.estimate, v.1.truth?))).collect();
    let rate = Measured::share(verdicts.iter().filter(|v| v.0).count(), verdicts.len());
    let nothing = !truths.is_empty() && truths.iter().all(|t| *t == 0.0);
    let effect = truths.iter().any(|t| *t != 0.0);
    let wrong = rejected.iter().filter(|(estimate, truth)| estimate * truth < 0.0).count();
    let sizes = |pick: fn(&(f64, f64)) -> f64| rejected.iter().map(|r| pick(r).abs()).collect::<Vec<f64>>();
    let coverage = Measured::share(covered.iter().filter(|c| **c).count(), covered.len());
    Performance {
        point: key.0,
        question: key.1,
        estimator: key.2,
        effect: key.3,
        method: method.map(str::to_string),
        n: all.len(),
        failures: failures(draws, key, method, found),
        truth: Some(mean(&truths)).filter(|t| t.is_finite()),
        estimate: Measured::mean(&estimates),
        bias: Measured::mean(&errors),
        relative_bias: if effect { Measured::ratio(&errors, &truths) } else { None },
        empirical_sd: Measured::new(sd, sd / libm::sqrt(2.0 * dof)),
        rmse: Measured::new(rmse, libm::sqrt(variance(&squares) / n) / (2.0 * libm::sqrt(mse))),
        mean_std_error: Measured::new(typical, libm::sqrt(spread / (typical * typical))),
        std_error_off: Measured::new(ratio - 1.0, ratio * libm::sqrt(spread / (typical * typical * typical * typical) + 1.0 / (2.0 * dof))),
        coverage,
        width: Measured::mean(&widths),
        unbounded: Measured::share(bounds.iter().filter(|b| **b).count(), bounds.len()),
        size: rate.filter(|_| nothing),
        power: rate.filter(|_| effect),
        type_s: if effect { Measured::share(wrong, rejected.len()) } else { None },
        type_m: if effect { Measured::ratio(&sizes(|r| r.0), &sizes(|r| r.1)) } else { None },
        verdict: verdict(level, coverage, covered.len()),
    }
}

/// |coverage − level| > 3 √(level (1 − level)/n): the Monte Carlo error that a kept promise would have, so that a coverage of 0 or
/// 100 % is judged as any other.
fn verdict(level: f64, coverage: Option<Measured>, n: usize) -> Verdict {
    let Some(coverage) = coverage else { return Verdict::Unknown };
    let tolerated = 3.0 * libm::sqrt(level * (1.0 - level) / n as f64);
    let off = coverage.value - level;
    match () {
        () if off < -tolerated => Verdict::Broken,
        () if off > tolerated => Verdict::Cautious,
        () => Verdict::Kept,
    }
}
