//! The odds of treatment: a logit by maximum likelihood, or odds that balance the covariates exactly.
//!
//! Maximum likelihood: Newton's method on Σ w [D x'γ − ln(1 + exp x'γ)].
//! Balancing (inverse probability tilting; Graham, Pinto and Egel 2012; Sant'Anna and Zhao 2020, eq. 3.1): the minimum of
//! Σ w [(1−D) exp(x'γ) − D x'γ], at which Σ w(1−D) exp(x'γ) x = Σ w D x. Both are convex, and along Newton's direction the
//! length of the gradient g falls at first, measured as g'H⁻¹g with the first information H throughout: a step after which it is
//! larger was too long and is halved. (Newton's decrement, with each point's own information, can rise however short the step.)
//! The end is where the decrement vanishes to rounding.
//!
//! That is no maximum where a covariate tells some treated rows from all comparison rows (quasi-complete separation): there the
//! likelihood grows for ever in one direction, and rounding ends the search somewhere on the way. Near a maximum Newton's steps
//! shrink; on that way each raises the log odds of these rows by 1/p, so by one. So the step at the end tells the two apart, however
//! extreme an honest probability is, and the step's own covariates are those that separate.

use super::Reason;
use super::arms::{Arms, BLOCK, add_first, add_second, by_width, symmetric};
use crate::num::{Cholesky, Matrix, dot};

/// Coefficients, the information matrix at them, and each row's probability.
pub(super) struct Logit {
    /// The constant as what it is beyond that of the groups' sizes alone.
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

const ITERATIONS: usize = 500;

/// `start`: coefficients to search from ([`Logit::coefficients`]), where something like them is known.
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
        return Ok(Logit { information, probability: vec![probability(gamma[0]); arms.len()], coefficients: vec![0.0] });
    }
    let scale = total_treated + total_comparison;
    // With other comparison rows the constant moves by what their number does. A start that is no good is no reason to give up.
    let moved = |start: &[f64]| std::iter::once(start[0] + gamma[0]).chain(start[1..].iter().copied()).collect();
    let near = start.and_then(|start| search(arms, balancing, moved(start), scale).ok());
    let alone = gamma[0];
    let mut found = near.map_or_else(|| search(arms, balancing, gamma, scale), Ok)?;
    found.coefficients[0] -= alone;
    Ok(found)
}

