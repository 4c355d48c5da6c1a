//! The parameters of a simulated world: what is an estimate, and what somebody chose.

use crate::simulate::{self, Basis, Parameter};
use crate::study::Run;
use crate::table::{Cell, Column, Table};
use std::collections::BTreeMap;

/// Every parameter of the world that a run simulated.
pub(super) fn parameters(run: &Run) -> Option<Table> {
    let truth = run.truth.as_ref()?;
    of_world(&truth.world, &truth.parameters.iter().cloned().collect(), &[])
}

/// Every parameter of a world, with its value in this study; those that were varied say so.
pub(super) fn of_world(world: &str, values: &BTreeMap<String, f64>, varied: &[&str]) -> Option<Table> {
    let columns = vec![
        Column::new("parameter", "Parameter"),
        Column::new("value", "Value"),
        Column::new("default", "Default"),
        Column::new("unit", "Unit"),
        Column::new("basis", "Basis").explain("whether the value is an estimate from the literature or was chosen"),
        Column::new("source", "Source of the default"),
        Column::new("meaning", "Meaning"),
    ];
    let mut out = Table::new("parameters", "Parameters of the simulated world", columns);
    for p in simulate::find(world)?.parameters().iter() {
        let own = values.get(p.name).copied().unwrap_or(p.value);
        let is_varied = varied.contains(&p.name);
        out.push(vec![
            Cell::text(p.name),
            if is_varied { Cell::text("varied") } else { number(own) },
            number(p.value),
            Cell::text(p.unit),
            Cell::text(basis(p, is_varied || own != p.value)),
            Cell::text(p.source),
            Cell::text(p.meaning),
        ]);
    }
    out.note("A scenario choice is no estimate: nobody has measured it, and another value is as good. An estimate that was set to another value is one no more.");
    Some(out)
}

/// What a value rests on.
fn basis(p: &Parameter, is_set: bool) -> &'static str {
    match (p.basis, is_set) {
        (_, true) => "set in this study",
        (Basis::Scenario, false) => "scenario choice",
        (Basis::Literature, false) => "estimate",
    }
}

fn number(x: f64) -> Cell {
    if x == x.trunc() && x.abs() < 1e15 { Cell::Whole(x as i64) } else { Cell::number(Some(x), "") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_told_to_be_chosen() {
        let set: BTreeMap<String, f64> = [("effect".to_string(), 0.3), ("schools".to_string(), 42.0)].into();
        let table = of_world("belmont-cragin", &set, &["profile_schools"]).expect("a world");
        let row = |name: &str| table.rows.iter().find(|r| r[0] == Cell::text(name)).expect("a parameter");
        assert_eq!(row("staffing_weight")[4], Cell::text("scenario choice"));
        assert_eq!(row("leave_rate")[4], Cell::text("estimate"));
        assert_eq!((&row("effect")[4], &row("schools")[4]), (&Cell::text("set in this study"), &Cell::text("scenario choice")));
        assert_eq!(row("profile_schools")[1], Cell::text("varied"));
        assert!(of_world("nowhere", &set, &[]).is_none());
    }
}
