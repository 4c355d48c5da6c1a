//! Tests of several effects at once.

use super::estimate::JointTest;
use crate::estimate::Fit;
use crate::num::{Cholesky, Matrix, dot, fisher};

/// A joint test of `q` effects without a result, and why.
pub(super) fn undefined(q: usize, why: &str) -> JointTest {
    JointTest {
        hypothesis: String::new(),
        inference: String::new(),
        statistic: None,
        kind: "F",
        df1: q,
        df2: None,
        p_value: None,
        draws: None,
        note: Some(why.into()),
    }
}

/// The estimates of some targets, all identified.
pub(super) fn estimates(fit: &Fit, targets: &[usize]) -> Vec<f64> {
    targets.iter().map(|&t| *fit.estimates[t].as_ref().expect("identified")).collect()
}

/// The covariance of some targets without any small-sample factor (CR0): outer products of the clusters' influence.
pub(super) fn plain_covariance(fit: &Fit, targets: &[usize]) -> Matrix {
    let influence: Vec<Vec<f64>> = targets.iter().filter_map(|&t| fit.influence(t)).collect();
    let mut covariance = Matrix::zeros(targets.len(), targets.len());
    for g in 0..fit.n_clusters() {
        covariance.add_outer(&influence.iter().map(|c| c[g]).collect::<Vec<_>>(), 1.0);
    }
    covariance
}

/// θ'V⁻¹θ; `None` when V is singular.
pub(super) fn quadratic(estimates: &[f64], covariance: &Matrix) -> Option<f64> {
    let value = dot(&Cholesky::new_guarded(covariance)?.solve(estimates), estimates);
    value.is_finite().then_some(value)
}

/// The Wald statistic over its number of effects, judged by F(q, df).
pub(super) fn f_test(estimates: &[f64], covariance: &Matrix, df: f64) -> JointTest {
    let q = estimates.len();
    scaled(estimates, covariance, 1.0 / q as f64, df)
}

/// The approximate Hotelling test: (η − q + 1)/(ηq) times the Wald statistic, judged by F(q, η − q + 1)
/// (Pustejovsky and Tipton 2018, eq. 8).
pub(super) fn hotelling(estimates: &[f64], covariance: &Matrix, eta: f64) -> JointTest {
    let q = estimates.len() as f64;
    let df = eta - q + 1.0;
    if df <= 0.0 {
        return undefined(estimates.len(), "too few clusters for so many effects at once");
    }
    scaled(estimates, covariance, df / (eta * q), df)
}

fn scaled(estimates: &[f64], covariance: &Matrix, factor: f64, df: f64) -> JointTest {
    let q = estimates.len();
    match quadratic(estimates, covariance) {
        None => undefined(q, "the effects' covariance is singular: there are as many effects as clusters, or more"),
        Some(wald) => {
            let f = wald * factor;
            JointTest {
                statistic: Some(f),
                df2: Some(df),
                p_value: Some(fisher::upper_tail(f, q as f64, df)),
                note: None,
                ..undefined(q, "")
            }
        }
    }
}
