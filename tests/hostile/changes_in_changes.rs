//! What changes-in-changes refuses, and what leaves something undefined in it.

use crate::school::{Case, ROLES, check, estimate_bytes, good};

#[test]
fn what_it_does_not_know_is_refused() {
    let with = |options: &str| format!("{ROLES} --estimator changes-in-changes{options} --inference cluster:cr0");
    let mut cases = vec![
        Case::new(
            "covariates",
            good().text(),
            format!("{} --covariates weight", with(":discrete=bounds")),
            "EST-050",
            &["take no covariates", "discrete=bounds"],
        ),
        Case::new("bounds of qdid", good().text(), with(":method=qdid,discrete=bounds"), "EST-006", &["does nothing"]),
        Case::new(
            "several starts",
            good().fill("start", |_, school, _| ["2020", "2021", "0", "0"][(school % 4) as usize].into()).text(),
            with(""),
            "EST-004",
            &["at several times"],
        ),
        Case::new("nobody treated", good().fill("start", |_, _, _| "0".into()).text(), with(""), "PANEL-021", &["nobody is treated"]),
        Case::new("everybody treated", good().fill("start", |_, _, _| "2021".into()).text(), with(""), "PANEL-008", &["no comparison"]),
    ];
    let flags = format!("{ROLES} --estimator changes-in-changes --inference few-treated");
    cases.push(Case::new("few treated", good().text(), flags, "INF-006", &["not linear in the outcome"]));
    check(cases);
}

#[test]
fn odd_data_end_in_numbers_or_nulls() {
    let inference = [
        "cluster:cr0",
        "cluster:cr1",
        "jackknife",
        "wild-bootstrap:replicates=99",
        "multiplier-bootstrap:replicates=99",
        "fractional-bootstrap:replicates=99",
        "pairs-bootstrap:replicates=99",
        "pairs-bootstrap:replicates=99,interval=percentile",
        "pairs-bootstrap:replicates=99,interval=bca",
        "permutation",
    ];
    let inference: String = inference.iter().map(|m| format!(" --inference {m}")).collect();
    let constant = good().fill("score", |_, _, _| "7".into());
    let two = good().fill("score", |student, _, _| (student % 2).to_string());
    let huge = good().fill("score", |student, _, year| format!("{}e300", student % 7 - year % 3));
    let tiny = good().fill("score", |student, school, year| format!("{}e-300", student * 3 + school + year % 5));
    let apart = good().fill("score", |student, school, _| (student + if school <= 4 { 1_000 } else { 0 }).to_string());
    for (name, school) in [("constant", constant), ("two values", two), ("huge", huge), ("tiny", tiny), ("apart", apart), ("plain", good())]
    {
        for options in ["", ":method=qdid", ":discrete=bounds", ":quantiles=0.001+50+99.999"] {
            let adjusted = format!("{ROLES} --weights weight --covariates prior,weight");
            for roles in [ROLES.to_string(), ROLES.replace("--unit student ", ""), format!("{ROLES} --weights weight"), adjusted] {
                if options == ":discrete=bounds" && roles.contains("--covariates") {
                    continue;
                }
                let flags = format!("{roles} --estimator changes-in-changes{options}{inference}");
                let ran = estimate_bytes(school.text().as_bytes(), "data.csv", &flags);
                if let Err(what) = crate::mutation::sound(&ran) {
                    panic!("{name}, {flags}: {what}");
                }
            }
        }
    }
}
