//! `sun-abraham`, `wooldridge` and `stacked` by brute force: other estimators they must equal, plain normal equations,
//! derivatives and every assignment; and effects that are not identified.

use crate::support::program::Estimated;
use crate::support::reckoning::{CLOSE, Reckoning};
use crate::support::sheet::{Row, Sheet};
use crate::{CLASSROOMS, data};
use std::collections::BTreeMap;
use std::path::Path;

fn run(file: &Path, flags: &str) -> Estimated {
    Estimated::run(file, &format!("{CLASSROOMS} {flags}")).unwrap_or_else(|e| panic!("{flags}: {e}"))
}

fn number(got: &Estimated, key: &str, method: &str, field: &str) -> f64 {
    got.effect(key, method).and_then(|e| e[field].as_f64()).unwrap_or_else(|| panic!("{key} {method} {field}"))
}

/// All estimates of kinds that both have, by their keys.
fn same_estimates(r: &mut Reckoning, case: &str, ours: &Estimated, theirs: &Estimated, kinds: &[&str]) {
    let mut n = 0;
    for row in theirs.effects().filter(|e| kinds.contains(&e["estimand"].as_str().unwrap_or_default())) {
        let key = match row["estimand"].as_str().expect("a kind") {
            "event" => format!("event:{}", row["event_time"]),
            "group" => format!("group:{}", row["group"]),
            "calendar" => format!("calendar:{}", row["period"]),
            "group-time" => format!("group-time:{}/{}", row["group"], row["period"]),
            kind => kind.to_string(),
        };
        let Some(own) = ours.effect(&key, "cluster:cr0").filter(|own| !own["estimate"].is_null()) else { continue };
        // The base period's zero is no estimate.
        if row["std_error"].is_null() {
            continue;
        }
        n += 1;
        r.like(case, &key, &row["estimate"], &own["estimate"], CLOSE);
    }
    r.holds(case, "something is compared", n > 3);
}

#[test]
fn wooldridge_without_covariates_is_imputation() {
    let mut r = Reckoning::default();
    let file = data("classrooms.csv");
    let theirs = run(&file, "--estimator imputation --inference cluster:cr0");
    for options in ["", ":effects=cohort"] {
        let ours = run(&file, &format!("--estimator wooldridge{options} --inference cluster:cr0"));
        same_estimates(&mut r, options, &ours, &theirs, &["overall", "event", "group-time"]);
    }
    r.finish();
}

#[test]
fn sun_abraham_is_callaway_santanna_with_a_universal_base() {
    let mut r = Reckoning::default();
    let file = data("classrooms.csv");
    let theirs = run(&file, "--estimator callaway-santanna:control=never,base=universal --inference cluster:cr0");
    let kinds = ["overall", "event", "group-time", "overall-dynamic"];
    for estimator in ["sun-abraham", "wooldridge:control=never"] {
        let ours = run(&file, &format!("--estimator {estimator} --inference cluster:cr0"));
        same_estimates(&mut r, estimator, &ours, &theirs, &kinds);
    }
    r.finish();
}

#[test]
fn the_cohort_treated_last_compares_until_it_is_treated() {
    let mut r = Reckoning::default();
    let file = data("classrooms_unbalanced.csv");
    let folder = tempfile::tempdir().expect("a folder");
    let asked = run(&file, "--covariates attendance --estimator sun-abraham:control=last --inference cluster:cr0");
    let never = Sheet::read(&file).keep(|row| row.text("profile_year") == "0");
    let treated = Sheet::read(&file).keep(|row| row.text("profile_year") != "0");
    let alone =
        run(&treated.write(folder.path(), "treated.csv"), "--covariates attendance --estimator sun-abraham --inference cluster:cr0");
    let start = |row: &Row<'_>| if row.text("profile_year") == "2022" { "0" } else { row.text("profile_year") }.to_string();
    let by_hand = treated.keep(|row| row.number("year") < 2022.0).with("start", start).write(folder.path(), "last.csv");
    let flags = "--outcome math --unit classroom --period year --cohort start --cluster school --covariates attendance";
    let expected = Estimated::run(&by_hand, &format!("{flags} --estimator sun-abraham --inference cluster:cr0")).expect("it runs");
    assert!(!never.rows.is_empty());
    for got in [&asked, &alone] {
        for row in expected.effects().filter(|e| e["estimand"] == "event" || e["estimand"] == "overall") {
            let key = if row["estimand"] == "overall" { "overall".to_string() } else { format!("event:{}", row["event_time"]) };
            for field in ["estimate", "std_error"] {
                r.near(
                    "control=last",
                    &format!("{key} {field}"),
                    number(&expected, &key, "cluster:cr0", field),
                    got.effect(&key, "cluster:cr0").and_then(|e| e[field].as_f64()),
                    CLOSE,
                );
            }
        }
        r.holds("control=last", "it says which periods are left out", got.warnings().contains(&"last-cohort-compares"));
    }
    r.finish();
}

