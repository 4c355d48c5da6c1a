//! `diagnose::bacon` as bacondecomp 0.1.3.

use crate::book::Book;
use crate::support::reckoning::{CLOSE, Reckoning, list};
use crate::support::sheet::Sheet;
use didact::diagnose::bacon::{Comparison, decompose};
use didact::panel::{FirstTreated, Panel, PanelSpec, TreatmentRule};
use serde_json::Value;
use std::collections::BTreeSet;

pub fn math_reform(r: &mut Reckoning, book: &mut Book) {
    let sheet = Sheet::read(&book.data("math_reform.csv"));
    let states: Vec<String> =
        (0..sheet.rows.len()).map(|i| sheet.row(i).text("state").to_string()).collect::<BTreeSet<_>>().into_iter().collect();
    let sheet = sheet.with("unit", |row| states.iter().position(|s| s == row.text("state")).expect("a state").to_string());
    one(r, book, "math_reform", &sheet, ["unit", "class", "reform_math", "incearn_ln"]);
}

pub fn divorce(r: &mut Reckoning, book: &mut Book) {
    let sheet = Sheet::read(&book.data("divorce_female.csv"));
    one(r, book, "divorce_female", &sheet, ["stid", "year", "changed", "suiciderate_elast_jag"]);
}

fn one(r: &mut Reckoning, book: &mut Book, id: &str, sheet: &Sheet, [unit, period, status, outcome]: [&str; 4]) {
    let (title, expected) = (book.title(id), book.case(id));
    let spec =
        PanelSpec { unit: Some(unit.into()), period: Some(period.into()), ..PanelSpec::new(outcome, TreatmentRule::Status(status.into())) };
    let panel = Panel::build(&sheet.cohort(&[unit, period, status], &[outcome]), &spec).expect("a panel");
    let found = decompose(&panel).expect("balanced");
    r.near(&title, "twfe", expected["twfe"].as_f64().expect("a number"), Some(found.coefficient), CLOSE);
    r.near(&title, "weighted sum", found.coefficient, Some(found.weighted_sum()), 1e-10);
    let components = &expected["components"];
    let fields = ["treated", "untreated", "estimate", "weight", "type"].map(|key| list(&components[key]));
    r.holds(&title, "as many components", fields[0].len() == found.components.len());
    for [treated, untreated, estimate, weight, kind] in (0..fields[0].len()).map(|k| fields.each_ref().map(|f| &f[k])) {
        let compared = untreated.as_i64().map_or(FirstTreated::Never, FirstTreated::At);
        let name = format!("{treated} with {untreated}");
        let treated = treated.as_i64().expect("a year");
        let Some(c) = found.components.iter().find(|c| (c.treated, c.compared) == (treated, compared)) else {
            r.holds(&title, &format!("{name} is missing"), false);
            continue;
        };
        r.like(&title, &format!("{name}: estimate"), estimate, &Value::from(c.estimate), CLOSE);
        r.like(&title, &format!("{name}: weight"), weight, &Value::from(c.weight), CLOSE);
        r.holds(&title, &format!("{name}: {:?}", c.comparison), *kind == called(c.comparison));
    }
    if let Some(kinds) = expected.get("by_type") {
        let fields = ["type", "weight", "avg_estimate"].map(|key| list(&kinds[key]));
        for [name, weight, estimate] in (0..fields[0].len()).map(|k| fields.each_ref().map(|f| &f[k])) {
            let kind = found.by_kind().into_iter().find(|kind| *name == called(kind.comparison));
            r.like(&title, "a kind's weight", weight, &Value::from(kind.map(|k| k.weight)), CLOSE);
            r.like(&title, "a kind's estimate", estimate, &Value::from(kind.map(|k| k.estimate)), CLOSE);
        }
    }
}

fn called(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::TreatedWithNever => "Treated vs Untreated",
        Comparison::EarlierWithLater => "Earlier vs Later Treated",
        Comparison::LaterWithEarlier => "Later vs Earlier Treated",
        Comparison::LaterWithAlways => "Later vs Always Treated",
    }
}
