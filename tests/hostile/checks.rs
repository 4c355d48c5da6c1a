//! Checks that cannot answer say so; what is asked wrongly is refused.

use crate::school::{ROLES, good};
use crate::support::checked::Checked;
use crate::support::program::didact;
use serde_json::Value;
use std::path::Path;

/// ROLES without the cluster, which only checks of a path ask for.
const BARE: &str = "--outcome score --unit student --period year --cohort start";

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("a file can be written");
    path.display().to_string()
}

/// What is wrong with a call that must fail with this code and say these words.
fn refused(code: i32, flags: &str, fragments: &[&str]) -> Option<String> {
    let ran = didact(["diagnose"].into_iter().chain(flags.split_whitespace()));
    let missing: Vec<_> = fragments.iter().filter(|f| !ran.stderr.contains(**f)).collect();
    let fine = ran.code == code && ran.stdout.is_empty() && missing.is_empty() && !ran.stderr.contains("panicked");
    (!fine).then(|| format!("didact diagnose {flags}\n  exit {}, missing {missing:?}\n  {}", ran.code, ran.stderr.trim()))
}

fn none(wrong: Vec<Option<String>>) {
    let wrong: Vec<String> = wrong.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn what_is_not_understood_ends_with_2() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = write(folder.path(), "data.csv", &good().text());
    let (full, bare) = (format!("{data} {ROLES}"), format!("{data} {BARE}"));
    let files = "--coefficients a.csv --covariance b.csv";
    none(vec![
        refused(2, &full, &["--check"]),
        refused(2, "--check honest", &["DATA", "--coefficients"]),
        refused(2, &format!("{data} --check bacon"), &["--outcome"]),
        refused(2, &format!("{data} --outcome score --check bacon"), &["--cohort"]),
        refused(2, &format!("{full} --check honset"), &["DIAG-017", "did you mean  honest?", "didact list diagnostics"]),
        refused(2, &format!("{full} --check zzz"), &["DIAG-017", "twfe-weights"]),
        refused(2, &format!("{full} --check honest:typ=smoothness"), &["EST-002", "did you mean  type?"]),
        refused(2, &format!("{full} --check honest:type=roughness"), &["EST-002", "relative-magnitudes"]),
        refused(2, &format!("{full} --check honest:grid=-1"), &["EST-002", "0 or more"]),
        refused(2, &format!("{full} --check honest:grid=1+1"), &["EST-002"]),
        refused(2, &format!("{full} --check honest:grid=NaN"), &["EST-002"]),
        refused(2, &format!("{full} --check honest:grid=inf"), &["EST-002"]),
        refused(2, &format!("{full} --check pretrends-power:slope=1+2"), &["EST-002"]),
        refused(2, &format!("{full} --check pretrends:rule=joint"), &["EST-002", "no options"]),
        refused(2, &format!("{full} --check honest:method=fixed-length"), &["DIAG-008"]),
        refused(2, &format!("{full} --check honset --check bcon"), &["honest", "bacon"]),
        refused(2, &format!("{full} --check bacon"), &["--cluster", "does nothing"]),
        refused(2, &format!("{bare} --check bacon --level 0.9"), &["--level", "does nothing"]),
        refused(2, &format!("{bare} --check bacon --estimator twfe"), &["--estimator", "does nothing"]),
        refused(2, &format!("{bare} --check twfe-weights --inference cluster:cr1"), &["--inference", "does nothing"]),
        refused(2, &format!("{full} --check honest --subgroup grade"), &["--subgroup", "--where"]),
        refused(2, &format!("{full} --check honest --fixed-effects school"), &["--fixed-effects"]),
        refused(2, &format!("{full} --check honest --level 95"), &["--level"]),
        refused(2, &format!("{full} --check honest --estimator twef"), &["EST-001", "twfe"]),
        refused(2, &format!("{full} --check honest {files}"), &["--coefficients"]),
        refused(2, "--check honest --coefficients a.csv", &["--covariance"]),
        refused(2, &format!("--check bacon {files}"), &["bacon", "DATA"]),
        refused(2, &format!("--check honest {files} --cohort start"), &["--coefficients"]),
        refused(2, &format!("--check honest {files} --estimator twfe"), &["--estimator"]),
        refused(5, &format!("--check honest {files}"), &["a.csv"]),
        refused(3, &format!("{full} --check honest --estimator twfe"), &["DIAG-016", "event-study"]),
        refused(3, &format!("{full} --check honest --inference jackknife"), &["INF-003", "cluster:cr1"]),
        refused(2, &format!("{full} --check placebo:outcome"), &["DIAG-024", "outcome=COLUMN"]),
        refused(2, &format!("{full} --check placebo:time,draws=50"), &["DIAG-024", "draws does nothing"]),
        refused(2, &format!("{full} --check placebo:arm,shift=2"), &["DIAG-024", "shift does nothing"]),
        refused(2, &format!("{full} --check placebo:shift=0"), &["EST-002"]),
        refused(2, &format!("{full} --check placebo:place"), &["EST-002", "time"]),
        refused(2, &format!("{full} --check placebo:outcome,outcome=scoer"), &["scoer", "score"]),
        refused(2, &format!("{full} --check power:effect=-1"), &["EST-002"]),
        refused(2, &format!("{full} --check power:effect=0.1+0.2"), &["EST-002"]),
        refused(2, &format!("{full} --check attrition:sloppy"), &["EST-002", "cautious"]),
        refused(2, &format!("{full} --check balance:wwc=3.0"), &["EST-002", "5.0"]),
        refused(2, &format!("{full} --check balance --inference cluster:cr1"), &["--inference", "does nothing"]),
        refused(2, &format!("{full} --check overlap"), &["--cluster", "does nothing"]),
        refused(2, &format!("{bare} --check attrition --level 0.9"), &["--level", "does nothing"]),
        refused(2, &format!("{full} --check power --seed 1"), &["--seed", "does nothing"]),
    ]);
}

