//! What the papers of a run's folder say: where it comes from, what it takes to repeat it, which file shows what.

use super::disclosure::Gate;
use crate::cohort::Entry;
use crate::estimate::Card;
use crate::study::{Analysis, Run};
use crate::table::Report;
use std::collections::BTreeMap;

/// A file of the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its name within the folder.
    pub name: String,
    /// How many bytes it has.
    pub bytes: usize,
    /// BLAKE3 of them.
    pub blake3: String,
}

/// A table or figure, and its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exhibit {
    /// The heading.
    pub title: String,
    /// Its files, the first of them the one to read by program.
    pub files: Vec<String>,
}

/// A method that was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Its name.
    pub method: String,
    /// Its version.
    pub version: u32,
    /// The papers.
    pub source: String,
}

/// Where the students come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Simulated by the program.
    Simulated {
        /// The world.
        world: String,
        /// Its version.
        version: u32,
        /// Whether the students are in the folder, in `sealed.csv`.
        sealed: bool,
    },
    /// Read from a file that is not part of the folder.
    Loaded {
        /// Its name.
        name: String,
        /// BLAKE3 of the columns read, in any order of rows.
        blake3: String,
        /// Counts below this are suppressed; `None`: disclosure control was turned off.
        minimum_cell: Option<u64>,
    },
}

/// All that the papers say.
#[derive(Debug, Clone, PartialEq)]
pub struct Capsule {
    /// The study's title.
    pub title: String,
    /// The question asked.
    pub question: String,
    /// What was found, in sentences.
    pub answer: Vec<String>,
    /// Who did it.
    pub authors: Vec<String>,
    /// The day of publication, where the study gives one.
    pub date: Option<String>,
    /// The licence, where the study gives one.
    pub license: Option<String>,
    /// Where the students come from.
    pub origin: Origin,
    /// The program's version.
    pub version: String,
    /// The command that repeats the run.
    pub command: String,
    /// The seed.
    pub seed: u64,
    /// The line of study.toml where it stands, from 1.
    pub seed_line: usize,
    /// Rows of the source; `None`: it would give away how few were left out.
    pub rows: Option<usize>,
    /// Columns of the source: name and meaning, where it is told.
    pub variables: Vec<(String, String)>,
    /// Tables and figures.
    pub exhibits: Vec<Exhibit>,
    /// Methods and their papers.
    pub references: Vec<Reference>,
    /// What the run computed, item by item, with its counts.
    pub work: Vec<String>,
    /// The files written before the papers: how many, and their bytes.
    pub storage: (usize, usize),
    /// No laptop should need longer for so much work; a bound, not measured.
    pub time: &'static str,
    /// No more memory should be needed; a bound, not measured.
    pub memory: &'static str,
}

/// What the papers of a run say. `study_text`: the resolved study file; `parts`: the files written so far.
pub fn capsule(run: &Run, report: &Report, study_text: &str, columns: &[String], parts: &[Part]) -> Capsule {
    let about = &run.study.study;
    let gate = Gate::of(run);
    let origin = match (&run.truth, &run.input) {
        (Some(truth), _) => Origin::Simulated { world: truth.world.clone(), version: truth.version, sealed: run.study.data.sealed },
        (None, input) => {
            let (name, blake3) = input.clone().unwrap_or_default();
            Origin::Loaded { name, blake3, minimum_cell: (!gate.is_open()).then_some(gate.least) }
        }
    };
    let meaning = |column: &String| {
        let known = run.codebook.entries.iter().find(|e| e.column == *column);
        let said = |e: &Entry| match e.coding() {
            coding if coding.is_empty() => e.meaning.clone(),
            coding => format!("{} ({coding})", e.meaning),
        };
        (column.clone(), known.map(said).unwrap_or_default())
    };
    let files = |folder: &str, id: &str| {
        let own = |p: &&Part| p.name.strip_prefix(folder).and_then(|n| n.strip_prefix(id)).is_some_and(|rest| rest.starts_with('.'));
        let mut names: Vec<String> = parts.iter().filter(own).map(|p| p.name.clone()).collect();
        names.sort_by_key(|n| !n.ends_with(".csv"));
        names
    };
    let shown = report
        .tables
        .iter()
        .map(|t| (&t.title, files("tables/", &t.id)))
        .chain(report.figures.iter().map(|f| (&f.title, files("figures/", &f.id))));
    let work = run.n_rows.saturating_mul(run.analyses.len().max(1));
    Capsule {
        title: about.title.clone(),
        question: about.question.clone(),
        answer: [&report.answer.sentences[..], &report.answer.further[..]].concat(),
        authors: about.authors.clone(),
        date: about.date.clone(),
        license: about.license.clone(),
        origin,
        version: report.rerun.version.clone(),
        command: report.rerun.command.clone(),
        seed: about.seed,
        seed_line: study_text.lines().position(|l| l.starts_with("seed = ")).map_or(0, |i| i + 1),
        rows: (!gate.source).then_some(run.n_rows),
        variables: columns.iter().map(meaning).collect(),
        exhibits: shown.map(|(title, files)| Exhibit { title: title.clone(), files }).filter(|e| !e.files.is_empty()).collect(),
        references: references(&run.cards()),
        work: computed(run),
        storage: (parts.len(), parts.iter().map(|p| p.bytes).sum()),
        time: if work <= 20_000_000 { "10 minutes" } else { "60 minutes" },
        memory: match run.n_rows {
            0..=500_000 => "2 GB",
            500_001..=5_000_000 => "8 GB",
            _ => "64 GB",
        },
    }
}

/// What a run computed, and how often it drew: what a rerun repeats.
fn computed(run: &Run) -> Vec<String> {
    let subgroups = run.subgroups.iter().filter(|s| s.result.is_ok()).count();
    let mut out = vec![format!("estimates (an outcome by an estimator): {}; in subgroups: {subgroups}", run.analyses.len())];
    let analyses = run.analyses.iter().chain(run.subgroups.iter().filter_map(|s| s.result.as_ref().ok()));
    let draws: usize = analyses.map(drawn).sum();
    out.push(format!("draws of resampling methods (bootstrap, permutation): {draws}"));
    if let Some(Ok(trust)) = &run.trust {
        out.push(format!(
            "draws of the whole design, to try the headline's interval: {}",
            trust.performance.n + trust.performance.n_failed()
        ));
    }
    if let Some(Ok(found)) = &run.multiverse {
        let shuffles = found.curve.joint.as_ref().map_or(0, |joint| joint.shuffles);
        out.push(format!("specifications of the curve: {}, under {shuffles} shuffles of treatment", found.curve.specifications.len()));
    }
    out.push(format!("checks: {}", run.checks.len()));
    out
}

/// The random draws of an analysis: each method's, once for all its effects.
fn drawn(a: &Analysis) -> usize {
    let mut methods: BTreeMap<&str, usize> = BTreeMap::new();
    for e in a.effects.iter().filter_map(|e| e.result.as_ref().ok()) {
        if let Some(simulated) = &e.simulated {
            let most = methods.entry(e.inference.as_str()).or_default();
            *most = (*most).max(simulated.replicates + simulated.failures);
        }
    }
    methods.values().sum()
}

fn references(cards: &[&Card]) -> Vec<Reference> {
    cards.iter().map(|c| Reference { method: c.id.into(), version: c.version, source: c.source.into() }).collect()
}
