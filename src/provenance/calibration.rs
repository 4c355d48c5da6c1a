//! All files of a calibration's folder, and of a shard's.

use crate::evaluate::{Experiment, Replicate};
use crate::render::{self, RenderError};
use crate::study::{Calibrated, Calibration};
use crate::table::content::calibration as content;
use serde::{Deserialize, Serialize};

/// What a shard is a part of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShardRecord {
    /// The program's version.
    pub didact: String,
    /// BLAKE3 of everything the numbers depend on.
    pub fingerprint: String,
    /// Which part.
    pub part: usize,
    /// Of how many.
    pub of: usize,
    /// What the whole is made from.
    pub calibration: Calibration,
}

/// The name of a shard's record in its folder.
pub const SHARD: &str = "shard.json";
/// The name of a shard's draws in its folder, a line each.
pub const DRAWS: &str = "draws.txt";

type Files = Vec<(String, Vec<u8>)>;

/// The files of a shard.
///
/// # Errors
/// When the record cannot be written as JSON (a bug).
pub fn shard_files(
    calibration: &Calibration,
    experiment: &Experiment<'_>,
    (part, of): (usize, usize),
    draws: &[Replicate],
) -> Result<Files, RenderError> {
    let record = ShardRecord {
        didact: env!("CARGO_PKG_VERSION").into(),
        fingerprint: experiment.fingerprint(),
        part,
        of,
        calibration: calibration.clone(),
    };
    let record = serde_json::to_string_pretty(&record).map_err(|e| RenderError::Json(e.to_string()))? + "\n";
    let mut sorted: Vec<&Replicate> = draws.iter().collect();
    sorted.sort_by_key(|d| (d.point, d.number));
    let lines: String = sorted.into_iter().map(Replicate::line).collect();
    Ok(vec![(SHARD.into(), record.into_bytes()), (DRAWS.into(), lines.into_bytes())])
}

/// The files of a finished calibration, results first.
///
/// # Errors
/// When a renderer fails (a bug).
pub fn calibration_files(c: &Calibrated) -> Result<Files, RenderError> {
    let mut files: Files = vec![("results.json".into(), format!("{:#}\n", c.document()).into_bytes())];
    for table in content::tables(c) {
        for name in &c.calibration.study.output.formats {
            if let Some(format) = render::Format::from_name(name) {
                files.push((format!("tables/{}.{}", table.id, format.extension()), format.table(&table).into_bytes()));
            }
        }
    }
    files.push(("study.toml".into(), c.calibration.study.to_toml().into_bytes()));
    Ok(files)
}
