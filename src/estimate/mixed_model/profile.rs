//! Intervals of variances and of their shares by profile likelihood: the values at which the criterion, minimized over
//! everything else, lies no more than χ²₁ above its minimum.
//!
//! As lme4's `confint(method = "profile")`, but of the criterion that the estimates minimize: by default the REML criterion (a
//! likelihood of error contrasts; lme4 fits again by maximum likelihood, whose variances are too small with few clusters;
//! criterion=ml gives its intervals). Near zero an interval is not symmetric, and its lower end is zero where data without that
//! variance are likely enough.
//!
//! With L(θ) = log|V| + log|X'V⁻¹X|, ν = n − p (n by maximum likelihood) and r²(θ): a share is a linear equation in θ, under which
//! L + ν log r² is minimized; a variance v = θ_l σ² fixes σ², and G = L + ν log(v/θ_l) + r²θ_l/v is. Newton's method with
//! exact derivatives from the last minimum finds each minimum, and on ±√(G − min), whose slope is that of G with everything
//! else held, the end, within a bracket: some fifteen evaluations of the likelihood an end, two ends for each variance and share.

use super::effects::Chart;
use super::likelihood::{Likelihood, Solution};
use super::minimum::Goal;
use crate::estimate::model_fit::Ends;
use crate::num::normal;
use crate::panel::Serial;

/// What is profiled.
#[derive(Debug, Clone, Copy)]
pub(super) enum Quantity {
    /// The square root of a parameter's variance; `None`: of the residual's.
    Deviation(Option<usize>),
    /// A parameter's share of the whole; `None`: the residual's.
    Share(Option<usize>),
}

/// A model around its minimum.
pub(super) struct Profile<'a> {
    pub model: &'a Likelihood,
    pub solution: &'a Solution,
    /// How many parameters are parts of the whole: the first.
    pub parts: usize,
}

/// One point of a profile.
struct Point {
    at: f64,
    theta: Vec<f64>,
    value: f64,
    slope: f64,
}

/// Steps to an end, and how near √(G − min) must come, beside the rounding of G.
const STEPS: usize = 80;
const NEAR: f64 = 1e-9;
/// A deviation larger than this many of the whole has no upper end.
const ENDLESS: f64 = 1e3;

