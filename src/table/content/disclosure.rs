//! The disclosure gate: small counts of real students do not leave.

use crate::table::{Cell, Table};

/// Suppresses counts from 1 to below `minimum`, and with a suppressed count of observations (column `n` or ending in
/// `_n`) the statistics of the same row that follow it up to the next count.
pub(super) fn gate(table: &mut Table, minimum: u64) {
    if table.id == "sample-flow" {
        // Rows left out and clusters describe the file, not students with a trait; units do.
        return;
    }
    let counts: Vec<bool> = table.columns.iter().map(|c| c.key == "n" || c.key.ends_with("_n") || c.key == "treated_units").collect();
    for row in &mut table.rows {
        let mut hide = false;
        for (cell, is_count) in row.iter_mut().zip(&counts) {
            match cell {
                Cell::Count(n) if *is_count => {
                    hide = *n > 0 && *n < minimum;
                    if hide {
                        *cell = Cell::Suppressed;
                    }
                }
                Cell::Text(_) => {}
                _ if hide => *cell = Cell::Suppressed,
                _ => {}
            }
        }
    }
}