#[test]
fn faulty_files_of_coefficients_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let good_beta = "event_time,estimate\n-2,0.1\n0,1.0\n1,1.2\n";
    let good_sigma = "a,b,c\n0.04,0.01,0\n0.01,0.04,0.01\n0,0.01,0.04\n";
    let mut n = 0;
    let mut call = |beta: &str, sigma: &str, fragments: &[&str]| {
        n += 1;
        let (beta, sigma) = (write(folder.path(), &format!("b{n}.csv"), beta), write(folder.path(), &format!("s{n}.csv"), sigma));
        refused(3, &format!("--check honest --coefficients {beta} --covariance {sigma}"), fragments)
    };
    none(vec![
        call("", good_sigma, &["INGEST-002"]),
        call("event_time,estimate\n", good_sigma, &["INGEST-005"]),
        call("event_time,size\n-2,0.1\n0,1\n1,1\n", good_sigma, &["INGEST-011", "estimate"]),
        call("estimate\n0.1\n1\n1\n", good_sigma, &["INGEST-011", "period"]),
        call("event_time,estimate\n-2,0.1\n0,\n1,1.2\n", good_sigma, &["INGEST-012", "row 2"]),
        call("event_time,estimate\n-2,0.1\n0,much\n1,1.2\n", good_sigma, &["INGEST-012"]),
        call("event_time,estimate\n0,1.0\n-2,0.1\n1,1.2\n", good_sigma, &["INGEST-013", "rise"]),
        call("event_time,estimate\n-3,0.1\n-2,1.0\n-1,1.2\n", good_sigma, &["INGEST-013", "left out"]),
        call("event_time,estimate\n-4,0.1\n-2,1.0\n0,1.2\n", good_sigma, &["INGEST-013", "left out"]),
        call("event_time,estimate\n-2.5,0.1\n0,1.0\n1,1.2\n", good_sigma, &["INGEST-013", "whole"]),
        call("period,estimate\npost,0.1\npre,1.0\npost,1.2\n", good_sigma, &["INGEST-013", "pre"]),
        call("period,estimate\nbefore,0.1\nafter,1.0\nafter,1.2\n", good_sigma, &["INGEST-013"]),
        call("period,estimate\npre,0.1\npre,1.0\npre,1.2\n", good_sigma, &["DIAG-001"]),
        call(good_beta, "0.04,0.01,0\n0.01,0.04,0.01\n", &["INGEST-014", "square"]),
        call(good_beta, "a,b,c\n0.04,0.01,0\n0.01,0.04,0.01\n0,0.01\n", &["INGEST-003"]),
        call(good_beta, "a,b,c\n0.04,0.01,0\n0.01,,0.01\n0,0.01,0.04\n", &["INGEST-012"]),
        call(good_beta, "a,b\n0.04,0.01\n0.01,0.04\n", &["DIAG-001"]),
        call(good_beta, "a,b,c\n0.04,0.01,0\n0.02,0.04,0.01\n0,0.01,0.04\n", &["DIAG-003", "symmetric"]),
        call(good_beta, "a,b,c\n0.04,0.05,0\n0.05,0.04,0.01\n0,0.01,0.04\n", &["DIAG-003", "eigenvalue"]),
        call(good_beta, "a,b,c\n0.04,0.01,0\n0.01,0,0.01\n0,0.01,0.04\n", &["DIAG-003", "variance"]),
    ]);
    let (beta, sigma) = (write(folder.path(), "b.csv", good_beta), write(folder.path(), "s.csv", good_sigma));
    let found = Checked::run(&format!("--check honest --coefficients {beta} --covariance {sigma}"));
    assert_eq!(found.numbers("mbar")[1..], [0.0, 0.5, 1.0, 1.5, 2.0].map(Some));
    // A first column of names, and pre and post in place of times, change nothing.
    let named = write(folder.path(), "n.csv", "term,a,b,c\na,0.04,0.01,0\nb,0.01,0.04,0.01\nc,0,0.01,0.04\n");
    let sided = write(folder.path(), "p.csv", "period,betahat\npre,0.1\npost,1.0\npost,1.2\n");
    let same = Checked::run(&format!("--check honest --coefficients {sided} --covariance {named}"));
    assert_eq!(found.document["table"], same.document["table"]);
}

