//! The answer in plain words.

use super::{estimator, is_overall, outcome};
use crate::evaluate::Performance;
use crate::study::Calibrated;
use std::collections::BTreeSet;

/// What each estimator calls its overall effect, by each method, in all students.
pub(super) fn headlines(c: &Calibrated) -> Vec<&Performance> {
    let mut seen = BTreeSet::new();
    let all = c.performances.iter().filter(|p| is_overall(p) && c.questions[p.question].spec.subgroup.is_none());
    // Effects stand in the order overall, overall-dynamic …: the first of each estimator is the one it is known for.
    all.filter(|p| seen.insert((p.point, p.question, p.estimator, p.method.as_deref()))).collect()
}

/// One sentence on each of the first `most` headlines; the rest is counted.
pub fn sentences(c: &Calibrated, most: usize) -> Vec<String> {
    let own = headlines(c);
    let mut out: Vec<String> = own.iter().take(most).map(|p| sentence(c, p)).collect();
    if own.len() > most {
        out.push(format!("… and {} more: they stand in the tables.", own.len() - most));
    }
    out.extend(withheld(c));
    out
}

/// What was left out, since it would tell of too few students.
pub(super) fn withheld(c: &Calibrated) -> Option<String> {
    let least = c.calibration.study.privacy.minimum_cell;
    let told = "how far estimates of them spread would tell how few they are";
    match c.withheld {
        0 => None,
        1 => Some(format!(
            "One effect by one method rests on fewer than {least} students or would give such a one away, and is left out: {told}."
        )),
        n => Some(format!(
            "{n} effects, each by one method, rest on fewer than {least} students or would give such a one away, and are left out: {told}."
        )),
    }
}

fn sentence(c: &Calibrated, p: &Performance) -> String {
    let mut point = c.points[p.point].clone();
    if c.calibration.one_at_a_time {
        // What stands as at the first point need not be said.
        point.values.retain(|value| !c.points[0].values.contains(value));
    }
    let design = match (c.is_fitted(), point.values.is_empty()) {
        (false, true) => "On designs like this".to_string(),
        (false, false) => format!("With {point}"),
        (true, true) => "On designs like yours".to_string(),
        (true, false) => format!("On designs like yours with {point}"),
    };
    let outcomes = c.calibration.study.roles.as_ref().map_or(0, |r| r.outcomes.len());
    let of = if outcomes > 1 { format!(" for {}", outcome(c, p)) } else { String::new() };
    let Some(method) = &p.method else {
        let why = p.failures.first().map_or("", |f| f.0.as_str());
        return format!("{design}, {} gives no estimate{of}: {why}.", estimator(c, p));
    };
    let whose = format!("{design}, the interval of {} by {method}{of}", estimator(c, p));
    let promise = format!("it promises {} %", 100.0 * c.level());
    let failed = p.n_failed();
    let draws = p.n + failed;
    let why = p.failures.first().map_or(String::new(), |f| format!(" ({})", f.0));
    let missing = if failed > 0 { format!(" In {failed} of {draws} draws there is none{why}.") } else { String::new() };
    match p.coverage {
        None if p.n == 0 => format!("{whose} does not exist: in none of {draws} draws is there one{why}."),
        None => format!("{whose} cannot be judged: no draw has both an interval and a known truth.{missing}"),
        Some(m) => {
            let error = m.mc_error.map_or(String::new(), |e| format!(" (± {:.1})", 100.0 * e));
            let verdict = p.verdict.clause();
            format!("{whose} covers the truth in {:.1} %{error} of {} draws; {promise}{verdict}.{missing}", 100.0 * m.value, p.n)
        }
    }
}
