//! `didact grade`: what the evidence of a run is worth.

use super::claim::{tell, verdict_tables};
use super::told::{By, Told};
use super::{Common, Failure};
use crate::cohort::Fault;
use crate::evidence::claim::{Question, shrink};
use crate::evidence::standard::Key;
use crate::evidence::verdict::{Verdict, open_questions};
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

/// What a grade rests on beside what every verdict does.
const USED: &[Key] = &[Key::PriorMean, Key::PriorSd, Key::KraftSize, Key::MonthsToolkit, Key::MonthsTrial];

/// What no file tells of a comparison that was read off the units.
const TREATED: Question = Question {
    missing: "who counts as treated",
    ask: "Was it settled before the start who counts as treated, or by how much they used it?",
};

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
        let guessed = read.facts.comparison.is_some() && !self.told.tells_comparison();
        if let Some(others) = self.told.other_outcomes()? {
            let own = read.facts.effect.and_then(|e| e.p_value);
            read.facts.domain = own.map(|p| std::iter::once(p).chain(others).collect());
        }
        let verdict = Verdict::of(&read.facts, &standards);
        let mut questions = open_questions(&verdict);
        if guessed {
            questions.insert(0, TREATED);
        }
        let effect = read.facts.effect;
        let judged = content::Judged {
            facts: &read.facts,
            verdict: &verdict,
            standards: &standards,
            shrunk: effect.and_then(|e| shrink(e.estimate, e.error(standards.number(Key::Alpha))?, &standards)),
            questions: &questions,
            effect: effect.map(|e| e.estimate),
            settings: content::with_settings(&verdict.settings, &standards, USED),
        };
        if common.json {
            let mut document = judged.document();
            document["study"] = serde_json::json!(study.study.title);
            document["headline"] = serde_json::json!({"outcome": read.outcome, "estimator": read.estimator, "inference": read.inference});
            document["simulated"] = serde_json::json!(study.data.simulate.is_some());
            document["read"] = serde_json::json!(read.known);
            return super::failure::print(&format!("{document:#}\n"));
        }
        let mut tables = verdict_tables(&judged, common);
        if common.quiet {
            tables.truncate(1);
        } else {
            tables.insert(2, content::facts(&read.known));
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
