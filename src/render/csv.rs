//! Comma-separated values at full precision (RFC 4180), safe to open in a spreadsheet.

use std::borrow::Cow;

use super::number::{self, SUPPRESSED, TO_FILL};
use crate::table::{Cell, Table};

/// The table as CSV: keys as header, full double precision, newline after each row.
///
/// - A column of intervals becomes two, `_low` and `_high`; an unbounded end is `-Inf` or `Inf`.
/// - An undefined cell is empty; a last column `note` says why, if there is any.
/// - Percentages are shares from 0 to 1; a suppressed cell is `<suppressed>`, one for the author `<to fill in>`.
/// - Words that a spreadsheet would run as a formula get a leading apostrophe; numbers stay numbers.
pub fn csv(table: &Table) -> String {
    let noted =
        (0..table.rows.len()).any(|row| (0..table.columns.len()).any(|c| matches!(table.cell(row, c).as_ref(), Cell::Undefined(_))));
    let split: Vec<bool> = (0..table.columns.len()).map(|ix| table.is_interval(ix)).collect();
    let mut out = String::new();
    let mut header = Vec::new();
    for (ix, column) in table.columns.iter().enumerate() {
        if split[ix] {
            header.extend([words(&format!("{}_low", column.key)), words(&format!("{}_high", column.key))]);
        } else {
            header.push(words(&column.key));
        }
    }
    if noted {
        let taken = table.columns.iter().any(|column| column.key == "note");
        header.push(if taken { "undefined_note" } else { "note" }.to_string());
    }
    line(&mut out, &header);
    for row in 0..table.rows.len() {
        let mut fields = Vec::with_capacity(header.len());
        let mut reasons = Vec::new();
        for (ix, column) in table.columns.iter().enumerate() {
            let cell = table.cell(row, ix);
            if let Cell::Undefined(reason) = cell.as_ref() {
                reasons.push(format!("{}: {reason}", column.key));
            }
            if split[ix] {
                fields.extend(bounds(&cell));
            } else {
                fields.push(field(&cell));
            }
        }
        if noted {
            fields.push(words(&reasons.join("; ")));
        }
        line(&mut out, &fields);
    }
    out
}

fn line(out: &mut String, fields: &[String]) {
    // A line with one empty field would read as no line at all.
    out.push_str(&if fields == [""] { "\"\"".to_string() } else { fields.join(",") });
    out.push('\n');
}

fn field(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => words(text),
        Cell::Count(n) => n.to_string(),
        Cell::Whole(n) => n.to_string(),
        Cell::Number { value, .. }
        | Cell::Bracketed { value, .. }
        | Cell::Percent(value)
        | Cell::PValue(value)
        | Cell::PBelow { value, .. } => number::exact(*value).unwrap_or_default(),
        Cell::Interval { .. } | Cell::Undefined(_) => String::new(),
        Cell::Suppressed => SUPPRESSED.to_string(),
        Cell::ToFill(_) => TO_FILL.to_string(),
    }
}

fn bounds(cell: &Cell) -> [String; 2] {
    match cell {
        Cell::Interval { low, high, .. } => [
            low.map_or_else(|| "-Inf".to_string(), |v| number::exact(v).unwrap_or_default()),
            high.map_or_else(|| "Inf".to_string(), |v| number::exact(v).unwrap_or_default()),
        ],
        other => [field(other), field(other)],
    }
}

/// Words made harmless for spreadsheets and quoted where the format asks for it.
fn words(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let text = if is_formula { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) };
    let text = text.replace('\0', "\u{fffd}");
    let edged = text.starts_with(' ') || text.ends_with(' ');
    if edged || text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::samples::{NAMES, hostile_table};
    use crate::table::{Column, Digits};

    /// A small RFC 4180 reader, to read back what was written.
    fn read(text: &str) -> Vec<Vec<String>> {
        let (mut rows, mut row, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '"' if quoted && chars.peek() == Some(&'"') => field.push(chars.next().unwrap()),
                '"' => quoted = !quoted,
                ',' if !quoted => row.push(std::mem::take(&mut field)),
                '\n' if !quoted => {
                    row.push(std::mem::take(&mut field));
                    rows.push(std::mem::take(&mut row));
                }
                other => field.push(other),
            }
        }
        assert!(row.is_empty() && field.is_empty() && !quoted);
        rows
    }

    #[test]
    fn the_hostile_table_reads_back() {
        let rows = read(&csv(&hostile_table()));
        assert_eq!(rows[0][1..], ["estimate", "conf_low", "conf_high", "p_value", "share", "n", "note"]);
        for (i, name) in NAMES.iter().enumerate() {
            let row = &rows[i + 1];
            let expected = if name.starts_with(['=', '-']) { format!("'{name}") } else { name.replace('\0', "\u{fffd}") };
            assert_eq!(row[0], expected);
            assert_eq!(row[1].parse::<f64>().unwrap(), -1.25 * i as f64 + 0.1);
            assert_eq!(row[6], (12_345 * i).to_string());
        }
        assert_eq!(rows[3][3], "Inf");
        let last = rows.last().unwrap();
        assert_eq!(last[1..7], ["", "", "", "", "", "<suppressed>"]);
        assert!(last[7].starts_with("estimate: not a finite number; conf: "));
        assert!(rows.iter().all(|row| row.len() == rows[0].len()));
    }

    #[test]
    fn numbers_keep_every_bit_and_words_are_not_formulas() {
        let mut table = Table::new("t", "T", vec![Column::new("w", "W"), Column::new("v", "V")]);
        let values = [0.1 + 0.2, -1.0 / 3.0, 5e-324, 1.797e308, -1e-7, 123_456_789.125];
        for (v, w) in values.iter().zip(["-1+1", "+x", "@SUM(A1)", "\t=1", "\r=1", "plain"]) {
            table.push(vec![Cell::text(w), Cell::Number { value: *v, digits: Digits::Decimals(0) }]);
        }
        let rows = read(&csv(&table));
        assert_eq!(rows[0], ["w", "v"]);
        for (row, v) in rows[1..].iter().zip(values) {
            assert_eq!(row[1].parse::<f64>().unwrap().to_bits(), v.to_bits());
        }
        assert!(rows[1..6].iter().all(|row| row[0].starts_with('\'')) && rows[6][0] == "plain");
    }
}