impl Profile<'_> {
    /// The interval at a level, in units of the model; `None` where a minimum was not found.
    pub fn interval(&self, quantity: Quantity, level: f64) -> Option<Ends> {
        let height = -normal::quantile(0.5 * (1.0 - level));
        let (chart, theta) = self.chart(quantity);
        let part = match quantity {
            Quantity::Deviation(l) | Quantity::Share(l) => l,
        };
        let whole = 1.0 + self.solution.theta[..self.parts].iter().sum::<f64>();
        let ratio = part.map_or(1.0, |l| theta[l]);
        let at = match quantity {
            Quantity::Deviation(_) => (ratio * self.solution.residual).sqrt(),
            Quantity::Share(_) => ratio / whole,
        };
        let minimum = Point { at, theta, value: self.solution.deviance, slope: 0.0 };
        let endless = match quantity {
            Quantity::Deviation(_) => ENDLESS * (whole * self.solution.residual).sqrt(),
            Quantity::Share(_) => 1.0,
        };
        let low = match part {
            _ if at <= 0.0 => 0.0,
            Some(l) if self.without(l, chart, &minimum)? <= height => 0.0,
            _ => self.end(quantity, chart, &minimum, -height, 0.0)?,
        };
        let high = if at < endless { self.end(quantity, chart, &minimum, height, endless)? } else { endless };
        let high = match quantity {
            Quantity::Share(_) => Some(high),
            Quantity::Deviation(_) => (high < endless).then_some(high),
        };
        Some(Ends { low, high })
    }

    /// The chart in which a quantity is a parameter, and the minimum in it.
    fn chart(&self, quantity: Quantity) -> (Chart, Vec<f64>) {
        let effects = &self.model.effects;
        match (quantity, effects.slope) {
            (Quantity::Deviation(Some(l)), Some(slope)) if l == slope.own => (Chart::Turned, effects.turned(&self.solution.theta)),
            _ => (Chart::Search, self.solution.theta.clone()),
        }
    }

    fn counts(&self) -> Vec<f64> {
        vec![1.0; self.model.blocks.len()]
    }

    /// √(G − min) where a variance is zero.
    fn without(&self, l: usize, chart: Chart, minimum: &Point) -> Option<f64> {
        let mut start = minimum.theta.clone();
        start[l] = 0.0;
        let counts = self.counts();
        let (theta, settled) = self.model.descend(&Goal::Without(l), &counts, &start, chart, &Serial)?;
        let value = self.model.plain(&counts, &theta, chart, &Serial)?.deviance;
        settled.then(|| (value - minimum.value).max(0.0).sqrt())
    }

    /// Where ±√(G − min) reaches a height, between the minimum and an outermost value; that value where it does not.
    fn end(&self, quantity: Quantity, chart: Chart, minimum: &Point, height: f64, outermost: f64) -> Option<f64> {
        let (mut inside, mut outside) = (minimum.at, outermost);
        // Nothing bounds a deviation from above: until an end is passed, no more than twice as far at once.
        let mut bounded = height < 0.0 || matches!(quantity, Quantity::Share(_));
        let mut next = match (bounded, height > 0.0) {
            (false, _) => (1.3 * inside).max(3e-4 * outermost),
            (true, true) => inside + 0.1 * (outermost - inside),
            (true, false) => 0.7 * inside,
        };
        let mut last = Point { theta: minimum.theta.clone(), ..*minimum };
        for _ in 0..STEPS {
            last = self.point(quantity, chart, &last, next)?;
            let zeta = height.signum() * (last.value - minimum.value).max(0.0).sqrt();
            if (zeta - height).abs() <= NEAR + 1e-12 * minimum.value.abs() {
                return Some(next);
            }
            if zeta.abs() < height.abs() {
                inside = next;
            } else {
                (outside, bounded) = (next, true);
            }
            if (outside - inside).abs() <= 1e-13 * outside.abs() || (!bounded && inside >= outermost) {
                return Some(outside);
            }
            let newton = next + (height - zeta) * 2.0 * zeta / last.slope;
            let limit = if bounded { outside } else { 2.0 * inside };
            let within = newton > inside.min(limit) && newton < inside.max(limit);
            next = match (within, bounded) {
                (true, _) => newton,
                (false, true) => 0.5 * (inside + limit),
                (false, false) => limit,
            };
        }
        None
    }

    /// The minimum where a quantity has this value, from one where it has another.
    fn point(&self, quantity: Quantity, chart: Chart, last: &Point, at: f64) -> Option<Point> {
        let mut start = last.theta.clone();
        let goal = match quantity {
            Quantity::Deviation(of) => {
                let step = (at / last.at) * (at / last.at);
                match of {
                    // σ² stays.
                    Some(l) if last.at > 0.0 => start[l] *= step,
                    Some(l) => start[l] = at * at / self.solution.residual,
                    None => start.iter_mut().enumerate().filter(|(i, _)| self.model.effects.is_variance(*i)).for_each(|(_, t)| *t /= step),
                }
                Goal::Variance { of, is: at * at }
            }
            Quantity::Share(of) => self.equation(of, at, &mut start),
        };
        let counts = self.counts();
        let (theta, settled) = self.model.descend(&goal, &counts, &start, chart, &Serial)?;
        let look = self.model.look(&counts, &theta, chart, &Serial).filter(|_| settled)?;
        let curve = self.model.curve(&goal, &look, &theta);
        let slope = match quantity {
            Quantity::Deviation(of) => {
                let held = at * at;
                let degrees = self.model.degrees(look.rows);
                2.0 * at * (degrees / held - look.squares.value * of.map_or(1.0, |l| theta[l]) / (held * held))
            }
            Quantity::Share(of) => {
                let given = goal.given(&theta)?;
                match of {
                    Some(l) => {
                        let others = 1.0 + theta[..self.parts].iter().enumerate().filter(|(i, _)| *i != l).map(|(_, t)| t).sum::<f64>();
                        curve.first[given] * others / ((1.0 - at) * (1.0 - at))
                    }
                    None => -curve.first[given] / (at * at),
                }
            }
        };
        Some(Point { at, theta, value: curve.value, slope })
    }

    /// A share as a linear equation in θ, and a start that satisfies it.
    fn equation(&self, of: Option<usize>, share: f64, start: &mut Vec<f64>) -> Goal {
        let odds = share / (1.0 - share);
        let weight = |i: usize| match of {
            _ if i >= self.parts => 0.0,
            Some(l) if i == l => 1.0,
            Some(_) => -odds,
            None => 1.0,
        };
        let weights: Vec<f64> = (0..start.len()).map(weight).collect();
        let total = if of.is_some() { odds } else { 1.0 / odds };
        if of.is_none() {
            let sum: f64 = start[..self.parts].iter().sum();
            for t in &mut start[..self.parts] {
                *t = if sum > 0.0 { *t * total / sum } else { total / self.parts as f64 };
            }
        }
        let goal = Goal::Equation { weights, total };
        let given = of.or_else(|| goal.given(start));
        *start = goal.settle(std::mem::take(start), given);
        goal
    }
}