/// A cohort first seen after its start says nothing on its effects: it leaves, and the others are as without it.
#[test]
fn a_cohort_never_seen_untreated_leaves() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    let sheet = Sheet::read(&data("classrooms.csv"));
    let late = |row: &Row<'_>| row.text("profile_year") == "2020" && row.number("year") < 2020.0;
    let unseen = sheet.clone().keep(|row| !late(row)).write(folder.path(), "unseen.csv");
    let without = sheet.keep(|row| row.text("profile_year") != "2020").write(folder.path(), "without.csv");
    for estimator in ["sun-abraham", "sun-abraham:shares=estimated", "wooldridge"] {
        let flags = format!("--estimator {estimator} --inference cluster:cr0");
        let (ours, theirs) = (run(&unseen, &flags), run(&without, &flags));
        same_estimates(&mut r, estimator, &ours, &theirs, &["overall", "overall-dynamic", "event", "group", "group-time"]);
        r.holds(estimator, "it says who left", ours.warnings().contains(&"never-seen-untreated"));
    }
    r.finish();
}

/// Some classrooms of a cohort are seen only before the start, the others only after it: of the effects after it only their
/// difference is identified, and none may be given as an effect.
#[test]
fn effects_known_only_by_their_difference_are_none() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    let sheet = Sheet::read(&data("classrooms.csv"));
    let kept = |row: &Row<'_>| {
        let before = row.number("classroom") as i64 % 2 == 0;
        row.text("profile_year") != "2022" || (row.number("year") < 2022.0) == before
    };
    let cut = sheet.clone().keep(kept).write(folder.path(), "cut.csv");
    let without = sheet.keep(|row| row.text("profile_year") != "2022").write(folder.path(), "without.csv");
    for estimator in ["sun-abraham", "sun-abraham:shares=estimated", "wooldridge"] {
        let flags = format!("--estimator {estimator} --inference cluster:cr0");
        let (ours, theirs) = (run(&cut, &flags), run(&without, &flags));
        for key in ["group-time:2022/2022", "group-time:2022/2023", "group:2022", "event:0", "event:1", "overall", "overall-dynamic"] {
            let found = ours.effects().any(|e| {
                let same = match key.split_once(':') {
                    Some(("group-time", at)) => format!("{}/{}", e["group"], e["period"]) == at && e["estimand"] == "group-time",
                    Some((kind, at)) => {
                        e["estimand"] == kind && {
                            let number = at.parse::<i64>().ok();
                            e["group"].as_i64() == number || e["event_time"].as_i64() == number
                        }
                    }
                    None => e["estimand"] == key,
                };
                same && e["estimate"].is_null()
            });
            r.holds(estimator, &format!("{key} is not identified"), found);
        }
        // With wooldridge the cohort's untreated periods inform the others' effects.
        if estimator != "wooldridge" {
            same_estimates(&mut r, estimator, &ours, &theirs, &["group", "group-time"]);
        }
    }
    r.finish();
}

/// The influence of a school is the derivative of the estimate in the weight of its rows, shares included.
#[test]
fn estimated_shares_have_the_influence_of_the_derivative() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    let sheet = Sheet::read(&data("classrooms_unbalanced.csv"));
    let flags = "--weights w --estimator sun-abraham:shares=estimated --inference cluster:cr0";
    let keys = ["overall", "overall-dynamic", "event:0", "event:1", "group:2020", "calendar:2022"];
    let estimates = |school: &str, factor: f64| -> Vec<f64> {
        let weight = |row: &Row<'_>| row.number("students") * if row.text("school") == school { factor } else { 1.0 };
        let got = run(&sheet.clone().with_number("w", weight).write(folder.path(), "w.csv"), flags);
        keys.iter().map(|key| number(&got, key, "cluster:cr0", "estimate")).collect()
    };
    let schools: std::collections::BTreeSet<String> = (0..sheet.rows.len()).map(|i| sheet.row(i).text("school").to_string()).collect();
    let mut squares = vec![0.0; keys.len()];
    let step = 1e-3;
    for school in &schools {
        let (up, down) = (estimates(school, 1.0 + step), estimates(school, 1.0 - step));
        squares.iter_mut().zip(up.iter().zip(&down)).for_each(|(s, (u, d))| *s += ((u - d) / (2.0 * step)).powi(2));
    }
    let got = run(&sheet.clone().with_number("w", |row| row.number("students")).write(folder.path(), "w.csv"), flags);
    for (key, square) in keys.iter().zip(&squares) {
        r.near("derivative", key, square.sqrt(), Some(number(&got, key, "cluster:cr0", "std_error")), 1e-5);
    }
    r.finish();
}

