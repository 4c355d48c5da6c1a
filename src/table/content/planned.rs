//! The plan a study was locked to, beside what was done.

use crate::study::Run;
use crate::table::{Cell, Column, Table};

/// One row a deviation.
pub(super) fn planned(run: &Run) -> Table {
    let columns = vec![Column::new("what", "What"), Column::new("planned", "As planned"), Column::new("done", "As done")];
    let mut out = Table::new("plan", "Deviations from the plan", columns);
    let Some(kept) = &run.plan else { return out };
    let cell = |value: &Option<String>| value.as_ref().map_or_else(|| Cell::undefined("there is none"), Cell::text);
    for d in &kept.deviations {
        out.push(vec![Cell::text(&d.what), cell(&d.planned), cell(&d.done)]);
    }
    out.note(format!(
        "Plan {}. That it came before outcomes were read is shown by where its hash was deposited, not by this file.",
        kept.blake3
    ));
    out
}

/// Whether the plan was kept, in a sentence; `None` without a plan.
pub(super) fn line(run: &Run) -> Option<String> {
    let kept = run.plan.as_ref()?;
    let short = &kept.blake3[..12];
    Some(match kept.deviations.len() {
        0 => format!("It keeps to the plan that was locked beforehand ({short}…)."),
        1 => format!("It deviates from the plan that was locked beforehand ({short}…) in one place: {}.", kept.deviations[0].what),
        n => format!("It deviates from the plan that was locked beforehand ({short}…) in {n} places; the table of deviations names them."),
    })
}
