//! SPSS data sets (`.sav`, `.zsav`), by the `ambers` crate.
//!
//! Numbers stay numbers, labelled or not; labels go into the codebook. Values that the file declares missing are missing, and the
//! codebook keeps their reasons. Days and moments become ISO text.

use super::builder::Builder;
use super::codes::Codes;
use super::guard::damaged;
use super::labels::Described;
use super::{IngestError, columnar, dates, no_rows, numbers};
use crate::cohort::{Cohort, Column, Data, Fault};
use crate::store::Input;
use ambers::{MissingSpec, SpssMetadata};
use arrow_array::ArrayRef;
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, DurationMicrosecondType, Float64Type, TimestampMicrosecondType};
use std::io::{BufReader, Cursor, Read, Seek};

/// Rows taken at a time.
const BATCH: usize = 1 << 14;
/// Seconds from 1582-10-14, where SPSS counts from, to 1970-01-01.
const EPOCH: f64 = 12_219_379_200.0;
/// More distinct reasons than this are told as ranges.
const REASONS: usize = 20;

pub(super) fn read(input: &Input, columns: Option<&[&str]>, codes: &Codes) -> Result<Cohort, IngestError> {
    match input {
        Input::File(path) => cohort(BufReader::with_capacity(1 << 20, input.file(path)?), columns, codes),
        _ => cohort(Cursor::new(input.bytes()?), columns, codes),
    }
}

fn cohort<R: Read + Seek>(reader: R, columns: Option<&[&str]>, codes: &Codes) -> Result<Cohort, IngestError> {
    let mut rows = ambers::scan_sav_from_reader(reader, BATCH).map_err(broken)?;
    let meta = rows.metadata().clone();
    let names = meta.variable_names.clone();
    let wanted: Vec<&str> = names.iter().map(String::as_str).filter(|n| columns.is_none_or(|c| c.contains(n))).collect();
    let mut cohort = Cohort { first_row: 1, names: names.clone(), declared_real: codes.keep.clone(), ..Cohort::default() };
    if wanted.is_empty() {
        return Ok(cohort);
    }
    rows.select(&wanted).map_err(broken)?;
    let mut readings: Vec<Reading> = wanted.iter().map(|name| Reading::new(name, &meta, codes)).collect();
    let mut n_rows = 0;
    while let Some(batch) = rows.next_batch().map_err(|e| broken(format!("after row {n_rows}: {e}")))? {
        for (reading, values) in readings.iter_mut().zip(batch.columns()) {
            reading.take(values, n_rows)?;
        }
        n_rows += batch.num_rows();
    }
    if let Some(warning) = rows.metadata().warnings.iter().find(|w| !harmless(w)) {
        return Err(broken(warning));
    }
    if n_rows == 0 {
        return Err(no_rows().into());
    }
    for reading in readings {
        let name = reading.name.clone();
        let (mut data, described) = reading.finish();
        columnar::declare_missing(&mut data, &codes.missing_in(&name));
        described.enter(&mut cohort.codebook, &name, "an SPSS file");
        cohort.push(Column { name, data });
    }
    Ok(cohort)
}

/// What some writers leave out of a file that is whole.
fn harmless(warning: &str) -> bool {
    warning.starts_with("header does not declare the number of values per row") || warning.starts_with("zsav trailer declares")
}

fn broken(what: impl std::fmt::Display) -> IngestError {
    damaged("an SPSS file", what)
}

/// A column being read.
struct Reading<'a> {
    name: String,
    declared: &'a [MissingSpec],
    /// The values, of a column of numbers.
    numbers: Vec<f64>,
    /// The values, of any other.
    text: Builder,
    described: Described,
}

