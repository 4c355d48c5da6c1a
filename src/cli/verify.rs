//! `didact verify`: does a run come out again?

use super::failure::print;
use super::progress::Progress;
use super::{Common, Failure, Threads, laboratory, pipeline};
use crate::cohort::Fault;
use crate::provenance::{self, Manifest};
use crate::store;
use crate::study::{Calibration, StudyFile};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Rerun a finished run from its manifest and compare every number.
#[derive(clap::Args, Debug)]
pub struct Verify {
    /// The run's folder
    #[arg(value_name = "RUN_DIR")]
    run: PathBuf,
    /// Where the input file of a loaded study lies now
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,
}

impl Verify {
    pub(super) fn run(&self, common: &Common, threads: &Threads) -> Result<(), Failure> {
        let found = store::read_folder(&self.run)?;
        let damaged = |what: String| {
            Failure::from(Fault::new(
                "RUN-001",
                what,
                self.run.display().to_string(),
                "the run cannot be repeated from it",
                "use the folder as the run wrote it",
            ))
        };
        let file = |name: &str| found.get(name).ok_or_else(|| damaged(format!("{name} is missing")));
        let manifest: Manifest =
            serde_json::from_slice(file("manifest.json")?).map_err(|e| damaged(format!("manifest.json cannot be read: {e}")))?;
        let places = pipeline::Places::around(&self.run, self.data.clone());
        if let Some(bytes) = found.get(provenance::CALIBRATION) {
            let calibration: Calibration =
                serde_json::from_slice(bytes).map_err(|e| damaged(format!("calibration.json cannot be read: {e}")))?;
            let progress = Progress::new(common);
            let loaded = pipeline::data_of(&calibration.study, &places)?;
            let files = laboratory::again(&calibration, loaded.as_ref(), threads, &progress);
            progress.done();
            return tell(&manifest, &found, &files?, common);
        }
        let text = String::from_utf8(file("study.toml")?.clone()).map_err(|_| damaged("study.toml is not text".into()))?;
        let study = StudyFile::parse(&text, "study.toml")?;
        let progress = Progress::new(common);
        let slug = self.run.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let outcome = pipeline::execute(study, &slug, &places, threads, &progress);
        progress.done();
        let (_, files) = outcome?;
        tell(&manifest, &found, &files.files, common)
    }
}

/// Says what differs, and fails where something does.
fn tell(manifest: &Manifest, found: &BTreeMap<String, Vec<u8>>, made: &[(String, Vec<u8>)], common: &Common) -> Result<(), Failure> {
    let verdict = provenance::verify(manifest, found, made);
    let identical = verdict.is_identical();
    if common.json {
        let rows: Vec<_> = verdict.differences.iter().map(super::compare::json).collect();
        let document = serde_json::json!({
            "verdict": if identical { "identical" } else { "different" }, "causes": verdict.causes, "files": verdict.files, "differences": rows,
        });
        print(&format!("{document:#}\n"))?;
    } else if identical {
        print(&format!("identical: all {} files came out again to the byte\n", manifest.outputs.len()))?;
    } else {
        let mut out = String::from("different\n");
        verdict.causes.iter().for_each(|c| out.push_str(&format!("  why: {c}\n")));
        verdict.files.iter().for_each(|f| out.push_str(&format!("  file: {f}\n")));
        out.push_str(&super::compare::table(&verdict.differences, "in the folder", "now"));
        print(&out)?;
    }
    if identical { Ok(()) } else { Err(Failure::Different) }
}
