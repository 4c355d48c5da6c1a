//! `callaway-santanna` as R's `did`, each classroom a cluster of its own (cluster:cr0 is its analytic standard error).

use crate::support::program::Estimated;
use crate::support::reckoning::{CLOSE, Reckoning};
use crate::support::sheet::Sheet;
use crate::{CLASSROOMS, data, json};
use serde_json::Value;

fn numbers(r: &mut Reckoning, id: &str, got: &Estimated, key: &str, estimate: &Value, error: &Value, tolerance: f64) {
    let row = got.effect(key, "cluster:cr0").cloned().unwrap_or_default();
    r.like(id, &format!("{key} estimate"), estimate, &row["estimate"], tolerance);
    r.like(id, &format!("{key} std_error"), error, &row["std_error"], tolerance);
}

/// The options that a case's name tells: file, comparison, base, method, covariates.
fn flags(id: &str) -> (&str, String) {
    let file = if id.contains("unbalanced") { "classrooms_unbalanced.csv" } else { "classrooms.csv" };
    let control = if id.contains("_notyettreated_") { "not-yet" } else { "never" };
    let base = if id.contains("_universal_") { "universal" } else { "varying" };
    let named = [("_reg_", "regression"), ("_ipw_", "ipw")].into_iter().find(|(part, _)| id.contains(part));
    let method = named.map_or("dr", |(_, method)| method);
    let covariates = if id.ends_with("_frl") { "--covariates frl" } else { "" };
    (
        file,
        format!(
            "--outcome math --unit classroom --period year --cohort profile_year {covariates} --inference cluster:cr0 \
             --estimator callaway-santanna:control={control},base={base},method={method}"
        ),
    )
}

#[test]
fn as_did() {
    let mut r = Reckoning::default();
    let all = json("expected.json");
    let mut n = 0;
    for case in all["cases"].as_array().expect("cases") {
        let id = case["id"].as_str().expect("an id");
        if !id.contains("_cs_") {
            continue;
        }
        n += 1;
        let (file, flags) = flags(id);
        // A logit there stops at a change of the deviance of 1e-8.
        let tolerance = if id.ends_with("_frl") && !id.contains("_reg_") { 1e-6 } else { CLOSE };
        let Some(got) = r.estimate(id, &data(file), &flags) else { continue };
        let expected = &case["result"];
        let list = |key: &str| expected[key].as_array().cloned().unwrap_or_default();
        for (i, (g, t)) in list("group").iter().zip(list("t")).enumerate() {
            let key = format!("group-time:{g}/{t}");
            numbers(&mut r, id, &got, &key, &expected["att"][i], &expected["se"][i], tolerance);
        }
        for (name, overall, each) in [
            ("simple", "overall", ""),
            ("dynamic", "overall-dynamic", "event"),
            ("group_agg", "overall-group", "group"),
            ("calendar", "overall-calendar", "calendar"),
        ] {
            let found = &expected[name];
            numbers(&mut r, id, &got, overall, &found["overall_att"], &found["overall_se"], tolerance);
            for (i, at) in found["egt"].as_array().into_iter().flatten().enumerate() {
                // aggte lists calendar periods before the first start with no value.
                if each == "calendar" && at.as_i64() < Some(2019) {
                    continue;
                }
                numbers(&mut r, id, &got, &format!("{each}:{at}"), &found["att"][i], &found["se"][i], tolerance);
            }
        }
    }
    assert_eq!(n, 22);
    r.finish();
}

/// Where a covariate's zero lies says nothing: neither the logit nor the regressions lose digits to it.
#[test]
fn a_covariate_far_from_zero_costs_no_digits() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    let far = Sheet::read(&data("classrooms.csv")).with_number("far", |row| row.number("frl") + 16384.0).write(folder.path(), "far.csv");
    for method in ["ipw", "dr", "regression"] {
        let flags = |covariate: &str| {
            format!("{CLASSROOMS} --covariates {covariate} --estimator callaway-santanna:method={method} --inference cluster:cr0")
        };
        let Some(near) = r.estimate(method, &data("classrooms.csv"), &flags("frl")) else { continue };
        let Some(far) = r.estimate(method, &far, &flags("far")) else { continue };
        for key in ["overall", "overall-dynamic"] {
            for field in ["estimate", "std_error"] {
                let of = |e: &Estimated| e.effect(key, "cluster:cr0").map(|row| row[field].clone()).unwrap_or_default();
                r.like(method, &format!("{key} {field}"), &of(&near), &of(&far), 1e-10);
            }
        }
    }
    r.finish();
}
