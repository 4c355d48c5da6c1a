//! Fixed effects that are not there, are no groups, absorb the question, or absorb nothing.

use crate::school::{Case, ROLES, School, check, estimate_bytes, good};
use crate::support::program::didact;
use serde_json::Value;

fn flags(effects: &str) -> String {
    format!("{ROLES} --estimator twfe --fixed-effects {effects}")
}

#[test]
fn faulty_effects_are_told() {
    let text = good().text();
    let words = good().fill("grade", |student, _, year| ["third", "fourth", "fifth"][((student + year) % 3) as usize].into()).text();
    let case = |name, effects: &str, code, fragments: &[&'static str]| Case::new(name, text.clone(), flags(effects), code, fragments);
    check(vec![
        case("a misspelt effect", "studnt,year", "DATA-001", &["\"studnt\"", "did you mean  student?"]),
        case("a misspelt part of an interaction", "student,school^yaer", "DATA-001", &["\"yaer\"", "did you mean  year?"]),
        case("a misspelt slope", "student[yaer],year", "DATA-001", &["\"yaer\"", "did you mean  year?"]),
        case("a number with fractions", "student,year,prior", "PANEL-041", &["column prior", "row 11", "--covariates prior"]),
        case("the outcome", "student,score", "PANEL-014", &["outcome and fixed effect"]),
        case("the outcome as slope", "school[score],student", "PANEL-014", &["outcome and slope"]),
        case("levels named twice", "student,year,student[year]", "PANEL-040", &["named twice", "student and student[year]"]),
        case("an interaction named twice", "school^grade,grade^school", "PANEL-040", &["named twice"]),
        case("a slope in what does not vary within units", "student[start],year", "EST-060", &["student[start]", "does not vary"]),
        case("effects that absorb the treatment", "school^year", "EST-062", &["absorb the treatment", "not identified"]),
        case("effects that absorb it together", "student,arm^year", "EST-062", &["student, arm^year"]),
        Case::new("a slope in text", words, flags("student[grade],year"), "DATA-002", &["slope of a fixed effect", "column grade"]),
        Case::new(
            "an absurd slope",
            good().set(9, "prior", "1e300").text(),
            flags("school[prior],student,year"),
            "PANEL-012",
            &["column prior", "row 9"],
        ),
        Case::new(
            "averaged rows in two levels",
            good().repeat(2).set(50, "grade", "9").text(),
            format!("{} --duplicates mean", flags("student,year,grade")),
            "PANEL-042",
            &["fixed effect grade", "rows 2 and 50"],
        ),
    ]);
}

fn results(school: &School, more: &str) -> Value {
    let ran = estimate_bytes(school.text().as_bytes(), "data.csv", &format!("{more} --inference cluster:cr1"));
    assert_eq!(ran.code, 0, "{more}: {}", ran.stderr);
    serde_json::from_str::<Value>(&ran.stdout).expect("JSON")["results"][0].clone()
}

fn codes(result: &Value) -> Vec<String> {
    result["warnings"].as_array().into_iter().flatten().filter_map(|w| w["code"].as_str().map(String::from)).collect()
}

fn number(result: &Value, field: &str) -> f64 {
    result["effects"][0][field].as_f64().unwrap_or(f64::NAN)
}

#[test]
fn effects_that_add_nothing_change_nothing() {
    let plain = results(&good(), &format!("{ROLES} --estimator twfe"));
    let mut more = good();
    more.header.extend(["twin", "one"].map(String::from));
    more.rows.iter_mut().for_each(|row| row.extend([format!("s{}", row[0]), "all".into()]));
    for (effects, code) in [
        ("student,year,twin", "fixed-effect-redundant"),
        ("student,year,school", "fixed-effect-redundant"),
        ("student,year,one", "fixed-effect-one-level"),
    ] {
        let other = results(&more, &flags(effects));
        assert!((number(&plain, "estimate") - number(&other, "estimate")).abs() < 1e-11, "{effects}");
        assert!(codes(&other).iter().any(|c| c == code), "{effects}: {:?}", codes(&other));
    }
    // What is named by default is absorbed by default: not a bit differs.
    assert_eq!(plain, results(&good(), &flags("year,student")));
}

#[test]
fn missing_levels_leave_rows_out() {
    let result = results(&good().set(5, "grade", "").set(17, "grade", ""), &flags("student,year,grade"));
    assert_eq!(result["sample"]["dropped"][0]["reason"], "missing fixed effect");
    assert_eq!(result["sample"]["dropped"][0]["rows"], 2);
    assert_eq!(result["sample"]["rows_used"], 46);
    let slope = results(&good().set(5, "prior", ""), &flags("school[prior],student,year"));
    assert_eq!(slope["sample"]["rows_used"], 47);
}

#[test]
fn what_effects_explain_is_named() {
    // A covariate that does not vary within students.
    let result = results(&good(), &format!("{} --covariates prior", flags("student,year,grade")));
    let prior = result["effects"].as_array().expect("effects").iter().find(|e| e["label"] == "prior").expect("listed");
    assert!(prior["estimate"].is_null() && prior.to_string().contains("absorb"), "{prior}");
    assert!(codes(&result).contains(&"absorbed".to_string()));
    assert!(number(&result, "estimate").is_finite());
    // Rows alone in their level are kept, and said.
    let alone = results(&good().set(2, "grade", "77"), &flags("student,year,grade"));
    assert_eq!(alone["sample"]["rows_used"], 48);
    assert!(codes(&alone).contains(&"fixed-effect-singletons".to_string()));
}

#[test]
fn where_effects_mean_nothing_they_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("data.csv");
    std::fs::write(&path, good().text()).expect("a file can be written");
    let estimate = |more: &str| didact(format!("estimate {} {ROLES} {more}", path.display()).split_whitespace());
    for (more, fragment) in [
        ("--estimator did --fixed-effects student,grade", "only twfe or event-study"),
        ("--estimator callaway-santanna --fixed-effects student,year", "does nothing here"),
        ("--estimator twfe --fixed-effects school[", "PANEL-040"),
        ("--estimator twfe --fixed-effects student,,year", "PANEL-040"),
        ("--estimator twfe --fixed-effects student[year][grade]", "PANEL-040"),
    ] {
        let ran = estimate(more);
        assert!(ran.code == 2 && ran.stderr.contains(fragment) && ran.stdout.is_empty(), "{more}: {} {}", ran.code, ran.stderr);
    }
    // Beside an estimator that absorbs them the others are told apart.
    let ran = estimate("--estimator twfe --estimator did --fixed-effects student,year,grade --json");
    let results: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert!(!codes(&results["results"][0]).contains(&"fixed-effects-of-its-own".to_string()));
    assert!(codes(&results["results"][1]).contains(&"fixed-effects-of-its-own".to_string()));
}

