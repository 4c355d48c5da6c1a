//! Treatments that switch off, are there from the start or take other values: what is refused, what is left out, what ends well.

use crate::school::{Case, School, check, estimate_bytes, good};
use serde_json::Value;

const STATUS: &str = "--outcome score --unit student --period year --cluster school --treatment on --inference jackknife";

fn flags(more: &str) -> String {
    format!("{STATUS} --estimator chaisemartin-dhaultfoeuille{more}")
}

/// The treatment of each school from 2019 to 2021.
fn paths(of: [[&'static str; 3]; 8]) -> School {
    good().fill("on", |_, school, year| of[school as usize - 1][(year - 2019) as usize].into())
}

/// On, off, on again, from the start on, never.
fn mixed() -> School {
    paths([
        ["0", "1", "0"],
        ["0", "0", "1"],
        ["1", "1", "0"],
        ["1", "0", "1"],
        ["0", "0", "0"],
        ["0", "0", "0"],
        ["1", "1", "1"],
        ["1", "1", "1"],
    ])
}

fn result(school: &School, flags: &str) -> Value {
    let ran = estimate_bytes(school.text().as_bytes(), "data.csv", flags);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    serde_json::from_str::<Value>(&ran.stdout).expect("JSON")["results"][0].clone()
}

fn dropped(result: &Value, reason: &str) -> u64 {
    let all = result["sample"]["dropped"].as_array().expect("a list");
    all.iter().find(|d| d["reason"] == reason).and_then(|d| d["rows"].as_u64()).unwrap_or(0)
}

fn warns(result: &Value, code: &str, words: &str) -> bool {
    let all = result["warnings"].as_array().expect("a list");
    all.iter().any(|w| w["code"] == code && w["message"].as_str().is_some_and(|m| m.contains(words)))
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let same = |path: [&'static str; 3]| paths([path; 8]);
    let alone = paths([
        ["0", "1", "0"],
        ["0", "1", "1"],
        ["1", "1", "0"],
        ["1", "1", "0"],
        ["2", "2", "2"],
        ["2", "2", "2"],
        ["3", "3", "3"],
        ["3", "3", "3"],
    ]);
    let absurd = mixed().set(4, "on", "1e300");
    let missing = mixed().set(4, "on", "-99");
    let words = mixed().set(4, "on", "often");
    let both = format!("{STATUS} --estimator chaisemartin-dhaultfoeuille --estimator twfe --estimator imputation");
    let sections = flags("").replace("--unit student ", "");
    check(vec![
        Case::new(
            "several estimators",
            mixed().text(),
            both,
            "PANEL-004",
            &["twfe, imputation:", "chaisemartin-dhaultfoeuille", "rows 3", "4"],
        ),
        Case::new(
            "another estimator",
            mixed().text(),
            format!("{STATUS} --estimator did"),
            "PANEL-004",
            &["did:", "chaisemartin-dhaultfoeuille"],
        ),
        Case::new(
            "another estimator and fractions",
            same(["0", "0.5", "1"]).text(),
            format!("{STATUS} --estimator did"),
            "PANEL-003",
            &["chaisemartin-dhaultfoeuille"],
        ),
        Case::new("nobody changes", same(["2", "2", "2"]).text(), flags(""), "PANEL-021", &["nobody's treatment changes", "column on"]),
        Case::new("all off in one year", same(["1", "0", "0"]).text(), flags(""), "PANEL-008", &["changes in the same period"]),
        Case::new("nobody alike", alone.text(), flags(""), "EST-039", &["same treatment at first"]),
        Case::new(
            "nobody out",
            paths([
                ["0", "1", "0"],
                ["0", "1", "1"],
                ["0", "0", "1"],
                ["0", "0", "1"],
                ["0", "0", "0"],
                ["0", "0", "0"],
                ["0", "0", "0"],
                ["0", "0", "0"],
            ])
            .text(),
            flags(":switchers=out"),
            "EST-039",
            &["less treatment"],
        ),
        Case::new("absurdly large", absurd.text(), flags(""), "PANEL-012", &["column on", "row 4"]),
        Case::new("a code for missing", missing.text(), flags(""), "DATA-003", &["column on", "row 4"]),
        Case::new("words", words.text(), flags(""), "DATA-002", &["column on", "row 4"]),
        Case::new("cross-sections", mixed().text(), sections, "PANEL-018", &["needs a unit"]),
        Case::new("permutation", mixed().text(), flags(" --inference permutation"), "INF-006", &["change more than once", "jackknife"]),
        Case::new("few treated", mixed().text(), flags(" --inference few-treated"), "INF-006", &["change more than once"]),
    ]);
}

#[test]
fn what_leaves_is_counted() {
    let all = result(&mixed(), &flags(""));
    assert!(warns(&all, "treatment-changes", "does not simply stay on"));
    let sample = &all["sample"];
    let counts = ["units", "treated_units", "treated_clusters", "comparison_clusters", "switching_units", "switching_clusters"];
    assert_eq!(counts.map(|c| sample[c].as_u64()), [16, 12, 6, 2, 8, 4].map(Some), "{sample}");
    // School 4 goes from 1 to 2 and then to 0: its two rows of 2021 leave.
    let crossing = mixed().fill("on", |_, school, year| {
        let path = ["0", "1", "0", "0", "0", "1", "1", "1", "0", "1", "2", "0", "0", "0", "0", "0", "0", "0", "1", "1", "1", "1", "1", "1"];
        path[3 * (school as usize - 1) + (year - 2019) as usize].into()
    });
    let crossed = result(&crossing, &flags(""));
    assert_eq!(dropped(&crossed, "after the treatment crossed its first value"), 2);
    assert!(warns(&crossed, "crossed-baseline", "2 units"));
    // The change of one student of school 2 falls into a year without status.
    let unseen = result(&mixed().set(9, "on", ""), &flags(""));
    assert_eq!(
        (dropped(&unseen, "missing treatment"), dropped(&unseen, "after a change of treatment in a period that was not seen")),
        (1, 1)
    );
    assert!(warns(&unseen, "change-not-seen", "1 units"));
    // Schools 7 and 8 with a treatment that nobody else has at first.
    let lonely =
        mixed().fill(
            "on",
            |student, school, year| {
                if school > 6 { "0.5".into() } else { mixed().rows[(3 * (student - 1) + year - 2019) as usize][6].clone() }
            },
        );
    let left = result(&lonely, &flags(""));
    assert_eq!(dropped(&left, "nobody with the same treatment at first to compare with"), 12);
    assert!(warns(&left, "no-same-baseline", "4 units"));
    assert_eq!(left["sample"]["units"], 12);
}

/// A treatment that stays on is the special case: the same numbers as from its first periods.
#[test]
fn a_treatment_that_stays_on_is_as_before() {
    let school =
        good().fill("start", |_, school, _| ["2020", "2021", "0", "2019"][school as usize % 4].into()).fill("on", |_, school, year| {
            let start = [2020, 2021, i64::MAX, 2019][school as usize % 4];
            u8::from(year >= start).to_string()
        });
    let (a, b) = (result(&school, &flags("")), result(&school, &flags("").replace("--treatment on", "--cohort start")));
    assert_eq!((&a["effects"], &a["sample"]), (&b["effects"], &b["sample"]));
    assert!(a["sample"]["switching_units"].is_null());
}

#[test]
fn odd_treatments_end_in_numbers_or_nulls() {
    let methods = [
        "jackknife",
        "cluster:cr0",
        "pairs-bootstrap:replicates=99",
        "wild-bootstrap:replicates=99",
        "multiplier-bootstrap:replicates=99",
        "fractional-bootstrap:replicates=99",
        "hierarchical-bootstrap:replicates=99",
    ];
    let scattered = |school: School, step: usize| {
        let mut school = school;
        let mut i = 0;
        school.rows.retain(|_| {
            i += 1;
            i % step != 0
        });
        school
    };
    let mut blank = mixed();
    (2..50).step_by(5).for_each(|row| blank = blank.clone().set(row, "on", ""));
    let mut silent = mixed();
    (2..50).step_by(5).for_each(|row| silent = silent.clone().set(row, "score", ""));
    for (name, school) in [
        ("mixed", mixed()),
        ("fractions", mixed().fill("on", |s, school, year| format!("0.{}", (s % 2 + school + year) % 3))),
        ("negative", mixed().fill("on", |_, school, year| format!("-{}", (school + year) % 3))),
        ("each its own", mixed().fill("on", |s, _, year| format!("{}", s * 10 + i64::from(year > 2019)))),
        ("tiny changes", mixed().fill("on", |_, school, year| format!("{}e-300", (school + year) % 3))),
        ("large changes", mixed().fill("on", |_, school, year| format!("{}e11", (school + year) % 3))),
        ("some rows gone", scattered(mixed(), 5)),
        ("many rows gone", scattered(mixed(), 2)),
        ("some statuses blank", blank),
        ("some outcomes blank", silent),
        ("a constant outcome", mixed().fill("score", |_, _, _| "7".into())),
        ("exact lines", mixed().fill("score", |s, _, year| (s * (year - 2018)).to_string())),
        ("huge", mixed().fill("score", |s, _, year| format!("{}e300", s * 31 % 17 + year % 5))),
    ] {
        for options in ["", ":normalized=true", ":switchers=in", ":switchers=out", ":effects=1,placebos=0"] {
            for (m, method) in methods.iter().enumerate() {
                for cluster in ["--cluster school", "", "--weights weight"].into_iter().take(if m < 2 { 3 } else { 1 }) {
                    let flags = flags(options)
                        .replace("--inference jackknife", &format!("--inference {method}"))
                        .replace("--cluster school", cluster);
                    let ran = estimate_bytes(school.text().as_bytes(), "data.csv", &flags);
                    if let Err(what) = crate::mutation::sound(&ran) {
                        panic!("{name}{options} with {method} {cluster}: {what}");
                    }
                }
            }
        }
    }
}

/// Rows of one unit and year, averaged on purpose: where they agree nothing changes, and where not, the treatment is their mean.
#[test]
fn rows_that_repeat() {
    let twice = (2..50).fold(mixed(), School::repeat);
    let mean = flags(" --duplicates mean");
    let (a, b) = (result(&mixed(), &flags("")), result(&twice, &mean));
    assert_eq!(a["effects"], b["effects"]);
    let ran = estimate_bytes(twice.text().as_bytes(), "data.csv", &flags(""));
    assert!(ran.code == 3 && ran.stderr.contains("PANEL-007"), "{}", ran.stderr);
    let half = result(&mixed().repeat(3).set(50, "on", "0"), &mean);
    assert!(warns(&half, "duplicates-averaged", "1 rows"));
}

/// A word in the treatment column is asked about; who is missing because of it is no second fault.
#[test]
fn a_code_in_the_treatment_is_one_fault() {
    let schools = [["0", "inf", "inf"], ["0", "inf", "inf"], ["0", "0", "inf"], ["0"; 3], ["0"; 3], ["0"; 3], ["0"; 3], ["0"; 3]];
    for estimator in ["chaisemartin-dhaultfoeuille", "callaway-santanna"] {
        let ran = estimate_bytes(paths(schools).text().as_bytes(), "data.csv", &format!("{STATUS} --estimator {estimator}"));
        assert!(ran.code == 3 && ran.stderr.contains("DATA-003") && ran.stderr.matches("error[").count() == 1, "{}", ran.stderr);
    }
}
