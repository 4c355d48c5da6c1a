//! The headline effect within subgroups.

use crate::study::{Analysis, Run};
use crate::table::disclosure::WITHHELD;
use crate::table::{Cell, Column, Digits, Table};

/// One row a subgroup and outcome.
pub(super) fn subgroups(run: &Run) -> Table {
    let columns = vec![
        Column::new("outcome", "Outcome"),
        Column::new("subgroup", "Subgroup"),
        Column::new("value", "Value"),
        Column::new("n", "Units"),
        Column::new("treated_units", "Treated units"),
        Column::new("estimate", "Estimate").unit("outcome units"),
        Column::new("conf", format!("{} interval", super::words::percent(run.study.study.level))).unit("outcome units"),
        Column::new("std_error", "Standard error").unit("outcome units"),
        Column::new("p_value", "p"),
        Column::new("inference", "Method"),
    ];
    let mut out = Table::new("subgroup-effects", "Subgroup effects", columns);
    for s in &run.subgroups {
        let outcome = s.result.as_ref().map_or_else(|_| String::new(), |a| a.outcome.clone());
        let mut row = vec![Cell::text(outcome), Cell::text(&s.column), Cell::text(&s.value)];
        match s.result.as_ref().map_err(String::as_str).and_then(|a| a.overall().map(|e| (a, e)).ok_or_else(|| lost(a))) {
            Ok((a, e)) => {
                let digits = Digits::for_uncertainty(e.std_error.unwrap_or(f64::NAN));
                row.push(Cell::Count(a.sample.units as u64));
                row.push(Cell::Count(a.sample.treated_units as u64));
                row.push(Cell::number_with(Some(e.estimate), digits, ""));
                row.push(super::effects::interval(e.interval, digits));
                row.push(Cell::number_with(e.std_error, digits, "it cannot be computed"));
                row.push(Cell::p_value(e.p_value, "it cannot be computed"));
                row.push(Cell::text(&e.inference));
            }
            Err(reason) => {
                row.extend((0..6).map(|_| Cell::undefined(reason)));
                row.push(Cell::text("–"));
            }
        }
        out.push(row);
    }
    out.note("Subgroups were estimated apart. A difference between two of them is not shown by one being significant and the other not; and of many subgroups some look significant by chance.");
    out
}

/// Why there is no effect.
fn lost(a: &Analysis) -> &str {
    let withheld = |e: &crate::study::Effect| e.result.as_ref().is_err_and(|why| why.0 == WITHHELD);
    if a.effects.iter().any(withheld) { WITHHELD } else { "the effect is not identified" }
}
