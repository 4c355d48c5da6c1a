//! What is not identified is not estimated without a word: cohorts without a comparison, outcomes without a counterpart, treated units
//! with a level of a covariate that no comparison unit has.

use crate::{didact, write};
use serde_json::Value;
use std::path::Path;

/// A number in (−0.5, 0.5) of two others.
fn noise(a: i64, b: i64) -> f64 {
    (((a + 3) * 7919 + (b + 1) * 104_729) % 1009) as f64 / 1009.0 - 0.5
}

/// The result of the first estimator, or the code it was refused with.
fn result(path: &str, flags: &str) -> Value {
    let (code, out, err) = didact(&format!("estimate {path} {flags} --json"));
    assert_eq!(code, 0, "{flags}: {err}");
    serde_json::from_str::<Value>(&out).expect("JSON")["results"][0].clone()
}

fn message<'a>(result: &'a Value, code: &str) -> Option<&'a str> {
    result["warnings"].as_array()?.iter().find(|w| w["code"] == code)?["message"].as_str()
}

fn overall(result: &Value) -> &Value {
    result["effects"].as_array().expect("effects").iter().find(|e| e["estimand"] == "overall").expect("an overall effect")
}

/// Ten schools each of never-treated students and of two cohorts; x of the first cohort lies where nobody else's does.
fn cohorts(folder: &Path) -> String {
    let mut rows = Vec::new();
    for id in 0..240 {
        let school = id % 30;
        let start = [0, 3, 4][(school % 3) as usize];
        let x = noise(id, 5) * 2.0 + if start == 3 { 6.0 } else { 0.0 };
        for t in 1..=5 {
            let y = x * 0.1 * t as f64 + noise(id, 10 + t) + noise(school, 20 + t) + if start > 0 && t >= start { 1.0 } else { 0.0 };
            rows.push(
                [id.to_string(), school.to_string(), t.to_string(), start.to_string(), format!("{x:.3}"), format!("{y:.4}")].to_vec(),
            );
        }
    }
    write(folder, "cohorts.csv", "id,school,t,start,x,y", &rows)
}

const COHORTS: &str = "--outcome y --unit id --period t --cohort start --cluster school";

#[test]
fn cohorts_that_averages_leave_out_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = cohorts(folder.path());
    let all = result(&file, &format!("{COHORTS} --estimator callaway-santanna --inference cluster:cr1"));
    assert_eq!(message(&all, "cohorts-left-out"), None);
    for method in ["dr", "ipw"] {
        let flags = format!("{COHORTS} --covariates x --estimator callaway-santanna:method={method} --inference cluster:cr1");
        let some = result(&file, &flags);
        let said = message(&some, "cohorts-left-out").expect("a warning");
        assert!(said.contains("cohort 3 (80 of 160 treated units)") && said.contains("no overlap"), "{method}: {said}");
        assert!(overall(&some)["estimate"].is_number());
    }
}

/// Nobody is never treated: the cohort treated last can be compared with nobody.
#[test]
fn every_estimator_names_the_cohort_that_nobody_is_left_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = std::fs::read_to_string(cohorts(folder.path())).expect("a file");
    let rows: Vec<Vec<String>> = text.lines().skip(1).map(|l| l.split(',').map(str::to_string).collect()).collect();
    let treated: Vec<Vec<String>> = rows.into_iter().filter(|r| r[3] != "0").collect();
    let file = write(folder.path(), "treated.csv", "id,school,t,start,x,y", &treated);
    for estimator in ["imputation", "two-stage", "roth-santanna", "chaisemartin-dhaultfoeuille"] {
        let found = result(&file, &format!("{COHORTS} --estimator {estimator} --inference cluster:cr0"));
        let said = message(&found, "cohorts-left-out").unwrap_or_else(|| panic!("{estimator} says nothing"));
        assert!(said.contains("cohort 4 (80 of 160 treated units)"), "{estimator}: {said}");
    }
    for estimator in ["callaway-santanna", "sun-abraham", "wooldridge"] {
        let found = result(&file, &format!("{COHORTS} --estimator {estimator} --inference cluster:cr0"));
        let said = message(&found, "last-cohort-compares").unwrap_or_else(|| panic!("{estimator} says nothing"));
        assert!(said.contains("first treated in 4"), "{estimator}: {said}");
    }
    let flags = format!("{COHORTS} --estimator stacked:window=-1..1 --inference cluster:cr0");
    let short: Vec<Vec<String>> = treated.into_iter().filter(|r| r[2] != "5").collect();
    let file = write(folder.path(), "short.csv", "id,school,t,start,x,y", &short);
    let (code, _, err) = didact(&format!("estimate {file} {flags} --json"));
    assert!(code != 0 && err.contains("EST-006"), "{err}");
}

