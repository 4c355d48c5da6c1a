//! Inference methods against brute force in NumPy on the same rows: `data/make_inference.py`, `data/inference.json`.

use super::{CLASSROOMS, STUDENTS, data, json};
use crate::support::program::Estimated;
use crate::support::reckoning::{CLOSE, DEGREES, Reckoning};
use crate::support::sheet::Sheet;
use serde_json::Value;
use std::path::{Path, PathBuf};

fn case(id: &str) -> Value {
    let all = json("inference.json");
    let found = all["cases"].as_array().expect("cases").iter().find(|c| c["id"] == id);
    found.unwrap_or_else(|| panic!("no case {id}"))["result"].clone()
}

fn ids(value: &Value) -> Vec<String> {
    value.as_array().expect("a list").iter().map(|v| v.to_string()).collect()
}

/// The rows of some schools (and classrooms).
fn part(folder: &Path, schools: &[String], classrooms: Option<&[String]>) -> PathBuf {
    let keep = |row: &crate::support::sheet::Row<'_>| {
        schools.iter().any(|s| s == row.text("school")) && classrooms.is_none_or(|c| c.iter().any(|c| c == row.text("classroom")))
    };
    Sheet::read(&data("classrooms.csv")).keep(keep).write(folder, "part.csv")
}

fn ten(folder: &Path) -> PathBuf {
    let schools = case("schools");
    part(folder, &[ids(&schools["treated"]), ids(&schools["control"])].concat(), None)
}

fn run(data: &Path, flags: &str, methods: &[&str]) -> Estimated {
    let asked: String = methods.iter().map(|m| format!(" --inference {m}")).collect();
    Estimated::run(data, &format!("{flags}{asked}")).unwrap_or_else(|e| panic!("{flags}: {e}"))
}

/// The models of the reference by name.
fn model(name: &str) -> (&'static str, String) {
    match name {
        "students" => ("students.csv", format!("{STUDENTS} --cluster school --estimator did")),
        "cov" => ("classrooms.csv", format!("{CLASSROOMS} --estimator twfe --covariates attendance")),
        "cov_w" => ("classrooms.csv", format!("{CLASSROOMS} --estimator twfe --covariates attendance --weights students")),
        "event" => ("classrooms.csv", format!("{CLASSROOMS} --estimator event-study")),
        _ => ("classrooms.csv", format!("{CLASSROOMS} --estimator twfe")),
    }
}

fn effect(name: &str) -> &'static str {
    if name == "attendance" { "coefficient:attendance" } else { "overall" }
}

#[test]
fn robust_errors_by_dense_leverage() {
    let mut r = Reckoning::default();
    for name in ["twfe", "cov", "cov_w", "students"] {
        let (id, (file, flags)) = (format!("hc_{name}"), model(name));
        let expected = case(&id);
        let kinds = ["classical", "hc0", "hc1", "hc2", "hc3"];
        let methods: Vec<String> = kinds.iter().map(|k| format!("robust:{k}")).collect();
        let got = run(&data(file), &flags, &methods.iter().map(String::as_str).collect::<Vec<_>>());
        for (i, slope) in ids(&expected["names"]).iter().enumerate() {
            for (kind, method) in kinds.iter().zip(&methods) {
                let row = got.effect(effect(slope.trim_matches('"')), method).cloned().unwrap_or_default();
                r.like(&id, &format!("{slope} estimate"), &expected["coef"][i], &row["estimate"], CLOSE);
                r.like(&id, &format!("{slope} {method}"), &expected[format!("se_{kind}")][i], &row["std_error"], CLOSE);
                r.like(&id, "df", &expected["df"], &row["df"], DEGREES);
            }
        }
    }
    r.finish();
}

