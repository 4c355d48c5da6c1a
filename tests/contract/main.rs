//! What must hold for every estimator and method, whatever the data: the order of rows, the scale of weights, a shifted or
//! scaled outcome change nothing but what they should.

mod calibration;
mod capsule;
mod checks;
mod claims;
mod cohorts;
mod crossed;
mod estimator_options;
mod estimators;
mod exports;
mod first_screen;
mod fixed_effects;
mod formats;
mod fragility;
mod grades;
mod identified;
mod implementation;
mod imputation;
mod inference;
mod prices;
mod privacy;
mod questions;
mod redo;
mod rollouts;
mod synthetic;
mod worlds;
mod wwc;

use serde_json::Value;
use std::path::Path;
use std::process::Command;

const CLASSROOMS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/data/classrooms_unbalanced.csv");

/// The header and the rows of the unbalanced classrooms.
fn rows() -> (String, Vec<Vec<String>>) {
    let text = std::fs::read_to_string(CLASSROOMS).expect("the golden data");
    let mut lines = text.lines();
    let header = lines.next().expect("a header").to_string();
    (header, lines.map(|l| l.split(',').map(str::to_string).collect()).collect())
}

fn write(folder: &Path, name: &str, header: &str, rows: &[Vec<String>]) -> String {
    let path = folder.join(name);
    let body: Vec<String> = rows.iter().map(|r| r.join(",")).collect();
    std::fs::write(&path, format!("{header}\n{}\n", body.join("\n"))).expect("a file can be written");
    path.display().to_string()
}

fn didact(arguments: &str) -> (i32, String, String) {
    let ran = Command::new(env!("CARGO_BIN_EXE_didact")).args(arguments.split_whitespace()).output().expect("the program runs");
    (ran.status.code().unwrap_or(-1), String::from_utf8_lossy(&ran.stdout).into_owned(), String::from_utf8_lossy(&ran.stderr).into_owned())
}

fn effects(path: &str, flags: &str) -> Vec<Value> {
    let (code, out, err) = didact(&format!("estimate {path} --outcome math {flags} --json"));
    assert_eq!(code, 0, "{flags}: {err}");
    let document: Value = serde_json::from_str(&out).expect("JSON");
    document["results"].as_array().expect("results").iter().flat_map(|r| r["effects"].as_array().expect("effects").clone()).collect()
}

/// A fixed shuffle: rows in the order of a multiplicative hash of their place.
fn shuffled(rows: &[Vec<String>]) -> Vec<Vec<String>> {
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|i| (i * 7919 + 13) % 10_007);
    order.into_iter().map(|i| rows[i].clone()).collect()
}

fn close(a: &Value, b: &Value, factor: f64, what: &str) {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => assert!((a * factor - b).abs() <= 1e-8 * b.abs().max(1e-6), "{what}: {a} × {factor} and {b}"),
        _ => assert_eq!(a, b, "{what}"),
    }
}

const PANEL: &str = "--unit classroom --period year --cohort profile_year --cluster school --covariates attendance \
     --estimator twfe --estimator event-study --inference cluster:cr0 --inference cluster:cr1 --inference cluster:cr2 \
     --inference cluster:cr3 --inference jackknife --inference pairs-bootstrap --inference wild-bootstrap";

#[test]
fn the_order_of_rows_changes_no_bit() {
    let folder = tempfile::tempdir().expect("a folder");
    let (header, rows) = rows();
    let mut doubled = rows.clone();
    for r in rows.iter().step_by(97) {
        let mut twin = r.clone();
        twin[4] = format!("{:.3}", twin[4].parse::<f64>().expect("a score") + 0.7);
        doubled.push(twin.clone());
        twin[4] = format!("{:.3}", twin[4].parse::<f64>().expect("a score") + 0.1);
        doubled.push(twin);
    }
    let two: Vec<Vec<String>> =
        rows.iter().filter(|r| (r[2] == "2019" || r[2] == "2020") && (r[3] == "2020" || r[3] == "0")).cloned().collect();
    for (name, rows, flags) in [
        ("panel", &rows, PANEL.to_string()),
        ("weighted", &rows, format!("{PANEL} --weights students")),
        ("duplicates", &doubled, format!("{PANEL} --duplicates mean --weights students")),
        (
            "cross-sections",
            &two,
            "--period year --cohort profile_year --cluster school --estimator did --covariates frl --estimator did:method=regression"
                .into(),
        ),
        (
            "rows alone",
            &two,
            "--period year --cohort profile_year --estimator did --estimator twfe --inference cluster:cr1 --inference pairs-bootstrap"
                .into(),
        ),
    ] {
        let plain = effects(&write(folder.path(), "plain.csv", &header, rows), &flags);
        let other = effects(&write(folder.path(), "other.csv", &header, &shuffled(rows)), &flags);
        assert_eq!(plain, other, "{name}");
    }
}