#[test]
fn a_study_file_names_them_too() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("data.csv"), good().text()).expect("a file can be written");
    let run = |estimators: &str, effects: &str, out: &str| {
        let study = format!(
            "[study]\ntitle = \"t\"\n[data]\npath = \"data.csv\"\n[roles]\nunit = \"student\"\nperiod = \"year\"\ncohort = \"start\"\ncluster = \"school\"\n\
             outcomes = [\"score\"]\nfixed_effects = {effects}\n[[analysis]]\nestimators = {estimators}\n"
        );
        let path = folder.path().join("study.toml");
        std::fs::write(&path, study).expect("a file can be written");
        didact([
            "run".to_string(),
            path.display().to_string(),
            "--out".into(),
            folder.path().join(out).display().to_string(),
            "--quiet".into(),
        ])
    };
    let ran = run("[\"twfe\", \"callaway-santanna\"]", "[\"student\", \"year\", \"grade\"]", "a");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let read = |out: &str| -> Value {
        let text = std::fs::read_to_string(folder.path().join(out).join("results.json")).expect("results");
        serde_json::from_str(&text).expect("JSON")
    };
    let expected = results(&good(), &flags("student,year,grade"));
    let found = read("a").to_string();
    let digits = format!("{}", number(&expected, "estimate"));
    assert!(found.contains(&digits[..12]), "{digits} is not in {found}");
    for (estimators, effects, code, fragment) in [
        ("[\"did\"]", "[\"student\", \"grade\"]", "STUDY-002", "roles.fixed_effects does nothing here"),
        ("[\"twfe\"]", "[\"student\", \"grade[\"]", "PANEL-040", "grade["),
        ("[\"twfe\"]", "[\"student\", \"grad\"]", "DATA-001", "did you mean  grade?"),
    ] {
        let ran = run(estimators, effects, "b");
        assert!(ran.code == 3 && ran.stderr.contains(code) && ran.stderr.contains(fragment), "{effects}: {} {}", ran.code, ran.stderr);
    }
}
