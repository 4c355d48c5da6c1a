//! `did`, `twfe` and `event-study` with cluster:cr0 and cr1, as fixest.

use crate::book::Book;
use crate::support::reckoning::{Reckoning, regression};
use crate::support::sheet::Sheet;
use std::path::Path;

/// fixest's name of an event time.
fn event(term: &str, prefix: &str) -> Option<String> {
    term.strip_prefix(prefix).map(|e| format!("event:{e}"))
}

fn effect(term: &str) -> Option<String> {
    match term {
        "(Intercept)" | "treat" | "nj" | "post" => None,
        "did" | "treat:post" | "nj:post" | "reform_math" | "treated:I(1 * (time_to_treatment >= 0))" => Some("overall".into()),
        other => Some(format!("coefficient:{}", other.replace("factor(chain)", "chain="))),
    }
}

/// w = round(0.5 + ((id*7919 + period*104729) mod 1000)/1000, 3)
pub fn weighted(sheet: Sheet) -> Sheet {
    sheet.with_number("w", |row| {
        let code = row.number("id") * 7919.0 + row.number("period") * 104_729.0;
        ((0.5 + (code % 1000.0) / 1000.0) * 1000.0).round() / 1000.0
    })
}

pub fn base_did(r: &mut Reckoning, book: &mut Book, scratch: &Path) {
    let file = book.data("base_did.csv");
    let cross = "--outcome y --period period --arm treat --post post --cluster id --estimator did";
    let panel = "--outcome y --unit id --period period --arm treat --post post --cluster id --estimator twfe";
    let cov = format!("{panel} --covariates x1");
    // Two cases hand fixest a finished covariance matrix, whose clusters it then does not know: it takes t with N − K
    // degrees of freedom (and the reference names none), so there only estimate, standard error and t are compared.
    for (id, flags, method) in [
        ("ols2x2_cluster_id", cross, "cluster:cr1"),
        ("ols2x2_cluster_id_ssc_none", cross, "cluster:cr0"),
        ("twfe_cluster_id", panel, "cluster:cr1"),
        ("twfe_cluster_id_fixefK_full", panel, "cluster:cr1,ssc=stata"),
        ("twfe_cov_cluster_id", &cov, "cluster:cr1"),
    ] {
        regression(r, &book.title(id), &file, flags, method, &book.case(id), effect);
    }
    for (id, flags, method) in [
        ("ols2x2_iid", cross, "robust:classical"),
        ("ols2x2_hetero", cross, "robust:hc1"),
        ("twfe_iid", panel, "robust:classical"),
        ("twfe_hetero", panel, "robust:hc1"),
        ("twfe_cluster_id_fixefK_none", panel, "cluster:cr1,ssc=slopes"),
    ] {
        regression(r, &book.title(id), &file, flags, method, &book.case(id), effect);
    }
    let twice = panel.replace("--cluster id", "--cluster id,period");
    let id = "twfe_twoway_id_period";
    regression(r, &book.title(id), &file, &twice, "cluster:cr1", &book.case(id), effect);
    // The order in which the two are named does not matter.
    let turned = panel.replace("--cluster id", "--cluster period,id");
    regression(r, &book.title(id), &file, &turned, "cluster:cr1", &book.case(id), effect);
    let id = "twfe_cov_weights_cluster_id";
    let file = weighted(Sheet::read(&file)).write(scratch, "weighted.csv");
    regression(r, &book.title(id), &file, &format!("{cov} --weights w"), "cluster:cr1", &book.case(id), effect);
    let id = "twfe_cov_weights_hetero";
    regression(r, &book.title(id), &file, &format!("{cov} --weights w"), "robust:hc1", &book.case(id), effect);
    let id = "twfe_cov_weights_twoway";
    let flags = format!("{twice} --covariates x1 --weights w");
    regression(r, &book.title(id), &file, &flags, "cluster:cr1", &book.case(id), effect);

    // fixest interacts the arm with every period; the same with a start in period 6 for the treated arm.
    let id = "event_study_ref5";
    let start = |row: &crate::support::sheet::Row<'_>| if row.text("treat") == "1" { "6" } else { "0" }.to_string();
    let file = Sheet::read(&file).with("start", start).write(scratch, "starting.csv");
    let flags = "--outcome y --unit id --period period --cohort start --covariates x1 --cluster id --estimator event-study";
    regression(r, &book.title(id), &file, flags, "cluster:cr1", &book.case(id), |term| match term.strip_prefix("period::") {
        Some(rest) => rest.strip_suffix(":treat").and_then(|p| p.parse::<i64>().ok()).map(|p| format!("event:{}", p - 6)),
        None => effect(term),
    });
}

