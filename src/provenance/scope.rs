//! Of which outcome a run's headline is, and what of its results is of that outcome alone.

use serde_json::Value;

/// Parts of the results that are of the headline.
const OF_HEADLINE: &[&str] = &["multiverse", "headline_calibration"];

/// Tables of the headline that do not name its outcome.
const TABLES: &[&str] = &["specification-curve", "specification-decisions", "effect-by-fidelity"];

/// What a verdict says that is no number of the headline.
const VERDICT: &[&str] = &["didact", "standards", "word", "credibility"];

/// What a sign of misleading says that is no number of the headline.
const FALLACY: &[&str] = &["fallacy", "title"];

/// The outcome of the headline: that of the first result.
pub(super) fn outcome(results: &Value) -> Option<&str> {
    results["results"][0]["outcome"].as_str()
}

/// The two outcomes, where the headlines are of different ones.
pub(super) fn apart(before: &Value, after: &Value) -> Option<[String; 2]> {
    let (x, y) = outcome(before).zip(outcome(after))?;
    (x != y).then(|| [x.to_string(), y.to_string()])
}

/// Takes out what is of the headline alone and has no other name: the specification curve, the draws that tried its interval, the
/// numbers behind the verdict and those of what misleads. What names its outcome stays.
pub(super) fn without_headline(results: &mut Value) {
    let Some(all) = results.as_object_mut() else { return };
    all.retain(|key, _| !OF_HEADLINE.contains(&key.as_str()));
    if let Some(tables) = all.get_mut("tables").and_then(Value::as_object_mut) {
        tables.retain(|id, _| !TABLES.contains(&id.as_str()));
    }
    if let Some(verdict) = all.get_mut("verdict").and_then(Value::as_object_mut) {
        verdict.retain(|key, _| VERDICT.contains(&key.as_str()));
    }
    for fallacy in all.get_mut("fallacies").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(fallacy) = fallacy.as_object_mut() {
            fallacy.retain(|key, _| FALLACY.contains(&key.as_str()));
        }
    }
}