#[test]
fn one_school_that_makes_the_effect_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let outlier = good().fill("score", |student, school, year| {
        let jump = if year == 2021 && school == 1 {
            400.0
        } else if year == 2021 && school <= 4 {
            -10.0
        } else {
            0.0
        };
        format!("{:.1}", 200.0 + jump + ((student * 37 + year * 101) % 89) as f64 / 8.0)
    });
    let data = write(folder.path(), "outlier.csv", &outlier.text());
    let found = Checked::run(&format!("{data} {ROLES} --check leave-one-out"));
    // The school makes the effect, and its uncertainty: there is no significant result that could fail.
    assert_eq!(found.verdict(), "caution", "{}", found.document);
    assert_eq!((found.column("cluster")[0].as_str(), found.column("turns")[0].as_str()), (Some("1"), Some("sign")));
    assert!(found.reason().contains("Most rests on 1"), "{}", found.reason());
    none(vec![
        refused(2, &format!("{data} {ROLES} --check leave-one-out --inference cluster:cr1"), &["--inference", "does nothing"]),
        refused(2, &format!("{data} {ROLES} --check leave-one-out:show=0"), &["EST-002"]),
    ]);
}

/// A check that the data do not answer: its reason and remedy stand there, and no number.
fn unanswered(data: &str, check: &str, fragments: &[&str]) {
    let found = Checked::run(&format!("{data} --check {check}"));
    assert_eq!(found.verdict(), "cannot-tell", "{check}: {}", found.document);
    assert!(found.document["table"]["rows"].as_array().is_some_and(Vec::is_empty) && found.document["numbers"] == serde_json::json!({}));
    fragments.iter().for_each(|f| assert!(found.reason().contains(f), "{check}: {}", found.reason()));
}

