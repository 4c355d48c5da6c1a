//! CSV and TSV, with every bad row named.

use super::builder::Builder;
use super::codes::Codes;
use super::{IngestError, sniff};
use crate::cohort::{Cohort, Column, Data, Fault, Faults};
use crate::store::{Input, StoreError};
use std::collections::BTreeSet;
use std::io::Read;

pub(super) fn read(input: &Input, tabs: bool, columns: Option<&[&str]>, codes: &Codes) -> Result<Cohort, IngestError> {
    let mut as_text: BTreeSet<usize> = BTreeSet::new();
    loop {
        match pass(input, tabs, columns, codes, &as_text)? {
            Pass::Done(cohort) => return Ok(*cohort),
            Pass::Again(column) => {
                as_text.insert(column);
            }
        }
    }
}

enum Pass {
    Done(Box<Cohort>),
    /// This column turned out to be text: read again, so that no identifier is rewritten.
    Again(usize),
}

fn pass(input: &Input, tabs: bool, columns: Option<&[&str]>, codes: &Codes, as_text: &BTreeSet<usize>) -> Result<Pass, IngestError> {
    let mut plain = sniff::unpack(input.reader()?).map_err(damaged)?;
    let head = sniff::head(&mut plain).map_err(damaged)?;
    let line = &head[..head.iter().position(|&b| b == b'\n').unwrap_or(head.len())];
    let crlf = line.ends_with(b"\r");
    if head.iter().all(u8::is_ascii_whitespace) {
        return Err(Fault::new(
            "INGEST-002",
            "the file is empty",
            "the first line",
            "there is nothing to read",
            "check the path, or export the data again",
        )
        .into());
    }
    let separator = if tabs { b'\t' } else { sniff::separator(line) };
    let mut rows = csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .from_reader(std::io::Cursor::new(head).chain(plain));
    let mut record = csv::ByteRecord::new();
    rows.read_byte_record(&mut record).map_err(|e| text_fault(&e))?;
    let header = header(&record)?;
    let keep: Vec<usize> = match columns {
        None => (0..header.len()).collect(),
        Some(names) => (0..header.len()).filter(|&i| names.contains(&header[i].as_str())).collect(),
    };
    let decimal_comma = separator != b',';
    let mut builders: Vec<Builder> =
        keep.iter().map(|&i| Builder::new(as_text.contains(&i), &codes.missing_in(&header[i]), decimal_comma)).collect();
    let mut faults = Faults::default();
    let mut n_rows = 0usize;
    while rows.read_byte_record(&mut record).map_err(|e| text_fault(&e))? {
        n_rows += 1;
        let line = || record.position().map_or(0, |p| p.line() + u64::from(crlf));
        if record.len() != header.len() {
            faults.push(Fault::new(
                "INGEST-003",
                format!("a row has {} cells where the header has {}", record.len(), header.len()),
                format!("line {}", line()),
                "cells would slip into the wrong columns",
                "correct the row; a cell that contains the separator must stand in quotes",
            ));
            continue;
        }
        for (builder, &i) in builders.iter_mut().zip(&keep) {
            match std::str::from_utf8(&record[i]) {
                Ok(cell) => {
                    if builder.push(cell).is_err() {
                        return Ok(Pass::Again(i));
                    }
                }
                Err(_) => {
                    faults.push(Fault::new(
                        "INGEST-004",
                        "the text is not UTF-8",
                        format!("line {}, column {}", line(), header[i]),
                        "letters would be lost or changed",
                        "save the file as UTF-8 (in a spreadsheet: CSV UTF-8)",
                    ));
                    let _ = builder.push("");
                }
            }
        }
    }
    if n_rows == 0 {
        faults.push(Fault::new(
            "INGEST-005",
            "the file has a header and no rows",
            "after the first line",
            "there is nothing to analyse",
            "check the path, or export the data again",
        ));
    }
    faults.into_result()?;
    let mut cohort = Cohort { first_row: 2, names: header.clone(), declared_real: codes.keep.clone(), ..Cohort::default() };
    for (builder, &i) in builders.into_iter().zip(&keep) {
        let (data, suspects) = builder.finish(&header[i]);
        cohort.undeclared.extend(suspects.into_iter().filter(|s| !codes.is_kept(&header[i], &s.code)));
        // A column without any value has no kind: call it text.
        let empty =
            matches!(&data, Data::Whole(w) if !w.values.is_empty() && w.missing.len() == w.values.len() && w.missing.iter().all(|m| *m));
        let data = if empty { Data::Number(vec![f64::NAN; n_rows]) } else { data };
        cohort.push(Column { name: header[i].clone(), data });
    }
    cohort.n_rows = n_rows;
    Ok(Pass::Done(Box::new(cohort)))
}

fn header(record: &csv::ByteRecord) -> Result<Vec<String>, IngestError> {
    let mut faults = Faults::default();
    let mut names: Vec<String> = Vec::new();
    for (i, cell) in record.iter().enumerate() {
        match std::str::from_utf8(cell) {
            Err(_) => {
                faults.push(Fault::new(
                    "INGEST-004",
                    "the header is not UTF-8",
                    format!("line 1, cell {}", i + 1),
                    "column names would be lost",
                    "save the file as UTF-8",
                ));
                names.push(String::new());
            }
            Ok(name) => {
                let name = name.trim().to_string();
                if let Some(first) = names.iter().position(|n| *n == name && !n.is_empty()) {
                    faults.push(Fault::new(
                        "INGEST-006",
                        format!("two columns are called {name:?}"),
                        format!("line 1, cells {} and {}", first + 1, i + 1),
                        "nobody can say which one is meant",
                        "rename one of them",
                    ));
                }
                names.push(name);
            }
        }
    }
    faults.into_result()?;
    Ok(names)
}

fn text_fault(error: &csv::Error) -> IngestError {
    if let csv::ErrorKind::Io(e) = error.kind() {
        return damaged(std::io::Error::new(e.kind(), e.to_string()));
    }
    Fault::new("INGEST-007", "the text cannot be read as rows and cells", format!("{error}"), "rows would be lost", "correct the file")
        .into()
}

/// A compressed file that breaks off or is damaged is a fault of the data; anything else of the disk.
fn damaged(e: std::io::Error) -> IngestError {
    use std::io::ErrorKind::{InvalidData, InvalidInput, Other, UnexpectedEof};
    if matches!(e.kind(), InvalidData | InvalidInput | UnexpectedEof | Other) {
        return Fault::new(
            "INGEST-010",
            "the compressed file is damaged or breaks off",
            e.to_string(),
            "rows would be lost",
            "copy or export the file again",
        )
        .into();
    }
    IngestError::Store(StoreError::new("reading the data", e))
}
