//! All tables as one Excel workbook, a sheet each, numbers as numbers.

mod shown;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

use super::RenderError;
use super::number::{self, Glyphs, SUPPRESSED, TO_FILL};
use super::text::printable;
use crate::table::{Cell, Table};
use shown::number_format;

/// Characters that fit into a cell.
const LONGEST: usize = 32_767;

/// Characters that fit into a sheet's name.
const NAME: usize = 31;

/// Widest and narrowest column, in characters.
const WIDTH: (usize, usize) = (9, 60);

/// The tables as a workbook: first a sheet that lists them, then one for each under its id, with frozen headings.
///
/// - Numbers are stored at full precision and shown at theirs. Words are never formulas.
/// - A column of intervals is two, low and high; an unbounded end is the word `-Inf` or `Inf`.
/// - An undefined cell is blank, and its reason a note below the table; a suppressed cell is the word `<suppressed>`.
///
/// # Errors
/// The workbook could not be written: a fault of the program.
pub fn xlsx(tables: &[Table]) -> Result<Vec<u8>, RenderError> {
    write(tables).map_err(|why| RenderError::Workbook(why.to_string()))
}

fn write(tables: &[Table]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // Nothing in the bytes depends on when they were made.
    let epoch = ExcelDateTime::from_ymd(1980, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_author("didact").set_creation_datetime(&epoch));
    let mut taken = vec!["contents".to_string()];
    let names: Vec<String> = tables.iter().map(|table| sheet_name(&table.id, &mut taken)).collect();
    contents(workbook.add_worksheet(), tables, &names)?;
    for (table, name) in tables.iter().zip(&names) {
        let sheet = workbook.add_worksheet();
        sheet.set_name(name)?;
        fill(sheet, table)?;
    }
    workbook.save_to_buffer()
}

