//! `roth-santanna` as R's `staggered`, and against what must follow from its definition.

use crate::support::program::Estimated;
use crate::support::reckoning::{CLOSE, Reckoning};
use crate::support::sheet::Sheet;
use crate::{data, expected, json};
use std::collections::BTreeSet;

const ROLES: &str = "--outcome math --unit classroom --period year --cohort profile_year";

fn number(got: &Estimated, key: &str, inference: &str, field: &str) -> f64 {
    got.effect(key, inference).and_then(|row| row[field].as_f64()).unwrap_or_else(|| panic!("{key} {inference} {field}"))
}

#[test]
fn as_staggered() {
    let mut r = Reckoning::default();
    let expected = expected("classrooms_staggered");
    for (variance, error) in [("neyman", "se_neyman"), ("refined", "se")] {
        let flags = format!("{ROLES} --estimator roth-santanna:variance={variance} --inference cluster:cr0");
        let Some(got) = r.estimate(variance, &data("classrooms.csv"), &flags) else { continue };
        let row = got.effect("overall", "cluster:cr0").cloned().unwrap_or_default();
        r.like(variance, "estimate", &expected["estimate"], &row["estimate"], 1e-10);
        r.like(variance, "std_error", &expected[error], &row["std_error"], 1e-10);
    }
    r.finish();
}

/// Covariates as further contrasts, weights as fixed numbers of the units, by matrices.
#[test]
fn with_covariates_and_weights_as_matrices() {
    let mut r = Reckoning::default();
    for case in json("rollout.json")["cases"].as_array().expect("cases") {
        let list = |key: &str| case[key].as_array().expect("a list").iter().filter_map(|v| v.as_str()).collect::<Vec<_>>().join(",");
        let flag = |name: &str, value: &str| if value.is_empty() { String::new() } else { format!(" --{name} {value}") };
        let text = |key: &str| case[key].as_str().unwrap_or_default();
        let more = flag("covariates", &list("covariates")) + &flag("weights", text("weights")) + &flag("cluster", text("cluster"));
        let flags = format!("{ROLES}{more} --estimator roth-santanna --inference cluster:cr0");
        let Some(got) = r.estimate(&more, &data("classrooms.csv"), &flags) else { continue };
        for (key, pair) in case["effects"].as_object().expect("effects") {
            let row = got.effect(key, "cluster:cr0").cloned().unwrap_or_default();
            r.like(&more, &format!("{key} estimate"), &pair[0], &row["estimate"], CLOSE);
            r.like(&more, &format!("{key} std_error"), &pair[1], &row["std_error"], CLOSE);
        }
    }
    r.finish();
}

/// With covariates the variance is no larger than without: they can only add to what is taken off.
#[test]
fn covariates_never_add_variance() {
    let run = |more: &str| {
        let flags = format!("{ROLES} {more} --estimator roth-santanna --inference cluster:cr0");
        Estimated::run(&data("classrooms.csv"), &flags).expect("it runs")
    };
    let (with, without) = (run("--covariates frl,attendance"), run(""));
    for key in ["overall", "overall-group", "overall-calendar", "overall-dynamic", "event:0", "event:3"] {
        let at = |got: &Estimated| number(got, key, "cluster:cr0", "std_error");
        assert!(at(&with) < at(&without), "{key}: {} and {}", at(&with), at(&without));
    }
    assert!(with.warnings().contains(&"covariates-vary"));
}

/// All of the difference before the start, not-yet-treated comparisons: Callaway and Sant'Anna's estimates.
#[test]
fn with_all_taken_off_it_is_callaway_and_santanna() {
    let mut r = Reckoning::default();
    let run =
        |estimator: &str| Estimated::run(&data("classrooms.csv"), &format!("{ROLES} --estimator {estimator} --inference cluster:cr0"));
    let (ours, theirs) = (run("roth-santanna:beta=cs").expect("it runs"), run("callaway-santanna").expect("it runs"));
    let mut keys: Vec<String> = ["overall", "overall-group", "overall-calendar", "overall-dynamic"].map(String::from).to_vec();
    keys.extend((0..5).map(|e| format!("event:{e}")));
    for key in keys {
        r.near(
            &key,
            "estimate",
            number(&theirs, &key, "cluster:cr0", "estimate"),
            Some(number(&ours, &key, "cluster:cr0", "estimate")),
            CLOSE,
        );
    }
    r.finish();
}

