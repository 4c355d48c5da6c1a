//! How far the headline interval of a run can be trusted on the run's own design.

use super::analyse::Analysis;
use super::calibration::Calibration;
use super::file::{AnalysisSection, StudyFile};
use crate::cohort::{Cohort, Faults};
use crate::evaluate::{Performance, performances, replicate};
use crate::infer::Method;
use crate::panel::{Executor, spread};
use serde_json::{Value, json};

/// Draws where the study does not say how many.
const DRAWS: u64 = 200;
/// Rows beyond which a run does not draw unless the study says so: it would take longer than the run itself.
const MOST_ROWS: usize = 100_000;

/// What draws on the design say of the headline interval.
#[derive(Debug, Clone)]
pub struct Trust {
    /// The estimator.
    pub estimator: String,
    /// How it did: coverage, with its Monte Carlo error, and the verdict.
    pub performance: Performance,
    /// How the study's other methods did on the same draws, those that draw nothing at random themselves.
    pub others: Vec<Performance>,
    /// Whether the design was fitted to data; else it is the simulated world's.
    pub fitted: bool,
}

/// How many draws a run makes: as many as the study says, else 200, or none where there are more than 100,000 rows.
pub(super) fn draws(study: &StudyFile, rows: usize) -> u64 {
    study.calibration.replicates.unwrap_or(if rows > MOST_ROWS { 0 } else { DRAWS })
}

/// Draws outcomes on the design of the study and makes the headline analysis of each; `None` where there is no headline interval, or
/// no draw is wanted.
///
/// # Errors
/// When the design cannot be drawn from.
pub(super) fn trust(
    study: &StudyFile,
    cohort: &Cohort,
    headline: Option<&Analysis>,
    executor: &dyn Executor,
) -> Result<Option<Trust>, Faults> {
    let replicates = draws(study, cohort.n_rows) as usize;
    let interval = headline.and_then(|a| Some((a, a.overall()?.inference.clone())));
    let (Some((analysis, inference)), true) = (interval, replicates > 0) else { return Ok(None) };
    let mut own = study.clone();
    own.analysis = vec![AnalysisSection {
        name: "headline".into(),
        estimators: vec![analysis.estimator.label()],
        inference: std::iter::once(inference.clone()).chain(beside(analysis, &inference)).collect(),
        multiplicity: None,
        covariates: study.analysis.first().and_then(|a| a.covariates.clone()),
    }];
    if let Some(roles) = &mut own.roles {
        roles.outcomes = vec![analysis.outcome.clone()];
        roles.subgroups.truncate(1);
    }
    let calibration = Calibration { replicates, ..Calibration::of_headlines(own) };
    let source = calibration.source(Some(cohort))?;
    let (experiment, _) = calibration.experiment(&*source, calibration.grid(&*source)?)?;
    let found = spread(executor, replicates, |i| replicate(&experiment, 0, i));
    let mut performances = performances(&experiment, &found).into_iter();
    let performance = performances.next();
    let effect = performance.as_ref().and_then(|p| p.effect);
    Ok(performance.map(|performance| Trust {
        estimator: analysis.label(),
        performance,
        // A method that does not fit the estimator is none of its intervals.
        others: performances.filter(|p| p.n > 0 && p.effect == effect).collect(),
        fitted: study.data.path.is_some(),
    }))
}

/// Methods whose intervals come of a formula, or of leaving clusters out: trying them on the same draws costs little.
const EXACT: &[&str] = &["cluster", "robust", "jackknife", "model"];
/// Tried beside the study's own methods where they exist for its estimator: what is usual, and what counts units for clusters.
const COMPARED: &[&str] = &["cluster:cr1", "robust"];

/// Whether a method, by its label, is tried for comparison.
pub fn for_comparison(label: &str) -> bool {
    COMPARED.iter().filter_map(|text| Method::parse(text).ok()).any(|m| m.label() == label)
}

/// The other methods that are tried: those of the headline analysis that draw nothing at random, and those for comparison.
fn beside(analysis: &Analysis, but: &str) -> Vec<String> {
    let own = analysis.effects.iter().filter_map(|e| e.result.as_ref().ok()).map(|r| r.inference.as_str());
    let mut out: Vec<String> = Vec::new();
    for label in own.filter(|label| EXACT.contains(&label.split(':').next().unwrap_or_default())).chain(COMPARED.iter().copied()) {
        // By the name it is known under, which leaves defaults out.
        let Some(label) = Method::parse(label).ok().map(|m| m.label()) else { continue };
        if label != but && !out.contains(&label) {
            out.push(label);
        }
    }
    out
}

impl Trust {
    /// For the document of the interface.
    pub fn value(&self) -> Value {
        let p = &self.performance;
        json!({
            "estimator": self.estimator, "inference": p.method, "design": if self.fitted { "fitted to the data" } else { "simulated" },
            "draws": p.n + p.n_failed(), "n": p.n,
            "coverage": p.coverage.map(|m| m.value), "coverage_mc": p.coverage.and_then(|m| m.mc_error), "promise": p.verdict.word(),
            "others": self.others.iter().map(|o| json!({
                "inference": o.method, "n": o.n, "coverage": o.coverage.map(|m| m.value), "coverage_mc": o.coverage.and_then(|m| m.mc_error),
                "promise": o.verdict.word(),
            })).collect::<Vec<_>>(),
        })
    }
}
