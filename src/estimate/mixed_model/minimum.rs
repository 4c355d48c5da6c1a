//! The minimum of the deviance: Newton's method with exact derivatives over variances of at least zero, damped where the
//! deviance is not convex, starting from variances equal to the residual's.

use super::effects::Chart;
use super::likelihood::{Curve, LARGEST_RATIO, Likelihood, Solution};
use crate::num::Cholesky;
use crate::panel::Executor;

const STEPS: usize = 200;

impl Likelihood {
    /// The minimum, when cluster g counts `counts[g]` times.
    pub fn minimize(&self, counts: &[f64], start: &[f64], executor: &dyn Executor) -> Option<Solution> {
        let mut theta = start.to_vec();
        let mut converged = false;
        for _ in 0..STEPS {
            let look = self.look(counts, &theta, Chart::Search, executor)?;
            let curve = self.deviance(&look);
            let Some((next, promised)) = self.step(counts, &theta, &curve, executor) else {
                converged = true;
                break;
            };
            theta = next;
            if promised.is_nan() || theta.iter().enumerate().any(|(i, &t)| self.effects.is_variance(i) && t >= LARGEST_RATIO) {
                break;
            }
            // Newton's step squares the distance: what is left is far below rounding.
            if promised < 1e-12 {
                converged = true;
                break;
            }
        }
        Some(Solution { converged, ..self.plain(counts, &theta, executor)? })
    }

    /// The parameters that a step may move: at zero only a variance that wants to grow, and no correlation with nothing.
    fn movable(&self, theta: &[f64], gradient: &[f64]) -> Vec<usize> {
        let free = self.effects.free(theta);
        (0..theta.len()).filter(|&i| free.contains(&i) || (self.effects.is_variance(i) && gradient[i] < 0.0)).collect()
    }

    /// The next parameters and by how much the deviance is expected to fall; `None` when there is no way down.
    fn step(&self, counts: &[f64], theta: &[f64], curve: &Curve, executor: &dyn Executor) -> Option<(Vec<f64>, f64)> {
        let gradient = &curve.first;
        let movable = self.movable(theta, gradient);
        if movable.is_empty() {
            return None;
        }
        let size = |i: usize| theta[i].abs().max(1e-3);
        let damping: Vec<f64> = movable.iter().map(|&i| curve.second[(i, i)].abs() + gradient[i].abs() / size(i)).collect();
        let mut damp = 0.0;
        while damp < 1e12 {
            let mut curvature = curve.second.select(&movable);
            (0..movable.len()).for_each(|k| curvature[(k, k)] += damp * damping[k]);
            if let Some(cholesky) = Cholesky::new(&curvature) {
                let step = cholesky.solve(&movable.iter().map(|&i| gradient[i]).collect::<Vec<_>>());
                let mut next = theta.to_vec();
                for (&i, s) in movable.iter().zip(&step) {
                    let most = (10.0 * theta[i].abs() + 1.0).min(LARGEST_RATIO);
                    next[i] = (theta[i] - s).clamp(if self.effects.is_variance(i) { 0.0 } else { -most }, most);
                }
                let promised: f64 = (0..theta.len()).map(|i| gradient[i] * (theta[i] - next[i])).sum();
                // Where the promise is below the rounding of the deviance itself, the derivatives know better.
                let noise = 1e-13 * curve.value.abs().max(1.0);
                if damp == 0.0 && promised.abs() <= 100.0 * noise {
                    return Some((next, promised.abs()));
                }
                if promised > 0.0
                    && self.plain(counts, &next, executor).is_some_and(|s| s.deviance <= curve.value - 1e-4 * promised + noise)
                {
                    return Some((next, promised));
                }
            }
            damp = if damp == 0.0 { 1e-3 } else { 4.0 * damp };
        }
        None
    }
}
