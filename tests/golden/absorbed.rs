//! `twfe` and `event-study` beside named fixed effects: three of them, interacted, with slopes, with weights, clustered one- and
//! two-way, against dense least squares and pyfixest (`make_absorbed.py`).

use crate::support::program::{Estimated, run_estimate};
use crate::support::reckoning::{CLOSE, DEGREES, Reckoning};
use crate::support::sheet::Sheet;
use crate::{data, json};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The number in the reference and the method that gives it.
const METHODS: [(&str, &str); 6] = [
    ("cr0", "cluster:cr0"),
    ("cr1", "cluster:cr1"),
    ("cr1_stata", "cluster:cr1,ssc=stata"),
    ("hc1", "robust:hc1"),
    ("cr2", "cluster:cr2"),
    ("jackknife", "jackknife"),
];

/// A file with the columns that the script makes.
fn sheet(file: &str) -> Sheet {
    let sheet = Sheet::read(&data(file));
    let whole = |row: &crate::support::sheet::Row<'_>, name: &str| row.number(name) as i64;
    if file == "students.csv" {
        return sheet.with("grade", |r| format!("g{}", (whole(r, "student") + whole(r, "post")) % 4));
    }
    sheet
        .with("grade", |r| format!("g{}", (3 * whole(r, "classroom") + whole(r, "year")) % 5))
        .with("district", |r| (whole(r, "school") % 5).to_string())
        .with("teacher", |r| ((7 * whole(r, "classroom") + 5 * (whole(r, "year") / 2)) % 90).to_string())
}

fn text(case: &Value, field: &str) -> String {
    case[field].as_str().expect("a text").to_string()
}

/// The case's file in a folder.
fn file(case: &Value, folder: &Path) -> PathBuf {
    let mut sheet = sheet(&text(case, "file"));
    if let Some(schools) = case["schools"].as_array() {
        sheet = sheet.keep(|r| schools.iter().any(|s| s.as_f64() == Some(r.number("school"))));
    }
    sheet.write(folder, "data.csv")
}

fn terms(case: &Value) -> Vec<String> {
    case["terms"].as_array().expect("terms").iter().map(|t| t.as_str().expect("a text").to_string()).collect()
}

#[test]
fn dense_least_squares_and_pyfixest() {
    let (mut r, all, mut cr2) = (Reckoning::default(), json("absorbed.json"), 0);
    let folder = tempfile::tempdir().expect("a folder");
    for case in all["cases"].as_array().expect("cases").iter().filter(|c| c["wild_p"].is_null()) {
        let (id, flags) = (text(case, "id"), text(case, "flags"));
        let path = file(case, folder.path());
        // Under weights that vary within a level CR2 is refused; two-way errors have no HC1.
        let varying = id.ends_with("school_grade_w");
        let left_out = |key: &str| case[key].is_null() || (key == "cr2" && varying) || (key == "hc1" && id.ends_with("_two"));
        let methods: Vec<(&str, &str)> = METHODS.into_iter().filter(|(key, _)| !left_out(key)).collect();
        let asked: Vec<String> = methods.iter().map(|(_, m)| format!(" --inference {m}")).collect();
        let Some(got) = r.estimate(&id, &path, &format!("{flags}{}", asked.concat())) else { continue };
        r.like(&id, "rows used", &case["rows"], &got.sample("rows_used").into(), 0.0);
        for (i, term) in terms(case).iter().enumerate() {
            for (key, method) in &methods {
                let row = got.effect(term, method).cloned().unwrap_or_default();
                r.like(&id, &format!("{term} estimate"), &case["estimate"][i], &row["estimate"], 1e-10);
                r.like(&id, &format!("{term} {key}"), &case[key][i], &row["std_error"], 1e-9);
                if *key == "cr2" {
                    r.like(&id, &format!("{term} df"), &case["cr2_df"][i], &row["df"], DEGREES);
                    cr2 += 1;
                }
            }
        }
    }
    r.holds("all", "CR2 is compared", cr2 > 40);
    r.finish();
}

