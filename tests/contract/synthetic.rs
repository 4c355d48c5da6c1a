//! What must hold for synthetic comparisons: names, order, scale, threads; every option does something.

use crate::{close, didact, effects, rows, shuffled, write};
use serde_json::Value;

const FLAGS: &str = "--unit classroom --period year --cohort profile_year --cluster school --inference placebo:replicates=30 \
     --inference jackknife --inference cluster:cr0 --inference pairs-bootstrap:replicates=99 --inference wild-bootstrap:replicates=99 \
     --inference fractional-bootstrap:replicates=99 --inference multiplier-bootstrap:replicates=99";

/// Two starts, so that the comparison schools outnumber the treated.
fn some(rows: Vec<Vec<String>>) -> Vec<Vec<String>> {
    let mut treated = std::collections::BTreeSet::new();
    rows.into_iter()
        .filter(|r| match &*r[3] {
            "0" => true,
            "2020" | "2022" => {
                treated.insert(r[0].clone());
                treated.iter().take(5).any(|s| *s == r[0])
            }
            _ => false,
        })
        .collect()
}

fn all(path: &str, more: &str) -> Vec<Value> {
    let one = |(e, c): &(&str, &str)| effects(path, &format!("{FLAGS} {c} --estimator {e} {more}"));
    [("synthetic-did", ""), ("synthetic-did", "--covariates attendance,frl"), ("synthetic-control", "")].iter().flat_map(one).collect()
}

#[test]
fn names_order_and_threads_change_no_bit() {
    let folder = tempfile::tempdir().expect("a folder");
    let (header, rows) = rows();
    let rows = some(complete(rows));
    let plain = all(&write(folder.path(), "plain.csv", &header, &rows), "");
    assert!(plain.len() > 50);
    assert_eq!(plain, all(&write(folder.path(), "order.csv", &header, &shuffled(&rows)), ""), "the order of rows");
    assert_eq!(plain, all(&write(folder.path(), "plain.csv", &header, &rows), "--threads 3"), "threads");
    let mut named = rows;
    named.iter_mut().for_each(|r| {
        let number = |text: &str| text.parse::<u64>().expect("a number");
        r[1] = (9_999 - number(&r[1]) * 7 % 997).to_string();
        r[0] = (999 - number(&r[0]) * 5 % 97).to_string();
    });
    for (a, b) in plain.iter().zip(all(&write(folder.path(), "named.csv", &header, &named), "")) {
        let what = format!("other names, {} {}", a["label"], a["inference"]);
        assert_eq!(a["estimate"], b["estimate"], "{what}");
        for key in ["std_error", "p_value", "conf_low", "conf_high"] {
            close(&a[key], &b[key], 1.0, &what);
        }
    }
}

/// The classrooms that are seen in every year.
fn complete(rows: Vec<Vec<String>>) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/data/classrooms.csv")).expect("the golden data");
    let all: Vec<Vec<String>> = text.lines().skip(1).map(|l| l.split(',').map(str::to_string).collect()).collect();
    assert!(all.len() > rows.len());
    all
}

#[test]
fn a_shifted_and_scaled_outcome_scales_the_effect() {
    let folder = tempfile::tempdir().expect("a folder");
    let (header, rows) = rows();
    let rows = some(complete(rows));
    let plain = all(&write(folder.path(), "plain.csv", &header, &rows), "");
    let mut moved = rows;
    moved.iter_mut().for_each(|r| r[4] = format!("{}", 500.0 + 4.0 * r[4].parse::<f64>().expect("a score")));
    for (a, b) in plain.iter().zip(all(&write(folder.path(), "moved.csv", &header, &moved), "")) {
        for (key, factor) in [("estimate", 4.0), ("std_error", 4.0), ("p_value", 1.0)] {
            match (a[key].as_f64(), b[key].as_f64()) {
                (Some(x), Some(y)) => {
                    let size = (factor * x).abs().max(1e-3);
                    assert!((factor * x - y).abs() <= 1e-7 * size, "{} {} {key}: {x} and {y}", a["label"], a["inference"]);
                }
                _ => assert_eq!(a[key], b[key], "{} {} {key}", a["label"], a["inference"]),
            }
        }
    }
}

#[test]
fn every_option_does_something() {
    let folder = tempfile::tempdir().expect("a folder");
    let (header, rows) = rows();
    let path = write(folder.path(), "plain.csv", &header, &some(complete(rows)));
    let roles = "--unit classroom --period year --cohort profile_year --cluster school";
    let run = |flags: &str| effects(&path, &format!("{roles} {flags}"));
    for (estimator, options) in [
        ("synthetic-did", &["se=jackknife", "se=bootstrap", "units=uniform", "periods=uniform", "solver=exact"][..]),
        ("synthetic-control", &["se=jackknife", "se=bootstrap", "solver=exact"][..]),
    ] {
        let plain = run(&format!("--estimator {estimator}"));
        assert_eq!(plain[0]["inference"], "placebo", "{estimator}");
        for option in options {
            assert_ne!(plain, run(&format!("--estimator {estimator}:{option}")), "{estimator}:{option}");
        }
    }
    let with = |method: &str| run(&format!("--estimator synthetic-did --inference {method}"));
    for option in ["replicates=21", "start=anew"] {
        let (a, b) = (with("placebo"), with(&format!("placebo:{option}")));
        assert_ne!(a[0]["std_error"], b[0]["std_error"], "placebo:{option}");
    }
}

#[test]
fn the_jackknife_stands_in_where_there_are_too_few_comparison_schools() {
    let folder = tempfile::tempdir().expect("a folder");
    let (header, rows) = rows();
    let all = complete(rows);
    let path = write(folder.path(), "all.csv", &header, &all);
    let roles = "--unit classroom --period year --cohort profile_year --cluster school";
    let found = effects(&path, &format!("{roles} --estimator synthetic-did"));
    assert_eq!(found[0]["inference"], "jackknife");
    let (code, out, err) = didact(&format!("estimate {path} --outcome math {roles} --estimator synthetic-did:se=placebo --json"));
    assert_eq!(code, 3, "{out}");
    assert!(err.contains("INF-012") && err.contains("comparison clusters for"), "{err}");
}
