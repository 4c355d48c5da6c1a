//! The answer: every number by formula and by simulation, side by side.

use super::pretrend::PretrendTest;
use super::resolve::{Resolved, resolve};
use super::simulation::{Simulated, Simulation, Studies, Trends};
use super::solve::{Needed, needed, smallest};
use super::{Assumption, Design, Goal, Question, Tier, Wanted};
use crate::cohort::{Fault, Faults};
use crate::panel::Executor;
use serde::Serialize;

/// A number by formula and by simulation; what is `None` has its reason in `note`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Both {
    /// By formula.
    pub formula: Option<f64>,
    /// By simulation.
    pub simulation: Option<f64>,
    /// The simulation's Monte Carlo standard error.
    pub monte_carlo_error: Option<f64>,
    /// Why a number is missing.
    pub note: Option<String>,
}

impl Both {
    fn new(formula: f64, simulated: Result<Simulated, String>) -> Both {
        let (value, note) = simulated.map_or_else(|why| (None, Some(why)), |s| (Some(s), None));
        Both {
            formula: Some(formula),
            simulation: value.map(|s| s.value),
            monte_carlo_error: value.and_then(|s| s.monte_carlo_error),
            note,
        }
    }
}

/// How many are needed, by formula and by simulation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Number {
    /// Of what.
    pub of: Tier,
    /// By formula: the smallest number with the power wished for; `None` where more than `searched_to` are needed.
    pub formula: Option<u64>,
    /// How far it was searched.
    pub searched_to: Option<u64>,
    /// By simulation: the smallest of the numbers tried that found the effect often enough.
    pub simulation: Option<u64>,
    /// The simulation's Monte Carlo standard error, in units.
    pub monte_carlo_error: Option<f64>,
    /// Why a number is missing.
    pub note: Option<String>,
}

/// A point of the curve over the number of top units.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Point {
    /// How many top units.
    pub n: u64,
    /// The power at the effect.
    pub power: Both,
    /// The smallest effect seen with the power wished for.
    pub detectable: Both,
}

/// The power of the pre-trend test.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pretrend {
    /// Periods before treatment.
    pub periods: u32,
    /// The drift, in SD a period.
    pub drift: f64,
    /// The probability of noticing it.
    pub power: Both,
    /// The smallest drift noticed with the power wished for.
    pub detectable: Option<f64>,
    /// What effect the drift looks like in a difference-in-differences of these periods, in SD.
    pub looks_like: f64,
    /// Numerator degrees of freedom: coefficients tested.
    pub df1: Option<f64>,
    /// Denominator degrees of freedom.
    pub df2: Option<f64>,
    /// The noncentrality of F at this drift.
    pub noncentrality: Option<f64>,
}

/// A plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// The design the effect and the power are of.
    pub design: Design,
    /// Whether its number of top units was given; else it is the number needed.
    pub size_given: bool,
    /// The effect to be seen, in SD.
    pub effect: f64,
    /// Level and power wished for.
    pub goal: Goal,
    /// The standard error of the effect, in SD; `None` where no size is known.
    pub std_error: Option<f64>,
    /// The degrees of freedom of its test.
    pub df: Option<f64>,
    /// The minimum detectable effect.
    pub detectable: Option<Both>,
    /// The power at the effect.
    pub power: Option<Both>,
    /// How many are needed.
    pub needed: Vec<Number>,
    /// Power and smallest effect by the number of top units.
    pub curve: Vec<Point>,
    /// The test of trends before treatment.
    pub pretrend: Option<Pretrend>,
    /// What it rests on.
    pub assumptions: Vec<Assumption>,
    /// Replicates of the simulation.
    pub replicates: u64,
    /// Its seed.
    pub seed: u64,
}

