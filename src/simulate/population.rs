//! The true effects in very many students.

use super::batches::{Batches, expected};
use super::design::Design;
use super::tally::Tally;
use super::truth::{TrueEffect, Violation};
use super::{Detail, Parameters, WorldCard};
use crate::panel::{Executor, Serial, spread};
use crate::random::Stream;
use serde::Serialize;

/// At least so many draws, so that one draw's luck can be told.
const LEAST_DRAWS: f64 = 20.0;

/// The true effects in a population: many draws of the same world together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Population {
    /// Draws.
    pub draws: usize,
    /// Students in all of them, about.
    pub n_students: usize,
    /// The largest distance of a draw's own effects from those here, whatever its sign, in Monte Carlo standard errors; below 3
    /// where the two ways of computing the truth agree.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub largest_distance: Option<f64>,
    /// The effects on everyone treated.
    pub effects: Vec<PopulationEffect>,
    /// How far trends are from parallel, by cohort and year: what one draw's own violation scatters around.
    pub violations: Vec<PopulationViolation>,
}

/// How far a cohort's untreated scores grow apart from those of the never treated in the population.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PopulationViolation {
    /// The outcome.
    pub outcome: String,
    /// The first year with profiles.
    pub group: i64,
    /// The year.
    pub period: i64,
    /// Points, of the recorded scores.
    pub value: f64,
    /// Its Monte Carlo standard error, points.
    pub std_error: f64,
}

/// An effect in the population.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PopulationEffect {
    /// The outcome, estimand, cohort, year and event time as in the draw's own effects, and the effect in points.
    #[serde(flatten)]
    pub effect: TrueEffect,
    /// Its Monte Carlo standard error, points.
    pub std_error: f64,
    /// How far one draw of the world's own size lies from it, points: a standard deviation.
    pub draw_std_dev: f64,
    /// The effect in a draw of the world's own size less this one, in Monte Carlo standard errors of that difference,
    /// √(draw_std_dev² + std_error²); none where no draw was compared, or has no such effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance: Option<f64>,
}

/// Points below which two means of whole tenths are the same but for rounding.
const ROUNDING: f64 = 1e-9;

impl Population {
    /// Compares the effects of one draw with those of the population.
    pub fn compared_with(mut self, draw: &[TrueEffect]) -> Population {
        for known in &mut self.effects {
            let own = draw.iter().find(|e| e.same_as(&known.effect));
            let error = libm::sqrt(known.draw_std_dev * known.draw_std_dev + known.std_error * known.std_error);
            known.distance = own.map(|e| e.value - known.effect.value).and_then(|difference| match error {
                _ if difference.abs() < ROUNDING => Some(0.0),
                e if e > 0.0 => Some(difference / e),
                _ => None,
            });
        }
        self.largest_distance = self.effects.iter().filter_map(|e| e.distance.map(f64::abs)).reduce(f64::max);
        self
    }
}

/// Draws a population of about `n_students`: as many draws of the world as it takes, each with its own seed; where the
/// world itself is as large, draws of the same world with fewer schools.
pub(super) fn draw(
    card: &'static WorldCard,
    design: Design,
    parameters: &Parameters,
    seed: u64,
    n_students: usize,
    executor: &dyn Executor,
) -> Population {
    let (own, p) = (expected(parameters), parameters.smaller(n_students as f64 / LEAST_DRAWS));
    let each = expected(&p);
    let n = (n_students as f64 / each).ceil().max(2.0) as usize;
    let seeds = Stream::new(seed, &["simulate", card.id, "population"], 0);
    // The outcomes only: no other column is drawn, and no row is kept.
    let names: Vec<String> = ["math", "reading", "skills"].map(String::from).to_vec();
    let tallies: Vec<Tally> = spread(executor, n, |i| {
        let mut batches = Batches::new(card, design, &p, seeds.at(i as u64).next_u64(), Detail::Only(&names), 4000, &Serial);
        (&mut batches).for_each(drop);
        batches.tally().clone()
    });
    let mut total = tallies[0].clone();
    tallies[1..].iter().for_each(|t| total.join(t));
    let draws: Vec<Vec<TrueEffect>> = tallies.iter().map(Tally::effects).collect();
    let effects = total.effects().into_iter().filter(|e| e.subgroup.is_none()).map(|effect| {
        // A ratio of sums: the spread of each draw's distance, weighted by its size.
        let mean_n = effect.n as f64 / n as f64;
        let same = |e: &&TrueEffect| e.same_as(&effect);
        let squares: f64 = draws
            .iter()
            .filter_map(|d| d.iter().find(same))
            .map(|e| {
                let distance = e.n as f64 / mean_n * (e.value - effect.value);
                distance * distance
            })
            .sum();
        let spread = libm::sqrt(squares / (n - 1) as f64);
        let (std_error, draw_std_dev) = (spread / libm::sqrt(n as f64), spread * libm::sqrt(each / own));
        PopulationEffect { std_error, draw_std_dev, distance: None, effect }
    });
    let violations = violations(&total, &tallies);
    Population { draws: n, largest_distance: None, effects: effects.collect(), violations, n_students: (each * n as f64) as usize }
}

/// The violations of parallel trends of all draws together, with the spread of those of each.
fn violations(total: &Tally, tallies: &[Tally]) -> Vec<PopulationViolation> {
    let draws: Vec<Vec<Violation>> = tallies.iter().map(Tally::violations).collect();
    let one = |v: Violation| {
        let same = |w: &&Violation| (&w.outcome, w.group, w.period) == (&v.outcome, v.group, v.period);
        let own: Vec<f64> = draws.iter().filter_map(|d| d.iter().find(same)).map(|w| w.value - v.value).collect();
        let n = own.len() as f64;
        // A draw without such a cohort says nothing; one draw alone says nothing of the spread.
        let squares: f64 = own.iter().map(|d| d * d).sum();
        (own.len() > 1).then(|| PopulationViolation {
            std_error: libm::sqrt(squares / (n * (n - 1.0))),
            outcome: v.outcome.clone(),
            group: v.group,
            period: v.period,
            value: v.value,
        })
    };
    total.violations().into_iter().filter_map(one).collect()
}

impl Parameters {
    /// About how many students a draw has.
    pub fn n_students(&self) -> f64 {
        expected(self)
    }

    /// The same world with so few schools that it has no more than about these students, in proportion.
    pub fn smaller(&self, n_students: f64) -> Parameters {
        let factor = n_students / expected(self);
        if factor >= 1.0 {
            return self.clone();
        }
        let schools = (self.value("schools") * factor).round().max(2.0);
        let mut p = self.clone().with("schools", schools);
        let least = |name: &str, least: f64| (self.value(name) * factor).round().clamp(least, schools);
        if !self.held("profile_schools") {
            p = p.with("profile_schools", least("profile_schools", 1.0).min(schools - 1.0));
        }
        if p.value("districts") > 0.0 {
            let states = p.get("states").map(|_| least("states", 1.0));
            p = p.with("districts", least("districts", 1.0).max(states.unwrap_or(1.0)));
            if let Some(states) = states {
                p = p.with("states", states);
            }
        }
        p
    }
}

impl TrueEffect {
    /// Whether this is the same effect as another draw's.
    pub fn same_as(&self, other: &TrueEffect) -> bool {
        let place = |e: &TrueEffect| [e.group, e.period, e.event_time];
        self.outcome == other.outcome && self.estimand == other.estimand && place(self) == place(other) && self.subgroup == other.subgroup
    }
}
