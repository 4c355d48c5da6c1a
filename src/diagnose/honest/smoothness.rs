//! What the periods before treatment say of the size M of Δ^SD: the largest change of slope among them.

use super::conditional::{NEGLIGIBLE, Test, accepted};
use super::least_favorable::critical;
use super::moments::{Moments, unsolved};
use super::restriction::{Bound, Restriction, Shape};
use crate::cohort::Fault;
use crate::diagnose::EventStudy;
use crate::num::{dot, normal};

/// Bounds of the largest change of slope before treatment, each of them one-sided.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Smoothness {
    /// M is larger than this with the given confidence (HonestDiD's `DeltaSD_lowerBound_Mpre`, by the conditional test); `None` when
    /// no M is excluded from below.
    pub lower: Option<f64>,
    /// The largest upper end of one-sided intervals around the changes of slope (`DeltaSD_upperBound_Mpre`); the sizes worth
    /// looking at lie below it.
    pub upper: f64,
}

/// Bounds of M from the periods before treatment; `None` with fewer than two of them.
///
/// # Errors
///
/// DIAG-004 and DIAG-005, as [`super::Sensitivity::interval`].
pub fn smoothness(study: &EventStudy, level: f64) -> Result<Option<Smoothness>, Fault> {
    let n_pre = study.n_pre();
    if n_pre < 2 {
        return Ok(None);
    }
    let restriction = Restriction { bound: Bound::Smoothness, shape: Shape::Any };
    let polyhedron = &restriction.polyhedra(0.0, n_pre, 0)[0];
    let padded = |row: &[f64]| -> Vec<f64> { (0..study.estimates().len()).map(|j| row.get(j).copied().unwrap_or(0.0)).collect() };
    let rows: Vec<Vec<f64>> = (0..polyhedron.a.rows()).map(|i| padded(polyhedron.a.row(i))).collect();
    let z = -normal::quantile(1.0 - level);
    let ends = rows.iter().map(|row| dot(row, study.estimates()) + z * study.covariance().quadratic(row).max(0.0).sqrt());
    let upper = ends.fold(f64::NEG_INFINITY, f64::max);
    let mut moments = Moments::of_changes(study, &rows)?;
    let cutoff = critical(&mut moments, NEGLIGIBLE).ok_or_else(unsolved)?;
    let hull = accepted(&mut moments, Test { alpha: 1.0 - level, cutoff, hybrid: false }).ok_or_else(unsolved)?;
    Ok(Some(Smoothness { lower: hull.map(|(low, _)| low).filter(|low| *low > 0.0), upper }))
}
