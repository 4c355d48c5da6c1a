//! `didact estimate`: one estimate from flags.

use super::failure::print;
use super::roles::{Data, Roles};
use super::{Common, Failure, Threads};
use crate::cohort::Faults;
use crate::estimate::{Chosen, Role};
use crate::infer::Method;
use crate::infer::multiplicity::Adjustment;
use crate::panel::{Panel, PanelSpec};
use crate::study::{self, Analysis, Leader, Question};
use std::collections::BTreeMap;

/// One estimate from flags.
#[derive(clap::Args, Debug)]
pub struct Estimate {
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    roles: Roles,
    /// The estimator with its options (repeatable); didact list estimators -v shows them
    #[arg(long, value_name = "NAME[:key=value,…]", default_value = "did")]
    estimator: Vec<String>,
    /// The inference method with its options (repeatable); by default CR2 or the jackknife, and the wild bootstrap
    #[arg(long, value_name = "NAME[:key=value,…]")]
    inference: Vec<String>,
    /// Adjust p-values for the number of hypotheses: all effects of one kind by one estimator and method, over all outcomes;
    /// event times before the start form a family of their own, subgroups are not adjusted
    #[arg(long, value_name = "HOW", value_parser = ["bonferroni", "holm", "benjamini-hochberg", "romano-wolf"])]
    multiplicity: Option<String>,
    /// The domain of an outcome, as OUTCOME=DOMAIN (repeatable): p-values are adjusted within domains
    #[arg(long, value_name = "OUTCOME=DOMAIN", requires = "multiplicity")]
    domain: Vec<String>,
    /// The confidence level
    #[arg(long, default_value_t = 0.95)]
    level: f64,
    /// The seed of all random draws
    #[arg(long, default_value_t = 20_210_126)]
    seed: u64,
}

