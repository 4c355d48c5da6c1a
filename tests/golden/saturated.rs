//! `sun-abraham` as fixest's `sunab`, `triple-difference` as the regression it is, `stacked` by a reckoning of its own.

use crate::support::program::Estimated;
use crate::support::reckoning::{CLOSE, Reckoning};
use crate::support::sheet::Sheet;
use crate::{CLASSROOMS, STUDENTS, data, expected};
use std::collections::BTreeMap;

fn compare(r: &mut Reckoning, id: &str, got: &Estimated, key: &str, inference: &str, coef: f64, se: f64) {
    let row = got.effect(key, inference).cloned().unwrap_or_default();
    r.near(id, &format!("{key} estimate"), coef, row["estimate"].as_f64(), CLOSE);
    r.near(id, &format!("{key} std_error"), se, row["std_error"].as_f64(), CLOSE);
}

#[test]
fn sun_abraham_as_fixest() {
    let mut r = Reckoning::default();
    for file in ["classrooms", "classrooms_unbalanced"] {
        let id = format!("{file}_sunab");
        let flags = format!("{CLASSROOMS} --estimator sun-abraham --inference cluster:cr1");
        let Some(got) = r.estimate(&id, &data(&format!("{file}.csv")), &flags) else { continue };
        let expected = expected(&id);
        let part = &expected["by_period"];
        for (i, term) in part["terms"].as_array().into_iter().flatten().enumerate() {
            let event = term.as_str().and_then(|t| t.strip_prefix("year::")).expect("a term");
            let number = |field: &str| part[field][i].as_f64().expect("a number");
            compare(&mut r, &id, &got, &format!("event:{event}"), "cluster:cr1", number("coef"), number("se"));
        }
        let att = |field: &str| expected["att"][field].as_f64().or_else(|| expected["att"][field][0].as_f64()).expect("a number");
        compare(&mut r, &id, &got, "overall", "cluster:cr1", att("coef"), att("se"));
    }
    r.finish();
}

/// Shares that are estimated move no estimate, and standard errors a little.
#[test]
fn estimated_shares_only_move_standard_errors() {
    let run = |shares: &str| {
        Estimated::run(
            &data("classrooms_unbalanced.csv"),
            &format!("{CLASSROOMS} --estimator sun-abraham:shares={shares} --inference cluster:cr0 --inference jackknife"),
        )
        .expect("it runs")
    };
    let (fixed, estimated) = (run("fixed"), run("estimated"));
    let number = |got: &Estimated, key: &str, method: &str, field: &str| {
        got.effect(key, method).and_then(|e| e[field].as_f64()).unwrap_or_else(|| panic!("{key} {method} {field}"))
    };
    for key in ["overall", "overall-dynamic", "event:0", "event:2", "group:2020", "group-time:2020/2021"] {
        let [a, b] = [&fixed, &estimated].map(|got| number(got, key, "cluster:cr0", "estimate"));
        assert!((a - b).abs() <= 1e-9 * a.abs(), "{key}: {a} and {b}");
    }
    let [a, b] = [&fixed, &estimated].map(|got| number(got, "overall", "cluster:cr0", "std_error"));
    assert!(a != b && (a / b - 1.0).abs() < 0.2, "{a} and {b}");
    // The jackknife re-estimates shares: it lies nearer to the standard error that allows for it.
    let full = number(&estimated, "overall", "jackknife", "std_error");
    assert!((full / b - 1.0).abs() < 0.15, "{full} and {b}");
}

#[test]
fn triple_difference_as_a_regression() {
    let mut r = Reckoning::default();
    let id = "students_triple";
    let expected = expected(id);
    let flags = format!("{STUDENTS} --cluster school --subgroup iep --estimator triple-difference --inference cluster:cr1");
    let got = r.estimate(id, &data("students.csv"), &flags).expect("it runs");
    let at = expected["terms"].as_array().expect("terms").iter().position(|t| t.as_str() == Some("arm:post:iep")).expect("the term");
    let number = |field: &str| expected[field][at].as_f64().expect("a number");
    compare(&mut r, id, &got, "overall", "cluster:cr1", number("coef"), number("se"));
    r.finish();
}

