//! `imputation` and `two-stage` on data that leave something undefined, with every inference: valid JSON or a plain refusal.

use crate::school::{ROLES, estimate_bytes, good, staggered, starts};

const ESTIMATORS: [&str; 5] = [
    "imputation",
    "imputation:leave-out=true,average=clusters,pretrends=1",
    "imputation:covariates=by-period",
    "two-stage",
    "two-stage:reference=-2",
];
const INFERENCE: [&str; 9] = [
    "cluster:cr0",
    "cluster:cr1",
    "jackknife",
    "wild-bootstrap",
    "pairs-bootstrap:replicates=99,interval=bca,stratify=none",
    "fractional-bootstrap:replicates=99",
    "multiplier-bootstrap:replicates=99",
    "permutation:statistic=studentized,replicates=99",
    "few-treated",
];

#[test]
fn every_combination_ends_soundly() {
    let mut worlds = starts();
    worlds.extend([
        ("a constant outcome", good().fill("score", |_, _, _| "200".into())),
        ("huge outcomes", good().fill("score", |student, _, year| format!("{}e250", student * 7 + year % 5))),
        ("tiny outcomes", good().fill("score", |student, _, year| format!("{}e-250", student * 7 + year % 5))),
        ("a covariate that is the treatment", good().fill("prior", |_, school, year| u8::from(school <= 4 && year == 2021).to_string())),
        ("a covariate that is the period", staggered().fill("prior", |_, _, year| year.to_string())),
    ]);
    let mut wrong = Vec::new();
    for (name, school) in &worlds {
        for roles in [ROLES.to_string(), ROLES.replace("--unit student", ""), format!("{ROLES} --weights weight")] {
            for estimator in ESTIMATORS {
                for inference in INFERENCE {
                    let flags = format!("{roles} --covariates prior --estimator {estimator} --inference {inference}");
                    let ran = estimate_bytes(school.text().as_bytes(), "data.csv", &flags);
                    if let Err(what) = crate::mutation::sound(&ran) {
                        wrong.push(format!("{name}, {flags}: {what}"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What untreated rows cannot tell is none: a covariate that moves with treatment only.
#[test]
fn a_covariate_never_seen_untreated_identifies_nothing() {
    let school = good().fill("prior", |_, school, year| u8::from(school <= 4 && year == 2021).to_string());
    for estimator in ["imputation", "two-stage"] {
        let flags = format!("{ROLES} --covariates prior --estimator {estimator} --inference cluster:cr0");
        let ran = estimate_bytes(school.text().as_bytes(), "data.csv", &flags);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let document: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
        let effects = document["results"][0]["effects"].as_array().expect("effects").clone();
        let overall = effects.iter().find(|e| e["estimand"] == "overall").expect("the effect");
        assert!(overall["estimate"].is_null(), "{estimator}: {overall}");
    }
}
