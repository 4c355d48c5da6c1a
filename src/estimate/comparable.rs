//! Which cohorts can be compared: those treated from the first period on leave, and where nobody is never treated the cohort
//! treated last stands in.

use crate::cohort::{Fault, Faults, Reason, Warning};
use crate::panel::Panel;

/// Says which cohorts leave because they are treated from the start on; nothing where there are none.
pub(super) fn always_treated(starts: &[i64]) -> Option<Warning> {
    let names: Vec<String> = starts.iter().map(i64::to_string).collect();
    (!names.is_empty()).then(|| {
        Warning::new(
            "always-treated",
            format!("units first treated in {} have no untreated period to compare with, and are left out", names.join(", ")),
        )
    })
}

/// The panel with a comparison: where nobody is never treated the cohort treated last stands in, and the periods from its
/// start on, less `anticipation`, leave. `why` says why no treated cohort may be left, `opening` why it stands in.
pub(super) fn with_comparison(
    panel: Panel,
    anticipation: i64,
    why: &'static str,
    first: i64,
    opening: &str,
    warnings: &mut Vec<Warning>,
) -> Result<Panel, Faults> {
    let Some(last) = panel.cells.treated_cohorts().map(|(_, g)| g).max() else {
        return Err(Fault::new(
            "EST-010",
            "no cohort is left to estimate an effect for",
            format!("first period {first}"),
            why,
            "include earlier periods",
        )
        .into());
    };
    if panel.cells.has_never() {
        return Ok(panel);
    }
    if panel.cells.cohorts.len() < 2 {
        return Err(Fault::new(
            "PANEL-008",
            "no comparison units",
            format!("every unit is treated from period {last} on"),
            "without anyone untreated the change of the treated cannot be told from the passing of time",
            "add units that were never treated, or treated later",
        )
        .into());
    }
    let end = last - anticipation;
    warnings.push(Warning::new(
        "last-cohort-compares",
        format!("{opening}those first treated in {last} stand in as comparison, and periods from {end} on are left out"),
    ));
    let before = |r: usize| panel.cells.periods[panel.cells.period_ix(panel.cell[r])] < end;
    Ok(panel.keeping(before, Reason::NoComparison).last_cohort_as_never())
}
