//! `didact verify`: does a run come out again?

use super::failure::print;
use super::progress::Progress;
use super::{Common, Failure, Threads, pipeline};
use crate::cohort::Fault;
use crate::provenance::{self, Manifest};
use crate::store;
use crate::study::StudyFile;
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
        let text = String::from_utf8(file("study.toml")?.clone()).map_err(|_| damaged("study.toml is not text".into()))?;
        let mut study = StudyFile::parse(&text, "study.toml")?;
        let mut near: Vec<PathBuf> = self.run.ancestors().take(4).map(PathBuf::from).collect();
        near.push(PathBuf::from("."));
        if let Some(data) = &self.data {
            study.data.path = Some(data.to_string_lossy().into_owned());
        }
        let progress = Progress::new(common);
        let slug = self.run.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let named = study.data.path.clone();
        let outcome = pipeline::execute(study, &slug, &near, threads, &progress);
        progress.done();
        let (mut run, mut files) = outcome?;
        if self.data.is_some() && named.is_some() {
            // The path is the reader's own; everything else must come out as it was.
            run.study.data.path = StudyFile::parse(&text, "study.toml")?.data.path;
            run.input = run.input.map(|(_, hash)| (manifest.input.as_ref().map(|i| i.path.clone()).unwrap_or_default(), hash));
            files = provenance::files(&run, &slug).map_err(|e| Failure::Internal(e.to_string()))?;
        }
        let verdict = provenance::verify(&manifest, &found, &files.files);
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
}
