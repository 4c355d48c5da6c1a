//! Tables for a terminal: aligned columns, no markup, nothing a terminal would act on.

use super::number::{self, Glyphs};
use crate::table::Table;

/// The table with aligned columns: title, headings, a rule, rows, notes.
pub fn text(table: &Table) -> String {
    let columns: Vec<Vec<String>> = (0..table.columns.len())
        .map(|ix| {
            let heading = std::iter::once(printable(&table.columns[ix].heading()));
            let cells = (0..table.rows.len()).map(|row| printable(&number::cell(&table.cell(row, ix), Glyphs::Ascii)));
            heading.chain(cells).collect()
        })
        .collect();
    let widths: Vec<usize> = columns.iter().map(|cells| cells.iter().map(|cell| cell.chars().count()).max().unwrap_or(0)).collect();

    let numeric: Vec<bool> = (0..table.columns.len()).map(|ix| table.is_numeric(ix)).collect();

    let mut out = format!("{}\n\n", printable(&table.title));
    for line in 0..=table.rows.len() {
        let mut written = String::new();
        for (ix, (cells, &width)) in columns.iter().zip(&widths).enumerate() {
            let cell = &cells[line];
            let padded = if numeric[ix] { format!("{cell:>width$}") } else { format!("{cell:<width$}") };
            written.push_str("  ");
            written.push_str(&padded);
        }
        out.push_str(written.trim_end());
        out.push('\n');
        if line == 0 {
            let rule: Vec<String> = widths.iter().map(|&width| "\u{2500}".repeat(width)).collect();
            out.push_str(&format!("  {}\n", rule.join("  ")));
        }
    }
    let reasons = table.reasons();
    if !table.notes.is_empty() || !reasons.is_empty() {
        out.push('\n');
    }
    for note in &table.notes {
        out.push_str(&format!("  {}\n", printable(note)));
    }
    for (column, reason) in reasons {
        out.push_str(&format!("  {} {}: {}\n", number::DASH, printable(&column), printable(&reason)));
    }
    out
}

/// Words without control characters and without marks that reverse the direction of what follows.
pub fn printable(words: &str) -> String {
    words
        .replace("\r\n", " ")
        .chars()
        .map(|c| match c {
            '\n' | '\t' | '\r' => ' ',
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
            c if c.is_control() => '\u{fffd}',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::samples::hostile_table;
    use crate::table::{Cell, Column};

    #[test]
    fn columns_are_aligned() {
        let mut table = Table::new("t", "Effects", vec![Column::new("term", "Term"), Column::new("n", "Students")]);
        table.push(vec![Cell::text("All"), Cell::Count(12_000)]);
        table.push(vec![Cell::text("Grade 4"), Cell::Count(7)]);
        let rule = format!("  {}  {}", "\u{2500}".repeat(7), "\u{2500}".repeat(8));
        assert_eq!(text(&table), format!("Effects\n\n  Term     Students\n{rule}\n  All        12,000\n  Grade 4         7\n"));
    }

    #[test]
    fn nothing_reaches_the_terminal_but_print() {
        let written = text(&hostile_table());
        assert!(!written.chars().any(|c| c.is_control() && c != '\n'));
    }
}
