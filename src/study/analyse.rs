//! One sample, every estimator, every inference method.

use super::family::Leader;
use super::idle::idle;
use crate::cohort::{Cohort, Faults, Warning};
use crate::estimate::{Asks, Beside, Chosen, Component, Estimand, Fit, INSTEAD_OF_PLACEBO, LeftOut, NotIdentified, Role, Sample, Target};
use crate::infer::carried::{Carried, NotCarried};
use crate::infer::multiplicity::Adjustment;
use crate::infer::{self, Draws, Estimate, JointTest, Method, Overall, Setting, Versus};
use crate::num::TwoValues;
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
    /// How p-values are adjusted for the number of hypotheses.
    pub multiplicity: Option<Adjustment>,
    /// Whether a method that does not exist for an estimator is left out with a warning, where another one does: a study's
    /// methods are for all of its estimators.
    pub skip_missing: bool,
    /// The confidence level.
    pub level: f64,
    /// The seed.
    pub seed: u64,
    /// Whether what the first estimator's clusters sum up to is kept, so that its inference can be done again without the rows.
    pub carry: bool,
}

impl Question {
    /// Its first estimator and method by themselves: what is asked of a part of the sample, within which a third difference has no other
    /// to compare with.
    pub(super) fn alone(&self) -> Question {
        let mut one = Question { multiplicity: None, carry: false, ..self.clone() };
        one.estimators.retain(|e| !e.estimator.asks_for(Role::Third));
        one.estimators.truncate(1);
        one.inference.truncate(1);
        one
    }
}

/// The only analysis of such a question, or why there is none.
pub(super) fn only(found: Result<Vec<Analysis>, Faults>) -> Result<Analysis, String> {
    let mut analyses = found.map_err(|f| f.shown[0].what.clone())?;
    if analyses.is_empty() { Err("nothing was estimated".to_string()) } else { Ok(analyses.remove(0)) }
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
    /// Clusters with treated, and with comparison units.
    pub clusters_by_arm: (usize, usize),
    /// Periods.
    pub periods: usize,
    /// Units treated at some time.
    pub treated_units: usize,
    /// Where treatments do not simply stay on: units whose treatment changes, clusters with such units and clusters with others.
    pub switching: Option<(usize, (usize, usize))>,
    /// Of an outcome that takes two values: how many rows of a group in a period have the rarer one, where these are fewest but not
    /// none. `None` of other outcomes, and where nobody differs.
    pub rarest: Option<usize>,
    /// The fewest units in a cluster.
    pub smallest_cluster: usize,
    /// Rows left out, by reason.
    pub dropped: Vec<(&'static str, usize)>,
    /// Which of these counts the gate of disclosure keeps back: none before it.
    pub withheld: Withheld,
}

impl SampleCounts {
    /// Units of the treated, or of those whose treatment changes, and the others.
    pub fn groups(&self) -> (usize, usize) {
        let treated = self.switching.map_or(self.treated_units, |s| s.0);
        (treated, self.units.saturating_sub(treated))
    }
}

/// Counts of a sample that would tell of few students, beside its others or beside those of another sample.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Withheld {
    /// The rows.
    pub rows: bool,
    /// The units, and how many of them are treated.
    pub units: bool,
}

