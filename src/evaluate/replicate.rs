//! One draw and every analysis of it.

use super::experiment::{Experiment, Question};
use super::record::{Effect, Failed, Found, Record, Replicate};
use super::truth::{Answers, Scope, Truths};
use crate::cohort::{Cohort, Faults};
use crate::estimate::{Fit, NotIdentified, Sample};
use crate::infer::{self, Bound, Estimate, Method, Setting};
use crate::panel::{Panel, PanelSpec, Serial};
use crate::random::Stream;

/// The seed of a replicate, the same at every point of the grid.
pub fn seed_of(seed: u64, number: usize) -> u64 {
    Stream::new(seed, &["evaluate", "replicate"], number as u64).next_u64()
}

/// Draws once at a point and makes every analysis: one sample for each set of roles, one fit for each estimator, one interval for
/// each method. What cannot be done is a record of its own, with its reason.
pub fn replicate(experiment: &Experiment<'_>, point: usize, number: usize) -> Replicate {
    let seed = seed_of(experiment.seed, number);
    let mut records = Vec::new();
    match experiment.source.draw(&experiment.grid.point(point), seed, &experiment.columns()) {
        Err(faults) => {
            for (q, question) in experiment.questions.iter().enumerate() {
                fail(&mut records, q, 0..question.estimators.len(), &reason(&faults));
            }
        }
        Ok(drawn) => {
            let mut samples = Samples { cohort: &drawn.cohort, built: Vec::new() };
            for (q, question) in experiment.questions.iter().enumerate() {
                analyse(experiment, q, question, samples.of(&question.spec), &drawn.truths, seed, &mut records);
            }
        }
    }
    Replicate { point, number, records }
}

/// The samples of a draw, each built once.
struct Samples<'a> {
    cohort: &'a Cohort,
    built: Vec<(&'a PanelSpec, Result<Panel, Faults>)>,
}

impl<'a> Samples<'a> {
    fn of(&mut self, spec: &'a PanelSpec) -> Result<&Panel, &Faults> {
        let place = self.built.iter().position(|(known, _)| *known == spec).unwrap_or_else(|| {
            self.built.push((spec, Panel::build(self.cohort, spec)));
            self.built.len() - 1
        });
        self.built[place].1.as_ref()
    }
}

fn analyse(
    experiment: &Experiment<'_>,
    q: usize,
    question: &Question,
    panel: Result<&Panel, &Faults>,
    truths: &Truths,
    seed: u64,
    records: &mut Vec<Record>,
) {
    let panel = match panel {
        Ok(panel) => panel,
        Err(faults) => return fail(records, q, 0..question.estimators.len(), &reason(faults)),
    };
    let sample = Sample::new(panel, &Serial);
    let setting = Setting::new(experiment.level, seed, &Serial);
    let third: Vec<(String, String)> =
        panel.extras.third.iter().flat_map(|t| t.labels.iter().map(|label| (t.name.clone(), label.clone()))).collect();
    let answers = Answers::of_panel(truths, panel, question.spec.subgroup.as_ref(), &third);
    for (e, chosen) in question.estimators.iter().enumerate() {
        match chosen.fit(&sample) {
            Err(faults) => fail(records, q, e..e + 1, &reason(&faults)),
            Ok(fit) => {
                let answer =
                    Answer { experiment, question, place: (q, e), fit: &fit, panel, answers: &answers, scope: &Scope::of(chosen, &fit) };
                answer.record(&setting, records);
            }
        }
    }
}

/// One fit and everything that is wanted of it.
struct Answer<'a> {
    experiment: &'a Experiment<'a>,
    question: &'a Question,
    place: (usize, usize),
    fit: &'a Fit,
    panel: &'a Panel,
    answers: &'a Answers<'a>,
    scope: &'a Scope,
}

impl Answer<'_> {
    fn record(&self, setting: &Setting<'_>, records: &mut Vec<Record>) {
        let own;
        let methods: &[Method] = if self.question.inference.is_empty() {
            own = infer::defaults(self.fit, self.panel);
            &own
        } else {
            &self.question.inference
        };
        let wanted: Vec<usize> =
            (0..self.fit.targets.len()).filter(|&t| self.experiment.effects.wants(self.fit.targets[t].estimand)).collect();
        let mut focus = vec![false; self.fit.targets.len()];
        wanted.iter().for_each(|&t| focus[t] = true);
        let setting = Setting { focus: Some(&focus), ..*setting };
        for method in methods {
            let label = method.label();
            let inferred = method
                .fits(self.fit, self.panel)
                .and_then(|()| infer::arms(self.fit, self.panel, &self.question.spec, std::slice::from_ref(method)))
                .and_then(|()| method.infer(self.fit, &setting));
            let inferred = match inferred {
                Ok(inferred) => inferred,
                Err(faults) => {
                    records.push(self.one(Some(label), None, Err(Failed(reason(&faults)))));
                    continue;
                }
            };
            for &t in &wanted {
                let effect = Some(Effect::from(&self.fit.targets[t]));
                let result = match &self.fit.estimates[t] {
                    Err(NotIdentified(why)) => Err(Failed(why.clone())),
                    Ok(_) => match inferred.estimates.iter().find(|e| e.target == t) {
                        Some(estimate) => self.found(t, estimate),
                        // The method has nothing to say on effects of this kind.
                        None => continue,
                    },
                };
                records.push(self.one(Some(label.clone()), effect, result));
            }
        }
    }

    fn one(&self, method: Option<String>, effect: Option<Effect>, result: Result<Found, Failed>) -> Record {
        Record { question: self.place.0, estimator: self.place.1, method, effect, result }
    }

    fn found(&self, target: usize, e: &Estimate) -> Result<Found, Failed> {
        if !e.estimate.is_finite() {
            return Err(Failed("the estimate is no finite number".into()));
        }
        let finite = |x: Option<f64>| x.filter(|x| x.is_finite());
        let end = |b: Bound| if b.value().is_some_and(|x| !x.is_finite()) { Bound::Undefined } else { b };
        Ok(Found {
            estimate: e.estimate,
            std_error: finite(e.std_error),
            df: finite(e.df),
            p_value: finite(e.p_value),
            low: end(e.interval.low),
            high: end(e.interval.high),
            truth: finite(self.answers.of(&self.fit.targets[target], self.scope)),
        })
    }
}

fn fail(records: &mut Vec<Record>, question: usize, estimators: std::ops::Range<usize>, why: &str) {
    records.extend(estimators.map(|estimator| Record { question, estimator, method: None, effect: None, result: Err(Failed(why.into())) }));
}

/// What went wrong, without the places and numbers that differ from draw to draw.
fn reason(faults: &Faults) -> String {
    faults.shown.first().map_or_else(|| "unknown".into(), |f| format!("{} [{}]", f.what, f.code))
}
