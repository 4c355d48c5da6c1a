//! Minima of the deviance, and of what an interval holds: Newton's method with exact derivatives over variances of at least
//! zero, damped where the function is not convex.

use super::effects::Chart;
use super::likelihood::{Curve, LARGEST_RATIO, Likelihood, Look, Solution};
use crate::num::{Cholesky, Matrix, dot};
use crate::panel::Executor;

const STEPS: usize = 200;

/// What is minimized, over which parameters.
pub(super) enum Goal {
    /// The deviance.
    Deviance,
    /// The deviance where a parameter is zero.
    Without(usize),
    /// The deviance where Σ weights·θ = total.
    Equation { weights: Vec<f64>, total: f64 },
    /// The deviance where a parameter's variance (`None`: the residual's) is this: σ² is then no longer free.
    Variance { of: Option<usize>, is: f64 },
}

impl Goal {
    /// The parameter that the equation gives.
    pub fn given(&self, theta: &[f64]) -> Option<usize> {
        let Goal::Equation { weights, .. } = self else { return None };
        let size = |i: usize| weights[i] * theta[i];
        (0..theta.len()).filter(|&i| weights[i] > 0.0).max_by(|&i, &j| size(i).total_cmp(&size(j)).then(j.cmp(&i)))
    }

    /// The parameters with the given one set.
    pub fn settle(&self, mut theta: Vec<f64>, given: Option<usize>) -> Vec<f64> {
        if let (Goal::Equation { weights, total }, Some(k)) = (self, given) {
            let others = dot(weights, &theta) - weights[k] * theta[k];
            theta[k] = (total - others) / weights[k];
        }
        theta
    }

    fn holds(&self, i: usize, given: Option<usize>) -> bool {
        given == Some(i) || matches!(self, Goal::Without(w) if *w == i)
    }
}

impl Likelihood {
    /// The model at the minimum of the deviance, when cluster g counts `counts[g]` times.
    pub fn minimize(&self, counts: &[f64], start: &[f64], executor: &dyn Executor) -> Option<Solution> {
        let (theta, converged) = self.descend(&Goal::Deviance, counts, start, Chart::Search, executor)?;
        Some(Solution { converged, ..self.plain(counts, &theta, Chart::Search, executor)? })
    }

    /// The parameters at the minimum, and whether they settled.
    pub fn descend(&self, goal: &Goal, counts: &[f64], start: &[f64], chart: Chart, executor: &dyn Executor) -> Option<(Vec<f64>, bool)> {
        let mut theta = start.to_vec();
        for _ in 0..STEPS {
            let look = self.look(counts, &theta, chart, executor)?;
            let curve = self.curve(goal, &look, &theta);
            let value = |theta: &[f64]| self.plain(counts, theta, chart, executor).map(|s| self.value(goal, &s));
            let Some((next, promised)) = self.step(goal, &theta, &curve, chart, &value) else {
                return Some((theta, true));
            };
            theta = next;
            if promised.is_nan() || theta.iter().enumerate().any(|(i, &t)| self.effects.is_variance(i) && t >= LARGEST_RATIO) {
                return Some((theta, false));
            }
            // Newton's step squares the distance: what is left is far below rounding.
            if promised < 1e-12 {
                return Some((theta, true));
            }
        }
        Some((theta, false))
    }

    /// The goal with derivatives.
    pub fn curve(&self, goal: &Goal, look: &Look, theta: &[f64]) -> Curve {
        let Goal::Variance { of, is } = goal else { return self.deviance(look) };
        let m = theta.len();
        let (log, r, v) = (&look.log_determinant, &look.squares, self.log_information(look));
        let degrees = self.degrees(look.rows);
        let ratio = of.map_or(1.0, |l| theta[l]);
        let own = |i: usize| if *of == Some(i) { 1.0 } else { 0.0 };
        Curve {
            value: log.value + v.value + self.held(degrees, *is / ratio, r.value),
            first: (0..m)
                .map(|i| log.first[i] + v.first[i] - own(i) * degrees / ratio + (r.first[i] * ratio + own(i) * r.value) / is)
                .collect(),
            second: Matrix::from_fn(m, m, |i, j| {
                let of_squares = r.second[(i, j)] * ratio + r.first[i] * own(j) + r.first[j] * own(i);
                log.second[(i, j)] + v.second[(i, j)] + own(i) * own(j) * degrees / (ratio * ratio) + of_squares / is
            }),
        }
    }

