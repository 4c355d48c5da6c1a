//! Parquet and Arrow IPC through Polars, which reads and never adds up.

use super::codes::Codes;
use super::{Format, IngestError};
use crate::cohort::{Cohort, Column, Data, Fault, Integers, Texts, Wholes};
use crate::store::{Input, StoreError};
use polars::prelude::*;
use std::io::Cursor;

pub(super) fn read(input: &Input, format: Format, columns: Option<&[&str]>, codes: &Codes) -> Result<Cohort, IngestError> {
    match input {
        Input::File(path) => cohort(&|| input.file(path), format, columns, codes),
        Input::Folder(_) => Err(input.size().expect_err("a folder has no size").into()),
        Input::Bytes(bytes) => cohort(&|| Ok(Cursor::new(bytes.as_ref().clone())), format, columns, codes),
    }
}

/// Column by column, so that only one stands in memory twice.
fn cohort<R: polars::io::mmap::MmapBytesReader>(
    open: &dyn Fn() -> Result<R, StoreError>,
    format: Format,
    columns: Option<&[&str]>,
    codes: &Codes,
) -> Result<Cohort, IngestError> {
    let names: Vec<String> = match format {
        Format::Parquet => ParquetReader::new(open()?).schema().map_err(|e| unreadable(&e))?.iter_names().map(|n| n.to_string()).collect(),
        _ => IpcReader::new(open()?).schema().map_err(|e| unreadable(&e))?.iter_names().map(|n| n.to_string()).collect(),
    };
    let mut cohort = Cohort { first_row: 1, names: names.clone(), declared_real: codes.keep.clone(), ..Cohort::default() };
    for name in names.iter().filter(|n| columns.is_none_or(|c| c.contains(&n.as_str()))) {
        let wanted = Some(vec![name.clone()]);
        let frame = match format {
            Format::Parquet => ParquetReader::new(open()?).with_columns(wanted).finish(),
            _ => IpcReader::new(open()?).with_columns(wanted).finish(),
        };
        let mut frame = frame.map_err(|e| unreadable(&e))?;
        let series = frame.drop_in_place(name).map_err(|e| unreadable(&e))?;
        let mut data = convert(series.as_materialized_series())?;
        declare_missing(&mut data, &codes.missing_in(name));
        cohort.push(Column { name: name.clone(), data });
    }
    if !cohort.columns.is_empty() && cohort.n_rows == 0 {
        return Err(super::no_rows().into());
    }
    Ok(cohort)
}

fn unreadable(error: &PolarsError) -> IngestError {
    Fault::new(
        "INGEST-008",
        "the file cannot be read in this format",
        error.to_string(),
        "its content is damaged or of another kind",
        "check the file, or say its format with --format",
    )
    .into()
}

fn convert(series: &Series) -> Result<Data, IngestError> {
    let dtype = series.dtype().clone();
    let cast = |to: &DataType| series.strict_cast(to).map_err(|e| unreadable(&e));
    Ok(match dtype {
        DataType::Float64 => numbers(series.f64().map_err(|e| unreadable(&e))?),
        DataType::Float32 => numbers(cast(&DataType::Float64)?.f64().map_err(|e| unreadable(&e))?),
        DataType::Int64 => wholes(series.i64().map_err(|e| unreadable(&e))?),
        DataType::Boolean
        | DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::UInt8
        | DataType::UInt16
        | DataType::UInt32
        | DataType::UInt64 => wholes(cast(&DataType::Int64)?.i64().map_err(|e| unreadable(&e))?),
        DataType::Null => Data::Number(vec![f64::NAN; series.len()]),
        DataType::String => texts(series.str().map_err(|e| unreadable(&e))?),
        _ => texts(cast(&DataType::String)?.str().map_err(|e| unreadable(&e))?),
    })
}

fn numbers(values: &Float64Chunked) -> Data {
    let mut out = Vec::with_capacity(values.len());
    for chunk in values.downcast_iter() {
        if chunk.validity().is_none() {
            out.extend_from_slice(chunk.values().as_slice());
        } else {
            out.extend(chunk.iter().map(|v| v.copied().unwrap_or(f64::NAN)));
        }
    }
    Data::Number(out)
}

fn wholes(values: &Int64Chunked) -> Data {
    if values.null_count() > 0 {
        return Data::Whole(Wholes::from_options(values.iter()));
    }
    let chunks: Vec<&[i64]> = values.downcast_iter().map(|chunk| chunk.values().as_slice()).collect();
    Data::whole(Wholes::complete(Integers::of(chunks.iter().flat_map(|chunk| chunk.iter().copied()))))
}

fn texts(values: &StringChunked) -> Data {
    let list: Vec<Option<&str>> = values.iter().collect();
    Data::Text(Texts::encode(list.iter().map(|v| v.map(str::trim).filter(|s| !s.is_empty()))))
}

pub(super) fn declare_missing(data: &mut Data, codes: &[&str]) {
    let numbers: Vec<f64> = codes.iter().filter_map(|c| c.parse().ok()).collect();
    if let Data::Flag(flags) = data
        && (numbers.contains(&0.0) || numbers.contains(&1.0))
    {
        *data = Data::Whole(Wholes::complete(flags.iter().map(|&f| i64::from(f)).collect::<Vec<_>>()));
    }
    match data {
        Data::Number(v) => v.iter_mut().filter(|x| numbers.contains(x)).for_each(|x| *x = f64::NAN),
        Data::Whole(w) if !numbers.is_empty() => {
            let options: Vec<Option<i64>> = (0..w.values.len()).map(|i| w.get(i).filter(|&v| !numbers.contains(&(v as f64)))).collect();
            *w = Wholes::from_options(options);
        }
        Data::Text(t) if !codes.is_empty() => {
            let values: Vec<Option<String>> =
                (0..t.codes.len()).map(|i| t.get(i).filter(|v| !codes.contains(v)).map(str::to_string)).collect();
            *t = Texts::encode(values.iter().map(|v| v.as_deref()));
        }
        _ => {}
    }
}
