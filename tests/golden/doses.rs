//! `compliance` and `dose-response` against plain matrices (`data/make_doses.py`).

use crate::support::reckoning::{CLOSE, Reckoning};
use crate::support::sheet::{Row, Sheet};
use crate::{STUDENTS, data, json};
use std::path::{Path, PathBuf};

/// The students with take-up and hours by the rules of the script.
fn students(folder: &Path) -> PathBuf {
    let flag = |yes: bool| f64::from(u8::from(yes));
    let used = |row: &Row<'_>| {
        let n = row.number("student") as i64;
        row.number("post") * flag(if row.number("arm") == 1.0 { n % 4 != 0 } else { n % 10 == 0 })
    };
    let hours = |row: &Row<'_>| row.number("arm") * (1.0 + ((row.number("student") as i64 * 7) % 23) as f64 / 4.0);
    Sheet::read(&data("students.csv")).with_number("used", used).with_number("hours", hours).write(folder, "students.csv")
}

#[test]
fn compliance_as_two_stage_least_squares() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    let file = students(folder.path());
    let all = json("doses.json");
    for (case, more) in [("cross_sections", ""), ("panel", "--unit student"), ("covariate", "--covariates frl")] {
        let flags = format!(
            "{STUDENTS} {more} --cluster school --take-up used --estimator compliance --inference cluster:cr0 --inference anderson-rubin"
        );
        let Some(got) = r.estimate(case, &file, &flags) else { continue };
        let expected = &all[case];
        let row = |key: &str, method: &str| got.effect(key, method).cloned().unwrap_or_default();
        r.like(case, "estimate", &expected["estimate"], &row("overall", "cluster:cr0")["estimate"], CLOSE);
        r.like(case, "std_error", &expected["std_error"], &row("overall", "cluster:cr0")["std_error"], CLOSE);
        r.like(case, "itt", &expected["itt"], &row("coefficient:intention to treat", "cluster:cr0")["estimate"], CLOSE);
        r.like(case, "first", &expected["first"], &row("coefficient:difference in take-up", "cluster:cr0")["estimate"], CLOSE);
        r.like(case, "low", &expected["ar"][0], &row("overall", "anderson-rubin")["conf_low"], CLOSE);
        r.like(case, "high", &expected["ar"][1], &row("overall", "anderson-rubin")["conf_high"], CLOSE);
    }
    r.finish();
}

#[test]
fn doses_as_regressions() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    let file = students(folder.path());
    let all = json("doses.json");
    for (case, options) in [("cubic", ""), ("line", ":degree=1"), ("bins", ":method=bins")] {
        let flags = format!(
            "{STUDENTS} --unit student --cluster school --dose hours --estimator dose-response{options} --inference cluster:cr1,ssc=none,df=normal"
        );
        let Some(got) = r.estimate(case, &file, &flags) else { continue };
        let rows: Vec<_> = got.effects().filter(|e| ["overall", "dose", "dose-slope"].iter().any(|kind| e["estimand"] == *kind)).collect();
        let (estimates, errors) = (&all[case]["estimate"], &all[case]["std_error"]);
        r.holds(case, "as many effects", estimates.as_array().map(Vec::len) == Some(rows.len()));
        // cr1 with G/(G−1) alone: the factor of ten schools.
        let factor = (10.0_f64 / 9.0).sqrt();
        for (i, row) in rows.iter().enumerate() {
            r.like(case, &format!("effect {i}"), &estimates[i], &row["estimate"], CLOSE);
            let error = errors[i].as_f64().expect("a number") * factor;
            r.near(case, &format!("std_error {i}"), error, row["std_error"].as_f64(), 1e-7);
        }
    }
    r.finish();
}

/// A constant effect is the same at every dose, whatever the curve; cross-sections give what the panel gives.
#[test]
fn a_constant_effect_has_no_slope() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    let made = |row: &Row<'_>| 3.0 * row.number("arm") * row.number("post") + row.number("post") + 0.1 * row.number("school");
    let file = Sheet::read(&students(folder.path())).with_number("made", made).write(folder.path(), "made.csv");
    for unit in ["--unit student", ""] {
        let flags = format!(
            "--outcome made --arm arm --post post {unit} --cluster school --dose hours --estimator dose-response:knots=2 --inference cluster:cr1"
        );
        let Some(got) = r.estimate(unit, &file, &flags) else { continue };
        for row in got.effects() {
            let value = row["estimate"].as_f64().unwrap_or(f64::NAN);
            let slope = row["label"].as_str().is_some_and(|l| l.contains("slope"));
            let truth = if slope { 0.0 } else { 3.0 };
            r.holds(unit, &format!("{}: {value}", row["label"]), (value - truth).abs() < 1e-9);
        }
    }
    r.finish();
}

/// The overall effect is that of `did`, whatever the curve, by every method; slopes are an estimand of their own.
#[test]
fn overall_is_did() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    let file = students(folder.path());
    let methods = ["cluster:cr2", "cluster:cr0", "cluster:cr3", "jackknife", "wild-bootstrap"];
    let asked: String = methods.iter().map(|m| format!(" --inference {m}")).collect();
    for unit in ["--unit student", ""] {
        let flags = format!("{STUDENTS} {unit} --cluster school{asked} --estimator");
        let did = r.estimate("did", &file, &format!("{flags} did"));
        for estimator in ["dose-response", "dose-response:method=bins", "dose-response:degree=1,knots=2"] {
            let dose = r.estimate(estimator, &file, &format!("{flags} {estimator} --dose hours"));
            let (Some(did), Some(dose)) = (&did, dose) else { continue };
            for method in methods {
                let row = |e: &crate::support::program::Estimated| e.effect("overall", method).cloned().unwrap_or_default();
                for field in ["estimate", "std_error", "df", "p_value", "conf_low", "conf_high"] {
                    r.like(estimator, &format!("{unit} {method} {field}"), &row(did)[field], &row(&dose)[field], 1e-7);
                }
            }
            let smooth = dose.effects().any(|e| e["estimand"] == "dose-slope");
            r.holds(estimator, "slopes", smooth != estimator.ends_with("bins"));
        }
    }
    r.finish();
}

/// A dose before the start is none, or the one to come; another one is told.
#[test]
fn a_dose_that_changes_at_the_start_is_told() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    let dose = |row: &Row<'_>| row.number("arm") * (1.0 + (row.number("student") as i64 % 23) as f64);
    let before = |row: &Row<'_>| if row.number("post") == 0.0 { dose(row) + f64::from(row.number("student") < 40.0) } else { dose(row) };
    let sheet = Sheet::read(&data("students.csv"));
    let units = (0..sheet.rows.len())
        .map(|i| sheet.row(i))
        .filter(|row| row.number("arm") == 1.0 && row.number("post") == 0.0 && row.number("student") < 40.0)
        .count();
    assert!(units > 3);
    let flags = format!("{STUDENTS} --unit student --cluster school --dose hours --estimator dose-response --inference cluster:cr0");
    let steady = sheet.clone().with_number("hours", dose).write(folder.path(), "steady.csv");
    let none = sheet.clone().with_number("hours", |row| row.number("post") * dose(row)).write(folder.path(), "none.csv");
    let other = sheet.with_number("hours", |row| row.number("arm") * before(row)).write(folder.path(), "other.csv");
    for (case, file, told) in [("steady", steady, false), ("none before", none, false), ("another one before", other, true)] {
        let Some(got) = r.estimate(case, &file, &flags) else { continue };
        r.holds(case, "told only where it is so", got.warnings().contains(&"dose-before-differs") == told);
    }
    r.finish();
}
