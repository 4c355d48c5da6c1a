//! Grades of finished runs: from two files of the folder, the same every time, and nothing made up.

use crate::didact;
use serde_json::Value;
use std::path::Path;

fn grade(folder: &Path, flags: &str) -> Value {
    let (code, out, err) = didact(&format!("grade {} {flags} --json", folder.display()));
    assert_eq!(code, 0, "{flags}: {err}");
    serde_json::from_str(&out).expect("JSON")
}

fn run(study: &str, flags: &str, out: &Path) {
    let (code, _, err) = didact(&format!("run {study} --quiet --out {} {flags}", out.display()));
    assert_eq!(code, 0, "{err}");
}

/// A study file with the built-in roles, tried on no draws.
fn study(folder: &Path, text: &str) -> String {
    let path = folder.join("study.toml");
    std::fs::write(&path, format!("[study]\ntitle = \"t\"\n{text}\n[calibration]\nreplicates = 0\n")).expect("a file can be written");
    path.display().to_string()
}

const TRIAL: &str = "[data]\nsimulate = \"school-trial\"\n[[analysis]]\nestimators = [\"did\", \"ancova\"]\n";

#[test]
fn a_folder_without_data_is_graded_the_same_every_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let study = study(folder.path(), TRIAL);
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    run(&study, "--threads 1", &one);
    run(&study, "--threads 4", &two);
    let first = grade(&one, "");
    assert_eq!(first, grade(&one, ""));
    assert_eq!(first, grade(&two, "--threads 3"));
    let bare = folder.path().join("bare");
    std::fs::create_dir(&bare).expect("a folder");
    for file in ["results.json", "study.toml"] {
        std::fs::copy(one.join(file), bare.join(file)).expect("a copy");
    }
    assert_eq!(first, grade(&bare, ""));

    // The effect is the run's own, in the same SD as the report's.
    let results: Value = serde_json::from_slice(&std::fs::read(one.join("results.json")).expect("results")).expect("JSON");
    let points = results["results"][0]["effects"][0]["estimate"].as_f64().expect("an effect");
    let sd = results["tables"]["baseline-balance"]["rows"][0]["comparison_sd"].as_f64().expect("a spread");
    let g = first["facts"]["effect"]["estimate"].as_f64().expect("an effect");
    assert!((g - points / sd).abs() < 1e-12, "{g}");
    let facts = &first["facts"];
    assert_eq!((facts["unit"].as_str(), facts["sites"].as_u64()), (Some("school"), Some(60)));
    assert_eq!((facts["units"]["treated"].as_u64(), facts["units"]["comparison"].as_u64()), (Some(30), Some(30)));
    assert_eq!((facts["design"].as_str(), facts["clustering"].as_str()), (Some("difference-in-differences"), Some("heeded")));
    assert_eq!(facts["domain"].as_array().map(Vec::len), Some(2));
    // What no run writes stays unknown, caps, and is asked for.
    for unknown in ["measure", "conductor", "plan", "confound", "compromised"] {
        assert!(facts[unknown].is_null(), "{unknown}: {}", facts[unknown]);
    }
    assert_eq!(facts["specifications"]["same_sign"], results["multiverse"]["same_sign"]);
    // Every effect size from the run's own means: ω·[(after) − (before)]/S.
    let mean = |arm: &str, last: bool| {
        let rows = results["tables"]["descriptives"]["rows"].as_array().expect("means");
        let own: Vec<&Value> = rows.iter().filter(|r| r["outcome"] == "math" && r["arm"] == arm).collect();
        let row = if last { own[own.len() - 1] } else { own[0] };
        [&row["n"], &row["mean"], &row["sd"]].map(|v| v.as_f64().expect("a number"))
    };
    let (i, c) = (mean("treated", true), mean("comparison", true));
    let n = i[0] + c[0];
    let s = (((i[0] - 1.0) * i[2] * i[2] + (c[0] - 1.0) * c[2] * c[2]) / (n - 2.0)).sqrt();
    let change = (i[1] - c[1]) - (mean("treated", false)[1] - mean("comparison", false)[1]);
    let by_hand = (1.0 - 3.0 / (4.0 * n - 9.0)) * change / s;
    let told = first["effect_sizes"]["pre_post"].as_f64().expect("an effect size");
    assert!((told - by_hand).abs() < 1e-12, "{told} {by_hand}");
    assert!(first["effect_sizes"]["test"]["p_value"].as_f64() > first["effect_sizes"]["test"]["p_ignoring"].as_f64());
    // What the run's checks found is read from them.
    assert_eq!(facts["hangs_on_one_school"], false);
    let check = |name: &str| results["checks"].as_array().expect("checks").iter().find(|c| c["check"] == name).expect("it was asked");
    let (balance, attrition) = (&check("balance")["numbers"], &check("attrition")["numbers"]);
    assert_eq!(facts["baseline"][0]["difference"], balance["outcome_difference"]);
    assert_eq!(facts["baseline"][0]["adjusted"], true, "scores before and after correlate by 0.6 or more");
    for (key, arm, number) in [("assigned", "treated", "assigned_treated"), ("analysed", "comparison", "analysed_comparison")] {
        assert_eq!(facts["attrition"][key][arm].as_f64(), attrition[number].as_f64());
        assert_eq!(facts["cluster_attrition"][key][arm].as_f64(), attrition[format!("clusters_{number}")].as_f64());
    }
    let unknown: Vec<&str> = first["verdict"]["caps"]
        .as_array()
        .expect("caps")
        .iter()
        .filter(|c| c["unknown"] == true)
        .filter_map(|c| c["rule"].as_str())
        .collect();
    for rule in ["measure", "developer-run", "confound"] {
        assert!(unknown.contains(&rule), "{rule} is not among {unknown:?}");
    }
    // Every such cap has its question, and one more is about who counts as treated.
    assert_eq!(first["questions"].as_array().map(Vec::len), Some(unknown.len() + 1));
    assert_eq!((first["word"].as_str(), first["credibility"].as_str()), (Some("promising evidence"), Some("B")));
}