/// Newton's method from `gamma`; `scale` is the weight of all rows.
fn search(arms: &Arms, balancing: bool, mut gamma: Vec<f64>, scale: f64) -> Result<Logit, Reason> {
    let k = arms.k;
    let mut probabilities = Vec::new();
    // The first information; where the last step came from, its direction and share, and the length of the gradient there.
    let (mut first, mut from, mut step, mut share, mut last) = (None::<Cholesky>, gamma.clone(), vec![0.0; k], 1.0, f64::INFINITY);
    for _ in 0..ITERATIONS {
        let (gradient, information) = curvature(arms, &gamma, balancing, &mut probabilities);
        let next = Cholesky::new_guarded(&information);
        let length = match (&next, &first) {
            (Some(_), Some(first)) => dot(&first.solve(&gradient), &gradient),
            (Some(own), None) => dot(&own.solve(&gradient), &gradient),
            (None, _) => f64::INFINITY,
        };
        if !length.is_finite() || length >= last {
            // Near the end rounding hides the gain.
            let near = last <= 1e-18 * scale;
            share *= 0.5;
            if last == f64::INFINITY || !near && share < 1e-12 {
                return Err(separated(arms, &from));
            }
            if near && share < 1e-2 {
                let information = curvature(arms, &from, balancing, &mut probabilities).1;
                let information = Cholesky::new_guarded(&information).ok_or_else(|| separated(arms, &from))?;
                return overlap(arms, balancing, Logit { coefficients: from, information, probability: probabilities }, &step);
            }
            gamma = from.iter().zip(&step).map(|(g, s)| g - share * s).collect();
            continue;
        }
        let information = next.expect("finite");
        let direction = information.solve(&gradient);
        let there: Vec<f64> = gamma.iter().zip(&direction).map(|(g, s)| g - s).collect();
        if dot(&direction, &gradient) <= 1e-26 * scale || there == gamma {
            return overlap(arms, balancing, Logit { coefficients: gamma, information, probability: probabilities }, &direction);
        }
        if gamma.iter().any(|g| !g.is_finite()) {
            return Err(separated(arms, &from));
        }
        first.get_or_insert(information);
        (from, step, share, last) = (gamma, direction, 1.0, length);
        gamma = there;
    }
    Err(separated(arms, &gamma))
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
/// rounding ended it. (A comparison row that is certain not to be treated does no harm: it counts for nothing.) `step`: Newton's at
/// the end, which is taken off the coefficients.
fn overlap(arms: &Arms, balancing: bool, mut logit: Logit, step: &[f64]) -> Result<Logit, Reason> {
    let odds = |i: usize| dot(arms.row(i), &logit.coefficients);
    if (0..arms.n_treated).any(|i| odds(i) > CERTAIN) {
        return Err(separated(arms, &logit.coefficients));
    }
    if (0..arms.n_treated).any(|i| odds(i) > LIKELY && -dot(arms.row(i), step) > GROWING) {
        return Err(separated(arms, step));
    }
    if balancing {
        logit.probability = arms.fitted(&logit.coefficients).into_iter().map(probability).collect();
    }
    Ok(logit)
}

/// ln(p/(1−p)) from which on nobody like it is untreated.
const CERTAIN: f64 = 30.0;
/// The same from which on it is looked whether it still grows: where it grows for ever the search does not end sooner.
const LIKELY: f64 = 10.0;
/// By how much it then grows in a step; at a maximum this is rounding.
const GROWING: f64 = 0.25;

/// Why there is nobody to compare with, naming the covariates that do most in this direction.
fn separated(arms: &Arms, direction: &[f64]) -> Reason {
    let range = |j: usize| {
        let values = || (0..arms.len()).map(|i| arms.row(i)[j]);
        values().fold(f64::NEG_INFINITY, f64::max) - values().fold(f64::INFINITY, f64::min)
    };
    let does: Vec<f64> = (1..arms.k).map(|j| (direction.get(j).copied().unwrap_or(0.0) * range(j)).abs()).collect();
    let most = does.iter().copied().filter(|d| d.is_finite()).fold(0.0, f64::max);
    let named: Vec<&str> =
        arms.names.iter().zip(&does).filter(|(_, d)| most > 0.0 && **d >= 0.5 * most).map(|(name, _)| name.as_str()).collect();
    let which = match named.len() {
        0 => String::new(),
        n if n <= NAMED + 1 => format!(" (above all {})", named.join(", ")),
        n => format!(" (above all {}, {} more)", named[..NAMED].join(", "), n - NAMED),
    };
    format!(
        "the covariates{which} tell treated from comparison units (almost) perfectly, or are collinear: there is no overlap in which to compare them"
    )
}

/// How many covariates are named.
const NAMED: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    /// One treated row of large weight among comparison rows of weights over four orders of magnitude: Newton's decrement rises on
    /// the way to the maximum, which is there (Newton's method in 60 digits from near it).
    #[test]
    fn a_maximum_behind_rising_decrements() {
        let z =
            [1.07, -1.54, 0.17, 0.06, 0.91, 1.16, 0.04, 0.38, 0.86, 0.8, -0.79, -0.38, -1.47, -1.01, 1.58, 0.55, 0.31, 0.7, -1.05, -0.06];
        let w = [
            82.6, 0.0497, 0.0344, 7.46, 5.95, 0.827, 1.23, 0.0208, 1.42, 1.57, 42.1, 0.0123, 0.635, 0.724, 1.08, 0.0122, 0.0297, 27.6,
            20.3, 7.49,
        ];
        // The second time as years: gradients that end in rounding.
        for (offset, near) in [(0.0, 1e-12), (2000.0, 1e-8)] {
            let x = z.iter().flat_map(|z| [1.0, z + offset]).collect();
            let arms = Arms { n_treated: 1, k: 2, x, weight: w.to_vec(), ..Arms::default() };
            let mut found = fit(&arms, false, None).map(|logit| logit.coefficients).expect("a maximum");
            found[0] += libm::log(w[0] / w[1..].iter().sum::<f64>());
            let right = [-17.694658051738653 - offset * 19.069618920814516, 19.069618920814516];
            assert!(found.iter().zip(&right).all(|(a, b)| (a / b - 1.0).abs() < near), "{found:?}");
        }
    }
}
