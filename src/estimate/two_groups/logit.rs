//! The odds of treatment: a logit by maximum likelihood, or odds that balance the covariates exactly.
//!
//! Maximum likelihood: Newton's method on Σ w [D x'γ − ln(1 + exp x'γ)].
//! Balancing (inverse probability tilting; Graham, Pinto and Egel 2012; Sant'Anna and Zhao 2020, eq. 3.1): the minimum of
//! Σ w [(1−D) exp(x'γ) − D x'γ], at which Σ w(1−D) exp(x'γ) x = Σ w D x. Both are convex; steps are halved while the
//! objective does not fall, and stop when the gradient vanishes to rounding.

use super::{Arms, Reason};
use crate::num::{Cholesky, dot};

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

/// ln(1 + exp z) without overflow.
fn softplus(z: f64) -> f64 {
    z.max(0.0) + libm::log1p(libm::exp(-z.abs()))
}

const ITERATIONS: usize = 100;

pub(super) fn fit(arms: &Arms, balancing: bool) -> Result<Logit, Reason> {
    let (n, m, k) = (arms.len(), arms.n_treated, arms.k);
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
        let information = Cholesky::new(&crate::num::Matrix::from_fn(1, 1, |_, _| weight)).ok_or("one of the two groups is empty")?;
        return Ok(Logit { coefficients: gamma, information });
    }
    // Maximum likelihood starts at the groups' odds too, with balancing the better start.
    let objective = |gamma: &[f64]| -> f64 {
        let mut sum = 0.0;
        for i in 0..n {
            let z = dot(arms.row(i), gamma);
            let w = arms.weight[i];
            sum += match (balancing, i < m) {
                (false, true) => w * (softplus(z) - z),
                (false, false) => w * softplus(z),
                (true, true) => -w * z,
                (true, false) => w * libm::exp(z),
            };
        }
        sum
    };
    let (mut value, mut last) = (objective(&gamma), f64::INFINITY);
    let scale = total_treated + total_comparison;
    for _ in 0..ITERATIONS {
        let (mut gradient, mut hessian) = (vec![0.0; k], vec![0.0; k * k]);
        for i in 0..n {
            let (x, w) = (arms.row(i), arms.weight[i]);
            let z = dot(x, &gamma);
            let (slope, curve) = if balancing {
                if i < m {
                    (-w, 0.0)
                } else {
                    let e = w * libm::exp(z);
                    (e, e)
                }
            } else {
                let p = probability(z);
                (w * if i < m { p - 1.0 } else { p }, w * p * (1.0 - p))
            };
            for a in 0..k {
                gradient[a] += slope * x[a];
                let c = curve * x[a];
                for b in a..k {
                    hessian[a * k + b] += c * x[b];
                }
            }
        }
        let information = crate::num::Matrix::from_fn(k, k, |a, b| hessian[a.min(b) * k + a.max(b)]);
        let Some(information) = Cholesky::new_guarded(&information) else {
            return Err(separated());
        };
        let step = information.solve(&gradient);
        let decrement = dot(&step, &gradient);
        if !decrement.is_finite() {
            return Err(separated());
        }
        // Half the decrement is what is left to gain.
        if decrement <= 1e-26 * scale {
            return overlap(arms, gamma, information);
        }
        // So near the end rounding hides the gain, and Newton's step needs no watching.
        if decrement <= 1e-12 * scale {
            let next: Vec<f64> = gamma.iter().zip(&step).map(|(g, s)| g - s).collect();
            if next == gamma || decrement >= last {
                return overlap(arms, gamma, information);
            }
            (gamma, last) = (next, decrement);
            continue;
        }
        let mut share = 1.0;
        let mut moved = false;
        for _ in 0..60 {
            let next: Vec<f64> = gamma.iter().zip(&step).map(|(g, s)| g - share * s).collect();
            let there = objective(&next);
            if there <= value {
                moved = next != gamma;
                gamma = next;
                value = there;
                break;
            }
            share *= 0.5;
        }
        if !moved {
            return Err(separated());
        }
        let spread = (0..n).map(|i| dot(arms.row(i), &gamma).abs()).fold(0.0, f64::max);
        if spread > 500.0 {
            return Err(separated());
        }
    }
    Err(separated())
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