/// Answers a question.
///
/// # Errors
/// When it is impossible, contradicts itself, or names a study too small to be analysed.
pub fn answer(question: &Question, executor: &dyn Executor) -> Result<Plan, Faults> {
    let resolved = resolve(question)?;
    let goal = question.goal;
    let base = resolved.design;
    if let Some(why) = resolved.given.and_then(|_| base.obstacle()).or_else(|| hopeless(&base)) {
        let remedy = "more units, another --treated-share, or fewer --covariates-at-top";
        return Err(Fault::new("PLAN-005", "this study is too small to be analysed", "the design", why, remedy).into());
    }
    let wants = |w: Wanted| resolved.wanted.contains(&w);
    // An effect of 0 needs no number: it is sought only where asked for, or where there is no other size.
    let seeks_top = wants(Wanted::Number(base.top)) || resolved.given.is_none();
    let top = seeks_top.then(|| needed(&base, base.top, &goal, question.effect));
    let at = resolved.given.or(top.and_then(Needed::number)).map(|n| base.with(base.top, n));
    let sizes = grid(&base, resolved.given, top.and_then(Needed::number));
    let tried = top.and_then(Needed::number).map_or(Vec::new(), |n| around(&base, base.top, n, &goal, question));
    let mut all: Vec<u64> = sizes.iter().chain(&tried).copied().chain(at.map(|d| d.n_top())).collect();
    all.sort_unstable();
    all.dedup();
    let run = simulation(&base, &resolved, question);
    // What is too much for the widest curve may still be possible for the study itself.
    let fits = |n: u64| run.obstacle(n).is_none();
    let studies = run.studies(&all.iter().copied().filter(|&n| fits(n)).collect::<Vec<_>>(), executor);
    let of = |n: u64| studies.iter().find(|s| s.n == n).ok_or_else(|| run.obstacle(n).unwrap_or_default());
    let power_of = |d: &Design| Both::new(goal.power_at(d, question.effect), of(d.n_top()).map(|s| s.power(question.effect)));
    let effect_of = |d: &Design| Both::new(goal.detectable(d), of(d.n_top()).and_then(|s| found(s, goal.power)));
    let mut numbers = Vec::new();
    for w in &resolved.wanted {
        let Wanted::Number(tier) = *w else { continue };
        if tier == base.top {
            let sought = top.expect("sought where wanted");
            numbers.push(number(tier, sought, tried.iter().map(|n| of(*n)).collect(), &base, question));
            continue;
        }
        let sought = needed(&base, tier, &goal, question.effect);
        let tried = sought.number().map_or(Vec::new(), |n| around(&base, tier, n, &goal, question));
        let mut runs: Vec<Result<Studies, String>> = Vec::new();
        for n in tried {
            let design = base.with(tier, n);
            let run = simulation(&design, &resolved, question);
            runs.push(match run.obstacle(base.n_top()) {
                Some(why) => Err(why),
                None => Ok(run.studies(&[base.n_top()], executor).remove(0).counted(n)),
            });
        }
        numbers.push(number(tier, sought, runs.iter().map(|r| r.as_ref().map_err(Clone::clone)).collect(), &base, question));
    }
    let pretrend = match (question.drift, at) {
        (Some(drift), Some(design)) => Some(pretrend(&resolved, &design, drift, question, executor)),
        _ => None,
    };
    let curve =
        sizes.iter().map(|&n| base.with(base.top, n)).map(|d| Point { n: d.n_top(), power: power_of(&d), detectable: effect_of(&d) });
    Ok(Plan {
        design: at.unwrap_or(base),
        size_given: resolved.given.is_some(),
        effect: question.effect,
        goal,
        std_error: at.map(|d| d.std_error()),
        df: at.map(|d| d.df()),
        detectable: at.filter(|_| wants(Wanted::Effect)).map(|d| effect_of(&d)),
        power: at.filter(|_| wants(Wanted::Power)).map(|d| power_of(&d)),
        needed: numbers,
        curve: curve.collect(),
        pretrend,
        assumptions: resolved.assumptions.clone(),
        replicates: question.replicates,
        seed: question.seed,
    })
}

fn simulation<'a>(design: &'a Design, resolved: &'a Resolved, question: &Question) -> Simulation<'a> {
    let Question { goal, replicates, seed, .. } = *question;
    Simulation { design, measure: &resolved.measure, level: goal.level, replicates, seed }
}

fn found(studies: &Studies, power: f64) -> Result<Simulated, String> {
    studies.detectable(power).ok_or_else(|| "too many simulated studies could not be analysed".to_string())
}

/// Why no number of top units makes the design one that can be analysed.
fn hopeless(design: &Design) -> Option<String> {
    let largest = design.with(design.top, 1_000_000);
    largest.obstacle()
}

