//! The program against numbers from other software, on the synthetic sets in `data/` (see its README).

#[path = "../support/mod.rs"]
mod support;

mod absorbed;
mod callaway_santanna;
mod changes_in_changes;
mod checks;
mod cohorts;
mod decompositions;
mod doses;
mod evidence;
mod imputation;
mod inference;
mod mixed;
mod plan;
mod random_timing;
mod samples;
mod saturated;
mod stacking;
mod switchers;
mod synthetic;

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use support::program::Estimated;
use support::reckoning::{CLOSE, Reckoning, regression, sandwiches};
use support::sheet::Sheet;

/// Cases in `expected.json` that are not compared, by a part of their id.
const SKIPPED: &[(&str, &str)] = &[];

const CLASSROOMS: &str = "--outcome math --unit classroom --period year --cohort profile_year --cluster school";
const STUDENTS: &str = "--outcome reading --arm arm --post post";

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/data").join(name)
}

fn json(name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(data(name)).expect("a copied file")).expect("JSON")
}

fn expected(id: &str) -> Value {
    let all = json("expected.json");
    let case = all["cases"].as_array().expect("cases").iter().find(|c| c["id"] == id);
    case.unwrap_or_else(|| panic!("no case {id}"))["result"].clone()
}

/// Cases compared here, by test below.
const REGRESSIONS: [(&str, &str); 3] = [
    ("twfe", "--estimator twfe"),
    ("twfe_cov_w", "--estimator twfe --covariates attendance --weights students"),
    ("event", "--estimator event-study"),
];
const SANDWICHED: [&str; 2] = ["students_clubsandwich", "classrooms_clubsandwich"];
/// DRDID's functions, how we call them, and the relative tolerance of its logit or of its balancing odds.
const ADJUSTED: [(&str, &str, f64); 8] = [
    ("students_reg_did_panel", "--unit student --estimator did:method=regression", CLOSE),
    ("students_reg_did_rc", "--estimator did:method=regression", CLOSE),
    ("students_std_ipw_did_panel", "--unit student --estimator did:method=ipw", 1e-6),
    ("students_std_ipw_did_rc", "--estimator did:method=ipw", 1e-6),
    ("students_drdid_panel", "--unit student --estimator did:method=dr", 1e-6),
    ("students_drdid_rc", "--estimator did:method=dr", 1e-6),
    ("students_drdid_imp_panel", "--unit student --estimator did:method=dr,improved=true", 1e-5),
    ("students_drdid_imp_rc", "--estimator did:method=dr,improved=true", 1e-5),
];

#[test]
fn no_case_is_forgotten() {
    let mut compared: BTreeSet<String> = ["students_2x2", "classrooms_staggered", "classrooms_bacon"].map(String::from).into();
    compared.extend(["classrooms", "classrooms_unbalanced"].iter().flat_map(|f| REGRESSIONS.map(|(id, _)| format!("{f}_{id}"))));
    compared.extend(["classrooms", "classrooms_unbalanced"].map(|f| format!("{f}_twfe_twoway")));
    compared.extend(SANDWICHED.map(String::from));
    let ids = json("expected.json");
    let all = || ids["cases"].as_array().into_iter().flatten().filter_map(|c| c["id"].as_str());
    // Each of these has a test that goes through all cases of its name.
    compared.extend(all().filter(|id| ["_cs_", "_sunab", "_triple"].iter().any(|part| id.contains(part))).map(String::from));
    compared.extend(mixed::LMER.map(|(id, ..)| id.to_string()));
    compared.extend(ADJUSTED.map(|(id, _, _)| id.to_string()));
    compared.extend(imputation::CASES.map(String::from));
    for case in json("expected.json")["cases"].as_array().expect("cases") {
        let id = case["id"].as_str().expect("an id");
        let skipped = SKIPPED.iter().any(|(part, _)| id.contains(part));
        assert!(compared.contains(id) != skipped, "{id} must be either compared or skipped with a reason");
    }
}

#[test]
fn two_way_fixed_effects_and_event_study_as_fixest() {
    let mut r = Reckoning::default();
    for file in ["classrooms", "classrooms_unbalanced"] {
        for (name, flags) in REGRESSIONS {
            let id = format!("{file}_{name}");
            let key = |term: &str| match (term, term.strip_prefix("rel::")) {
                ("D", _) => Some("overall".to_string()),
                (_, Some(e)) => Some(format!("event:{e}")),
                _ => Some(format!("coefficient:{term}")),
            };
            regression(&mut r, &id, &data(&format!("{file}.csv")), &format!("{CLASSROOMS} {flags}"), "cluster:cr1", &expected(&id), key);
        }
    }
    r.finish();
}

#[test]
fn two_way_clusters_as_fixest() {
    let mut r = Reckoning::default();
    for file in ["classrooms", "classrooms_unbalanced"] {
        let id = format!("{file}_twfe_twoway");
        let flags = format!("{} --estimator twfe", CLASSROOMS.replace("--cluster school", "--cluster school,year"));
        regression(&mut r, &id, &data(&format!("{file}.csv")), &flags, "cluster:cr1", &expected(&id), |_| Some("overall".into()));
    }
    r.finish();
}

