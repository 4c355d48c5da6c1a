//! The cells of a table, as they may be told.

use super::Gate;
use super::two_samples::ROUNDED;
use super::two_values::is_untold;
use crate::table::disclosure::{WITHHELD, near};
use crate::table::{Cell, Table};
use std::collections::BTreeSet;

impl Gate {
    /// Suppresses the counts of few in a table, what follows from them in the same row, and what would give them away.
    pub fn table(&self, table: &mut Table) {
        if self.is_open() {
            return;
        }
        for cell in table.rows.iter_mut().flatten() {
            if matches!(cell, Cell::Undefined(why) if why == WITHHELD) {
                *cell = Cell::Suppressed;
            }
        }
        // Its counts are told by reason, and passed when it was made.
        if table.id != "sample-flow" {
            self.rows(table);
            groups(table);
            self.samples(table);
        }
    }

    /// Sizes of the samples of one estimate after another (column `units`): all of them stay where two differ by few.
    fn samples(&self, table: &mut Table) {
        let Some(at) = table.at("units").filter(|_| table.id == "specification-curve") else { return };
        let sizes: BTreeSet<u64> = table.rows.iter().filter_map(|r| if let Cell::Count(n) = r[at] { Some(n) } else { None }).collect();
        let close = sizes.iter().zip(sizes.iter().skip(1)).any(|(a, b)| near(*a, *b, self.least));
        if close {
            table.rows.iter_mut().for_each(|r| r[at] = Cell::Suppressed);
        }
    }

    /// A suppressed count (column `n`, ending in `_n`, or `treated_units`) takes with it the statistics that follow up to the next
    /// count; and where a row has a count of each group, the other count, and what was computed from both. What was computed from both
    /// goes with a mean that stays, too.
    fn rows(&self, table: &mut Table) {
        let joint: Vec<bool> = table
            .columns
            .iter()
            .map(|c| ["difference_sd", "category", "adjusted", "stable", "p_value"].contains(&c.key.as_str()))
            .collect();
        let counts: Vec<bool> = table.columns.iter().map(|c| is_count(&c.key)).collect();
        let paired: Vec<bool> = table.columns.iter().map(|c| c.key.starts_with("treated_") || c.key.starts_with("comparison_")).collect();
        let columns = &table.columns;
        // Rounded they may stand where the means from which they were computed may not.
        let rounded = table.notes.iter().any(|note| note == ROUNDED);
        // How many clusters there are tells of no student; how many were lost is looked at by the check of attrition.
        let level = table.at("level");
        let of_students = |r: &&mut Vec<Cell>| level.is_none_or(|c| r[c] != Cell::text("clusters"));
        for row in table.rows.iter_mut().filter(of_students) {
            let mut hide = false;
            let mut any = row.iter().zip(columns).any(|(cell, column)| is_untold(column, cell));
            for (cell, is_count) in row.iter_mut().zip(&counts) {
                match cell {
                    Cell::Count(n) if *is_count => {
                        hide = self.few(*n);
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
            if any {
                let two = |(c, p): (&bool, &bool)| *c && *p;
                let count = row.iter().zip(&counts).any(|(cell, is_count)| *is_count && matches!(cell, Cell::Suppressed));
                for ((cell, joint), both) in row.iter_mut().zip(&joint).zip(counts.iter().zip(&paired)) {
                    if (*joint && !rounded) || (count && two(both) && matches!(cell, Cell::Count(_))) {
                        *cell = Cell::Suppressed;
                    }
                }
            }
        }
    }
}

fn is_count(key: &str) -> bool {
    key == "n" || key.ends_with("_n") || key == "treated_units"
}

/// Rows that differ in their group only (`arm` or `group`): where a count of one is suppressed, so is that of the other, for the
/// number of both is told elsewhere.
fn groups(table: &mut Table) {
    let Some(group) = table.columns.iter().position(|c| c.key == "arm" || c.key == "group") else { return };
    let labels: Vec<usize> =
        (0..table.columns.len()).filter(|&c| c != group && ["outcome", "period"].contains(&table.columns[c].key.as_str())).collect();
    for count in (0..table.columns.len()).filter(|&c| is_count(&table.columns[c].key)) {
        let hidden: Vec<Vec<Cell>> = table
            .rows
            .iter()
            .filter(|r| matches!(r[count], Cell::Suppressed))
            .map(|r| labels.iter().map(|&l| r[l].clone()).collect())
            .collect();
        for row in &mut table.rows {
            let own: Vec<Cell> = labels.iter().map(|&l| row[l].clone()).collect();
            if matches!(row[count], Cell::Count(_)) && hidden.contains(&own) {
                row[count] = Cell::Suppressed;
            }
        }
    }
}
