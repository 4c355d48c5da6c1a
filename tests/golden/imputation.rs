//! `imputation` and `two-stage`: as didimputation and did2s, by brute force where they give no number, and under every kind of
//! inference that refits.

use super::{CLASSROOMS, STUDENTS, data, expected, json};
use crate::support::program::{Estimated, run_estimate};
use crate::support::reckoning::{CLOSE, Reckoning, list};
use crate::support::sheet::Sheet;
use serde_json::Value;
use std::path::Path;

/// Cases of `expected.json` compared here.
pub const CASES: [&str; 4] =
    ["classrooms_imputation", "classrooms_unbalanced_imputation", "classrooms_two_stage", "classrooms_unbalanced_two_stage"];

const CR0: &str = "cluster:cr0";

fn row(got: &Estimated, key: &str) -> Value {
    got.effect(key, CR0).cloned().unwrap_or_default()
}

#[test]
fn imputation_as_didimputation() {
    let mut r = Reckoning::default();
    for file in ["classrooms", "classrooms_unbalanced"] {
        let id = format!("{file}_imputation");
        let flags = format!("{CLASSROOMS} --estimator imputation --inference {CR0}");
        let Some(got) = r.estimate(&id, &data(&format!("{file}.csv")), &flags) else { continue };
        let expected = expected(&id);
        for (part, key) in [("static", None), ("horizon", Some("event:"))] {
            for (i, term) in list(&expected[part]["term"]).iter().enumerate() {
                let key = key.map_or("overall".into(), |k| format!("{k}{}", term.as_str().expect("a term")));
                let at = |field: &str| list(&expected[part][field])[i].clone();
                r.like(&id, &format!("{key} estimate"), &at("estimate"), &row(&got, &key)["estimate"], CLOSE);
                r.like(&id, &format!("{key} std_error"), &at("std.error"), &row(&got, &key)["std_error"], CLOSE);
            }
        }
    }
    r.finish();
}

#[test]
fn two_stage_as_did2s() {
    let mut r = Reckoning::default();
    for file in ["classrooms", "classrooms_unbalanced"] {
        let id = format!("{file}_two_stage");
        let flags = format!("{CLASSROOMS} --estimator two-stage --inference {CR0}");
        let Some(got) = r.estimate(&id, &data(&format!("{file}.csv")), &flags) else { continue };
        let expected = expected(&id);
        r.like(&id, "estimate", &expected["coef"], &row(&got, "overall")["estimate"], CLOSE);
        r.like(&id, "std_error", &expected["se"], &row(&got, "overall")["std_error"], CLOSE);
        r.like(&id, "rows", &expected["nobs"], &got.sample("rows_used").into(), 0.0);
    }
    r.finish();
}

/// Compares every target of a case with a number from brute force.
fn brute(r: &mut Reckoning, case: &str, file: &Path, flags: &str, estimators: &[(&str, &str)]) {
    let all = json("imputation.json");
    for (estimator, field) in estimators {
        let flags = format!("{flags} --estimator {estimator} --inference {CR0}");
        let Some(got) = r.estimate(case, file, &flags) else { continue };
        for (key, numbers) in all[case].as_object().expect("targets") {
            let row = row(&got, key);
            r.like(case, &format!("{estimator} {key} estimate"), &numbers["estimate"], &row["estimate"], CLOSE);
            r.like(case, &format!("{estimator} {key} std_error"), &numbers[field], &row["std_error"], CLOSE);
        }
    }
}

#[test]
fn weights_leave_out_and_covariates_by_brute_force() {
    let mut r = Reckoning::default();
    let file = data("classrooms_unbalanced.csv");
    let weighted = format!("{CLASSROOMS} --weights students");
    brute(&mut r, "weighted", &file, &weighted, &[("imputation", "imputation"), ("two-stage", "two_stage")]);
    brute(&mut r, "leave_out", &file, CLASSROOMS, &[("imputation:leave-out=true", "imputation")]);
    brute(&mut r, "by_cluster", &file, &weighted, &[("imputation:average=clusters", "imputation")]);
    brute(&mut r, "by_cluster_leave_out", &file, &weighted, &[("imputation:average=clusters,leave-out=true", "imputation")]);
    brute(&mut r, "weighted_leave_out", &file, &weighted, &[("imputation:leave-out=true", "imputation")]);
    let both = [("imputation", "imputation"), ("two-stage", "two_stage")];
    brute(&mut r, "attendance", &file, &format!("{weighted} --covariates attendance"), &both);
    let split = [("imputation:covariates=by-period", "imputation"), ("two-stage:covariates=by-period", "two_stage")];
    brute(&mut r, "frl_by_year", &file, &format!("{CLASSROOMS} --covariates frl"), &split);
    brute(&mut r, "pretrends", &file, &weighted, &[("imputation:pretrends=2", "se")]);
    r.finish();
}

