//! Everyone who was assigned, whether or not their outcome is known.

use super::build::used_rows;
use super::{Panel, PanelSpec};
use crate::cohort::{Cohort, Column, Data, Faults};

/// The name of the column that says whether a row is used.
const USED: &str = "used in the analysis";

impl Panel {
    /// The rows of everyone whose unit, period, cluster and treatment are known, with an outcome above 0 where a row is in the analytic
    /// sample of `spec` and of 0 where it is not, for want of the outcome, a covariate or a weight.
    ///
    /// # Errors
    /// As [`Panel::build`]: rows that the sample leaves out can have faults of their own, such as a unit that was in another cluster
    /// when its outcome is missing.
    pub fn roll(cohort: &Cohort, spec: &PanelSpec) -> Result<Panel, Faults> {
        // Two values in turn where a row is used: an outcome that never varies is refused, and often nothing is missing.
        let mut flags = vec![0.0; cohort.n_rows];
        used_rows(cohort, spec)?.iter().enumerate().for_each(|(k, r)| flags[r] = if k % 2 == 0 { 1.0 } else { 2.0 });
        let whole = PanelSpec {
            outcome: USED.into(),
            covariates: Vec::new(),
            weights: None,
            second_cluster: None,
            levels: Vec::new(),
            block: None,
            third: None,
            dose: None,
            take_up: None,
            fixed_effects: Vec::new(),
            ..spec.clone()
        };
        let wanted = whole.columns();
        let mut all = Cohort { first_row: cohort.first_row, declared_real: cohort.declared_real.clone(), ..Cohort::default() };
        for column in &cohort.columns {
            if wanted.contains(&column.name.as_str()) {
                all.push(column.clone());
            }
        }
        all.push(Column { name: USED.into(), data: Data::Number(flags) });
        Panel::build(&all, &whole)
    }
}
