//! `sun-abraham`, `wooldridge`, `stacked` and `triple-difference` on data that leave something undefined, with every
//! inference: valid JSON or a plain refusal.

use crate::school::{Case, ROLES, School, check, estimate_bytes, good, staggered, starts};

const ESTIMATORS: [&str; 8] = [
    "sun-abraham",
    "sun-abraham:control=last,shares=estimated",
    "wooldridge",
    "wooldridge:control=never,effects=cohort",
    "stacked",
    "stacked:window=-1..0",
    "triple-difference --subgroup half",
    "triple-difference:method=dr --subgroup half",
];
const INFERENCE: [&str; 10] = [
    "cluster:cr0",
    "cluster:cr1",
    "cluster:cr2",
    "robust:hc2",
    "jackknife",
    "wild-bootstrap",
    "pairs-bootstrap:replicates=99,interval=bca,stratify=none",
    "fractional-bootstrap:replicates=99",
    "permutation:statistic=studentized,replicates=99",
    "few-treated",
];

fn with_half(school: &School) -> School {
    let mut out = school.clone();
    out.header.push("half".into());
    out.rows.iter_mut().for_each(|row| {
        let student: i64 = row[0].parse().expect("a number");
        row.push((student % 2).to_string());
    });
    out
}

#[test]
fn every_combination_ends_soundly() {
    let gaps = |keep: &dyn Fn(i64, i64, i64) -> bool, mut school: School| {
        school.rows.retain(|row| {
            let number = |i: usize| row[i].parse::<i64>().expect("a number");
            keep(number(0), number(1), number(2))
        });
        school
    };
    let mut worlds = starts();
    worlds.extend([
        ("a constant outcome", staggered().fill("score", |_, _, _| "200".into())),
        ("huge outcomes", staggered().fill("score", |student, _, year| format!("{}e250", student * 7 + year % 5))),
        ("tiny outcomes", staggered().fill("score", |student, _, year| format!("{}e-250", student * 7 + year % 5))),
        ("a covariate that is the treatment", good().fill("prior", |_, school, year| u8::from(school <= 4 && year == 2021).to_string())),
        ("a covariate that is the period", staggered().fill("prior", |_, _, year| year.to_string())),
        ("weights far apart", staggered().fill("weight", |student, _, _| ["1e-300", "1", "1e150"][student as usize % 3].into())),
        ("a cohort seen only after its start", gaps(&|_, school, year| school % 4 != 0 || year >= 2020, staggered())),
        ("students seen once", gaps(&|student, _, year| year - 2019 == student % 3, staggered())),
        ("no period before the start", gaps(&|_, school, year| school > 4 || year != 2020, good())),
        ("nobody treated seen after", gaps(&|_, school, year| school > 4 || year != 2021, good())),
    ]);
    let mut wrong = Vec::new();
    for (name, school) in &worlds {
        let text = with_half(school).text();
        for roles in [ROLES.to_string(), ROLES.replace("--unit student", ""), format!("{ROLES} --weights weight --covariates prior")] {
            for estimator in ESTIMATORS {
                let methods: Vec<String> = INFERENCE.iter().map(|i| format!("--inference {i}")).collect();
                // One refusal would hide the others: each by itself.
                for inference in &methods {
                    let flags = format!("{roles} --estimator {estimator} {inference}");
                    let ran = estimate_bytes(text.as_bytes(), "data.csv", &flags);
                    if let Err(what) = crate::mutation::sound(&ran) {
                        wrong.push(format!("{name}, {flags}: {what}"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.iter().take(20).cloned().collect::<Vec<_>>().join("\n"));
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let with = |estimator: &str| format!("{ROLES} --estimator {estimator}");
    let everyone = good().fill("start", |_, _, _| "2021".into());
    let shuffled = format!("{ROLES} --covariates prior --estimator wooldridge --inference permutation");
    let subgroup = format!("{ROLES} --subgroup half --estimator triple-difference --inference permutation");
    let sections = ROLES.replace("--unit student", "");
    check(vec![
        Case::new("a window without the start", good().text(), with("stacked:window=0..1"), "EST-006", &["0..1", "-1 and 0"]),
        Case::new("a window nobody is seen in", good().text(), with("stacked:window=-9..9"), "EST-006", &["-9 to 9", "narrower"]),
        Case::new("one cohort and nobody else", everyone.text(), with("sun-abraham"), "PANEL-008", &[]),
        Case::new("no subgroup", good().text(), with("triple-difference"), "EST-025", &["--subgroup"]),
        Case::new(
            "unit effects without units",
            good().text(),
            format!("{sections} --estimator wooldridge:effects=unit"),
            "EST-006",
            &["units"],
        ),
        Case::new(
            "columns made with the observed start",
            good().text(),
            shuffled,
            "INF-006",
            &["another assignment", "wooldridge with covariates"],
        ),
        Case::new("a constant effect cancels", with_half(&good()).text(), subgroup, "INF-006", &["triple"]),
    ]);
}
