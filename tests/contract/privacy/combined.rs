//! What several published numbers together would tell: averages of the same effects, and sizes of samples that differ by few.

use super::solve::{self, solves};
use super::{EVEN, MARK, STUDY, YES_AND_NO, even, plant, rows, run, yes_and_no};
use serde_json::Value;

/// From the averages over cohorts, periods and times since the start together nobody solves for the cohort of five.
#[test]
fn averages_together_do_not_give_a_small_cohort_away() {
    const SIZES: solve::Sizes = &[(2103, 60.0), (2104, 120.0), (2105, 5.0)];
    let temporary = tempfile::tempdir().expect("a folder");
    let (found, _) = run(&temporary.path().join("on"), &plant(1).file, STUDY);
    let (open, _) = run(&temporary.path().join("off"), &plant(1).file, &STUDY.replace("[output]", "[privacy]\non = false\n[output]"));
    let mut averages = 0;
    for (closed, open) in found["results"].as_array().expect("results").iter().zip(open["results"].as_array().expect("results")) {
        let name = &closed["estimator"];
        assert!(!solves(closed, SIZES, 2101..=2106, 2105), "{name}");
        if name == "callaway-santanna" {
            assert!(solves(open, SIZES, 2101..=2106, 2105), "{name}");
            let told = |e: &&Value| e["estimand"] != "group-time" && e["estimate"].is_number();
            averages += closed["effects"].as_array().expect("effects").iter().filter(told).count();
        }
    }
    // Not by silence: the overall effect and the path are there.
    assert!(averages >= 5, "{averages} averages");
}

/// How many are seen in one period less those of another, rows less units in all periods, and one sample less another: none is a count of few.
#[test]
fn sizes_cannot_be_set_against_each_other() {
    let temporary = tempfile::tempdir().expect("a folder");
    let (found, _) = run(&temporary.path().join("on"), &yes_and_no(), YES_AND_NO);
    for table in ["descriptives", "wwc-6-descriptives", "baseline-balance", "check-attrition"] {
        for row in found["tables"][table]["rows"].as_array().expect("rows") {
            for key in ["n", "used_n", "treated_n", "comparison_n", "analysed_n"] {
                assert!(!row[key].is_u64(), "{table}: {row}");
            }
        }
    }
    let first = &found["results"][0]["sample"];
    assert_eq!((first["units"].as_u64(), first["treated_units"].as_u64()), (Some(155), Some(81)));
    // Six more are in the sample of the second estimator, one of them treated.
    let second = &found["results"][1]["sample"];
    assert_eq!((second["units"].to_string().as_str(), second["treated_units"].to_string().as_str()), (MARK, MARK));
    // Where all are seen in each period everything is told.
    let place = temporary.path().join("even");
    let (found, _) = run(&place, &even(1, 25).file, EVEN);
    assert!(rows(&found, "descriptives", &[("outcome", "score")]).iter().all(|r| r["n"].is_u64()));
    assert_eq!(found["results"][0]["sample"]["rows_used"], 900);
    // Three students are not seen in the last year: rows are fewer than three times the units by three.
    let (mut fewer, mut with_other) = (String::new(), String::new());
    for (i, line) in even(1, 25).file.lines().enumerate() {
        let student = i.div_ceil(3);
        if student > 3 || !line.contains(",2103,0,") && !line.contains(",2103,2103,") {
            fewer += &format!("{line}\n");
        }
        // And six lack a second outcome.
        let other = if student <= 6 { String::new() } else { format!("{}", i * 37 % 101) };
        with_other += &if i == 0 { format!("{line},other\n") } else { format!("{line},{other}\n") };
    }
    let (found, _) = run(&temporary.path().join("fewer"), &fewer, EVEN);
    let sample = &found["results"][0]["sample"];
    assert_eq!(
        (sample["units"].as_u64(), sample["rows_used"].to_string().as_str(), sample["rows"].to_string().as_str()),
        (Some(300), MARK, MARK)
    );
    assert!(rows(&found, "descriptives", &[("outcome", "score")]).iter().all(|r| !r["n"].is_u64()));
    let two = EVEN.replace("[\"score\"]", "[\"score\", \"other\"]");
    let (found, _) = run(&temporary.path().join("other"), &with_other, &two);
    let sample = |k: usize| &found["results"][k]["sample"];
    assert_eq!((sample(0)["units"].as_u64(), sample(1)["units"].to_string().as_str()), (Some(300), MARK));
    assert_eq!(sample(1)["treated_units"].to_string(), MARK);
    for row in rows(&found, "wwc-8-attrition", &[("outcome", "other"), ("level", "units")]) {
        assert!(row["treated_analysed_n"]["suppressed"] == true && !row["overall"].is_number(), "{row}");
    }
}
