//! From the source's rows to the analytic sample.

use super::disclosure::Gate;
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
    let gate = Gate::of(run);
    for a in &run.analyses {
        let s = &a.sample;
        let mut step = |words: &str, hide: bool, n: usize| {
            out.push(vec![Cell::text(&a.outcome), Cell::text(a.label()), Cell::text(words), gate.count(hide, n)]);
        };
        step("rows in the source", gate.source, s.rows);
        for ((reason, n), hide) in s.dropped.iter().zip(gate.hides_dropped(s)) {
            step(&format!("left out: {reason}"), hide, *n);
        }
        step("rows used", s.withheld.rows, s.rows_used);
        step("units", s.withheld.units, s.units);
        let (few, small) = (gate.hides_treated(s), gate.hides_clusters(s));
        if let Some((units, (with, without))) = s.switching {
            step("units whose treatment changes", few, units);
            step("clusters with units whose treatment changes", small, with);
            step("clusters with units whose treatment does not", small, without);
        }
        step("units treated at some time", few, s.treated_units);
        step("clusters with treated units", small, s.clusters_by_arm.0);
        step("clusters with units to compare with", small, s.clusters_by_arm.1);
        step("periods", false, s.periods);
    }
    out
}
