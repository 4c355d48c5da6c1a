//! All files of a run's folder, in memory.

use super::manifest::{InputRecord, Manifest, MethodRecord};
use super::papers::add_papers;
use super::results::results;
use crate::diagnose::CHECKS;
use crate::estimate::{Card, ESTIMATORS};
use crate::infer::INFERENCE;
use crate::render::export::Target;
use crate::render::{self, FigureFormat, Files, Format, RenderError, figure_files};
use crate::simulate;
use crate::study::{Output, Run, StudyFile};
use crate::table::Report;
use crate::table::content::{self, Gate, Provenance, Published};
use std::collections::BTreeMap;

/// The files of a run by name, the manifest last; and a short name for its folder.
pub struct RunFiles {
    /// Name and bytes.
    pub files: Vec<(String, Vec<u8>)>,
    /// A name for the folder: the study's, and six letters of its hash.
    pub name: String,
    /// The verdict in a sentence or two, where the run could be judged.
    pub verdict: Option<String>,
}

/// The file of simulated students under each exposure there could be, where a study asks for it.
pub const SEALED: &str = "sealed.csv";

/// Renders everything a run's folder holds; `beside`: files of a simulated world that no renderer makes.
///
/// # Errors
/// When a renderer fails (a bug).
pub fn files(run: &Published, slug: &str, beside: Vec<(String, Vec<u8>)>) -> Result<RunFiles, RenderError> {
    let study_text = run.study.to_toml();
    let study_hash = blake3::hash(study_text.as_bytes()).to_hex().to_string();
    let command = match &run.study.data.simulate {
        Some(_) => format!("didact run study.toml --seed {}", run.study.study.seed),
        None => "didact run study.toml".to_string(),
    };
    let mut items = vec![
        ("study file, BLAKE3".to_string(), study_hash.clone()),
        ("rows read".to_string(), rows_read(run).map_or("withheld".into(), |n| n.to_string())),
    ];
    if let Some((name, hash)) = &run.input {
        items.push((format!("columns read of {name}, BLAKE3 in any order of rows"), hash.clone()));
    }
    if let Some(truth) = &run.truth {
        items.push(("simulated world".to_string(), format!("{}, version {}", truth.world, truth.version)));
    }
    let mut report = content::report(run, &Provenance { command: command.clone(), items });
    let (results, judgement) = results(run, &mut report);
    let mut files: Vec<(String, Vec<u8>)> = vec![("report.html".into(), render::html::html(&report)?.into_bytes())];
    files.push(("report.json".into(), pretty(&serde_json::to_value(&report).map_err(|e| RenderError::Json(e.to_string()))?)));
    files.push(("results.json".into(), pretty(&results)));
    files.extend(outputs(&report, &run.study.output)?);
    files.extend(exports(&run.study));
    files.push(("study.toml".into(), study_text.clone().into_bytes()));
    if let Some(truth) = &run.truth {
        files.push(("truth.json".into(), pretty(&serde_json::to_value(truth).map_err(|e| RenderError::Json(e.to_string()))?)));
    }
    files.extend(beside);
    add_papers(run, &report, &study_text, &mut files)?;
    let outputs: BTreeMap<String, String> = files.iter().map(|(n, b)| (n.clone(), blake3::hash(b).to_hex().to_string())).collect();
    let gate = Gate::of(run);
    let manifest = Manifest {
        didact: env!("CARGO_PKG_VERSION").into(),
        command,
        seed: run.study.study.seed,
        study: study_hash.clone(),
        input: run.input.as_ref().map(|(path, blake3)| InputRecord { path: path.clone(), blake3: blake3.clone() }),
        rows: rows_read(run).into(),
        table_rows: table_rows(&report),
        methods: methods(&run.cards(), run.truth.as_ref().map(|t| t.world.as_str())),
        disclosure_control: content::state(run).into(),
        minimum_cell: (!gate.is_open()).then_some(gate.least),
        outputs,
    };
    let identity = format!("{}\n{}\n{}", manifest.didact, study_hash, manifest.input.as_ref().map_or("", |i| i.blake3.as_str()));
    let name = format!("{slug}-{}", &blake3::hash(identity.as_bytes()).to_hex()[..6]);
    files.push(("manifest.json".into(), pretty(&serde_json::to_value(&manifest).map_err(|e| RenderError::Json(e.to_string()))?)));
    let verdict = judgement.ok().map(|j| content::evidence::in_short(&j.judged()));
    Ok(RunFiles { files, name, verdict })
}

/// How many rows were read, where that does not give away how few were left out.
fn rows_read(run: &Run) -> Option<usize> {
    (!Gate::of(run).source).then_some(run.n_rows)
}

/// How many rows each table and figure has, by its CSV file.
pub(super) fn table_rows(report: &Report) -> BTreeMap<String, usize> {
    let tables = report.tables.iter().map(|t| (format!("tables/{}.csv", t.id), t.rows.len()));
    tables.chain(report.figures.iter().map(|f| (format!("figures/{}.csv", f.id), f.data().rows.len()))).collect()
}

/// The checks with other software that lie in every run's folder.
fn exports(study: &StudyFile) -> Vec<(String, Vec<u8>)> {
    let content = content::export::export(study, ".", None);
    [Target::Ipynb, Target::Qmd, Target::R].into_iter().map(|t| (t.file().to_string(), t.render(&content).into_bytes())).collect()
}

/// The tables and figures of a report in the formats asked for.
pub(super) fn outputs(report: &Report, output: &Output) -> Result<Files, RenderError> {
    let mut files = Vec::new();
    for format in output.formats.iter().filter_map(|name| Format::from_name(name)) {
        files.extend(format.files(&report.tables)?);
    }
    let formats: Vec<FigureFormat> = output.figures.iter().filter_map(|name| FigureFormat::from_name(name)).collect();
    for figure in &report.figures {
        files.extend(figure_files(figure, &formats)?);
    }
    Ok(files)
}

fn pretty(value: &serde_json::Value) -> Vec<u8> {
    let mut text = serde_json::to_string_pretty(value).expect("a value is always representable");
    text.push('\n');
    text.into_bytes()
}

/// The versions of what the numbers rest on, in the order of the lists: estimators, methods, checks, and the world.
pub(super) fn methods(cards: &[&Card], world: Option<&str>) -> Vec<MethodRecord> {
    let all = ESTIMATORS.iter().map(|e| e.card()).chain(INFERENCE.iter().map(|m| m.card()));
    let used = all.filter(|card| cards.iter().any(|used| used.id == card.id));
    let mut out: Vec<MethodRecord> = used.map(|card| MethodRecord { id: card.id.into(), version: card.version }).collect();
    let checks = CHECKS.iter().map(|c| &c.card).filter(|card| cards.iter().any(|used| used.id == card.id));
    out.extend(checks.map(|card| MethodRecord { id: format!("check {}", card.id), version: card.version }));
    let world = world.and_then(simulate::find).map(|w| w.card());
    out.extend(world.map(|card| MethodRecord { id: format!("world {}", card.id), version: card.version }));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_study_knows_the_formats_that_exist() {
        // Aligned text is for terminals alone.
        let tables: Vec<&str> = Format::ALL.iter().filter(|f| **f != Format::Text).map(|f| f.name()).collect();
        assert_eq!(crate::study::FORMATS, tables);
        assert_eq!(crate::study::FIGURES, FigureFormat::ALL.map(FigureFormat::name));
    }
}
