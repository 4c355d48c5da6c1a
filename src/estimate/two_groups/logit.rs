//! The odds of treatment: a logit by maximum likelihood, or odds that balance the covariates exactly.
//!
//! Maximum likelihood: Newton's method on Σ w [D x'γ − ln(1 + exp x'γ)].
//! Balancing (inverse probability tilting; Graham, Pinto and Egel 2012; Sant'Anna and Zhao 2020, eq. 3.1): the minimum of
//! Σ w [(1−D) exp(x'γ) − D x'γ], at which Σ w(1−D) exp(x'γ) x = Σ w D x. Both are convex; a step
//! after which Newton's decrement is larger was too long and is halved; the end is where the decrement vanishes to rounding.

use super::Reason;
use super::arms::{Arms, BLOCK, add_first, add_second, by_width, symmetric};
use crate::num::{Cholesky, Matrix, dot};

/// Coefficients, the information matrix at them, and each row's probability.
pub(super) struct Logit {
    pub coefficients: Vec<f64>,
    pub information: Cholesky,
    pub probability: Vec<f64>,
}

/// The logistic function.
fn probability(z: f64) -> f64 {
    share(z, libm::exp(-z.abs()))
}

/// The logistic function, with exp(−|z|).
#[inline(always)]
fn share(z: f64, e: f64) -> f64 {
    (if z >= 0.0 { 1.0 } else { e }) / (1.0 + e)
}

const ITERATIONS: usize = 100;

/// `start`: coefficients to search from, where something like them is known.
pub(super) fn fit(arms: &Arms, balancing: bool, start: Option<&[f64]>) -> Result<Logit, Reason> {
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
        return Ok(Logit { information, probability: vec![probability(gamma[0]); arms.len()], coefficients: gamma });
    }
    if let Some(start) = start {
        gamma.copy_from_slice(start);
    }
    let scale = total_treated + total_comparison;
    let mut probabilities = Vec::new();
    // Where the last step came from, its direction and length, and the decrement there.
    let (mut from, mut step, mut share, mut last) = (gamma.clone(), vec![0.0; k], 1.0, f64::INFINITY);
    for _ in 0..ITERATIONS {
        let (gradient, information) = curvature(arms, &gamma, balancing, &mut probabilities);
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
            if balancing {
                probabilities.extend((0..arms.len()).map(|i| probability(dot(arms.row(i), &gamma))));
            }
            return overlap(arms, Logit { information, probability: probabilities, coefficients: gamma });
        }
        if gamma.iter().any(|g| !g.is_finite()) {
            return Err(separated());
        }
        (from, step, share, last) = (gamma, direction, 1.0, decrement);
        gamma = there;
    }
    Err(separated())
}

/// Gradient and Hessian of the objective; of the logit also each row's probability.
fn curvature(arms: &Arms, gamma: &[f64], balancing: bool, probability: &mut Vec<f64>) -> (Vec<f64>, Matrix) {
    by_width!(arms.k, curvature_of(arms, gamma, balancing, probability))
}

fn curvature_of<const K: usize>(arms: &Arms, gamma: &[f64], balancing: bool, probability: &mut Vec<f64>) -> (Vec<f64>, Matrix) {
    let (k, m) = (if K == 0 { arms.k } else { K }, arms.n_treated);
    let (gamma, mut gradient, mut hessian) = (&gamma[..k], vec![0.0; k], vec![0.0; k * k]);
    probability.clear();
    // With the constant alone all rows have one value.
    let flat = gamma[1..].iter().all(|g| *g == 0.0);
    let (mut slope, mut curve) = ([0.0; BLOCK], [0.0; BLOCK]);
    for (b, x) in arms.x.chunks(BLOCK * k).enumerate() {
        let (from, n) = (b * BLOCK, x.len() / k);
        let weight = &arms.weight[from..from + n];
        slope.iter_mut().zip(x.chunks_exact(k)).for_each(|(z, x)| *z = dot(x, gamma));
        if balancing {
            let alike = libm::exp(slope[0]);
            for r in 0..n {
                let (w, e) = (weight[r], if flat { alike } else { libm::exp(slope[r]) });
                (slope[r], curve[r]) = if from + r < m { (-w, 0.0) } else { (w * e, w * e) };
            }
        } else {
            let alike = libm::exp(-slope[0].abs());
            curve[..n].iter_mut().zip(&slope).for_each(|(e, z)| *e = if flat { alike } else { libm::exp(-z.abs()) });
            for r in 0..n {
                let p = share(slope[r], curve[r]);
                probability.push(p);
                let w = weight[r];
                (slope[r], curve[r]) = (w * if from + r < m { p - 1.0 } else { p }, w * p * (1.0 - p));
            }
        }
        add_first::<K>(x, &slope[..n], &mut gradient);
        add_second::<K>(x, &curve[..n], k, &mut hessian);
    }
    (gradient, symmetric(&hessian, k))
}

/// A treated row that is certain to be treated has nobody to be compared with: the coefficients only stopped growing because
/// rounding ended it. (A comparison row that is certain not to be treated does no harm: it counts for nothing.)
fn overlap(arms: &Arms, logit: Logit) -> Result<Logit, Reason> {
    let certain = (0..arms.n_treated).any(|i| dot(arms.row(i), &logit.coefficients) > CERTAIN);
    if certain { Err(separated()) } else { Ok(logit) }
}

/// ln(p/(1−p)) from which on nobody like it is untreated.
const CERTAIN: f64 = 30.0;

fn separated() -> Reason {
    "the covariates tell treated from comparison units (almost) perfectly, or are collinear: there is no overlap in which to compare them"
        .into()
}
