//! From the source's rows to the analytic sample.

use crate::study::Run;
use crate::table::{Cell, Column, Table};

/// The flow of rows, outcome by outcome.
pub(super) fn flow(run: &Run) -> Table {
    let columns = vec![
        Column::new("outcome", "Outcome"),
        Column::new("estimator", "Estimator"),
        Column::new("step", "Step"),
        Column::new("n", "Count"),
    ];
    let mut out = Table::new("sample-flow", "Sample flow", columns);
    for a in &run.analyses {
        let mut step =
            |words: &str, n: usize| out.push(vec![Cell::text(&a.outcome), Cell::text(a.label()), Cell::text(words), Cell::Count(n as u64)]);
        step("rows in the source", a.sample.rows);
        for (reason, n) in &a.sample.dropped {
            step(&format!("left out: {reason}"), *n);
        }
        step("rows used", a.sample.rows_used);
        step("units", a.sample.units);
        if let Some((units, (with, without))) = a.sample.switching {
            step("units whose treatment changes", units);
            step("clusters with units whose treatment changes", with);
            step("clusters with units whose treatment does not", without);
        }
        step("units treated at some time", a.sample.treated_units);
        step("clusters with treated units", a.sample.clusters_by_arm.0);
        step("clusters with never-treated units", a.sample.clusters_by_arm.1);
        step("periods", a.sample.periods);
    }
    out
}
