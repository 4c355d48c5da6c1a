//! Excel workbooks (`.xlsx`, `.xlsm`), by the `calamine` crate: one sheet, its first row the header.
//!
//! Cells are read by the rules of delimited text. A formula counts by its stored value; dates are ISO text; an error such as
//! `#N/A` is missing only where that is declared. Whole numbers of 16 digits and more are refused: Excel has rounded them.

mod grid;

use super::builder::Builder;
use super::codes::{Codes, same};
use super::guard::damaged;
use super::{IngestError, no_rows};
use crate::cohort::{Cohort, Column, Data, Fault, Faults, did_you_mean};
use crate::store::{Input, pack, unpack};
use calamine::{Reader, SheetType, SheetVisible, Xlsx};
use grid::{Grid, Value, place};
use std::collections::BTreeSet;
use std::io::Cursor;

type Book = Xlsx<Cursor<Vec<u8>>>;

/// Most cells that are read.
const CELLS: usize = 200_000_000;
/// Where a workbook keeps its texts.
const TEXTS: &str = "xl/sharedStrings.xml";

pub(super) fn read(input: &Input, sheet: Option<&str>, columns: Option<&[&str]>, codes: &Codes) -> Result<Cohort, IngestError> {
    let mut book = Book::new(Cursor::new(checked(&input.bytes()?)?)).map_err(broken)?;
    let sheet = choose(&book, sheet)?;
    let mut as_text: BTreeSet<usize> = BTreeSet::new();
    loop {
        let read = {
            let mut grid = Grid::new(book.worksheet_cells_reader(&sheet).map_err(broken)?, &sheet);
            pass(&mut grid, columns, codes, &as_text)?
        };
        match read {
            Pass::Again(column) => {
                as_text.insert(column);
            }
            Pass::Done(cohort, width) => {
                whole(&mut book, &sheet, &cohort, width)?;
                return Ok(*cohort);
            }
        }
    }
}

/// The workbook's parts, unpacked within bounds and packed again plainly, so that its reader meets no surprise of size.
fn checked(bytes: &[u8]) -> Result<Vec<u8>, IngestError> {
    let mut parts = unpack(bytes).map_err(broken)?;
    parts.retain(|name, _| !name.contains("/media/"));
    if let Some(texts) = parts.get(TEXTS) {
        let head = String::from_utf8_lossy(&texts[..texts.len().min(4096)]);
        let declared = head.split("uniqueCount=").nth(1).and_then(|rest| rest.get(1..)).and_then(|rest| rest.split(['"', '\'']).next());
        if declared.is_some_and(|n| n.trim().parse::<usize>().map_or(true, |n| n > texts.len())) {
            return Err(broken("its list of texts declares more than it holds"));
        }
    }
    pack(&parts).map_err(broken)
}

/// The sheet named, or the first that is shown.
fn choose(book: &Book, named: Option<&str>) -> Result<String, IngestError> {
    let sheets: Vec<_> = book.sheets_metadata().iter().filter(|s| s.typ == SheetType::WorkSheet).collect();
    let Some(name) = named else {
        let first = sheets.iter().find(|s| s.visible == SheetVisible::Visible).or(sheets.first());
        return first.map(|s| s.name.clone()).ok_or_else(|| broken("it has no sheet of cells"));
    };
    match sheets.iter().find(|s| s.name == name) {
        Some(sheet) => Ok(sheet.name.clone()),
        None => Err(Fault::new(
            "INGEST-016",
            format!("the workbook has no sheet {name:?}"),
            "--sheet, or sheet under [data]",
            "nobody can say which table is meant",
            did_you_mean(name, sheets.iter().map(|s| s.name.as_str())),
        )
        .into()),
    }
}

enum Pass {
    /// With the number of columns.
    Done(Box<Cohort>, usize),
    /// This column turned out to be text: read again, so that no identifier is rewritten.
    Again(usize),
}