#[test]
fn stacking_counts_the_cohorts_outside_its_window() {
    let folder = tempfile::tempdir().expect("a folder");
    let found = result(&cohorts(folder.path()), &format!("{COHORTS} --estimator stacked:window=-3..1 --inference cluster:cr1"));
    let said = message(&found, "cohorts-left-out").expect("a warning");
    assert!(said.contains("cohort 3 (80 of 160 treated units)"), "{said}");
}

/// Where no window that every cohort is seen in is identified, the widest that is for some cohort is taken, and told. Its effects are
/// those of the same changes by cohort and period.
#[test]
fn stacking_chooses_a_window_that_the_data_identify() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = std::fs::read_to_string(cohorts(folder.path())).expect("a file");
    let rows: Vec<Vec<String>> = text.lines().skip(1).map(|l| l.split(',').map(str::to_string).collect()).collect();
    type Kept = fn(&[String]) -> bool;
    let cases: [(&str, Kept, &[&str], &[i64]); 2] = [
        ("gap.csv", |row| row[2] != "2" && row[2] != "3", &["from -2 to 2", "compared with time -2", "cohorts: 3"], &[1, 2]),
        ("treated.csv", |row| row[3] != "0", &["from -2 to 0", "widest window that is identified", "cohorts: 3"], &[-2, 0]),
    ];
    for (name, kept, told, times) in cases {
        let some: Vec<Vec<String>> = rows.iter().filter(|row| kept(row)).cloned().collect();
        let file = write(folder.path(), name, "id,school,t,start,x,y", &some);
        let found = result(&file, &format!("{COHORTS} --estimator stacked --inference cluster:cr1"));
        let said = message(&found, "stack-window").expect("a warning");
        assert!(told.iter().all(|part| said.contains(part)), "{name}: {said}");
        assert!(message(&found, "cohorts-left-out").expect("a warning").contains("cohort 4"), "{name}");
        let of = |result: &Value, own: &dyn Fn(&Value) -> bool| -> f64 {
            let effects = result["effects"].as_array().expect("effects");
            effects.iter().find(|e| own(e)).and_then(|e| e["estimate"].as_f64()).unwrap_or_else(|| panic!("{name}: {effects:?}"))
        };
        let events: Vec<i64> = found["effects"].as_array().expect("effects").iter().filter_map(|e| e["event_time"].as_i64()).collect();
        assert_eq!(events, times, "{name}");
        let by_cell = result(&file, &format!("{COHORTS} --estimator callaway-santanna --inference cluster:cr1"));
        for &time in times.iter().filter(|e| **e >= 0) {
            let own = of(&found, &|e| e["event_time"] == time);
            let cell = of(&by_cell, &|e| e["estimand"] == "group-time" && e["group"] == 3 && e["event_time"] == time);
            assert!((own - cell).abs() < 1e-9, "{name}, {time}: {own} {cell}");
        }
    }
}

#[test]
fn a_run_says_which_estimator_leaves_cohorts_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = cohorts(folder.path());
    let flags = "--covariates x --estimator callaway-santanna:method=regression --estimator callaway-santanna --inference cluster:cr1";
    let (code, out, err) = didact(&format!("estimate {file} {COHORTS} {flags}"));
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("It leaves out cohort 3 (80 of 160 treated units)"), "{out}");
    let study = folder.path().join("study.toml");
    let text = format!(
        "[study]\ntitle = \"x\"\n[data]\npath = {file:?}\n[roles]\noutcomes = [\"y\"]\nunit = \"id\"\nperiod = \"t\"\ncohort = \"start\"\ncluster = \"school\"\ncovariates = [\"x\"]\n[[analysis]]\nestimators = [\"callaway-santanna\", \"callaway-santanna:method=regression\"]\ninference = [\"cluster:cr1\"]\n"
    );
    std::fs::write(&study, text).expect("a file");
    let place = folder.path().join("run");
    let (code, out, err) = didact(&format!("run {} --out {}", study.display(), place.display()));
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("Note that the averages are over what can be estimated, and leave out cohort 3"), "{out}");
    assert!(out.contains("callaway-santanna leaves out cohort 3 (80 of 160 treated units)"), "{out}");
    let page = std::fs::read_to_string(place.join("report.html")).expect("a report");
    assert!(page.contains("callaway-santanna leaves out cohort 3 (80 of 160 treated units)"));
}