#[test]
fn the_wild_bootstrap_as_by_refitting_every_pattern() {
    let (mut r, all) = (Reckoning::default(), json("absorbed.json"));
    let folder = tempfile::tempdir().expect("a folder");
    for case in all["cases"].as_array().expect("cases").iter().filter(|c| !c["wild_p"].is_null()) {
        let (id, method) = (text(case, "id"), "wild-bootstrap");
        let flags = format!("{} --inference {method}", text(case, "flags"));
        let Some(got) = r.estimate(&id, &file(case, folder.path()), &flags) else { continue };
        for (i, term) in terms(case).iter().enumerate() {
            let row = got.effect(term, method).cloned().unwrap_or_default();
            r.like(&id, &format!("{term} estimate"), &case["estimate"][i], &row["estimate"], 1e-10);
            r.like(&id, &format!("{term} p"), &case["wild_p"][i], &row["p_value"], 1e-12);
            if i == 0 {
                r.like(&id, "lower end", &case["wild_interval"][0], &row["conf_low"], CLOSE);
                r.like(&id, "upper end", &case["wild_interval"][1], &row["conf_high"], CLOSE);
            }
        }
        for (when, words) in [("before", "before the start"), ("after", "from the start on")] {
            let expected = &case["joint"][when];
            if expected.is_null() {
                continue;
            }
            let test = got.tests().iter().find(|t| t["hypothesis"].as_str().is_some_and(|h| h.contains(words)));
            r.like(&id, &format!("{when} Wald"), &expected["wald"], &test.cloned().unwrap_or_default()["statistic"], CLOSE);
            r.like(&id, &format!("{when} p"), &expected["p"], &test.cloned().unwrap_or_default()["p_value"], 1e-12);
        }
    }
    r.finish();
}

/// Effects that cross clusters and have many levels are taken off once: what weighs clusters otherwise says so.
#[test]
fn what_needs_crossing_effects_anew_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = sheet("classrooms.csv").write(folder.path(), "data.csv");
    let flags = "--outcome math --unit classroom --period year --cohort profile_year --cluster school --estimator twfe";
    let beside = format!("{flags} --fixed-effects classroom,year,teacher");
    for method in [
        "cluster:cr2",
        "cluster:cr3",
        "cluster:cr1,df=satterthwaite",
        "jackknife",
        "pairs-bootstrap",
        "fractional-bootstrap",
        "hierarchical-bootstrap",
        "wild-bootstrap:subcluster=units",
        "permutation",
        "few-treated",
        "robust:hc2",
        "robust:hc3",
    ] {
        let ran = run_estimate(&path, &format!("{beside} --inference {method}"));
        assert!(ran.code == 3 && ran.stderr.contains("error[INF-020]") && ran.stdout.is_empty(), "{method}: {} {}", ran.code, ran.stderr);
    }
    for method in ["cluster:cr0", "robust:classical", "multiplier-bootstrap", "wild-bootstrap:replicates=99"] {
        assert!(Estimated::run(&path, &format!("{beside} --inference {method}")).is_ok(), "{method}");
    }
    let defaults = Estimated::run(&path, &beside).expect("it runs");
    let methods: Vec<&str> = defaults.effects().filter_map(|e| e["inference"].as_str()).collect();
    assert_eq!(methods, ["cluster:cr1", "wild-bootstrap"]);
    // Weights that vary within levels: no CR2, and the defaults know.
    let varying = format!("{flags} --fixed-effects classroom,school^grade,year --weights students");
    let refused = run_estimate(&path, &format!("{varying} --inference cluster:cr2"));
    assert!(refused.code == 3 && refused.stderr.contains("error[INF-020]"), "{}", refused.stderr);
    let defaults = Estimated::run(&path, &varying).expect("it runs");
    let methods: Vec<&str> = defaults.effects().filter_map(|e| e["inference"].as_str()).collect();
    assert_eq!(methods, ["jackknife", "wild-bootstrap"]);
}

/// Unit trends leave a line through event times open; what closes it is told, be it a reference or the edges of a window.
#[test]
fn what_closes_the_path_beside_trends_is_told() {
    let mut r = Reckoning::default();
    let flags = "--outcome math --unit classroom --period year --cohort profile_year --cluster school --inference cluster:cr1";
    for (effects, options, told) in [
        ("year,classroom[year]", "", true),
        ("year,classroom[year]", ":window=-3..3", true),
        ("year,classroom[year]", ":window=-3..3,bin=false", true),
        ("year,classroom[year]", ":window=-6..4", true),
        ("year,classroom", ":window=-3..3", false),
        ("year,classroom[attendance]", ":window=-3..3", false),
    ] {
        let case = format!("{effects} {options}");
        let flags = format!("{flags} --fixed-effects {effects} --estimator event-study{options}");
        let Some(got) = r.estimate(&case, &data("classrooms.csv"), &flags) else { continue };
        r.holds(&case, "it says so", got.warnings().contains(&"second-reference") == told);
    }
    r.finish();
}
