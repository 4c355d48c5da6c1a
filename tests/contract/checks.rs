//! Checks as part of a run: which are asked, what stands in its folder, what may not leave it, and that nothing stops it.

use crate::didact;
use didact::diagnose::CHECKS;
use didact::study::StudyFile;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// A run of a study file; its results and what it printed.
fn run(folder: &Path, name: &str, text: &str, flags: &str) -> (PathBuf, Value, String) {
    let file = folder.join(format!("{name}.toml"));
    std::fs::write(&file, format!("[study]\ntitle = \"t\"\n{text}\n[calibration]\nreplicates = 0\n")).expect("a file can be written");
    let out = folder.join(name);
    let (code, said, err) = didact(&format!("run {} --out {} {flags}", file.display(), out.display()));
    assert_eq!(code, 0, "{name}: {err}");
    let results = serde_json::from_slice(&std::fs::read(out.join("results.json")).expect("results")).expect("JSON");
    (out, results, said)
}

fn refused(folder: &Path, checks: &str, fragments: &[&str]) {
    let file = folder.join("refused.toml");
    std::fs::write(&file, format!("[study]\ntitle = \"t\"\n[data]\nsimulate = \"two-period\"\n[checks]\n{checks}\n")).expect("a file");
    let (code, out, err) = didact(&format!("run {} --out {}", file.display(), folder.join("none").display()));
    assert!(code == 3 && out.is_empty(), "{checks}: {code} {err}");
    fragments.iter().for_each(|f| assert!(err.contains(f), "{checks}: {f} is not in {err}"));
}

fn named(results: &Value) -> Vec<String> {
    results["checks"].as_array().expect("checks").iter().map(|c| c["check"].as_str().expect("a name").to_string()).collect()
}

fn check<'a>(results: &'a Value, name: &str) -> &'a Value {
    results["checks"].as_array().expect("checks").iter().find(|c| c["check"] == name).unwrap_or_else(|| panic!("no {name}"))
}

const SMALL: &str = "[data]\nsimulate = \"staggered-rollout\"\nworld = { schools = 24, profile_schools = 14 }\n[[analysis]]\nestimators = [\"callaway-santanna\"]\ninference = [\"cluster:cr1\"]\n";

/// The checks that a run asks without being told to: all but the specification curve, which is drawn beside them.
fn usual() -> impl Iterator<Item = &'static str> {
    CHECKS.iter().map(|c| c.card.id).filter(|id| *id != "multiverse")
}

#[test]
fn every_check_answers_in_every_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let (out, results, said) = run(folder.path(), "all", SMALL, "--threads 1");
    assert_eq!(named(&results), usual().collect::<Vec<_>>());
    assert!(results["multiverse"]["same_sign"].is_f64(), "no curve: {}", results["multiverse"]);
    let line = said.lines().find(|l| l.contains("against it")).expect("a line on checks").to_string();
    let summary = results["tables"]["checks"]["rows"].as_array().expect("a table").clone();
    let manifest: Value = serde_json::from_slice(&std::fs::read(out.join("manifest.json")).expect("a manifest")).expect("JSON");
    let versions: Vec<&str> = manifest["methods"].as_array().expect("methods").iter().filter_map(|m| m["id"].as_str()).collect();
    for (c, row) in results["checks"].as_array().expect("checks").iter().zip(&summary) {
        let (id, verdict) = (c["check"].as_str().expect("a name"), c["verdict"].as_str().expect("a verdict"));
        assert_eq!((row["verdict"].as_str(), row["reason"].as_str()), (Some(verdict), c["reason"].as_str()));
        for field in ["reason", "remedy"] {
            assert!(c[field].as_str().is_some_and(|s| s.len() > 3), "{id}: {field}");
        }
        // Two checks look at two-way fixed effects whatever the headline is, and say nothing against another.
        let of_headline = !["bacon", "twfe-weights"].contains(&id);
        assert_eq!(line.contains(&format!("{id} ({verdict})")), of_headline && ["fail", "caution"].contains(&verdict), "{id}: {line}");
        assert_eq!(versions.contains(&format!("check {id}").as_str()), !c["decided"].is_null(), "{id}");
        if c["table"]["rows"].as_array().is_some_and(|rows| !rows.is_empty()) {
            assert!(out.join(format!("tables/check-{id}.csv")).is_file(), "{id} has no table of its own");
        }
    }
    let (_, again, _) = run(folder.path(), "threads", SMALL, "--threads 3");
    assert_eq!(results["checks"], again["checks"], "threads change a check");
    let (code, verified, err) = didact(&format!("verify {}", out.display()));
    assert!(code == 0 && verified.starts_with("recomputed identical"), "{verified} {err}");
    let resolved = std::fs::read_to_string(out.join("study.toml")).expect("the resolved study");
    assert!(resolved.contains("[checks]\noff = []\nask = []\n"), "{resolved}");
}

