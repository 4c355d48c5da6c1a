//! `changes-in-changes` against brute force from the paper, other software, and truths known by construction
//! (`data/make_cic.py`).

use crate::support::reckoning::{CLOSE, Reckoning};
use crate::support::sheet::{Row, Sheet};
use crate::{data, json};
use serde_json::Value;
use std::fmt::Write;
use std::path::Path;

const ROLES: &str = "--arm arm --post post --cluster school";
const CASES: [(&str, &str, &str); 4] = [
    ("score", "score", ""),
    ("score weighted", "score", "--weights weight"),
    ("grade", "grade", ""),
    ("grade weighted", "grade", "--weights weight"),
];

fn key(label: &str) -> String {
    if label == "overall" { label.into() } else { format!("quantile:{label}") }
}

#[test]
fn estimates_and_errors_as_brute_force() {
    let mut r = Reckoning::default();
    let all = json("cic.json");
    for (case, outcome, more) in CASES {
        for (model, option) in [("cic", ""), ("qdid", ":method=qdid")] {
            let flags = format!("--outcome {outcome} {ROLES} {more} --estimator changes-in-changes{option} --inference cluster:cr0");
            let Some(got) = r.estimate(case, &data("cic.csv"), &flags) else { continue };
            for (label, expected) in all[case][model].as_object().expect("estimates") {
                let row = got.effect(&key(label), "cluster:cr0").cloned().unwrap_or_default();
                r.like(case, &format!("{model} {label}"), expected, &row["estimate"], CLOSE);
                // A standard error that is nil is none.
                let error = all[case]["se"][label].as_f64().filter(|e| model == "cic" && *e > 1e-12);
                if let Some(error) = error {
                    r.near(case, &format!("standard error {label}"), error, row["std_error"].as_f64(), CLOSE);
                }
            }
            let at = |label: &str| got.effect(&key(label), "cluster:cr0").and_then(|e| e["estimate"].as_f64());
            let gap = at("gap: effect at 90 % minus effect at 10 %");
            r.holds(
                case,
                "the gap is a difference",
                gap.zip(at("quantile 90 %")).zip(at("quantile 10 %")).is_some_and(|((g, h), l)| g == h - l),
            );
        }
    }
    r.finish();
}

const COVARIATES: &str = "--covariates home,absent";

/// Residuals of a dense regression on covariates and the four groups, and standard errors with the part of its coefficients.
#[test]
fn with_covariates_as_brute_force() {
    let mut r = Reckoning::default();
    let all = json("cic.json");
    for (case, weights) in [("score adjusted", ""), ("score adjusted weighted", "--weights weight")] {
        for (model, errors, option) in [("cic", "se", ""), ("qdid", "qdid se", ":method=qdid")] {
            let flags = format!(
                "--outcome score {ROLES} {COVARIATES} {weights} --estimator changes-in-changes{option} --inference cluster:cr0 --inference jackknife"
            );
            let Some(got) = r.estimate(case, &data("cic.csv"), &flags) else { continue };
            for (label, expected) in all[case][model].as_object().expect("estimates") {
                let row = got.effect(&key(label), "cluster:cr0").cloned().unwrap_or_default();
                r.like(case, &format!("{model} {label}"), expected, &row["estimate"], CLOSE);
                r.like(case, &format!("{model} standard error {label}"), &all[case][errors][label], &row["std_error"], CLOSE);
            }
            // The coefficients are found anew without each school.
            if model == "cic" {
                let full = all[case]["cic"]["overall"].as_f64().expect("a number");
                let without = all[case]["without"].as_object().expect("schools");
                let squares: f64 = without.values().map(|w| w["overall"].as_f64().expect("a number") - full).map(|d| d * d).sum();
                let row = got.effect("overall", "jackknife").cloned().unwrap_or_default();
                r.near(case, "jackknife", (11.0 / 12.0 * squares).sqrt(), row["std_error"].as_f64(), CLOSE);
            }
        }
    }
    r.finish();
}

