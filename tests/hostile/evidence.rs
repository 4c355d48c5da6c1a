//! Claims that contradict themselves or say too little, and folders that are none.

use crate::support::program::didact;
use std::path::Path;

fn call(arguments: &str) -> crate::support::program::Ran {
    didact(arguments.split_whitespace())
}

fn refused(calls: &[(&str, i32, &[&str])]) {
    let mut wrong = Vec::new();
    for (flags, code, fragments) in calls {
        let ran = call(flags);
        let missing: Vec<_> = fragments.iter().filter(|f| !ran.stderr.contains(**f)).collect();
        if ran.code != *code || !ran.stdout.is_empty() || !missing.is_empty() || ran.stderr.contains("panicked") {
            wrong.push(format!("{flags}: exit {}, without {missing:?}\n{}", ran.code, ran.stderr));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn claims_that_cannot_be_are_refused_by_name() {
    refused(&[
        ("claim --effect .271 --se .011 --p .001", 3, &["EVI-010", "effect, standard error and p", "where", "why", "do"]),
        ("claim --effect .27 --se .06 --t 1.2", 3, &["EVI-010", "effect, standard error and t"]),
        ("claim --effect .27 --ci .30,.50", 3, &["EVI-010", "effect and interval"]),
        ("claim --effect .27 --se .010 --students 90", 3, &["EVI-010", "standard error and number of students"]),
        (
            "claim --effect .27 --se .1 --students 90 --treated-students 50 --comparison-students 50",
            3,
            &["EVI-010", "students in all and by arm"],
        ),
        (
            "claim --means 5.19,5.00 --sds 1.10,1.20 --treated-students 28 --comparison-students 28 --whole-scores",
            3,
            &["EVI-010", "treated mean"],
        ),
        ("claim --effect .36", 3, &["EVI-011", "cannot be said", "ask"]),
        ("claim --effect .36 --p ns", 3, &["EVI-011"]),
        ("claim --counts 30/30,20/30", 3, &["EVI-012", "empty cell", "invent"]),
        ("claim --percent-growth 23 --students 1000", 3, &["EVI-013", "ask: ", "standard deviation"]),
        ("claim --percent-growth 23 --comparison-growth 6 --students 1000", 3, &["EVI-013", "without a standard deviation"]),
        ("claim --effect .2 --se 0", 3, &["EVI-014"]),
        ("claim --effect 1e300 --se 1e299", 3, &["EVI-014", "1.00e300"]),
        ("claim --effect .2 --se .1 --icc 2", 3, &["EVI-014", "intraclass"]),
        ("claim --effect .2 --ci .5,.1", 3, &["EVI-014", "lower end"]),
        ("claim --counts 31/30,20/30", 3, &["EVI-014"]),
        ("claim --effect .2 --se .1 --students 1", 3, &["EVI-014", "1 student in all"]),
        ("claim --effect .2 --se .1 --icc .1", 3, &["EVI-016", "intraclass"]),
        ("claim --effect .2 --se .1 --students 99999999999999", 3, &["EVI-014"]),
        ("claim", 3, &["EVI-015"]),
        ("claim --students 100", 3, &["EVI-015"]),
    ]);
}

#[test]
fn flags_that_cannot_be_are_refused() {
    refused(&[
        ("claim --effect .2 --se .1 --standards 6", 2, &["EVI-001", "5.0"]),
        ("claim --effect .2 --se .1 --standards latest", 2, &["EVI-001"]),
        ("claim --effect .2 --se .1 --set smallest-efect=.1", 2, &["EVI-002", "smallest-effect"]),
        ("claim --effect .2 --se .1 --set alpha", 2, &["EVI-003", "0.05"]),
        ("claim --effect .2 --se .1 --set alpha=1", 2, &["EVI-003"]),
        ("claim --effect .2 --se .1 --set alpha=0.05 --set alpha=0.1", 2, &["EVI-003", "alpha is set twice"]),
        ("claim --effect .2 --se .1 --design quasi-experment", 2, &["EVI-004", "quasi-experiment"]),
        ("claim --effect .2 --se .1 --comparison dosis", 2, &["EVI-004", "dosage"]),
        ("claim --effect .2 --se .1 --assigned 10,10 --analysed 20,5", 2, &["EVI-005", "--assigned"]),
        ("claim --effect .2 --se .1 --units 0,62", 2, &["EVI-005", "--units", "no treated units"]),
        ("claim --effect .2 --se .1 --baseline reading", 2, &["EVI-005", "reading=0.12:adjusted"]),
        ("claim --effect .2 --se .1 --other-outcomes .1,2", 2, &["--other-outcomes"]),
        ("claim --effect x --se .1", 2, &["--effect", ".27"]),
        ("claim --effect nan --se .1", 2, &["--effect"]),
        ("claim --effect .2 --p 1.5", 2, &["p-value"]),
        ("claim --effect .2 --ci .1", 2, &["two values"]),
        ("claim --effect .2 --ci .1,.2,.3", 2, &["two values"]),
        ("claim --counts 60,50", 2, &["how many of how many"]),
        ("claim --means 52,50", 2, &["--sds"]),
        ("claim --effect .2 --growth-sd 15", 2, &["--percent-growth"]),
        ("claim --effect .2 --se .1 --students=-5", 2, &["whole number"]),
        ("claim --effect .2 --se .1 --pretrend-p 2", 2, &["from 0 to 1"]),
        ("claim --effect .2 --se .1 --unit teacher", 2, &["classroom"]),
        ("list claim", 2, &["claims"]),
    ]);
}

#[test]
fn extreme_claims_are_answered() {
    for flags in [
        "--effect .27 --se .06 --units 3,18446744073709551615",
        "--effect .27 --se .06 --units 1,0",
        "--effect 19 --se 1e299",
        "--effect 1e-300 --se 1e-200",
        "--effect 0 --se .1",
        "--effect .27 --se .06 --confound \u{202e}\u{1b}[31m",
        "--effect .27 --se .06 --baseline x=1e308",
        "--effect .27 --se .06 --breakdown=-1 --pretrend-p 0 --pretrend-power 0 --periods-before 4294967295",
        "--percentiles .0001,99.9999 --students 4",
    ] {
        let arguments = || ["claim"].into_iter().chain(flags.split_whitespace());
        let plain = didact(arguments());
        assert_eq!(plain.code, 0, "{flags}: {}", plain.stderr);
        assert!(!plain.stdout.contains("NaN") && !plain.stdout.contains(['\u{1b}', '\u{202e}']), "{flags}: {}", plain.stdout);
        let card = plain.stdout.split("\n\n").next().unwrap_or_default();
        assert!(card.split_whitespace().count() <= 120, "{flags}: {card}");
        let json = didact(arguments().chain(["--json"]));
        serde_json::from_str::<serde_json::Value>(&json.stdout).unwrap_or_else(|e| panic!("{flags}: {e}"));
    }
}

const STUDY: &str =
    "[study]\ntitle = \"t\"\n[data]\npath = \"d.csv\"\n[roles]\nstudent = \"s\"\nschool = \"g\"\ncluster = \"g\"\noutcomes = [\"y\"]\n";

fn folder(place: &Path, results: &str, study: &str) -> String {
    std::fs::create_dir_all(place).expect("a folder");
    std::fs::write(place.join("results.json"), results).expect("a file can be written");
    std::fs::write(place.join("study.toml"), study).expect("a file can be written");
    place.display().to_string()
}

#[test]
fn folders_that_are_no_runs_are_refused() {
    let at = tempfile::tempdir().expect("a folder");
    let missing = call(&format!("grade {}", at.path().join("nowhere").display()));
    assert_eq!(missing.code, 5, "{}", missing.stderr);
    for (name, results, study, code) in [
        ("text", "no JSON", STUDY, "RUN-001"),
        ("empty", "{}", STUDY, "RUN-001"),
        ("list", "[]", STUDY, "RUN-001"),
        ("null", "null", STUDY, "RUN-001"),
        ("calibration", r#"{"performance": []}"#, STUDY, "RUN-001"),
        ("no effect", r#"{"results": [{"effects": []}]}"#, STUDY, "RUN-002"),
        ("not identified", r#"{"results": [{"effects": [{"estimand": "overall", "estimate": null}]}]}"#, STUDY, "RUN-002"),
        ("study", r#"{"results": []}"#, "[study]\ntitel = 1\n", "error["),
    ] {
        let ran = didact(["grade", &folder(&at.path().join(name), results, study)]);
        assert!(ran.code == 3 && ran.stderr.contains(code) && ran.stdout.is_empty(), "{name}: exit {}\n{}", ran.code, ran.stderr);
    }
}

#[test]
fn results_changed_by_hand_do_not_break_it() {
    let at = tempfile::tempdir().expect("a folder");
    let effect = r#"{"estimand": "overall", "estimate": 2.5, "std_error": 1.0, "p_value": 0.01, "inference": "cluster:cr2", "event_time": -9223372036854775808}"#;
    for (i, (sample, rows)) in [
        (r#"{"treated_clusters": 18446744073709551615, "comparison_clusters": 18446744073709551615, "clusters": 3, "units": 5}"#, "[]"),
        (
            r#"{"treated_units": {"suppressed": true}, "units": 40, "clusters": 4}"#,
            r#"[{"outcome": "y", "variable": "y", "comparison_sd": {"suppressed": true}}]"#,
        ),
        (
            r#"{"treated_units": 1, "units": 0, "clusters": 1, "treated_clusters": 1, "comparison_clusters": 0}"#,
            r#"[{"outcome": "y", "variable": "y", "comparison_sd": 1e-320, "treated_n": 18446744073709551615, "comparison_n": 1}]"#,
        ),
        ("null", r#"[{"outcome": "y", "variable": "y", "comparison_sd": 10.0}]"#),
    ]
    .into_iter()
    .enumerate()
    {
        let results = format!(
            r#"{{"results": [{{"outcome": "y", "estimator": "did", "effects": [{effect}], "sample": {sample}}}], "tables": {{"baseline-balance": {{"rows": {rows}}}}}}}"#
        );
        let place = folder(&at.path().join(format!("run-{i}")), &results, STUDY);
        let ran = didact(["grade", &place]);
        assert!(ran.code == 0 && !ran.stdout.contains("NaN"), "{results}: exit {}\n{}", ran.code, ran.stderr);
        let json: serde_json::Value = serde_json::from_str(&didact(["grade", &place, "--json"]).stdout).expect("JSON");
        assert_eq!(json["facts"]["effect"].is_null(), i < 3, "{json}");
    }
}