/// The headline's path where it has one, else the one that `diagnose` takes; the same numbers either way.
#[test]
fn a_run_says_what_diagnose_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let (code, _, err) = didact(&format!(
        "simulate staggered-rollout --set schools=24 --set profile_schools=14 --out {}",
        folder.path().join("world").display()
    ));
    assert_eq!(code, 0, "{err}");
    let data = std::fs::read_dir(folder.path().join("world"))
        .expect("a folder")
        .filter_map(|f| Some(f.ok()?.path()))
        .find(|p| p.extension().is_some_and(|e| e == "csv") && p.to_string_lossy().contains("cohort"))
        .expect("the cohort");
    let (_, results, _) = run(folder.path(), "run", &SMALL.replace("cluster:cr1", "wild-bootstrap"), "");
    let text = std::fs::read_to_string(folder.path().join("run/study.toml")).expect("the study");
    let roles = StudyFile::parse(&text, "study.toml").expect("a study").roles.expect("roles");
    let column = |role: &Option<String>| role.clone().expect("a column");
    let flags = format!(
        "--outcome {} --unit {} --period {} --cohort {} --cluster {}",
        roles.outcomes[0],
        column(&roles.student),
        column(&roles.period),
        column(&roles.cohort),
        column(&roles.cluster)
    );
    for name in ["pretrends", "honest", "pretrends-power"] {
        let (code, out, err) = didact(&format!("diagnose {} {flags} --check {name} --json", data.display()));
        assert_eq!(code, 0, "{err}");
        let apart: Value = serde_json::from_str(&out).expect("JSON");
        let within = check(&results, name);
        assert_eq!(within["estimator"], "callaway-santanna:base=universal");
        for field in ["verdict", "reason", "numbers", "table", "decided", "options", "estimator", "inference"] {
            assert_eq!(within[field], apart[field], "{name}: {field}");
        }
    }
}

#[test]
fn checks_can_be_left_out_and_asked_otherwise() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = format!(
        "{SMALL}[checks]\noff = [\"bacon\", \"twfe-weights\"]\nask = [\"honest:type=smoothness\", \"honest\", \"leave-one-out:show=2\"]\n"
    );
    let (out, results, _) = run(folder.path(), "chosen", &text, "");
    let wanted = usual().filter(|id| !["bacon", "twfe-weights"].contains(id));
    let wanted: Vec<&str> = wanted.flat_map(|id| if id == "honest" { vec![id, id] } else { vec![id] }).collect();
    assert_eq!(named(&results), wanted);
    let all = results["checks"].as_array().expect("checks");
    let types: Vec<&str> = all.iter().filter(|c| c["check"] == "honest").filter_map(|c| c["options"]["type"].as_str()).collect();
    assert_eq!(types, ["smoothness", "relative-magnitudes"]);
    assert!(out.join("tables/check-honest.csv").is_file() && out.join("tables/check-honest-2.csv").is_file());
    assert_eq!(check(&results, "leave-one-out")["table"]["rows"].as_array().map(Vec::len), Some(2));
    let (code, _, err) = didact(&format!("verify {}", out.display()));
    assert_eq!(code, 0, "{err}");
    let every = CHECKS.iter().map(|c| format!("\"{}\"", c.card.id)).collect::<Vec<_>>().join(", ");
    let (out, results, said) = run(folder.path(), "none", &format!("{SMALL}[checks]\noff = [{every}]\n"), "");
    assert!(results["multiverse"].is_null(), "the curve is off");
    assert!(named(&results).is_empty() && !said.contains("against it") && !out.join("tables/checks.csv").exists());
}