#[test]
fn two_by_two_as_fixest_by_two_ways() {
    let mut r = Reckoning::default();
    for estimator in ["did", "twfe"] {
        let flags = format!("{STUDENTS} --unit student --cluster school --estimator {estimator}");
        let case = format!("students_2x2 by {estimator}");
        regression(&mut r, &case, &data("students.csv"), &flags, "cluster:cr1", &expected("students_2x2"), |_| Some("overall".into()));
    }
    r.finish();
}

#[test]
fn standard_errors_and_degrees_of_freedom_as_club_sandwich() {
    let mut r = Reckoning::default();
    let students = format!("{STUDENTS} --cluster school --estimator did");
    let kinds = ["CR0", "CR1", "CR1S", "CR2", "CR3"];
    sandwiches(&mut r, SANDWICHED[0], &data("students.csv"), &students, &expected(SANDWICHED[0]), &[("arm:post", "overall")], &kinds);
    let classrooms = format!("{CLASSROOMS} --estimator twfe");
    sandwiches(&mut r, SANDWICHED[1], &data("classrooms.csv"), &classrooms, &expected(SANDWICHED[1]), &[("D", "overall")], &kinds[..2]);
    sandwiches(&mut r, SANDWICHED[1], &data("classrooms.csv"), &classrooms, &expected(SANDWICHED[1]), &[("D", "overall")], &kinds[3..4]);
    r.finish();
}

#[test]
fn covariates_as_drdid() {
    let mut r = Reckoning::default();
    for (id, how, tolerance) in ADJUSTED {
        let flags = format!("{STUDENTS} {how} --covariates iep,frl --inference cluster:cr0");
        let Some(got) = r.estimate(id, &data("students.csv"), &flags) else { continue };
        let row = got.effect("overall", "cluster:cr0").cloned().unwrap_or_default();
        let expected = expected(id);
        r.like(id, "estimate", &expected["att"], &row["estimate"], tolerance);
        r.like(id, "std_error", &expected["se"], &row["std_error"], tolerance);
    }
    r.finish();
}

/// The students with `by` taken off the treated arm's later scores: a hypothesis of `by` becomes one of zero.
fn shifted(folder: &Path, by: f64) -> PathBuf {
    let sheet = Sheet::read(&data("students.csv"));
    let moved = |row: &support::sheet::Row<'_>| row.number("reading") - by * row.number("arm") * row.number("post");
    sheet.with_number("moved", moved).write(folder, "shifted.csv")
}

fn wild(data: &Path, outcome: &str) -> Result<Estimated, String> {
    let flags = format!("--outcome {outcome} --arm arm --post post --cluster school --estimator did");
    Estimated::run(data, &format!("{flags} --inference wild-bootstrap --inference wild-bootstrap:ties=count"))
}

#[test]
fn wild_bootstrap_as_all_sign_patterns_refitted() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    let expected = json("wild.json");
    for (by, name) in [(0.0, "p_at_0"), (1.0, "p_at_1"), (2.0, "p_at_2")] {
        let got = wild(&shifted(folder.path(), by), "moved").expect("it runs");
        for (i, method) in ["wild-bootstrap", "wild-bootstrap:ties=count"].iter().enumerate() {
            let row = got.effect("overall", method).cloned().unwrap_or_default();
            // A share of 1024 patterns: exact.
            r.like(name, method, &expected[name][i], &row["p_value"], 0.0);
            r.near(name, "estimate", expected["b"].as_f64().expect("a number") - by, row["estimate"].as_f64(), CLOSE);
            r.like(name, "std_error", &expected["se_cr0"], &row["std_error"], CLOSE);
        }
    }
    r.finish();
}

#[test]
fn wild_bootstrap_interval_holds_what_is_not_rejected() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    let first = wild(&data("students.csv"), "reading").expect("it runs");
    for method in ["wild-bootstrap", "wild-bootstrap:ties=count"] {
        let row = first.effect("overall", method).expect("the effect");
        let number = |field: &str| row[field].as_f64().unwrap_or_else(|| panic!("{method}: no {field}"));
        let step = 1e-7 * number("std_error");
        for (end, inwards) in [("conf_low", 1.0), ("conf_high", -1.0)] {
            for (side, inside) in [(1.0, true), (-1.0, false)] {
                let at = number(end) + side * inwards * step;
                let p = wild(&shifted(folder.path(), at), "moved")
                    .expect("it runs")
                    .effect("overall", method)
                    .and_then(|e| e["p_value"].as_f64());
                let fine = p.is_some_and(|p| (p > 0.05) == inside);
                r.holds(method, &format!("just {} {end} = {at} the p-value is {p:?}", if inside { "inside" } else { "outside" }), fine);
            }
        }
    }
    r.finish();
}
