//! The wild cluster bootstrap with every pattern of weights, as refitting the rows.

use crate::book::Book;
use crate::small_samples::regions;
use crate::support::reckoning::{CLOSE, Reckoning};
use crate::support::sheet::Sheet;
use serde_json::Value;
use std::path::Path;

/// Our method, the reference's case, its p-value, its interval.
type Variant = (&'static str, &'static str, &'static str, Option<&'static str>);

const RADEMACHER: [Variant; 4] = [
    ("wild-bootstrap", "wcr_rademacher_H0_0", "p_strict", Some("ci95_wcr_inversion_p_strict")),
    ("wild-bootstrap:ties=count", "wcr_rademacher_H0_0", "p_weak", Some("ci95_wcr_inversion_p_weak")),
    ("wild-bootstrap:null=free", "wcu_rademacher_H0_0", "p_strict", None),
    ("wild-bootstrap:null=free,ties=count", "wcu_rademacher_H0_0", "p_weak", None),
];
const WEBB: [Variant; 2] = [
    ("wild-bootstrap:weights=webb", "wcr_webb_H0_0", "p_strict", None),
    ("wild-bootstrap:weights=webb,ties=count", "wcr_webb_H0_0", "p_weak", None),
];

fn enumerated(r: &mut Reckoning, title: &str, data: &Path, flags: &str, expected: &Value, variants: &[Variant]) {
    let methods: Vec<String> = variants.iter().map(|(method, ..)| format!(" --inference {method}")).collect();
    let Some(got) = r.estimate(title, data, &format!("{flags}{}", methods.concat())) else { return };
    for (method, case, p, interval) in variants {
        let row = got.effect("overall", method).cloned().unwrap_or_default();
        let theirs = &expected[case];
        r.like(title, &format!("{method} estimate"), &theirs["b"], &row["estimate"], CLOSE);
        r.like(title, &format!("{method} std_error"), &theirs["se_cr0"], &row["std_error"], CLOSE);
        r.like(title, &format!("{method} statistic"), &theirs["t_cr0"], &row["statistic"], CLOSE);
        // A count out of 2^G or 6^G: exact.
        r.like(title, &format!("{method} p_value"), &theirs[p], &row["p_value"], 0.0);
        if let Some(interval) = interval {
            r.like(title, &format!("{method} conf_low"), &expected[interval][0], &row["conf_low"], CLOSE);
            r.like(title, &format!("{method} conf_high"), &expected[interval][1], &row["conf_high"], CLOSE);
        }
    }
}

const TEN: &[&str] = &["Alabama", "Alaska", "Arizona", "California", "Colorado", "Delaware", "Hawaii", "Iowa", "Massachusetts", "Michigan"];
const TWELVE: &[&str] = &[
    "Alabama",
    "Alaska",
    "Arizona",
    "California",
    "Colorado",
    "Hawaii",
    "Iowa",
    "Massachusetts",
    "Michigan",
    "Minnesota",
    "Montana",
    "Nebraska",
];

pub fn math_reform(r: &mut Reckoning, book: &mut Book, scratch: &Path) {
    let flags = format!("{} --estimator twfe", crate::regressions::MATH_REFORM);
    for (id, states) in [("math10", TEN), ("math12", TWELVE)] {
        let file = Sheet::read(&book.data("math_reform.csv")).keep(|row| states.contains(&row.text("state"))).write(scratch, "states.csv");
        enumerated(r, &book.title(id), &file, &flags, &book.case(id), &RADEMACHER);
    }
}

pub fn eef_crt(r: &mut Reckoning, book: &mut Book, scratch: &Path) {
    let file = crate::resampling::schools_file(book, "eef_crt.csv", 12, scratch);
    let flags = format!("{} --cluster School --estimator ancova", crate::resampling::PUPILS);
    let id = "crt12";
    enumerated(r, &book.title(id), &file, &flags, &book.case(id), &RADEMACHER);
}

pub fn card_krueger(r: &mut Reckoning, book: &mut Book, scratch: &Path) {
    let file = regions(&book.data("card_krueger.csv"), scratch);
    let flags = "--outcome fte --period wave --arm nj --cluster region --estimator did";
    let id = "ck_region";
    enumerated(r, &book.title(id), &file, flags, &book.case(id), &[RADEMACHER.as_slice(), &WEBB].concat());
}
