//! Checks of a sample against R's own functions (`data/make_checks.R`), and against counts made here.

use crate::support::checked::Checked;
use crate::support::sheet::Sheet;
use crate::{CLASSROOMS, STUDENTS, data, json};
use serde_json::Value;
use std::path::Path;

fn close(what: &str, own: Option<f64>, wanted: &Value, tolerance: f64) {
    let (own, wanted) = (own.unwrap_or_else(|| panic!("{what} is no number")), wanted.as_f64().expect("a number"));
    assert!((own - wanted).abs() <= tolerance * wanted.abs().max(1e-3), "{what}: {own} is not {wanted}");
}

fn classrooms(file: &Path, flags: &str) -> Checked {
    Checked::run(&format!("{} {flags}", file.display()))
}

fn bare() -> String {
    CLASSROOMS.replace(" --cluster school", "")
}

#[test]
fn balance_as_by_hand() {
    let of = &json("checks.json")["balance"];
    let found = classrooms(&data("classrooms.csv"), &format!("{CLASSROOMS} --covariates frl,attendance --check balance"));
    for (k, name) in ["math", "frl", "attendance"].into_iter().enumerate() {
        assert_eq!(found.column("measure")[k], name);
        for (key, field) in [
            ("treated_mean", "treated_mean"),
            ("treated_sd", "treated_sd"),
            ("treated_n", "treated_n"),
            ("comparison_mean", "comparison_mean"),
            ("comparison_sd", "comparison_sd"),
            ("comparison_n", "comparison_n"),
            ("difference_sd", "g"),
            ("p_value", "p"),
        ] {
            close(&format!("{name}, {key}"), found.numbers(key)[k], &of[name][field], 1e-9);
        }
    }
    close("correlation", found.number("correlation"), &of["correlation"], 1e-9);
    assert_eq!(found.verdict(), "fail", "0.34 SD: {}", found.document);
    assert_eq!(found.document["decided"]["value"].as_f64(), found.number("largest_difference").map(f64::abs));
    // Without covariates that are used, what lies between the thresholds is not adjusted for.
    let found =
        classrooms(&data("classrooms.csv"), &format!("{CLASSROOMS} --covariates frl --check balance --estimator callaway-santanna"));
    assert_eq!(found.column("category"), ["not alike", "alike once adjusted"]);
}

#[test]
fn overlap_as_glm() {
    let of = &json("checks.json")["overlap"];
    let found = classrooms(&data("classrooms.csv"), &format!("{} --covariates frl,attendance --check overlap", bare()));
    close("outside", found.number("outside"), &of["outside"], 1e-9);
    close("effective", found.number("effective"), &of["effective"], 1e-8);
    for (k, group) in ["treated", "comparison"].into_iter().enumerate() {
        for (q, key) in ["min", "q05", "q25", "q50", "q75", "q95", "max"].into_iter().enumerate() {
            close(&format!("{group} {key}"), found.numbers(key)[k], &of[group][q], 1e-8);
        }
    }
    assert_eq!(found.verdict(), "ok");
}

#[test]
fn the_sample_as_by_hand() {
    let of = &json("checks.json")["sample"];
    let found = classrooms(&data("classrooms.csv"), &format!("{CLASSROOMS} --covariates frl,attendance --check sample"));
    for (own, wanted) in [
        ("ceiling", "ceiling"),
        ("floor", "floor"),
        ("correlation", "correlation"),
        ("gap", "gap"),
        ("gain_by_itself", "gain"),
        ("treated_clusters", "treated_clusters"),
        ("comparison_clusters", "comparison_clusters"),
    ] {
        close(own, found.number(own), &of[wanted], 1e-9);
    }
    let row = found.column("aspect").iter().position(|a| a.as_str().is_some_and(|a| a.contains("attendance"))).expect("it changes");
    close("change", found.numbers("value")[row], &of["change"], 1e-9);
    close("its p", found.numbers("p_value")[row], &of["change_p"], 1e-9);
    assert!(!found.column("aspect").iter().any(|a| a.as_str().is_some_and(|a| a.contains("frl"))), "frl is fixed");
    assert_eq!(found.verdict(), "caution", "{}", found.document);
}

#[test]
fn power_as_r_has_it() {
    let of = &json("checks.json")["power"];
    let flags = format!("{CLASSROOMS} --estimator twfe --inference cluster:cr1");
    let found = classrooms(&data("classrooms.csv"), &format!("{flags} --check power"));
    for (own, tolerance) in [("std_error", 1e-8), ("df", 1e-12), ("sd", 1e-9), ("smallest", 1e-8)] {
        close(own, found.number(own), &of[own], tolerance);
    }
    for (k, effect) in of["effects"].as_array().expect("effects").iter().enumerate() {
        for (key, field) in [("effect", "effect"), ("power", "power"), ("type_m", "type_m"), ("clusters", "clusters")] {
            close(&format!("{key} {k}"), found.numbers(key)[k], &effect[field], 1e-7);
        }
        assert!((found.numbers("type_s")[k].expect("a number") - effect["type_s"].as_f64().expect("a number")).abs() < 1e-9);
    }
    assert_eq!(found.verdict(), "ok", "0.20 SD is found in 87 of 100");
    let small = classrooms(&data("classrooms.csv"), &format!("{flags} --check power:effect=0.1"));
    close("power", small.number("power"), &of["effects"][1]["power"], 1e-7);
    assert!(small.verdict() == "fail" && small.reason().contains("115 clusters"), "{}", small.reason());
}