fn pass(grid: &mut Grid<'_>, columns: Option<&[&str]>, codes: &Codes, as_text: &BTreeSet<usize>) -> Result<Pass, IngestError> {
    let Some((top, cells)) = grid.next_row()? else { return Err(no_rows().into()) };
    let header = header(grid, top, cells)?;
    let keep: Vec<usize> = (0..header.len()).filter(|&i| columns.is_none_or(|c| c.contains(&header[i].as_str()))).collect();
    let mut builders: Vec<Builder> =
        keep.iter().map(|&i| Builder::new(as_text.contains(&i), &codes.missing_in(&header[i]), false)).collect();
    let mut faults = Faults::default();
    let (mut last, mut n_rows) = (top, 0usize);
    let mut row: Vec<Option<Value>> = Vec::new();
    while let Some((at, cells)) = grid.next_row()? {
        if at != last + 1 {
            faults.push(Fault::new(
                "INGEST-017",
                format!("row {} is empty, and rows follow it", last + 2),
                format!("sheet {}", grid.sheet),
                "what stands below may be notes, totals or another table",
                "delete the empty rows, or what stands below the table",
            ));
            break;
        }
        (last, n_rows) = (at, n_rows + 1);
        if n_rows.saturating_mul(keep.len()) > CELLS {
            return Err(broken(format!("it has more than {CELLS} cells")));
        }
        row.clear();
        row.resize_with(header.len(), || None);
        for (column, value) in cells {
            match row.get_mut(column as usize) {
                Some(cell) => *cell = Some(value),
                None => faults.push(Fault::new(
                    "INGEST-003",
                    "a cell stands outside the columns of the header",
                    grid.cell(at, column),
                    "nobody can say what it means",
                    "the table's header must be the sheet's first row; name the column there, or clear the cell",
                )),
            }
        }
        for (builder, &i) in builders.iter_mut().zip(&keep) {
            let name = &header[i];
            let pushed = match row[i].take() {
                None => builder.push(""),
                Some(Value::Text(text)) => builder.push(&text),
                Some(Value::Rounded(text)) => {
                    faults.push(Fault::new(
                        "INGEST-018",
                        "a whole number has 16 digits or more",
                        grid.cell(at, i as u32),
                        format!("Excel keeps 15 digits: in column {name} identifiers that differ after them have become one"),
                        "export the column as text from its source, or leave it out",
                    ));
                    builder.push(&text)
                }
                Some(Value::Error(error)) => {
                    let declared = codes.missing_in(name).iter().any(|code| same(code, &error));
                    if columns.is_some() && !declared && !codes.is_kept(name, &error) {
                        faults.push(Fault::new(
                            "INGEST-019",
                            format!("a cell holds the error {error}"),
                            format!("{}, column {name}", grid.cell(at, i as u32)),
                            "the workbook could not compute this value",
                            format!("correct the cell, or say that it is missing:  missing = [\"{name}={error}\"]  (flag --missing {name}={error})"),
                        ));
                    }
                    builder.push_error(&error);
                    Ok(())
                }
            };
            if pushed.is_err() {
                return Ok(Pass::Again(i));
            }
        }
    }
    if n_rows == 0 {
        faults.push(no_rows());
    }
    faults.into_result()?;
    let mut cohort = Cohort { first_row: top as usize + 2, names: header.clone(), declared_real: codes.keep.clone(), ..Cohort::default() };
    for (builder, &i) in builders.into_iter().zip(&keep) {
        let (data, suspects) = builder.finish(&header[i]);
        cohort.undeclared.extend(suspects.into_iter().filter(|s| !codes.is_kept(&header[i], &s.code)));
        let empty = (0..data.len()).all(|row| data.is_missing(row));
        let data = if empty { Data::Number(vec![f64::NAN; n_rows]) } else { data };
        cohort.push(Column { name: header[i].clone(), data });
    }
    cohort.n_rows = n_rows;
    Ok(Pass::Done(Box::new(cohort), header.len()))
}

fn header(grid: &Grid<'_>, top: u32, cells: Vec<(u32, Value)>) -> Result<Vec<String>, IngestError> {
    let width = cells.last().map_or(0, |(column, _)| *column as usize + 1);
    let mut names = vec![String::new(); width];
    let mut faults = Faults::default();
    for (column, value) in cells {
        let name = value.text();
        if let Some(first) = names.iter().position(|n| *n == name) {
            faults.push(Fault::new(
                "INGEST-006",
                format!("two columns are called {name:?}"),
                format!("{} and {}", grid.cell(top, first as u32), place(top, column)),
                "nobody can say which one is meant",
                "rename one of them",
            ));
        }
        names[column as usize] = name;
    }
    faults.into_result()?;
    Ok(names)
}

/// Refuses joined cells in the table: only the first of them has the value.
fn whole(book: &mut Book, sheet: &str, cohort: &Cohort, width: usize) -> Result<(), IngestError> {
    let merged = book.merge_cells_by_sheet_name(sheet).map_err(broken)?;
    let (top, bottom) = (cohort.first_row as u32 - 2, (cohort.first_row + cohort.n_rows) as u32 - 2);
    let mut faults = Faults::default();
    for region in merged {
        if region.start.1 < width as u32 && region.end.0 >= top && region.start.0 <= bottom {
            faults.push(Fault::new(
                "INGEST-020",
                "cells of the table are merged",
                format!("sheet {sheet}, {}:{}", place(region.start.0, region.start.1), place(region.end.0, region.end.1)),
                "only the first of them holds the value: the others would be read as missing",
                "unmerge them and fill in each cell",
            ));
        }
    }
    faults.into_result()?;
    Ok(())
}

fn broken(what: impl std::fmt::Display) -> IngestError {
    damaged("an Excel workbook", what)
}