/// The list of tables.
fn contents(sheet: &mut Worksheet, tables: &[Table], names: &[String]) -> Result<(), XlsxError> {
    sheet.set_name("contents")?;
    for (column, title) in ["Sheet", "Table", "Rows"].into_iter().enumerate() {
        sheet.write_string_with_format(0, column as u16, title, &heading(column == 2))?;
    }
    for (row, (table, name)) in (1..).zip(tables.iter().zip(names)) {
        words(sheet, row, 0, name, &Format::new())?;
        words(sheet, row, 1, &table.title, &Format::new())?;
        sheet.write_number(row, 2, table.rows.len() as f64)?;
    }
    sheet.set_column_width(0, 34)?.set_column_width(1, 70)?;
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

fn fill(sheet: &mut Worksheet, table: &Table) -> Result<(), XlsxError> {
    let mut at: u16 = 0;
    for (ix, column) in table.columns.iter().enumerate() {
        let ends: &[Option<usize>] = if table.is_interval(ix) { &[Some(0), Some(1)] } else { &[None] };
        for end in ends {
            let mut title = column.title.clone();
            if let Some(end) = end {
                title.push_str([" low", " high"][*end]);
            }
            if let Some(unit) = &column.unit {
                title = format!("{title} ({unit})");
            }
            words(sheet, 0, at, &title, &heading(table.is_numeric(ix)))?;
            let mut widest = title.split_whitespace().map(|word| word.chars().count()).max().unwrap_or(0).max(title.chars().count() / 2);
            for (row, r) in (1..).zip(0..table.rows.len()) {
                let one = one_end(&table.cell(r, ix), *end);
                widest = widest.max(number::cell(&one, Glyphs::Ascii).chars().count());
                write_cell(sheet, row, at, &one, end.is_some())?;
            }
            sheet.set_column_width(at, (widest + 2).clamp(WIDTH.0, WIDTH.1) as f64)?;
            at += 1;
        }
    }
    let mut row = table.rows.len() as u32 + 2;
    words(sheet, row, 0, &table.title, &Format::new().set_bold())?;
    let reasons = table.reasons().into_iter().map(|(column, reason)| format!("blank, {column}: {reason}"));
    for note in table.notes.iter().cloned().chain(reasons) {
        row += 1;
        words(sheet, row, 0, &note, &Format::new())?;
    }
    sheet.set_freeze_panes(1, u16::from(table.columns.len() > 1))?;
    sheet.set_landscape().set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
    Ok(())
}

/// One end of an interval as a number, any other cell as it is.
fn one_end(cell: &Cell, end: Option<usize>) -> Cell {
    match (cell, end) {
        (Cell::Interval { low, high, digits }, Some(end)) => match [*low, *high][end] {
            Some(value) => Cell::Number { value, digits: *digits },
            None => Cell::text(["-Inf", "Inf"][end]),
        },
        (other, _) => other.clone(),
    }
}

fn write_cell(sheet: &mut Worksheet, row: u32, column: u16, cell: &Cell, bound: bool) -> Result<(), XlsxError> {
    let number = |sheet: &mut Worksheet, value: f64| -> Result<(), XlsxError> {
        sheet.write_number_with_format(row, column, value + 0.0, &Format::new().set_num_format(number_format(cell)))?;
        Ok(())
    };
    // Above 2⁵³ a double does not hold every whole number.
    let exact = |n: u64| n <= 1 << 53;
    let right = Format::new().set_align(FormatAlign::Right);
    match cell {
        Cell::Text(text) if bound => words(sheet, row, column, text, &right.set_quote_prefix()),
        Cell::Text(text) if text.chars().count() > WIDTH.1 => words(sheet, row, column, text, &Format::new().set_text_wrap()),
        Cell::Text(text) => words(sheet, row, column, text, &Format::new()),
        Cell::Count(n) if exact(*n) => number(sheet, *n as f64),
        Cell::Whole(n) if exact(n.unsigned_abs()) => number(sheet, *n as f64),
        Cell::Count(n) => words(sheet, row, column, &n.to_string(), &right),
        Cell::Whole(n) => words(sheet, row, column, &n.to_string(), &right),
        Cell::Number { value, .. }
        | Cell::Bracketed { value, .. }
        | Cell::Percent(value)
        | Cell::PValue(value)
        | Cell::PBelow { value, .. } => number(sheet, *value),
        Cell::Suppressed => words(sheet, row, column, SUPPRESSED, &right),
        Cell::ToFill(_) => words(sheet, row, column, TO_FILL, &Format::new().set_italic()),
        Cell::Undefined(_) => Ok(()),
        Cell::Interval { .. } => words(sheet, row, column, &number::cell(cell, Glyphs::Ascii), &right),
    }
}

/// Words as words, whatever they begin with; a spreadsheet keeps them so when they are edited.
fn words(sheet: &mut Worksheet, row: u32, column: u16, text: &str, format: &Format) -> Result<(), XlsxError> {
    let mut text = printable(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}");
    if text.encode_utf16().count() > LONGEST {
        text = text.chars().take(LONGEST / 2 - 1).chain(['\u{2026}']).collect();
    }
    let acts = text.starts_with(['=', '+', '-', '@', '\'']);
    let format = if acts { format.clone().set_quote_prefix() } else { format.clone() };
    sheet.write_string_with_format(row, column, text, &format)?;
    Ok(())
}

fn heading(numeric: bool) -> Format {
    let format = Format::new().set_bold().set_text_wrap().set_border_bottom(FormatBorder::Thin).set_align(FormatAlign::Top);
    if numeric { format.set_align(FormatAlign::Right) } else { format }
}

/// A name that Excel takes for a sheet and that no other sheet has, in upper or lower case.
fn sheet_name(id: &str, taken: &mut Vec<String>) -> String {
    let safe = |c: char| if c.is_control() || "[]:*?/\\".contains(c) { '-' } else { c };
    let cleaned: String = id.chars().map(safe).collect();
    let cleaned = cleaned.trim_matches(['\'', ' ']);
    let stem = if cleaned.is_empty() || cleaned.eq_ignore_ascii_case("history") { format!("table {cleaned}") } else { cleaned.to_string() };
    let cut = |room: usize| {
        let mut out = String::new();
        for c in stem.chars() {
            if out.encode_utf16().count() + c.len_utf16() > room {
                break;
            }
            out.push(c);
        }
        out.trim_end_matches('\'').to_string()
    };
    let mut name = cut(NAME);
    let mut n = 2;
    while taken.contains(&name.to_lowercase()) {
        let end = format!("~{n}");
        name = cut(NAME - end.len()) + &end;
        n += 1;
    }
    taken.push(name.to_lowercase());
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::samples::{NAMES, empty_table, hostile_table, undefined_table};
    use calamine::{Data, Reader, Xlsx};
    use std::io::Cursor;

    #[test]
    fn the_hostile_table_reads_back() {
        let long = Table { id: "a'b/c".repeat(20), ..hostile_table() };
        let tables = [hostile_table(), empty_table(), undefined_table(), long.clone(), long, Table::new("HISTORY", "H", Vec::new())];
        let bytes = xlsx(&tables).unwrap();
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        let names = book.sheet_names();
        assert_eq!(names.len(), 7);
        assert!(names.iter().all(|name| name.chars().count() <= 31));
        assert!(names[5].ends_with("~2") && names[6] == "table HISTORY");
        let sheet = book.worksheet_range(&names[1]).unwrap();
        assert!(book.worksheet_formula(&names[1]).unwrap().is_empty());
        for (i, name) in NAMES.iter().enumerate() {
            let row = i as u32 + 1;
            assert_eq!(sheet.get_value((row, 0)), Some(&Data::String(printable(name).replace('\u{fffe}', "\u{fffd}"))));
            assert_eq!(sheet.get_value((row, 1)), Some(&Data::Float(-1.25 * i as f64 + 0.1)));
            assert_eq!(sheet.get_value((row, 6)), Some(&Data::Float(12_345.0 * i as f64)));
        }
        assert_eq!(sheet.get_value((3, 3)), Some(&Data::String("Inf".into())));
        let last = NAMES.len() as u32 + 1;
        assert_eq!(sheet.get_value((last, 1)), Some(&Data::Empty));
        assert_eq!(sheet.get_value((last, 6)), Some(&Data::String(SUPPRESSED.into())));
    }

    #[test]
    fn words_too_long_for_a_cell_are_cut_with_a_mark() {
        let mut table = undefined_table();
        table.rows[0][0] = Cell::text("\u{1f600}".repeat(40_000));
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(xlsx(&[table]).unwrap())).unwrap();
        let sheet = book.worksheet_range_at(1).unwrap().unwrap();
        assert!(matches!(sheet.get_value((1, 0)), Some(Data::String(text)) if text.ends_with('\u{2026}')));
    }
}
