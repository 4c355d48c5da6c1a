//! The manifest: versions, seed, hashes of input and outputs. It holds no time and no machine, so that it repeats to the byte.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a run was made from, and what it made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The program's version.
    pub didact: String,
    /// The command that repeats the run.
    pub command: String,
    /// The seed.
    pub seed: u64,
    /// BLAKE3 of the resolved study file, study.toml.
    pub study: String,
    /// The input file, when loaded.
    pub input: Option<InputRecord>,
    /// Rows of the source.
    pub rows: Rows,
    /// Rows of each table and figure, by the name of its CSV file (which is written where the study asks for that format).
    #[serde(default)]
    pub table_rows: BTreeMap<String, usize>,
    /// Versions of the methods used; a version changes whenever a number can.
    pub methods: Vec<MethodRecord>,
    /// Whether disclosure control was on, off, or not needed.
    #[serde(default)]
    pub disclosure_control: String,
    /// The smallest count of students that is told, where it was on.
    pub minimum_cell: Option<u64>,
    /// BLAKE3 of each output file.
    pub outputs: BTreeMap<String, String>,
}

/// How many rows were read: a number, or `{"suppressed": true}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Rows {
    /// That many.
    Told(usize),
    /// It would give away how few were left out.
    Withheld {
        /// Always true.
        suppressed: bool,
    },
}

impl From<Option<usize>> for Rows {
    fn from(rows: Option<usize>) -> Rows {
        rows.map_or(Rows::Withheld { suppressed: true }, Rows::Told)
    }
}

/// An input file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InputRecord {
    /// The path as the study writes it.
    pub path: String,
    /// BLAKE3 of the content of the columns read, whatever the order of rows.
    pub blake3: String,
}

/// A method and its version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MethodRecord {
    /// The name.
    pub id: String,
    /// The version.
    pub version: u32,
}
