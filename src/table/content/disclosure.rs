//! The disclosure gate: small counts of real students do not leave.

use crate::table::{Cell, Table};

/// Suppresses counts from 1 to below `minimum`, and with a suppressed count of observations (column `n` or ending in
/// `_n`) the statistics of the same row that follow it up to the next count.
pub(super) fn gate(table: &mut Table, minimum: u64) {
    if table.id == "sample-flow" {
        // Rows left out and clusters describe the file; treated units are students with a trait.
        let trait_of = |t: &str| t == "units treated at some time" || t == "units whose treatment changes";
        for row in table.rows.iter_mut().filter(|r| matches!(&r[2], Cell::Text(t) if trait_of(t))) {
            if matches!(&row[3], Cell::Count(n) if *n > 0 && *n < minimum) {
                row[3] = Cell::Suppressed;
            }
        }
        return;
    }
    let joint: Vec<bool> = table.columns.iter().map(|c| c.key == "difference_sd" || c.key == "category").collect();
    let counts: Vec<bool> = table.columns.iter().map(|c| c.key == "n" || c.key.ends_with("_n") || c.key == "treated_units").collect();
    for row in &mut table.rows {
        let (mut hide, mut any) = (false, false);
        for (cell, is_count) in row.iter_mut().zip(&counts) {
            match cell {
                Cell::Count(n) if *is_count => {
                    hide = *n > 0 && *n < minimum;
                    any |= hide;
                    if hide {
                        *cell = Cell::Suppressed;
                    }
                }
                Cell::Text(_) => {}
                _ if hide => *cell = Cell::Suppressed,
                _ => {}
            }
        }
        // What is computed from both groups would give the hidden one away.
        if any {
            row.iter_mut().zip(&joint).filter(|(_, j)| **j).for_each(|(cell, _)| *cell = Cell::Suppressed);
        }
    }
}
