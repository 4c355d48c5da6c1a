//! Tables as Parquet: typed columns at full precision.

use polars::io::parquet::write::KeyValueMetadata;
use polars::prelude::*;
use serde_json::json;

use super::RenderError;
use crate::table::{Cell, Table};

/// The table as Parquet, its columns under their keys.
///
/// - Counts and whole numbers are 64-bit integers, measured numbers, shares and p-values doubles, words text.
/// - A column of intervals becomes two, `_low` and `_high`; an unbounded end is an infinity.
/// - An undefined or suppressed cell is null. A column in which there are any is followed by one of text, `KEY_status`, that
///   says which: `undefined: REASON` or `suppressed`; it is null beside a value.
/// - A column that holds words and numbers holds text, numbers in it at full precision.
/// - Title, notes, headings and units are the file's metadata, under `didact`, as JSON.
///
/// # Errors
/// The file could not be written: a fault of the program.
pub fn parquet(table: &Table) -> Result<Vec<u8>, RenderError> {
    let failed = |why: PolarsError| RenderError::Parquet(why.to_string());
    let mut taken: Vec<String> = Vec::new();
    let mut columns: Vec<Column> = Vec::new();
    for (ix, column) in table.columns.iter().enumerate() {
        let cells: Vec<Cell> = (0..table.rows.len()).map(|row| table.cell(row, ix).into_owned()).collect();
        if table.is_interval(ix) {
            for (end, pick) in [("low", 0), ("high", 1)] {
                let values: Vec<Option<f64>> = cells.iter().map(|cell| bounds(cell).map(|ends| ends[pick])).collect();
                columns.push(Series::new(name(&mut taken, &format!("{}_{end}", column.key)), values).into());
            }
        } else {
            let key = name(&mut taken, &column.key);
            columns.push(typed(&cells).with_name(key).into());
        }
        let status: Vec<Option<String>> = cells.iter().map(status).collect();
        if status.iter().any(Option::is_some) {
            columns.push(Series::new(name(&mut taken, &format!("{}_status", column.key)), status).into());
        }
    }
    let described: Vec<_> =
        table.columns.iter().map(|c| json!({ "key": c.key, "title": c.title, "unit": c.unit, "explain": c.explain })).collect();
    let about = json!({ "id": table.id, "title": table.title, "columns": described, "notes": table.notes });
    let mut frame = DataFrame::new(table.rows.len(), columns).map_err(failed)?;
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes)
        .with_compression(ParquetCompression::Uncompressed)
        .with_key_value_metadata(Some(KeyValueMetadata::from_static(vec![("didact".to_string(), about.to_string())])))
        .finish(&mut frame)
        .map_err(failed)?;
    Ok(bytes)
}

/// A name that no other column has.
fn name(taken: &mut Vec<String>, wanted: &str) -> PlSmallStr {
    let mut name = wanted.to_string();
    let mut n = 2;
    while taken.contains(&name) {
        name = format!("{wanted}_{n}");
        n += 1;
    }
    taken.push(name.clone());
    name.into()
}

/// The values in the narrowest type that holds them all.
fn typed(cells: &[Cell]) -> Series {
    let all = |kind: fn(&Cell) -> bool| {
        cells.iter().all(|cell| kind(cell) || matches!(cell, Cell::Undefined(_) | Cell::Suppressed | Cell::ToFill(_)))
    };
    let empty = PlSmallStr::EMPTY;
    if cells.iter().any(|cell| matches!(cell, Cell::Text(_))) || !cells.iter().any(Cell::is_numeric) {
        Series::new(empty, cells.iter().map(words).collect::<Vec<_>>())
    } else if all(|cell| matches!(cell, Cell::Count(n) if i64::try_from(*n).is_ok()) || matches!(cell, Cell::Whole(_))) {
        let whole = |cell: &Cell| match cell {
            Cell::Count(n) => i64::try_from(*n).ok(),
            Cell::Whole(n) => Some(*n),
            _ => None,
        };
        Series::new(empty, cells.iter().map(whole).collect::<Vec<_>>())
    } else if all(|cell| matches!(cell, Cell::Count(_))) {
        let count = |cell: &Cell| if let Cell::Count(n) = cell { Some(*n) } else { None };
        Series::new(empty, cells.iter().map(count).collect::<Vec<_>>())
    } else {
        Series::new(empty, cells.iter().map(double).collect::<Vec<_>>())
    }
}

fn double(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Count(n) => Some(*n as f64),
        Cell::Whole(n) => Some(*n as f64),
        Cell::Number { value, .. }
        | Cell::Bracketed { value, .. }
        | Cell::Percent(value)
        | Cell::PValue(value)
        | Cell::PBelow { value, .. } => Some(value + 0.0),
        Cell::Text(_) | Cell::Interval { .. } | Cell::Undefined(_) | Cell::Suppressed | Cell::ToFill(_) => None,
    }
}

fn words(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Text(words) => Some(words.clone()),
        Cell::Count(n) => Some(n.to_string()),
        Cell::Whole(n) => Some(n.to_string()),
        other => double(other).and_then(super::number::exact),
    }
}

fn bounds(cell: &Cell) -> Option<[f64; 2]> {
    match cell {
        Cell::Interval { low, high, .. } => Some([low.unwrap_or(f64::NEG_INFINITY) + 0.0, high.unwrap_or(f64::INFINITY) + 0.0]),
        other => double(other).map(|value| [value, value]),
    }
}

fn status(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Undefined(reason) => Some(format!("undefined: {reason}")),
        Cell::Suppressed => Some("suppressed".to_string()),
        Cell::ToFill(asked) => Some(format!("to fill in: {asked}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::samples::{NAMES, empty_table, hostile_table, undefined_table};
    use std::io::Cursor;

    fn read(table: &Table) -> DataFrame {
        ParquetReader::new(Cursor::new(parquet(table).unwrap())).finish().unwrap()
    }

    #[test]
    fn the_hostile_table_reads_back_typed() {
        let table = hostile_table();
        let frame = read(&table);
        let columns: Vec<String> = frame.get_column_names().iter().map(|n| n.to_string()).collect();
        assert_eq!(
            columns,
            [
                "term",
                "estimate",
                "estimate_status",
                "conf_low",
                "conf_high",
                "conf_status",
                "p_value",
                "p_value_status",
                "share",
                "share_status",
                "n",
                "n_status"
            ]
        );
        let text = |key: &str| frame.column(key).unwrap().str().unwrap().clone();
        let float = |key: &str| frame.column(key).unwrap().f64().unwrap().clone();
        let last = NAMES.len();
        for (i, name) in NAMES.iter().enumerate() {
            assert_eq!(text("term").get(i), Some(*name));
            assert_eq!(float("estimate").get(i), Some(-1.25 * i as f64 + 0.1));
            assert_eq!(text("estimate_status").get(i), None);
        }
        assert_eq!(float("conf_high").get(2), Some(f64::INFINITY));
        assert_eq!(frame.column("n").unwrap().i64().unwrap().get(1), Some(12_345));
        assert_eq!((frame.column("n").unwrap().i64().unwrap().get(last), text("n_status").get(last)), (None, Some("suppressed")));
        assert_eq!((float("share").get(last), text("share_status").get(last)), (None, Some("undefined: not a finite number")));
    }

    #[test]
    fn tables_without_rows_or_values_are_files() {
        assert_eq!(read(&empty_table()).height(), 0);
        let undefined = undefined_table();
        assert_eq!(read(&undefined).height(), undefined.rows.len());
        assert_eq!(read(&undefined).column("estimate").unwrap().null_count(), undefined.rows.len());
    }
}
