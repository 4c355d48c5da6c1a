//! `did` with covariates as DRDID's estimators for panels and repeated cross-sections, and the 2×2 regression with covariates as its
//! `twfe_did_*`, with each unit or row a cluster.
//!
//! DRDID 1.2.3 gives for the first sd(ψ)·√(n−1)/n, which is √Σψ²/n: cluster:cr0. Its `twfe_did_*` kept the older
//! sd(ψ)/√n, larger by √(n/(n−1)), n being the rows: cluster:cr1 with G/(G−1) alone.

use crate::book::Book;
use crate::support::reckoning::{CLOSE, Reckoning};
use crate::support::sheet::{Row, Sheet};
use serde_json::Value;
use std::path::Path;

const NSW: &str = "age,educ,black,married,nodegree,hisp";

/// DRDID gives a number, or an object with the number under its term's name.
fn scalar(value: &Value) -> Value {
    value.as_object().and_then(|o| o.values().next().cloned()).unwrap_or_else(|| value.clone())
}

/// Each of DRDID's functions as an estimator, and the relative tolerance: its logit stops at a change of the deviance of 1e-8,
/// its balancing odds where a trust region does.
const PANEL: &[(&str, &str, f64)] = &[
    ("reg_did_panel", "did:method=regression", CLOSE),
    ("std_ipw_did_panel", "did:method=ipw", 1e-6),
    ("ipw_did_panel", "did:method=ipw,normalized=false", 1e-6),
    ("drdid_panel", "did:method=dr", 1e-6),
    ("drdid_imp_panel", "did:method=dr,improved=true", 1e-5),
];
const CROSS_SECTIONS: &[(&str, &str, f64)] = &[
    ("reg_did_rc", "did:method=regression", CLOSE),
    ("std_ipw_did_rc", "did:method=ipw", 1e-6),
    ("ipw_did_rc", "did:method=ipw,normalized=false", 1e-6),
    ("drdid_rc", "did:method=dr", 1e-6),
    ("drdid_rc1", "did:method=dr,efficient=false", 1e-6),
    ("drdid_imp_rc", "did:method=dr,improved=true", 1e-5),
    ("drdid_imp_rc1", "did:method=dr,improved=true,efficient=false", 1e-5),
];

fn all(r: &mut Reckoning, book: &mut Book, tag: &str, functions: &[(&str, &str, f64)], data: &Path, flags: &str) {
    for (function, estimator, tolerance) in functions {
        one(r, book, &format!("{tag}_{function}"), data, &format!("{flags} --estimator {estimator}"), "cluster:cr0", *tolerance);
    }
}

fn twfe(r: &mut Reckoning, book: &mut Book, id: &str, data: &Path, flags: &str) {
    one(r, book, id, data, &format!("{flags} --estimator twfe"), "cluster:cr1,ssc=none", CLOSE);
}

fn one(r: &mut Reckoning, book: &mut Book, id: &str, data: &Path, flags: &str, method: &str, tolerance: f64) {
    let (title, expected) = (book.title(id), book.case(id));
    let Some(got) = r.estimate(&title, data, &format!("{flags} --inference {method}")) else { return };
    let row = got.effect("overall", method).cloned().unwrap_or_default();
    r.like(&title, "estimate", &scalar(&expected["att"]), &row["estimate"], tolerance);
    r.like(&title, "std_error", &scalar(&expected["se"]), &row["std_error"], tolerance);
}

/// round(0.5 + (code mod 10)/10, 3)
fn weight(code: f64) -> f64 {
    ((0.5 + (code % 10.0) / 10.0) * 1000.0).round() / 1000.0
}

pub fn sim_rc(r: &mut Reckoning, book: &mut Book, scratch: &Path) {
    let file = Sheet::read(&book.data("sim_rc.csv")).with_number("w", |row| weight(row.number("id"))).write(scratch, "sim_rc.csv");
    let roles = "--outcome y --arm d --post post";
    for (tag, more) in
        [("sim_rc", "--covariates x1,x2,x3,x4"), ("sim_rc_nocov", ""), ("sim_rc_weights", "--covariates x1,x2,x3,x4 --weights w")]
    {
        all(r, book, tag, CROSS_SECTIONS, &file, &format!("{roles} {more}"));
        if !more.is_empty() {
            twfe(r, book, &format!("{tag}_twfe_did_rc"), &file, &format!("{roles} {more}"));
        }
    }
}

/// Both waves below each other, with the derived covariates.
fn nsw(book: &Book) -> Sheet {
    let wide = Sheet::read(&book.data("nsw_cps_eval.csv"));
    let row_numbers: Vec<String> = (1..=wide.rows.len()).map(|i| i.to_string()).collect();
    let mut numbered = wide
        .with_number("w", |row| weight(row.number("age")))
        .with_number("agesq", |row| row.number("age") * row.number("age") / 100.0)
        .with_number("re74k", |row| row.number("re74") / 1000.0)
        .with("re74zero", |row| u8::from(row.number("re74") == 0.0).to_string());
    numbered.header.push("i".into());
    numbered.rows.iter_mut().zip(row_numbers).for_each(|(row, i)| row.push(i));
    let wave = |post: &str, column: &'static str| numbered.clone().with("post", |_| post.into()).with("y", |row| row.text(column).into());
    wave("0", "re75").below(wave("1", "re78"))
}

pub fn nsw_rc(r: &mut Reckoning, book: &mut Book, scratch: &Path) {
    let kept = |row: &Row<'_>| {
        let k = (row.number("i") * 13.0) % 7.0;
        if row.text("post") == "0" { k <= 3.0 } else { k >= 3.0 }
    };
    let file = nsw(book).keep(kept).write(scratch, "nsw_rc.csv");
    let flags = format!("--outcome y --arm experimental --post post --covariates {NSW},re74k");
    all(r, book, "nsw_rc", CROSS_SECTIONS, &file, &flags);
    twfe(r, book, "nsw_rc_twfe_did_rc", &file, &flags);
}

pub fn nsw_panel(r: &mut Reckoning, book: &mut Book, scratch: &Path) {
    let file = nsw(book).write(scratch, "nsw_panel.csv");
    let roles = "--outcome y --arm experimental --post post";
    for (tag, more) in [
        ("nsw", format!("--covariates {NSW},re74")),
        ("nsw_scaled", format!("--covariates {NSW},agesq,re74k,re74zero")),
        ("nsw_weights", format!("--covariates {NSW},re74 --weights w")),
        ("nsw_nocov", String::new()),
    ] {
        all(r, book, tag, PANEL, &file, &format!("{roles} --unit i {more}"));
        if !more.is_empty() {
            // twfe_did_panel stacks both waves and takes each row for independent.
            twfe(r, book, &format!("{tag}_twfe_did_panel"), &file, &format!("{roles} {more}"));
        }
    }
}

pub fn mpdta(r: &mut Reckoning, book: &mut Book, scratch: &Path) {
    let wanted = |row: &Row<'_>| ["0", "2006"].contains(&row.text("first_treat")) && ["2005", "2006"].contains(&row.text("year"));
    let file = Sheet::read(&book.data("mpdta.csv")).keep(wanted).write(scratch, "mpdta_2006.csv");
    let roles = "--outcome lemp --period year --cohort first_treat --covariates lpop";
    all(r, book, "mpdta_2006", PANEL, &file, &format!("{roles} --unit countyreal"));
    twfe(r, book, "mpdta_2006_twfe_did_panel", &file, roles);
}
