//! `didact verify`: is a run as it was written, and does it come out again?

use super::failure::print;
use super::folder::Found;
use super::progress::Progress;
use super::{Common, Failure, Threads, laboratory, pipeline};
use crate::provenance::{self, Manifest};
use crate::study::Calibration;
use std::path::PathBuf;

/// Rerun a finished run from its manifest and compare every number.
#[derive(clap::Args, Debug)]
pub struct Verify {
    /// The run's folder, or a bundle of it (didact bundle)
    #[arg(value_name = "RUN_DIR|FILE.zip")]
    run: PathBuf,
    /// Where the input file of a loaded study lies now
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
    /// Only whether the files are as they were written, by their hashes: nothing is computed again
    #[arg(long)]
    files_only: bool,
}

impl Verify {
    pub(super) fn run(&self, common: &Common, threads: &Threads) -> Result<(), Failure> {
        let mut found = Found::open(&self.run)?;
        let manifest = found.manifest()?;
        let mut places = pipeline::Places::around(&self.run, self.data.clone());
        places.held = found.take_data(&manifest);
        if self.files_only {
            return intact(&manifest, &found, common);
        }
        let progress = Progress::new(common);
        let made = if found.files.contains_key(provenance::CALIBRATION) {
            let calibration: Calibration = serde_json::from_value(found.json(provenance::CALIBRATION)?)
                .map_err(|e| found.damaged(format!("calibration.json cannot be read: {e}")))?;
            let loaded = pipeline::data_of(&calibration.study, &places)?;
            laboratory::again(&calibration, loaded.as_ref(), threads, &progress)
        } else {
            let slug = self.run.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            pipeline::execute(found.study()?, &slug, &places, threads, &progress).map(|(_, files)| files.files)
        };
        progress.done();
        tell(&manifest, &found, &made?, common)
    }
}

/// Says whether the files are as they were written, and fails where they are not.
fn intact(manifest: &Manifest, found: &Found, common: &Common) -> Result<(), Failure> {
    let files = provenance::changed(manifest, &found.files);
    let is_intact = files.is_empty();
    if common.json {
        let verdict = if is_intact { "intact" } else { "different" };
        let document = serde_json::json!({"verdict": verdict, "intact": is_intact, "causes": [], "files": files, "differences": []});
        print(&format!("{document:#}\n"))?;
    } else if is_intact {
        print(&format!(
            "intact: all {} files are as the run wrote them (nothing was computed again; without --files-only it is)\n",
            manifest.outputs.len()
        ))?;
    } else {
        let lines: String = files.iter().map(|f| format!("  file: {}\n", crate::render::text::printable(f))).collect();
        print(&format!("different\n{lines}"))?;
    }
    if is_intact { Ok(()) } else { Err(Failure::Different) }
}

/// Says what differs, and fails where something does.
fn tell(manifest: &Manifest, found: &Found, made: &[(String, Vec<u8>)], common: &Common) -> Result<(), Failure> {
    let verdict = provenance::verify(manifest, &found.files, made);
    let identical = verdict.is_identical();
    if common.json {
        let rows: Vec<_> = verdict.differences.iter().map(super::compare::json).collect();
        let document = serde_json::json!({
            "verdict": if identical { "identical" } else { "different" },
            "intact": provenance::changed(manifest, &found.files).is_empty(),
            "causes": verdict.causes, "files": verdict.files, "differences": rows,
        });
        print(&format!("{document:#}\n"))?;
    } else if identical {
        print(&format!("recomputed identical: all {} files came out again to the byte\n", manifest.outputs.len()))?;
    } else {
        let printable = crate::render::text::printable;
        let mut out = String::from("different\n");
        verdict.causes.iter().for_each(|c| out.push_str(&format!("  why: {}\n", printable(c))));
        verdict.files.iter().for_each(|f| out.push_str(&format!("  file: {}\n", printable(f))));
        out.push_str(&super::compare::table(&verdict.differences, "in the folder", "now"));
        print(&out)?;
    }
    if identical { Ok(()) } else { Err(Failure::Different) }
}
