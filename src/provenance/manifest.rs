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
    pub rows: usize,
    /// Rows of each table and figure, by the name of its CSV file (which is written where the study asks for that format).
    #[serde(default)]
    pub table_rows: BTreeMap<String, usize>,
    /// Versions of the methods used; a version changes whenever a number can.
    pub methods: Vec<MethodRecord>,
    /// Whether the tables passed the disclosure gate (loaded data), with its smallest cell.
    pub minimum_cell: Option<u64>,
    /// BLAKE3 of each output file.
    pub outputs: BTreeMap<String, String>,
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