#[test]
fn what_is_not_understood_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    refused(folder.path(), "off = [\"becon\"]", &["DIAG-017", "did you mean  bacon?"]);
    refused(folder.path(), "ask = [\"honest:tipe=smoothness\"]", &["EST-002", "did you mean  type?"]);
    refused(folder.path(), "off = [\"honest:smoothness\"]", &["STUDY-005", "options"]);
    refused(folder.path(), "off = [\"honest\"]\nask = [\"honest:smoothness\"]", &["STUDY-005", "off and asked for"]);
    refused(folder.path(), "ask = [\"honest\", \"honest:type=relative-magnitudes\"]", &["STUDY-005", "twice"]);
    refused(folder.path(), "of = [\"honest\"]", &["STUDY-001", "did you mean  off?"]);
    refused(folder.path(), "off = [\"becon\", \"x\"]\nask = [\"pretrend\"]", &["bacon", "pretrends"]);
}

/// Clusters of a few real students are named nowhere; simulated ones are.
#[test]
fn small_clusters_of_real_students_are_not_named() {
    let folder = tempfile::tempdir().expect("a folder");
    // Schools of twelve students, and two of five.
    let mut rows = String::from("student,school,year,start,score\n");
    let mut student = 0;
    for school in 0..8_usize {
        let (name, size) = if school < 6 { (format!("Queensway-{school}"), 12) } else { (format!("Rosewood-{school}"), 5) };
        for _ in 0..size {
            student += 1;
            for year in 2019..2023_i64 {
                let start = if school % 2 == 0 { "2021" } else { "0" };
                let score = 200.0
                    + ((student * 37 + year * 101) % 89) as f64 / 8.0
                    + if year > 2020 && school % 2 == 0 { 3.0 + school as f64 } else { 0.0 };
                rows += &format!("{student},{name},{year},{start},{score}\n");
            }
        }
    }
    std::fs::write(folder.path().join("data.csv"), rows).expect("a file");
    let study = |least: u64| {
        format!(
            "[data]\npath = \"data.csv\"\n[roles]\nstudent = \"student\"\nschool = \"school\"\nperiod = \"year\"\ncohort = \"start\"\ncluster = \"school\"\noutcomes = [\"score\"]\n[privacy]\nminimum_cell = {least}\n[checks]\nask = [\"leave-one-out:show=20\"]\n"
        )
    };
    let (out, results, said) = run(folder.path(), "gated", &study(10), "");
    let table = &check(&results, "leave-one-out")["table"];
    assert_eq!(table["rows"].as_array().map(Vec::len), Some(6), "{table}");
    for file in ["report.html", "report.json", "results.json", "tables/check-leave-one-out.csv", "tables/checks.csv"] {
        let text = std::fs::read_to_string(out.join(file)).expect("a file");
        assert!(!text.contains("Rosewood"), "{file} names a school of five");
    }
    assert!(!said.contains("Rosewood") && results["checks"].to_string().contains("Queensway"));
    let notes = results["tables"]["check-leave-one-out"]["notes"].to_string();
    assert!(notes.contains("2 of 8 clusters hold fewer than 10 units"), "{notes}");
    let (_, open, _) = run(folder.path(), "open", &study(2), "");
    assert_eq!(check(&open, "leave-one-out")["table"]["rows"].as_array().map(Vec::len), Some(8));
    assert_eq!(check(&open, "leave-one-out")["verdict"], check(&results, "leave-one-out")["verdict"], "the verdict heeds all clusters");
}

/// Numbers of a check of the unbalanced classrooms.
fn numbers(path: &str, flags: &str) -> serde_json::Map<String, Value> {
    let cluster = if flags.contains("overlap") { "" } else { "--cluster school" };
    let roles = format!("--outcome math --unit classroom --period year --cohort profile_year {cluster} --covariates frl,attendance");
    let (code, out, err) = didact(&format!("diagnose {path} {roles} {flags} --json"));
    assert_eq!(code, 0, "{flags}: {err}");
    let document: Value = serde_json::from_str(&out).expect("JSON");
    let mut numbers = document["numbers"].as_object().expect("numbers").clone();
    numbers.insert("verdict".into(), document["verdict"].clone());
    numbers
}

const OF_SAMPLES: [&str; 7] = ["balance", "attrition", "sample", "overlap", "placebo", "placebo:arm,draws=30", "power"];

