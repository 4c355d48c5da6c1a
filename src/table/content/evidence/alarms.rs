//! Signs of what misleads.

use crate::evidence::fallacy::Alarm;
use crate::table::{Cell, Column, Table};

/// One row a fallacy that was found.
pub fn alarms(alarms: &[Alarm]) -> Table {
    let columns = vec![
        Column::new("fallacy", "Fallacy"),
        Column::new("title", "In a few words"),
        Column::new("found", "What was found"),
        Column::new("why", "Why it misleads"),
        Column::new("remedy", "What to do or ask"),
    ];
    let mut out = Table::new("fallacies", "Signs of what misleads", columns);
    for a in alarms {
        out.push([a.fallacy, a.title, &a.found, a.why, a.remedy].map(Cell::text).to_vec());
    }
    out.note("Looked for in the study's own words, its sample and its estimates. What is not told, and cannot be counted, is not found.");
    out
}
