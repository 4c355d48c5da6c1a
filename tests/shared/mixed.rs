//! `mixed-model` as lme4's lmer with lmerTest's degrees of freedom. The references stop where their optimizer does: fixed
//! effects and standard errors 1e-6, variances 1e-4, criterion 1e-8, degrees of freedom 1e-3.

use crate::book::Book;
use crate::support::reckoning::Reckoning;
use crate::support::sheet::Sheet;
use serde_json::Value;
use std::path::Path;

fn compare(r: &mut Reckoning, title: &str, data: &Path, flags: &str, expected: &Value, terms: &[(&str, &str)], levels: &[(&str, &str)]) {
    let Some(got) = r.estimate(title, data, &format!("{flags} --inference model")) else { return };
    let of = |parent: &str, field: &str, i: usize| {
        let field = &expected[parent][field];
        if field.is_array() { field[i].clone() } else { field.clone() }
    };
    for (term, key) in terms {
        let names = &expected["fixef"]["terms"];
        let at = names.as_array().map_or(Some(0), |all| all.iter().position(|n| n.as_str() == Some(term)));
        let Some(i) = at else {
            r.holds(title, &format!("the reference has no {term}"), false);
            continue;
        };
        let row = got.effect(key, "model:satterthwaite").cloned().unwrap_or_default();
        for (theirs, ours, tolerance) in
            [("coef", "estimate", 1e-6), ("se", "std_error", 1e-6), ("df_satterthwaite", "df", 1e-3), ("t", "statistic", 1e-6)]
        {
            r.like(title, &format!("{term} {ours}"), &of("fixef", theirs, i), &row[ours], tolerance);
        }
    }
    for (group, level) in levels {
        let i = expected["varcomp"]["grp"].as_array().and_then(|all| all.iter().position(|n| n.as_str() == Some(group))).unwrap_or(0);
        let component = got.component(level).cloned().unwrap_or_default();
        r.like(title, &format!("variance of {level}"), &of("varcomp", "vcov", i), &component["variance"], 1e-4);
    }
    r.near(title, "criterion", expected["criterion"].as_f64().expect("a number"), got.criterion(), 1e-8);
}

const SCHOOLS: [(&str, &str); 2] = [("School", "cluster"), ("Residual", "residual")];
const TERMS: [(&str, &str); 3] =
    [("(Intercept)", "coefficient:(Intercept)"), ("Intervention", "overall"), ("Prettest", "coefficient:baseline")];
const TRIAL: &str = "--outcome score --unit pupil --arm Intervention --post post --cluster School";

/// One row a pupil becomes two: the test before and the test after.
fn long(data: &Path, scratch: &Path, name: &str) -> std::path::PathBuf {
    let mut sheet = Sheet::read(data);
    sheet.header.push("pupil".into());
    sheet.rows.iter_mut().enumerate().for_each(|(i, row)| row.push(i.to_string()));
    let at = |post: &str, score: &'static str| {
        let post = post.to_string();
        sheet.clone().with("post", move |_| post.clone()).with("score", |row| row.text(score).to_string())
    };
    at("0", "Prettest").below(at("1", "Posttest")).write(scratch, name)
}

pub fn eef_crt(r: &mut Reckoning, book: &mut Book, scratch: &Path) {
    let data = long(&book.data("eef_crt.csv"), scratch, "eef_crt_long.csv");
    for (id, options, terms) in
        [("crt_ri", "baseline", &TERMS[..]), ("crt_ri_ml", "baseline,criterion=ml", &TERMS[..]), ("crt_null", "null", &TERMS[..1])]
    {
        let flags = format!("{TRIAL} --estimator mixed-model:fixed={options}");
        compare(r, &book.title(id), &data, &flags, &book.case(id), terms, &SCHOOLS);
    }
}

pub fn eef_mst(r: &mut Reckoning, book: &mut Book, scratch: &Path) {
    let data = long(&book.data("eef_mst.csv"), scratch, "eef_mst_long.csv");
    let flags = format!("{TRIAL} --estimator mixed-model:fixed=baseline");
    compare(r, &book.title("mst_ri"), &data, &flags, &book.case("mst_ri"), &TERMS, &SCHOOLS);
    // Its correlation is +1, which lmer comes close to: no variances.
    compare(r, &book.title("mst_rs"), &data, &format!("{flags},slopes=treatment"), &book.case("mst_rs"), &TERMS, &[]);
}

pub fn mpdta(r: &mut Reckoning, book: &mut Book, scratch: &Path) {
    let sheet = Sheet::read(&book.data("mpdta.csv"));
    let data = sheet.with("st", |row| (row.number("countyreal") as i64 / 1000).to_string()).write(scratch, "mpdta_states.csv");
    let flags = "--outcome lemp --unit countyreal --cluster st --period year --cohort first_treat --covariates lpop --estimator mixed-model:fixed=period,shocks=none";
    let terms = [
        ("(Intercept)", "coefficient:(Intercept)"),
        ("post", "overall"),
        ("lpop", "coefficient:lpop"),
        ("factor(year)2004", "coefficient:period 2004"),
        ("factor(year)2005", "coefficient:period 2005"),
        ("factor(year)2006", "coefficient:period 2006"),
        ("factor(year)2007", "coefficient:period 2007"),
    ];
    let levels = [("countyreal", "unit"), ("st", "cluster"), ("Residual", "residual")];
    compare(r, &book.title("mpdta_3level"), &data, flags, &book.case("mpdta_3level"), &terms, &levels);
}