/// What a covariate explains of the outcome by construction is taken off, whatever its size: the estimates are those without.
#[test]
fn what_covariates_add_is_taken_off() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    let sheet =
        Sheet::read(&data("cic.csv")).with_number("more", |row| row.number("score") + 2.5 * row.number("home") - row.number("absent"));
    let file = sheet.write(folder.path(), "more.csv");
    let run = |r: &mut Reckoning, outcome: &str| {
        r.estimate(
            outcome,
            &file,
            &format!("--outcome {outcome} {ROLES} {COVARIATES} --estimator changes-in-changes --inference cluster:cr0"),
        )
    };
    if let (Some(plain), Some(more)) = (run(&mut r, "score"), run(&mut r, "more")) {
        for (a, b) in plain.effects().zip(more.effects()) {
            for field in ["estimate", "std_error"] {
                r.like("more", &format!("{} {field}", a["label"]), &a[field], &b[field], 1e-7);
            }
        }
    }
    r.finish();
}

/// The share of all assignments of six schools whose estimate is at least as large, each assignment as its own file.
#[test]
fn permutation_is_every_assignment_refitted() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    let sheet = Sheet::read(&data("cic.csv")).keep(|row| row.number("school") <= 6.0);
    let run = |r: &mut Reckoning, path: &Path, more: &str| {
        r.estimate("six", path, &format!("--outcome score {ROLES} --covariates home --estimator changes-in-changes --inference {more}"))
    };
    let at = |got: &crate::support::program::Estimated, label: &str, inference: &str, field: &str| {
        got.effect(&key(label), inference).and_then(|e| e[field].as_f64())
    };
    let labels = ["overall", "quantile 50 %"];
    let Some(got) = run(&mut r, &sheet.clone().write(folder.path(), "six.csv"), "permutation") else { return r.finish() };
    let (mut larger, mut of) = ([0.0; 2], [0.0; 2]);
    for pattern in 0u32..64 {
        if pattern.count_ones() != 3 {
            continue;
        }
        let arm = |row: &Row<'_>| f64::from(pattern >> (row.number("school") as u32 - 1) & 1);
        let file = sheet.clone().with_number("dealt", arm).write(folder.path(), "dealt.csv");
        let flags = "--outcome score --arm dealt --post post --cluster school --covariates home --estimator changes-in-changes --inference cluster:cr0";
        let Some(dealt) = r.estimate("dealt", &file, flags) else { continue };
        for (i, label) in labels.iter().enumerate() {
            let observed = at(&got, label, "permutation", "estimate").expect("an estimate").abs();
            if let Some(value) = at(&dealt, label, "cluster:cr0", "estimate") {
                of[i] += 1.0;
                larger[i] += f64::from(u8::from(value.abs() >= observed * (1.0 - 1e-9)));
            }
        }
    }
    for (i, label) in labels.iter().enumerate() {
        r.near("six", label, larger[i] / of[i], at(&got, label, "permutation", "p_value"), 1e-12);
        r.holds("six", "no interval", got.effect(&key(label), "permutation").is_some_and(|e| e["conf_low"].is_null()));
    }
    r.finish();
}

#[test]
fn estimates_as_diff_diff() {
    let mut r = Reckoning::default();
    let all = json("cic.json");
    for outcome in ["score", "grade"] {
        let flags = format!("--outcome {outcome} {ROLES} --estimator changes-in-changes --inference cluster:cr0");
        let Some(got) = r.estimate(outcome, &data("cic.csv"), &flags) else { continue };
        for (label, expected) in all["diff-diff 3.13.0"][outcome].as_object().expect("estimates") {
            let row = got.effect(&key(label), "cluster:cr0").cloned().unwrap_or_default();
            r.like(outcome, label, expected, &row["estimate"], 1e-12);
        }
    }
    r.finish();
}

#[test]
fn bounds_as_the_distribution_functions_of_theorem_4_1() {
    let mut r = Reckoning::default();
    let all = json("cic.json");
    for (case, _, more) in &CASES[2..] {
        let flags = format!("--outcome grade {ROLES} {more} --estimator changes-in-changes:discrete=bounds");
        let Some(got) = r.estimate(case, &data("cic.csv"), &flags) else { continue };
        let at = |label: &str| got.effects().find(|e| e["label"] == label).map_or(Value::Null, |e| e["estimate"].clone());
        for (label, expected) in all[*case]["bounds"].as_object().expect("bounds") {
            r.like(case, label, expected, &at(label), CLOSE);
        }
        let point = all[*case]["cic"]["overall"].as_f64().expect("a number");
        let (low, high) = (at("ATT, lower bound").as_f64().expect("a bound"), at("ATT, upper bound").as_f64().expect("a bound"));
        r.holds(case, "the point estimate lies between", low <= point + 1e-12 && point <= high);
    }
    r.finish();
}