    /// The goal at a solution.
    fn value(&self, goal: &Goal, s: &Solution) -> f64 {
        let Goal::Variance { of, is } = goal else { return s.deviance };
        let (degrees, squares) = (s.degrees, s.residual * s.degrees);
        s.deviance - self.held(degrees, s.residual, squares) + self.held(degrees, is / of.map_or(1.0, |l| s.theta[l]), squares)
    }

    /// The next parameters and by how much the goal is expected to fall; `None` when there is no way down.
    fn step(
        &self,
        goal: &Goal,
        theta: &[f64],
        curve: &Curve,
        chart: Chart,
        value: &dyn Fn(&[f64]) -> Option<f64>,
    ) -> Option<(Vec<f64>, f64)> {
        let given = goal.given(theta);
        let (gradient, hessian) = reduced(goal, given, curve);
        // At zero only a variance that wants to grow may move, and no correlation with nothing.
        let free = self.effects.free(theta, chart);
        let may = |&i: &usize| !goal.holds(i, given) && (free.contains(&i) || (self.effects.is_variance(i) && gradient[i] < 0.0));
        let movable: Vec<usize> = (0..theta.len()).filter(may).collect();
        if movable.is_empty() {
            return None;
        }
        let size = |i: usize| theta[i].abs().max(1e-3);
        let damping: Vec<f64> = movable.iter().map(|&i| hessian[(i, i)].abs() + gradient[i].abs() / size(i)).collect();
        let mut damp = 0.0;
        while damp < 1e12 {
            let mut curvature = hessian.select(&movable);
            (0..movable.len()).for_each(|k| curvature[(k, k)] += damp * damping[k]);
            if let Some(cholesky) = Cholesky::new(&curvature) {
                let step = cholesky.solve(&movable.iter().map(|&i| gradient[i]).collect::<Vec<_>>());
                let mut next = theta.to_vec();
                for (&i, s) in movable.iter().zip(&step) {
                    let most = (10.0 * theta[i].abs() + 1.0).min(LARGEST_RATIO);
                    let least = match goal {
                        _ if !self.effects.is_variance(i) => -most,
                        // σ² is what is held over this one.
                        Goal::Variance { of, .. } if *of == Some(i) => theta[i] / 10.0,
                        _ => 0.0,
                    };
                    next[i] = (theta[i] - s).clamp(least, most);
                }
                let next = goal.settle(next, given);
                let promised: f64 = movable.iter().map(|&i| gradient[i] * (theta[i] - next[i])).sum();
                // Where the promise is below the rounding of the deviance itself, the derivatives know better.
                let noise = 1e-13 * curve.value.abs().max(1.0);
                let inside = given.is_none_or(|k| next[k] >= 0.0);
                if damp == 0.0 && inside && promised.abs() <= 100.0 * noise {
                    return Some((next, promised.abs()));
                }
                if inside && promised > 0.0 && value(&next).is_some_and(|v| v <= curve.value - 1e-4 * promised + noise) {
                    return Some((next, promised));
                }
            }
            damp = if damp == 0.0 { 1e-3 } else { 4.0 * damp };
        }
        None
    }
}

/// Gradient and Hessian along the equation: the given parameter moves with the others.
fn reduced(goal: &Goal, given: Option<usize>, curve: &Curve) -> (Vec<f64>, Matrix) {
    let (Goal::Equation { weights, .. }, Some(k)) = (goal, given) else { return (curve.first.clone(), curve.second.clone()) };
    let (g, h) = (&curve.first, &curve.second);
    let along = |i: usize| if i == k { 0.0 } else { -weights[i] / weights[k] };
    let gradient = (0..g.len()).map(|i| g[i] + along(i) * g[k]).collect();
    let hessian =
        Matrix::from_fn(g.len(), g.len(), |i, j| h[(i, j)] + along(i) * h[(k, j)] + along(j) * h[(i, k)] + along(i) * along(j) * h[(k, k)]);
    (gradient, hessian)
}