/// Forty schools of five students; the treated begin higher by `gap`.
fn two_groups(folder: &Path, gap: f64) -> String {
    let mut rows = Vec::new();
    for id in 0..200 {
        let (school, arm) = (id % 40, id % 2);
        let before = noise(id, 1) + if arm == 1 { gap } else { 0.0 };
        for post in 0..=1 {
            let y = if post == 0 { before } else { before + 0.3 * noise(id, 2) + 0.2 };
            rows.push([id.to_string(), school.to_string(), post.to_string(), arm.to_string(), format!("{y:.4}")].to_vec());
        }
    }
    write(folder, "groups.csv", "id,school,post,arm,y", &rows)
}

const ARMS: &str = "--outcome y --unit id --arm arm --post post --cluster school";

#[test]
fn changes_in_changes_tells_no_mean_where_many_have_no_counterpart() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |gap: f64, option: &str| {
        result(&two_groups(folder.path(), gap), &format!("{ARMS} --estimator changes-in-changes{option} --inference cluster:cr0"))
    };
    let few = run(0.05, "");
    assert!(overall(&few)["estimate"].is_number());
    let said = message(&few, "outside-support").expect("a warning");
    assert!(said.contains(" %) lie outside") && said.contains("stands in"), "{said}");
    for gap in [0.3, 3.0] {
        let many = run(gap, "");
        let why = overall(&many)["not_identified"].as_str().unwrap_or_default().to_string();
        assert!(overall(&many)["estimate"].is_null() && why.contains("discrete=bounds"), "{gap}: {why} {many}");
        assert!(!message(&many, "outside-support").expect("a warning").contains("stands in"));
        // Above the range the stand-in is too low, so the effect is at most what it gives.
        let bounds = run(gap, ":discrete=bounds");
        let ends: Vec<bool> = bounds["effects"].as_array().expect("effects")[..2].iter().map(|e| e["estimate"].is_number()).collect();
        assert_eq!(ends, [false, true], "{gap}");
    }
}

#[test]
fn weighting_refuses_a_level_that_only_treated_units_have() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut rows = Vec::new();
    for id in 0..400 {
        let (school, arm) = (id % 40, id % 2);
        let level = if arm == 1 && id % 9 == 0 { "c" } else { ["a", "b"][(id / 2 % 2) as usize] };
        for post in 0..=1 {
            let y = noise(id, 1) + noise(id, 2 + post) + if arm * post == 1 { 1.0 } else { 0.0 };
            rows.push(
                [
                    id.to_string(),
                    school.to_string(),
                    post.to_string(),
                    arm.to_string(),
                    (post * arm).to_string(),
                    level.to_string(),
                    (id / 4 % 2).to_string(),
                    format!("{y:.4}"),
                ]
                .to_vec(),
            );
        }
    }
    let file = write(folder.path(), "levels.csv", "id,school,post,arm,start,kind,half,y", &rows);
    let cohort = "--outcome y --unit id --period post --cohort arm --cluster school";
    for (roles, estimator) in [
        (ARMS, "did:method=dr"),
        (ARMS, "did:method=ipw"),
        (ARMS, "did:method=ipw,normalized=false"),
        (cohort, "callaway-santanna:method=ipw"),
        ("--outcome y --unit id --arm arm --post post --cluster school --subgroup half", "triple-difference:method=ipw"),
        ("--outcome y --arm arm --post post --cluster school", "did:method=ipw"),
    ] {
        let found = result(&file, &format!("{roles} --covariates kind --estimator {estimator} --inference cluster:cr0"));
        let why = overall(&found)["not_identified"].as_str().unwrap_or_default().to_string();
        assert!(overall(&found)["estimate"].is_null() && why.contains("(above all kind"), "{estimator}: {why} {found}");
    }
}

/// Two arms in which some comparison units have a covariate that all but tells them to be treated; two of each unit, alike.
fn far(folder: &Path) -> String {
    let mut rows = Vec::new();
    for id in 0..1200 {
        let (twin, arm) = (id / 2, id / 2 % 2);
        let school = twin % 40;
        let x = match (arm, twin) {
            (0, 10 | 130) => 4.9,
            (0, _) => noise(twin, 5) * 4.0,
            _ => noise(twin, 5) * 4.0 + 2.5,
        };
        for post in 0..=1 {
            let y = 0.1 * x + noise(id, 1) + noise(id, 2 + post) + if arm * post == 1 { 1.0 } else { 0.0 };
            rows.push(
                [
                    id.to_string(),
                    school.to_string(),
                    post.to_string(),
                    arm.to_string(),
                    (twin / 2 % 2).to_string(),
                    format!("{x:.3}"),
                    format!("{y:.4}"),
                ]
                .to_vec(),
            );
        }
    }
    write(folder, "far.csv", "id,school,post,arm,half,x,y", &rows)
}