impl<'a> Reading<'a> {
    fn new(name: &str, meta: &'a SpssMetadata, codes: &Codes) -> Reading<'a> {
        let labels =
            meta.value_labels(name).map(|l| l.iter().map(|(v, label)| (v.to_string().trim_end().to_string(), label.clone())).collect());
        let note = if meta.weight_variable.as_deref() == Some(name) { "the file's weight" } else { "" };
        Reading {
            name: name.to_string(),
            declared: meta.variable_missing_values.get(name).map_or(&[], Vec::as_slice),
            numbers: Vec::new(),
            text: Builder::new(true, &codes.missing_in(name), false),
            described: Described {
                label: meta.label(name).unwrap_or_default().to_string(),
                labels: labels.unwrap_or_default(),
                missing: Vec::new(),
                note,
            },
        }
    }

    fn take(&mut self, values: &ArrayRef, before: usize) -> Result<(), IngestError> {
        if let Some(numbers) = values.as_primitive_opt::<Float64Type>() {
            numbers.iter().for_each(|x| self.number(x));
            return Ok(());
        }
        // A span of time is a number of seconds.
        if let Some(spans) = values.as_primitive_opt::<DurationMicrosecondType>() {
            spans.iter().for_each(|t| self.number(t.map(|t| t as f64 / 1e6)));
            return Ok(());
        }
        if let Some(texts) = values.as_string_view_opt() {
            for (row, text) in texts.iter().enumerate() {
                let text = text.unwrap_or_default().trim();
                if text.contains('\u{fffd}') {
                    return Err(self.misread(before + row));
                }
                let declared = self.declared.iter().any(|m| matches!(m, MissingSpec::StringValue(s) if s.trim_end() == text));
                if declared && !text.is_empty() {
                    self.described.miss(text);
                }
                let _ = self.text.push(if declared { "" } else { text });
            }
        } else if let Some(days) = values.as_primitive_opt::<Date32Type>() {
            for d in days {
                let d = d.filter(|&d| self.known(Some(f64::from(d) * 86_400.0 + EPOCH)).is_some());
                let _ = self.text.push(&d.and_then(|d| dates::day(i64::from(d))).unwrap_or_default());
            }
        } else if let Some(moments) = values.as_primitive_opt::<TimestampMicrosecondType>() {
            for t in moments {
                let t = t.filter(|&t| self.known(Some(t as f64 / 1e6 + EPOCH)).is_some());
                let _ = self.text.push(&t.and_then(|t| dates::moment(t.div_euclid(1000))).unwrap_or_default());
            }
        } else {
            return Err(broken(format!("column {} is of a kind that is not known here", self.name)));
        }
        Ok(())
    }

    fn number(&mut self, x: Option<f64>) {
        let x = self.known(x).unwrap_or(f64::NAN);
        self.numbers.push(x);
    }

    /// A number that is there and not declared missing; else its reason is counted.
    fn known(&mut self, x: Option<f64>) -> Option<f64> {
        let Some(x) = x.filter(|x| !x.is_nan()) else {
            self.described.miss("system-missing");
            return None;
        };
        let declared = self.declared.iter().find(|m| match m {
            MissingSpec::Value(v) => *v == x,
            MissingSpec::Range { lo, hi } => (*lo..=*hi).contains(&x),
            MissingSpec::StringValue(_) => false,
        });
        let Some(spec) = declared else { return Some(x) };
        let code = format!("{x}");
        let reason = match self.described.labels.iter().find(|(value, _)| *value == code) {
            Some((_, label)) => format!("{code} = {label}"),
            None => code,
        };
        let reason = match spec {
            MissingSpec::Range { lo, hi } if self.described.missing.len() >= REASONS => format!("from {lo} to {hi}"),
            _ => reason,
        };
        self.described.miss(&reason);
        None
    }

    fn misread(&self, row: usize) -> IngestError {
        Fault::new(
            "INGEST-004",
            "the text does not fit the encoding that the file declares",
            format!("row {}, column {}", row + 1, self.name),
            "letters would be lost or changed",
            "save the file again in Unicode mode",
        )
        .into()
    }

    fn finish(self) -> (Data, Described) {
        let data = if self.numbers.is_empty() { self.text.finish(&self.name).0 } else { numbers::settle(self.numbers) };
        (data, self.described)
    }
}