/// The jackknife refits under counts of zero and one; brute force drops the rows.
#[test]
fn refits_without_a_school_as_without_its_rows() {
    let mut r = Reckoning::default();
    let all = json("cic.json");
    for (case, outcome, more) in CASES {
        let flags = format!("--outcome {outcome} {ROLES} {more} --estimator changes-in-changes --inference jackknife");
        let Some(got) = r.estimate(case, &data("cic.csv"), &flags) else { continue };
        let full = all[case]["cic"]["overall"].as_f64().expect("a number");
        let squares: f64 = all[case]["without"]
            .as_object()
            .expect("schools")
            .values()
            .map(|w| w["overall"].as_f64().expect("a number") - full)
            .map(|d| d * d)
            .sum();
        let row = got.effect("overall", "jackknife").cloned().unwrap_or_default();
        r.near(case, "jackknife", (11.0 / 12.0 * squares).sqrt(), row["std_error"].as_f64(), CLOSE);
        let quantile = got.effect("quantile:quantile 50 %", "jackknife").cloned().unwrap_or_default();
        r.holds(case, "no jackknife of quantiles", quantile["std_error"].is_null() && got.warnings().contains(&"jackknife-quantiles"));
    }
    r.finish();
}

#[test]
fn outcomes_outside_the_support_are_counted() {
    let flags = format!("--outcome score {ROLES} --estimator changes-in-changes:quantiles=0.5;50;99.5 --inference cluster:cr0");
    let ran = crate::support::program::run_estimate(&data("cic.csv"), &flags);
    let outside = &json("cic.json")["outside"];
    assert!(ran.stdout.contains(&format!("({} below, {} above)", outside[0], outside[1])), "{}", ran.stdout);
    let document: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let effects = document["results"][0]["effects"].as_array().expect("effects").clone();
    let identified: Vec<bool> = effects.iter().map(|e| e["estimate"].is_number()).collect();
    // Overall, the two quantiles beyond the range, the median, and a gap of nothing.
    assert_eq!(identified, [true, false, true, false, false]);
}

/// The quantile of a group, type 1.
fn quantile(sheet: &Sheet, column: &str, percent: f64) -> f64 {
    let mine = |row: &Row<'_>| row.number("arm") == 1.0 && row.number("post") == 1.0;
    let mut values: Vec<f64> = (0..sheet.rows.len()).map(|i| sheet.row(i)).filter(mine).map(|row| row.number(column)).collect();
    values.sort_by(f64::total_cmp);
    values[((percent / 100.0 * values.len() as f64 - 1e-9).ceil() as usize).max(1) - 1]
}

/// The counterfactual quantile is carried along by any increasing transformation: T(F₁₁⁻¹(q)) − T(v) where v is that of the
/// outcome itself. Quantile difference-in-differences has no such property.
#[test]
fn increasing_transformations_carry_the_counterfactual_along() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    let bend = |y: f64| y * y * y + 0.25 * y;
    let sheet = Sheet::read(&data("cic.csv")).with_number("bent", |row| bend(row.number("score")));
    let file = sheet.write(folder.path(), "bent.csv");
    let run = |r: &mut Reckoning, outcome: &str, option: &str| {
        r.estimate(outcome, &file, &format!("--outcome {outcome} {ROLES} --estimator changes-in-changes{option} --inference cluster:cr0"))
    };
    let at = |got: &crate::support::program::Estimated, p: i32| {
        got.effect(&format!("quantile:quantile {p} %"), "cluster:cr0").and_then(|e| e["estimate"].as_f64()).expect("an estimate")
    };
    for (option, carried) in [("", true), (":method=qdid", false)] {
        let (Some(plain), Some(bent)) = (run(&mut r, "score", option), run(&mut r, "bent", option)) else { continue };
        let mut worst = 0.0_f64;
        for p in [10, 25, 50, 75, 90] {
            let top = quantile(&sheet, "score", f64::from(p));
            worst = worst.max((bend(top) - bend(top - at(&plain, p)) - at(&bent, p)).abs());
        }
        r.holds("bent", &format!("{option} off by {worst}"), (worst < 1e-9) == carried);
    }
    r.finish();
}

