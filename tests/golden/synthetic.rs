//! `synthetic-did` and `synthetic-control` where the answer follows from other estimators or from plain sums.

use crate::support::program::Estimated;
use crate::support::reckoning::{CLOSE, Reckoning};
use crate::support::sheet::{Row, Sheet};
use crate::{CLASSROOMS, data, json};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const UNIFORM: &str = "synthetic-did:units=uniform,periods=uniform";

/// The classrooms of one start and the never-treated.
fn one_start(folder: &Path, start: &str) -> PathBuf {
    let wanted = |row: &Row<'_>| [start, "0"].contains(&row.text("profile_year"));
    Sheet::read(&data("classrooms.csv")).keep(wanted).write(folder, &format!("start_{start}.csv"))
}

#[test]
fn uniform_weights_are_plain_difference_in_differences() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    for start in ["2019", "2020", "2022"] {
        let file = one_start(folder.path(), start);
        let methods = "--inference jackknife --inference jackknife:center=mean,df=clusters --inference cluster:cr0";
        let run = |estimator: &str| Estimated::run(&file, &format!("{CLASSROOMS} --estimator {estimator} {methods}")).expect("it runs");
        let (plain, uniform) = (run("did"), run(UNIFORM));
        for method in ["jackknife", "jackknife:center=mean,df=clusters", "cluster:cr0"] {
            let (a, b) = (plain.effect("overall", method).expect("an effect"), uniform.effect("overall", method).expect("an effect"));
            // Schools hold two to four classrooms: without a school, treated and comparison means are taken anew.
            r.like(start, &format!("{method} estimate"), &a["estimate"], &b["estimate"], CLOSE);
            r.like(start, &format!("{method} std_error"), &a["std_error"], &b["std_error"], CLOSE);
        }
    }
    r.finish();
}

#[test]
fn several_starts_are_one_by_one_and_weighted_by_treated_periods() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    for estimator in ["synthetic-did", "synthetic-did:solver=exact", "synthetic-control"] {
        let run =
            |file: &Path| Estimated::run(file, &format!("{CLASSROOMS} --estimator {estimator} --inference cluster:cr0")).expect("it runs");
        let all = run(&data("classrooms.csv"));
        let number = |e: &Estimated, key: &str| e.effect(key, "cluster:cr0").and_then(|row| row["estimate"].as_f64());
        let (mut sum, mut cells, mut at_once) = (0.0, 0.0, [0.0, 0.0]);
        for start in [2019, 2020, 2022] {
            let file = one_start(folder.path(), &start.to_string());
            let own = run(&file);
            let estimate = number(&own, "overall").expect("an estimate");
            r.near(estimator, &format!("start {start}"), estimate, number(&all, &format!("group:{start}")), 1e-7);
            let units = Sheet::read(&file).keep(|row| row.text("profile_year") != "0" && row.text("year") == "2016").rows.len() as f64;
            let n = units * f64::from(2024 - start);
            sum += n * estimate;
            cells += n;
            at_once[0] += units * number(&own, "event:0").expect("an estimate");
            at_once[1] += units;
        }
        r.near(estimator, "overall", sum / cells, number(&all, "overall"), 1e-7);
        r.near(estimator, "event time 0", at_once[0] / at_once[1], number(&all, "event:0"), 1e-7);
    }
    r.finish();
}

/// Three of fifteen schools start; all 220 choices of three stand-ins among twelve, by plain means of changes.
#[test]
fn placebo_is_every_choice_of_stand_ins() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    let sheet = Sheet::read(&data("classrooms.csv"));
    let mut schools: BTreeMap<i64, bool> = BTreeMap::new();
    (0..sheet.rows.len()).for_each(|i| {
        let row = sheet.row(i);
        schools.insert(row.number("school") as i64, row.text("profile_year") == "2020");
    });
    let never: Vec<i64> = (0..sheet.rows.len())
        .filter(|&i| sheet.row(i).text("profile_year") == "0")
        .map(|i| sheet.row(i).number("school") as i64)
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .collect();
    let treated: Vec<i64> = schools.iter().filter(|(_, t)| **t).map(|(s, _)| *s).take(2).collect();
    let kept = |row: &Row<'_>| {
        let school = row.number("school") as i64;
        treated.contains(&school) || never.contains(&school)
    };
    let sheet = sheet.keep(kept);
    let file = sheet.write(folder.path(), "few.csv");
    // Each classroom's change.
    let mut sums: BTreeMap<(i64, i64), [f64; 2]> = BTreeMap::new();
    for i in 0..sheet.rows.len() {
        let row = sheet.row(i);
        let key = (row.number("school") as i64, row.number("classroom") as i64);
        let later = row.number("year") >= 2020.0;
        sums.entry(key).or_default()[usize::from(later)] += row.number("math") / 4.0;
    }
    let change = |schools: &dyn Fn(i64) -> bool| {
        let all: Vec<f64> = sums.iter().filter(|((s, _), _)| schools(*s)).map(|(_, [a, b])| b - a).collect();
        all.iter().sum::<f64>() / all.len() as f64
    };
    let mut placebos = Vec::new();
    for (i, a) in never.iter().enumerate() {
        for b in &never[i + 1..] {
            let stands = |s: i64| s == *a || s == *b;
            placebos.push(change(&stands) - change(&|s| never.contains(&s) && !stands(s)));
        }
    }
    let n = placebos.len() as f64;
    let mean = placebos.iter().sum::<f64>() / n;
    let error = (placebos.iter().map(|p| (p - mean) * (p - mean)).sum::<f64>() / n).sqrt();
    let method = "placebo:replicates=1000";
    let got = r.estimate("placebo", &file, &format!("{CLASSROOMS} --estimator {UNIFORM} --inference {method}")).expect("it runs");
    let row = got.effect("overall", method).expect("an effect");
    r.near("placebo", "estimate", change(&|s| treated.contains(&s)) - change(&|s| never.contains(&s)), row["estimate"].as_f64(), CLOSE);
    r.near("placebo", "std_error", error, row["std_error"].as_f64(), CLOSE);
    r.holds("placebo", &format!("{n} choices told"), got.warnings().contains(&"placebo-exact"));
    r.finish();
}

