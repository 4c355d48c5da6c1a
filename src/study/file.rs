//! The study file: strict TOML, every default written out when resolved.

use super::context::Context;
use super::implementation::ImplementationSection;
use super::multiverse::MultiverseSection;
use super::plan::PlanSection;
use crate::cohort::{Fault, Faults, did_you_mean};
use crate::infer::multiplicity::Adjustment;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A study: what is asked of which data, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StudyFile {
    /// What the study is.
    pub study: About,
    /// The data: simulated or loaded.
    pub data: DataSection,
    /// Which column plays which part. For a simulated study they are known and may be left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roles: Option<Roles>,
    /// What is estimated; the first is the headline.
    #[serde(default)]
    pub analysis: Vec<AnalysisSection>,
    /// What no data tell: how the study came about.
    #[serde(default, skip_serializing_if = "Context::is_empty")]
    pub context: Context,
    /// How well it was carried out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub implementation: Option<ImplementationSection>,
    /// The plan it was locked to.
    #[serde(default, skip_serializing_if = "PlanSection::is_empty")]
    pub plan: PlanSection,
    /// What could be wrong with the headline: all checks are on.
    #[serde(default)]
    pub checks: ChecksSection,
    /// Specification curve.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multiverse: Option<MultiverseSection>,
    /// How the headline interval is tried on the study's own design.
    #[serde(default, skip_serializing_if = "CalibrationSection::is_open")]
    pub calibration: CalibrationSection,
    /// Disclosure.
    #[serde(default)]
    pub privacy: Privacy,
    /// Output.
    #[serde(default)]
    pub output: Output,
}

/// What the study is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// The title.
    pub title: String,
    /// The question, in plain words.
    #[serde(default)]
    pub question: String,
    /// Who did the study; the run's folder is cited by these names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authors: Vec<String>,
    /// The day on which it is published, YYYY-MM-DD: never taken from a clock, so that a rerun gives the same bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// The licence of the tables, figures and texts, as its address or SPDX name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// The seed of everything random.
    #[serde(default = "default_seed")]
    pub seed: u64,
    /// The confidence level.
    #[serde(default = "default_level")]
    pub level: f64,
}

/// The data: exactly one of `simulate` and `path`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DataSection {
    /// A world to simulate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub simulate: Option<String>,
    /// Parameters of the world that differ from its defaults.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub world: BTreeMap<String, f64>,
    /// Write the sealed file too (`sealed.csv`): every student-year with and without profiles, also those that nobody recorded. Of a world
    /// only.
    #[serde(default, skip_serializing_if = "is_off")]
    pub sealed: bool,
    /// A file, relative to the study file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The file's format, where its ending does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// The sheet of an Excel workbook; its first where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Values that mean missing: "CODE" or "COLUMN=CODE".
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// Values that look like missing codes and are real: "CODE" or "COLUMN=CODE".
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keep: Vec<String>,
    /// Units seen twice in a period: "refuse" or "mean".
    #[serde(default)]
    pub duplicates: DuplicatesRule,
    /// Keep only rows with these values: "COLUMN=VALUE".
    #[serde(default, rename = "where", skip_serializing_if = "Vec::is_empty")]
    pub filter: Vec<String>,
}

/// What to do with a unit seen twice in a period.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DuplicatesRule {
    /// Refuse the data.
    #[default]
    Refuse,
    /// Average on purpose.
    Mean,
}

/// Which column plays which part.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Roles {
    /// The student; the unit unless `unit` says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub student: Option<String>,
    /// The unit that is followed over time, where it is not the student.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The classroom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classroom: Option<String>,
    /// The school.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub school: Option<String>,
    /// The period, a whole number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// The first treated period; 0, empty, NA, Inf: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cohort: Option<String>,
    /// Instead of cohort: 0/1, in the treated arm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arm: Option<String>,
    /// With arm: 0/1, after the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<String>,
    /// Instead of cohort: a 0/1 status that switches on; for chaisemartin-dhaultfoeuille alone any treatment that changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub treatment: Option<String>,
    /// The unit of assignment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// How much of the treatment each treated unit had (for `dose-response`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dose: Option<String>,
    /// Who really used it, 0 or 1 or a share (for `compliance`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub take_up: Option<String>,
    /// The absorbed effects of twfe and event-study, exactly these (by default unit and period): "school", "school^year" for each
    /// combination, `student[year]` for each student's own level and trend.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fixed_effects: Vec<String>,
    /// A second clustering that crosses the first (two-way).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_cluster: Option<String>,
    /// Levels between cluster and unit, coarse to fine.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<String>,
    /// Clusters were assigned within the values of this column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<String>,
    /// Weights.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights: Option<String>,
    /// The outcomes; the first is the headline.
    #[serde(default)]
    pub outcomes: Vec<String>,
    /// Covariates.
    #[serde(default)]
    pub covariates: Vec<String>,
    /// Columns in whose values the effect is also estimated.
    #[serde(default)]
    pub subgroups: Vec<String>,
    /// The domain of each outcome (mathematics, literacy): p-values are adjusted within domains.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub domains: BTreeMap<String, String>,
}

/// One analysis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnalysisSection {
    /// A name.
    #[serde(default = "default_name")]
    pub name: String,
    /// Estimators with their options; the first is the headline.
    #[serde(default)]
    pub estimators: Vec<String>,
    /// Inference methods with their options; empty: the defaults.
    #[serde(default)]
    pub inference: Vec<String>,
    /// Adjust p-values for the number of hypotheses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multiplicity: Option<Multiplicity>,
    /// Covariates instead of those under roles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covariates: Option<Vec<String>>,
}

