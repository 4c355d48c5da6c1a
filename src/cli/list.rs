//! `didact list`: what there is.

use super::failure::print;
use super::{Common, Failure};
use crate::diagnose::CHECKS;
use crate::estimate::{Card, ESTIMATORS};
use crate::evidence::fallacy::{DETECTORS, Detector};
use crate::evidence::published::{CLAIMS_VERSION, PublishedClaim, published};
use crate::infer::INFERENCE;
use crate::render::{FigureFormat, Format, figure_files};
use crate::simulate::{Basis, WORLDS};
use crate::store::write_folder;
use crate::study::STUDIES;
use crate::table::content::evidence;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// What there is.
#[derive(clap::Args, Debug)]
pub struct List {
    /// What to list; everything when left out
    #[arg(value_name = "WHAT", value_parser = ["worlds", "studies", "estimators", "inference", "diagnostics", "fallacies", "claims"])]
    what: Option<String>,
    /// Only the one of this name; a world's parameters are then listed too (with -v those of all)
    #[arg(value_name = "NAME", requires = "what")]
    name: Option<String>,
    /// The folder to write the table of claims and their forest plot to (claims only)
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl List {
    pub(super) fn run(&self, common: &Common) -> Result<(), Failure> {
        let place = match (&self.out, self.what.as_deref()) {
            (Some(out), Some("claims")) => Some(write_claims(out)?),
            (Some(_), _) => return Err(Failure::Usage("--out writes the claims: didact list claims --out DIR".into())),
            (None, _) => None,
        };
        let wants = |what: &str| self.what.as_deref().is_none_or(|w| w == what);
        let cards = |list: Vec<&'static Card>| list.into_iter().map(card).collect::<Vec<_>>();
        let mut sections: Vec<(&str, Vec<Value>)> = Vec::new();
        if wants("worlds") {
            sections.push(("worlds", WORLDS.iter().map(|w| world(*w)).collect()));
        }
        if wants("studies") {
            let list = STUDIES.iter().map(|s| {
                let study = s.study();
                json!({"id": s.id, "title": study.study.title, "line": study.study.question})
            });
            sections.push(("studies", list.collect()));
        }
        if wants("estimators") {
            sections.push(("estimators", cards(ESTIMATORS.iter().map(|e| e.card()).collect())));
        }
        if wants("inference") {
            sections.push(("inference", cards(INFERENCE.iter().map(|e| e.card()).collect())));
        }
        if wants("diagnostics") {
            sections.push(("diagnostics", cards(CHECKS.iter().map(|c| &c.card).collect())));
        }
        if wants("fallacies") {
            let line = |d: &&Detector| json!({"id": d.id, "title": d.title, "line": format!("{}: {}", d.title, d.why), "why": d.why, "remedy": d.remedy, "source": d.source});
            sections.push(("fallacies", DETECTORS.iter().map(line).collect()));
        }
        if wants("claims") {
            sections.push(("claims", claims().iter().map(claim).collect()));
        }
        if let (Some(name), Some((what, entries))) = (&self.name, sections.first_mut()) {
            let known: Vec<String> = entries.iter().filter_map(|e| e["id"].as_str().map(String::from)).collect();
            entries.retain(|e| e["id"].as_str() == Some(name));
            if entries.is_empty() {
                let remedy = crate::cohort::did_you_mean(name, known.iter().map(String::as_str));
                return Err(Failure::Usage(format!("there is no {name:?} among the {what}: {remedy}")));
            }
        }
        if common.json {
            let document: serde_json::Map<String, Value> = sections.into_iter().map(|(n, v)| (n.to_string(), Value::Array(v))).collect();
            return print(&format!("{:#}\n", Value::Object(document)));
        }
        let mut out = String::new();
        for (i, (name, entries)) in sections.iter().enumerate() {
            if sections.len() > 1 {
                out.push_str(&format!("{}{name}\n", if i > 0 { "\n" } else { "" }));
            }
            let mut stake = None;
            for e in entries {
                if *name == "claims" && stake != e["independent"].as_bool() {
                    stake = e["independent"].as_bool();
                    out.push_str(if stake == Some(true) { " independent\n" } else { " by people with a stake in it\n" });
                }
                let text = |k: &str| e[k].as_str().unwrap_or_default().to_string();
                out.push_str(&format!("  {:<22} {}\n", text("id"), text("line")));
                let asks = if *name == "diagnostics" { "asks" } else { "estimates" };
                for (label, key) in [(asks, "estimand"), ("assumes", "assumptions"), ("needs", "needs"), ("source", "source")] {
                    if ["estimators", "diagnostics"].contains(name) && !text(key).is_empty() {
                        out.push_str(&format!("  {:<22}   {label}: {}\n", "", text(key)));
                    }
                }
                if *name == "worlds" && (common.verbose > 0 || self.name.is_some()) {
                    e["parameters"].as_array().into_iter().flatten().for_each(|p| out.push_str(&parameter(p)));
                }
                if common.verbose > 0 {
                    for o in e["options"].as_array().into_iter().flatten() {
                        out.push_str(&format!(
                            "  {:<22}   {}={}  {}\n",
                            "",
                            o["key"].as_str().unwrap_or_default(),
                            o["values"].as_str().unwrap_or_default(),
                            o["meaning"].as_str().unwrap_or_default()
                        ));
                    }
                }
            }
        }
        if let Some(place) = place.filter(|_| !common.quiet) {
            out.push_str(&format!("\nTables and forest plot: {}\n", place.display()));
        }
        print(&out)
    }
}

/// The published claims, independent ones first.
fn claims() -> Vec<PublishedClaim> {
    let mut all = published();
    all.sort_by_key(|c| !c.by.is_independent());
    all
}

fn claim(claim: &PublishedClaim) -> Value {
    let sites = claim.sites.map_or(String::new(), |n| format!("; {n} {}", claim.site_kind));
    let students = claim.students.map_or(String::new(), |n| format!("; {} students", crate::table::number::count(n)));
    let outcome = if claim.outcome.is_empty() { String::new() } else { format!(", {}", claim.outcome) };
    let mut out = json!(claim);
    out["effect"] = json!(claim.effect.map(|e| e.0));
    out["unit"] = json!(claim.effect.map(|e| e.1));
    out["independent"] = json!(claim.by.is_independent());
    out["version"] = json!(CLAIMS_VERSION);
    let by = out["by"].as_str().unwrap_or_default();
    out["line"] =
        json!(format!("{}{outcome}: {} [{}{students}{sites}; {by}; {}]", claim.programme, claim.reported, claim.design, claim.source));
    out
}

/// Writes the tables of claims and the forest plot.
fn write_claims(out: &Path) -> Result<PathBuf, Failure> {
    let all = published();
    let mut files = Vec::new();
    for table in [evidence::published(&all, true), evidence::published(&all, false)] {
        for format in [Format::Csv, Format::Markdown] {
            files.extend(format.files(std::slice::from_ref(&table))?);
        }
    }
    files.extend(figure_files(&evidence::forest(&all), &[FigureFormat::Svg])?);
    Ok(write_folder(out, &files)?)
}

fn card(card: &Card) -> Value {
    let options: Vec<Value> = card
        .options
        .iter()
        .map(|o| json!({"key": o.key, "default": o.values.default_text(), "values": o.values.words(), "meaning": o.meaning, "positional": o.positional}))
        .collect();
    json!({
        "id": card.id, "title": card.title, "line": format!("{}: {}", card.title, card.when), "estimand": card.estimand, "assumptions": card.assumptions,
        "when": card.when, "needs": card.needs, "contrast": card.contrast, "options": options, "source": card.source, "reference_call": card.reference_call, "version": card.version,
    })
}

/// A world's parameter in two lines: its value, range and unit; what it means, and where the value comes from.
fn parameter(p: &Value) -> String {
    let text = |key: &str| p[key].as_str().unwrap_or_default();
    let number = |key: &str| p[key].as_f64().unwrap_or_default();
    let (low, high) = (number("lowest"), number("highest"));
    let range = if low == high { "held at it".into() } else { format!("{low} to {high}") };
    format!(
        "  {:<22}   {} = {} {} ({range})\n  {:<22}     {} [{}: {}]\n",
        "",
        text("name"),
        number("default"),
        text("unit"),
        "",
        text("meaning"),
        text("basis"),
        text("source")
    )
}

fn world(world: &dyn crate::simulate::World) -> Value {
    let card = world.card();
    let parameters: Vec<Value> = world
        .parameters()
        .iter()
        .map(|p| {
            let basis = if p.basis == Basis::Scenario { "scenario choice" } else { "estimate from the literature" };
            json!({"name": p.name, "default": p.value, "lowest": p.lowest, "highest": p.highest, "meaning": p.meaning, "unit": p.unit, "source": p.source, "basis": basis})
        })
        .collect();
    json!({"id": card.id, "title": card.title, "line": card.teaches, "source": card.source, "version": card.version, "parameters": parameters})
}
