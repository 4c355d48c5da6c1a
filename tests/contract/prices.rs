//! What would take too much is refused before it is begun, and what takes long says so first.

use crate::{didact, write};
use std::path::Path;
use std::time::{Duration, Instant};

/// A number in (−0.5, 0.5) of two others.
fn noise(a: i64, b: i64) -> f64 {
    (((a + 3) * 7919 + (b + 1) * 104_729) % 1009) as f64 / 1009.0 - 0.5
}

/// As many cohorts as told over as many periods, with as many units each, and as many never treated.
fn rollout(folder: &Path, [cohorts, periods, units]: [i64; 3]) -> String {
    let mut rows = Vec::new();
    for cohort in 0..=cohorts {
        let start = if cohort == 0 { 0 } else { 2 + cohort * (periods - 2) / cohorts };
        for unit in 0..units {
            let id = cohort * units + unit;
            for t in 1..=periods {
                let y = noise(id, t) + noise(unit, t * 3) + if start > 0 && t >= start { 0.5 } else { 0.0 };
                rows.push([id.to_string(), t.to_string(), start.to_string(), format!("{y:.3}")].to_vec());
            }
        }
    }
    write(folder, "rollout.csv", "id,t,start,y", &rows)
}

const ROLES: &str = "--outcome y --unit id --period t --cohort start";

#[test]
fn a_regression_beyond_memory_is_refused_before_it_is_begun() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = rollout(folder.path(), [60, 80, 7]);
    for estimator in ["sun-abraham", "wooldridge"] {
        let begun = Instant::now();
        let (code, _, err) = didact(&format!("estimate {file} {ROLES} --estimator {estimator}"));
        assert!(code > 0 && err.contains("error[EST-011]") && err.contains("terms, 427 clusters"), "{estimator}: {code} {err}");
        assert!(begun.elapsed() < Duration::from_secs(60), "{estimator}: {:?}", begun.elapsed());
    }
}

/// The usual methods of a large regression are those that can be had, and the price stands on standard error only.
#[test]
fn what_takes_long_says_so_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = rollout(folder.path(), [5, 10, 5]);
    let call = format!("estimate {file} {ROLES} --estimator sun-abraham");
    let (code, out, err) = didact(&format!("{call} --json"));
    assert_eq!(code, 0, "{err}");
    let note = err.lines().find(|l| l.starts_with("note: sun-abraham: a regression of ")).unwrap_or_else(|| panic!("{err}"));
    assert!(
        note.contains(" terms and 30 clusters will take about ") && note.contains(" of memory") && note.ends_with("(a rough estimate)"),
        "{note}"
    );
    assert!(serde_json::from_str::<serde_json::Value>(&out).is_ok());
    let small = rollout(folder.path(), [3, 6, 5]);
    let (code, _, err) = didact(&format!("estimate {small} {ROLES} --estimator sun-abraham"));
    assert!(code == 0 && !err.contains("will take"), "{err}");
}