/// Ranks u of 200 comparison and 60 treated students; y = h(u, t) with h(u, 0) = 10 u, h(u, 1) = 5 + 4 u + 9 u²; profiles add
/// `effect`(u). The same u before and after, treated u among those of the comparison group: every effect is known exactly.
fn known(folder: &Path, effect: impl Fn(f64) -> f64, after: impl Fn(f64) -> f64) -> std::path::PathBuf {
    let mut text = String::from("school,arm,post,y\n");
    for arm in [0, 1] {
        let (n, step) = if arm == 1 { (60, 3) } else { (200, 1) };
        for i in 0..n {
            let u = f64::from(step * i + arm + 10 * arm) / 200.0;
            for post in [0, 1] {
                let y = if post == 0 { 10.0 * u } else { after(u) + f64::from(arm) * effect(u) };
                writeln!(text, "{}-{arm},{arm},{post},{y}", i % 8).expect("text");
            }
        }
    }
    let path = folder.join("known.csv");
    std::fs::write(&path, text).expect("a file can be written");
    path
}

#[test]
fn known_effects_are_found_where_did_misses_them() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    let effect = |u: f64| 2.0 - u;
    let file = known(folder.path(), effect, |u| 5.0 + 4.0 * u + 9.0 * u * u);
    let flags = format!("--outcome y {ROLES} --estimator changes-in-changes --estimator did --inference cluster:cr0");
    let ran = crate::support::program::run_estimate(&file, &flags);
    let document: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{e}: {}", ran.stderr));
    let effects = document["results"][0]["effects"].as_array().expect("effects").clone();
    let u = |i: usize| (3 * i + 11) as f64 / 200.0;
    let mean = (0..60).map(|i| effect(u(i))).sum::<f64>() / 60.0;
    r.near("known", "mean", mean, effects[0]["estimate"].as_f64(), 1e-9);
    // The p-th of sixty in a hundred.
    for (row, i) in effects[1..].iter().zip([6, 15, 30, 45, 54]) {
        r.near("known", row["label"].as_str().unwrap_or_default(), effect(u(i - 1)), row["estimate"].as_f64(), 1e-9);
    }
    r.near("known", "gap", effect(u(53)) - effect(u(5)), effects[6]["estimate"].as_f64(), 1e-9);
    let did = document["results"][1]["effects"][0]["estimate"].as_f64().expect("an estimate");
    r.holds("known", &format!("did finds {did} for {mean}"), (did - mean).abs() > 0.1);
    r.finish();
}

#[test]
fn equals_did_where_everybody_moves_alike() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    let file = known(folder.path(), |_| 1.5, |u| 10.0 * u + 3.0);
    for option in ["", ":method=qdid"] {
        let flags = format!("--outcome y {ROLES} --estimator changes-in-changes{option} --inference cluster:cr0");
        let Some(got) = r.estimate("shift", &file, &flags) else { continue };
        let row = got.effect("overall", "cluster:cr0").cloned().unwrap_or_default();
        r.near("shift", "mean", 1.5, row["estimate"].as_f64(), 1e-9);
        let Some(did) = r.estimate("shift", &file, &format!("--outcome y {ROLES} --estimator did --inference cluster:cr0")) else {
            continue;
        };
        let did = did.effect("overall", "cluster:cr0").cloned().unwrap_or_default();
        r.like("shift", "as did", &did["estimate"], &row["estimate"], 1e-9);
    }
    r.finish();
}

#[test]
fn the_default_is_the_wild_bootstrap_and_resampling_for_bounds() {
    let flags = format!("--outcome score {ROLES} --seed 1 --estimator changes-in-changes");
    let got = crate::support::program::Estimated::run(&data("cic.csv"), &flags).expect("it runs");
    let row = got.effect("overall", "wild-bootstrap").expect("the effect");
    let bounds = crate::support::program::Estimated::run(&data("cic.csv"), &format!("{flags}:discrete=bounds")).expect("it runs");
    assert!(bounds.effects().all(|e| e["inference"] == "pairs-bootstrap:interval=percentile" && e["conf_low"].is_number()));
    assert!(row["conf_low"].as_f64() < row["estimate"].as_f64() && row["estimate"].as_f64() < row["conf_high"].as_f64());
    assert!(got.effects().all(|e| e["std_error"].as_f64().is_some_and(|s| s > 0.0)));
}