/// Weights of units: the exact optimum, the jackknife and all placebo starts of two schools, by scipy.
#[test]
fn weights_as_quadratic_programmes() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    let all = json("synthetic.json");
    let text = |case: &Value, key: &str| case[key].as_str().unwrap_or_default().to_string();
    let weighted = format!("{CLASSROOMS} --weights students");
    for case in all["cases"].as_array().expect("cases") {
        let (estimator, weighting) = (text(case, "estimator"), text(case, "weighting"));
        let covariates = case["covariates"].as_str().map_or(String::new(), |c| format!(" --covariates {c}"));
        let name = format!("{estimator} {weighting}{covariates}");
        let flags = format!("{weighted}{covariates} --estimator {estimator}:solver=exact,weighting={weighting} --inference jackknife");
        let Some(got) = r.estimate(&name, &data("classrooms.csv"), &flags) else { continue };
        for (key, estimate) in case["effects"].as_object().expect("effects") {
            let row = got.effect(key, "jackknife").cloned().unwrap_or_default();
            r.like(&name, key, estimate, &row["estimate"], CLOSE);
            r.like(&name, &format!("{key} jackknife"), &case["jackknife"][key], &row["std_error"], CLOSE);
        }
    }
    let sheet = Sheet::read(&data("classrooms.csv"));
    let started = |row: &Row<'_>| row.text("profile_year") == "2020";
    let schools: std::collections::BTreeSet<i64> =
        (0..sheet.rows.len()).map(|i| sheet.row(i)).filter(started).map(|row| row.number("school") as i64).collect();
    let two: Vec<i64> = schools.into_iter().take(2).collect();
    let kept = |row: &Row<'_>| row.text("profile_year") == "0" || two.contains(&(row.number("school") as i64));
    let file = sheet.clone().keep(kept).write(folder.path(), "two.csv");
    for case in all["placebo"].as_array().expect("placebos") {
        let (estimator, weighting) = (text(case, "estimator"), text(case, "weighting"));
        let method = "placebo:replicates=1000";
        let flags = format!("{weighted} --estimator {estimator}:solver=exact,weighting={weighting} --inference {method}");
        let Some(got) = r.estimate("placebo", &file, &flags) else { continue };
        let row = got.effect("overall", method).cloned().unwrap_or_default();
        r.like(&estimator, "estimate", &case["overall"], &row["estimate"], CLOSE);
        r.like(&estimator, "placebo", &case["se"], &row["std_error"], CLOSE);
    }
    r.finish();
}

/// The searches of R's synthdid and of diff-diff stop by the same rule; what they find is then multiplied by the weights.
#[test]
fn composed_weights_as_diff_diff() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    for case in json("synthetic.json")["diff-diff 3.13.0"].as_array().expect("cases") {
        let start = case["start"].to_string();
        let file = one_start(folder.path(), &start);
        let flags = format!("{CLASSROOMS} --weights students --estimator synthetic-did:weighting=composed --inference jackknife");
        let Some(got) = r.estimate(&start, &file, &flags) else { continue };
        r.like(&start, "estimate", &case["overall"], &got.effect("overall", "jackknife").cloned().unwrap_or_default()["estimate"], CLOSE);
    }
    r.finish();
}

