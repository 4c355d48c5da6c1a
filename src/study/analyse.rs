//! One sample, every estimator, every inference method.

use crate::cohort::{Cohort, Faults, Warning};
use crate::estimate::{Chosen, Fit, NotIdentified, Sample, Target};
use crate::infer::{self, Estimate, Method, Setting};
use crate::panel::{Executor, Panel, PanelSpec};

/// What is asked of a cohort.
#[derive(Clone)]
pub struct Question {
    /// Columns and their roles.
    pub spec: PanelSpec,
    /// Estimators.
    pub estimators: Vec<Chosen>,
    /// Inference methods; empty: the defaults of each fit.
    pub inference: Vec<Method>,
    /// The confidence level.
    pub level: f64,
    /// The seed.
    pub seed: u64,
}

/// One effect by one method, or why there is none.
#[derive(Debug, Clone)]
pub struct Effect {
    /// Which effect.
    pub target: Target,
    /// Its estimate and interval.
    pub result: Result<Estimate, NotIdentified>,
}

/// Counts of the sample an estimator used.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SampleCounts {
    /// Rows in the source.
    pub rows: usize,
    /// Rows used.
    pub rows_used: usize,
    /// Units.
    pub units: usize,
    /// Clusters.
    pub clusters: usize,
    /// Clusters with treated, and with never-treated units.
    pub clusters_by_arm: (usize, usize),
    /// Periods.
    pub periods: usize,
    /// Units treated at some time.
    pub treated_units: usize,
    /// Rows left out, by reason.
    pub dropped: Vec<(&'static str, usize)>,
}

/// What one estimator found for one outcome.
pub struct Analysis {
    /// The estimator.
    pub estimator: Chosen,
    /// The outcome.
    pub outcome: String,
    /// The subgroup (column, value), if it is one.
    pub subgroup: Option<(String, String)>,
    /// The sample.
    pub sample: SampleCounts,
    /// The effects, method by method.
    pub effects: Vec<Effect>,
    /// Warnings, each once.
    pub warnings: Vec<Warning>,
}

/// Answers a question.
///
/// # Errors
/// All faults of the sample, or the first estimator or method that does not fit it.
pub fn analyse(cohort: &Cohort, question: &Question, executor: &dyn Executor) -> Result<(Panel, Vec<Analysis>), Faults> {
    let panel = Panel::build(cohort, &question.spec)?;
    let analyses = analyse_panel(&panel, question, executor)?;
    Ok((panel, analyses))
}

/// Answers a question on a sample that is built already.
///
/// # Errors
/// As [`analyse`].
pub fn analyse_panel(panel: &Panel, question: &Question, executor: &dyn Executor) -> Result<Vec<Analysis>, Faults> {
    let sample = Sample::new(panel, executor);
    let setting = Setting { level: question.level, seed: question.seed, executor };
    question.estimators.iter().map(|chosen| one(panel, &sample, chosen, question, &setting)).collect()
}

fn one(panel: &Panel, sample: &Sample<'_>, chosen: &Chosen, question: &Question, setting: &Setting<'_>) -> Result<Analysis, Faults> {
    let fit = chosen.estimator.fit(sample, &chosen.options)?;
    let methods = if question.inference.is_empty() { infer::defaults(&fit) } else { question.inference.clone() };
    let mut warnings: Vec<Warning> = panel.warnings.clone();
    warnings.extend(fit.warnings.iter().cloned());
    let mut effects = Vec::new();
    for method in &methods {
        let mut inferred = method.infer(&fit, setting)?;
        warnings.append(&mut inferred.warnings);
        let mut found = inferred.estimates.into_iter().peekable();
        for (t, (target, estimate)) in fit.targets.iter().zip(&fit.estimates).enumerate() {
            let result = match estimate {
                Err(reason) => Err(reason.clone()),
                Ok(_) => match found.next_if(|e| e.target == t) {
                    Some(e) => Ok(e),
                    None => continue,
                },
            };
            effects.push(Effect { target: target.clone(), result });
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    warnings.retain(|w| seen.insert(w.clone()));
    Ok(Analysis {
        estimator: chosen.clone(),
        outcome: panel.outcome_name.clone(),
        subgroup: question.spec.subgroup.clone(),
        sample: counts(panel, &fit),
        effects,
        warnings,
    })
}

fn counts(panel: &Panel, fit: &Fit) -> SampleCounts {
    SampleCounts {
        rows: fit.ledger.n_rows,
        rows_used: fit.n_rows,
        units: fit.n_units,
        clusters: fit.n_clusters(),
        clusters_by_arm: panel.clusters_by_arm(),
        periods: panel.cells.periods.len(),
        treated_units: fit.n_treated_units,
        dropped: fit.ledger.dropped.iter().map(|(r, n)| (r.words(), *n)).collect(),
    }
}