#[test]
fn what_the_data_do_not_answer_cannot_be_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut school = good();
    // Without 2019 there is the reference period alone before treatment.
    school.rows.retain(|row| row[2] != "2019");
    let short = format!("{} {ROLES}", write(folder.path(), "short.csv", &school.text()));
    for check in ["honest", "honest:type=smoothness", "pretrends", "pretrends-power"] {
        unanswered(&short, check, &["Too few periods before treatment"]);
    }
    // A gap in time.
    let mut gap = good();
    let at = gap.header.iter().position(|h| h == "year").expect("a column");
    gap.rows.iter_mut().filter(|row| row[at] == "2019").for_each(|row| row[at] = "2017".into());
    unanswered(&format!("{} {ROLES}", write(folder.path(), "gap.csv", &gap.text())), "honest", &["gaps"]);
    // One row missing.
    let mut unbalanced = good();
    unbalanced.rows.remove(5);
    let unbalanced = format!("{} {BARE}", write(folder.path(), "unbalanced.csv", &unbalanced.text()));
    let among = Checked::run(&format!("{unbalanced} --check bacon"));
    assert!(among.reason().contains("seen in every period ("), "{}", among.reason());
    assert_eq!(Checked::run(&format!("{unbalanced} --check twfe-weights")).verdict(), "ok");
    // Three districts in place of schools.
    let districts = good().fill("school", |student, _, _| (1 + i64::from(student > 8) + i64::from(student > 12)).to_string());
    unanswered(&format!("{} {ROLES}", write(folder.path(), "three.csv", &districts.text())), "leave-one-out", &["3 clusters"]);
    // No covariates; a start that cannot be put earlier; too few schools that were not treated.
    let whole = write(folder.path(), "whole.csv", &good().text());
    unanswered(&format!("{whole} {BARE}"), "overlap", &["no covariates"]);
    unanswered(&format!("{whole} {ROLES}"), "placebo:shift=2", &["more than 2 observed periods"]);
    let lonely = good().fill("start", |_, school, _| if school <= 5 { "2021" } else { "0" }.into());
    unanswered(&format!("{} {ROLES}", write(folder.path(), "lonely.csv", &lonely.text())), "placebo:arm", &["3 clusters were not treated"]);
    // Nobody is never treated: the last to start stand in.
    let everyone = good().fill("start", |_, school, _| if school <= 4 { "2020" } else { "2021" }.into());
    let everyone = format!("{} {ROLES}", write(folder.path(), "everyone.csv", &everyone.text()));
    for check in ["balance", "attrition", "sample"] {
        let found = Checked::run(&format!("{everyone} --check {check}"));
        assert!(found.document["table"]["rows"].as_array().is_some_and(|rows| !rows.is_empty()), "{}", found.document);
    }
    // Perfectly correlated coefficients.
    let beta = write(folder.path(), "b.csv", "event_time,estimate\n-3,0.1\n-2,0.2\n0,1\n");
    let sigma = write(folder.path(), "s.csv", "a,b,c\n1,1,1\n1,1,1\n1,1,1\n");
    unanswered(&format!("--coefficients {beta} --covariance {sigma}"), "pretrends", &["singular"]);
    unanswered(&format!("--coefficients {beta} --covariance {sigma}"), "honest:type=smoothness", &["singular"]);
}

/// A covariate that tells the groups apart: told as such, with the verdict that follows.
#[test]
fn groups_without_overlap_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let apart = good().fill("prior", |student, school, _| (student + if school <= 4 { 100 } else { 0 }).to_string());
    let data = write(folder.path(), "apart.csv", &apart.text());
    let found = Checked::run(&format!("{data} {BARE} --covariates prior --check overlap"));
    assert!(found.verdict() == "fail" && found.reason().contains("nobody to compare with"), "{}", found.document);
    assert_eq!((found.number("separated"), found.number("outside")), (Some(1.0), None));
    // One that does not vary, or twice the same, says nothing and stops nothing.
    let flat = good().fill("grade", |_, _, _| "3".into()).fill("weight", |student, _, _| (2 * (student % 5)).to_string());
    let data = write(folder.path(), "flat.csv", &flat.text());
    let found = Checked::run(&format!("{data} {BARE} --covariates grade,weight --check overlap"));
    assert_eq!(found.number("separated"), Some(0.0), "{}", found.document);
    let found = Checked::run(&format!("{data} {BARE} --covariates grade --check balance"));
    assert!(found.numbers("difference_sd")[1].is_none(), "{}", found.document);
}

#[test]
fn one_period_before_and_one_after_are_enough() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = format!("{} {ROLES}", write(folder.path(), "data.csv", &good().text()));
    for check in ["honest", "honest:type=smoothness", "pretrends", "pretrends-power", "pretrends-power:rule=joint"] {
        let found = Checked::run(&format!("{data} --check {check}"));
        assert!(!found.document["decided"].is_null(), "{}", found.document);
        assert_eq!(found.document["estimator"], "event-study");
    }
}

#[test]
fn several_checks_and_outcomes_make_one_document() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = write(folder.path(), "data.csv", &good().text());
    let ran = Checked::call(&format!("{data} {ROLES} --outcome prior --check pretrends --check honest --check bacon"));
    // `prior` does not vary over time: nothing is left of it.
    let document: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{e}: {}", ran.stderr));
    let checks = document["checks"].as_array().expect("checks").clone();
    let order: Vec<(String, String)> =
        checks.iter().map(|c| (c["outcome"].as_str().expect("a name").into(), c["check"].as_str().expect("a name").into())).collect();
    let wanted = ["pretrends", "honest", "bacon"];
    assert_eq!(order.len(), 6);
    assert!((0..6).all(|i| order[i].0 == ["score", "prior"][i / 3] && order[i].1 == wanted[i % 3]), "{order:?}");
    checks.into_iter().for_each(|c| {
        Checked::of(c);
    });
    let text = didact(format!("diagnose {data} {ROLES} --check pretrends").split_whitespace());
    assert!(text.code == 0 && text.stdout.contains("pretrends, score: ") && text.stdout.contains("  do: "), "{}", text.stdout);
}
