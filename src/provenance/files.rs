//! All files of a run's folder, in memory.

use super::manifest::{InputRecord, Manifest, MethodRecord};
use crate::estimate::{Card, ESTIMATORS};
use crate::infer::INFERENCE;
use crate::render::{self, RenderError, png, svg};
use crate::simulate;
use crate::study::{self, Run};
use crate::table::Figure;
use crate::table::content::{self, Provenance};
use std::collections::BTreeMap;

/// The files of a run by name, the manifest last; and a short name for its folder.
pub struct RunFiles {
    /// Name and bytes.
    pub files: Vec<(String, Vec<u8>)>,
    /// A name for the folder: the study's, and six letters of its hash.
    pub name: String,
}

/// Renders everything a run's folder holds.
///
/// # Errors
/// When a renderer fails (a bug).
pub fn files(run: &Run, slug: &str) -> Result<RunFiles, RenderError> {
    let study_text = run.study.to_toml();
    let study_hash = blake3::hash(study_text.as_bytes()).to_hex().to_string();
    let command = match &run.study.data.simulate {
        Some(_) => format!("didact run study.toml --seed {}", run.study.study.seed),
        None => "didact run study.toml".to_string(),
    };
    let mut items = vec![("study file, BLAKE3".to_string(), study_hash.clone()), ("rows read".to_string(), run.n_rows.to_string())];
    if let Some((name, hash)) = &run.input {
        items.push((format!("columns read of {name}, BLAKE3 in any order of rows"), hash.clone()));
    }
    if let Some(truth) = &run.truth {
        items.push(("simulated world".to_string(), format!("{}, version {}", truth.world, truth.version)));
    }
    let report = content::report(run, &Provenance { command: command.clone(), items });
    let mut files: Vec<(String, Vec<u8>)> = vec![("report.html".into(), render::html::html(&report)?.into_bytes())];
    files.push(("report.json".into(), pretty(&serde_json::to_value(&report).map_err(|e| RenderError::Json(e.to_string()))?)));
    let mut results = study::document(&run.analyses);
    let tables: serde_json::Map<String, serde_json::Value> = report.tables.iter().map(|t| (t.id.clone(), render::json::json(t))).collect();
    results["study"] = serde_json::json!({"title": run.study.study.title, "seed": run.study.study.seed, "level": run.study.study.level});
    results["headline_calibration"] = match &run.trust {
        None => serde_json::Value::Null,
        Some(Ok(trust)) => trust.value(),
        Some(Err(why)) => serde_json::json!({"not_tried": why}),
    };
    if let Some(found) = &run.multiverse {
        results["multiverse"] = study::multiverse_document(found);
    }
    results["subgroups"] = serde_json::Value::Array(
        run.subgroups
            .iter()
            .filter_map(|s| s.result.as_ref().ok())
            .map(|a| study::document(std::slice::from_ref(a))["results"][0].clone())
            .collect(),
    );
    if run.truth.is_none() {
        for result in results["results"].as_array_mut().into_iter().flatten() {
            for count in ["treated_units", "switching_units"] {
                let few = result["sample"][count].as_u64().is_some_and(|n| n > 0 && n < run.study.privacy.minimum_cell);
                if few {
                    result["sample"][count] = serde_json::json!({"suppressed": true});
                }
            }
        }
        // Subgroup results of real students leave through the disclosure gate only: see the table.
        results["subgroups"] = serde_json::Value::Array(Vec::new());
    }
    results["tables"] = serde_json::Value::Object(tables);
    files.push(("results.json".into(), pretty(&results)));
    for table in &report.tables {
        for name in &run.study.output.formats {
            if let Some(format) = render::Format::from_name(name) {
                files.push((format!("tables/{}.{}", table.id, format.extension()), format.table(table).into_bytes()));
            }
        }
    }
    for figure in &report.figures {
        files.extend(figure_files(figure, &run.study.output.figures)?);
    }
    files.push(("study.toml".into(), study_text.into_bytes()));
    if let Some(truth) = &run.truth {
        files.push(("truth.json".into(), pretty(&serde_json::to_value(truth).map_err(|e| RenderError::Json(e.to_string()))?)));
    }
    let outputs: BTreeMap<String, String> = files.iter().map(|(n, b)| (n.clone(), blake3::hash(b).to_hex().to_string())).collect();
    let manifest = Manifest {
        didact: env!("CARGO_PKG_VERSION").into(),
        command,
        seed: run.study.study.seed,
        study: study_hash.clone(),
        input: run.input.as_ref().map(|(path, blake3)| InputRecord { path: path.clone(), blake3: blake3.clone() }),
        rows: run.n_rows,
        methods: methods(&run.cards(), run.truth.as_ref().map(|t| t.world.as_str())),
        minimum_cell: run.truth.is_none().then_some(run.study.privacy.minimum_cell),
        outputs,
    };
    let identity = format!("{}\n{}\n{}", manifest.didact, study_hash, manifest.input.as_ref().map_or("", |i| i.blake3.as_str()));
    let name = format!("{slug}-{}", &blake3::hash(identity.as_bytes()).to_hex()[..6]);
    files.push(("manifest.json".into(), pretty(&serde_json::to_value(&manifest).map_err(|e| RenderError::Json(e.to_string()))?)));
    Ok(RunFiles { files, name })
}

/// A figure in the formats asked for, and the CSV it was drawn from.
pub fn figure_files(figure: &Figure, formats: &[String]) -> Result<Vec<(String, Vec<u8>)>, RenderError> {
    let mut files = Vec::new();
    let drawn = svg::svg(figure, svg::Style::Standalone);
    for format in formats {
        let bytes = if format == "png" { png::png(&drawn)? } else { drawn.clone().into_bytes() };
        files.push((format!("figures/{}.{format}", figure.id), bytes));
    }
    files.push((format!("figures/{}.csv", figure.id), render::csv::csv(&figure.data()).into_bytes()));
    Ok(files)
}

fn pretty(value: &serde_json::Value) -> Vec<u8> {
    let mut text = serde_json::to_string_pretty(value).expect("a value is always representable");
    text.push('\n');
    text.into_bytes()
}

/// The versions of what the numbers rest on, in the order of the lists: estimators, methods, and the world.
pub(super) fn methods(cards: &[&Card], world: Option<&str>) -> Vec<MethodRecord> {
    let all = ESTIMATORS.iter().map(|e| e.card()).chain(INFERENCE.iter().map(|m| m.card()));
    let used = all.filter(|card| cards.iter().any(|used| used.id == card.id));
    let mut out: Vec<MethodRecord> = used.map(|card| MethodRecord { id: card.id.into(), version: card.version }).collect();
    let world = world.and_then(simulate::find).map(|w| w.card());
    out.extend(world.map(|card| MethodRecord { id: format!("world {}", card.id), version: card.version }));
    out
}