#[test]
fn the_scale_of_weights_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (header, rows) = rows();
    let flags = format!("{PANEL} --weights students");
    let plain = effects(&write(folder.path(), "plain.csv", &header, &rows), &flags);
    for scale in [1e-8, 3e6] {
        let mut scaled = rows.clone();
        scaled.iter_mut().for_each(|r| r[7] = format!("{:e}", r[7].parse::<f64>().expect("a weight") * scale));
        for (a, b) in plain.iter().zip(effects(&write(folder.path(), "scaled.csv", &header, &scaled), &flags)) {
            for key in ["estimate", "std_error", "df", "p_value", "conf_low", "conf_high"] {
                close(&a[key], &b[key], 1.0, &format!("weights × {scale}, {} {} {key}", a["label"], a["inference"]));
            }
        }
    }
}

#[test]
fn a_shifted_and_scaled_outcome_scales_the_effect() {
    let folder = tempfile::tempdir().expect("a folder");
    let (header, rows) = rows();
    let plain = effects(&write(folder.path(), "plain.csv", &header, &rows), PANEL);
    let mut moved = rows;
    moved.iter_mut().for_each(|r| r[4] = format!("{}", 500.0 + 4.0 * r[4].parse::<f64>().expect("a score")));
    for (a, b) in plain.iter().zip(effects(&write(folder.path(), "moved.csv", &header, &moved), PANEL)) {
        for (key, factor) in [("estimate", 4.0), ("std_error", 4.0), ("df", 1.0), ("statistic", 1.0)] {
            close(&a[key], &b[key], factor, &format!("{} {} {key}", a["label"], a["inference"]));
        }
    }
}

#[test]
fn regression_without_covariates_is_means() {
    let folder = tempfile::tempdir().expect("a folder");
    let (header, rows) = rows();
    let two: Vec<Vec<String>> =
        rows.into_iter().filter(|r| (r[2] == "2019" || r[2] == "2020") && (r[3] == "2020" || r[3] == "0")).collect();
    let path = write(folder.path(), "two.csv", &header, &two);
    let flags = "--unit classroom --period year --cohort profile_year --cluster school --inference cluster:cr0 --inference jackknife:df=clusters \
         --inference pairs-bootstrap:replicates=499";
    let means = effects(&path, &format!("{flags} --estimator did"));
    let regression = effects(&path, &format!("{flags} --estimator did:method=regression"));
    for (a, b) in means.iter().zip(&regression) {
        for key in ["estimate", "std_error", "conf_low", "conf_high", "p_value"] {
            close(&a[key], &b[key], 1.0, &format!("{} {key}", a["inference"]));
        }
    }
}

#[test]
fn did_leaves_out_units_whose_mix_of_periods_differs() {
    let folder = tempfile::tempdir().expect("a folder");
    let (header, rows) = rows();
    // No effect, a steep common trend, and treated units that are often missing in the last period.
    let (mut made, mut seen) = (Vec::new(), std::collections::BTreeSet::new());
    for r in rows.iter().filter(|r| r[3] == "2020" || r[3] == "0") {
        let (unit, year): (i64, i64) = (r[1].parse().expect("a number"), r[2].parse().expect("a number"));
        if r[3] == "2020" && year == 2023 && unit % 3 != 0 || !seen.insert((unit, year)) {
            continue;
        }
        let mut row = r.clone();
        row[4] = format!("{}", 5.0 * (year - 2016) as f64 + libm_free_noise(unit, year));
        made.push(row);
    }
    let path = write(folder.path(), "trend.csv", &header, &made);
    let found =
        effects(&path, "--unit classroom --period year --cohort profile_year --cluster school --estimator did --inference cluster:cr1");
    let estimate = found[0]["estimate"].as_f64().expect("an estimate");
    assert!(estimate.abs() < 0.5, "a common trend of 5 a year passes for an effect of {estimate}");
}

/// Noise within ±0.05 without a generator.
fn libm_free_noise(unit: i64, year: i64) -> f64 {
    ((unit * 31 + year * 17) % 11) as f64 / 110.0 - 0.05
}

#[test]
fn the_run_folder_does_not_depend_on_the_order_of_rows() {
    let folder = tempfile::tempdir().expect("a folder");
    let (header, rows) = rows();
    let study = "[study]\ntitle = \"t\"\n[data]\npath = \"data.csv\"\n[roles]\nunit = \"classroom\"\nperiod = \"year\"\ncohort = \"profile_year\"\n\
                 cluster = \"school\"\noutcomes = [\"math\"]\n[[analysis]]\nestimators = [\"event-study\", \"twfe\"]\n";
    let mut folders = Vec::new();
    for (name, rows) in [("a", rows.clone()), ("b", shuffled(&rows))] {
        let place = folder.path().join(name);
        std::fs::create_dir(&place).expect("a folder");
        write(&place, "data.csv", &header, &rows);
        std::fs::write(place.join("study.toml"), study).expect("a file can be written");
        let (code, _, err) = didact(&format!("run {} --out {} --quiet", place.join("study.toml").display(), place.join("run").display()));
        assert_eq!(code, 0, "{err}");
        let (code, out, err) = didact(&format!("verify {}", place.join("run").display()));
        assert_eq!(code, 0, "{out}{err}");
        folders.push(place.join("run"));
    }
    for file in ["manifest.json", "report.html", "results.json", "study.toml", "tables/main-effects.csv", "figures/forest.png"] {
        let read = |f: &Path| std::fs::read(f.join(file)).expect("a file of the run");
        assert_eq!(read(&folders[0]), read(&folders[1]), "{file}");
    }
}
