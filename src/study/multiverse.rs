//! The specification curve of a study: `[multiverse]` in the study file.

use super::analyse::Question;
use super::checks::GROUND_ROWS;
use super::file::StudyFile;
use crate::cohort::{Cohort, Fault, Faults};
use crate::diagnose::{Asked, Finding, Ground, Look, Otherwise, Specified};
use crate::estimate::{Body, Chosen, Sample};
use crate::infer::Setting;
use crate::panel::{Executor, Panel};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The reasonable choices of a specification curve; `["auto"]` where the data say what there is to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MultiverseSection {
    /// Estimators with their options; auto: those of the analyses, the headline first, and where there is one only those that suit the design.
    #[serde(default = "auto")]
    pub estimators: Vec<String>,
    /// Sample rules: all, balanced, no-joiners, trim:SHARE, COLUMN:VALUE.
    #[serde(default = "auto")]
    pub samples: Vec<String>,
    /// Columns as cluster, `named` for the one under roles.
    #[serde(default = "auto")]
    pub clusters: Vec<String>,
    /// Sets of covariates: none, all, or names joined by +.
    #[serde(default = "auto")]
    pub covariates: Vec<String>,
    /// How many sets of covariates at most, where they are not named.
    #[serde(default = "subsets")]
    pub subsets: u64,
    /// The comparison group: auto, both, not-yet, never.
    #[serde(default = "any")]
    pub comparison: String,
    /// The outcome's scales: raw, z, log, rank.
    #[serde(default = "auto")]
    pub scales: Vec<String>,
    /// Inference methods with their options.
    #[serde(default = "auto")]
    pub inference: Vec<String>,
    /// How often treatment is dealt anew; 0: no joint inference.
    #[serde(default = "shuffles")]
    pub shuffles: u64,
}

fn auto() -> Vec<String> {
    vec![any()]
}
fn any() -> String {
    "auto".into()
}
fn subsets() -> u64 {
    16
}
fn shuffles() -> u64 {
    500
}

impl Default for MultiverseSection {
    fn default() -> Self {
        MultiverseSection {
            estimators: auto(),
            samples: auto(),
            clusters: auto(),
            covariates: auto(),
            subsets: subsets(),
            comparison: any(),
            scales: auto(),
            inference: auto(),
            shuffles: shuffles(),
        }
    }
}

impl MultiverseSection {
    /// The check with these options.
    pub(super) fn asked(&self) -> Result<Asked, Faults> {
        let list = |words: &[String]| words.iter().map(|w| w.replace(',', ";")).collect::<Vec<_>>().join("|");
        Asked::parse(&format!(
            "multiverse:estimators={},samples={},clusters={},covariates={},subsets={},comparison={},scales={},inference={},shuffles={}",
            list(&self.estimators),
            list(&self.samples),
            list(&self.clusters),
            list(&self.covariates),
            self.subsets,
            self.comparison,
            list(&self.scales),
            list(&self.inference),
            self.shuffles
        ))
    }
}

/// The curve of the headline's question; `None` where the study asks for none.
///
/// # Errors
/// When there is no curve.
pub(super) fn multiverse(
    study: &StudyFile,
    question: &Question,
    cohort: &Cohort,
    executor: &dyn Executor,
) -> Result<Option<Specified>, Faults> {
    let named = |checks: &[String]| checks.iter().any(|c| c == "multiverse" || c.starts_with("multiverse:"));
    if study.multiverse.is_none() {
        if named(&study.checks.off) || named(&study.checks.ask) {
            return Ok(None);
        }
        if cohort.n_rows > GROUND_ROWS {
            let rows = cohort.n_rows;
            return Err(Fault::new(
                "DIAG-020",
                format!("with {rows} rows it takes longer than a second or so, and the study does not ask for it"),
                format!("{rows} rows"),
                "a run is not to wait for what nobody asked for",
                "write  [multiverse]  into the study to have it drawn",
            )
            .into());
        }
    }
    let panel = Panel::build(cohort, &question.spec)?;
    let asked = match &study.multiverse {
        Some(section) => section.asked()?,
        // Dealing treatment anew to what is no regression means to estimate it hundreds of times, and with covariates some of the
        // estimators that suit are none: nobody asked for that.
        None if !panel.covariates.is_empty() || !is_regression(&panel, question, executor) => {
            MultiverseSection { shuffles: 0, ..MultiverseSection::default() }.asked()?
        }
        None => MultiverseSection::default().asked()?,
    };
    let rebuild = |other: &Otherwise| Panel::build(cohort, &other.of(&question.spec));
    let mut named: Vec<Chosen> = question.estimators.clone();
    if named.len() == 1 {
        let suited = Ground { panel: &panel, named: &[], rebuild: &rebuild }.estimators();
        let headline = named[0].label();
        named.extend(suited.into_iter().filter(|c| c.label() != headline));
    }
    let ground = Ground { panel: &panel, named: &named, rebuild: &rebuild };
    let Look::Ground(look) = asked.check.look else { return Ok(None) };
    match look(&ground, &asked.options, &Setting::new(study.study.level, study.study.seed, executor))? {
        Finding::Multiverse(found) => Ok(Some(found)),
        _ => Ok(None),
    }
}

/// Whether the headline is a regression, of which other assignments of treatment cost little.
fn is_regression(panel: &Panel, question: &Question, executor: &dyn Executor) -> bool {
    let fit = question.estimators.first().and_then(|first| first.fit(&Sample::new(panel, executor)).ok());
    fit.is_some_and(|fit| matches!(fit.body, Body::Linear(_)))
}

/// For the results of a run: what `didact grade` reads, and the joint inference.
pub fn document(found: &Result<Specified, String>) -> Value {
    let found = match found {
        Ok(found) => found,
        Err(why) => return json!({ "not_drawn": why }),
    };
    let curve = &found.curve;
    let middle = &curve.specifications[curve.middle];
    let joint = match &curve.joint {
        Err(why) => json!({ "not_done": why }),
        Ok(joint) => json!({
            "shuffles": joint.shuffles, "exact": joint.exact, "estimates": joint.estimates,
            "left_out": joint.left_out.iter().map(|(why, n)| json!({"why": why, "estimates": n})).collect::<Vec<_>>(),
            "questions": joint.questions.iter().map(|q| json!({"name": q.name, "observed": q.observed, "p_value": q.p_value})).collect::<Vec<_>>(),
        }),
    };
    json!({
        "verdict": found.verdict().word(), "specifications": curve.specifications.len(), "same_sign": curve.same_sign,
        "significant": curve.significant.0, "median": curve.median,
        "median_low": middle.interval.0, "median_high": middle.interval.1, "median_excludes_zero": found.median_excludes_zero(),
        "headline": curve.specifications[curve.headline].estimate, "headline_rank": curve.headline_rank, "joint": joint,
        "decisions": curve.decisions.iter().map(|d| json!({"decision": d.name, "share": d.share})).collect::<Vec<_>>(),
    })
}