/// What one estimator found for one outcome.
pub struct Analysis {
    /// The study's analysis it belongs to, where there are several.
    pub section: Option<String>,
    /// The estimator.
    pub estimator: Chosen,
    /// The fixed effects that it takes off, where they are named.
    pub fixed_effects: Vec<String>,
    /// The outcome.
    pub outcome: String,
    /// The subgroup (column, value), if it is one.
    pub subgroup: Option<(String, String)>,
    /// The sample.
    pub sample: SampleCounts,
    /// The effects, method by method.
    pub effects: Vec<Effect>,
    /// Tests of several effects at once.
    pub tests: Vec<JointTest>,
    /// How its p-values were adjusted, if they were.
    pub multiplicity: Option<Adjustment>,
    /// Components of the outcome's variance, and the criterion they were found by, where the estimator divides it.
    pub components: Vec<Component>,
    /// The level of intervals.
    pub level: f64,
    /// The name and value of that criterion.
    pub criterion: Option<(&'static str, f64)>,
    /// Warnings, each once.
    pub warnings: Vec<Warning>,
    /// The cohorts that its averages leave out, if there are such.
    pub left_out: Option<LeftOut>,
    /// Which question its overall effect answers.
    pub asks: Asks,
    /// How far its overall effect lies from that of the first estimator: tested where both ask the same, and `None` where they ask for
    /// other effects.
    pub versus: Option<Versus>,
    /// What its clusters sum up to, where that was asked for, or why it cannot be kept.
    pub carried: Option<Result<Carried, NotCarried>>,
    /// Bootstrap statistics, by method and target, while they are needed for tests of several hypotheses.
    pub(super) draws: Vec<(String, Draws)>,
}

impl Analysis {
    /// The first overall effect: the one the estimator is known for.
    pub fn overall(&self) -> Option<&Estimate> {
        let find = |kind: Estimand| self.effects.iter().find(|e| e.target.estimand == kind).and_then(|e| e.result.as_ref().ok());
        find(Estimand::Overall).or_else(|| find(Estimand::OverallDynamic))
    }