/// Which checks of the headline are carried out: all of them, unless they are taken out here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChecksSection {
    /// Checks that are not carried out: `"bacon"`.
    #[serde(default)]
    pub off: Vec<String>,
    /// Checks with options of their own in place of the defaults: `"honest:type=smoothness"`; one named twice is carried out with both.
    /// What is named here is also carried out where the data are so large that it would be left out.
    #[serde(default)]
    pub ask: Vec<String>,
}

/// How the headline interval is tried on the study's own design.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CalibrationSection {
    /// How often outcomes are drawn anew; 0: not at all. Left out: 200 times, or not at all where there are more than 100,000 rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replicates: Option<u64>,
}

impl CalibrationSection {
    fn is_open(&self) -> bool {
        self.replicates.is_none()
    }
}

/// How p-values are adjusted: all effects of one kind by one estimator and method, over all outcomes of a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Multiplicity {
    /// Times the number of hypotheses.
    Bonferroni,
    /// Bonferroni's step-down.
    Holm,
    /// The What Works Clearinghouse's rule.
    BenjaminiHochberg,
    /// Step-down on the joint bootstrap distribution.
    RomanoWolf,
}

impl Multiplicity {
    /// The adjustment it names.
    pub fn adjustment(self) -> Adjustment {
        match self {
            Multiplicity::Bonferroni => Adjustment::Bonferroni,
            Multiplicity::Holm => Adjustment::Holm,
            Multiplicity::BenjaminiHochberg => Adjustment::BenjaminiHochberg,
            Multiplicity::RomanoWolf => Adjustment::RomanoWolf,
        }
    }
}

/// Disclosure control for loaded data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Privacy {
    /// Whether loaded data are protected. `false` lets everything out, and is said on the page and in the manifest; simulated students
    /// need no protection.
    #[serde(default = "protect")]
    pub on: bool,
    /// Counts of students below this, and what is derived from them, are suppressed wherever a run of loaded data is written.
    #[serde(default = "default_cell")]
    pub minimum_cell: u64,
}

impl Default for Privacy {
    fn default() -> Self {
        Privacy { on: protect(), minimum_cell: default_cell() }
    }
}

/// What is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// Formats of tables: csv, markdown, json, latex, html, parquet, xlsx (one workbook), docx (one document).
    #[serde(default = "default_formats")]
    pub formats: Vec<String>,
    /// Formats of figures: svg, png (300 dots an inch), pdf, vega-lite.
    #[serde(default = "default_figures")]
    pub figures: Vec<String>,
}

impl Default for Output {
    fn default() -> Self {
        Output { formats: default_formats(), figures: default_figures() }
    }
}

/// The formats that tables can be written in.
pub const FORMATS: &[&str] = &["csv", "markdown", "json", "latex", "html", "parquet", "xlsx", "docx"];

/// The formats that figures can be written in.
pub const FIGURES: &[&str] = &["svg", "png", "pdf", "vega-lite"];

fn is_off(switch: &bool) -> bool {
    !*switch
}
fn default_seed() -> u64 {
    20_210_126
}
fn default_level() -> f64 {
    0.95
}
fn default_name() -> String {
    "main".into()
}
fn protect() -> bool {
    true
}
fn default_cell() -> u64 {
    10
}
fn default_formats() -> Vec<String> {
    ["csv", "markdown", "latex", "xlsx"].map(String::from).to_vec()
}
fn default_figures() -> Vec<String> {
    ["svg", "png", "vega-lite"].map(String::from).to_vec()
}

impl StudyFile {
    /// Reads a study file.
    ///
    /// # Errors
    /// Anything that is not TOML, an unknown key (with line, column and the nearest known key), a value of the wrong kind.
    pub fn parse(text: &str, name: &str) -> Result<StudyFile, Faults> {
        toml::from_str(text).map_err(|e| syntax(&e, text, name).into())
    }

    /// The file as TOML.
    pub fn to_toml(&self) -> String {
        toml::to_string_pretty(self).expect("a study is always representable")
    }
}

fn syntax(error: &toml::de::Error, text: &str, name: &str) -> Fault {
    let place = match error.span() {
        Some(span) => {
            let before = &text[..span.start.min(text.len())];
            let line = before.matches('\n').count() + 1;
            let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
            format!("{name}, line {line}, column {column}")
        }
        None => name.to_string(),
    };
    let message = error.message().to_string();
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let remedy = if message.starts_with("unknown field") && quoted.len() > 1 {
        did_you_mean(quoted[0], quoted[1..].iter().copied())
    } else {
        "correct it;  didact schema  prints what is allowed,  didact new DATA  writes a study file to start from".into()
    };
    let what = if message.starts_with("unknown field") {
        format!("unknown key {:?}", quoted.first().copied().unwrap_or_default())
    } else {
        message.lines().next().unwrap_or_default().to_string()
    };
    let why = if message.starts_with("unknown field") {
        "a key that is not understood would change the answer without a word, or not at all"
    } else if message.starts_with("missing field") {
        "the study does not say what it must"
    } else {
        "the study cannot be read as it was meant"
    };
    Fault::new("STUDY-001", what, place, why, remedy)
}