pub fn mpdta(r: &mut Reckoning, book: &mut Book) {
    let file = book.data("mpdta.csv");
    let roles = "--outcome lemp --unit countyreal --period year --cohort first_treat --cluster countyreal";
    let twfe = format!("{roles} --estimator twfe");
    regression(r, &book.title("twfe"), &file, &twfe, "cluster:cr1", &book.case("twfe"), |_| Some("overall".into()));
    let study = format!("{roles} --estimator event-study");
    regression(r, &book.title("event_study"), &file, &study, "cluster:cr1", &book.case("event_study"), |t| event(t, "rel::"));
}

pub fn base_stagg(r: &mut Reckoning, book: &mut Book) {
    let file = book.data("base_stagg.csv");
    let roles = "--outcome y --unit id --period year --cohort year_treated --covariates x1 --cluster id";
    let twfe = format!("{roles} --estimator twfe");
    regression(r, &book.title("twfe"), &file, &twfe, "cluster:cr1", &book.case("twfe"), effect);
    let study = format!("{roles} --estimator event-study");
    regression(r, &book.title("event_study"), &file, &study, "cluster:cr1", &book.case("event_study"), |t| {
        event(t, "time_to_treatment::").or_else(|| effect(t))
    });
}

pub const MATH_REFORM: &str = "--outcome incearn_ln --unit state --period class --cohort reformyr_math --cluster state";

pub fn math_reform(r: &mut Reckoning, book: &mut Book) {
    let file = book.data("math_reform.csv");
    for (id, estimator, prefix) in
        [("twfe", "twfe", ""), ("event_study", "event-study", "rel::"), ("event_study_binned", "event-study:window=-5..5", "rb::")]
    {
        let flags = format!("{MATH_REFORM} --estimator {estimator}");
        let key = |t: &str| if prefix.is_empty() { effect(t) } else { event(t, prefix) };
        regression(r, &book.title(id), &file, &flags, "cluster:cr1", &book.case(id), key);
    }
}

pub fn ehec(r: &mut Reckoning, book: &mut Book, scratch: &Path) {
    let sheet = Sheet::read(&book.data("ehec.csv")).keep(|row| row.number("year") < 2016.0 && row.text("yexp2") != "2015");
    let file = sheet.write(scratch, "ehec.csv");
    let flags = "--outcome dins --unit stfips --period year --cohort yexp2 --cluster stfips --estimator event-study";
    let id = "ehec_event_study";
    regression(r, &book.title(id), &file, flags, "cluster:cr1", &book.case(id), |term| {
        let year: i64 = term.strip_prefix("year::")?.strip_suffix(":D")?.parse().ok()?;
        Some(format!("event:{}", year - 2014))
    });
}

pub fn card_krueger(r: &mut Reckoning, book: &mut Book) {
    let file = book.data("card_krueger.csv");
    let roles = "--outcome fte --period wave --arm nj --cluster store";
    for (id, method) in [("did_iid", "robust:classical"), ("did_hetero", "robust:hc1")] {
        regression(r, &book.title(id), &file, &format!("{roles} --estimator did"), method, &book.case(id), effect);
    }
    for (id, flags) in [
        ("did_cluster_store", "--estimator did"),
        ("did_cov_cluster_store", "--estimator twfe --covariates co_owned,factor(chain)"),
        ("balanced_fe_cluster_store", "--estimator did --unit store"),
    ] {
        regression(r, &book.title(id), &file, &format!("{roles} {flags}"), "cluster:cr1", &book.case(id), effect);
    }
}
