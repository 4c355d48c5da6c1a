//! How a solution divides the outcome's variance, and what to say of it.

use super::levels::Levels;
use super::likelihood::{Likelihood, Solution};
use super::model::Model;
use super::profile::{Profile, Quantity};
use crate::cohort::Warning;
use crate::estimate::model_fit::{Component, Components, Ends, Intervals};
use crate::panel::{Executor, spread};
use std::sync::Arc;

/// A correlation above this is one but for rounding.
const ONE: f64 = 1.0 - 1e-12;

/// The levels' variances, that of the slope, and the residual's. `unit2` is the square of the outcome's unit.
pub(super) fn all(model: &Model, solution: &Solution, levels: &Levels, unit2: f64) -> Components {
    let effects = &model.likelihood.effects;
    let n = levels.names.len();
    let ratios = &solution.theta[..n];
    let whole = 1.0 + ratios.iter().sum::<f64>();
    let one = |name: &str, ratio: f64| Component {
        name: name.into(),
        variance: ratio * solution.residual * unit2,
        variance_ends: None,
        share: Some(ratio / whole),
        share_ends: None,
        correlation: None,
    };
    let mut list: Vec<Component> = levels.names.iter().enumerate().map(|(i, name)| one(name, ratios[i])).collect();
    if let Some(slope) = effects.slope {
        let linear = effects.linear(&solution.theta);
        let (a, b, c) = (linear[effects.levels[0].own], linear[slope.covariance], linear[slope.own]);
        let correlation = (a > 0.0 && c > 0.0).then(|| b / (a * c).sqrt());
        list.push(Component {
            name: "cluster:treatment".into(),
            variance: c * solution.residual * unit2,
            variance_ends: None,
            share: None,
            share_ends: None,
            // With no variance left of its own the slope is the intercept's multiple.
            correlation: correlation.map(|r| if solution.theta[slope.own] == 0.0 { r.signum() } else { r.clamp(-1.0, 1.0) }),
        });
    }
    list.push(one("residual", 1.0));
    let profiled = Profiled { likelihood: model.likelihood.clone(), solution: solution.clone(), parts: n, unit2 };
    Components { list, intervals: solution.converged.then(|| Box::new(profiled) as Box<dyn Intervals>) }
}

/// The model around its minimum, to be profiled.
struct Profiled {
    likelihood: Arc<Likelihood>,
    solution: Solution,
    parts: usize,
    unit2: f64,
}

impl Intervals for Profiled {
    fn ends(&self, level: f64, executor: &dyn Executor) -> Vec<[Option<Ends>; 2]> {
        let profile = Profile { model: &self.likelihood, solution: &self.solution, parts: self.parts };
        let slope = self.likelihood.effects.slope.map(|s| s.own);
        let mut of: Vec<Option<usize>> = (0..self.parts).map(Some).collect();
        of.extend(slope.map(Some));
        of.push(None);
        let squared = |x: f64| x * x * self.unit2;
        let one = |at: usize| {
            let part = of[at / 2];
            match at % 2 {
                0 => profile.interval(Quantity::Deviation(part), level).map(|e| Ends { low: squared(e.low), high: e.high.map(squared) }),
                _ if part.is_some() && part == slope => None,
                _ => profile.interval(Quantity::Share(part), level),
            }
        };
        let ends = spread(executor, 2 * of.len(), one);
        ends.chunks_exact(2).map(|pair| [pair[0], pair[1]]).collect()
    }
}

/// What the reader should know of these components.
pub(super) fn cautions(components: &[Component], converged: bool) -> Vec<Warning> {
    let mut out = Vec::new();
    let none: Vec<&str> = components.iter().filter(|c| c.variance == 0.0).map(|c| c.name.as_str()).collect();
    if !none.is_empty() {
        out.push(Warning::new(
            "singular-fit",
            format!(
                "no variance is left between groups of {}: estimated as zero, at the boundary; degrees of freedom take it as known",
                none.join(", ")
            ),
        ));
    }
    for c in components.iter().filter(|c| c.correlation.is_some_and(|r| r.abs() >= ONE)) {
        let sign = if c.correlation.is_some_and(|r| r > 0.0) { "+1" } else { "-1" };
        out.push(Warning::new(
            "singular-fit",
            format!(
                "{} and the cluster's intercept are estimated to go together exactly (correlation {sign}), at the boundary; Satterthwaite's degrees of freedom take the correlation as known",
                c.name
            ),
        ));
    }
    if !converged {
        out.push(Warning::new("not-converged", "the search for the variances ended before they settled; the numbers are not reliable"));
    }
    out
}
