//! Bounds on an effect when parallel trends hold only about: Rambachan and Roth (2023), as in the R package HonestDiD.
//!
//! The coefficients of an event study are β̂ ~ N(τ + δ, Σ) with effects τ after treatment and a difference in trends δ, of which only
//! is assumed that it lies in a set Δ ([`Restriction`]) of a size M or M̄ that the reader may doubt. [`Sensitivity::interval`]
//! gives a confidence set for θ = l'τ_post that covers it for every δ in Δ; [`Sensitivity::breakdown`] the size at which a value,
//! 0 say, is no longer excluded.
//!
//! Nothing is searched on a grid or, but for the rare first stage in three and more dimensions, simulated: see the files
//! of this folder. Against HonestDiD's defaults (1,000 grid points within 20 standard errors, 1,000 draws) an end differs by up to
//! two of its grid steps, and sets that its grid cuts off are told whole.
//!
//! Source: Rambachan and Roth (2023), A more credible approach to parallel trends, Review of Economic Studies 90(5);
//! Andrews, Roth and Pakes (2023), Inference for linear conditional moment inequalities, Review of Economic Studies 90(6).

mod breakdown;
mod conditional;
mod fixed_length;
mod least_favorable;
mod moments;
mod piecewise;
mod restriction;
mod smoothness;
mod weights;

#[cfg(test)]
mod tests;

pub use breakdown::Breakdown;
pub use fixed_length::FixedLength;
pub use restriction::{Bound, Restriction, Shape};
pub use smoothness::{Smoothness, smoothness};
pub use weights::Weights;

use super::EventStudy;
use crate::cohort::Fault;
use crate::num::normal;
use conditional::{NEGLIGIBLE, Test};
use fixed_length::Frontier;
use moments::{Moments, unsolved};

/// How the confidence set is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// The conditional test alone (HonestDiD's `Conditional`).
    Conditional,
    /// The conditional test after a least favourable first stage of size α/10 (`C-LF`).
    Hybrid,
    /// The shortest interval of fixed length around an affine estimator (`FLCI`): for Δ^SD without a shape only; for the relative
    /// bounds it is not consistent (Rambachan and Roth 2023, proposition 4.2).
    FixedLength,
}

/// A confidence set: the hull of all values that are not rejected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ConfidenceSet {
    /// From one end to the other; `None` where it has no end.
    Interval {
        /// The lower end.
        low: Option<f64>,
        /// The upper end.
        high: Option<f64>,
    },
    /// Every value is rejected: the restriction itself does not fit the coefficients.
    Empty,
}

impl ConfidenceSet {
    /// Whether it holds a value.
    pub fn contains(&self, value: f64) -> bool {
        match *self {
            ConfidenceSet::Empty => false,
            ConfidenceSet::Interval { low, high } => low.is_none_or(|l| l <= value) && high.is_none_or(|h| value <= h),
        }
    }
}

/// A confidence set at one size of the restriction.
#[derive(Debug, Clone, PartialEq)]
pub struct Bounds {
    /// The size: M, in units of the outcome for each period squared, or M̄, a ratio.
    pub size: f64,
    /// The set.
    pub set: ConfidenceSet,
    /// The estimator behind it, with [`Method::FixedLength`].
    pub estimator: Option<FixedLength>,
}

/// A question: which effect, under which restriction, how tested.
#[derive(Debug, Clone)]
pub struct Sensitivity<'a> {
    study: &'a EventStudy,
    weights: Weights,
    restriction: Restriction,
    method: Method,
    alpha: f64,
    frontier: Option<Frontier>,
}

