//! The true effects in very many students.

use super::batches::{Batches, expected};
use super::design::Design;
use super::tally::Tally;
use super::truth::TrueEffect;
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
    /// The effects on everyone treated.
    pub effects: Vec<PopulationEffect>,
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
    let (own, p) = (expected(parameters), smaller(parameters, n_students as f64 / LEAST_DRAWS));
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
        PopulationEffect { std_error: spread / libm::sqrt(n as f64), draw_std_dev: spread * libm::sqrt(each / own), effect }
    });
    Population { draws: n, effects: effects.collect(), n_students: (each * n as f64) as usize }
}

/// The same world with so few schools that it has no more than these students, in proportion.
fn smaller(parameters: &Parameters, n_students: f64) -> Parameters {
    let factor = n_students / expected(parameters);
    if factor >= 1.0 {
        return parameters.clone();
    }
    let schools = (parameters.value("schools") * factor).round().max(2.0);
    let mut p = parameters.clone().with("schools", schools);
    let least = |name: &str, least: f64| (parameters.value(name) * factor).round().clamp(least, schools);
    if !parameters.held("profile_schools") {
        p = p.with("profile_schools", least("profile_schools", 1.0).min(schools - 1.0));
    }
    if p.get("districts").is_some() {
        let (districts, states) = (least("districts", 1.0), least("states", 1.0));
        p = p.with("districts", districts.max(states)).with("states", states);
    }
    p
}

impl TrueEffect {
    /// Whether this is the same effect as another draw's.
    pub fn same_as(&self, other: &TrueEffect) -> bool {
        let place = |e: &TrueEffect| [e.group, e.period, e.event_time];
        self.outcome == other.outcome && self.estimand == other.estimand && place(self) == place(other) && self.subgroup == other.subgroup
    }
}
