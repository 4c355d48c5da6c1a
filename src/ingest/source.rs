//! Where data come from, and in which format.

use crate::cohort::{Fault, Faults, did_you_mean};
use crate::ingest::IngestError;
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
    /// Stata, releases 102 to 119.
    Stata,
    /// SPSS, plain or compressed.
    Spss,
    /// An Excel workbook (xlsx, xlsm).
    Excel,
    /// A folder of OneRoster 1.1 or 1.2 CSV files.
    OneRoster,
}

/// Data to read.
#[derive(Debug, Clone)]
pub struct Source {
    /// The bytes, or the folder.
    pub input: Input,
    /// Their format.
    pub format: Format,
    /// Which sheet of a workbook; its first where none is named.
    pub sheet: Option<String>,
}

impl Source {
    /// A file, a folder or standard input (`-`), with the format told by its name unless it is said.
    ///
    /// # Errors
    /// When it is not there, or its format is not known.
    pub fn open(path: &str, format: Option<&str>, sheet: Option<&str>) -> Result<Source, IngestError> {
        let named = format.map(|name| Format::find(path, Some(name))).transpose()?;
        if let (None, false) = (named, Input::is_folder(path)) {
            let format = Format::find(path, None)?;
            return Source::of(Input::open(path)?, format, sheet);
        }
        let input = Input::open(path)?;
        if named.is_none() && !holds_a_roster(&input)? {
            return Err(StoreError::plain(format!(
                "{path} is a folder, and holds no file of a OneRoster export (users.csv, orgs.csv …): name a file"
            ))
            .into());
        }
        let format = named.unwrap_or(Format::OneRoster);
        Source::of(input, format, sheet)
    }

    /// An input of a known format.
    ///
    /// # Errors
    /// When a sheet is named and the format has none.
    pub fn of(input: Input, format: Format, sheet: Option<&str>) -> Result<Source, IngestError> {
        if let (Some(sheet), false) = (sheet, format == Format::Excel) {
            return Err(Fault::new(
                "INGEST-015",
                format!("a sheet is named ({sheet:?}), and the data are not an Excel workbook"),
                "--sheet, or sheet under [data]",
                "only a workbook has sheets",
                "leave the sheet out, or say --format xlsx",
            )
            .into());
        }
        Ok(Source { input, format, sheet: sheet.map(str::to_string) })
    }
}

/// Whether a folder holds some file that only a OneRoster export has.
fn holds_a_roster(folder: &Input) -> Result<bool, StoreError> {
    for name in ["manifest.csv", "users.csv", "orgs.csv", "classes.csv", "enrollments.csv"] {
        if folder.member(name)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Format {
    /// By name, or by the file's ending.
    ///
    /// # Errors
    /// When neither says it.
    pub fn find(path: &str, named: Option<&str>) -> Result<Format, Faults> {
        const NAMES: [&str; 8] = ["csv", "tsv", "parquet", "arrow", "stata", "spss", "xlsx", "oneroster"];
        if let Some(name) = named {
            return match name.to_ascii_lowercase().as_str() {
                "csv" => Ok(Format::Csv),
                "tsv" => Ok(Format::Tsv),
                "parquet" => Ok(Format::Parquet),
                "arrow" | "ipc" | "feather" => Ok(Format::Arrow),
                "stata" | "dta" => Ok(Format::Stata),
                "spss" | "sav" | "zsav" => Ok(Format::Spss),
                "xlsx" | "xlsm" | "excel" => Ok(Format::Excel),
                "oneroster" => Ok(Format::OneRoster),
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
        let packed = bare.len() < lower.len();
        match bare.rsplit('.').next() {
            Some("csv" | "txt") => Ok(Format::Csv),
            Some("tsv" | "tab") => Ok(Format::Tsv),
            Some("parquet" | "pq") => Ok(Format::Parquet),
            Some("arrow" | "ipc" | "feather") => Ok(Format::Arrow),
            Some("dta") if !packed => Ok(Format::Stata),
            Some("sav" | "zsav") if !packed => Ok(Format::Spss),
            Some("xlsx" | "xlsm") if !packed => Ok(Format::Excel),
            _ => Err(Fault::new(
                "INGEST-001",
                "the file's ending does not tell its format",
                path,
                "didact does not guess from the content",
                "say it with --format csv|tsv|parquet|arrow|stata|spss|xlsx; a folder is taken as OneRoster",
            )
            .into()),
        }
    }
}