#[test]
fn cross_sections_by_brute_force() {
    let mut r = Reckoning::default();
    let file = data("classrooms_unbalanced.csv");
    let flags = CLASSROOMS.replace("--unit classroom", "");
    let both = [("imputation", "imputation"), ("two-stage", "two_stage")];
    brute(&mut r, "cross_sections", &file, &flags, &both);
    brute(&mut r, "cross_sections_attendance", &file, &format!("{flags} --weights students --covariates attendance"), &both);
    r.finish();
}

#[test]
fn periods_in_which_nobody_is_untreated_leave_and_are_named() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    let sheet = Sheet::read(&data("classrooms_unbalanced.csv")).keep(|row| row.text("profile_year") != "0");
    let file = sheet.write(folder.path(), "treated.csv");
    brute(&mut r, "never_left_out", &file, CLASSROOMS, &[("imputation", "imputation"), ("two-stage", "two_stage")]);
    let got = r.estimate("never_left_out", &file, &format!("{CLASSROOMS} --estimator imputation --inference {CR0}")).expect("it runs");
    r.like("never_left_out", "rows", &json("imputation.json")["never_left_out_rows"], &got.sample("rows_used").into(), 0.0);
    r.holds("never_left_out", "a warning names the periods", got.warnings().contains(&"nobody-untreated"));
    r.finish();
}

#[test]
fn the_mean_of_event_times_and_the_jackknife_by_brute_force() {
    let mut r = Reckoning::default();
    let all = json("imputation.json");
    for (estimator, case) in [("imputation", "dynamic_imputation"), ("two-stage", "dynamic_two_stage")] {
        let flags = format!("{CLASSROOMS} --weights students --estimator {estimator} --inference {CR0} --inference jackknife");
        let Some(got) = r.estimate(case, &data("classrooms_unbalanced.csv"), &flags) else { continue };
        let row = row(&got, "overall-dynamic");
        r.like(case, "estimate", &all[case]["estimate"], &row["estimate"], CLOSE);
        r.like(case, "std_error", &all[case]["se"], &row["std_error"], CLOSE);
        let left = got.effect("overall", "jackknife").cloned().unwrap_or_default();
        r.like(case, "jackknife", &all["jackknife"], &left["std_error"], CLOSE);
    }
    r.finish();
}

/// With two groups and two periods nothing distinguishes these estimators from the difference of differences, under any
/// assignment.
#[test]
fn two_by_two_is_the_difference_of_differences_under_every_assignment() {
    let mut r = Reckoning::default();
    // Every assignment of the ten schools, and each left out: the order of draws does not matter.
    let methods = ["permutation:replicates=999", "permutation:statistic=studentized,replicates=999", "jackknife:df=clusters"];
    let inference: String = methods.iter().map(|m| format!(" --inference {m}")).collect();
    let run = |estimator: &str| {
        let flags = format!("{STUDENTS} --unit student --cluster school --estimator {estimator} --inference {CR0}{inference}");
        Estimated::run(&data("students.csv"), &flags).expect("it runs")
    };
    let did = run("did");
    for estimator in ["imputation", "two-stage"] {
        let got = run(estimator);
        for method in methods {
            // The conservative variance has another size in each assignment.
            if estimator == "imputation" && method.contains("studentized") {
                continue;
            }
            let (ours, theirs) =
                (got.effect("overall", method).cloned().unwrap_or_default(), did.effect("overall", method).cloned().unwrap_or_default());
            for field in ["estimate", "std_error", "p_value", "conf_low", "conf_high"] {
                r.like(estimator, &format!("{method} {field}"), &theirs[field], &ours[field], 1e-6);
            }
        }
    }
    r.finish();
}

