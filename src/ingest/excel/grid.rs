//! A sheet, row by row.

use super::broken;
use crate::ingest::IngestError;
use calamine::{DataRef, ExcelDateTime, XlsxCellReader};
use std::io::Cursor;

/// Rows and columns that a sheet can have.
const ROWS: u32 = 1 << 20;
const COLUMNS: u32 = 1 << 14;

/// What a cell holds.
pub(super) enum Value {
    /// Text, or a number as a person would write it.
    Text(String),
    /// A whole number with more digits than Excel keeps.
    Rounded(String),
    /// An error such as `#N/A`.
    Error(String),
}

impl Value {
    /// As it is written.
    pub(super) fn text(self) -> String {
        match self {
            Value::Text(text) | Value::Rounded(text) | Value::Error(text) => text,
        }
    }
}

/// A row's number from 0, and its cells by column.
pub(super) type Row = (u32, Vec<(u32, Value)>);

/// The cells of a sheet that hold something, by rows.
pub(super) struct Grid<'a> {
    cells: XlsxCellReader<'a, Cursor<Vec<u8>>>,
    /// The sheet's name.
    pub(super) sheet: String,
    /// The first cell of the next row.
    ahead: Option<(u32, u32, Value)>,
    /// Whether the last cell has been seen: a reader asked again would look beyond the sheet.
    ended: bool,
}

impl<'a> Grid<'a> {
    pub(super) fn new(cells: XlsxCellReader<'a, Cursor<Vec<u8>>>, sheet: &str) -> Grid<'a> {
        Grid { cells, sheet: sheet.to_string(), ahead: None, ended: false }
    }

    /// The next row that holds something.
    pub(super) fn next_row(&mut self) -> Result<Option<Row>, IngestError> {
        let first = match self.ahead.take() {
            Some(cell) => cell,
            None => match self.next_cell()? {
                Some(cell) => cell,
                None => return Ok(None),
            },
        };
        let row = first.0;
        let mut cells = vec![(first.1, first.2)];
        while let Some((at, column, value)) = self.next_cell()? {
            let last = cells.last().map_or(0, |c| c.0);
            if at < row || (at == row && column <= last) {
                return Err(broken(format!("{} comes after {}", self.cell(at, column), place(row, last))));
            }
            if at > row {
                self.ahead = Some((at, column, value));
                break;
            }
            cells.push((column, value));
        }
        Ok(Some((row, cells)))
    }

    /// A cell's name, with that of the sheet.
    pub(super) fn cell(&self, row: u32, column: u32) -> String {
        format!("sheet {}, cell {}", self.sheet, place(row, column))
    }

    fn next_cell(&mut self) -> Result<Option<(u32, u32, Value)>, IngestError> {
        while !self.ended {
            let Some(cell) = self.cells.next_cell().map_err(|e| broken(format!("sheet {}: {e}", self.sheet)))? else {
                self.ended = true;
                break;
            };
            let (row, column) = cell.get_position();
            if row >= ROWS || column >= COLUMNS {
                return Err(broken(format!("sheet {}: a cell outside all rows and columns", self.sheet)));
            }
            let value = match cell.get_value() {
                DataRef::Empty => continue,
                DataRef::Int(v) => Value::Text(v.to_string()),
                DataRef::Float(x) if x.abs() >= 1e15 && libm::trunc(*x) == *x => Value::Rounded(x.to_string()),
                DataRef::Float(x) => Value::Text(x.to_string()),
                DataRef::Bool(b) => Value::Text(b.to_string()),
                DataRef::String(text) => Value::Text(text.trim().to_string()),
                DataRef::SharedString(text) => Value::Text(text.trim().to_string()),
                DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Value::Text(text.clone()),
                DataRef::DateTime(t) => match moment(t) {
                    Some(text) => Value::Text(text),
                    None => return Err(broken(format!("{}: a date outside the years 1900 to 9999", self.cell(row, column)))),
                },
                DataRef::Error(error) => Value::Error(error.to_string()),
            };
            if !matches!(&value, Value::Text(text) if text.is_empty()) {
                return Ok(Some((row, column, value)));
            }
        }
        Ok(None)
    }
}

/// A date as ISO text, with its time where it has one; a span of time in days.
fn moment(t: &ExcelDateTime) -> Option<String> {
    let value = t.as_f64();
    if !t.is_datetime() {
        return Some(value.to_string());
    }
    if !(0.0..2_958_466.0).contains(&value) {
        return None;
    }
    let (_, _, _, hour, minute, second, _) = t.to_ymd_hms_milli();
    if value < 1.0 {
        return Some(format!("{hour:02}:{minute:02}:{second:02}"));
    }
    let (year, month, day, ..) = t.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    Some(if libm::trunc(value) == value { date } else { format!("{date}T{hour:02}:{minute:02}:{second:02}") })
}

/// A cell's name in the sheet: `B7`.
pub(super) fn place(row: u32, column: u32) -> String {
    let (mut letters, mut left) = (Vec::new(), column + 1);
    while left > 0 {
        left -= 1;
        letters.push(char::from(b'A' + (left % 26) as u8));
        left /= 26;
    }
    format!("{}{}", letters.iter().rev().collect::<String>(), u64::from(row) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_named_as_the_spreadsheet_names_them() {
        assert_eq!(place(0, 0), "A1");
        assert_eq!(place(6, 25), "Z7");
        assert_eq!(place(6, 26), "AA7");
        assert_eq!(place(1_048_575, 16_383), "XFD1048576");
    }
}
