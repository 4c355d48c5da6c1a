//! What a notebook or script needs to check a study with other software: where the data are, and each estimate to refit.
//!
//! It holds no result and no row: the notebook reads the run's numbers from its folder, and the data from where the reader has them.

mod peers;

pub use peers::Peer;

use crate::panel::CovariateTerm;
use crate::simulate;
use crate::study::{Roles, StudyFile, questions};

/// Everything a notebook says of a study.
#[derive(Debug, Clone, PartialEq)]
pub struct Export {
    /// The study's title.
    pub title: String,
    /// The question asked.
    pub question: String,
    /// The program's version.
    pub version: String,
    /// Where the run's folder lies, seen from the notebook.
    pub run: String,
    /// Where the data come from.
    pub source: Source,
    /// Where the data lie, seen from the notebook.
    pub data: String,
    /// Codes that mean missing, of one column or (`None`) of all.
    pub missing: Vec<(Option<String>, String)>,
    /// Rows that are kept: column and value.
    pub kept: Vec<(String, String)>,
    /// Whether rows of one unit and period are averaged.
    pub averaged: bool,
    /// Role and column.
    pub roles: Vec<(&'static str, String)>,
    /// The estimates, in the order of results.json.
    pub refits: Vec<Refit>,
}

/// Where the data come from.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// Simulated, and to be had again by this command (without `--out`).
    Simulated(Vec<String>),
    /// Loaded: whoever may have the file knows where it is.
    Loaded,
}

/// One entry of results.json, and how other software refits it.
#[derive(Debug, Clone, PartialEq)]
pub struct Refit {
    /// The outcome.
    pub outcome: String,
    /// The estimator's name.
    pub estimator: &'static str,
    /// The estimator with its options, and the analysis where there are several.
    pub label: String,
    /// Covariates: `column` or `factor(column)`.
    pub covariates: Vec<String>,
    /// Further columns that a row must have.
    pub also: Vec<String>,
    /// What refits it.
    pub peer: Peer,
}

/// The content of a notebook of a resolved study. `run` and `data`: where they lie, seen from the notebook.
///
/// Empty where the study does not resolve (a finished run's always does).
pub fn export(study: &StudyFile, run: &str, data: Option<&str>) -> Export {
    let source = source(study);
    let default = match (&source, &study.data.path) {
        (Source::Loaded, Some(path)) => path.clone(),
        _ => "data/cohort.csv".to_string(),
    };
    Export {
        title: study.study.title.clone(),
        question: study.study.question.clone(),
        version: env!("CARGO_PKG_VERSION").into(),
        run: run.into(),
        source,
        data: data.map_or(default, str::to_string),
        missing: study
            .data
            .missing
            .iter()
            .map(|text| match text.split_once('=') {
                Some((column, code)) if !column.is_empty() => (Some(column.into()), code.into()),
                _ => (None, text.clone()),
            })
            .collect(),
        kept: study.data.filter.iter().filter_map(|t| t.split_once('=')).map(|(c, v)| (c.trim().into(), v.trim().into())).collect(),
        averaged: study.data.duplicates == crate::study::DuplicatesRule::Mean,
        roles: study.roles.as_ref().map(roles).unwrap_or_default(),
        refits: refits(study),
    }
}

/// The command that simulates the same students: only parameters that differ from the world's own are said.
fn source(study: &StudyFile) -> Source {
    let Some(id) = &study.data.simulate else { return Source::Loaded };
    let mut command: Vec<String> = ["didact", "simulate", id, "--seed"].map(String::from).into();
    command.push(study.study.seed.to_string());
    if let Some(world) = simulate::find(id) {
        for own in world.parameters().iter() {
            if let Some(value) = study.data.world.get(own.name).filter(|v| **v != own.value) {
                command.extend(["--set".to_string(), format!("{}={value}", own.name)]);
            }
        }
    }
    command.extend(["--population".to_string(), "0".to_string()]);
    Source::Simulated(command)
}

fn roles(r: &Roles) -> Vec<(&'static str, String)> {
    let named = [
        ("unit", r.unit.as_ref().or(r.student.as_ref())),
        ("period", r.period.as_ref()),
        ("cohort", r.cohort.as_ref()),
        ("arm", r.arm.as_ref()),
        ("post", r.post.as_ref()),
        ("treatment", r.treatment.as_ref()),
        ("weights", r.weights.as_ref()),
        ("cluster", r.cluster.as_ref()),
        ("second_cluster", r.second_cluster.as_ref()),
    ];
    named.into_iter().filter_map(|(role, column)| column.map(|c| (role, c.clone()))).collect()
}

fn refits(study: &StudyFile) -> Vec<Refit> {
    let mut out = Vec::new();
    let sections = study.analysis.len();
    for (section, question) in questions(study).unwrap_or_default() {
        let spec = &question.spec;
        let mut also: Vec<String> = spec.levels.iter().chain(&spec.block).chain(&spec.third).chain(&spec.take_up).cloned().collect();
        for effect in &spec.fixed_effects {
            also.extend(effect.columns.iter().chain(&effect.slope).cloned());
        }
        also.sort();
        also.dedup();
        for chosen in &question.estimators {
            let label = chosen.label();
            out.push(Refit {
                outcome: spec.outcome.clone(),
                estimator: chosen.estimator.card().id,
                label: if sections > 1 { format!("{section}: {label}") } else { label },
                covariates: spec.covariates.iter().map(term).collect(),
                also: also.clone(),
                peer: Peer::of(chosen, spec),
            });
        }
    }
    out
}

fn term(covariate: &CovariateTerm) -> String {
    if covariate.factor { format!("factor({})", covariate.column) } else { covariate.column.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{STUDIES, resolve};

    #[test]
    fn every_estimate_of_a_built_in_study_has_a_peer_and_the_data_can_be_had() {
        for built_in in STUDIES {
            let study = resolve(built_in.study()).expect("valid");
            let content = export(&study, ".", None);
            assert!(!content.refits.is_empty());
            for refit in &content.refits {
                assert!(!matches!(refit.peer, Peer::None { .. }), "{}: {}", built_in.id, refit.label);
            }
            let Source::Simulated(command) = &content.source else { panic!("simulated") };
            assert_eq!(command[..3], ["didact", "simulate", study.data.simulate.as_deref().unwrap()]);
        }
    }

    #[test]
    fn only_parameters_that_differ_are_said() {
        let mut study = STUDIES[0].study();
        study.data.world.insert("schools".into(), 50.0);
        let content = export(&resolve(study).expect("valid"), ".", None);
        let Source::Simulated(command) = content.source else { panic!("simulated") };
        assert_eq!(command.iter().filter(|w| *w == "--set").count(), 1);
        assert!(command.contains(&"schools=50".to_string()));
    }
}
