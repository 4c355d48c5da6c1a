//! Reading data: CSV and TSV (plain, gzip, zstd), Parquet, Arrow IPC, Stata, SPSS, Excel, OneRoster folders. Only the columns
//! asked for are kept.
//!
//! Parquet and Arrow are read by Polars. Delimited text is read with the `csv` crate, because every bad row must be
//! named by its number and a short row must never be filled up with missing values in silence. What a statistics program's file
//! says of its columns (labels, reasons for missing values) goes into the codebook; a column of labelled numbers stays numbers.

mod builder;
mod codes;
mod coefficients;
mod columnar;
mod dates;
mod delimited;
mod excel;
mod guard;
mod labels;
mod numbers;
mod oneroster;
pub mod profiles;
mod sniff;
mod source;
mod spss;
mod stata;
pub mod write;

pub use codes::Codes;
pub use coefficients::{Coefficients, coefficients};
pub use source::{Format, Source};

use crate::cohort::{Cohort, Fault, Faults};
use crate::store::StoreError;

/// What went wrong in reading.
#[derive(Debug)]
pub enum IngestError {
    /// The file cannot be read.
    Store(StoreError),
    /// Its content is faulty.
    Faults(Faults),
}

impl From<StoreError> for IngestError {
    fn from(e: StoreError) -> Self {
        IngestError::Store(e)
    }
}

impl From<Faults> for IngestError {
    fn from(e: Faults) -> Self {
        IngestError::Faults(e)
    }
}

impl From<Fault> for IngestError {
    fn from(e: Fault) -> Self {
        IngestError::Faults(e.into())
    }
}

/// Reads a cohort. `columns`: those needed, or `None` for all. A needed column that is not there is left to the caller,
/// who knows its role.
///
/// # Errors
/// A file that cannot be read, or all faults of its content.
pub fn read(source: &Source, columns: Option<&[&str]>, codes: &Codes) -> Result<Cohort, IngestError> {
    let input = &source.input;
    match source.format {
        Format::Csv | Format::Tsv => delimited::read(input, source.format == Format::Tsv, columns, codes),
        Format::Parquet | Format::Arrow => columnar::read(input, source.format, columns, codes),
        Format::Stata => guard::calm("a Stata file", || stata::read(input, columns, codes)),
        Format::Spss => guard::calm("an SPSS file", || spss::read(input, columns, codes)),
        Format::Excel => guard::calm("an Excel workbook", || excel::read(input, source.sheet.as_deref(), columns, codes)),
        Format::OneRoster => oneroster::read(input, columns, codes),
    }
}

/// The fault of a file without a row.
fn no_rows() -> Fault {
    Fault::new(
        "INGEST-005",
        "the file has no rows",
        "the whole file",
        "there is nothing to analyse",
        "check the path, or export the data again",
    )
}