#[test]
fn placebo_as_by_hand() {
    let of = json("checks.json");
    for shift in [1, 2] {
        let found = classrooms(&data("classrooms.csv"), &format!("{CLASSROOMS} --estimator twfe --check placebo:shift={shift}"));
        close("estimate", found.number("estimate"), &of["placebo_time"][shift - 1], 1e-8);
    }
    let arm = &of["placebo_arm"];
    let students = data("students.csv");
    let flags = format!("{STUDENTS} --unit student --cluster school --estimator did --check placebo:arm");
    let found = classrooms(&students, &flags);
    for (own, wanted) in
        [("real", "real"), ("share", "share"), ("choices", "choices"), ("clusters_taken", "k"), ("untreated_clusters", "pool")]
    {
        close(own, found.number(own), &arm[wanted], 1e-9);
    }
    assert_eq!(found.number("exact"), Some(1.0));
    for (q, row) in [(0, 0), (1, 4), (2, 8)] {
        close("quantile", found.numbers("estimate")[row], &arm["quantiles"][q], 1e-9);
    }
    // Of ten choices the furthest out is one in eleven: no test at 5 %.
    assert_eq!(found.verdict(), "cannot-tell");
    // More choices than are drawn: those drawn depend on the seed and their number alone.
    let draw = |more: &str| {
        let flags = format!("{CLASSROOMS} --estimator twfe {more}");
        classrooms(&data("classrooms.csv"), &flags).document.clone()
    };
    let (one, two) = (draw("--check placebo:arm,draws=40"), draw("--check placebo:arm,draws=40 --seed 1"));
    assert_eq!((one["numbers"]["exact"].as_f64(), one["numbers"]["choices"].as_f64()), (Some(0.0), Some(40.0)));
    assert_ne!(one["table"], two["table"]);
    assert_eq!(one, draw("--check placebo:arm,draws=40 --threads 3"));
}

/// The estimator itself on another column.
#[test]
fn placebo_on_another_outcome() {
    let flags = format!("{CLASSROOMS} --estimator twfe --inference cluster:cr1");
    let found = classrooms(&data("classrooms.csv"), &format!("{flags} --check placebo:outcome,outcome=attendance"));
    let other = crate::Estimated::run(
        &data("classrooms.csv"),
        &format!("{} --estimator twfe --inference cluster:cr1", CLASSROOMS.replace("math", "attendance")),
    )
    .expect("estimated");
    let row = other.effect("overall", "cluster:cr1").expect("an effect");
    for field in ["estimate", "std_error", "p_value"] {
        close(field, found.number(field), &row[field], 1e-12);
    }
}

/// Lost outcomes, and students who were never there before, against counts made here.
#[test]
fn attrition_is_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let sheet = Sheet::read(&data("students.csv"));
    let lost = |student: i64| student % 7 == 0 || student % 11 == 0;
    let late = |student: i64| student % 13 == 0;
    // The column is filled anew: empty where the score was lost; late students have no row before.
    let mut spoiled = sheet.clone();
    let at = spoiled.header.iter().position(|h| h == "reading").expect("a column");
    for row in &mut spoiled.rows {
        if lost(row[0].parse().expect("a number")) && row[3] == "1" {
            row[at] = String::new();
        }
    }
    let spoiled = spoiled.keep(|row| !(late(row.number("student") as i64) && row.number("post") == 0.0));
    let file = spoiled.write(folder.path(), "spoiled.csv");
    let mut counts = [[0.0; 2]; 2];
    let mut joiners = [0.0; 2];
    for i in 0..sheet.rows.len() {
        let row = sheet.row(i);
        let (student, arm) = (row.number("student") as i64, usize::from(row.number("arm") == 0.0));
        if row.number("post") == 0.0 {
            let there = !late(student);
            counts[arm][0] += f64::from(u8::from(there));
            counts[arm][1] += f64::from(u8::from(there && !lost(student)));
            joiners[arm] += f64::from(u8::from(!there));
        }
    }
    let found = Checked::run(&format!("{} {STUDENTS} --unit student --cluster school --check attrition", file.display()));
    let expect = |name: &str, wanted: f64| assert_eq!(found.number(name), Some(wanted), "{name}: {}", found.document["numbers"]);
    expect("assigned_treated", counts[0][0]);
    expect("analysed_treated", counts[0][1]);
    expect("assigned_comparison", counts[1][0]);
    expect("analysed_comparison", counts[1][1]);
    expect("joiners_treated", joiners[0]);
    expect("joiners_comparison", joiners[1]);
    expect("clusters_assigned_treated", 5.0);
    let overall = 1.0 - (counts[0][1] + counts[1][1]) / (counts[0][0] + counts[1][0]);
    assert!((found.number("overall").expect("a share") - overall).abs() < 1e-12);
    // The boundary is the table's at the overall attrition in whole percent.
    let percent = (100.0 * overall).round() as u32;
    let boundary = didact::evidence::standard::boundary(percent, didact::evidence::standard::Assumption::Cautious);
    assert_eq!(found.number("cautious_boundary"), boundary);
    // Missing outcomes by arm and period.
    let (rows, usable) = (found.numbers("n"), found.numbers("used_n"));
    let missing: f64 = rows.iter().zip(&usable).map(|(n, u)| n.expect("a count") - u.expect("a count")).sum();
    let wanted =
        (0..sheet.rows.len()).filter(|&i| sheet.row(i).number("post") == 1.0 && lost(sheet.row(i).number("student") as i64)).count();
    assert_eq!(missing, wanted as f64);
    let whole = Checked::run(&format!("{} {STUDENTS} --unit student --cluster school --check attrition", data("students.csv").display()));
    assert_eq!((whole.verdict(), whole.number("overall")), ("ok", Some(0.0)));
}
