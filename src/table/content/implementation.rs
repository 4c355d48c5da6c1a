//! How well the treatment was carried out, and the effect by fidelity.

use super::disclosure::Gate;
use super::effects;
use crate::study::{Implementation, Run, Spread};
use crate::table::disclosure::WITHHELD;
use crate::table::{Cell, Column, Digits, Table};

/// So many classrooms are listed one by one, and no more.
const LISTED: usize = 400;
const THIRDS: [&str; 3] = ["lowest third", "middle third", "highest third"];
const NOT_CAUSAL: &str = "Not causal: nobody was assigned to a fidelity. Classrooms that carry something out well differ from others in more than that, so a larger effect there does not show that better fidelity would make it larger.";

/// The tables, where a column tells.
pub(super) fn tables(run: &Run) -> Vec<Table> {
    match &run.implementation {
        Some(Ok(found)) => vec![over(found), rooms(found, Gate::of(run)), thirds(run, found)],
        Some(Err(_)) | None => Vec::new(),
    }
}

/// Each column over classrooms.
fn over(found: &Implementation) -> Table {
    let columns = vec![
        Column::new("measure", "What"),
        Column::new("classrooms", "Classrooms with profiles"),
        Column::new("mean", "Mean"),
        Column::new("sd", "SD"),
        Column::new("quarters", "Middle half"),
        Column::new("others", "Other classrooms"),
        Column::new("others_mean", "Their mean"),
        Column::new("others_sd", "Their SD"),
        Column::new("correlation", "Correlation with fidelity"),
        Column::new("correlation_conf", "95 % interval"),
    ];
    let mut out = Table::new("implementation", "How well it was carried out", columns);
    let two = Digits::Decimals(2);
    let number = |x: Option<f64>| Cell::number_with(x, two, "no classroom has a value");
    for m in &found.measures {
        let mean = |s: &Option<Spread>| number(s.map(|s| s.mean));
        let sd = |s: &Option<Spread>| Cell::number_with(s.and_then(|s| s.sd), two, "fewer than two classrooms have a value");
        let count = |s: &Option<Spread>| Cell::Count(s.map_or(0, |s| s.n as u64));
        let mut row = vec![Cell::text(&m.column), count(&m.treated), mean(&m.treated), sd(&m.treated)];
        row.push(m.treated.map_or_else(|| Cell::undefined("no classroom has a value"), |s| Cell::interval(Some(s.low), Some(s.high), two)));
        row.extend([count(&m.comparison), mean(&m.comparison), sd(&m.comparison)]);
        let why = if m.comparison.is_none() { "it is fidelity itself, or there is none" } else { "too few classrooms, or all alike" };
        row.push(Cell::number_with(m.with_fidelity.map(|r| r.r), two, why));
        row.push(
            m.with_fidelity
                .and_then(|r| r.interval)
                .map_or_else(|| Cell::undefined(why), |(low, high)| Cell::interval(Some(low), Some(high), two)),
        );
        out.push(row);
    }
    out.note(format!("One number for each value of the column {}: the mean over its students. Correlations are over those with profiles, by Fisher's z; they say what goes together, not what moves what.", found.group));
    out
}

/// Each classroom with profiles.
fn rooms(found: &Implementation, gate: Gate) -> Table {
    let mut columns = vec![Column::new("classroom", "Classroom"), Column::new("n", "Students")];
    columns.extend(found.columns.iter().map(|c| Column::new(c.clone(), c.clone())));
    let mut out = Table::new("implementation-classrooms", "Classroom by classroom", columns);
    if found.rooms.len() > LISTED {
        return out;
    }
    // One classroom's share could be computed from the mean over classrooms and the others.
    let few = |k: usize| found.rooms.iter().any(|r| r.rarer[k].is_some_and(|n| gate.few(n as u64)));
    let hide: Vec<bool> = (0..found.columns.len()).map(few).collect();
    for (i, room) in found.rooms.iter().enumerate() {
        let mut row = vec![Cell::Whole(i as i64 + 1), Cell::Count(room.students as u64)];
        row.extend(room.values.iter().zip(&hide).map(|(v, hide)| match hide {
            true => Cell::Suppressed,
            false => Cell::number_with(*v, Digits::Decimals(2), "no value"),
        }));
        out.push(row);
    }
    let order = if found.has_fidelity { ", the lowest fidelity first" } else { "" };
    out.note(format!("Classrooms with profiles by the column {}, numbered here{order}; their names stay with the data.", found.group));
    out
}

/// The effect by thirds of fidelity.
fn thirds(run: &Run, found: &Implementation) -> Table {
    let mut columns = vec![Column::new("fidelity", "Fidelity"), Column::new("between", "From … to")];
    columns.extend(effects::part_columns(run.study.study.level));
    columns.push(Column::new("inference", "Method"));
    let mut out = Table::new("effect-by-fidelity", "The effect by fidelity (not causal)", columns);
    // Where one third stays, the whole less the others would tell it.
    let hide = found.thirds.iter().any(|t| t.result.as_ref().is_err_and(|why| why == WITHHELD));
    for (k, third) in found.thirds.iter().enumerate() {
        let name =
            if found.thirds.len() == THIRDS.len() { THIRDS[k].to_string() } else { format!("part {} of {}", k + 1, found.thirds.len()) };
        let (low, high) = third.between;
        let between = if hide { Cell::undefined(WITHHELD) } else { Cell::interval(Some(low), Some(high), Digits::Decimals(2)) };
        let mut row = vec![Cell::Text(name), between];
        match effects::of_part(&third.result) {
            Ok((e, _, cells)) if !hide => {
                row.extend(cells);
                row.push(Cell::text(&e.inference));
            }
            Ok(_) => row.extend((0..7).map(|_| Cell::undefined(WITHHELD))),
            Err(reason) => {
                row.extend((0..6).map(|_| Cell::undefined(reason)));
                row.push(Cell::text("–"));
            }
        }
        out.push(row);
    }
    out.note(NOT_CAUSAL);
    out.note("Treated units by thirds of their classroom's fidelity, each against all comparison units, by the headline's estimator and first method.");
    out
}
