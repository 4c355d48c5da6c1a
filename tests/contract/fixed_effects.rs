//! What must hold of named fixed effects: order, threads, names and scale; the same numbers by another road.

use crate::{close, effects, rows, shuffled, write};
use serde_json::Value;

const ROLES: &str = "--unit classroom --period year --cohort profile_year --cluster school --covariates attendance";
const METHODS: &str = "--inference cluster:cr0 --inference cluster:cr1,ssc=none --inference wild-bootstrap:replicates=199";
/// Effects nested in clusters, effects that are few, and effects that cross clusters and are many.
const SETS: [&str; 3] = ["classroom[year],school^grade,year", "classroom,year,grade", "classroom,year,teacher"];

/// The unbalanced classrooms with a grade that moves, and teachers who teach in several schools.
fn world() -> (String, Vec<Vec<String>>) {
    let (header, mut rows) = rows();
    rows.iter_mut().for_each(|r| {
        let (room, year): (u64, u64) = (r[1].parse().expect("a number"), r[2].parse().expect("a number"));
        r.push(format!("g{}", (3 * room + year) % 5));
        r.push(((7 * room + 5 * (year / 2)) % 90).to_string());
    });
    (format!("{header},grade,teacher"), rows)
}

fn all(path: &str, more: &str) -> Vec<Value> {
    let one =
        |set: &&str| effects(path, &format!("{ROLES} --estimator twfe --estimator event-study --fixed-effects {set} {METHODS} {more}"));
    SETS.iter().flat_map(one).collect()
}

const KEYS: [&str; 5] = ["estimate", "std_error", "p_value", "conf_low", "conf_high"];

#[test]
fn order_and_threads_change_no_bit() {
    let folder = tempfile::tempdir().expect("a folder");
    let (header, rows) = world();
    for weights in ["", "--weights students"] {
        let plain = all(&write(folder.path(), "plain.csv", &header, &rows), weights);
        assert!(plain.len() > 60);
        assert_eq!(plain, all(&write(folder.path(), "order.csv", &header, &shuffled(&rows)), weights), "the order of rows");
        assert_eq!(plain, all(&write(folder.path(), "plain.csv", &header, &rows), &format!("{weights} --threads 3")), "threads");
    }
}

#[test]
fn the_order_of_cross_sections_changes_no_bit() {
    let folder = tempfile::tempdir().expect("a folder");
    let (header, rows) = world();
    for roles in ["--period year --cohort profile_year --cluster school", "--period year --cohort profile_year"] {
        for set in ["school,grade", "school^grade,year", "teacher,year,grade"] {
            let flags = format!("{roles} --estimator twfe --fixed-effects {set} --inference cluster:cr1 --inference robust:hc1");
            let plain = effects(&write(folder.path(), "plain.csv", &header, &rows), &flags);
            assert_eq!(plain, effects(&write(folder.path(), "order.csv", &header, &shuffled(&rows)), &flags), "{set}");
        }
    }
}

#[test]
fn names_and_scales_change_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (header, rows) = world();
    let plain = all(&write(folder.path(), "plain.csv", &header, &rows), "--weights students");
    let (mut named, mut scaled, mut moved) = (rows.clone(), rows.clone(), rows);
    named.iter_mut().for_each(|r| {
        let number = |text: &str| text.parse::<u64>().expect("a number");
        r[1] = (9_999 - number(&r[1]) * 7 % 997).to_string();
        r[0] = (999 - number(&r[0]) * 5 % 97).to_string();
        r[9] = (9_999 - number(&r[9]) * 5 % 97).to_string();
        r[8] = format!("{}-{}", 9 - number(&r[8][1..]), r[8]);
    });
    scaled.iter_mut().for_each(|r| r[7] = format!("{:e}", r[7].parse::<f64>().expect("a weight") * 3e-7));
    moved.iter_mut().for_each(|r| r[4] = format!("{}", 500.0 + 4.0 * r[4].parse::<f64>().expect("a score")));
    for (what, rows, factor) in [("names", named, 1.0), ("weights", scaled, 1.0), ("outcome", moved, 4.0)] {
        let other = all(&write(folder.path(), "other.csv", &header, &rows), "--weights students");
        assert_eq!(plain.len(), other.len());
        for (a, b) in plain.iter().zip(&other) {
            // A covariate's coefficient has the outcome's unit too.
            for key in KEYS {
                let by = if key == "p_value" { 1.0 } else { factor };
                close(&a[key], &b[key], by, &format!("{what}: {} {} {key}", a["label"], a["inference"]));
            }
        }
    }
}

/// A third effect as an effect, and as dummies beside unit and period.
#[test]
fn dummies_give_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let (header, rows) = world();
    let treated: Vec<Vec<String>> = rows.iter().filter(|r| r[3] != "0").cloned().collect();
    let methods =
        "--inference cluster:cr0 --inference cluster:cr2 --inference jackknife --inference robust:hc3 --inference robust:classical";
    for (name, rows, estimator) in [
        ("all", &rows, "twfe"),
        ("all", &rows, "event-study"),
        ("a window", &rows, "event-study:window=-3..2,bin=false"),
        ("a binned window", &rows, "event-study:window=-3..2,bin=true"),
        ("everyone treated", &treated, "event-study"),
    ] {
        let path = write(folder.path(), "data.csv", &header, rows);
        let roles = "--unit classroom --period year --cohort profile_year --cluster school";
        let named = effects(&path, &format!("{roles} --estimator {estimator} --fixed-effects classroom,year,grade {methods}"));
        let dummies: Vec<Value> = effects(&path, &format!("{roles} --estimator {estimator} --covariates factor(grade) {methods}"))
            .into_iter()
            .filter(|e| e["estimand"] != "coefficient")
            .collect();
        assert_eq!(named.len(), dummies.len(), "{name}, {estimator}");
        for (a, b) in named.iter().zip(&dummies) {
            for key in ["estimate", "std_error", "df"] {
                close(&a[key], &b[key], 1.0, &format!("{name}, {estimator}: {} {} {key}", a["label"], a["inference"]));
            }
        }
    }
}

/// Trends of units leave the path of effects open by a line: the earliest time is set to zero too, and said.
#[test]
fn trends_need_a_second_reference() {
    let folder = tempfile::tempdir().expect("a folder");
    let (header, rows) = world();
    let path = write(folder.path(), "data.csv", &header, &rows);
    let roles = "--unit classroom --period year --cohort profile_year --cluster school --estimator event-study --inference cluster:cr1";
    let times = |set: &str| -> Vec<i64> {
        effects(&path, &format!("{roles} --fixed-effects {set}")).iter().filter_map(|e| e["event_time"].as_i64()).collect()
    };
    assert!(times("classroom,year,grade").contains(&-6));
    let trended = times("classroom[year],year");
    assert!(!trended.contains(&-6) && !trended.contains(&-1) && trended.contains(&-5), "{trended:?}");
}
