//! The coefficients of an event study with their covariance.

use crate::cohort::Fault;
use crate::num::{Matrix, symmetric_power};

/// Coefficients of an event study, earliest first, without the reference period, which lies between the last one before and the
/// first one after treatment; the periods follow each other without a gap.
#[derive(Debug, Clone)]
pub struct EventStudy {
    estimates: Vec<f64>,
    covariance: Matrix,
    root: Matrix,
    n_pre: usize,
}

impl EventStudy {
    /// The coefficients, their joint covariance and how many of them lie before treatment.
    ///
    /// A covariance may be singular (fewer clusters than coefficients), but must be one.
    ///
    /// # Errors
    ///
    /// DIAG-001: sizes that do not fit; DIAG-002: a number that is none; DIAG-003: not a covariance (not symmetric, a variance that
    /// is not positive, a negative eigenvalue).
    pub fn new(estimates: Vec<f64>, covariance: Matrix, n_pre: usize) -> Result<EventStudy, Fault> {
        let n = estimates.len();
        if covariance.rows() != n || covariance.cols() != n || n_pre >= n {
            return Err(Fault::new(
                "DIAG-001",
                "the coefficients and their covariance do not fit",
                format!(
                    "{n} coefficients, {n_pre} of them before treatment; a covariance of {} × {}",
                    covariance.rows(),
                    covariance.cols()
                ),
                "each coefficient needs its row and column, and at least one must lie after treatment",
                "give all coefficients but the reference period's, earliest first, and their covariance in the same order",
            ));
        }
        let flaw = |code, what: &str, place: String| {
            Fault::new(
                code,
                what,
                place,
                "every bound is built on the joint covariance of the coefficients",
                "leave out the reference period, whose coefficient is 0 by construction, and give the estimator's own covariance",
            )
        };
        if let Some(i) = (0..n).find(|&i| !estimates[i].is_finite() || covariance.row(i).iter().any(|v| !v.is_finite())) {
            return Err(flaw("DIAG-002", "a coefficient or a covariance is not a number", format!("coefficient {}", i + 1)));
        }
        if let Some(i) = (0..n).find(|&i| covariance[(i, i)] <= 0.0) {
            return Err(flaw("DIAG-003", "a coefficient has no variance", format!("coefficient {}", i + 1)));
        }
        let sd: Vec<f64> = (0..n).map(|i| covariance[(i, i)].sqrt()).collect();
        let correlation = |i: usize, j: usize| covariance[(i, j)] / sd[i] / sd[j];
        let pairs = || (0..n).flat_map(|i| (0..i).map(move |j| (i, j)));
        if let Some((i, j)) = pairs().find(|&(i, j)| (correlation(i, j) - correlation(j, i)).abs() > 1e-6) {
            return Err(flaw("DIAG-003", "the covariance is not symmetric", format!("row {}, column {}", i + 1, j + 1)));
        }
        let correlations = Matrix::from_fn(n, n, correlation).symmetrized();
        let mut least = f64::INFINITY;
        let root = symmetric_power(&correlations, |v| {
            least = least.min(v);
            v.max(0.0).sqrt()
        });
        if least < -1e-6 {
            return Err(flaw("DIAG-003", "the covariance has a negative eigenvalue", format!("{least:.2e} on the correlation scale")));
        }
        let root = Matrix::from_fn(n, n, |i, j| sd[i] * root[(i, j)]);
        Ok(EventStudy { estimates, covariance: covariance.symmetrized(), root, n_pre })
    }

    /// The coefficients, earliest first.
    pub fn estimates(&self) -> &[f64] {
        &self.estimates
    }

    /// Their covariance.
    pub fn covariance(&self) -> &Matrix {
        &self.covariance
    }

    /// A square root R of the covariance, RR' = Σ.
    pub(super) fn root(&self) -> &Matrix {
        &self.root
    }

    /// How many coefficients lie before treatment.
    pub fn n_pre(&self) -> usize {
        self.n_pre
    }

    /// How many coefficients lie after treatment.
    pub fn n_post(&self) -> usize {
        self.estimates.len() - self.n_pre
    }
}
