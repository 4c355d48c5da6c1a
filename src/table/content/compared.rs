//! Estimators side by side as in a paper: a column each, effects with their standard errors below, then what they rest on.

use super::disclosure::Gate;
use super::figures::reference;
use super::words::percent;
use crate::estimate::{Estimand, Role};
use crate::infer::Estimate;
use crate::study::Analysis;
use crate::table::{Cell, Column, Digits, Table};

const NONE: &str = "the estimator gives no such effect";
const REFERENCE: &str = "the reference, zero by construction";

/// What a cell of an effect is made of: an estimate, or why there is none.
type Found<'a> = Result<&'a Estimate, String>;

/// One column an analysis; its first method gives the errors. Counts pass the gate.
pub(super) fn compared(analyses: &[Analysis], level: f64, gate: Gate) -> Table {
    let mut columns = vec![Column::new("term", "Quantity")];
    for a in analyses {
        let named = analyses.iter().any(|b| b.outcome != a.outcome);
        let title = if named { format!("{}: {}", a.outcome, a.label()) } else { a.label() };
        let mut key = format!("{}: {}", a.outcome, a.label());
        while columns.iter().any(|c| c.key == key) {
            key.push('+');
        }
        columns.push(Column::new(key, title));
    }
    let mut out = Table::new("comparison", "Estimators compared", columns);
    if analyses.is_empty() {
        return out;
    }
    effect(&mut out, "Overall effect", level, analyses.iter().map(|a| a.overall().ok_or_else(|| NONE.to_string())).collect());
    let mut times: Vec<i64> = analyses.iter().flat_map(|a| &a.effects).filter_map(at).collect();
    times.extend(analyses.iter().filter(|a| a.effects.iter().any(|e| at(e).is_some())).filter_map(reference));
    times.sort_unstable();
    times.dedup();
    for time in times {
        effect(&mut out, &format!("Event time {time}"), level, analyses.iter().map(|a| event(a, time)).collect());
    }
    let mut row = |label: &str, cell: &dyn Fn(&Analysis) -> Cell| {
        out.push(std::iter::once(Cell::text(label)).chain(analyses.iter().map(cell)).collect());
    };
    row("Units", &|a| gate.count(a.sample.withheld.units, a.sample.units));
    row("Treated units", &|a| gate.count(gate.hides_treated(&a.sample), a.sample.groups().0));
    row("Clusters", &|a| Cell::Count(a.sample.clusters as u64));
    row("Rows", &|a| gate.count(a.sample.withheld.rows, a.sample.rows_used));
    if analyses.iter().any(absorbs) {
        row("Absorbed effects", &|a| match (absorbs(a), a.fixed_effects.is_empty()) {
            (false, _) => Cell::undefined("the estimator absorbs no effects that could be chosen"),
            (true, true) => Cell::text("unit, period"),
            (true, false) => Cell::text(a.fixed_effects.join(", ")),
        });
    }
    row("Method", &|a| match a.overall().or_else(|| a.effects.iter().find_map(|e| e.result.as_ref().ok())) {
        Some(e) => Cell::text(&e.inference),
        None => Cell::undefined("no effect is identified"),
    });
    out.note(format!(
        "Effects are in units of the outcome; in brackets below them their standard errors, or where there is none the ends of the {} interval. Columns answer the same question under different assumptions.",
        percent(level)
    ));
    out
}

/// The event time of an effect by event time.
fn at(effect: &crate::study::Effect) -> Option<i64> {
    effect.target.event_time.filter(|_| effect.target.estimand == Estimand::Event)
}

/// Whether the effects that an estimator takes off can be chosen.
fn absorbs(a: &Analysis) -> bool {
    a.estimator.estimator.asks_for(Role::FixedEffects)
}

/// The first method's effect at an event time.
fn event(a: &Analysis, time: i64) -> Found<'_> {
    match a.effects.iter().find(|e| at(e) == Some(time)) {
        Some(effect) => effect.result.as_ref().map_err(|why| why.0.clone()),
        None if reference(a) == Some(time) => Err(REFERENCE.to_string()),
        None => Err(NONE.to_string()),
    }
}

/// The row of an effect, and below it those of its uncertainty.
fn effect(out: &mut Table, label: &str, level: f64, found: Vec<Found<'_>>) {
    let digits = |e: &Estimate| match e.std_error {
        Some(se) => Digits::for_uncertainty(se),
        None => Digits::for_interval(e.estimate, e.interval.low.value(), e.interval.high.value()),
    };
    let row = |label: String, cell: &dyn Fn(&Estimate) -> Cell| {
        let cells = found.iter().map(|found| match found {
            Ok(e) => cell(e),
            Err(why) => Cell::undefined(why),
        });
        std::iter::once(Cell::Text(label)).chain(cells).collect()
    };
    let ended = |e: &Estimate| e.std_error.is_none() && (e.interval.low.value().is_some() || e.interval.high.value().is_some());
    let unknown = "it cannot be computed";
    let mut rows: Vec<Vec<Cell>> = vec![row(label.to_string(), &|e| Cell::number_with(Some(e.estimate), digits(e), unknown))];
    if found.iter().flatten().any(|e| e.std_error.is_some()) || !found.iter().flatten().any(|e| ended(e)) {
        rows.push(row("standard error".into(), &|e| Cell::bracketed(e.std_error, digits(e), unknown)));
    }
    if found.iter().flatten().any(|e| ended(e)) {
        for (name, low) in [("low end", true), ("high end", false)] {
            let end = |e: &Estimate| if low { e.interval.low.value() } else { e.interval.high.value() };
            rows.push(row(format!("{} interval, {name}", percent(level)), &|e| {
                Cell::bracketed(
                    end(e).filter(|_| e.std_error.is_none()),
                    digits(e),
                    if ended(e) { "unbounded on this side" } else { "its standard error stands above" },
                )
            }));
        }
    }
    rows.into_iter().for_each(|row| out.push(row));
}