#[test]
fn two_crossed_clusters_with_and_without_repair() {
    let mut r = Reckoning::default();
    let methods = ["cluster:cr0", "cluster:cr1,ssc=none", "cluster:cr1,ssc=none,two-way=own"];
    for (id, name, first) in [
        ("twoway_cov_classroom_year", "cov", "classroom"),
        ("twoway_cov_w_classroom_year", "cov_w", "classroom"),
        ("twoway_cov_school_year", "cov", "school"),
        ("twoway_event_classroom_year", "event", "classroom"),
    ] {
        let (file, flags) = model(name);
        let expected = case(id);
        let got = run(&data(file), &flags.replace("--cluster school", &format!("--cluster {first},year")), &methods);
        let keys: Vec<String> = match expected["event_times"].as_array() {
            Some(times) => times.iter().map(|t| format!("event:{t}")).collect(),
            None => ["overall", "coefficient:attendance"].map(String::from).to_vec(),
        };
        for (field, method) in ["cr0", "cr1_min", "cr1_own"].iter().zip(methods) {
            for (i, key) in keys.iter().enumerate() {
                let row = got.effect(key, method).cloned().unwrap_or_default();
                r.like(id, &format!("{key} estimate"), &expected["coef"][i], &row["estimate"], CLOSE);
                let negative = expected[field]["se"][i].as_f64() == Some(0.0);
                let theirs = if negative { &Value::Null } else { &expected[field]["se"][i] };
                r.like(id, &format!("{key} {method}"), theirs, &row["std_error"], CLOSE);
            }
        }
    }
    r.finish();
}

#[test]
fn joint_tests_by_dense_matrices() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    let twenty: Vec<String> = (1..=20).map(|i| i.to_string()).collect();
    let first = part(folder.path(), &twenty, None);
    let (_, flags) = model("event");
    for (tag, file) in [("all", data("classrooms.csv")), ("first20", first)] {
        let got = run(&file, &flags, &["cluster:cr2", "cluster:cr1,ssc=none"]);
        for (side, word) in [("pre", "before"), ("post", "from the start")] {
            let id = format!("htz_event_{side}_{tag}");
            let expected = case(&id);
            let test = |method: &str| -> Value {
                let is = |t: &&Value| t["inference"] == method && t["hypothesis"].as_str().is_some_and(|h| h.contains(word));
                got.tests().iter().find(is).cloned().unwrap_or_default()
            };
            let htz = test("cluster:cr2");
            r.like(&id, "effects", &expected["q"], &htz["df1"], 0.0);
            r.like(&id, "F", &expected["F"], &htz["statistic"], CLOSE);
            r.like(&id, "df", &expected["df2"], &htz["df2"], DEGREES);
            r.like(&id, "p", &expected["p"], &htz["p_value"], 1e-7);
            let plain = test("cluster:cr1,ssc=none");
            r.like(&id, "F with CR1", &expected["F_cr1"], &plain["statistic"], CLOSE);
            r.like(&id, "df with CR1", &expected["df2_cr1"], &plain["df2"], DEGREES);
            r.like(&id, "p with CR1", &expected["p_cr1"], &plain["p_value"], CLOSE);
        }
    }
    for (id, name) in [("htz_twfe_D", "twfe"), ("htz_cov_w_D", "cov_w")] {
        let (file, flags) = model(name);
        let expected = case(id);
        let got = run(&data(file), &flags, &["cluster:cr2"]);
        let row = got.effect("overall", "cluster:cr2").cloned().unwrap_or_default();
        r.like(id, "standard error", &expected["se_cr2"][0], &row["std_error"], CLOSE);
        r.like(id, "one effect: Satterthwaite's df", &expected["eta"], &row["df"], DEGREES);
    }
    r.finish();
}

#[test]
fn approximate_hotelling_under_weights() {
    use didact::estimate::{Body, Chosen, Sample};
    use didact::infer::{Method, Setting};
    use didact::panel::{CovariateTerm, Panel, PanelSpec, Serial, TreatmentRule};
    let mut r = Reckoning::default();
    let id = "htz_cov_w";
    let expected = case(id);
    let sheet = Sheet::read(&data("classrooms.csv"));
    let cohort = sheet.cohort(&["school", "classroom", "year", "profile_year"], &["math", "attendance", "students"]);
    let spec = PanelSpec {
        unit: Some("classroom".into()),
        period: Some("year".into()),
        cluster: Some("school".into()),
        weights: Some("students".into()),
        covariates: vec![CovariateTerm::parse("attendance")],
        ..PanelSpec::new("math", TreatmentRule::Cohort("profile_year".into()))
    };
    let panel = Panel::build(&cohort, &spec).expect("a sound sample");
    let chosen = Chosen::parse("twfe").expect("known");
    let fit = chosen.estimator.fit(&Sample::new(&panel, &Serial), &chosen.options).expect("estimable");
    assert!(matches!(fit.body, Body::Linear(_)));
    let test = |method: &str| {
        let method = Method::parse(method).expect("known");
        method.joint(&fit, &[0, 1], &Setting::new(0.95, 1, &Serial)).expect("it exists").expect("it exists")
    };
    let htz = test("cluster:cr2");
    r.near(id, "F", expected["F"].as_f64().expect("a number"), htz.statistic, CLOSE);
    r.near(id, "df", expected["df2"].as_f64().expect("a number"), htz.df2, DEGREES);
    r.near(id, "p", expected["p"].as_f64().expect("a number"), htz.p_value, 1e-7);
    let plain = test("cluster:cr1,ssc=none");
    r.near(id, "F with CR1", expected["F_cr1"].as_f64().expect("a number"), plain.statistic, CLOSE);
    r.finish();
}