/// In a balanced panel without covariates all forms are the difference of two differences.
#[test]
fn triple_difference_is_the_difference_of_two() {
    let mut r = Reckoning::default();
    let file = data("students.csv");
    let folder = tempfile::tempdir().expect("a folder");
    let half = |value: &str| {
        let kept = Sheet::read(&file).keep(|row| row.text("iep") == value).write(folder.path(), &format!("iep{value}.csv"));
        let got = Estimated::run(&kept, &format!("{STUDENTS} --unit student --cluster school --estimator did --inference cluster:cr0"))
            .expect("it runs");
        got.effect("overall", "cluster:cr0").and_then(|e| e["estimate"].as_f64()).expect("an estimate")
    };
    let difference = half("1") - half("0");
    for unit in ["--unit student", ""] {
        for method in ["means", "dr", "ipw", "regression"] {
            let flags = format!(
                "{STUDENTS} {unit} --cluster school --subgroup iep --estimator triple-difference:method={method} --inference cluster:cr0"
            );
            let got = r.estimate(method, &file, &flags).expect("it runs");
            let row = got.effect("overall", "cluster:cr0").cloned().unwrap_or_default();
            r.near(method, unit, difference, row["estimate"].as_f64(), CLOSE);
        }
    }
    r.finish();
}

/// Means over cohorts by their size of (change of the treated) − (change of clean controls), from event time −1.
#[test]
fn stacked_by_means_of_changes() {
    let mut r = Reckoning::default();
    let sheet = Sheet::read(&data("classrooms.csv"));
    let (low, high) = (-3, 1);
    let mut outcome: BTreeMap<(String, i64), f64> = BTreeMap::new();
    let mut start: BTreeMap<String, i64> = BTreeMap::new();
    for i in 0..sheet.rows.len() {
        let row = sheet.row(i);
        outcome.insert((row.text("classroom").into(), row.number("year") as i64), row.number("math"));
        start.insert(row.text("classroom").into(), row.number("profile_year") as i64);
    }
    let flags = format!("{CLASSROOMS} --estimator stacked:window={low}..{high} --inference cluster:cr1");
    let got = r.estimate("stacked", &data("classrooms.csv"), &flags).expect("it runs");
    // 2016 to 2023: all of 2019, 2020, 2022 have three periods before and one after.
    let mut of_time: BTreeMap<i64, f64> = BTreeMap::new();
    let cohorts = [2019, 2020, 2022];
    let n_treated = start.values().filter(|g| cohorts.contains(g)).count() as f64;
    for a in cohorts {
        for e in (low..=high).filter(|e| *e != -1) {
            let mean = |test: &dyn Fn(i64) -> bool| {
                let units: Vec<&String> = start.iter().filter(|(_, g)| test(**g)).map(|(u, _)| u).collect();
                let change = |u: &String| outcome[&(u.clone(), a + e)] - outcome[&(u.clone(), a - 1)];
                (units.iter().map(|u| change(u)).sum::<f64>() / units.len() as f64, units.len() as f64)
            };
            let (treated, n) = mean(&|g| g == a);
            let (comparison, _) = mean(&|g| g == 0 || g > a + high);
            *of_time.entry(e).or_default() += n / n_treated * (treated - comparison);
        }
    }
    for (e, effect) in &of_time {
        let row = got.effect(&format!("event:{e}"), "cluster:cr1").cloned().unwrap_or_default();
        r.near("stacked", &format!("event {e}"), *effect, row["estimate"].as_f64(), CLOSE);
    }
    let row = got.effect("overall", "cluster:cr1").cloned().unwrap_or_default();
    r.near("stacked", "overall", (of_time[&0] + of_time[&1]) / 2.0, row["estimate"].as_f64(), CLOSE);
    r.finish();
}
