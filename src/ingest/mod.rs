//! Reading data: CSV and TSV (plain, gzip, zstd), Parquet, Arrow IPC. Only the columns asked for are kept.
//!
//! Parquet and Arrow are read by Polars. Delimited text is read with the `csv` crate, because every bad row must be
//! named by its number and a short row must never be filled up with missing values in silence.

mod builder;
mod codes;
mod coefficients;
mod columnar;
mod delimited;
pub mod profiles;
mod sniff;
pub mod write;

pub use codes::Codes;
pub use coefficients::{Coefficients, coefficients};

use crate::cohort::{Cohort, Fault, Faults, did_you_mean};
use crate::store::{Input, StoreError};

/// A data format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated text, or with semicolons or bars.
    Csv,
    /// Tab-separated text.
    Tsv,
    /// Parquet.
    Parquet,
    /// Arrow IPC (Feather).
    Arrow,
}

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

impl Format {
    /// By name, or by the file's ending.
    ///
    /// # Errors
    /// When neither says it.
    pub fn find(path: &str, named: Option<&str>) -> Result<Format, Faults> {
        const NAMES: [&str; 4] = ["csv", "tsv", "parquet", "arrow"];
        if let Some(name) = named {
            return match name.to_ascii_lowercase().as_str() {
                "csv" => Ok(Format::Csv),
                "tsv" => Ok(Format::Tsv),
                "parquet" => Ok(Format::Parquet),
                "arrow" | "ipc" | "feather" => Ok(Format::Arrow),
                _ => Err(Fault::new(
                    "INGEST-001",
                    format!("unknown format {name:?}"),
                    "--format",
                    "the file cannot be read",
                    did_you_mean(name, NAMES),
                )
                .into()),
            };
        }
        if path == "-" {
            return Ok(Format::Csv);
        }
        let lower = path.to_ascii_lowercase();
        let bare = lower.strip_suffix(".gz").or_else(|| lower.strip_suffix(".zst")).unwrap_or(&lower);
        match bare.rsplit('.').next() {
            Some("csv" | "txt") => Ok(Format::Csv),
            Some("tsv" | "tab") => Ok(Format::Tsv),
            Some("parquet" | "pq") => Ok(Format::Parquet),
            Some("arrow" | "ipc" | "feather") => Ok(Format::Arrow),
            _ => Err(Fault::new(
                "INGEST-001",
                "the file's ending does not tell its format",
                path,
                "didact does not guess from the content",
                "say it with --format csv|tsv|parquet|arrow",
            )
            .into()),
        }
    }
}

/// Reads a cohort. `columns`: those needed, or `None` for all. A needed column that is not there is left to the caller,
/// who knows its role.
///
/// # Errors
/// A file that cannot be read, or all faults of its content.
pub fn read(input: &Input, format: Format, columns: Option<&[&str]>, codes: &Codes) -> Result<Cohort, IngestError> {
    match format {
        Format::Csv | Format::Tsv => delimited::read(input, format == Format::Tsv, columns, codes),
        Format::Parquet | Format::Arrow => columnar::read(input, format, columns, codes),
    }
}
