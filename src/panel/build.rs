//! From a cohort's columns to the checked analytic sample.

mod assemble;
mod check;
mod codes;
mod roles;
mod rows;
mod timing;

use super::{Panel, PanelSpec};
use crate::cohort::{Cohort, Faults};

impl Panel {
    /// Builds the analytic sample that `spec` describes.
    ///
    /// # Errors
    /// All faults that make the sample useless: columns that are missing or of the wrong kind, a unit seen twice in a
    /// period, a cluster or cohort that changes within a unit, no comparison units, no period before treatment …
    pub fn build(cohort: &Cohort, spec: &PanelSpec) -> Result<Panel, Faults> {
        roles::check(cohort, spec)?;
        codes::check(cohort, spec)?;
        let used = rows::select(cohort, spec)?;
        let timing = timing::read(cohort, spec, &used)?;
        let mut panel = assemble::assemble(cohort, spec, used, timing)?;
        check::check(&panel, spec)?;
        panel.warnings = check::cautions(&panel);
        Ok(panel)
    }
}
