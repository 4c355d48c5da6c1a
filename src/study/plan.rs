//! An analysis plan that is locked before outcomes are read, and what a run makes of it.

use super::MultiverseSection;
use super::file::{AnalysisSection, ChecksSection, Roles, StudyFile};
use crate::cohort::{Fault, Faults};
use crate::evidence::standard::Standards;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The plan a study was locked to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanSection {
    /// The file that  didact plan --lock  wrote, relative to the study file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Its text, once it was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locked: Option<String>,
}

impl PlanSection {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.path.is_none() && self.locked.is_none()
    }
}

/// What a plan binds: which rows, which outcomes, how they are estimated and judged.
#[derive(Serialize)]
struct Bound<'a> {
    title: &'a str,
    question: &'a str,
    seed: u64,
    level: f64,
    sample: Sample<'a>,
    roles: Option<&'a Roles>,
    analysis: &'a [AnalysisSection],
    checks: &'a ChecksSection,
    #[serde(skip_serializing_if = "Option::is_none")]
    multiverse: Option<&'a MultiverseSection>,
    thresholds: BTreeMap<&'static str, Vec<f64>>,
}

/// Which rows count.
#[derive(Serialize)]
struct Sample<'a> {
    missing: &'a [String],
    keep: &'a [String],
    #[serde(rename = "where")]
    filter: &'a [String],
    duplicates: &'a super::file::DuplicatesRule,
}

fn bound(study: &StudyFile) -> Bound<'_> {
    Bound {
        title: &study.study.title,
        question: &study.study.question,
        seed: study.study.seed,
        level: study.study.level,
        sample: Sample {
            missing: &study.data.missing,
            keep: &study.data.keep,
            filter: &study.data.filter,
            duplicates: &study.data.duplicates,
        },
        roles: study.roles.as_ref(),
        analysis: &study.analysis,
        checks: &study.checks,
        multiverse: study.multiverse.as_ref(),
        thresholds: Standards::default().settings().into_iter().map(|s| (s.name, s.values)).collect(),
    }
}

/// The line that parts the plan from its hash.
const LOCK: &str = "\n[lock]\n";

/// The text of a resolved study's plan, and its BLAKE3 hash. No data is read for it.
pub fn lock(study: &StudyFile) -> (String, String) {
    let body = toml::to_string_pretty(&bound(study)).expect("a plan is always representable");
    let body = format!(
        "# Analysis plan of a study, locked before outcomes are read. A run of the study with  [plan] path = \"…\"  states every deviation from it.\n# Deposit the hash at the end where a date is kept: it shows that the plan came first.\ndidact = \"{}\"\n{body}",
        env!("CARGO_PKG_VERSION")
    );
    let hash = blake3::hash(body.as_bytes()).to_hex().to_string();
    (format!("{body}{LOCK}blake3 = \"{hash}\"\n"), hash)
}

/// One thing that is otherwise than planned.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Deviation {
    /// Where: `analysis.1.estimators.2`, counted from one.
    pub what: String,
    /// As planned; none: nothing was planned there.
    pub planned: Option<String>,
    /// As done; none: it was left out.
    pub done: Option<String>,
}

/// A plan beside the study that was carried out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Kept {
    /// The plan's hash.
    pub blake3: String,
    /// Everything that is otherwise.
    pub deviations: Vec<Deviation>,
}

/// Compares a resolved study with the plan it was locked to.
///
/// # Errors
/// `PLAN-008` when the text is no locked plan, `PLAN-009` when it was changed after it was locked.
pub fn kept(text: &str, study: &StudyFile) -> Result<Kept, Faults> {
    let why = "a plan that anybody can change afterwards binds nobody";
    let fault = |code, what: &str, remedy: &str| Faults::from(Fault::new(code, what, "[plan]", why, remedy));
    let no_plan = || fault("PLAN-008", "the file is no locked plan", "name the file that  didact plan --lock STUDY --out plan.toml  wrote");
    let text = text.replace("\r\n", "\n");
    let (body, end) = text.rsplit_once(LOCK).ok_or_else(no_plan)?;
    let end: Value = toml::from_str(end).map_err(|_| no_plan())?;
    let told = end["blake3"].as_str().ok_or_else(no_plan)?;
    let hash = blake3::hash(body.as_bytes()).to_hex().to_string();
    if hash != told {
        return Err(fault(
            "PLAN-009",
            "the plan was changed after it was locked",
            "use the plan as it was locked, or lock the new one and say so",
        ));
    }
    let mut planned: Value = toml::from_str(body).map_err(|_| no_plan())?;
    if let Some(object) = planned.as_object_mut() {
        object.remove("didact");
    }
    let mut deviations = Vec::new();
    differ("", Some(&planned), Some(&json!(bound(study))), &mut deviations);
    Ok(Kept { blake3: hash, deviations })
}

