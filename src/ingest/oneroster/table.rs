//! One file of a OneRoster folder.

use crate::cohort::{Fault, Faults, did_you_mean};
use crate::ingest::{IngestError, sniff};
use crate::store::{Input, StoreError};
use std::collections::{BTreeMap, BTreeSet};

/// A file's rows, without those marked `tobedeleted`.
pub(super) struct Table {
    /// The file's name.
    pub(super) file: &'static str,
    header: Vec<String>,
    pub(super) rows: Vec<Row>,
    /// Row by `sourcedId`, where the file has one.
    ids: BTreeMap<String, usize>,
    /// The `sourcedId` of rows marked `tobedeleted`.
    gone: BTreeSet<String>,
    /// Rows marked `tobedeleted`.
    pub(super) n_gone: usize,
}

/// A row and its line in the file.
pub(super) struct Row {
    pub(super) line: u64,
    cells: Vec<String>,
}

/// What a reference leads to.
pub(super) enum Found {
    /// A row of the other file.
    Row(usize),
    /// A row marked `tobedeleted`: what refers to it goes with it.
    Gone,
    /// Nothing.
    Nothing,
}

impl Table {
    /// Reads a file; `None` where the folder has none of this name.
    pub(super) fn read(folder: &Input, file: &'static str, needed: &[&str], faults: &mut Faults) -> Result<Option<Table>, IngestError> {
        let Some(input) = folder.member(file)? else { return Ok(None) };
        let disk = |e: std::io::Error| IngestError::Store(StoreError::new(format!("reading {file}"), e));
        let plain = sniff::unpack(input.reader()?).map_err(disk)?;
        let mut rows = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(plain);
        let mut record = csv::ByteRecord::new();
        let mut table = Table { file, header: Vec::new(), rows: Vec::new(), ids: BTreeMap::new(), gone: BTreeSet::new(), n_gone: 0 };
        while rows.read_byte_record(&mut record).map_err(|e| disk(e.into()))? {
            let line = record.position().map_or(0, csv::Position::line);
            let mut cells = Vec::with_capacity(record.len());
            for cell in &record {
                match std::str::from_utf8(cell) {
                    Ok(text) => cells.push(text.trim().to_string()),
                    Err(_) => {
                        faults.push(Fault::new(
                            "INGEST-004",
                            "the text is not UTF-8",
                            format!("{file}, line {line}, cell {}", cells.len() + 1),
                            "letters would be lost or changed",
                            "export the folder again as UTF-8",
                        ));
                        cells.push(String::new());
                    }
                }
            }
            if table.header.is_empty() {
                table.header = cells;
                if !table.has(needed, faults) {
                    return Ok(Some(table));
                }
            } else {
                table.push(Row { line, cells }, faults);
            }
        }
        if table.header.is_empty() {
            table.has(needed, faults);
        }
        Ok(Some(table))
    }

    /// Whether the header has these columns; each that it has not is a fault.
    pub(super) fn has(&self, needed: &[&str], faults: &mut Faults) -> bool {
        let mut all = true;
        for name in needed.iter().filter(|n| !self.header.iter().any(|h| h == *n)) {
            all = false;
            faults.push(Fault::new(
                "INGEST-021",
                format!("{} has no column {name}", self.file),
                format!("{}, line 1", self.file),
                "OneRoster's headers are exact, small and capital letters included",
                did_you_mean(name, self.header.iter().map(String::as_str)),
            ));
        }
        all
    }

    fn push(&mut self, row: Row, faults: &mut Faults) {
        if row.cells.len() != self.header.len() {
            faults.push(Fault::new(
                "INGEST-003",
                format!("a row has {} cells where the header has {}", row.cells.len(), self.header.len()),
                format!("{}, line {}", self.file, row.line),
                "cells would slip into the wrong columns",
                "correct the row; a cell that contains a comma must stand in quotes",
            ));
            return;
        }
        let id = self.cell(&row, "sourcedId").to_string();
        if self.cell(&row, "status").eq_ignore_ascii_case("tobedeleted") {
            self.n_gone += 1;
            self.gone.insert(id);
            return;
        }
        if !id.is_empty()
            && let Some(first) = self.ids.insert(id, self.rows.len())
        {
            faults.push(Fault::new(
                "INGEST-022",
                format!("two rows of {} have one sourcedId", self.file),
                format!("{}, lines {} and {}", self.file, self.rows[first].line, row.line),
                "nobody can say which one the other files mean",
                "export the folder again, or delete the wrong row",
            ));
        }
        self.rows.push(row);
    }

    /// A cell by its column; empty where the file has no such column.
    pub(super) fn cell<'r>(&self, row: &'r Row, column: &str) -> &'r str {
        self.header.iter().position(|h| h == column).and_then(|i| row.cells.get(i)).map_or("", String::as_str)
    }

    /// The columns besides those that every file has.
    pub(super) fn own_columns(&self) -> Vec<&str> {
        let shared = ["sourcedId", "status", "dateLastModified", ""];
        self.header.iter().map(String::as_str).filter(|h| !shared.contains(h)).collect()
    }

    /// Whether there is such a column.
    pub(super) fn knows(&self, column: &str) -> bool {
        self.header.iter().any(|h| h == column)
    }

    /// The row of an identifier.
    pub(super) fn find(&self, id: &str) -> Found {
        match self.ids.get(id) {
            Some(&row) => Found::Row(row),
            None if self.gone.contains(id) => Found::Gone,
            None => Found::Nothing,
        }
    }

    /// The row that a cell of another file refers to; one that leads nowhere is a fault.
    pub(super) fn follow(&self, from: &Table, row: &Row, column: &str, faults: &mut Faults) -> Option<usize> {
        match self.find(from.cell(row, column)) {
            Found::Row(at) => Some(at),
            Found::Gone => None,
            Found::Nothing => {
                faults.push(Fault::new(
                    "INGEST-023",
                    format!("{column} leads to no row of {}", self.file),
                    format!("{}, line {}", from.file, row.line),
                    "the row would be lost, or joined to nobody",
                    format!("export both files at one time, or delete the row if {} is right", self.file),
                ));
                None
            }
        }
    }
}