/// The numbers of top units that matter, and about a dozen round ones around them.
fn grid(design: &Design, given: Option<u64>, needed: Option<u64>) -> Vec<u64> {
    let high = match (given, needed) {
        (None, None) => 200,
        (Some(k), None) => 3 * k,
        // A study far larger than needed stands by itself.
        (Some(k), Some(n)) if k <= 5 * n => (3 * n.max(k)).div_ceil(2),
        (_, Some(n)) => (3 * n).div_ceil(2),
    };
    let low = smallest(design, design.top);
    let high = high.max(low + 11);
    let step = [1, 2, 5].into_iter().cycle().scan((0, 1), |(i, tens): &mut (u32, u64), lead| {
        let step = lead * *tens;
        *i += 1;
        if *i % 3 == 0 {
            *tens = tens.saturating_mul(10);
        }
        Some(step)
    });
    let step = step.take(57).find(|s| high / s <= 16).unwrap_or(high);
    let first = low.div_ceil(step) * step;
    let mut out: Vec<u64> = (0..).map(|i| first + i * step).take_while(|n| *n <= high).chain(given).chain(needed).collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// Numbers near the one needed, finely as far as replicates leave it open, coarsely up to half as many more, as a simulated study
/// may be less precise than the formula says.
fn around(design: &Design, tier: Tier, n: u64, goal: &Goal, question: &Question) -> Vec<u64> {
    // Sizes of the top come from one set of draws; those of a lower tier are drawn each by itself.
    let most = if tier == design.top { 12 } else { 4 };
    let error = error_in_units(design, tier, n, goal, question).unwrap_or(0.0);
    let reach = (4.0 * error).clamp(most as f64, n.max(most) as f64) as u64;
    let step = reach.div_ceil(most);
    let low = smallest(design, tier);
    let mut out: Vec<u64> = (1..=most).filter_map(|i| n.checked_sub(i * step)).filter(|n| *n >= low).collect();
    out.reverse();
    out.extend((0..=most).map(|i| n + i * step));
    let (near, far) = (n + most * step, n + n.div_ceil(2));
    let step = far.saturating_sub(near).div_ceil(most).max(1);
    out.extend((1..=most).map(|i| near + i * step).take_while(|n| *n <= far));
    out
}

/// The Monte Carlo error of a power, in units: over the slope of power in their number.
fn error_in_units(design: &Design, tier: Tier, n: u64, goal: &Goal, question: &Question) -> Option<f64> {
    let step = (n / 20).max(1);
    let at = |n: u64| goal.power_at(&design.with(tier, n), question.effect);
    let slope = (at(n + step) - at(n)) / step as f64;
    let error = libm::sqrt(goal.power * (1.0 - goal.power) / question.replicates as f64);
    let units = error / slope;
    units.is_finite().then_some(units)
}

/// The shares made to grow, by pooling neighbours that fall: chance moves each up or down, but power grows with the number.
fn monotone(shares: &[f64]) -> Vec<f64> {
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for &share in shares {
        pools.push((share, 1));
        while let [.., (below, n), (above, m)] = pools[..]
            && below > above
        {
            pools.truncate(pools.len() - 2);
            pools.push(((below * n as f64 + above * m as f64) / (n + m) as f64, n + m));
        }
    }
    pools.into_iter().flat_map(|(share, n)| std::iter::repeat_n(share, n)).collect()
}

/// How many are needed: by simulation, the first number tried with which studies found the effect often enough.
fn number(tier: Tier, sought: Needed, tried: Vec<Result<&Studies, String>>, base: &Design, question: &Question) -> Number {
    let goal = &question.goal;
    let n = match sought {
        Needed::Number(n) => n,
        Needed::MoreThan(most) => {
            let note = Some(format!("even {most} {} are not enough", tier.noun()));
            return Number { of: tier, formula: None, searched_to: Some(most), simulation: None, monte_carlo_error: None, note };
        }
    };
    let mut note = None;
    let tried: Result<Vec<&Studies>, String> = tried.into_iter().collect();
    let enough = match tried {
        Ok(runs) => {
            let shares: Vec<f64> = runs.iter().map(|run| run.power(question.effect).value).collect();
            let first = monotone(&shares).iter().position(|share| *share >= goal.power);
            if first.is_none() {
                note = Some("by simulation not even half as many more than by formula are enough".to_string());
            }
            first.map(|i| runs[i].n)
        }
        Err(why) => {
            note = Some(why);
            None
        }
    };
    let error = enough.and_then(|_| error_in_units(base, tier, n, goal, question));
    Number { of: tier, formula: Some(n), searched_to: None, simulation: enough, monte_carlo_error: error, note }
}

fn pretrend(resolved: &Resolved, design: &Design, drift: f64, question: &Question, executor: &dyn Executor) -> Pretrend {
    let (before, after) = resolved.periods.unwrap_or((1, 1));
    let looks_like = drift * f64::from(before + after) / 2.0;
    let goal = question.goal;
    let Some(test) = PretrendTest::of(resolved, design, before, goal.level) else {
        let note = Some("too few units for a joint test of so many periods".to_string());
        let power = Both { formula: None, simulation: None, monte_carlo_error: None, note };
        return Pretrend { periods: before, drift, power, detectable: None, looks_like, df1: None, df2: None, noncentrality: None };
    };
    let simulated = Trends::simulate(resolved, design, &test, (question.replicates, question.seed), executor).map(|t| t.power(drift));
    Pretrend {
        periods: before,
        drift,
        power: Both::new(test.power_at(drift), simulated),
        detectable: Some(test.detectable(goal.power)),
        looks_like,
        df1: Some(test.df1),
        df2: Some(test.df2),
        noncentrality: Some(test.noncentrality(drift)),
    }
}