#[test]
fn what_does_nothing_or_cannot_be_is_refused() {
    let refused = |flags: &str, code: &str| {
        let ran = run_estimate(&data("classrooms.csv"), &format!("{CLASSROOMS} {flags}"));
        assert!(ran.code != 0 && ran.stderr.contains(code), "{flags}: exit {}, {}", ran.code, ran.stderr);
    };
    refused("--estimator imputation:horizons=-2..3", "EST-021");
    refused("--estimator imputation:horizons=50..60", "EST-021");
    refused("--estimator imputation:pretrends=30", "EST-021");
    refused("--estimator imputation:covariates=by-period", "EST-023");
    refused("--estimator two-stage:covariates=by-period", "EST-023");
    refused("--estimator two-stage:reference=-30", "EST-024");
    refused("--estimator two-stage:horizons=50..60", "EST-024");
    refused("--estimator imputation:pretrends=-1", "EST-002");
}

#[test]
fn leave_out_with_one_cluster_in_a_cohort_is_refused_and_without_it_told_of() {
    let folder = tempfile::tempdir().expect("a folder");
    let sheet = Sheet::read(&data("classrooms.csv"));
    let mut first = None;
    let school = |row: &crate::support::sheet::Row<'_>| row.text("school").to_string();
    (0..sheet.rows.len()).for_each(|i| {
        let row = sheet.row(i);
        if first.is_none() && row.text("profile_year") == "2022" {
            first = Some(school(&row));
        }
    });
    let only = first.expect("a school of 2022");
    let file = sheet.keep(|row| row.text("profile_year") != "2022" || school(row) == only).write(folder.path(), "one.csv");
    let ran = run_estimate(&file, &format!("{CLASSROOMS} --estimator imputation:leave-out=true"));
    assert!(ran.code != 0 && ran.stderr.contains("EST-022") && ran.stderr.contains("cohort 2022"), "{}", ran.stderr);
    let got = Estimated::run(&file, &format!("{CLASSROOMS} --estimator imputation --inference {CR0}")).expect("it runs");
    assert!(got.warnings().contains(&"one-cluster-cells"), "{:?}", got.warnings());
}

/// Units that are only seen treated, nobody untreated at all, and periods that nothing connects.
#[test]
fn what_is_not_identified_is_left_out_or_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let sheet = Sheet::read(&data("classrooms.csv"));
    let always =
        sheet.clone().keep(|row| row.text("profile_year") != "2019" || row.number("year") >= 2019.0 || row.text("school").len() > 1);
    let file = always.write(folder.path(), "always.csv");
    for estimator in ["imputation", "two-stage"] {
        let got = Estimated::run(&file, &format!("{CLASSROOMS} --estimator {estimator} --inference {CR0}")).expect("it runs");
        assert!(got.warnings().contains(&"nothing-untreated"), "{estimator}: {:?}", got.warnings());
        assert!(got.sample("rows_used") < Some(864.0));
    }
    let late = sheet.clone().keep(|row| row.text("profile_year") != "0" && row.number("year") >= 2022.0).write(folder.path(), "late.csv");
    let ran = run_estimate(&late, &format!("{CLASSROOMS} --estimator imputation"));
    assert!(ran.code != 0 && !ran.stderr.contains("panicked"), "{}", ran.stderr);
    // Untreated rows of the never-treated from 2020 on only, of the others before 2019 only: nothing tells how the level moved.
    let apart = sheet.keep(|row| match (row.text("profile_year"), row.number("year") as i64) {
        ("0", year) => year >= 2020,
        ("2019", year) => year != 2019,
        _ => false,
    });
    let file = apart.write(folder.path(), "apart.csv");
    for estimator in ["imputation", "two-stage"] {
        let got = Estimated::run(&file, &format!("{CLASSROOMS} --estimator {estimator} --inference {CR0}")).expect("it runs");
        let row = row(&got, "overall");
        assert!(row["estimate"].is_null() && row["std_error"].is_null(), "{estimator}: {row}");
    }
}