#[test]
fn what_is_told_lifts_the_caps() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("run");
    run(&study(folder.path(), TRIAL), "", &out);
    let told = "--design randomised --compromised no --assigned 1900,1850 --analysed 1614,1580 --measure independent-broad --conductor independent \
                --plan kept --confound none --same-sign .9 --middle-excludes-zero yes --one-school-decides no";
    let d = grade(&out, told);
    assert_eq!((d["word"].as_str(), d["credibility"].as_str()), (Some("strong evidence"), Some("A")), "{}", d["verdict"]["caps"]);
    for rated in d["wwc"].as_array().expect("ratings") {
        assert_eq!((rated["rating"].as_str(), rated["rule"].as_str()), (Some("without-reservations"), Some("low-attrition")));
    }
    assert_eq!(d["verdict"]["essa"]["tier"], "strong");
    let lost = grade(&out, &told.replace("--analysed 1614,1580", "--analysed 1614,1100"));
    assert!(lost["verdict"]["caps"].as_array().is_some_and(|c| c.iter().any(|c| c["rule"] == "attrition" && c["number"].is_f64())));
    assert_eq!(lost["wwc"][0]["rating"], "with-reservations", "the groups analysed were alike");
    let (_, text, _) = didact(&format!("grade {}", out.display()));
    let (card, _) = text.split_once("\n\nBy the field's standards\n").expect("a table after the card");
    assert!(card.split_whitespace().count() <= 120 && card.contains("Ask: "), "{card}");
    assert!(text.contains("What the folder tells") && text.contains("Numbers it rests on"));
}

#[test]
fn arms_that_share_schools_and_tests_of_trends_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "[data]\nsimulate = \"belmont-cragin\"\n[[analysis]]\nestimators = [\"callaway-santanna\"]\ninference = [\"cluster:cr1\"]\n";
    let out = folder.path().join("run");
    run(&study(folder.path(), text), "", &out);
    let d = grade(&out, "");
    let results: Value = serde_json::from_slice(&std::fs::read(out.join("results.json")).expect("results")).expect("JSON");
    assert!(d["facts"]["units"].is_null(), "schools of both arms are no units of assignment: {}", d["facts"]["units"]);
    // Each school with students of an arm holds at least one unit of it, and these are enough.
    let sample = |key: &str| results["results"][0]["sample"][key].as_u64();
    let least = &d["facts"]["units_at_least"];
    assert_eq!((least["treated"].as_u64(), least["comparison"].as_u64()), (sample("treated_clusters"), sample("comparison_clusters")));
    assert!(
        d["verdict"]["caps"].as_array().is_some_and(|caps| caps.iter().all(|c| c["rule"] != "few-clusters")),
        "{}",
        d["verdict"]["caps"]
    );
    let units = d["read"].as_array().expect("facts").iter().find(|f| f["fact"] == "units in each arm").expect("a fact");
    assert!(units["value"].as_str().is_some_and(|v| v.starts_with(&format!("at least {} treated", least["treated"]))), "{units}");
    assert!(d["facts"]["trends"]["periods"].as_u64().is_some_and(|n| n >= 2));
    let check = |name: &str| results["checks"].as_array().expect("checks").iter().find(|c| c["check"] == name).expect("it was asked");
    assert_eq!(d["facts"]["trends"]["power"], check("pretrends-power")["numbers"]["power"]);
    assert_eq!(d["facts"]["trends"]["breakdown"], check("honest")["numbers"]["breakdown"]);
    assert_eq!(d["headline"]["estimator"], "callaway-santanna");
    let read = d["read"].as_array().expect("facts");
    assert!(read.iter().all(|f| f["fact"].is_string() && f["from"].is_string()));
    assert!(grade(&out, "--units 14,28")["facts"]["units"]["treated"] == 14);
}