    /// The estimator's name for people, with the analysis it belongs to where there are several.
    pub fn label(&self) -> String {
        let own = label(&self.estimator, &self.fixed_effects);
        match &self.section {
            Some(section) => format!("{section}: {own}"),
            None => own,
        }
    }
}

/// The estimator with its options, and the fixed effects it takes off where they are named.
fn label(estimator: &Chosen, fixed_effects: &[String]) -> String {
    if fixed_effects.is_empty() { estimator.label() } else { format!("{} | {}", estimator.label(), fixed_effects.join(" + ")) }
}

/// Answers a question.
///
/// # Errors
/// All faults of the sample, or the first estimator or method that does not fit it.
pub fn analyse(cohort: &Cohort, question: &Question, executor: &dyn Executor) -> Result<(Panel, Vec<Analysis>), Faults> {
    let panel = Panel::build(cohort, &question.spec)?;
    let analyses = analyse_panel(&panel, question, &Leader::default(), executor)?;
    Ok((panel, analyses))
}

/// Answers a question on a sample that is built already. `leader` gives all fits of a family the same random weights,
/// where p-values are adjusted by their joint distribution.
///
/// # Errors
/// As [`analyse`].
pub fn analyse_panel(panel: &Panel, question: &Question, leader: &Leader, executor: &dyn Executor) -> Result<Vec<Analysis>, Faults> {
    analyse_first(panel, question, leader, executor).map(|(analyses, _)| analyses)
}

/// The same, with the first estimator's overall effect.
pub(super) fn analyse_first(
    panel: &Panel,
    question: &Question,
    leader: &Leader,
    executor: &dyn Executor,
) -> Result<(Vec<Analysis>, Option<Overall>), Faults> {
    let sample = Sample::new(panel, executor);
    let setting = Setting::new(question.level, question.seed, executor);
    let mut first: Option<(Overall, Asks)> = None;
    let mut out = Vec::new();
    for chosen in &question.estimators {
        let question = Question { carry: question.carry && out.is_empty(), ..question.clone() };
        let (mut analysis, overall) = one(panel, &sample, chosen, &question, leader, &setting)?;
        match (&first, overall) {
            (None, own) => first = own.map(|own| (own, analysis.asks.clone())),
            (Some((first, asked)), Some(own)) => {
                analysis.versus = match analysis.asks.beside(asked) {
                    Beside::Same => Some(first.versus(&own)),
                    Beside::OtherWeights => Some(first.versus(&own).untested()),
                    Beside::OtherEffect => None,
                }
            }
            (Some(_), None) => {}
        }
        out.push(analysis);
    }
    Ok((out, first.map(|(overall, _)| overall)))
}

fn one(
    panel: &Panel,
    sample: &Sample<'_>,
    chosen: &Chosen,
    question: &Question,
    leader: &Leader,
    setting: &Setting<'_>,
) -> Result<(Analysis, Option<Overall>), Faults> {
    let fit = chosen.fit(sample)?;
    let methods = if question.inference.is_empty() { infer::defaults(&fit, panel) } else { question.inference.clone() };
    infer::arms(&fit, panel, &question.spec, &methods)?;
    let order = if question.multiplicity == Some(Adjustment::RomanoWolf) { Some(leader.order(&fit)?) } else { None };
    let setting = Setting { order: order.as_deref(), ..*setting };
    let mut warnings: Vec<Warning> = panel.warnings.clone();
    warnings.extend(fit.warnings.iter().cloned());
    warnings.extend(single(&fit));
    warnings.extend(idle(chosen, &question.inference));
    warnings.extend(infer::left_out(&fit).filter(|_| question.inference.is_empty()));
    if !question.inference.is_empty() {
        warnings.retain(|w| w.code != INSTEAD_OF_PLACEBO);
    }
    if !panel.extras.effects.is_empty() && !chosen.estimator.asks_for(Role::FixedEffects) {
        warnings.push(Warning::new(
            "fixed-effects-of-its-own",
            "the fixed effects that are named are those of twfe and event-study; this estimator absorbs nothing or has effects of its own",
        ));
    }
    let (mut effects, mut tests, mut draws) = (Vec::new(), Vec::new(), Vec::new());
    let (mut missing, mut done) = (Faults::default(), Vec::new());
    for method in &methods {
        method.fits(&fit, panel)?;
        let mut inferred = match method.infer(&fit, &setting) {
            Err(fault) if question.skip_missing && fault.shown.iter().all(|f| ["INF-003", "INF-020"].contains(&f.code)) => {
                warnings.push(Warning::new("method-left-out", format!("{}: {}", chosen.label(), fault.shown[0].what)));
                missing.extend(fault);
                continue;
            }
            found => found?,
        };
        done.push(method.clone());
        warnings.append(&mut inferred.warnings);
        if order.is_some() {
            draws.extend(inferred.draws.drain(..).map(|d| (method.label(), d)));
        }
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
        for (hypothesis, targets) in fit.hypotheses() {
            if let Some(test) = method.joint(&fit, &targets, &setting)? {
                tests.push(JointTest { hypothesis: hypothesis.into(), ..test });
            }
        }
    }
    if effects.is_empty() {
        missing.into_result()?;
    }
    let mut seen = std::collections::BTreeSet::new();
    warnings.retain(|w| seen.insert(w.clone()));
    let named = chosen.estimator.asks_for(Role::FixedEffects);
    let fixed_effects: Vec<String> = panel.extras.effects.iter().filter(|_| named).map(|e| e.name.clone()).collect();
    let overall = Overall::of(&fit, label(chosen, &fixed_effects));
    let analysis = Analysis {
        section: None,
        estimator: chosen.clone(),
        fixed_effects,
        outcome: panel.outcome_name.clone(),
        subgroup: question.spec.subgroup.clone(),
        sample: counts(panel, &fit),
        effects,
        tests,
        multiplicity: None,
        components: fit.components.at(setting.level, setting.executor),
        criterion: fit.model.as_ref().map(|m| m.criterion),
        level: setting.level,
        warnings,
        left_out: fit.left_out.clone(),
        asks: chosen.asks(&fit, panel),
        versus: None,
        carried: question.carry.then(|| Carried::of(&fit, panel, &done, &setting)),
        draws,
    };
    Ok((analysis, overall))
}

/// Effects that rest on a single treated cluster beside others that do not.
fn single(fit: &Fit) -> Option<Warning> {
    let labels: Vec<&str> = infer::informative(fit).filter(|(_, n)| *n == 1).map(|(t, _)| fit.targets[t].label.as_str()).collect();
    (!labels.is_empty()).then(|| {
        Warning::new(
            "one-treated-cluster",
            format!(
                "these effects rest on a single treated cluster, so whatever else happened in it cannot be told from the effect, and intervals that compare clusters say nothing on it: {}",
                labels.join(", ")
            ),
        )
    })
}

fn counts(panel: &Panel, fit: &Fit) -> SampleCounts {
    let sides = (fit.n_treated_units, fit.clusters_by_arm());
    let (treated_units, clusters_by_arm) = fit.exposure.map_or(sides, |e| (e.units, e.clusters));
    SampleCounts {
        rows: fit.ledger.n_rows,
        rows_used: fit.n_rows,
        units: fit.n_units,
        clusters: fit.n_clusters(),
        clusters_by_arm,
        periods: panel.cells.periods.len(),
        treated_units,
        switching: fit.exposure.map(|_| sides),
        rarest: rarest(panel),
        smallest_cluster: (0..panel.n_clusters()).map(|g| panel.units_of(g).len()).min().unwrap_or_default(),
        dropped: fit.ledger.dropped.iter().map(|(r, n)| (r.words(), *n)).collect(),
        withheld: Withheld::default(),
    }
}

/// Of an outcome that takes two values, the fewest rows with the rarer one in a group and period, but for none.
pub(super) fn rarest(panel: &Panel) -> Option<usize> {
    let high = TwoValues::of(panel.outcome.iter().copied())?.high;
    let cells = &panel.cells;
    let mut counts = vec![[0usize; 2]; 2 * cells.periods.len()];
    for (&c, &y) in panel.cell.iter().zip(panel.outcome.iter()) {
        let arm = usize::from(cells.is_ever_treated(cells.cohort_ix(c)));
        counts[arm * cells.periods.len() + cells.period_ix(c)][usize::from(y == high)] += 1;
    }
    counts.iter().map(|of| of[0].min(of[1])).filter(|n| *n > 0).min()
}

#[cfg(test)]
mod tests {
    use crate::cohort::{Cohort, Column, Data, Wholes};
    use crate::estimate::{Chosen, Sample};
    use crate::panel::{CovariateTerm, Panel, PanelSpec, Serial, TreatmentRule};

