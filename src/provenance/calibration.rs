//! All files of a calibration's folder, and of a shard's.

use super::files::{methods, outputs, table_rows};
use super::manifest::{InputRecord, Manifest};
use crate::evaluate::{Experiment, Replicate};
use crate::render::{self, RenderError};
use crate::study::Calibration;
use crate::table::content::{PublishedCalibration, calibration as content};
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

fn json(value: &impl Serialize) -> Result<Vec<u8>, RenderError> {
    serde_json::to_string_pretty(value).map(|text| (text + "\n").into_bytes()).map_err(|e| RenderError::Json(e.to_string()))
}

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
    let mut sorted: Vec<&Replicate> = draws.iter().collect();
    sorted.sort_by_key(|d| (d.point, d.number));
    let lines: String = sorted.into_iter().map(Replicate::line).collect();
    Ok(vec![(SHARD.into(), json(&record)?), (DRAWS.into(), lines.into_bytes())])
}

/// What a finished calibration was made from; with the program's version it says everything.
pub const CALIBRATION: &str = "calibration.json";

/// The command that repeats it from its own folder.
fn command(c: &Calibration) -> String {
    let mut out = format!("didact calibrate study.toml --replicates {}", c.replicates);
    c.grid.iter().for_each(|g| out.push_str(&format!(" --grid {g}")));
    c.conditions.iter().for_each(|(name, value)| out.push_str(&format!(" --set {name}={value}")));
    c.effects.iter().for_each(|e| out.push_str(&format!(" --effect {e}")));
    for outcome in c.study.roles.iter().flat_map(|r| &r.outcomes) {
        out.push_str(&format!(" --outcome {outcome}"));
    }
    out
}

/// The files of a finished calibration, the manifest last.
///
/// # Errors
/// When a renderer fails (a bug).
pub fn calibration_files(c: &PublishedCalibration) -> Result<Files, RenderError> {
    let command = command(&c.calibration);
    let report = content::report(c, &command);
    let mut files: Files = vec![("report.html".into(), render::html::html(&report)?.into_bytes())];
    files.push(("report.json".into(), json(&report)?));
    files.push(("results.json".into(), json(&c.document())?));
    files.extend(outputs(&report, &c.calibration.study.output)?);
    let study = c.calibration.study.to_toml();
    let hash = |bytes: &[u8]| blake3::hash(bytes).to_hex().to_string();
    files.push((CALIBRATION.into(), json(&c.calibration)?));
    let study_hash = hash(study.as_bytes());
    files.push(("study.toml".into(), study.into_bytes()));
    let manifest = Manifest {
        didact: env!("CARGO_PKG_VERSION").into(),
        command,
        seed: c.calibration.study.study.seed,
        study: study_hash,
        input: c.input.as_ref().map(|data| InputRecord { path: data.name.clone(), blake3: data.blake3.clone() }),
        rows: c.input.as_ref().map_or(Some(0), |data| data.rows).into(),
        table_rows: table_rows(&report),
        methods: methods(&c.cards(), c.calibration.study.data.simulate.as_deref()),
        disclosure_control: match (c.is_fitted(), c.calibration.study.privacy.on) {
            (false, _) => "not needed: the students are simulated".into(),
            (true, on) => if on { "on" } else { "off: the study file says so" }.into(),
        },
        minimum_cell: (c.is_fitted() && c.calibration.study.privacy.on).then_some(c.calibration.study.privacy.minimum_cell),
        outputs: files.iter().map(|(n, b)| (n.clone(), hash(b))).collect(),
    };
    files.push(("manifest.json".into(), json(&manifest)?));
    Ok(files)
}