#[test]
fn units_left_out_for_want_of_overlap_are_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = far(folder.path());
    let run = |roles: &str, estimator: &str| {
        let found = result(&file, &format!("{roles} --covariates x --estimator {estimator} --inference cluster:cr0"));
        message(&found, "trimmed").unwrap_or_else(|| panic!("{estimator} says nothing: {found}")).to_string()
    };
    let said = run(ARMS, "did:method=dr");
    assert!(said.starts_with("comparison units left out") && said.ends_with(": 4"), "{said}");
    let said = run("--outcome y --unit id --period post --cohort arm --cluster school", "callaway-santanna:method=dr");
    assert!(said.contains(": 4,"), "{said}");
    for method in ["dr", "ipw"] {
        let said = run(&format!("{ARMS} --subgroup half"), &format!("triple-difference:method={method}"));
        assert!(said.starts_with("units left out of a comparison") && said.contains(" in all ("), "{said}");
        assert!(said.contains("against comparison units with half = "), "{said}");
    }
}

#[test]
fn options_that_do_nothing_beside_the_inference_asked_for_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = cohorts(folder.path());
    let codes = |estimator: &str, inference: &str| {
        let found = result(&file, &format!("{COHORTS} --estimator {estimator} {inference}"));
        found["warnings"].as_array().expect("warnings").iter().filter_map(|w| w["code"].as_str().map(str::to_string)).collect::<Vec<_>>()
    };
    let idle = |estimator: &str, inference: &str| codes(estimator, inference).contains(&"option-idle".to_string());
    let jackknife = "--inference jackknife";
    for option in ["leave-out=true", "average=clusters"] {
        let estimator = format!("imputation:{option}");
        assert!(idle(&estimator, jackknife), "{option}");
        assert!(!idle(&estimator, "--inference cluster:cr0"), "{option}");
        assert!(!idle(&estimator, "--inference jackknife --inference cluster:cr0"), "{option}");
        assert!(!idle(&estimator, ""), "{option}");
    }
    assert!(!idle("imputation", jackknife));
    assert!(idle("synthetic-did:se=bootstrap", jackknife));
    assert!(!idle("synthetic-did:se=bootstrap", ""));
    // Twenty schools of thirty are treated: there are no placebos.
    let instead = |inference: &str| codes("synthetic-did", inference).contains(&"jackknife-instead-of-placebo".to_string());
    assert!(instead("") && !instead(jackknife));
}

/// Take-up that assignment hardly moves: the interval that holds whatever it is stands beside the usual one; where it does not move it
/// at all, nothing is left to divide by.
#[test]
fn weak_take_up_brings_its_own_interval() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut rows = Vec::new();
    for id in 0..200 {
        let (school, arm) = (id % 20, id % 2);
        for post in 0..=1 {
            let y = noise(id, 1) + noise(school, 7 + post) + noise(id, 3 + post);
            let used = |share: f64| u8::from(noise(id, 40 + post) + 0.5 < share);
            let weak = if post == 1 { used(if arm == 1 { 0.35 } else { 0.3 }) } else { 0 };
            let strong = if post == 1 { used(if arm == 1 { 0.9 } else { 0.1 }) } else { 0 };
            let none = u8::from(post == 1 && id / 20 % 3 == 0);
            rows.push(
                [
                    id.to_string(),
                    school.to_string(),
                    post.to_string(),
                    arm.to_string(),
                    weak.to_string(),
                    strong.to_string(),
                    none.to_string(),
                    format!("{y:.4}"),
                ]
                .to_vec(),
            );
        }
    }
    let file = write(folder.path(), "use.csv", "id,school,post,arm,weak,strong,none,y", &rows);
    let run = |column: &str| result(&file, &format!("{ARMS} --estimator compliance --take-up {column}"));
    let methods = |found: &Value| -> Vec<String> {
        let effects = found["effects"].as_array().expect("effects");
        effects.iter().filter(|e| e["estimand"] == "overall").filter_map(|e| e["inference"].as_str().map(str::to_string)).collect()
    };
    assert_eq!(methods(&run("weak")), ["jackknife", "wild-bootstrap", "anderson-rubin"]);
    assert!(message(&run("weak"), "weak-instrument").expect("a warning").contains("anderson-rubin"));
    assert_eq!(methods(&run("strong")), ["jackknife", "wild-bootstrap"]);
    let none = run("none");
    for label in ["effect on those who took part", "difference in take-up"] {
        let row = none["effects"].as_array().expect("effects").iter().find(|e| e["label"] == label).expect("an effect");
        assert_eq!(row["not_identified"], "assignment makes no difference to take-up", "{label}");
    }
}
