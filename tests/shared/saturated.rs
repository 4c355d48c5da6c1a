//! `sun-abraham` as fixest's `sunab` and its `aggregate`, `wooldridge` as the regressions it is.

use crate::book::Book;
use crate::support::program::Estimated;
use crate::support::reckoning::{CLOSE, Reckoning};
use crate::support::sheet::Sheet;
use serde_json::Value;
use std::path::Path;

/// fixest's names of coefficients: `year::-4`, `cohort::2004`, `year::-4:cohort::2007`, `ATT`.
fn key(term: &str) -> String {
    let number = |part: &str| part.rsplit("::").next().unwrap_or_default().parse::<i64>().expect("a number");
    match term.split_once(':') {
        None if term == "ATT" => "overall".into(),
        None => format!("coefficient:{term}"),
        Some(("cohort", _)) => format!("group:{}", number(term)),
        Some(_) => match term.rsplit_once(":cohort::") {
            Some((event, cohort)) => {
                let cohort: i64 = cohort.parse().expect("a cohort");
                format!("group-time:{cohort}/{}", cohort + number(event))
            }
            None => format!("event:{}", number(term)),
        },
    }
}

fn table(r: &mut Reckoning, title: &str, got: &Estimated, inference: &str, expected: &Value) {
    let list = |field: &str| expected[field].as_array().cloned().unwrap_or_default();
    for (i, term) in list("terms").iter().enumerate() {
        let key = key(term.as_str().expect("a name"));
        let row = got.effect(&key, inference).cloned().unwrap_or_default();
        for (field, theirs) in [("estimate", "coef"), ("std_error", "se"), ("p_value", "p")] {
            r.like(title, &format!("{key} {field}"), &expected[theirs][i], &row[field], CLOSE);
        }
    }
}

fn sunab(r: &mut Reckoning, book: &mut Book, id: &str, data: &Path, roles: &str, inference: &str) {
    let (title, expected) = (book.title(id), book.case(id));
    let Some(got) = r.estimate(&title, data, &format!("{roles} --estimator sun-abraham --inference {inference}")) else { return };
    for part in ["by_period", "att", "cohort", "disaggregated"] {
        table(r, &title, &got, inference, &expected[part]);
    }
}

pub fn mpdta(r: &mut Reckoning, book: &mut Book) {
    let data = book.data("mpdta.csv");
    let roles = "--outcome lemp --unit countyreal --period year --cohort first_treat";
    sunab(r, book, "sunab", &data, roles, "cluster:cr1");
    for (id, more, effects) in [
        ("etwfe_notyet_cohortFE", "", "cohort"),
        ("etwfe_notyet_unitFE", "", "unit"),
        ("etwfe_notyet_cov_lpop", "--covariates lpop", "cohort"),
    ] {
        let (title, expected) = (book.title(id), book.case(id));
        let flags = format!("{roles} {more} --estimator wooldridge:effects={effects} --inference cluster:cr1");
        let Some(got) = r.estimate(&title, &data, &flags) else { continue };
        for (i, cell) in expected["cells"].as_array().into_iter().flatten().enumerate() {
            // g2004_t2005
            let (g, t) = cell.as_str().and_then(|c| c.trim_start_matches('g').split_once("_t")).expect("a cell");
            let row = got.effect(&format!("group-time:{g}/{t}"), "cluster:cr1").cloned().unwrap_or_default();
            r.like(&title, &format!("{cell} estimate"), &expected["coef"][i], &row["estimate"], CLOSE);
            r.like(&title, &format!("{cell} std_error"), &expected["se"][i], &row["std_error"], CLOSE);
        }
        let row = got.effect("overall", "cluster:cr1").cloned().unwrap_or_default();
        r.like(&title, "att", &expected["att_simple"], &row["estimate"], CLOSE);
        r.like(&title, "att se", &expected["att_simple_se"], &row["std_error"], CLOSE);
    }
}

pub fn base_stagg(r: &mut Reckoning, book: &mut Book, scratch: &Path) {
    // fixest takes a start beyond the last period for never treated.
    let data = Sheet::read(&book.data("base_stagg.csv")).write(scratch, "base_stagg.csv");
    let roles = "--outcome y --unit id --period year --cohort year_treated";
    sunab(r, book, "sunab", &data, roles, "cluster:cr1");
    sunab(r, book, "sunab_x1", &data, &format!("{roles} --covariates x1"), "cluster:cr1");
    sunab(r, book, "sunab_x1_hetero", &data, &format!("{roles} --covariates x1"), "robust:hc1");
}

pub fn math_reform(r: &mut Reckoning, book: &mut Book, scratch: &Path) {
    let never = |text: &str| if text.is_empty() || text == "NA" { "0".to_string() } else { text.to_string() };
    let data = Sheet::read(&book.data("math_reform.csv")).with("g", |row| never(row.text("reformyr_math"))).write(scratch, "reform.csv");
    sunab(r, book, "sunab", &data, "--outcome incearn_ln --unit state --period class --cohort g", "cluster:cr1");
}
