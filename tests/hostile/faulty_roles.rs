//! Faults of the question: columns that are not there, roles that contradict each other, and designs that cannot answer.

use crate::school::{Case, ROLES, check, good};

const NESTED: &str = "--inference hierarchical-bootstrap";

const ARM: &str = "--outcome score --unit student --cluster school --arm arm";

#[test]
fn columns_and_roles() {
    let text = good().text();
    let case = |name, flags: &str, code, fragments: &[&'static str]| Case::new(name, text.clone(), flags, code, fragments);
    check(vec![
        case(
            "a misspelt outcome",
            "--outcome scor --unit student --period year --cohort start --cluster school",
            "DATA-001",
            &["\"scor\"", "did you mean  score?"],
        ),
        case(
            "a misspelt cluster",
            &ROLES.replace("--cluster school", "--cluster shool"),
            "DATA-001",
            &["\"shool\"", "did you mean  school?"],
        ),
        case("a misspelt covariate", &format!("{ROLES} --covariates priro --estimator twfe"), "DATA-001", &["did you mean  prior?"]),
        case("a misspelt column to keep rows by", &format!("{ROLES} --where grad=4"), "DATA-001", &["did you mean  grade?"]),
        case("a misspelt subgroup", &format!("{ROLES} --subgroup grad"), "DATA-001", &["did you mean  grade?"]),
        case(
            "three misspelt columns",
            "--outcome scor --unit studnt --period yaer --cohort start --cluster school",
            "DATA-001",
            &["\"scor\""],
        )
        .and("DATA-001", &["\"studnt\""])
        .and("DATA-001", &["\"yaer\""]),
        case(
            "the outcome as covariate",
            &format!("{ROLES} --covariates score --estimator twfe"),
            "PANEL-014",
            &["outcome", "covariate", "column score"],
        ),
        case("the outcome as period", &ROLES.replace("--period year", "--period score"), "PANEL-014", &["outcome", "period"]),
        case("the outcome as cluster", &ROLES.replace("--cluster school", "--cluster score"), "PANEL-014", &["outcome", "cluster"]),
        case("the unit as period", &ROLES.replace("--period year", "--period student"), "PANEL-014", &["unit", "period", "column student"]),
        case("the arm as post", &format!("{ARM} --period year --post arm"), "PANEL-014", &["arm", "post", "column arm"]),
        case("the cohort as covariate", &format!("{ROLES} --covariates start --estimator twfe"), "PANEL-014", &["cohort", "covariate"]),
        case("no such row", &format!("{ROLES} --where year=1999"), "PANEL-001", &["year = 1999"]),
        case("no such subgroup of rows", &format!("{ROLES} --where year=2020 --where grade=99"), "PANEL-001", &["grade = 99"]),
    ]);
}

#[test]
fn designs() {
    let start = |rule: fn(i64, i64) -> i64| good().fill("start", move |student, school, _| rule(student, school).to_string());
    let off = good().set(3, "on", "1").set(4, "on", "0");
    let moved = good().set(6, "school", "7");
    let recoded = good().set(6, "start", "2021").set(7, "start", "2021");
    let constant = good().fill("score", |_, _, _| "200".into());
    let toggled = good().fill("post", |_, _, y| u8::from(y == 2020).to_string());
    let status = "--outcome score --unit student --period year --cluster school --treatment on";
    check(vec![
        Case::new(
            "a student twice in a year",
            good().repeat(7).text(),
            ROLES,
            "PANEL-007",
            &["rows 7 and 50", "column student", "period 2021"],
        ),
        Case::new("two students twice", good().repeat(7).repeat(20).text(), ROLES, "PANEL-007", &["rows 7 and 50"])
            .and("PANEL-007", &["rows 20 and 51"]),
        Case::new("a student who changes school", moved.text(), ROLES, "PANEL-006", &["rows 5 and 6", "school"]),
        Case::new("two first periods of one student", good().set(9, "start", "0").text(), ROLES, "PANEL-005", &["rows 8 and 9"]),
        Case::new("two first periods, later rows", recoded.set(5, "start", "0").text(), ROLES, "PANEL-005", &["rows 5 and 6"]),
        Case::new("a treatment that switches off", off.text(), status, "PANEL-004", &["rows 3", "4"]),
        Case::new("no comparison units", start(|_, _| 2021).text(), ROLES, "PANEL-008", &["no comparison"]),
        Case::new("no period before", start(|_, school| if school <= 4 { 2019 } else { 0 }).text(), ROLES, "PANEL-009", &["2019"]),
        Case::new(
            "one treated school",
            start(|_, school| if school == 1 { 2021 } else { 0 }).text(),
            ROLES,
            "PANEL-010",
            &["treated", "cluster = school"],
        ),
        Case::new(
            "one comparison school",
            start(|_, school| if school == 1 { 0 } else { 2021 }).text(),
            ROLES,
            "PANEL-010",
            &["comparison", "cluster = school"],
        ),
        Case::new(
            "a level that changes",
            good().text(),
            format!("{ROLES} --levels grade {NESTED}"),
            "PANEL-023",
            &["level grade", "rows 2 and 3"],
        ),
        Case::new(
            "a block that changes",
            good().text(),
            format!("{ROLES} --block year --inference permutation"),
            "PANEL-024",
            &["block", "column year"],
        ),
        Case::new(
            "a level that is not there",
            good().text(),
            format!("{ROLES} --levels class --inference hierarchical-bootstrap"),
            "DATA-001",
            &["class"],
        ),
        Case::new(
            "a level that is the cluster",
            good().text(),
            format!("{ROLES} --levels school {NESTED}"),
            "PANEL-025",
            &["cuts nothing"],
        ),
        Case::new("a level that is the unit", good().text(), format!("{ROLES} --levels student {NESTED}"), "PANEL-025", &["is the unit"]),
        Case::new(
            "the same clustering twice",
            good().text(),
            format!("{} --estimator twfe", ROLES.replace("--cluster school", "--cluster school,school")),
            "PANEL-026",
            &["--cluster school"],
        ),
        Case::new(
            "a second clustering within the first",
            good().text(),
            format!("{} --estimator twfe", ROLES.replace("--cluster school", "--cluster student,school")),
            "PANEL-026",
            &["--cluster school"],
        ),
        Case::new(
            "subclusters that are the clusters",
            good().text(),
            format!("{} --inference wild-bootstrap:subcluster=units", ROLES.replace("--cluster school", "--cluster student")),
            "INF-002",
            &["larger cluster"],
        ),
        Case::new(
            "levels that are not named",
            good().text(),
            format!("{ROLES} --inference hierarchical-bootstrap:down-to=levels"),
            "INF-002",
            &["--levels"],
        ),
        Case::new(
            "groups of one school",
            good().text(),
            format!("{ROLES} --inference jackknife:groups=1"),
            "INF-002",
            &["between 2 and 8"],
        ),
        Case::new(
            "two clusterings for a bootstrap",
            good().text(),
            format!("{} --estimator twfe --inference wild-bootstrap", ROLES.replace("--cluster school", "--cluster school,year")),
            "INF-004",
            &["cluster:cr1"],
        ),
        Case::new(
            "CR2 with two clusterings",
            good().text(),
            format!("{} --estimator twfe --inference cluster:cr2", ROLES.replace("--cluster school", "--cluster school,year")),
            "INF-004",
            &["cluster:cr1"],
        ),
        Case::new(
            "a second clustering that did would lose",
            good().text(),
            format!("{} --estimator did --inference cluster:cr1", ROLES.replace("--cluster school", "--cluster school,year")),
            "INF-004",
            &["twfe"],
        ),
        Case::new(
            "robust for an influence function",
            good().text(),
            format!("{ROLES} --covariates prior --estimator did:method=regression --inference robust"),
            "INF-003",
            &["cluster:cr1"],
        ),
        Case::new(
            "permutation of schools that are treated in part",
            good().text(),
            format!("{} --inference permutation", ROLES.replace("--cluster school", "--cluster grade").replace("--unit student ", "")),
            "INF-006",
            &["--block"],
        ),
        Case::new(
            "a permutation within blocks of one arm",
            good().text(),
            format!("{ROLES} --block arm --inference permutation"),
            "INF-006",
            &["block"],
        ),
        Case::new(
            "permutation where a window leaves out rows by start",
            good().text(),
            format!("{ROLES} --estimator event-study:window=-1..0,bin=false --inference permutation"),
            "INF-006",
            &["bin=true"],
        ),
        Case::new(
            "one treated school left with students seen in every year",
            {
                let mut school = good();
                school.rows.retain(|row| !(["2", "3", "4"].contains(&row[1].as_str()) && row[2] == "2019"));
                school.text()
            },
            format!("{ROLES} --estimator did --inference cluster:cr2"),
            "PANEL-010",
            &["treated arm"],
        ),
        Case::new(
            "one comparison school left",
            {
                let mut school = good();
                school.rows.retain(|row| !(["6", "7", "8"].contains(&row[1].as_str()) && row[2] == "2019"));
                school.text()
            },
            format!("{ROLES} --estimator did --inference permutation"),
            "PANEL-010",
            &["comparison arm"],
        ),
        Case::new(
            "few-treated with several starts",
            good()
                .fill("start", |_, school, _| {
                    match school {
                        1 | 2 => "2020",
                        3 | 4 => "2021",
                        _ => "0",
                    }
                    .into()
                })
                .text(),
            format!("{ROLES} --estimator twfe --inference few-treated"),
            "INF-007",
            &["several times"],
        ),
        Case::new(
            "romano-wolf without a bootstrap",
            good().text(),
            format!("{ROLES} --multiplicity romano-wolf --inference cluster:cr2"),
            "INF-008",
            &["wild-bootstrap"],
        ),
        Case::new("a constant outcome", constant.text(), ROLES, "PANEL-011", &["column score"]),
        Case::new("one period", good().text(), format!("{ROLES} --where year=2021"), "PANEL-015", &["2021"]),
        Case::new("post that goes back", toggled.text(), format!("{ARM} --period year --post post"), "PANEL-016", &["column post"]),
        Case::new(
            "post that is always on",
            good().fill("post", |_, _, _| "1".into()).text(),
            format!("{ARM} --period year --post post"),
            "PANEL-009",
            &["column post"],
        ),
        Case::new("an arm in three periods without post", good().text(), format!("{ARM} --period year"), "PANEL-020", &["2019", "2021"]),
        Case::new("an arm without period and post", good().text(), ARM, "PANEL-019", &["--arm"]),
        Case::new(
            "a cohort without period",
            good().text(),
            "--outcome score --unit student --cohort start --cluster school",
            "PANEL-019",
            &["--cohort"],
        ),
        Case::new(
            "a status without unit",
            good().text(),
            "--outcome score --period year --treatment on --cluster school",
            "PANEL-018",
            &["column on"],
        ),
        Case::new("nobody treated", start(|_, _| 0).text(), ROLES, "PANEL-021", &["2019", "2021"]),
        Case::new("everybody treated after the end", start(|_, _| 2030).text(), ROLES, "PANEL-021", &["2021"]),
        Case::new(
            "did with two start dates",
            start(|_, school| [0, 2020, 2021][school as usize % 3]).text(),
            ROLES,
            "EST-004",
            &["2020, 2021"],
        ),
    ]);
}

#[test]
fn methods_that_do_not_exist_for_the_estimator() {
    let text = good().text();
    let adjusted = format!("{ROLES} --covariates prior --estimator did:method=regression");
    check(vec![
        Case::new("cr2 of an influence", text.clone(), format!("{adjusted} --inference cluster:cr2"), "INF-003", &["jackknife"]),
        Case::new("a reference nobody is seen at", text, format!("{ROLES} --estimator event-study:reference=-7"), "EST-006", &["-7"]),
    ]);
}

#[test]
fn faults_of_one_kind_come_together() {
    let start_all = good().fill("score", |_, _, _| "200".into()).fill("start", |_, _, _| "2021".into());
    check(vec![
        Case::new("a constant outcome and no comparison", start_all.text(), ROLES, "PANEL-011", &["column score"]).and("PANEL-008", &[]),
        Case::new(
            "a missing column, text, and a contradiction",
            good().set(6, "score", "good").text(),
            "--outcome score --unit student --period year --cohort start --cluster scholl --covariates start --estimator twfe",
            "DATA-001",
            &["\"scholl\""],
        )
        .and("DATA-002", &["column score", "row 6"])
        .and("PANEL-014", &["cohort", "covariate"]),
    ]);
}

/// "All faults of a file at once": not only those that one step of the reading happens to see.
#[test]
fn faults_of_all_kinds_come_together() {
    let spoilt = good().set(12, "score", "-99").set(5, "prior", "1e30").repeat(7).set(30, "school", "2").set(20, "start", "0");
    let flags = format!("{ROLES} --covariates prior --estimator twfe");
    let case = Case::new(
        "codes, absurd values, duplicates, a change of school and of start",
        spoilt.text(),
        flags,
        "DATA-003",
        &["column score", "row 12"],
    )
    .and("PANEL-012", &["column prior", "row 5"])
    .and("PANEL-007", &["rows 7 and 50"])
    .and("PANEL-006", &["30"])
    .and("PANEL-005", &["20"]);
    check(vec![case]);
}
