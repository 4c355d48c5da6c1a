//! Options of an estimator that change nothing beside the inference that is asked for.

use crate::cohort::Warning;
use crate::estimate::Chosen;
use crate::infer::Method;

/// Says which options do nothing beside all of these methods; where none is asked for the estimator's own heed them.
pub(super) fn idle(chosen: &Chosen, asked: &[Method]) -> Option<Warning> {
    let names: Vec<&str> = asked.iter().map(|m| m.inference.card().id).collect();
    let (first, others) = names.split_first()?;
    let rests = |key: &str| others.iter().all(|m| chosen.estimator.idle_beside(m).iter().any(|(k, _)| *k == key));
    let usual = |key: &str| {
        chosen.estimator.card().options.iter().find(|o| o.key == key).is_some_and(|o| o.values.default_text() == chosen.options.get(key))
    };
    let each: Vec<String> = chosen
        .estimator
        .idle_beside(first)
        .iter()
        .filter(|(key, _)| chosen.options.was_given(key) && !usual(key) && rests(key))
        .map(|(key, why)| format!("{key}={} changes nothing here, as {why}", chosen.options.get(key)))
        .collect();
    (!each.is_empty()).then(|| Warning::new("option-idle", each.join("; ")))
}
