//! What a fit has on either side of the comparison.

use super::Method;
use crate::cohort::Faults;
use crate::estimate::Fit;
use crate::panel::{Panel, PanelSpec};

/// Refuses intervals that compare clusters within arms where the fit has a single cluster in one of them.
///
/// # Errors
/// The arm with a single cluster, and what to do about it.
pub fn arms(fit: &Fit, panel: &Panel, spec: &PanelSpec, methods: &[Method]) -> Result<(), Faults> {
    let (treated, comparison) = fit.clusters_by_arm();
    if panel.cells.has_never() && comparison == 1 {
        return Err(panel.one_cluster("comparison", spec).into());
    }
    if methods.iter().all(|m| m.inference.lone_treated()) {
        return Ok(());
    }
    // The first effect that two treated clusters speak on ends the search.
    let lone = || informative(fit).all(|(_, n)| n <= 1) && informative(fit).any(|(_, n)| n == 1);
    if treated == 1 || lone() {
        return Err(panel.one_cluster("treated", spec).into());
    }
    Ok(())
}

/// The identified effects of treatment, and how many treated clusters say something on each.
pub fn informative(fit: &Fit) -> impl Iterator<Item = (usize, usize)> + '_ {
    let identified = (0..fit.targets.len()).filter(|&t| fit.estimates[t].is_ok());
    identified.filter_map(|t| Some((t, fit.treatment_shares(t)?.iter().filter(|s| **s != 0.0).count())))
}
