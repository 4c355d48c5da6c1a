//! Which rows are used, and why the others are not.

use crate::cohort::{Cohort, Data, Fault, Faults, Ledger, Reason};
use crate::panel::{PanelSpec, Sequence, TreatmentRule};

/// The rows that are used, ascending, and the ledger of those that are not.
pub(super) struct Used {
    pub rows: Sequence,
    /// Rows that say what treatment a unit had, whether or not their outcome is known; `None` where those are the rows used.
    pub seen: Option<Sequence>,
    pub ledger: Ledger,
}

/// Outcomes beyond this are taken for a fault of the file.
const ABSURD: f64 = 1e12;

/// `None` when no row is left; other faults are noted and the rows kept, so that more can be found.
pub(super) fn select(cohort: &Cohort, spec: &PanelSpec, faults: &mut Faults) -> Option<Used> {
    let n = cohort.n_rows;
    if n > u32::MAX as usize - 1 {
        faults.push(Fault::new(
            "PANEL-017",
            "more rows than can be numbered",
            format!("{n} rows"),
            "didact numbers rows with 32 bits",
            "split the data by outcome or by period",
        ));
        return None;
    }
    let mut out = vec![false; n];
    let mut ledger = Ledger::new(n);
    let column = |name: &str| &cohort.column(name).expect("checked by roles").data;

    for (name, value) in &spec.filter {
        let data = column(name);
        let dropped = leave_out_others(&mut out, data, value);
        ledger.drop_rows(Reason::Where, dropped);
        if dropped > 0 && out.iter().all(|o| *o) {
            faults.push(Fault::new(
                "PANEL-001",
                format!("no row has {name} = {value}"),
                format!("column {name}"),
                "nothing is left to analyse",
                "check the value and its spelling",
            ));
        }
    }
    if let Some((name, value)) = &spec.subgroup {
        let data = column(name);
        ledger.drop_rows(Reason::MissingSubgroup, leave_out_missing(&mut out, data));
        ledger.drop_rows(Reason::OtherSubgroup, leave_out_others(&mut out, data, value));
    }
    let mut required: Vec<(Reason, &str)> = Vec::new();
    required.extend(spec.unit.iter().map(|c| (Reason::MissingUnit, c.as_str())));
    required.extend(spec.period.iter().map(|c| (Reason::MissingPeriod, c.as_str())));
    match &spec.treatment {
        TreatmentRule::Cohort(_) => {}
        TreatmentRule::Status(c) => required.push((Reason::MissingTreatment, c)),
        TreatmentRule::Arm { arm, post } => {
            required.push((Reason::MissingTreatment, arm));
            required.extend(post.iter().map(|c| (Reason::MissingTreatment, c.as_str())));
        }
    }
    required.extend(spec.cluster.iter().map(|c| (Reason::MissingCluster, c.as_str())));
    required.extend(spec.second_cluster.iter().map(|c| (Reason::MissingCluster, c.as_str())));
    required.extend(spec.levels.iter().map(|c| (Reason::MissingLevel, c.as_str())));
    required.extend(spec.block.iter().map(|c| (Reason::MissingBlock, c.as_str())));
    required.extend(spec.third.iter().map(|c| (Reason::MissingSubgroup, c.as_str())));
    required.extend(spec.take_up.iter().map(|c| (Reason::MissingTakeUp, c.as_str())));
    let n_says_treatment = required.len();
    required.extend(spec.named_effects().iter().flat_map(|e| e.all_columns()).map(|c| (Reason::MissingFixedEffect, c)));
    required.push((Reason::MissingOutcome, &spec.outcome));
    required.extend(spec.weights.iter().map(|c| (Reason::MissingWeight, c.as_str())));
    required.extend(spec.covariates.iter().map(|c| (Reason::MissingCovariate, c.column.as_str())));
    let mut seen = None;
    for (k, (reason, name)) in required.into_iter().enumerate() {
        if k == n_says_treatment && spec.unit.is_some() && matches!(spec.treatment, TreatmentRule::Status(_)) {
            seen = Some(out.clone());
        }
        let dropped = leave_out_missing(&mut out, column(name));
        ledger.drop_rows(reason, dropped);
    }
    let slopes = spec.named_effects().iter().filter_map(|e| e.slope.as_deref());
    for name in spec.covariates.iter().map(|c| c.column.as_str()).chain([spec.outcome.as_str()]).chain(slopes) {
        absurd(cohort, name, column(name), &out, faults);
    }
    if let Some(name) = &spec.weights {
        let data = column(name);
        let bad = |r: usize| data.number(r).is_some_and(|w| w < 0.0 || w.is_infinite());
        if let Some(r) = (0..n).find(|&r| !out[r] && bad(r)) {
            faults.push(Fault::new(
                "PANEL-013",
                "a weight is negative or infinite",
                format!("column {name}, first at row {}", cohort.first_row + r),
                "such a row would count backwards, or drown all others",
                "correct the weights",
            ));
        }
        ledger.drop_rows(Reason::ZeroWeight, leave_out(&mut out, |r| data.number(r) == Some(0.0)));
    }
    let kept = |out: &[bool]| Sequence::Listed((0..n as u32).filter(|&r| !out[r as usize]).collect());
    let rows = if ledger.dropped.is_empty() { Sequence::All(n as u32) } else { kept(&out) };
    let seen = seen.filter(|seen| *seen != out).map(|seen| kept(&seen));
    if rows.is_empty() {
        let reasons: Vec<String> = ledger.dropped.iter().map(|(r, k)| format!("{k} {}", r.words())).collect();
        let place =
            if n == 0 { "the file has no rows of data".to_string() } else { format!("{n} rows read; left out: {}", reasons.join(", ")) };
        faults.push(Fault::new(
            "PANEL-001",
            "no row is left to analyse",
            place,
            "an estimate needs students",
            "check the roles and the rows",
        ));
        return None;
    }
    Some(Used { rows, seen, ledger })
}

