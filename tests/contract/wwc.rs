//! The tables that the What Works Clearinghouse asks for cover every outcome and every analysis.

use didact::panel::Serial;
use didact::study::{Loaded, STUDIES, carry_out, draw, resolve};
use didact::table::content::{Provenance, report};
use didact::table::{Cell, Table};

#[test]
fn attrition_is_counted_for_every_outcome_of_every_analysis() {
    let mut study = STUDIES.iter().find(|s| s.id == "two-period").expect("built in").study();
    study.calibration.replicates = Some(0);
    study.checks.off = didact::diagnose::CHECKS.iter().map(|c| c.card.id).filter(|id| *id != "attrition").map(String::from).collect();
    study.analysis[0].inference = vec!["cluster:cr1".into()];
    let mut second = study.analysis[0].clone();
    second.name = "again".into();
    study.analysis.push(second);
    let study = resolve(study).expect("a sound study");
    let outcomes = study.roles.as_ref().expect("roles").outcomes.clone();
    let names: Vec<String> = study.analysis.iter().map(|a| a.name.clone()).collect();
    assert!(outcomes.len() > 1);
    let drawn = draw(&study).expect("a draw");
    let loaded = Loaded { cohort: drawn.cohort, truth: Some(drawn.truth), input: None };
    let run = carry_out(study, loaded, &Serial, &|_| {}).expect("a run");
    let report = report(&run, &Provenance { command: String::new(), items: Vec::new() });
    let find = |id: &str| -> &Table { report.tables.iter().find(|t| t.id == id).expect("a table") };
    let attrition = find("wwc-8-attrition");
    let at = |table: &Table, key: &str| table.at(key).unwrap_or_else(|| panic!("{key} in {}", table.id));
    let (outcome, analysis, level) = (at(attrition, "outcome"), at(attrition, "analysis"), at(attrition, "level"));
    let analysed = at(attrition, "treated_analysed_n");
    for name in &names {
        for own in &outcomes {
            let of = |row: &&Vec<Cell>| row[outcome] == Cell::text(own) && row[analysis] == Cell::text(name);
            let units = attrition.rows.iter().filter(of).find(|row| row[level] == Cell::text("units")).expect("a row");
            // Two periods: who is analysed before and after is who the estimate is of.
            let used = run.analyses.iter().find(|a| a.outcome == *own).expect("an analysis").sample.treated_units;
            assert_eq!(units[analysed], Cell::Count(used as u64), "{own}, {name}");
        }
    }
    assert!(attrition.rows.iter().flatten().all(|cell| !matches!(cell, Cell::ToFill(_))));
    let results = find("wwc-7-results");
    assert_eq!(results.rows.len(), names.len() * outcomes.len());
    // The checks stay those of the headline.
    assert_eq!(run.checks.len(), 1);
}
