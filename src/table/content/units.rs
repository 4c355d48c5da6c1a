//! The unit in which effects on an outcome are told.

use crate::study::Run;
use crate::table::{Cell, Table};

/// Where nobody tells the unit, or outcomes of several units stand in one column.
const UNKNOWN: &str = "outcome units";

/// The unit of an outcome, as the codebook or the file's label tells it.
pub(super) fn unit<'r>(run: &'r Run, outcome: &str) -> &'r str {
    run.codebook.unit_of(outcome).unwrap_or(UNKNOWN)
}

/// The one unit of several outcomes.
pub(super) fn shared<'r, 'o>(run: &'r Run, outcomes: impl IntoIterator<Item = &'o str>) -> &'r str {
    let mut all = outcomes.into_iter().filter(|name| !name.is_empty()).map(|name| unit(run, name));
    let Some(first) = all.next() else { return UNKNOWN };
    if all.all(|other| other == first) { first } else { UNKNOWN }
}

/// Writes the unit into the headings of a table: that of the outcomes in its column of outcomes, else of all outcomes of the run.
pub fn in_units(run: &Run, table: &mut Table) {
    let unit = match table.at("outcome") {
        Some(at) => {
            let name = |row: &Vec<Cell>| if let Some(Cell::Text(name)) = row.get(at) { name.clone() } else { String::new() };
            let names: Vec<String> = table.rows.iter().map(name).collect();
            shared(run, names.iter().map(String::as_str))
        }
        None => shared(run, run.analyses.iter().map(|a| a.outcome.as_str())),
    };
    for column in table.columns.iter_mut().filter(|c| c.unit.as_deref() == Some(UNKNOWN)) {
        column.unit = Some(unit.into());
    }
}