fn leave_out(out: &mut [bool], bad: impl Fn(usize) -> bool) -> usize {
    let mut dropped = 0;
    for (r, o) in out.iter_mut().enumerate() {
        if !*o && bad(r) {
            *o = true;
            dropped += 1;
        }
    }
    dropped
}

fn leave_out_missing(out: &mut [bool], data: &Data) -> usize {
    match data {
        Data::Number(v) => leave_out(out, |r| v[r].is_nan()),
        Data::Flag(_) => 0,
        Data::Whole(w) if w.missing.is_empty() => 0,
        Data::Whole(w) => leave_out(out, |r| w.missing[r]),
        Data::Text(_) => leave_out(out, |r| data.is_missing(r)),
    }
}

/// Leaves out rows that do not have the value, written as text, in this column.
fn leave_out_others(out: &mut [bool], data: &Data, value: &str) -> usize {
    if let Data::Text(t) = data {
        let is: Vec<bool> = t.levels.iter().map(|level| level == value).collect();
        return leave_out(out, |r| !is.get(t.codes[r] as usize).is_some_and(|is| *is));
    }
    let word = |word: &str| value.eq_ignore_ascii_case(word);
    let number = value.trim().parse().ok().or(if word("true") { Some(1.0) } else { word("false").then_some(0.0) });
    match (data, number) {
        (_, None) => leave_out(out, |_| true),
        (Data::Flag(v), Some(x)) => leave_out(out, |r| f64::from(u8::from(v[r])) != x),
        (data, Some(x)) => leave_out(out, |r| data.number(r) != Some(x)),
    }
}

fn absurd(cohort: &Cohort, name: &str, data: &Data, out: &[bool], faults: &mut Faults) {
    let bad = match data {
        Data::Number(v) => (0..v.len()).find(|&r| !out[r] && (v[r].is_nan() || v[r].abs() > ABSURD)),
        Data::Whole(w) => (0..w.values.len()).find(|&r| !out[r] && w.values.at(r).unsigned_abs() > ABSURD as u64),
        Data::Flag(_) | Data::Text(_) => None,
    };
    if let Some(r) = bad {
        faults.push(Fault::new(
            "PANEL-012",
            "an infinite or absurdly large value",
            format!("column {name}, first at row {}", cohort.first_row + r),
            "one such value decides every average",
            "correct it, or declare it as missing:  missing = [\"…\"]  under [data] (flag --missing)",
        ));
    }
}
