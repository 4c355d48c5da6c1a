//! `imputation` as didimputation and `two-stage` as did2s, with cluster:cr0.
//!
//! didimputation takes the pre-period coefficients' standard errors from fixest with its default factor,
//! G/(G−1) · (n−1)/(n−K), which is multiplied here.
//!
//! With weights w its variance is built from −wZ(Σw²zz')⁻¹Σwz·(target's weights): these implied weights do not give the estimate
//! back (they should be those of the weighted first stage, −wZ(Σwzz')⁻¹Σz·(target's weights)); ours do, and agree with brute force
//! (`golden`, `make_imputation.py`) and in the first stage with did2s. Its digits are there with `weighted=didimputation`.

use crate::book::Book;
use crate::support::reckoning::{CLOSE, Reckoning, list};
use crate::support::sheet::Sheet;
use std::path::{Path, PathBuf};

const MPDTA: &str = "--outcome lemp --unit countyreal --period year --cohort first_treat";
const DF_HOM: &str = "--outcome dep_var --unit unit --period year --cohort g";
const MATH_REFORM: &str = "--outcome incearn_ln --unit state --period class --cohort reformyr_math --cluster state";

/// The name of a term here, and whether it lies before the start.
fn key(term: &str) -> (String, bool) {
    match term.rsplit_once("::").map_or(term, |(_, e)| e).parse::<i64>() {
        Ok(_) if term.starts_with("treat") || term.starts_with("post") => ("overall".into(), false),
        Ok(e) => (format!("event:{e}"), e < 0),
        Err(_) => ("overall".into(), false),
    }
}

/// Compares all terms; `before` multiplies standard errors before the start, `tolerance` is that of standard errors.
fn all(r: &mut Reckoning, book: &Book, id: &str, file: &Path, flags: &str, before: f64, tolerance: f64) {
    let (title, expected) = (book.title(id), book.case(id));
    let Some(got) = r.estimate(&title, file, &format!("{flags} --inference cluster:cr0")) else { return };
    let field = |names: [&str; 2]| list(names.map(|n| &expected[n]).into_iter().find(|v| !v.is_null()).expect("a field"));
    let (terms, estimates, errors) = (field(["term", "terms"]), field(["estimate", "coef"]), list(&expected["se"]));
    for ((term, estimate), error) in terms.iter().zip(&estimates).zip(&errors) {
        let (key, early) = key(term.as_str().expect("a term"));
        let row = got.effect(&key, "cluster:cr0").cloned().unwrap_or_default();
        r.like(&title, &format!("{key} estimate"), estimate, &row["estimate"], CLOSE);
        let factor = if early { before } else { 1.0 };
        let ours = row["std_error"].as_f64().map(|se| se * factor);
        r.near(&title, &format!("{key} std_error"), error.as_f64().expect("a number"), ours, tolerance);
    }
    if !expected["nobs"].is_null() {
        r.like(&title, "rows", &expected["nobs"], &got.sample("rows_used").into(), 0.0);
    }
}

/// fixest's default small-sample factor of a standard error.
fn factor(clusters: f64, rows: f64, terms: f64) -> f64 {
    (clusters / (clusters - 1.0) * (rows - 1.0) / (rows - terms)).sqrt()
}

/// With the state of a county.
fn mpdta_by_state(book: &Book, scratch: &Path) -> PathBuf {
    let state = |row: &crate::support::sheet::Row<'_>| ((row.number("countyreal") / 1000.0) as i64).to_string();
    Sheet::read(&book.data("mpdta.csv")).with("st", state).write(scratch, "mpdta_st.csv")
}

/// Rows before the start of their unit.
fn untreated(file: &Path, period: &str, start: &str) -> f64 {
    let early = |row: &crate::support::sheet::Row<'_>| row.number(start) == 0.0 || row.number(period) < row.number(start);
    Sheet::read(file).keep(early).rows.len() as f64
}

pub fn bjs_mpdta(r: &mut Reckoning, book: &mut Book, scratch: &Path) {
    let file = mpdta_by_state(book, scratch);
    for what in ["static", "horizon"] {
        let county = format!("{MPDTA} --cluster countyreal");
        all(r, book, &format!("mpdta_{what}"), &file, &format!("{county} --estimator imputation"), 1.0, 1e-7);
        let state = format!("{MPDTA} --cluster st --estimator imputation");
        all(r, book, &format!("mpdta_cluster_state_{what}"), &file, &state, 1.0, 1e-7);
        let split = format!("{county} --covariates lpop --estimator imputation:covariates=by-period");
        all(r, book, &format!("mpdta_lpopyear_{what}"), &file, &split, 1.0, 1e-7);
    }
    // 500 counties; 3 leads, 4 periods and a level.
    let before = factor(500.0, untreated(&file, "year", "first_treat"), 8.0);
    let flags = format!("{MPDTA} --cluster countyreal --estimator imputation:pretrends=3");
    all(r, book, "mpdta_horizon_pretrends", &file, &flags, before, 1e-7);
}

pub fn bjs_df_hom(r: &mut Reckoning, book: &mut Book) {
    let file = book.data("df_hom.csv");
    for what in ["static", "horizon"] {
        all(r, book, &format!("df_hom_{what}"), &file, &format!("{DF_HOM} --cluster unit --estimator imputation"), 1.0, 1e-7);
        all(r, book, &format!("df_hom_state_{what}"), &file, &format!("{DF_HOM} --cluster state --estimator imputation"), 1.0, 1e-7);
        let weighted = format!("{DF_HOM} --cluster state --weights weight --estimator imputation:weighted=didimputation");
        all(r, book, &format!("df_hom_w_{what}"), &file, &weighted, 1.0, 1e-7);
    }
    // 375 units; 5 leads, 30 periods and a level.
    let before = factor(375.0, untreated(&file, "year", "g"), 36.0);
    let flags = format!("{DF_HOM} --cluster unit --estimator imputation:pretrends=5");
    all(r, book, "df_hom_horizon_pretrends", &file, &flags, before, 1e-7);
}

pub fn bjs_math_reform(r: &mut Reckoning, book: &mut Book) {
    for what in ["static", "horizon"] {
        let flags = format!("{MATH_REFORM} --estimator imputation");
        all(r, book, &format!("math_reform_{what}"), &book.data("math_reform.csv"), &flags, 1.0, 1e-7);
    }
}

pub fn did2s_mpdta(r: &mut Reckoning, book: &mut Book, scratch: &Path) {
    let file = mpdta_by_state(book, scratch);
    let county = format!("{MPDTA} --cluster countyreal");
    for (id, flags) in [
        ("mpdta_static", format!("{county} --estimator two-stage")),
        ("mpdta_static_state", format!("{MPDTA} --cluster st --estimator two-stage")),
        ("mpdta_event", format!("{county} --estimator two-stage")),
        ("mpdta_static_lpopyear", format!("{county} --covariates lpop --estimator two-stage:covariates=by-period")),
    ] {
        all(r, book, id, &file, &flags, 1.0, CLOSE);
    }
}

pub fn did2s_df_hom(r: &mut Reckoning, book: &mut Book) {
    let file = book.data("df_hom.csv");
    for (id, more) in [
        ("df_hom_static", "--cluster state"),
        ("df_hom_static_unit", "--cluster unit"),
        ("df_hom_event", "--cluster state"),
        ("df_hom_static_weights", "--cluster state --weights weight"),
    ] {
        all(r, book, id, &file, &format!("{DF_HOM} {more} --estimator two-stage"), 1.0, CLOSE);
    }
}
