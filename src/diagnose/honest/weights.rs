//! What is asked: a weighted sum of the effects after treatment.

use crate::cohort::Fault;
use crate::diagnose::EventStudy;
use crate::num::dot;

/// Weights of the effects after treatment, earliest first: the target is θ = l'τ_post.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights(Vec<f64>);

/// The target's estimate under parallel trends, with its standard error.
pub(super) struct Target {
    pub estimate: f64,
    pub sd: f64,
}

impl Weights {
    /// The effect in the first period after treatment, of so many.
    pub fn first(n_post: usize) -> Weights {
        Weights((0..n_post).map(|t| f64::from(u8::from(t == 0))).collect())
    }

    /// The mean effect over all periods after treatment.
    pub fn average(n_post: usize) -> Weights {
        Weights(vec![1.0 / n_post as f64; n_post])
    }

    /// Any weights.
    ///
    /// # Errors
    ///
    /// DIAG-007: a weight that is no number, or none that differs from 0.
    pub fn new(weights: Vec<f64>) -> Result<Weights, Fault> {
        if weights.iter().all(|w| w.is_finite()) && weights.iter().any(|w| *w != 0.0) {
            return Ok(Weights(weights));
        }
        Err(Fault::new(
            "DIAG-007",
            "the weights of the effects name no effect",
            format!("{} weights", weights.len()),
            "the bounds are for one weighted sum of the effects after treatment",
            "give a number for each period after treatment, not all of them 0",
        ))
    }

    /// The weights, earliest first.
    pub fn values(&self) -> &[f64] {
        &self.0
    }

    pub(super) fn of_study(&self, study: &EventStudy) -> Target {
        let n_pre = study.n_pre();
        let full: Vec<f64> = vec![0.0; n_pre].into_iter().chain(self.0.iter().copied()).collect();
        Target { estimate: dot(&self.0, &study.estimates()[n_pre..]), sd: study.covariance().quadratic(&full).max(0.0).sqrt() }
    }

    /// A direction in which the target rises by one, and directions that leave it as it is and span the rest.
    pub(super) fn coordinates(&self) -> (Vec<f64>, Vec<Vec<f64>>) {
        let (l, n) = (&self.0, self.0.len());
        let square = dot(l, l);
        let largest = (0..n).fold(0, |m, j| if l[j].abs() > l[m].abs() { j } else { m });
        let rest = (0..n).filter(|j| *j != largest);
        let nuisance = rest.map(|j| {
            let mut v = vec![0.0; n];
            (v[j], v[largest]) = (1.0, -l[j] / l[largest]);
            v
        });
        (l.iter().map(|x| x / square).collect(), nuisance.collect())
    }
}
