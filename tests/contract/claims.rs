//! Published claims from outside: one footing, a card that can be read aloud, a table with its sources.

use crate::didact;
use serde_json::Value;

const EXAMPLE: &str = "claim --effect .27 --se .06 --students 11000 --schools 62 --design quasi-experiment";

fn claim(flags: &str) -> Value {
    let (code, out, err) = didact(&format!("claim {flags} --json"));
    assert_eq!(code, 0, "{flags}: {err}");
    serde_json::from_str(&out).expect("JSON")
}

fn near(value: &Value, expected: f64, within: f64) {
    let found = value.as_f64().unwrap_or_else(|| panic!("{value} is no number"));
    assert!((found - expected).abs() <= within, "{found} is not {expected}");
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

#[test]
fn the_card_comes_first_and_is_short() {
    let (code, out, err) = didact(EXAMPLE);
    assert_eq!(code, 0, "{err}");
    let (card, _) = out.split_once("\n\nOn one footing\n").expect("a table after the card");
    assert!(card.starts_with("Weak evidence.\nThis study is") && words(card) <= 120, "{} words:\n{card}", words(card));
    for part in ["percentile points", "What would change this verdict", "Ask: ", "is to be expected"] {
        assert!(card.contains(part), "no {part:?} in\n{card}");
    }
    let readme = include_str!("../../README.md");
    assert!(readme.contains(card) && readme.contains(EXAMPLE), "README.md shows another card than\n{card}");
    for title in [
        "Do its numbers fit each other?",
        "By the field's standards",
        "How credibility came about",
        "Numbers it rests on (wwc-5.0/didact-1)",
    ] {
        assert!(out.contains(title), "no {title:?}");
    }
    for line in ["WWC 4.1", "WWC 5.0", "ESSA", "EEF padlocks", "Kraft's size", "not checked against its source", "looked up"] {
        assert!(out.contains(line), "no {line:?}");
    }
    let (_, quiet, _) = didact(&format!("{EXAMPLE} --quiet"));
    assert!(quiet.starts_with(card) && !quiet.contains("Numbers it rests on"));
}

#[test]
fn the_document_tells_all_of_it() {
    let d = claim(&EXAMPLE["claim ".len()..]);
    assert_eq!(
        (d["word"].as_str(), d["credibility"].as_str(), d["standards"].as_str()),
        (Some("weak evidence"), Some("C"), Some("wwc-5.0/didact-1"))
    );
    // 1/(1 + (.06/.10)²) of .27, the rest of .06.
    near(&d["beside_other_trials"]["g"], 0.27 / 1.36 + 0.06 * 0.36 / 1.36, 1e-12);
    near(&d["footing"]["corrected"]["t"], 4.5, 1e-12);
    near(&d["percentile_points"][0], 10.642, 0.001);
    let versions: Vec<&str> = d["wwc"].as_array().expect("ratings").iter().filter_map(|r| r["version"].as_str()).collect();
    assert_eq!(versions, ["4.1", "5.0"]);
    assert!(d["wwc"].as_array().expect("ratings").iter().all(|r| r["because"].is_string() && r["rule"] == "equivalence-not-shown"));
    assert_eq!(d["verdict"]["essa"]["conditions"].as_array().map(Vec::len), Some(16));
    assert_eq!(d["months"]["toolkit"], 4);
    assert!(d["months"]["warning"].as_str().is_some_and(|w| w.contains("mislead")));
    for setting in d["settings"].as_array().expect("settings") {
        assert!(setting["status"].is_string() && setting["source"].is_string() && setting["changed"] == false, "{setting}");
    }
    for cap in d["verdict"]["caps"].as_array().expect("caps") {
        assert!(["rule", "effects", "found", "instead", "before", "after", "unknown"].iter().all(|k| !cap[*k].is_null()), "{cap}");
    }
    for key in ["verdict", "facts", "questions", "checks", "assumptions", "kraft_size", "card"] {
        assert!(!d[key].is_null(), "no {key}");
    }
}

#[test]
fn every_way_of_telling_an_effect_is_read() {
    for (flags, from, g) in [
        ("--effect=-.27 --ci=-.39,-.15", "effect", -0.27),
        ("--means 52.0,50.0 --sds 10.0,9.0 --students 200", "means", 0.2094379798),
        ("--counts 60/100,50/100", "counts", 0.2457364292),
        ("--odds 1.5 --ci .86,2.62", "odds-ratio", 0.2457364292),
        ("--percentiles 50,54 --students 3,000", "percentiles", 0.1004337205),
        ("--percent-growth 23 --comparison-growth 6 --growth-sd 15 --students 3000", "growth", 0.092),
        ("--t 2.5 --treated-students 60 --comparison-students 40", "t", 0.5103),
        ("--f 6.25 --treated-students 60 --comparison-students 40 --negative", "f", -0.5103),
        ("--p .014 --students 100", "p-value", 0.5003),
    ] {
        let d = claim(flags);
        assert_eq!(d["footing"]["from"], from, "{flags}");
        near(&d["footing"]["g"], g, if g.abs() > 0.5 { 0.01 } else { 1e-6 });
    }
}

#[test]
fn clusters_that_were_ignored_are_heeded() {
    let d = claim("--effect .30 --treated-students 200 --comparison-students 200 --classrooms 20 --clusters-heeded no");
    near(&d["footing"]["as_told"]["p_value"], 0.0030275381, 1e-9);
    near(&d["footing"]["corrected"]["p_value"], 0.1787808294, 1e-9);
    assert!(d["assumptions"].as_array().is_some_and(|a| a.iter().any(|w| w.as_str().is_some_and(|w| w.contains("0.20")))));
}

#[test]
fn contradictions_are_refused_by_name() {
    let means = "--means 52,50 --sds 10,10 --treated-students 100 --comparison-students 100";
    for (flags, place) in [
        ("--counts 60/100,50/100 --odds 9", "counts and odds ratio"),
        ("--counts 60/100,50/100 --effect 2", "effect and counts"),
        ("--counts 60/100,50/100 --p .0001", "counts and p"),
        (&format!("{means} --t 9"), "means and t"),
        (&format!("{means} --p .0001"), "means and p"),
        (&format!("{means} --ci .5,.9"), "means and interval"),
        ("--effect .5 --percentiles 50,54 --se .1", "effect and percentiles"),
        ("--percent-growth 23 --comparison-growth 6 --growth-sd 15 --effect .9 --students 3000", "effect and percent growth"),
        ("--effect .27 --se .06 --negative", "effect and its sign"),
        ("--effect .27 --se .1 --units 40,40 --schools 62 --unit school", "units and clusters"),
        ("--effect .27 --assigned 95,95 --analysed 90,90 --students 5000", "students analysed and students"),
        ("--odds 1.5 --ci 1.4,30.0", "odds ratio and middle of the interval"),
        ("--means 5.23,5.00 --sds 1,1 --treated-students 10 --comparison-students 10 --effect .9", "effect and means"),
        ("--means 5.23,5.00 --sds 1,1 --students 20 --whole-scores", "treated mean and students"),
    ] {
        let (code, out, err) = didact(&format!("claim {flags}"));
        assert!(code == 3 && out.is_empty(), "{flags}: exit {code}\n{out}");
        assert!(err.contains("EVI-010") && err.contains(&format!("where   the claim, {place}\n")), "{flags}: {err}");
    }
    for (flags, code, what) in [
        ("--odds 1.5 --ci=-1,2.6", "EVI-014", "an interval of an odds ratio that reaches zero or below"),
        ("--effect 2e10 --se 1", "EVI-014", "an effect of 20000000000 standard deviations"),
        ("--counts 60/0,50/100", "EVI-014", "no students in an arm of the counts"),
        ("--effect .27 --se .06 --level 95", "EVI-016", "an interval's level without an interval"),
        ("--effect .27 --se .06 --means 5.23,5.00 --sds 1,1 --whole-scores", "EVI-016", "whole scores without numbers of students"),
    ] {
        let (exit, _, err) = didact(&format!("claim {flags}"));
        assert!(exit == 3 && err.contains(&format!("error[{code}] {what}\n")), "{flags}: exit {exit}\n{err}");
        assert!(!err.contains("more students who reached"), "{err}");
    }
}

#[test]
fn doubts_stand_in_the_table_and_no_alarm_is_raised_where_numbers_fit() {
    let rows = |flags: &str| claim(flags)["checks"].as_array().expect("checks").clone();
    let says = |flags: &str, between: &str| {
        let rows = rows(flags);
        let row = rows.iter().find(|r| r["between"] == between).unwrap_or_else(|| panic!("no {between} in {rows:?}"));
        row["agreement"].as_str().map(str::to_string)
    };
    let doubtful = Some("doubtful".to_string());
    assert_eq!(says("--effect .27 --p .001 --students 50", "effect, p and number of students"), doubtful);
    assert_eq!(says("--odds 1.5 --ci 1.1,4.0", "odds ratio and middle of the interval"), doubtful);
    assert_eq!(says("--means 52.0,50.0 --sds 10.0,10.0 --students 200 --effect .6", "effect and means"), doubtful);
    for flags in [
        "--effect .27 --se .06 --ci .15,.39 --t 4.5 --f 20.2 --p <.001 --students 4000 --schools 40",
        "--means 52.0,50.0 --sds 10.0,9.0 --students 200 --effect .21 --se .14 --t 1.49 --p .14",
        "--counts 60/100,50/100 --odds 1.5 --effect .25 --ci .86,2.62 --p .15",
        "--effect .10 --percentiles 50,54 --percent-growth 23 --comparison-growth 6 --growth-sd 14 --students 3000",
        "--effect=-.27 --se .06 --negative --units 31,31 --schools 62 --unit school --assigned 95,95 --analysed 90,90 --students 180",
    ] {
        let rows = rows(flags);
        assert!(rows.len() > 2 && rows.iter().all(|r| r["agreement"] == "agrees"), "{flags}: {rows:#?}");
    }
}

#[test]
fn published_claims_contradict_themselves_nowhere_but_where_it_is_known() {
    let (_, out, _) = didact("list claims --json");
    let document: Value = serde_json::from_str(&out).expect("JSON");
    let mut assessed = 0;
    for c in document["claims"].as_array().expect("claims") {
        // Effects in SD, with whatever numbers stand beside them.
        let Some(g) = c["effect"].as_f64().filter(|_| c["unit"] == "sd") else { continue };
        let mut flags = format!("--effect={g}");
        for (flag, column) in [("--se", "std_error"), ("--students", "students")] {
            flags += &c[column].as_f64().map_or(String::new(), |x| format!(" {flag} {x}"));
        }
        if let (Some(low), Some(high)) = (c["low"].as_f64(), c["high"].as_f64()) {
            flags += &format!(" --ci={low},{high}");
        }
        let (code, _, err) = didact(&format!("claim {flags}"));
        assert!(code == 0 || err.contains("EVI-011") && !err.contains("EVI-010"), "{}: {flags}\n{err}", c["id"]);
        assessed += 1;
    }
    assert!(assessed > 15, "{assessed}");
}

#[test]
fn p_below_a_bound_leaves_zero_out() {
    for (flags, side) in [("--effect=-.3", "lower"), ("--effect .3", "higher")] {
        let (code, out, err) = didact(&format!("claim {flags} --p <.05 --treated-students 100 --comparison-students 100"));
        assert_eq!(code, 0, "{err}");
        assert!(out.contains(&format!("scored 0.0 to 22.6 percentile points {side}")), "{out}");
        assert!(out.contains("are not compatible with no difference") && out.contains("just leaves zero out"), "{out}");
        assert!(!out.contains("-0.0 ") && !out.contains("-0.0)") && !out.contains("-0.000"), "{out}");
    }
}

#[test]
fn help_shows_every_spelling_that_is_read() {
    let (_, help, _) = didact("claim --help");
    assert!(help.contains("n.s.,"), "{help}");
    for p in ["n.s.", "n.s", "ns"] {
        assert_eq!(didact(&format!("claim --effect .2 --se .2 --p {p}")).0, 0, "{p}");
    }
}

#[test]
fn the_card_says_when_nothing_is_known_of_clusters() {
    for flags in ["--effect .27 --students 3000", "--effect .27 --se .06", "--counts 60/100,50/100"] {
        let (code, out, err) = didact(&format!("claim {flags}"));
        assert_eq!(code, 0, "{err}");
        let (card, tables) = out.split_once("\n\nOn one footing\n").expect("a table after the card");
        assert!(words(card) <= 120 && card.contains("Whole classrooms or schools were probably treated together"), "{card}");
        assert!(card.contains("the interval is then too narrow.\n"), "{card}");
        assert!(tables.contains("Clusters not known") && !tables.contains("Clusters heeded"), "{tables}");
    }
    for flags in [EXAMPLE, "claim --effect .27 --students 3000 --schools 40", "claim --effect .27 --students 3000 --unit student"] {
        let (_, out, _) = didact(flags);
        assert!(!out.contains("probably treated together") && out.contains("Clusters heeded"), "{flags}: {out}");
    }
}

#[test]
fn facts_told_and_standards_chosen_change_the_verdict() {
    let trial = "--effect .27 --se .06 --treated-students 5500 --comparison-students 5500 --schools 62 --clusters-heeded yes --design randomised \
                 --assigned 5700,5690 --analysed 5500,5500 --compromised no --confound none --measure independent-broad --conductor independent \
                 --plan kept --same-sign .9 --middle-excludes-zero yes --one-school-decides no --other-outcomes none";
    let d = claim(trial);
    assert_eq!((d["word"].as_str(), d["verdict"]["essa"]["tier"].as_str()), (Some("strong evidence"), Some("strong")));
    assert_eq!(d["wwc"][1]["rating"], "without-reservations");
    // Among many other outcomes with nothing in them, p must be smaller.
    let weak = trial.replace("--se .06", "--se .13").replace("--other-outcomes none", "--other-outcomes .5,.6,.7");
    assert_eq!(claim(&weak)["verdict"]["outcome"], "one-of-many");
    assert_eq!(claim(&weak.replace("--other-outcomes .5,.6,.7", "--other-outcomes none"))["word"], "strong evidence");
    let dosage = claim(&format!("{trial} --comparison dosage"));
    assert_eq!((dosage["word"].as_str(), dosage["credibility"].as_str()), (Some("can't tell"), Some("D")));
    let stricter = claim(&format!("{trial} --set strong-students=20000 --standards 4.1"));
    assert_eq!((stricter["word"].as_str(), stricter["standards"].as_str()), (Some("promising evidence"), Some("wwc-4.1/didact-1+changed")));
    let gap = claim("--effect .27 --se .06 --design quasi-experiment --baseline reading=.30:adjusted --schools 40 --students 4000");
    assert!(gap["verdict"]["caps"].as_array().is_some_and(|c| c.iter().any(|c| c["rule"] == "baseline-gap" && c["number"] == 0.3)));
}

#[test]
fn published_claims_are_listed_with_their_sources() {
    let (code, out, err) = didact("list claims --json");
    assert_eq!(code, 0, "{err}");
    let document: Value = serde_json::from_str(&out).expect("JSON");
    let claims = document["claims"].as_array().expect("claims");
    assert!(claims.len() > 25);
    for c in claims {
        let told = ["id", "line", "programme", "reported", "design", "by", "source", "status", "version"];
        assert!(told.iter().all(|k| c[*k].as_str().is_some_and(|t| !t.is_empty())) && c["status"] == "looked-up", "{c}");
        assert_eq!(c["independent"] == true, c["by"] == "independent", "{c}");
        assert_eq!(c["effect"].is_null(), c["unit"].is_null(), "{c}");
    }
    let first_other = claims.iter().position(|c| c["independent"] == false).expect("some");
    assert!(claims[first_other..].iter().all(|c| c["independent"] == false), "they stand apart");
    let (_, text, _) = didact("list claims");
    assert!(text.find(" independent\n").expect("a heading") < text.find(" by people with a stake in it\n").expect("a heading"));

    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("claims");
    let (code, _, err) = didact(&format!("list claims --out {}", out.display()));
    assert_eq!(code, 0, "{err}");
    for file in ["tables/claims-independent.csv", "tables/claims-with-a-stake.md", "figures/claims.svg", "figures/claims.csv"] {
        assert!(out.join(file).exists(), "{file}");
    }
    let forest = std::fs::read_to_string(out.join("figures/claims.csv")).expect("the figure's data");
    let place = |what: &str| forest.find(what).unwrap_or_else(|| panic!("no {what} in {forest}"));
    assert!(place("All trials of EEF and NCEE") < place("WITH A STAKE"));
    assert_eq!(didact(&format!("list claims --out {}", out.display())).0, 5);
    assert_eq!(didact("list worlds --out somewhere").0, 2);
}