fn alike(what: &str, a: &serde_json::Map<String, Value>, b: &serde_json::Map<String, Value>, scaled: &[&str], factor: f64) {
    assert_eq!(a["verdict"], b["verdict"], "{what}");
    for (key, value) in a.iter().filter(|(key, _)| *key != "verdict") {
        let by = if scaled.contains(&key.as_str()) { factor } else { 1.0 };
        match (value.as_f64(), b[key].as_f64()) {
            (Some(x), Some(y)) => assert!((x * by - y).abs() <= 1e-7 * y.abs().max(1e-4), "{what} changes {key} from {x} to {y}"),
            _ => assert_eq!(value, &b[key], "{what} changes {key}"),
        }
    }
}

/// The order of rows, the names of schools and the scale of the outcome change nothing but what they should.
#[test]
fn rows_names_and_scale_do_not_matter() {
    let folder = tempfile::tempdir().expect("a folder");
    let (header, rows) = crate::rows();
    let place = |name: &str| header.split(',').position(|h| h == name).expect("a column");
    let base = crate::write(folder.path(), "base.csv", &header, &rows);
    let shuffled = crate::write(folder.path(), "shuffled.csv", &header, &crate::shuffled(&rows));
    let mut named = rows.clone();
    let school = place("school");
    named.iter_mut().for_each(|row| row[school] = format!("S{}", (row[school].parse::<i64>().expect("a number") * 7) % 37));
    let named = crate::write(folder.path(), "named.csv", &header, &named);
    let mut scaled = rows;
    let math = place("math");
    scaled.iter_mut().for_each(|row| row[math] = (row[math].parse::<f64>().expect("a number") * 4.0).to_string());
    let scaled = crate::write(folder.path(), "scaled.csv", &header, &scaled);
    let points = ["real", "estimate", "std_error", "sd", "smallest", "effect"];
    for check in OF_SAMPLES {
        let flags = format!("--check {check}");
        let of = numbers(&base, &flags);
        alike(&format!("{check}: another order of rows"), &of, &numbers(&shuffled, &flags), &[], 1.0);
        alike(&format!("{check}: other names of schools"), &of, &numbers(&named, &flags), &[], 1.0);
        alike(&format!("{check}: another scale"), &of, &numbers(&scaled, &flags), &points, 4.0);
    }
}

/// A run of real students in a small arm shows no number on it.
#[test]
fn small_groups_of_real_students_have_no_numbers() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut rows = String::from("student,school,year,start,score,prior\n");
    for student in 1..=46_i64 {
        // Six treated students in two schools, forty others in eight.
        let (school, start) = if student <= 6 { (student % 2, "2021") } else { (2 + student % 8, "0") };
        for year in 2019..2023_i64 {
            let score = 200.0 + ((student * 37 + year * 101) % 89) as f64 / 8.0;
            rows += &format!("{student},{school},{year},{start},{score},{}\n", 100 + student * 53 % 41);
        }
    }
    std::fs::write(folder.path().join("data.csv"), rows).expect("a file");
    let text = "[data]\npath = \"data.csv\"\n[roles]\nstudent = \"student\"\nperiod = \"year\"\ncohort = \"start\"\ncluster = \"school\"\noutcomes = [\"score\"]\ncovariates = [\"prior\"]\n";
    let (_, results, _) = run(folder.path(), "few", text, "");
    for name in ["balance", "attrition", "overlap"] {
        let c = check(&results, name);
        assert_eq!(c["numbers"], serde_json::json!({}), "{name}: {c}");
        assert!(c["decided"].is_null() || c["decided"]["value"].is_null(), "{name}");
    }
    let open = format!("{text}[privacy]\nminimum_cell = 1\n");
    let (_, results, _) = run(folder.path(), "open", &open, "");
    assert!(check(&results, "balance")["numbers"]["largest_difference"].is_f64());
}

/// Checks that go from cluster to cluster do not leave the second of two clusterings out without a word.
#[test]
fn checks_of_one_clustering_say_so_of_two() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/data/classrooms.csv");
    let roles = "--outcome math --unit classroom --period year --cohort profile_year";
    for check in ["leave-one-out", "smallest-set", "disagreement"] {
        let (_, out, err) = didact(&format!("diagnose {path} {roles} --cluster school,year --estimator twfe --check {check} --json"));
        assert!(out.contains("one clustering") && out.contains("cannot-tell"), "{check}: {out} {err}");
    }
}