#[test]
fn wild_bootstrap_equal_tails_and_jointly() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    let file = ten(folder.path());
    let (_, flags) = model("twfe");
    let expected = case("wild_twfe");
    let methods = [
        ("wild-bootstrap", "p_symmetric_strict", Some("ci_symmetric_strict")),
        ("wild-bootstrap:ties=count", "p_symmetric_ties", None),
        ("wild-bootstrap:p=equal-tail", "p_equal_tail_strict", Some("ci_equal_tail_strict")),
        ("wild-bootstrap:ties=count,p=equal-tail", "p_equal_tail_ties", None),
    ];
    let got = run(&file, &flags, &methods.map(|(m, ..)| m));
    for (method, p, interval) in methods {
        let row = got.effect("overall", method).cloned().unwrap_or_default();
        r.like("wild_twfe", method, &expected[p], &row["p_value"], 0.0);
        r.like("wild_twfe", "statistic", &expected["t"], &row["statistic"], CLOSE);
        if let Some(interval) = interval {
            r.like("wild_twfe", &format!("{method} low"), &expected[interval][0], &row["conf_low"], CLOSE);
            r.like("wild_twfe", &format!("{method} high"), &expected[interval][1], &row["conf_high"], CLOSE);
        }
    }
    let (_, flags) = model("event");
    let got = run(&file, &flags, &["wild-bootstrap", "wild-bootstrap:ties=count"]);
    for (id, word) in [("wild_joint_post", "from the start"), ("wild_joint_pre", "before")] {
        let expected = case(id);
        for (method, p) in [("wild-bootstrap", "p_strict"), ("wild-bootstrap:ties=count", "p_ties")] {
            let is = |t: &&Value| t["inference"] == method && t["hypothesis"].as_str().is_some_and(|h| h.contains(word));
            let test = got.tests().iter().find(is).cloned().unwrap_or_default();
            r.like(id, "effects", &expected["q"], &test["df1"], 0.0);
            r.like(id, "Wald statistic", &expected["wald_cr0"], &test["statistic"], CLOSE);
            r.like(id, method, &expected[p], &test["p_value"], 0.0);
        }
    }
    r.finish();
}

#[test]
fn wild_bootstrap_with_a_weight_for_each_classroom() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    let expected = case("wild_subcluster");
    let file = part(folder.path(), &ids(&expected["schools"]), Some(&ids(&expected["classrooms"])));
    let (_, flags) = model("twfe");
    let methods = [
        ("wild-bootstrap:subcluster=units", "imposed", "p_symmetric_strict"),
        ("wild-bootstrap:ties=count,subcluster=units", "imposed", "p_symmetric_ties"),
        ("wild-bootstrap:null=free,subcluster=units", "free", "p_symmetric_strict"),
    ];
    let got = run(&file, &flags, &methods.map(|(m, ..)| m));
    for (method, null, p) in methods {
        let row = got.effect("overall", method).cloned().unwrap_or_default();
        r.like("wild_subcluster", "standard error", &expected["se_cr0"], &row["std_error"], CLOSE);
        r.like("wild_subcluster", "patterns", &expected["vectors"], &row["replicates"], 0.0);
        r.like("wild_subcluster", method, &expected[null][p], &row["p_value"], 0.0);
    }
    r.finish();
}

