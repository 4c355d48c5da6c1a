//! Estimators side by side: those of one quantity are tested against each other; those that ask another question are set apart, and their
//! difference is no disagreement.

use crate::{didact, write};
use serde_json::Value;
use std::path::Path;

/// A number in (−0.5, 0.5) of two others.
fn noise(a: i64, b: i64) -> f64 {
    (((a + 3) * 7919 + (b + 1) * 104_729) % 1009) as f64 / 1009.0 - 0.5
}

/// Thirty schools of students who are never treated, or from one of the starts on; most of the treated take part, and some others.
fn students(folder: &Path, name: &str, starts: [i64; 3]) -> String {
    let mut rows = Vec::new();
    for id in 0..240 {
        let school = id % 30;
        let start = starts[(school % 3) as usize];
        for t in 1..=5 {
            let on = start > 0 && t >= start;
            let part = i64::from(on && id % 7 != 0);
            let effect = if on { 1.0 + 0.5 * (t - start) as f64 } else { 0.0 };
            let y = noise(id, 3) + noise(id, 10 + t) + noise(school, 20 + t) + effect;
            rows.push([id, school, t, start, part].map(|n| n.to_string()).into_iter().chain([format!("{y:.4}")]).collect::<Vec<String>>());
        }
    }
    write(folder, name, "id,school,t,start,part,y", &rows)
}

const ROLES: &str = "--outcome y --unit id --period t --cohort start --cluster school";

/// The results as JSON, and as words.
fn both(file: &str, flags: &str) -> (Vec<Value>, String) {
    let line = format!("estimate {file} {ROLES} {flags} --inference cluster:cr1");
    let (code, json, err) = didact(&format!("{line} --json"));
    assert_eq!(code, 0, "{flags}: {err}");
    let (code, words, err) = didact(&line);
    assert_eq!(code, 0, "{flags}: {err}");
    let found: Value = serde_json::from_str(&json).expect("JSON");
    (found["results"].as_array().expect("results").clone(), words)
}

#[test]
fn weights_of_its_own_are_another_question_where_starts_differ() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = students(folder.path(), "staggered.csv", [0, 3, 4]);
    let names = ["callaway-santanna", "imputation", "twfe", "event-study", "stacked:window=-2..1"];
    let flags: Vec<String> = names.iter().map(|n| format!("--estimator {n}")).collect();
    let (found, words) = both(&file, &flags.join(" "));
    assert_eq!(found[0]["versus_first"], Value::Null);
    assert_eq!(found[0]["asks"], found[1]["asks"]);
    assert!(found[1]["versus_first"]["p_value"].is_number(), "{}", found[1]["versus_first"]);
    for (own, name) in found.iter().zip(names).skip(2) {
        assert_ne!(own["asks"], found[0]["asks"], "{name}");
        let versus = &own["versus_first"];
        assert!(versus["estimate"].is_number() && versus["std_error"].is_number() && versus["p_value"].is_null(), "{name}: {versus}");
        assert!(words.contains(&format!("{name} asks another question (")), "{name}: {words}");
    }
    assert!(words.contains("y: 2 estimators find between") && words.contains("imputation lies "), "{words}");
    // The gap between them is taken apart all the same, and said to be of two questions.
    let line = format!("diagnose {file} {ROLES} --estimator callaway-santanna --estimator twfe --check disagreement --json");
    let (code, out, err) = didact(&line);
    assert_eq!(code, 0, "{err}");
    let check: Value = serde_json::from_str(&out).expect("JSON");
    assert!(check.to_string().contains("They ask different questions") && !check.to_string().contains("\"verdict\":\"fail\""), "{check}");
}

#[test]
fn with_one_start_they_ask_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = students(folder.path(), "one.csv", [0, 3, 3]);
    let (found, words) = both(&file, "--estimator callaway-santanna --estimator twfe --estimator event-study --estimator stacked");
    for own in &found {
        assert_eq!(own["asks"], found[0]["asks"]);
    }
    assert!(found[1]["versus_first"]["p_value"].is_number() && !words.contains("another question"), "{words}");
}

#[test]
fn another_effect_is_no_rival() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = students(folder.path(), "one.csv", [0, 3, 3]);
    let (found, words) = both(&file, "--take-up part --estimator did --estimator compliance --estimator twfe");
    assert_eq!(found[1]["versus_first"], Value::Null);
    assert!(found[2]["versus_first"]["estimate"].is_number());
    assert!(words.contains("compliance asks another question than did") && words.contains("no rival"), "{words}");
}
