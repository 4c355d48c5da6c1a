//! The report: what a reader sees, in the order they see it.

use serde::Serialize;

use super::figure::Figure;
use super::redo::Redo;
use super::table::Table;

/// All of a report's content.
#[derive(Debug, Clone, Serialize, serde::Deserialize)]
pub struct Report {
    /// The study's title.
    pub title: String,
    /// The question asked, in one plain sentence.
    pub question: String,
    /// Whether the students are simulated: said at the top.
    pub simulated: bool,
    /// The answer, first.
    pub answer: Answer,
    /// What a reader must know before believing the answer.
    pub notices: Vec<Notice>,
    /// What could be wrong, check by check.
    #[serde(default)]
    pub checks: Vec<CheckLine>,
    /// The figures, most telling first.
    pub figures: Vec<Figure>,
    /// The tables.
    pub tables: Vec<Table>,
    /// The methods that were used.
    pub methods: Vec<Method>,
    /// Terms and their meaning in plain words.
    pub glossary: Vec<(String, String)>,
    /// What it takes to repeat the run.
    pub rerun: Rerun,
}

/// The answer in plain words.
#[derive(Debug, Clone, Serialize, serde::Deserialize)]
pub struct Answer {
    /// The verdict in a word or two.
    pub word: String,
    /// A few plain sentences, short enough to be read aloud: what was found, how sure, and why.
    pub sentences: Vec<String>,
    /// The few numbers the answer rests on.
    pub key_numbers: Vec<KeyNumber>,
    /// Sentences for those who read on: how often such an interval is right, and what would change the verdict.
    #[serde(default)]
    pub further: Vec<String>,
    /// What this study cannot say.
    pub cannot_say: Vec<String>,
    /// Questions a reader should ask.
    pub ask: Vec<String>,
}

/// A number shown large, with its meaning.
#[derive(Debug, Clone, Serialize, serde::Deserialize)]
pub struct KeyNumber {
    /// The element's id in the page: `key-estimate`, `key-interval`, `key-p`.
    pub id: String,
    /// What the number is.
    pub label: String,
    /// The number as people read it, with its unit.
    pub value: String,
    /// What it means in plain words.
    pub explain: String,
}

/// A check as a page lists it.
#[derive(Debug, Clone, Serialize, serde::Deserialize)]
pub struct CheckLine {
    /// Its name, with the options that differ from the defaults.
    pub check: String,
    /// It in a few words.
    pub title: String,
    /// `ok`, `caution`, `fail` or `cannot-tell`.
    pub verdict: String,
    /// Why.
    pub reason: String,
    /// What to do.
    pub remedy: String,
    /// The table with its numbers, by its id, where there is one.
    pub table: Option<String>,
}

/// How much a notice weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// It can change what a reader should conclude.
    Caution,
    /// It is good to know.
    Note,
}

/// Something a reader must know.
#[derive(Debug, Clone, Serialize, serde::Deserialize)]
pub struct Notice {
    /// A stable code: `few-clusters`.
    pub code: String,
    /// A short heading.
    pub title: String,
    /// What, why it matters, and what to do.
    pub message: String,
    /// How much it weighs.
    pub level: Level,
}

/// A method that was used, in plain words.
#[derive(Debug, Clone, Serialize, serde::Deserialize)]
pub struct Method {
    /// Its name.
    pub name: String,
    /// What it does.
    pub what: String,
    /// What must hold for it to be right.
    pub assumptions: String,
    /// The paper and the equations.
    pub source: String,
    /// Raised whenever a number it gives can change.
    pub version: u32,
}

/// What it takes to repeat the run.
#[derive(Debug, Clone, Serialize, serde::Deserialize)]
pub struct Rerun {
    /// The command.
    pub command: String,
    /// The seed of every random draw.
    pub seed: u64,
    /// The program's version.
    pub version: String,
    /// More labels and values: hashes, row counts.
    pub items: Vec<(String, String)>,
    /// What is promised about the bytes of a rerun.
    pub same_bytes_note: String,
    /// Whether the page can do the headline's inference again; `None` where there is no such thing, as in a calibration.
    #[serde(default)]
    pub redo: Option<Redo>,
}
