//! A cohort as a file: CSV or Parquet.

use crate::cohort::{Cohort, Data};
use polars::prelude::*;

/// The cohort as CSV; missing values are empty cells.
pub fn csv(cohort: &Cohort) -> Vec<u8> {
    let mut out = csv::Writer::from_writer(Vec::new());
    let fine = "writing to memory cannot fail";
    out.write_record(cohort.columns.iter().map(|c| c.name.as_str())).expect(fine);
    for row in 0..cohort.n_rows {
        out.write_record(cohort.columns.iter().map(|c| c.data.display(row))).expect(fine);
    }
    out.into_inner().expect(fine)
}

/// The cohort as Parquet (zstd).
///
/// # Errors
/// When Polars cannot encode it.
pub fn parquet(cohort: &Cohort) -> Result<Vec<u8>, String> {
    let columns = cohort
        .columns
        .iter()
        .map(|c| {
            let name: PlSmallStr = c.name.as_str().into();
            match &c.data {
                Data::Number(v) => Column::new(name, v.iter().map(|x| (!x.is_nan()).then_some(*x)).collect::<Vec<_>>()),
                Data::Flag(v) => Column::new(name, v.iter().map(|&f| i64::from(f)).collect::<Vec<_>>()),
                Data::Whole(w) => Column::new(name, (0..w.values.len()).map(|i| w.get(i)).collect::<Vec<_>>()),
                Data::Text(t) => Column::new(name, (0..t.codes.len()).map(|i| t.get(i)).collect::<Vec<_>>()),
            }
        })
        .collect();
    let mut frame = DataFrame::new(cohort.n_rows, columns).map_err(|e| e.to_string())?;
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).finish(&mut frame).map_err(|e| e.to_string())?;
    Ok(bytes)
}
