//! Data that leave something undefined: what does not exist is null, never NaN, never an invented zero.

use crate::school::{ROLES, School, estimate_bytes, good};
use serde_json::Value;

const ESTIMATORS: [&str; 6] = ["did", "twfe", "event-study", "did:method=regression", "ancova", "mixed-model"];
const INFERENCE: [&str; 21] = [
    "cluster:cr0",
    "cluster:cr1",
    "cluster:cr2",
    "cluster:cr3",
    "robust:classical",
    "robust:hc1",
    "robust:hc3",
    "jackknife",
    "jackknife:groups=2",
    "wild-bootstrap",
    "wild-bootstrap:weights=normal,replicates=199,p=equal-tail",
    "wild-bootstrap:subcluster=units,replicates=199",
    "pairs-bootstrap:replicates=199",
    "pairs-bootstrap:replicates=199,interval=bca,stratify=none",
    "fractional-bootstrap:replicates=199",
    "hierarchical-bootstrap:replicates=199",
    "multiplier-bootstrap:replicates=199",
    "permutation:replicates=199",
    "permutation:statistic=studentized,replicates=auto",
    "few-treated",
    "model",
];

/// All combinations must end with valid JSON or a plain refusal.
fn all_combinations(name: &str, school: &School, flags: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut wrong = Vec::new();
    for estimator in ESTIMATORS {
        for inference in INFERENCE {
            let flags = format!("{flags} --estimator {estimator} --inference {inference}");
            let ran = estimate_bytes(school.text().as_bytes(), "data.csv", &flags);
            if let Err(what) = crate::mutation::sound(&ran) {
                wrong.push(format!("{name}, {estimator} with {inference}: {what}"));
            } else if ran.code == 0 {
                found.push(serde_json::from_str(&ran.stdout).expect("checked"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    found
}

fn rows(documents: &[Value]) -> impl Iterator<Item = &Value> {
    documents.iter().flat_map(|d| d["results"].as_array().expect("results")).flat_map(|r| r["effects"].as_array().expect("effects"))
}

#[test]
fn a_perfect_fit_has_no_standard_error() {
    // Whole numbers, so that differences are exact.
    let exact = good().fill("score", |student, school, year| {
        (200 + 5 * student + 3 * (year - 2019) + if school <= 4 && year == 2021 { 4 } else { 0 }).to_string()
    });
    let documents = all_combinations("a perfect fit", &exact, &format!("{ROLES} --covariates prior"));
    let (mut seen, mut wrong) = (0, Vec::new());
    // A permutation test needs no error of the fit: other assignments give other estimates.
    let exact = |row: &Value| row["inference"].as_str().is_some_and(|i| i.starts_with("permutation"));
    for row in rows(&documents).filter(|r| r["estimand"] == "overall" && !exact(r)) {
        seen += 1;
        let estimate = row["estimate"].as_f64().expect("an estimate");
        assert!((estimate - 4.0).abs() < 1e-9, "{row}");
        let invented = ["std_error", "statistic", "p_value", "conf_low", "conf_high"].into_iter().filter(|field| !row[field].is_null());
        wrong.extend(invented.map(|field| format!("{field} = {} by {}", row[field], row["inference"])));
    }
    assert!(wrong.is_empty(), "a perfect fit leaves nothing to estimate the error from:\n{}", wrong.join("\n"));
    assert!(seen > 10, "only {seen} rows");
}

#[test]
fn covariates_that_say_nothing() {
    let constant = good().fill("prior", |_, _, _| "7".into());
    all_combinations("a constant covariate", &constant, &format!("{ROLES} --covariates prior"));
    let twin = good().fill("grade", |student, _, _| student.to_string()).fill("prior", |student, _, _| (2 * student + 1).to_string());
    all_combinations("two collinear covariates", &twin, &format!("{ROLES} --covariates prior,grade"));
    let treatment = good().fill("prior", |_, school, year| u8::from(school <= 4 && year == 2021).to_string());
    all_combinations("the treatment as a covariate", &treatment, &format!("{ROLES} --covariates prior"));
    all_combinations("a level for each student", &good(), &format!("{ROLES} --covariates factor(student)").replace("--unit student ", ""));
}

#[test]
fn weights_over_many_orders_and_singletons() {
    let heavy = good().fill("weight", |student, _, _| format!("1e{}", student % 9 - 4));
    all_combinations("weights over eight orders of magnitude", &heavy, &format!("{ROLES} --weights weight"));
    let mut alone = good();
    alone.rows.retain(|row| row[0].parse::<i64>().expect("a student") % 2 == 0);
    all_combinations("one student in each school", &alone, ROLES);
    all_combinations("each student a cluster", &good(), &ROLES.replace(" --cluster school", ""));
    let still = good().fill("score", |student, school, year| {
        let change = if school == 3 { 0 } else { (year - 2019) * (school + student % 2) };
        (200 + student + change).to_string()
    });
    all_combinations("a school without variation", &still, ROLES);
    all_combinations("two crossed clusters", &good(), &ROLES.replace("--cluster school", "--cluster school,year"));
}

#[test]
fn rounding_is_no_estimate() {
    // Everybody has the same score in the first two years: the effect before the start is zero but for rounding.
    let flat = good().fill(
        "score",
        |student, school, year| {
            if year < 2021 { "200.1".into() } else { format!("{}.{}", 200 + student % 7 + school, student % 3) }
        },
    );
    let documents = all_combinations("nothing moves before", &flat, ROLES);
    let text = |row: &Value| row["inference"].as_str().unwrap_or_default().to_string();
    let before: Vec<&Value> = rows(&documents).filter(|r| r["event_time"].as_i64().is_some_and(|e| e < 0)).collect();
    assert!(before.len() > 5, "only {} rows", before.len());
    let invented: Vec<String> =
        // Errors that pool the residuals of all periods exist here.
        before.iter().filter(|r| !r["p_value"].is_null() && !text(r).starts_with("robust")).map(|r| format!("{} by {}", r["p_value"], r["inference"])).collect();
    assert!(invented.is_empty(), "p-values of rounding: {invented:?}");
}

#[test]
fn one_treated_school() {
    let start = |only: i64| good().fill("start", move |_, school, _| if school == only { "2021" } else { "0" }.into());
    let mut wrong = Vec::new();
    for estimator in ESTIMATORS {
        for inference in INFERENCE {
            let flags = format!("{ROLES} --estimator {estimator} --inference {inference}");
            let ran = estimate_bytes(start(2).text().as_bytes(), "data.csv", &flags);
            let mixed = estimator == "mixed-model";
            let bears = !mixed && (inference.starts_with("few-treated") || inference.starts_with("permutation"));
            let told = mixed && ran.stderr.contains("error[INF-006]")
                || ran.stderr.contains("error[PANEL-010]") && ran.stderr.contains("few-treated");
            if let Err(what) = crate::mutation::sound(&ran) {
                wrong.push(format!("{estimator} with {inference}: {what}"));
            } else if (ran.code == 0) != bears || !(bears || told) {
                wrong.push(format!("{estimator} with {inference}: exit code {}, {}", ran.code, ran.stderr));
            }
        }
    }
    // One of each arm: nothing is identified, whatever the method.
    let two = {
        let mut school = start(2);
        school.rows.retain(|row| ["2", "7"].contains(&row[1].as_str()));
        school
    };
    for inference in ["few-treated", "permutation", "cluster:cr2"] {
        let ran = estimate_bytes(two.text().as_bytes(), "data.csv", &format!("{ROLES} --estimator did --inference {inference}"));
        if ran.code != 3 || !ran.stderr.contains("error[PANEL-010]") {
            wrong.push(format!("one school in each arm with {inference}: exit code {}, {}", ran.code, ran.stderr));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn small_samples() {
    let few = |treated: i64, others: i64| {
        let mut school = good();
        school.rows.retain(|row| {
            let number: i64 = row[1].parse().expect("a school");
            number <= treated || (number > 4 && number <= 4 + others)
        });
        school
    };
    for (treated, others) in [(2, 2), (2, 3), (3, 2), (1, 1), (4, 1), (1, 4)] {
        all_combinations("few schools", &few(treated, others), ROLES);
    }
    let mut gaps = good();
    gaps.rows.retain(|row| row[0] == "1" || row[2] != "2021" || row[0] == "9");
    all_combinations("almost nobody after", &gaps, ROLES);
    let mut never_both = good();
    never_both.rows.retain(|row| (row[2] == "2021") == (row[0].parse::<i64>().expect("a student") % 2 == 0));
    all_combinations("nobody seen twice", &never_both, ROLES);
}

#[test]
fn scales() {
    for scale in ["e-290", "e-30", "e8"] {
        let scaled = good().fill("score", |student, _, year| format!("{}.{}{scale}", 200 + (student * 7 + year) % 13, student));
        let documents = all_combinations(scale, &scaled, ROLES);
        assert!(rows(&documents).count() > 0, "{scale}");
    }
}
