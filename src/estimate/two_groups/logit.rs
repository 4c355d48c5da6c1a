//! The odds of treatment: a logit by maximum likelihood, or odds that balance the covariates exactly.
//!
//! Maximum likelihood: Newton's method on Σ w [D x'γ − ln(1 + exp x'γ)].
//! Balancing (inverse probability tilting; Graham, Pinto and Egel 2012; Sant'Anna and Zhao 2020, eq. 3.1): the minimum of
//! Σ w [(1−D) exp(x'γ) − D x'γ], at which Σ w(1−D) exp(x'γ) x = Σ w D x. Both are convex; a step
//! after which Newton's decrement is larger was too long and is halved; the end is where the decrement vanishes to rounding.

use super::{Arms, Reason};
use crate::num::{Cholesky, Matrix, dot};

/// Coefficients and the information matrix at them.
pub(super) struct Logit {
    pub coefficients: Vec<f64>,
    pub information: Cholesky,
}

/// The logistic function.
pub(super) fn probability(z: f64) -> f64 {
    if z >= 0.0 {
        1.0 / (1.0 + libm::exp(-z))
    } else {
        let e = libm::exp(z);
        e / (1.0 + e)
    }
}

const ITERATIONS: usize = 100;

pub(super) fn fit(arms: &Arms, balancing: bool) -> Result<Logit, Reason> {
    let (m, k) = (arms.n_treated, arms.k);
    let total_treated: f64 = arms.weight[..m].iter().sum();
    let total_comparison: f64 = arms.weight[m..].iter().sum();
    if total_treated <= 0.0 || total_comparison <= 0.0 {
        return Err("one of the two groups is empty".into());
    }
    // Where only the constant is known, the odds are those of the groups.
    let mut gamma = vec![0.0; k];
    gamma[0] = libm::log(total_treated / total_comparison);
    if k == 1 {
        let p = total_treated / (total_treated + total_comparison);
        let weight = if balancing { total_treated } else { (total_treated + total_comparison) * p * (1.0 - p) };
        let information = Cholesky::new(&Matrix::from_fn(1, 1, |_, _| weight)).ok_or("one of the two groups is empty")?;
        return Ok(Logit { coefficients: gamma, information });
    }
    let scale = total_treated + total_comparison;
    // Where the last step came from, its direction and length, and the decrement there.
    let (mut from, mut step, mut share, mut last) = (gamma.clone(), vec![0.0; k], 1.0, f64::INFINITY);
    for _ in 0..ITERATIONS {
        let (gradient, information) = curvature(arms, &gamma, balancing);
        let next = Cholesky::new_guarded(&information).map(|information| (information.solve(&gradient), information));
        let decrement = next.as_ref().map_or(f64::INFINITY, |(step, _)| dot(step, &gradient));
        // Half the decrement is what is left to gain: a step after which more is left was too long.
        if !decrement.is_finite() || decrement > last && last > 1e-12 * scale {
            share *= 0.5;
            if share < 1e-12 || last == f64::INFINITY {
                return Err(separated());
            }
            gamma = from.iter().zip(&step).map(|(g, s)| g - share * s).collect();
            continue;
        }
        let (direction, information) = next.expect("finite");
        let there: Vec<f64> = gamma.iter().zip(&direction).map(|(g, s)| g - s).collect();
        // Near the end rounding hides the gain.
        if decrement <= 1e-26 * scale || there == gamma || decrement >= last {
            return overlap(arms, gamma, information);
        }
        if gamma.iter().any(|g| !g.is_finite()) {
            return Err(separated());
        }
        (from, step, share, last) = (gamma, direction, 1.0, decrement);
        gamma = there;
    }
    Err(separated())
}

/// Gradient and Hessian of the objective.
fn curvature(arms: &Arms, gamma: &[f64], balancing: bool) -> (Vec<f64>, Matrix) {
    let (k, m) = (arms.k, arms.n_treated);
    let (mut gradient, mut hessian) = (vec![0.0; k], vec![0.0; k * k]);
    for i in 0..arms.len() {
        let (x, w) = (arms.row(i), arms.weight[i]);
        let z = dot(x, gamma);
        let (slope, curve) = match (balancing, i < m) {
            (true, true) => (-w, 0.0),
            (true, false) => {
                let e = w * libm::exp(z);
                (e, e)
            }
            (false, treated) => {
                let p = probability(z);
                (w * if treated { p - 1.0 } else { p }, w * p * (1.0 - p))
            }
        };
        for a in 0..k {
            gradient[a] += slope * x[a];
            let c = curve * x[a];
            for b in a..k {
                hessian[a * k + b] += c * x[b];
            }
        }
    }
    (gradient, Matrix::from_fn(k, k, |a, b| hessian[a.min(b) * k + a.max(b)]))
}

/// A treated row that is certain to be treated has nobody to be compared with: the coefficients only stopped growing because
/// rounding ended it. (A comparison row that is certain not to be treated does no harm: it counts for nothing.)
fn overlap(arms: &Arms, coefficients: Vec<f64>, information: Cholesky) -> Result<Logit, Reason> {
    let certain = (0..arms.n_treated).any(|i| dot(arms.row(i), &coefficients) > CERTAIN);
    if certain { Err(separated()) } else { Ok(Logit { coefficients, information }) }
}

/// ln(p/(1−p)) from which on nobody like it is untreated.
const CERTAIN: f64 = 30.0;

fn separated() -> Reason {
    "the covariates tell treated from comparison units (almost) perfectly, or are collinear: there is no overlap in which to compare them"
        .into()
}
