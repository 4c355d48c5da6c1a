//! `didact plan` against PowerUp!'s formulas written out with scipy, the noncentral t against 40 digits.

use crate::json;
use crate::support::program::didact;
use crate::support::reckoning::Reckoning;
use didact::num::{noncentral_t, student};
use serde_json::Value;

fn plan(flags: &str) -> Value {
    let arguments = ["plan"].into_iter().chain(flags.split_whitespace()).chain(["--replicates", "0", "--json"]);
    let ran = didact(arguments);
    assert_eq!(ran.code, 0, "{flags}: {}", ran.stderr);
    serde_json::from_str::<Value>(&ran.stdout).expect("JSON")["plan"].clone()
}

#[test]
fn every_row_of_powerup_is_reproduced() {
    let mut r = Reckoning::default();
    for case in json("plan.json")["designs"].as_array().expect("cases") {
        let flags = case["flags"].as_str().expect("flags");
        let got = plan(flags);
        r.like(flags, "standard error", &case["std_error"], &got["std_error"], 1e-12);
        r.like(flags, "df", &case["df"], &got["df"], 0.0);
        r.like(flags, "smallest effect", &case["detectable"], &got["detectable"]["formula"], 1e-10);
        r.like(flags, "power", &case["power"], &got["power"]["formula"], 1e-10);
    }
    r.finish();
}

#[test]
fn pretrend_tests_are_reproduced() {
    let mut r = Reckoning::default();
    for case in json("plan.json")["pretrends"].as_array().expect("cases") {
        let flags = case["flags"].as_str().expect("flags");
        let got = &plan(flags)["pretrend"];
        for field in ["df1", "df2", "noncentrality"] {
            r.like(flags, field, &case[field], &got[field], 1e-10);
        }
        r.like(flags, "power", &case["power"], &got["power"]["formula"], 1e-9);
    }
    r.finish();
}

/// Numbers printed in design notes, to every digit printed.
#[test]
fn published_vectors_to_every_digit() {
    let printed = |value: &Value, digits: usize, text: &str| {
        let got = format!("{:.digits$}", value.as_f64().expect("a number"));
        assert_eq!(got, text);
    };
    let two = "--assign school --schools 40 --students 20 --icc-school .2 --analysis post";
    let got = plan(two);
    assert_eq!(got["df"], 38.0);
    assert_eq!(format!("{:.10}", student::critical(0.95, 38.0) + student::quantile(0.8, 38.0)), "2.8755769204");
    printed(&got["detectable"]["formula"], 10, "0.4454824609");
    let got = plan(&format!("{two} --covariates-at-top 1 --r2-student .6 --r2-school .7"));
    printed(&got["detectable"]["formula"], 10, "0.2508665335");
    let three = "--schools 60 --classrooms 3 --students 15 --icc-school .06 --icc-class .17 --analysis post";
    printed(&plan(three)["detectable"]["formula"], 9, "0.269108370");
    let gain = "--schools 20 --classrooms 3 --students 20 --analysis gain";
    printed(&plan(gain)["detectable"]["formula"], 2, "0.30");
    let ancova = "--schools 20 --classrooms 3 --students 20 --icc-school .16 --icc-class .06 --r2-school .9025 --r2-class .09 --r2-student .5917 --covariates-at-top 0";
    printed(&plan(ancova)["detectable"]["formula"], 2, "0.26");
}

#[test]
fn the_noncentral_t_is_right_to_ten_digits() {
    let all = json("plan.json");
    let rows = all["noncentral_t"].as_array().expect("rows");
    assert!(rows.len() > 1000);
    let mut worst: f64 = 0.0;
    for row in rows {
        let at = |i: usize| row[i].as_f64().expect("a number");
        let (t, df, delta, exact) = (at(0), at(1), at(2), at(3));
        let got = noncentral_t::cdf(t, df, delta);
        let error = (got - exact).abs().max((noncentral_t::upper_tail(t, df, delta) - (1.0 - exact)).abs());
        assert!(error < 1e-12, "t {t}, df {df}, delta {delta}: {got:e}, not {exact:e}");
        worst = worst.max(error);
    }
    println!("largest error {worst:.1e}");
}
