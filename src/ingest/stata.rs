//! Stata data sets (`.dta`, releases 102 to 119), by the `dta` crate.
//!
//! Numbers stay numbers, labelled or not; labels and the reasons of missing values (`.`, `.a` to `.z`) go into the codebook.
//! Days (`%td`) and moments (`%tc`) become ISO text; months, quarters, half-years, weeks and years stay whole numbers, which can
//! be periods.

mod tap;

use super::builder::Builder;
use super::codes::Codes;
use super::guard::damaged;
use super::labels::Described;
use super::{IngestError, columnar, dates, no_rows, numbers};
use crate::cohort::{Cohort, Column, Data, Fault};
use crate::store::Input;
use dta::stata::dta::byte_order::ByteOrder;
use dta::stata::dta::dta_reader::DtaReader;
use dta::stata::dta::long_string_ref::LongStringRef;
use dta::stata::dta::release::Release;
use dta::stata::dta::value::Value;
use dta::stata::dta::value_label_table::ValueLabelTable;
use dta::stata::dta::variable::Variable;
use dta::stata::dta::variable_type::VariableType;
use dta::stata::missing_value::MissingValue;
use dta::stata::temporal::TemporalKind;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::BufReader;
use tap::Tap;

/// Each variable takes at least this many bytes of any release's header.
const LEAST_BYTES: u64 = 40;
/// The number by which Stata stores `.` in a list of labels; `.a` to `.z` follow it.
const SYSTEM_MISSING: i32 = 2_147_483_621;
/// Days from 1960-01-01 to 1970-01-01.
const EPOCH: i64 = 3653;

pub(super) fn read(input: &Input, columns: Option<&[&str]>, codes: &Codes) -> Result<Cohort, IngestError> {
    let size = input.size()?;
    let tap = Tap::new(Box::new(BufReader::with_capacity(1 << 18, input.reader()?)), size);
    let start = DtaReader::new().from_reader(tap.clone());
    let head = start.read_header().map_err(broken)?;
    let (release, count) = (head.header().release(), head.header().variable_count());
    if u64::from(count).saturating_mul(LEAST_BYTES) > size {
        return Err(broken(format!("the header declares {count} variables, more than {size} bytes can hold")));
    }
    let big_endian = head.header().byte_order() == ByteOrder::BigEndian;
    let tagged = release >= Release::V117;
    let bounded = |marks: &[(&[u8], usize)]| tap.bounded(big_endian, marks).map_err(broken);
    let mut extras = head.read_schema().map_err(broken)?;
    loop {
        match (tagged, release >= Release::V110) {
            (true, _) => bounded(&[(b"<ch>", 0)])?,
            (false, true) => bounded(&[(b"", 1)])?,
            (false, false) => {}
        }
        if extras.read_characteristic().map_err(broken)?.is_none() {
            break;
        }
    }
    let mut records = extras.into_record_reader().map_err(broken)?;
    let variables = records.schema().variables().to_vec();
    let names: Vec<String> = variables.iter().map(|v| v.name().to_string()).collect();
    let mut wanted: Vec<Reading> = variables
        .iter()
        .enumerate()
        .filter(|(_, v)| columns.is_none_or(|c| c.contains(&v.name())))
        .map(|(at, variable)| Reading::new(at, variable, codes))
        .collect();
    let mut n_rows = 0usize;
    loop {
        let record = records.read_lazy_record().map_err(|e| broken(format!("row {}: {e}", n_rows + 1)))?;
        let Some(record) = record else { break };
        n_rows += 1;
        for column in &mut wanted {
            let place = |e: &dyn Display| broken(format!("row {n_rows}, column {}: {e}", column.variable.name()));
            let value = record.value(column.at).map_err(|e| place(&e))?;
            column.push(value).map_err(|what| broken(format!("row {n_rows}, column {}: {what}", variables[column.at].name())))?;
        }
    }
    let mut strings: BTreeMap<(u32, u64), String> = BTreeMap::new();
    let encoding = records.encoding();
    let mut long = records.into_long_string_reader().map_err(broken)?;
    loop {
        if tagged {
            bounded(&[(b"GSO", if release == Release::V117 { 9 } else { 13 })])?;
        }
        let Some(text) = long.read_long_string().map_err(broken)? else { break };
        if let Some(value) = text.data_str(encoding) {
            strings.insert((text.variable(), text.observation()), value.into_owned());
        }
    }
    let mut last = long.into_value_label_reader().map_err(broken)?;
    let mut labels = ValueLabelTable::new();
    loop {
        match (tagged, release >= Release::V108) {
            (true, _) => bounded(&[(b"<lbl>", 0)])?,
            (false, true) => bounded(&[(b"", 0)])?,
            (false, false) => {}
        }
        let Some(set) = last.read_value_label_set().map_err(broken)? else { break };
        labels.insert(set);
    }

    let mut cohort = Cohort { first_row: 1, names, declared_real: codes.keep.clone(), ..Cohort::default() };
    let source = format!("a Stata file (release {})", release_number(release));
    for mut column in wanted {
        let name = column.variable.name().to_string();
        column.described.label = column.variable.label().to_string();
        column.label_values(&labels);
        let long_text = |key: &LongStringRef| strings.get(&(key.variable(), key.observation())).cloned();
        let data = column.cells.finish(&name, &codes.missing_in(&name), &long_text)?;
        column.described.enter(&mut cohort.codebook, &name, &source);
        cohort.push(Column { name, data });
    }
    if !cohort.columns.is_empty() && n_rows == 0 {
        return Err(no_rows().into());
    }
    Ok(cohort)
}

