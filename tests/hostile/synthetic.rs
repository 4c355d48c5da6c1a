//! What synthetic comparisons refuse, and what leaves something undefined in them.

use crate::school::{Case, ROLES, School, check, estimate_bytes, good};

const BOTH: [&str; 2] = ["synthetic-did", "synthetic-control"];

#[test]
fn what_they_do_not_know_is_refused() {
    let mut cases = Vec::new();
    for estimator in BOTH {
        let with = |roles: &str| format!("{roles} --estimator {estimator} --inference jackknife");
        let sections = ROLES.replace("--unit student ", "");
        cases.push(Case::new("cross-sections", good().text(), with(&sections), "EST-040", &["no unit was named", "average the outcome"]));
        let idle = format!("{ROLES} --estimator {estimator}:weighting=composed --inference jackknife");
        cases.push(Case::new("no weights to compose", good().text(), idle, "EST-041", &["does nothing without weights"]));
        // Everyone starts some time.
        let late = good().fill("start", |_, school, _| if school <= 4 { "2021" } else { "2022" }.into());
        let never = late.fill("start", |_, school, _| if school <= 4 { "2020" } else { "2021" }.into());
        cases.push(Case::new("no never-treated", never.text(), with(ROLES), "EST-042", &["no unit is never treated"]));
        let early = good().fill("start", |_, school, _| if school <= 4 { "2020" } else { "0" }.into());
        cases.push(Case::new("one period before", early.text(), with(ROLES), "EST-043", &["0 treated and 8 comparison units"]));
    }
    let nothing = format!("{ROLES} --estimator synthetic-did:units=uniform,periods=uniform,solver=exact --inference jackknife");
    cases.push(Case::new("a solver of nothing", good().text(), nothing, "EST-044", &["does nothing"]));
    let linear = format!("{ROLES} --estimator twfe --inference placebo");
    cases.push(Case::new("placebo of a regression", good().text(), linear, "INF-012", &["does not exist for this estimator"]));
    let few = format!("{ROLES} --estimator synthetic-did --inference placebo");
    cases.push(Case::new("as many treated", good().text(), few, "INF-012", &["4 comparison clusters for 4 treated ones"]));
    for method in ["permutation", "few-treated"] {
        let flags = format!("{ROLES} --estimator synthetic-did --inference {method}");
        cases.push(Case::new("other assignments", good().text(), flags, "INF-006", &["not linear in the outcome", "placebo"]));
    }
    check(cases);
}

/// No unit is seen in every year.
#[test]
fn nobody_is_complete() {
    let mut gaps = good();
    let mut i = 0;
    gaps.rows.retain(|_| {
        i += 1;
        (i - 1) / 3 % 3 != (i - 1) % 3
    });
    let flags = format!("{ROLES} --estimator synthetic-did --inference jackknife");
    check(vec![Case::new("gaps", gaps.text(), flags, "EST-043", &["0 treated and 0 comparison units"])]);
}

fn few_treated(school: School) -> School {
    school.fill("start", |_, school, _| if school <= 2 { "2021" } else { "0" }.into())
}

#[test]
fn odd_data_end_in_numbers_or_nulls() {
    let inference = [
        "placebo",
        "placebo:start=anew,replicates=20",
        "jackknife",
        "cluster:cr0",
        "pairs-bootstrap:replicates=99",
        "fractional-bootstrap:replicates=99",
    ];
    for (name, school) in [
        ("a constant outcome", good().fill("score", |_, _, _| "7".into())),
        ("only levels differ", good().fill("score", |student, _, _| student.to_string())),
        ("exact lines", good().fill("score", |student, _, year| (student * (year - 2018)).to_string())),
        ("all units alike", good().fill("score", |_, _, year| (year * year % 7).to_string())),
        ("huge", good().fill("score", |student, _, year| format!("{}e300", student * 31 % 17 + year % 5))),
        ("tiny", good().fill("score", |student, _, year| format!("{}e-300", student * 31 % 17 + year % 5))),
        ("far from zero", good().fill("score", |student, _, year| format!("{}", 1e15 + (student * 31 % 17 + year % 5) as f64))),
    ] {
        for estimator in [
            "synthetic-did",
            "synthetic-did:solver=exact",
            "synthetic-did:units=uniform",
            "synthetic-control",
            "synthetic-control:solver=exact",
        ] {
            for (method, more) in inference.iter().flat_map(|m| ["", " --weights weight"].map(|w| (m, w))) {
                let flags = format!("{ROLES}{more} --estimator {estimator} --inference {method}");
                let ran = estimate_bytes(few_treated(school.clone()).text().as_bytes(), "data.csv", &flags);
                if let Err(what) = crate::mutation::sound(&ran) {
                    panic!("{name}, {estimator} with {method}: {what}");
                }
            }
        }
    }
}