/// With uniform weights of periods and units, weights make weighted difference-in-differences.
#[test]
fn uniform_and_weighted_is_weighted_did() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    let file = one_start(folder.path(), "2020");
    let run = |estimator: &str| {
        let flags = format!("{CLASSROOMS} --weights students --estimator {estimator} --inference jackknife --inference cluster:cr0");
        Estimated::run(&file, &flags).expect("it runs")
    };
    let (plain, uniform) = (run("did"), run(UNIFORM));
    for method in ["jackknife", "cluster:cr0"] {
        let (a, b) = (plain.effect("overall", method).expect("an effect"), uniform.effect("overall", method).expect("an effect"));
        r.like(method, "estimate", &a["estimate"], &b["estimate"], CLOSE);
        r.like(method, "std_error", &a["std_error"], &b["std_error"], CLOSE);
    }
    r.finish();
}

/// The outcome less what attendance explains among never-treated classrooms, by hand; a constant covariate is named and dropped.
#[test]
fn covariates_are_projected_out_by_the_never_treated() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    let sheet = Sheet::read(&data("classrooms.csv"));
    let (mut of_unit, mut of_year, mut all) = (BTreeMap::<i64, [f64; 3]>::new(), BTreeMap::<i64, [f64; 3]>::new(), [0.0; 3]);
    let never: Vec<Row<'_>> = (0..sheet.rows.len()).map(|i| sheet.row(i)).filter(|row| row.text("profile_year") == "0").collect();
    for row in &never {
        let (unit, year) = (row.number("classroom") as i64, row.number("year") as i64);
        for sums in [of_unit.entry(unit).or_default(), of_year.entry(year).or_default(), &mut all] {
            for (sum, v) in sums.iter_mut().zip([row.number("attendance"), row.number("math"), 1.0]) {
                *sum += v;
            }
        }
    }
    let (mut square, mut product) = (0.0, 0.0);
    for row in &never {
        let (u, t) = (of_unit[&(row.number("classroom") as i64)], of_year[&(row.number("year") as i64)]);
        let within = |i: usize, v: f64| v - u[i] / u[2] - t[i] / t[2] + all[i] / all[2];
        let (x, y) = (within(0, row.number("attendance")), within(1, row.number("math")));
        square += x * x;
        product += x * y;
    }
    let slope = product / square;
    let file =
        sheet.clone().with_number("net", |row| row.number("math") - slope * row.number("attendance")).write(folder.path(), "net.csv");
    for estimator in ["synthetic-did", "synthetic-control"] {
        // The jackknife takes the coefficient as it is.
        let flags = format!("{CLASSROOMS} --estimator {estimator} --inference jackknife");
        let expected = Estimated::run(&file, &flags.replace("--outcome math", "--outcome net")).expect("it runs");
        let Some(got) = r.estimate(estimator, &data("classrooms.csv"), &format!("{flags} --covariates attendance,frl")) else { continue };
        r.holds(estimator, "the constant covariate is named", got.warnings().contains(&"collinear"));
        for key in ["overall", "group:2019", "group:2022", "event:0", "event:4"] {
            let (a, b) = (expected.effect(key, "jackknife").expect("an effect"), got.effect(key, "jackknife").expect("an effect"));
            r.like(estimator, key, &a["estimate"], &b["estimate"], 1e-7);
            r.like(estimator, key, &a["std_error"], &b["std_error"], 1e-7);
        }
    }
    r.finish();
}

/// What no weighted comparison should miss: with outcomes made of two factors and a known effect, difference-in-differences is
/// far off and synthetic difference-in-differences is not.
#[test]
fn factors_that_break_parallel_trends_are_matched() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut text = String::from("school,year,first,score\n");
    for school in 0..40_i64 {
        let treated = school % 5 == 0;
        // Loadings of the treated lie within those of the others, and are larger on average.
        let (a, b) = (((school * 7) % 11) as f64 / 10.0 + if treated { 0.3 } else { 0.0 }, ((school * 5) % 9) as f64 / 9.0);
        for year in 2010..2022_i64 {
            let t = (year - 2010) as f64;
            let effect = if treated && year >= 2019 { 3.0 } else { 0.0 };
            let wobble = ((school * 31 + year * 17) % 13) as f64 / 130.0;
            let score = 50.0 + 5.0 * a + a * t * t / 6.0 + 4.0 * b * libm::sin(t) + effect + wobble;
            text += &format!("{school},{year},{},{score}\n", if treated { 2019 } else { 0 });
        }
    }
    let file = folder.path().join("factors.csv");
    std::fs::write(&file, text).expect("a file can be written");
    let flags = "--outcome score --unit school --period year --cohort first --inference cluster:cr0";
    let estimate = |estimator: &str| {
        let got = Estimated::run(&file, &format!("{flags} --estimator {estimator}")).expect("it runs");
        got.effect("overall", "cluster:cr0").and_then(|row| row["estimate"].as_f64()).expect("an estimate")
    };
    assert!((estimate(UNIFORM) - 3.0).abs() > 1.0, "plain differences: {}", estimate(UNIFORM));
    for estimator in ["synthetic-did", "synthetic-did:solver=exact"] {
        assert!((estimate(estimator) - 3.0).abs() < 0.3, "{estimator}: {}", estimate(estimator));
    }
}
