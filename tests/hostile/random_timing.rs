//! What `roth-santanna` and `chaisemartin-dhaultfoeuille` refuse, and what leaves something undefined in them.

use crate::school::{Case, ROLES, School, check, estimate_bytes, good};

#[test]
fn what_it_does_not_know_is_refused() {
    let flags = |roles: &str, options: &str, method: &str| format!("{roles} --estimator roth-santanna{options} --inference {method}");
    let plain = |roles: &str| flags(roles, "", "jackknife");
    let sections = ROLES.replace("--unit student ", "");
    let late = good().fill("start", |_, _, _| "2021".into());
    let lone = good().fill("start", |_, school, _| if school == 1 { "2021" } else { "0" }.into());
    let early = good().fill("start", |_, school, _| if school <= 4 { "2019" } else { "0" }.into());
    let mut gaps = good();
    let mut i = 0;
    gaps.rows.retain(|_| {
        i += 1;
        (i - 1) / 3 % 3 != (i - 1) % 3
    });
    check(vec![
        Case::new("cross-sections", good().text(), plain(&sections), "EST-035", &["no unit was named"]),
        Case::new(
            "refined with weights",
            good().text(),
            flags(&format!("{ROLES} --weights weight"), ":variance=refined", "cluster:cr0"),
            "EST-038",
            &["not known with weights"],
        ),
        Case::new(
            "covariates that nothing takes off",
            good().text(),
            flags(&format!("{ROLES} --covariates prior"), ":beta=cs", "jackknife"),
            "EST-037",
            &["do nothing with beta=cs"],
        ),
        Case::new(
            "more covariates than clusters",
            good().fill("grade", |student, _, _| format!("room {}", student % 7)).text(),
            plain(&format!("{ROLES} --covariates grade")),
            "EST-036",
            &["too many for 8 clusters"],
        ),
        Case::new(
            "refined by school",
            good().text(),
            flags(ROLES, ":variance=refined", "cluster:cr0"),
            "EST-038",
            &["8 clusters, 16 units"],
        ),
        Case::new("one start for all", late.text(), plain(ROLES), "PANEL-008", &[]),
        Case::new("one treated school", lone.text(), plain(ROLES), "EST-039", &["two clusters each"]),
        Case::new("treated from the first year on", early.text(), plain(ROLES), "PANEL-009", &[]),
        Case::new("nobody complete", gaps.text(), plain(ROLES), "EST-039", &["seen in every period"]),
        Case::new("few treated", good().text(), flags(ROLES, "", "few-treated"), "INF-006", &["not linear in the outcome"]),
    ]);
}

#[test]
fn what_switchers_do_not_know_is_refused() {
    let flags = |roles: &str| format!("{roles} --estimator chaisemartin-dhaultfoeuille --inference jackknife");
    let sections = ROLES.replace("--unit student ", "");
    let mut none = good().fill("start", |_, school, _| if school <= 4 { "2020" } else { "0" }.into());
    // Those never treated are seen only from 2020 on, the others only in 2019.
    none.rows.retain(|r| (r[3] == "0") == (r[2] != "2019"));
    check(vec![
        Case::new("cross-sections", good().text(), flags(&sections), "EST-035", &["no unit was named"]),
        Case::new(
            "mixed-model without treatment",
            three_starts().text(),
            format!("{ROLES} --estimator mixed-model:fixed=null --inference model"),
            "EST-004",
            &["mixed-model:fixed=null", "fixed=cohort-period"],
        ),
    ]);
    let ran = estimate_bytes(none.text().as_bytes(), "data.csv", &flags(ROLES));
    if let Err(what) = crate::mutation::sound(&ran) {
        panic!("nobody seen twice: {what}");
    }
}

fn three_starts() -> School {
    good().fill("start", |_, school, _| {
        if school <= 3 {
            "2020"
        } else if school <= 5 {
            "2021"
        } else {
            "0"
        }
        .into()
    })
}

#[test]
fn odd_data_end_in_numbers_or_nulls() {
    let inference = [
        "jackknife",
        "cluster:cr0",
        "cluster:cr1",
        "pairs-bootstrap:replicates=99",
        "wild-bootstrap:replicates=99",
        "fractional-bootstrap:replicates=99",
    ];
    for (name, school) in [
        ("a constant outcome", three_starts().fill("score", |_, _, _| "7".into())),
        ("only levels differ", three_starts().fill("score", |student, _, _| student.to_string())),
        ("exact lines", three_starts().fill("score", |student, _, year| (student * (year - 2018)).to_string())),
        ("all units alike", three_starts().fill("score", |_, _, year| (year * year % 7).to_string())),
        ("huge", three_starts().fill("score", |student, _, year| format!("{}e300", student * 31 % 17 + year % 5))),
        ("tiny", three_starts().fill("score", |student, _, year| format!("{}e-300", student * 31 % 17 + year % 5))),
        ("far from zero", three_starts().fill("score", |student, _, year| format!("{}", 1e15 + (student * 31 % 17 + year % 5) as f64))),
    ] {
        for (options, cluster) in
            [("", true), (":beta=cs", true), (":beta=sa", true), (":beta=unadjusted", true), (":variance=refined", false)]
        {
            let more = if options.is_empty() { vec!["", " --weights weight --covariates prior,weight"] } else { vec![""] };
            for (method, more) in inference.iter().flat_map(|m| more.iter().map(move |x| (m, x))) {
                let roles = if cluster { ROLES.to_string() } else { ROLES.replace("--cluster school", "--cluster student") };
                let roles = roles + more;
                let flags =
                    format!("{roles} --estimator roth-santanna{options} --estimator chaisemartin-dhaultfoeuille --inference {method}");
                let ran = estimate_bytes(school.text().as_bytes(), "data.csv", &flags);
                if let Err(what) = crate::mutation::sound(&ran) {
                    panic!("{name}, roth-santanna{options} with {method}: {what}");
                }
            }
        }
    }
}