impl<'a> Sensitivity<'a> {
    /// `level` is the confidence, such as 0.95.
    ///
    /// # Errors
    ///
    /// DIAG-006: a singular covariance, for [`Method::FixedLength`]; DIAG-007: weights of another number than periods, or a level outside
    /// (0, 1); DIAG-008: a method that does not go with the restriction; DIAG-009: too few periods before treatment.
    pub fn new(
        study: &'a EventStudy,
        weights: Weights,
        restriction: Restriction,
        method: Method,
        level: f64,
    ) -> Result<Sensitivity<'a>, Fault> {
        let (n_pre, n_post) = (study.n_pre(), study.n_post());
        if weights.values().len() != n_post || !(level > 0.0 && level < 1.0) {
            return Err(Fault::new(
                "DIAG-007",
                "the question does not fit the event study",
                format!("{} weights for {n_post} periods after treatment; level {level}", weights.values().len()),
                "the bounds are for one weighted sum of the effects after treatment, at one level of confidence",
                "give a weight for each period after treatment and a level between 0 and 1, such as 0.95",
            ));
        }
        if n_pre < restriction.least_pre() {
            return Err(Fault::new(
                "DIAG-009",
                "too few periods before treatment",
                format!("{n_pre} coefficients before treatment; this bound needs {}", restriction.least_pre()),
                "how far trends may differ after treatment is judged by how far they did before",
                "use data from earlier periods; without any, parallel trends cannot be looked into at all",
            ));
        }
        let fixed = method == Method::FixedLength;
        if fixed && (restriction.bound != Bound::Smoothness || restriction.shape != Shape::Any) {
            return Err(Fault::new(
                "DIAG-008",
                "no interval of fixed length for this restriction",
                format!("{:?}, {:?}", restriction.bound, restriction.shape),
                "it makes no use of a sign or direction, and under relative bounds it does not shrink to the truth however large the sample",
                "use the conditional or hybrid test, or the smoothness bound without a shape",
            ));
        }
        let frontier = if fixed { Some(Frontier::new(study, &weights)?) } else { None };
        Ok(Sensitivity { study, weights, restriction, method, alpha: 1.0 - level, frontier })
    }

    /// The interval under parallel trends, with the normal critical value.
    pub fn original(&self) -> ConfidenceSet {
        let target = self.weights.of_study(self.study);
        let half = -normal::quantile(0.5 * self.alpha) * target.sd;
        ConfidenceSet::Interval { low: Some(target.estimate - half), high: Some(target.estimate + half) }
    }

    /// The confidence set at a size of the restriction.
    ///
    /// # Errors
    ///
    /// DIAG-004: a restriction on coefficients without variance; DIAG-005: a linear program that could not be solved; DIAG-010: a size
    /// that is negative or no number.
    pub fn interval(&self, size: f64) -> Result<Bounds, Fault> {
        if !(size >= 0.0 && size.is_finite()) {
            return Err(Fault::new(
                "DIAG-010",
                "a restriction has no such size",
                format!("size {size}"),
                "it says how far trends may differ, 0 being not at all",
                "give a size of 0 or more",
            ));
        }
        if let Some(frontier) = &self.frontier {
            let found = frontier.shortest(self.study, &self.weights, size, self.alpha);
            let (low, high) = (found.estimate - found.half_length, found.estimate + found.half_length);
            let set = ConfidenceSet::Interval { low: Some(low), high: Some(high) };
            return Ok(Bounds { size, set, estimator: Some(found) });
        }
        let target = self.weights.of_study(self.study);
        let mut hull: Option<(f64, f64)> = None;
        for polyhedron in self.restriction.polyhedra(size, self.study.n_pre(), self.study.n_post()) {
            let mut moments = Moments::new(self.study, &self.weights, &polyhedron)?;
            let test = self.test(&mut moments)?;
            if let Some((low, high)) = conditional::accepted(&mut moments, test).ok_or_else(unsolved)? {
                let (a, b) = hull.unwrap_or((low, high));
                hull = Some((a.min(low), b.max(high)));
            }
        }
        let end = |t: f64| t.is_finite().then_some(target.estimate + target.sd * t);
        let set = match hull {
            None => ConfidenceSet::Empty,
            Some((low, high)) => ConfidenceSet::Interval { low: end(low), high: end(high) },
        };
        Ok(Bounds { size, set, estimator: None })
    }

    fn test(&self, moments: &mut Moments) -> Result<Test, Fault> {
        let hybrid = self.method == Method::Hybrid;
        let kappa = if hybrid { 0.1 * self.alpha } else { NEGLIGIBLE };
        let cutoff = least_favorable::critical(moments, kappa).ok_or_else(unsolved)?;
        let alpha = if hybrid { (self.alpha - kappa) / (1.0 - kappa) } else { self.alpha };
        Ok(Test { alpha, cutoff, hybrid })
    }
}
