//! Readers of what is made for programs: every number comes back with every bit.

use didact::table::{Cell, Table};
use polars::prelude::*;
use serde_json::Value;
use std::io::Cursor;

/// The cells of a column that is written as one or, for intervals, as two.
pub fn ends(table: &Table, column: usize) -> Vec<(String, Vec<Cell>)> {
    let key = &table.columns[column].key;
    let cells = || (0..table.rows.len()).map(|row| table.cell(row, column).into_owned());
    if !table.is_interval(column) {
        return vec![(key.clone(), cells().collect())];
    }
    let end = |low: bool| {
        move |cell: Cell| match cell {
            Cell::Interval { low: l, high: h, digits } => match if low { l } else { h } {
                Some(value) => Cell::Number { value, digits },
                None => Cell::text(if low { "-Inf" } else { "Inf" }),
            },
            other => other,
        }
    };
    vec![(format!("{key}_low"), cells().map(end(true)).collect()), (format!("{key}_high"), cells().map(end(false)).collect())]
}

/// A number of a cell at full precision.
pub fn value(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Count(n) => Some(*n as f64),
        Cell::Whole(n) => Some(*n as f64),
        Cell::Number { value, .. } | Cell::Bracketed { value, .. } | Cell::Percent(value) | Cell::PValue(value) => Some(*value),
        _ => None,
    }
}

fn same(a: Option<f64>, b: Option<f64>) -> bool {
    a.map(|v| (v + 0.0).to_bits()) == b.map(|v| (v + 0.0).to_bits())
}

pub fn check_csv(what: &str, table: &Table, text: &str) {
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let header: Vec<String> = reader.headers().expect("a header").iter().map(str::to_string).collect();
    let rows: Vec<csv::StringRecord> = reader.records().map(|r| r.expect("a row")).collect();
    assert_eq!(rows.len(), table.rows.len(), "{what}: rows");
    let mut at = 0;
    for ix in 0..table.columns.len() {
        for (key, cells) in ends(table, ix) {
            assert_eq!(header[at].trim_start_matches('\''), key, "{what}");
            for (r, cell) in cells.iter().enumerate() {
                let field = &rows[r][at];
                let right = match cell {
                    Cell::Text(words) => field == words || field.strip_prefix('\'') == Some(words),
                    Cell::Undefined(_) => field.is_empty(),
                    Cell::Suppressed => field == "<suppressed>",
                    Cell::ToFill(_) => field == "<to fill in>",
                    // A negative number is a number, never words with an apostrophe.
                    other => same(field.parse().ok(), value(other)),
                };
                assert!(right, "{what}, row {r}, {key}: {cell:?} is written as {field:?}");
            }
            at += 1;
        }
    }
}

pub fn check_json(what: &str, table: &Table, text: &str) {
    let read: Value = serde_json::from_str(text).expect("JSON");
    let rows = read["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), table.rows.len(), "{what}: rows");
    let undefined = read["undefined"].as_array().expect("reasons");
    for (r, row) in rows.iter().enumerate() {
        for (c, column) in table.columns.iter().enumerate() {
            let (cell, found) = (table.cell(r, c), &row[column.key.as_str()]);
            let right = match cell.as_ref() {
                Cell::Text(words) => found.as_str() == Some(words),
                Cell::Interval { low, high, .. } => same(found["low"].as_f64(), *low) && same(found["high"].as_f64(), *high),
                Cell::Undefined(_) => found.is_null() && undefined.iter().any(|u| u["row"] == r && u["column"] == column.key.as_str()),
                Cell::Suppressed => found["suppressed"] == true,
                Cell::ToFill(asked) => found["to_fill"] == asked.as_str(),
                other => same(found.as_f64(), value(other)),
            };
            assert!(right, "{what}, row {r}, {}: {cell:?} is written as {found}", column.key);
        }
    }
}

pub fn check_parquet(what: &str, table: &Table, bytes: Vec<u8>) {
    let frame = ParquetReader::new(Cursor::new(bytes)).finish().expect("Parquet");
    assert_eq!(frame.height(), table.rows.len(), "{what}: rows");
    for ix in 0..table.columns.len() {
        let status = frame.column(&format!("{}_status", table.columns[ix].key)).ok().map(|c| c.str().expect("words").clone());
        for (key, cells) in ends(table, ix) {
            let column = frame.column(&key).unwrap_or_else(|_| panic!("{what}: no column {key}"));
            let as_double = column.cast(&DataType::Float64).expect("numbers");
            let double = as_double.f64().expect("doubles");
            let words = column.cast(&DataType::String).expect("words");
            let words = words.str().expect("words");
            for (r, cell) in cells.iter().enumerate() {
                let said = status.as_ref().and_then(|s| s.get(r));
                let right = match cell {
                    Cell::Text(end) if table.is_interval(ix) => {
                        double.get(r) == Some(if end == "Inf" { f64::INFINITY } else { f64::NEG_INFINITY })
                    }
                    Cell::Text(text) => words.get(r) == Some(text) && said.is_none(),
                    Cell::Undefined(reason) => words.get(r).is_none() && said == Some(format!("undefined: {reason}").as_str()),
                    Cell::Suppressed => words.get(r).is_none() && said == Some("suppressed"),
                    Cell::ToFill(asked) => words.get(r).is_none() && said == Some(format!("to fill in: {asked}").as_str()),
                    other => same(double.get(r), value(other)) && said.is_none(),
                };
                assert!(right, "{what}, row {r}, {key}: {cell:?} is written as {:?}, {said:?}", words.get(r));
            }
        }
    }
}
