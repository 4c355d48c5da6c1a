//! What Neyman's variance is too large by, as far as outcomes before treatment tell it.
//!
//! The variance of a difference of means of a finite population is less than the sum of the cohorts' variances by the variance
//! of the units' own effects over N, which no data show. Their part that earlier outcomes predict can be shown: with
//! β̂_g = (M S_g M')⁻¹ M S_g A'_g the regression of a cohort's contrast on outcomes in the periods before anyone is treated (M)
//! it is (Σβ̂_g)' S̄ (Σβ̂_g) / N, S̄ the mean over cohorts of M S_g M' (Roth and Sant'Anna 2023, section 2; as R's `staggered`).

use super::rollout::Rollout;
use crate::num::{Matrix, symmetric_power};

/// The reduction of each goal's variance; each cluster of the rollout is one unit.
pub(super) fn reductions(rollout: &Rollout) -> Vec<f64> {
    let covariances: Vec<Matrix> = (0..rollout.n_cohorts()).map(|cohort| covariance(rollout, cohort)).collect();
    let before = rollout.contrasts.first_treated_period();
    let early = |s: &Matrix| Matrix::from_fn(before, before, |i, j| s[(i, j)]);
    let mut mean = Matrix::zeros(before, before);
    covariances.iter().for_each(|s| mean.add_scaled(&early(s), 1.0 / covariances.len() as f64));
    let inverses: Vec<Matrix> = covariances.iter().map(|s| pseudo_inverse(&early(s))).collect();
    let n = rollout.blocks.len() as f64;
    let one = |theta: Option<Matrix>| {
        let Some(theta) = theta else { return 0.0 };
        let mut beta = vec![0.0; before];
        for (cohort, (s, inverse)) in covariances.iter().zip(&inverses).enumerate() {
            let of_contrast = s.apply(theta.row(cohort));
            inverse.apply(&of_contrast[..before]).iter().zip(&mut beta).for_each(|(b, sum)| *sum += b);
        }
        mean.quadratic(&beta) / n * rollout.unit * rollout.unit
    };
    rollout.unadjusted().into_iter().map(one).collect()
}

/// The inverse on the directions in which there is more than rounding.
fn pseudo_inverse(a: &Matrix) -> Matrix {
    let trace: f64 = (0..a.rows()).map(|i| a[(i, i)]).sum();
    symmetric_power(a, |v| if v > 1e-12 * trace { 1.0 / v } else { 0.0 })
}

/// S_g: the covariance of the outcomes of a cohort's units.
fn covariance(rollout: &Rollout, cohort: usize) -> Matrix {
    let own = || rollout.blocks.iter().filter(|b| b.cohort == cohort);
    let n = own().count() as f64;
    let periods = own().next().map_or(0, |b| b.sum.len());
    let mut mean = vec![0.0; periods];
    own().for_each(|b| mean.iter_mut().zip(&b.sum).for_each(|(m, y)| *m += y / n));
    let mut out = Matrix::zeros(periods, periods);
    for block in own() {
        let deviation: Vec<f64> = block.sum.iter().zip(&mean).map(|(y, m)| y - m).collect();
        out.add_outer(&deviation, 1.0 / (n - 1.0));
    }
    out
}
