//! Values that may stand for "missing": an undeclared one stops the run with a question that --missing and --keep answer.

use crate::school::{Case, ROLES, check, estimate_bytes, good};
use serde_json::Value;

/// Codes in an outcome around 200.
const CODES: [&str; 14] = ["-99", "-9", "-1", "-999", "0", "999", "NA", "n/a", ".", "#N/A", "#DIV/0!", "NULL", "missing", "inf"];

fn result(text: &str, flags: &str) -> Value {
    let ran = estimate_bytes(text.as_bytes(), "data.csv", flags);
    assert_eq!(ran.code, 0, "{flags}: {}", ran.stderr);
    let document: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    document["results"][0].clone()
}

fn dropped(result: &Value, reason: &str) -> Option<u64> {
    result["sample"]["dropped"].as_array()?.iter().find(|d| d["reason"] == reason)?["rows"].as_u64()
}

#[test]
fn an_undeclared_code_is_a_question() {
    let quoted: Vec<&'static str> = CODES.iter().map(|c| &*Box::leak(format!("{c:?}").into_boxed_str())).collect();
    let cases = CODES.iter().zip(quoted).map(|(code, quoted)| {
        let text = good().set(12, "score", code).set(31, "score", code).text();
        Case::new(code, text, ROLES, "DATA-003", &[quoted, "column score", "row 12", "2 rows", "--missing score=", "--keep score="])
    });
    check(cases.collect());
}

#[test]
fn codes_in_other_roles() {
    let covariate = format!("{ROLES} --covariates grade --estimator twfe");
    let weighted = format!("{ROLES} --weights weight");
    let arm = "--outcome score --unit student --period year --arm arm --post post --cluster school";
    check(vec![
        Case::new(
            "pre-kindergarten as -1",
            good().set(5, "grade", "-1").text(),
            &*covariate,
            "DATA-003",
            &["\"-1\"", "column grade", "row 5"],
        ),
        Case::new("a weight of -9", good().set(5, "weight", "-9").text(), &*weighted, "DATA-003", &["\"-9\"", "column weight", "row 5"]),
        Case::new("a period of NA", good().set(5, "year", "NA").text(), ROLES, "DATA-003", &["\"NA\"", "column year", "row 5"]),
        Case::new("an arm of ?", good().set(5, "arm", "?").text(), arm, "DATA-003", &["\"?\"", "column arm", "row 5"]),
        Case::new(
            "a cohort of unknown",
            good().set(5, "start", "unknown").text(),
            ROLES,
            "DATA-003",
            &["\"unknown\"", "column start", "row 5"],
        ),
        Case::new(
            "two codes in two columns",
            good().set(5, "score", "-99").set(8, "grade", ".").text(),
            &*covariate,
            "DATA-003",
            &["\"-99\"", "row 5"],
        )
        .and("DATA-003", &["\".\"", "column grade", "row 8"]),
        Case::new(
            "declared for another column",
            good().set(5, "score", "-99").text(),
            format!("{ROLES} --missing prior=-99"),
            "DATA-003",
            &["\"-99\""],
        ),
    ]);
}

#[test]
fn declared_missing_is_an_empty_cell() {
    let with = |cell: &str| good().set(12, "score", cell).set(31, "score", cell).text();
    let empty = result(&with(""), ROLES);
    assert_eq!(dropped(&empty, "missing outcome"), Some(2));
    for code in CODES {
        for flag in [format!("--missing score={code}"), format!("--missing {code}"), format!("--missing={code}")] {
            let declared = result(&with(code), &format!("{ROLES} {flag}"));
            assert_eq!(declared, empty, "{flag}");
        }
    }
    let several = good().set(12, "score", "-99").set(31, "score", "n/a").text();
    assert_eq!(result(&several, &format!("{ROLES} --missing score=-99 --missing n/a")), empty);
}

#[test]
fn declared_real_is_a_value() {
    for code in ["-99", "-1", "0", "999"] {
        for flag in [format!("--keep score={code}"), format!("--keep {code}"), format!("--keep={code}")] {
            let kept = result(&good().set(12, "score", code).text(), &format!("{ROLES} {flag}"));
            assert_eq!(kept["sample"]["rows_used"].as_u64(), Some(48), "{flag}");
            assert_eq!(dropped(&kept, "missing outcome").unwrap_or(0), 0, "{flag}");
        }
    }
    let grade = result(&good().set(5, "grade", "-1").text(), &format!("{ROLES} --covariates grade --estimator twfe --keep grade=-1"));
    assert_eq!(grade["sample"]["rows_used"].as_u64(), Some(48));
}

#[test]
fn honest_values_are_not_questioned() {
    for (column, values) in
        [("prior", ["-3", "0", "2"]), ("prior", ["0", "0", "1"]), ("prior", ["95", "99", "100"]), ("prior", ["0", "12", "30"])]
    {
        let text = good().fill(column, |student, _, year| values[(student + year) as usize % 3].to_string()).text();
        let kept = result(&text, &format!("{ROLES} --covariates prior --estimator twfe"));
        assert_eq!(kept["sample"]["rows_used"].as_u64(), Some(48), "{values:?}");
    }
}

#[test]
fn duplicates_can_be_averaged_on_purpose() {
    let averaged = result(&good().repeat(7).text(), &format!("{ROLES} --duplicates mean"));
    let plain = result(&good().text(), ROLES);
    assert_eq!(averaged["effects"], plain["effects"], "the mean of two equal rows is that row");
    let codes: Vec<&str> = averaged["warnings"].as_array().expect("warnings").iter().filter_map(|w| w["code"].as_str()).collect();
    assert!(codes.contains(&"duplicates-averaged"), "{codes:?}");
}