/// θ̂_β is a line in β and its variance a parabola: the efficient estimate sits at the parabola's bottom, by school too.
#[test]
fn the_efficient_estimate_is_the_bottom_of_the_parabola() {
    let mut r = Reckoning::default();
    for cluster in ["", "--cluster school"] {
        let run = |beta: &str| {
            let flags = format!("{ROLES} {cluster} --estimator roth-santanna:beta={beta} --inference cluster:cr0");
            let got = Estimated::run(&data("classrooms.csv"), &flags).expect("it runs");
            ["overall", "overall-group", "event:0", "event:2"]
                .map(|k| (number(&got, k, "cluster:cr0", "estimate"), number(&got, k, "cluster:cr0", "std_error").powi(2)))
        };
        let (none, all, best) = (run("unadjusted"), run("cs"), run("efficient"));
        for i in 0..none.len() {
            let beta = (none[i].0 - best[i].0) / (none[i].0 - all[i].0);
            let curvature = (all[i].1 - none[i].1) / (1.0 - 2.0 * beta);
            r.near(cluster, &format!("variance {i}"), none[i].1 - beta * beta * curvature, Some(best[i].1), 1e-7);
            r.holds(cluster, &format!("{i}: the smallest variance"), best[i].1 < none[i].1 && best[i].1 < all[i].1);
        }
    }
    r.finish();
}

/// The unadjusted effect at the start and its variance by school, by hand from the definition: clusters take the place of units.
#[test]
fn the_variance_by_school_by_hand() {
    let mut r = Reckoning::default();
    let flags = format!("{ROLES} --cluster school --estimator roth-santanna:beta=unadjusted --inference cluster:cr0");
    let got = Estimated::run(&data("classrooms.csv"), &flags).expect("it runs");
    let sheet = Sheet::read(&data("classrooms.csv"));
    let rows: Vec<(i64, i64, i64, f64)> = (0..sheet.rows.len())
        .map(|i| {
            let row = sheet.row(i);
            let start = row.number("profile_year") as i64;
            (row.number("school") as i64, row.number("year") as i64, if start == 0 { i64::MAX } else { start }, row.number("math"))
        })
        .collect();
    let years: BTreeSet<i64> = rows.iter().map(|r| r.1).collect();
    let starts: BTreeSet<i64> = rows.iter().map(|r| r.2).collect();
    let n = |g: i64| rows.iter().filter(|r| r.2 == g && Some(&r.1) == years.first()).count() as f64;
    let mean = |g: i64, t: i64| rows.iter().filter(|r| r.2 == g && r.1 == t).map(|r| r.3).sum::<f64>() / n(g);
    // Weights on the mean of cohort g in period t.
    let treated: Vec<i64> = starts.iter().copied().filter(|g| *g != i64::MAX).collect();
    let whole: f64 = treated.iter().map(|&g| n(g)).sum();
    let weight = |g: i64, t: i64| -> f64 {
        let own = if treated.contains(&g) && g == t { n(g) / whole } else { 0.0 };
        let pool: f64 = starts.iter().filter(|h| **h > t).map(|&h| n(h)).sum();
        let as_comparison = if treated.contains(&t) && g > t { n(t) / whole * n(g) / pool } else { 0.0 };
        own - as_comparison
    };
    let estimate: f64 = starts.iter().flat_map(|&g| years.iter().map(move |&t| (g, t))).map(|(g, t)| weight(g, t) * mean(g, t)).sum();
    let schools: BTreeSet<i64> = rows.iter().map(|r| r.0).collect();
    let of = |g: i64| schools.iter().filter(|s| rows.iter().any(|r| r.0 == **s && r.2 == g)).count() as f64;
    let influence = |s: i64| -> f64 {
        let part = |r: &&(i64, i64, i64, f64)| weight(r.2, r.1) * (r.3 - mean(r.2, r.1)) / n(r.2) * (of(r.2) / (of(r.2) - 1.0)).sqrt();
        rows.iter().filter(|r| r.0 == s).map(|r| part(&r)).sum()
    };
    let variance: f64 = schools.iter().map(|&s| influence(s).powi(2)).sum();
    r.near("by school", "estimate", estimate, Some(number(&got, "event:0", "cluster:cr0", "estimate")), CLOSE);
    r.near("by school", "std_error", variance.sqrt(), Some(number(&got, "event:0", "cluster:cr0", "std_error")), CLOSE);
    r.finish();
}

/// β is estimated anew without each school.
#[test]
fn the_jackknife_is_a_fit_without_each_school() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    let sheet = Sheet::read(&data("classrooms.csv"));
    let run = |path: &std::path::Path| {
        let flags = format!("{ROLES} --cluster school --estimator roth-santanna --inference jackknife");
        Estimated::run(path, &flags).expect("it runs")
    };
    let whole = run(&data("classrooms.csv"));
    let schools: BTreeSet<String> = (0..sheet.rows.len()).map(|i| sheet.row(i).text("school").to_string()).collect();
    let without: Vec<Estimated> =
        schools.iter().map(|s| run(&sheet.clone().keep(|row| row.text("school") != s).write(folder.path(), "without.csv"))).collect();
    let n = schools.len() as f64;
    for key in ["overall", "overall-dynamic", "event:1"] {
        let full = number(&whole, key, "jackknife", "estimate");
        let sum: f64 = without.iter().map(|w| (number(w, key, "jackknife", "estimate") - full).powi(2)).sum();
        r.near(key, "std_error", ((n - 1.0) / n * sum).sqrt(), Some(number(&whole, key, "jackknife", "std_error")), CLOSE);
    }
    r.finish();
}
