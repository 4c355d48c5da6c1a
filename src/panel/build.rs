//! From a cohort's columns to the checked analytic sample.

mod assemble;
mod check;
mod codes;
mod effects;
mod nested;
mod roles;
mod rows;
mod started;
mod switching;
mod timing;

pub(crate) use roles::missing_column;

use super::{Panel, PanelSpec, Sequence};
use crate::cohort::{Cohort, Faults};

/// The rows of the analytic sample that `spec` describes.
pub(super) fn used_rows(cohort: &Cohort, spec: &PanelSpec) -> Result<Sequence, Faults> {
    roles::check(cohort, spec)?;
    let mut faults = Faults::default();
    let used = rows::select(cohort, spec, &mut faults);
    used.map(|used| used.rows).ok_or(faults)
}

impl Panel {
    /// Builds the analytic sample that `spec` describes.
    ///
    /// # Errors
    /// All faults that make the sample useless: columns that are missing or of the wrong kind, a unit seen twice in a
    /// period, a cluster or cohort that changes within a unit, no comparison units, no period before treatment …
    pub fn build(cohort: &Cohort, spec: &PanelSpec) -> Result<Panel, Faults> {
        roles::check(cohort, spec)?;
        let mut faults = Faults::default();
        codes::check(cohort, spec, &mut faults);
        // Whose rows are used depends on what such codes mean; until that is said, who is missing from the sample is no fault of its own.
        let open = faults.total > 0;
        let used = rows::select(cohort, spec, &mut faults);
        let spec = &used.as_ref().map_or_else(|| spec.clone(), |used| nested::nesting_first(cohort, spec, &used.rows));
        let timing = used.as_ref().and_then(|used| timing::read(cohort, spec, used).map_err(|f| faults.extend(f)).ok());
        let panel = used.zip(timing).and_then(|(used, timing)| assemble::assemble(cohort, spec, used, timing, &mut faults));
        let Some(mut panel) = panel else { return Err(faults) };
        if let Err(f) = check::check(&panel, spec)
            && !open
        {
            faults.extend(f);
        }
        faults.into_result()?;
        panel.warnings = check::cautions(&panel);
        Ok(panel)
    }
}
