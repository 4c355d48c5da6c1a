//! `didact run`: the main job.

use super::failure::print;
use super::progress::Progress;
use super::{Common, Failure, Threads, pipeline};
use crate::store::{StoreError, write_folder};
use crate::table::content;
use std::path::PathBuf;

/// The main job.
#[derive(clap::Args, Debug)]
pub struct Run {
    /// A study file, or the name of a built-in study (didact list studies)
    #[arg(value_name = "STUDY", default_value = "belmont-cragin")]
    study: String,
    /// The folder to write [default: runs/STUDY-HASH]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The seed, instead of the study's
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// A parameter of the simulated world, as NAME=VALUE (repeatable)
    #[arg(long, value_name = "NAME=VALUE")]
    set: Vec<String>,
    /// Write the sealed file of the simulated world too: every student-year with and without profiles, also those that nobody recorded
    #[arg(long)]
    sealed: bool,
}

impl Run {
    pub(super) fn run(&self, common: &Common, threads: &Threads) -> Result<(), Failure> {
        if let Some(out) = &self.out
            && out.symlink_metadata().is_ok()
        {
            return Err(Failure::Store(StoreError::plain(format!(
                "{} exists already, and a finished run is never overwritten: give another place with --out, or move it away",
                out.display()
            ))));
        }
        let (mut study, slug, places) = pipeline::find(&self.study)?;
        if let Some(seed) = self.seed {
            study.study.seed = seed;
        }
        pipeline::set(&mut study, &self.set)?;
        study.data.sealed |= self.sealed;
        let progress = Progress::new(common);
        let outcome = pipeline::execute(study, &slug, &places, threads, &progress);
        progress.done();
        let (run, files) = outcome?;
        let place = self.out.clone().unwrap_or_else(|| free(&files.name));
        let place = write_folder(&place, &files.files)?;
        let page = place.join("report.html");
        if common.json {
            let results = files.files.iter().find(|(n, _)| n == "results.json").map(|(_, b)| b.as_slice()).unwrap_or_default();
            let mut value: serde_json::Value = serde_json::from_slice(results).map_err(|e| Failure::Internal(e.to_string()))?;
            value["folder"] = serde_json::json!(place.to_string_lossy());
            value["report"] = serde_json::json!(page.to_string_lossy());
            return print(&format!("{value:#}\n"));
        }
        let mut text = files.verdict.as_ref().map_or(String::new(), |v| format!("{v}\n"));
        for sentence in content::terminal(&run) {
            text.push_str(&sentence);
            text.push('\n');
        }
        let mut compared = content::side_by_side(&run.analyses, run.study.study.level);
        content::in_units(&run, &mut compared);
        if !compared.rows.is_empty() && !common.quiet {
            // The words stand below; a terminal has no room for them in a column.
            text.push_str(&format!("\n{}\n", crate::render::text::text(&compared.without("apart"))));
            for sentence in content::comparison(&run.analyses) {
                text.push_str(&format!("{}\n", crate::render::text::printable(&sentence)));
            }
        }
        if !common.quiet {
            text.push_str(&format!("\nReport: {}\nCheck it: didact verify {}\n", page.display(), place.display()));
        }
        print(&text)
    }
}

/// `runs/NAME`, or with a number behind it when the same run was made before.
pub(super) fn free(name: &str) -> PathBuf {
    let runs = PathBuf::from("runs");
    let first = runs.join(name);
    if first.symlink_metadata().is_err() {
        return first;
    }
    (2..).map(|n| runs.join(format!("{name}-{n}"))).find(|p| p.symlink_metadata().is_err()).expect("some number is free")
}