/// Schools of different size: under another assignment cohorts have other shares. All assignments, each estimated anew.
#[test]
fn permutations_have_shares_of_their_own() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    let file = data("classrooms_unbalanced.csv");
    let sheet = Sheet::read(&file);
    // Two schools a cohort, never-treated included, and a classroom less in some.
    let cohorts = ["2019", "2020", "0"];
    let mut schools: Vec<(String, usize)> = Vec::new();
    for (c, cohort) in cohorts.iter().enumerate() {
        let mut own: Vec<String> = Vec::new();
        for i in 0..sheet.rows.len() {
            let row = sheet.row(i);
            if row.text("profile_year") == *cohort && !own.contains(&row.text("school").to_string()) {
                own.push(row.text("school").into());
            }
        }
        schools.extend(own.into_iter().take(2).map(|s| (s, c)));
    }
    let of = |row: &Row<'_>| schools.iter().position(|(s, _)| s == row.text("school"));
    let small = sheet.keep(|row| of(row).is_some_and(|s| s % 2 == 0 || row.number("classroom") as i64 % 3 != 0));
    let estimator = |cohort: &str, method: &str| {
        format!("--outcome math --unit classroom --period year --cohort {cohort} --cluster school --estimator {method}")
    };
    for method in ["sun-abraham", "wooldridge"] {
        let path = small.write(folder.path(), "small.csv");
        let got = Estimated::run(&path, &format!("{} --inference permutation", estimator("profile_year", method))).expect("it runs");
        let mut all: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        let keys = ["overall", "event:0", "overall-dynamic"];
        let mut assignments = vec![Vec::new()];
        for _ in 0..schools.len() {
            assignments = assignments.iter().flat_map(|a: &Vec<usize>| (0..3).map(|c| [a.as_slice(), &[c]].concat())).collect();
        }
        assignments.retain(|a| (0..3).all(|c| a.iter().filter(|x| **x == c).count() == 2));
        for a in &assignments {
            let moved = small.clone().with("other", |row| cohorts[a[of(row).expect("kept")]].into()).write(folder.path(), "moved.csv");
            let one = Estimated::run(&moved, &format!("{} --inference cluster:cr0", estimator("other", method))).expect("it runs");
            keys.iter().for_each(|key| all.entry(key).or_default().push(number(&one, key, "cluster:cr0", "estimate")));
        }
        for key in keys {
            let values = &all[key];
            let n = values.len() as f64;
            let mean = values.iter().sum::<f64>() / n;
            let spread = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
            let observed = number(&got, key, "permutation", "estimate");
            let p = values.iter().filter(|v| v.abs() >= observed.abs() * (1.0 - 1e-9)).count() as f64 / n;
            r.near(method, &format!("{key} spread"), spread, Some(number(&got, key, "permutation", "std_error")), CLOSE);
            r.near(method, &format!("{key} p"), p, Some(number(&got, key, "permutation", "p_value")), CLOSE);
        }
    }
    r.finish();
}

/// A status says when treatment starts also in rows without an outcome: the same cohorts as by the first treated period.
#[test]
fn a_status_is_read_from_rows_without_an_outcome_too() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    let on = |row: &Row<'_>| f64::from(u8::from(row.number("profile_year") > 0.0 && row.number("year") >= row.number("profile_year")));
    let blank = |row: &Row<'_>| row.text("profile_year") == "2020" && row.text("year") == "2020" && row.number("classroom") % 2.0 == 0.0;
    let sheet = Sheet::read(&data("classrooms.csv")).with_number("on", on);
    let sheet = sheet.with("gain", |row| if blank(row) { String::new() } else { row.text("math").into() });
    let file = sheet.clone().write(folder.path(), "blank.csv");
    let roles = "--outcome gain --unit classroom --period year --cluster school --inference cluster:cr0 --estimator";
    for estimator in ["callaway-santanna", "event-study", "chaisemartin-dhaultfoeuille"] {
        let run = |treatment: &str| Estimated::run(&file, &format!("{treatment} {roles} {estimator}")).expect("it runs");
        let (by_status, by_cohort) = (run("--treatment on"), run("--cohort profile_year"));
        r.holds(estimator, "the same", by_status.effects().collect::<Vec<_>>() == by_cohort.effects().collect::<Vec<_>>());
        r.holds(estimator, "no word", !by_status.warnings().contains(&"start-not-seen"));
    }
    // Rows that are not there say nothing: the start may have been earlier, which is told.
    let gone = sheet.keep(|row| !row.text("gain").is_empty()).write(folder.path(), "gone.csv");
    let got = Estimated::run(&gone, &format!("--treatment on {roles} twfe")).expect("it runs");
    r.holds("rows gone", "24 units", got.message("start-not-seen").is_some_and(|m| m.contains("not seen in the period before")));
    r.finish();
}