/// Each place at which two values differ. A section that only one of them has is one difference; what is empty or null is not there.
fn differ(at: &str, planned: Option<&Value>, done: Option<&Value>, out: &mut Vec<Deviation>) {
    let place = |key: &str| if at.is_empty() { key.to_string() } else { format!("{at}.{key}") };
    let none = Vec::new();
    match (planned.filter(|v| !is_nothing(v)), done.filter(|v| !is_nothing(v))) {
        (None, None) => {}
        (Some(Value::Object(before)), Some(Value::Object(now))) => {
            let keys: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
            keys.into_iter().for_each(|key| differ(&place(key), before.get(key), now.get(key), out));
        }
        (before @ (None | Some(Value::Array(_))), now @ (None | Some(Value::Array(_)))) => {
            let items = |side: Option<&Value>| side.and_then(Value::as_array).unwrap_or(&none).clone();
            let (before, now) = (items(before), items(now));
            (0..before.len().max(now.len())).for_each(|i| differ(&place(&(i + 1).to_string()), before.get(i), now.get(i), out));
        }
        (before, now) => {
            let (before, now) = (before.map(written), now.map(written));
            if before != now {
                out.push(Deviation { what: at.to_string(), planned: before, done: now });
            }
        }
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().all(is_nothing),
        Value::Object(map) => map.values().all(is_nothing),
        _ => false,
    }
}

/// A value in a line; whole numbers and others alike, however they are written.
fn written(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(n) => n.as_f64().map_or_else(|| n.to_string(), |x| x.to_string()),
        Value::Array(items) => items.iter().filter(|v| !is_nothing(v)).map(written).collect::<Vec<_>>().join(", "),
        Value::Object(map) => {
            let told = map.iter().filter(|(_, v)| !is_nothing(v));
            told.map(|(k, v)| format!("{k} = {}", written(v))).collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{STUDIES, resolve};

    fn study() -> StudyFile {
        resolve(STUDIES[0].study()).expect("a sound study")
    }

    #[test]
    fn a_plan_that_is_kept_has_no_deviations() {
        let study = study();
        let (text, hash) = lock(&study);
        assert_eq!(lock(&study), (text.clone(), hash.clone()));
        let kept = kept(&text, &study).expect("a plan");
        assert_eq!((kept.blake3, kept.deviations), (hash, Vec::new()));
    }

    #[test]
    fn every_deviation_is_told() {
        let mut other = study();
        let (text, _) = lock(&other);
        other.data.filter.push("frl=1".into());
        other.analysis[0].estimators.swap(0, 1);
        other.analysis[0].inference.push("cluster:cr1".into());
        let roles = other.roles.as_mut().expect("roles");
        roles.outcomes.pop();
        let told = kept(&text, &other).expect("a plan").deviations;
        let places: Vec<&str> = told.iter().map(|d| d.what.as_str()).collect();
        let last = other.analysis[0].inference.len();
        assert_eq!(
            places,
            [
                "analysis.1.estimators.1",
                "analysis.1.estimators.2",
                &format!("analysis.1.inference.{last}"),
                "roles.outcomes.2",
                "sample.where.1"
            ]
        );
        assert_eq!(told[4], Deviation { what: "sample.where.1".into(), planned: None, done: Some("frl=1".into()) });
        assert_eq!((told[3].planned.as_deref(), told[3].done.as_deref()), (Some("reading"), None));
    }

    #[test]
    fn a_section_more_is_one_deviation() {
        let mut other = study();
        let (text, _) = lock(&other);
        other.multiverse = Some(crate::study::MultiverseSection::default());
        other.analysis.push(other.analysis[0].clone());
        let told = kept(&text, &other).expect("a plan").deviations;
        let places: Vec<&str> = told.iter().map(|d| d.what.as_str()).collect();
        assert!(places.iter().all(|p| ["multiverse", "analysis.2"].contains(p)) && places.contains(&"analysis.2"), "{told:?}");
        assert!(told.iter().all(|d| d.planned.is_none() && d.done.is_some()), "{told:?}");
    }

    #[test]
    fn a_changed_plan_is_no_plan() {
        let study = study();
        let (text, _) = lock(&study);
        let code = |text: &str| kept(text, &study).unwrap_err().shown[0].code;
        assert_eq!(code(&text.replace("reading", "math")), "PLAN-009");
        assert_eq!(code(&text.replace("[lock]", "[log]")), "PLAN-008");
        assert_eq!(code(""), "PLAN-008");
        assert!(kept(&text.replace('\n', "\r\n"), &study).is_ok(), "line ends of another system");
    }
}
