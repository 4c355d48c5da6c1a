//! `didact grade`: what the evidence of a run is worth.

use super::claim::{tell, verdict_tables};
use super::told::{By, Told};
use super::{Common, Failure};
use crate::cohort::Fault;
use crate::store::Input;
use crate::study::{StudyFile, run_facts};
use crate::table::content::evidence as content;
use std::path::PathBuf;

/// What the evidence of a run is worth.
#[derive(clap::Args, Debug)]
pub struct Grade {
    /// The run's folder; its results.json and study.toml are read, no data
    #[arg(value_name = "RUN_DIR")]
    run: PathBuf,
    #[command(flatten)]
    told: Told,
    #[command(flatten)]
    by: By,
}

impl Grade {
    pub(super) fn run(&self, common: &Common) -> Result<(), Failure> {
        let standards = self.by.standards()?;
        let path = self.run.join("results.json");
        let results: serde_json::Value = serde_json::from_slice(&Input::open(&path.to_string_lossy())?.bytes()?)
            .map_err(|e| self.damaged("results.json", &e.to_string()))?;
        let study = Input::open(&self.run.join("study.toml").to_string_lossy())?.bytes()?;
        let study = String::from_utf8(study).map_err(|_| self.damaged("study.toml", "it is not text"))?;
        let study = StudyFile::parse(&study, "study.toml")?;
        let mut read = run_facts(&results, &study, &standards)?;
        self.told.apply(&mut read.facts)?;
        let guessed = study.context.compared().is_none() && !self.told.tells_comparison();
        if let Some(others) = self.told.other_outcomes()? {
            let own = read.facts.effect.and_then(|e| e.p_value);
            read.facts.domain = own.map(|p| std::iter::once(p).chain(others).collect());
        }
        let judgement = content::Judgement::of(read, standards, guessed);
        let judged = judgement.judged();
        if common.json {
            let mut document = judgement.document();
            document["study"] = serde_json::json!(study.study.title);
            document["simulated"] = serde_json::json!(study.data.simulate.is_some());
            document["fallacies"] = results["fallacies"].clone();
            return super::failure::print(&format!("{document:#}\n"));
        }
        let mut tables = verdict_tables(&judged, common);
        if common.quiet {
            tables.truncate(1);
        } else {
            tables.insert(2, content::facts(&judgement.read.known));
            if let Some(sizes) = &judgement.read.sizes {
                tables.insert(1, content::effect_sizes(sizes));
            }
        }
        tell(&judged, &tables)
    }

    fn damaged(&self, file: &str, what: &str) -> Failure {
        Fault::new(
            "RUN-001",
            format!("{file} cannot be read: {what}"),
            self.run.join(file).display().to_string(),
            "there is nothing to grade",
            "use the folder as the run wrote it",
        )
        .into()
    }
}