fn broken(what: impl Display) -> IngestError {
    damaged("a Stata file", what)
}

fn release_number(release: impl std::fmt::Debug) -> String {
    format!("{release:?}").trim_start_matches('V').to_string()
}

/// A column being read.
struct Reading {
    at: usize,
    variable: Variable,
    cells: Cells,
    described: Described,
}

enum Cells {
    Numbers(Vec<f64>),
    /// Days or milliseconds from 1960-01-01, as ISO text.
    Moments(Builder, TemporalKind),
    Texts(Builder),
    /// Text kept apart, after the rows.
    Long(Vec<LongStringRef>),
}

impl Reading {
    fn new(at: usize, variable: &Variable, codes: &Codes) -> Reading {
        let mut described = Described::default();
        let text = || Builder::new(true, &codes.missing_in(variable.name()), false);
        let cells = match variable.variable_type() {
            VariableType::FixedString(_) => Cells::Texts(text()),
            VariableType::LongString => Cells::Long(Vec::new()),
            _ => {
                let kind = TemporalKind::from_format(variable.format());
                described.note = match kind {
                    Some(TemporalKind::DateTimeLeap) => "milliseconds since 1960, leap seconds counted",
                    Some(TemporalKind::Week) => "weeks since the first of 1960",
                    Some(TemporalKind::Month) => "months since January 1960",
                    Some(TemporalKind::Quarter) => "quarters since the first of 1960",
                    Some(TemporalKind::HalfYear) => "half-years since the first of 1960",
                    _ => "",
                };
                match kind {
                    Some(kind @ (TemporalKind::Date | TemporalKind::DateTime)) => Cells::Moments(text(), kind),
                    _ => Cells::Numbers(Vec::new()),
                }
            }
        };
        Reading { at, variable: variable.clone(), cells, described }
    }