#[test]
fn permutations_by_refitting_every_assignment() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    let file = ten(folder.path());
    let (_, flags) = model("twfe");
    let expected = case("permutation_twfe");
    let of = expected["assignments"].as_f64().expect("a number");
    for (method, count, interval) in
        [("permutation", "count", "ci"), ("permutation:statistic=studentized", "count_studentized", "ci_studentized")]
    {
        let got = run(&file, &flags, &[method]);
        let row = got.effect("overall", method).cloned().unwrap_or_default();
        r.like(method, "assignments", &expected["assignments"], &row["replicates"], 0.0);
        r.near(method, "p", expected[count].as_f64().expect("a number") / of, row["p_value"].as_f64(), 0.0);
        r.like(method, "spread", &expected["sd_null"], &row["std_error"], CLOSE);
        r.like(method, "low", &expected[interval][0], &row["conf_low"], CLOSE);
        r.like(method, "high", &expected[interval][1], &row["conf_high"], CLOSE);
    }
    let expected = case("permutation_blocks");
    let first = ids(&expected["block1"]);
    let block = |row: &crate::support::sheet::Row<'_>| if first.iter().any(|s| s == row.text("school")) { "1" } else { "2" }.to_string();
    let blocked = Sheet::read(&file).with("block", block).write(folder.path(), "blocked.csv");
    let got = run(&blocked, &format!("{flags} --block block"), &["permutation"]);
    let row = got.effect("overall", "permutation").cloned().unwrap_or_default();
    r.like("permutation_blocks", "assignments", &expected["assignments"], &row["replicates"], 0.0);
    r.like("permutation_blocks", "p", &expected["p"], &row["p_value"], 0.0);
    r.like("permutation_blocks", "spread", &expected["sd_null"], &row["std_error"], CLOSE);
    r.finish();
}

#[test]
fn few_treated_by_hand() {
    let mut r = Reckoning::default();
    let folder = tempfile::tempdir().expect("a folder");
    for id in [
        "few_treated_1",
        "few_treated_2",
        "few_treated_2019",
        "few_treated_2019_two",
        "few_treated_2022",
        "few_treated_attendance_1",
        "few_treated_attendance_2",
        "few_treated_attendance_2022",
        "few_treated_attendance_2022_two",
    ] {
        let expected = case(id);
        let file = part(folder.path(), &[ids(&expected["treated"]), ids(&expected["control"])].concat(), None);
        let outcome = expected["outcome"].as_str().expect("a name");
        let flags = format!("{} --estimator did", CLASSROOMS.replace("--outcome math", &format!("--outcome {outcome}")));
        let methods = [("few-treated:finite=no", "ferman_pinto"), ("few-treated:correction=none,finite=no", "conley_taber")];
        let got = run(&file, &flags, &methods.map(|(m, _)| m));
        for (method, theirs) in methods {
            let row = got.effect("overall", method).cloned().unwrap_or_default();
            let number = |field: &str| expected[theirs][field].as_f64().expect("a number");
            r.like(id, "estimate", &expected["tau"], &row["estimate"], CLOSE);
            r.like(id, &format!("{method} draws"), &expected[theirs]["of"], &row["replicates"], 0.0);
            r.near(id, &format!("{method} spread"), number("sd"), row["std_error"].as_f64(), CLOSE);
            // The estimate itself counts as one more draw, so that p is never 0.
            r.near(id, &format!("{method} p"), (number("count") + 1.0) / (number("of") + 1.0), row["p_value"].as_f64(), 1e-15);
        }
        // With equal variances: n/(n−1) · (Σω² + Σs²)/Σω², ω and s the shares of the treated and the comparison clusters.
        let sizes = |field: &str| -> Vec<f64> { expected[field].as_array().expect("a list").iter().filter_map(Value::as_f64).collect() };
        let squares = |m: Vec<f64>| m.iter().map(|m| m * m).sum::<f64>() / m.iter().sum::<f64>().powi(2);
        let (treated, comparison, n) = (squares(sizes("m_treated")), squares(sizes("m_control")), sizes("m_control").len() as f64);
        let factor = (n / (n - 1.0) * (treated + comparison) / treated).sqrt();
        let method = "few-treated:correction=none";
        let got = run(&file, &flags, &[method]);
        let spread = got.effect("overall", method).and_then(|row| row["std_error"].as_f64());
        r.near(
            id,
            "spread with the comparison mean's noise",
            factor * expected["conley_taber"]["sd"].as_f64().expect("a number"),
            spread,
            CLOSE,
        );
    }
    r.finish();
}

#[test]
fn no_case_of_brute_force_is_forgotten() {
    let source = include_str!("inference.rs");
    for c in json("inference.json")["cases"].as_array().expect("cases") {
        let id = c["id"].as_str().expect("an id");
        let named = source.contains(&format!("\"{id}\"")) || id.starts_with("hc_") || id.starts_with("htz_event_");
        assert!(named, "{id} is not compared");
    }
}
