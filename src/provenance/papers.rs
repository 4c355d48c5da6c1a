//! The papers of a run's folder: README, citation, licence, RO-Crate.

use crate::render::RenderError;
use crate::render::capsule::{citation::citation, crate_metadata::crate_metadata, licence::licence, readme::readme};
use crate::study::{self, Run};
use crate::table::Report;
use crate::table::content::capsule::{Part, capsule};

type Files = Vec<(String, Vec<u8>)>;

fn parts(files: &Files) -> Vec<Part> {
    let part = |(name, bytes): &(String, Vec<u8>)| Part {
        name: name.clone(),
        bytes: bytes.len(),
        blake3: blake3::hash(bytes).to_hex().to_string(),
    };
    files.iter().map(part).collect()
}

/// Adds them to the files of a run; the metadata last, because they hold the others' hashes.
///
/// # Errors
/// When the metadata cannot be written as JSON (a bug).
pub(super) fn add_papers(run: &Run, report: &Report, study_text: &str, files: &mut Files) -> Result<(), RenderError> {
    let columns = study::columns(&run.study).unwrap_or_default();
    let capsule = capsule(run, report, study_text, &columns, &parts(files));
    files.push(("README.md".into(), readme(&capsule).into_bytes()));
    files.push(("CITATION.cff".into(), citation(&capsule).into_bytes()));
    files.push(("LICENSE.txt".into(), licence(&capsule).into_bytes()));
    let metadata = serde_json::to_string_pretty(&crate_metadata(&capsule, &parts(files))).map_err(|e| RenderError::Json(e.to_string()))?;
    files.push(("ro-crate-metadata.json".into(), (metadata + "\n").into_bytes()));
    Ok(())
}