    fn push(&mut self, value: Value<'_>) -> Result<(), String> {
        let number = match value {
            Value::String(text) => {
                if let Cells::Texts(builder) = &mut self.cells {
                    let _ = builder.push(&text);
                }
                return Ok(());
            }
            Value::LongStringRef(key) => {
                if let Cells::Long(keys) = &mut self.cells {
                    keys.push(key);
                }
                return Ok(());
            }
            Value::Byte(v) => v.present().map(f64::from).ok_or(Value::Byte(v)),
            Value::Int(v) => v.present().map(f64::from).ok_or(Value::Int(v)),
            Value::Long(v) => v.present().map(f64::from).ok_or(Value::Long(v)),
            Value::Float(v) => v.present().map(f64::from).ok_or(Value::Float(v)),
            Value::Double(v) => v.present().ok_or(Value::Double(v)),
        };
        let number = match number {
            Ok(x) => Some(x),
            Err(missing) => {
                self.described.miss(&reason(&missing));
                None
            }
        };
        match &mut self.cells {
            Cells::Numbers(values) => values.push(number.unwrap_or(f64::NAN)),
            Cells::Moments(builder, kind) => {
                let text = match number {
                    None => String::new(),
                    Some(x) if x.abs() < 1e17 => match kind {
                        TemporalKind::Date => dates::day(libm::floor(x) as i64 - EPOCH),
                        _ => dates::moment(libm::floor(x) as i64 - EPOCH * 86_400_000),
                    }
                    .ok_or("a date outside the years 1 to 9999")?,
                    Some(_) => return Err("a date outside the years 1 to 9999".into()),
                };
                let _ = builder.push(&text);
            }
            Cells::Texts(_) | Cells::Long(_) => return Err("a number in a column of text".into()),
        }
        Ok(())
    }

    /// The labels of the column's values, and of its reasons for missing ones.
    fn label_values(&mut self, labels: &ValueLabelTable) {
        let Some(set) = labels.get(self.variable.value_label_name()) else { return };
        for entry in set.entries() {
            match missing_letter(entry.value()) {
                None => self.described.labels.push((entry.value().to_string(), entry.label().to_string())),
                Some(code) => {
                    if let Some(found) = self.described.missing.iter_mut().find(|(reason, _)| *reason == code) {
                        found.0 = format!("{code} = {}", entry.label());
                    }
                }
            }
        }
    }
}

impl Cells {
    fn finish(self, name: &str, missing: &[&str], text: &dyn Fn(&LongStringRef) -> Option<String>) -> Result<Data, IngestError> {
        Ok(match self {
            Cells::Numbers(values) => {
                let mut data = numbers::settle(values);
                columnar::declare_missing(&mut data, missing);
                data
            }
            Cells::Moments(builder, _) | Cells::Texts(builder) => builder.finish(name).0,
            Cells::Long(keys) => {
                let mut builder = Builder::new(true, missing, false);
                for (row, key) in keys.iter().enumerate() {
                    let empty = key.variable() == 0 && key.observation() == 0;
                    let value = if empty { Some(String::new()) } else { text(key) };
                    let Some(value) = value else {
                        return Err(Fault::new(
                            "INGEST-004",
                            "a long text is not there, or is not text",
                            format!("row {}, column {name}", row + 1),
                            "the value would be lost",
                            "export the file again, or leave the column out",
                        )
                        .into());
                    };
                    let _ = builder.push(&value);
                }
                builder.finish(name).0
            }
        })
    }
}

fn reason(value: &Value<'_>) -> String {
    use dta::stata::{stata_byte::StataByte, stata_double::StataDouble, stata_float::StataFloat};
    use dta::stata::{stata_int::StataInt, stata_long::StataLong};
    let missing = match value {
        Value::Byte(StataByte::Missing(m)) => *m,
        Value::Int(StataInt::Missing(m)) => *m,
        Value::Long(StataLong::Missing(m)) => *m,
        Value::Float(StataFloat::Missing(m)) => *m,
        Value::Double(StataDouble::Missing(m)) => *m,
        _ => MissingValue::System,
    };
    missing.to_string()
}

/// `.` or `.a` to `.z`, where a label's value is the number by which Stata stores it.
fn missing_letter(value: i32) -> Option<String> {
    let at = u8::try_from(value.checked_sub(SYSTEM_MISSING)?).ok()?;
    match at {
        0 => Some(".".into()),
        1..=26 => Some(format!(".{}", char::from(b'a' + at - 1))),
        _ => None,
    }
}