impl Estimate {
    pub(super) fn run(&self, common: &Common, threads: &Threads) -> Result<(), Failure> {
        let level = check_level(self.level)?;
        let (estimators, inference) = methods(&self.estimator, &self.inference).map_err(Failure::BadFlag)?;
        for (flag, given, used, by) in [
            ("--block", self.roles.block.is_some(), inference.iter().any(Method::uses_blocks), "permutation"),
            (
                "--levels",
                !self.roles.levels.is_empty(),
                inference.iter().any(Method::uses_levels) || estimators.iter().any(|e| e.estimator.asks_for(Role::Levels)),
                "hierarchical-bootstrap, wild-bootstrap:subcluster=level or mixed-model",
            ),
        ] {
            if given && !used {
                return Err(Failure::Usage(format!("{flag} does nothing here: only {by} asks for it")));
            }
        }
        let asks = |role: Role| estimators.iter().any(|e| e.estimator.asks_for(role));
        for (flag, given, role, by) in [
            ("--dose", self.roles.dose.is_some(), Role::Dose, "dose-response"),
            ("--take-up", self.roles.take_up.is_some(), Role::TakeUp, "compliance"),
            (
                "--fixed-effects",
                !self.roles.fixed_effects.is_empty(),
                Role::FixedEffects,
                "twfe or event-study, the others absorb nothing or have effects of their own,",
            ),
        ] {
            if given && !asks(role) {
                return Err(Failure::Usage(format!("{flag} does nothing here: only {by} asks for it (--estimator)")));
            }
        }
        let third = if asks(Role::Third) { self.roles.subgroup.clone() } else { None };
        let spec =
            |o: &String| self.roles.spec(o).map(|spec| PanelSpec { third: third.clone(), paths: Chosen::paths(&estimators), ..spec });
        let specs = self.roles.outcome.iter().map(spec).collect::<Result<Vec<_>, _>>()?;
        let mut columns: Vec<&str> = specs.iter().flat_map(|s| s.columns()).collect();
        columns.extend(self.roles.subgroup.as_deref());
        let mut cohort = Some(self.data.read(Some(&columns))?);
        let multiplicity = self.multiplicity.as_deref().and_then(Adjustment::named);
        let domains = domains(&self.domain, &self.roles.outcome)?;
        let leader = Leader::default();
        let mut analyses: Vec<Analysis> = Vec::new();
        let mut subgroups: Vec<Analysis> = Vec::new();
        let mut faults = Faults::default();
        let mut specs = specs.into_iter();
        while let Some(spec) = specs.next() {
            let question = Question {
                spec,
                estimators: estimators.clone(),
                inference: inference.clone(),
                multiplicity,
                skip_missing: false,
                level,
                seed: self.seed,
                carry: false,
            };
            let rows = cohort.as_ref().expect("until the last sample is taken");
            let panel = Panel::build(rows, &question.spec);
            if specs.len() == 0 && self.roles.subgroup.is_none() {
                // Nobody asks for the rows again: their memory is worth more to the estimators.
                cohort = None;
            }
            let found = panel.and_then(|panel| {
                if !common.quiet {
                    study::prices(&panel, &question).iter().for_each(|price| eprintln!("note: {price}"));
                }
                study::analyse_panel(&panel, &question, &leader, threads)
            });
            match found {
                Ok(found) => analyses.extend(found),
                Err(f) => faults.extend(f),
            }
            if let Some(column) = &self.roles.subgroup {
                let question = Question { multiplicity: None, ..question };
                for found in study::by_subgroup(cohort.as_ref().expect("kept for subgroups"), &question, column, threads)? {
                    match found.result {
                        Ok(found) => subgroups.extend(found),
                        Err(f) if !common.quiet => {
                            eprintln!("note: subgroup {column} = {} cannot be estimated: {}", found.value, f.shown[0].what)
                        }
                        Err(_) => {}
                    }
                }
            }
        }
        faults.into_result()?;
        if let Some(multiplicity) = multiplicity {
            study::adjust(&mut analyses, multiplicity, &domains)?;
        }
        analyses.extend(subgroups);
        if common.json {
            let text = serde_json::to_string_pretty(&study::document(&analyses)).map_err(|e| Failure::Internal(e.to_string()))?;
            return print(&(text + "\n"));
        }
        print(&super::show::analyses(&analyses, level, common))
    }
}

/// The domain of each outcome.
fn domains(texts: &[String], outcomes: &[String]) -> Result<BTreeMap<String, String>, Failure> {
    let mut domains = BTreeMap::new();
    for text in texts {
        match text.split_once('=') {
            Some((outcome, domain)) if outcomes.iter().any(|o| o == outcome.trim()) => {
                domains.insert(outcome.trim().to_string(), domain.trim().to_string());
            }
            Some((outcome, _)) => {
                return Err(Failure::Usage(format!("--domain {text}: {outcome} is not among the outcomes ({})", outcomes.join(", "))));
            }
            None => return Err(Failure::Usage(format!("--domain {text}: write it as OUTCOME=DOMAIN"))),
        }
    }
    Ok(domains)
}

/// A confidence level between 0 and 1.
pub(super) fn check_level(level: f64) -> Result<f64, Failure> {
    if level > 0.0 && level < 1.0 {
        Ok(level)
    } else {
        Err(Failure::Usage(format!("--level {level}: a confidence level lies between 0 and 1, such as 0.95")))
    }
}

/// The methods asked for; all faults at once.
pub(super) fn methods(estimators: &[String], inference: &[String]) -> Result<(Vec<Chosen>, Vec<Method>), Faults> {
    let mut faults = Faults::default();
    let mut chosen = Vec::new();
    for text in estimators {
        match Chosen::parse(text) {
            Ok(c) => chosen.push(c),
            Err(f) => faults.extend(f),
        }
    }
    let mut methods = Vec::new();
    for text in inference {
        match Method::parse(text) {
            Ok(m) => methods.push(m),
            Err(f) => faults.extend(f),
        }
    }
    faults.into_result()?;
    Ok((chosen, methods))
}