    /// Two covariates that differ by a hair: the true coefficients are known, and survive thanks to refinement.
    #[test]
    fn nearly_collinear_covariates_keep_their_digits() {
        let n = 400usize;
        let wobble = |i: usize, k: f64| libm::sin(i as f64 * k);
        let x1: Vec<f64> = (0..2 * n).map(|i| wobble(i, 1.3) * 5.0).collect();
        let x2: Vec<f64> = (0..2 * n).map(|i| x1[i] + 3e-4 * wobble(i, 2.9)).collect();
        let post: Vec<i64> = (0..2 * n).map(|i| (i % 2) as i64).collect();
        let unit: Vec<i64> = (0..2 * n).map(|i| (i / 2) as i64).collect();
        let arm: Vec<i64> = unit.iter().map(|u| i64::from(u % 3 == 0)).collect();
        let y: Vec<f64> = (0..2 * n)
            .map(|i| 7.0 * unit[i] as f64 / n as f64 + 3.0 * post[i] as f64 + 2.0 * (arm[i] * post[i]) as f64 + x1[i] - x2[i])
            .collect();
        let mut cohort = Cohort::default();
        for (name, values) in [("unit", unit), ("arm", arm), ("post", post)] {
            cohort.push(Column { name: name.into(), data: Data::Whole(Wholes::complete(values)) });
        }
        for (name, values) in [("y", y), ("x1", x1), ("x2", x2)] {
            cohort.push(Column { name: name.into(), data: Data::Number(values) });
        }
        let rule = TreatmentRule::Arm { arm: "arm".into(), post: Some("post".into()) };
        let spec = PanelSpec {
            unit: Some("unit".into()),
            covariates: vec![CovariateTerm::parse("x1"), CovariateTerm::parse("x2")],
            ..PanelSpec::new("y", rule)
        };
        let panel = Panel::build(&cohort, &spec).expect("a sound sample");
        let chosen = Chosen::parse("twfe").expect("known");
        let fit = chosen.estimator.fit(&Sample::new(&panel, &Serial), &chosen.options).expect("estimable");
        let found: Vec<f64> = fit.estimates.iter().map(|e| *e.as_ref().expect("identified")).collect();
        for (estimate, truth) in found.iter().zip([2.0, 1.0, -1.0]) {
            assert!((estimate - truth).abs() < 1e-9, "{found:?}");
        }
    }
}
