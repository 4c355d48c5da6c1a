//! Specification curve, smallest set and disagreement: what they say is what `didact estimate` says of the same choices, whatever the
//! order of rows and the number of threads.

use crate::{didact, shuffled, write};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

const ROLES: &str = "--outcome score --unit student --period year --cohort start --cluster school";
const CLASSROOMS: &str = "--outcome math --unit classroom --period year --cohort profile_year --cluster school";

/// Schools of six students seen in 2020 and 2021, the first half of them treated in 2021.
fn schools(n: i64, effect: f64) -> (String, Vec<Vec<String>>) {
    let noise = |a: i64, b: i64| ((a * 7919 + b * 104_729) % 1009) as f64 / 1009.0 - 0.5;
    let mut rows = Vec::new();
    for school in 1..=n {
        for student in 1..=6 {
            let id = school * 10 + student;
            let able = noise(id, 1) * 6.0 + noise(school, 2) * 2.0;
            for year in 2020..=2021 {
                let treated = school <= n / 2 && year == 2021;
                let (x, z) = (noise(id, year) * 2.0, noise(id * 3, year + 5));
                let shock = noise(school, year) * 1.5;
                let score = 50.0 + able + 0.4 * x - 0.3 * z + shock + noise(id, year * 7) * 2.0 + if treated { effect } else { 0.0 };
                rows.push(
                    [
                        id.to_string(),
                        school.to_string(),
                        year.to_string(),
                        if school <= n / 2 { "2021" } else { "0" }.into(),
                        format!("{score:.4}"),
                        format!("{x:.4}"),
                        format!("{z:.4}"),
                        u8::from(noise(id, 9) > 0.0).to_string(),
                    ]
                    .to_vec(),
                );
            }
        }
    }
    ("student,school,year,start,score,x,z,girl".into(), rows)
}

fn checked(flags: &str) -> Value {
    let (code, out, err) = didact(&format!("diagnose {flags} --json"));
    assert_eq!(code, 0, "{flags}: {err}");
    serde_json::from_str(&out).expect("JSON")
}

/// The overall effect of a call: estimate, standard error, p-value.
fn estimated(path: &str, flags: &str) -> (f64, Option<f64>, Option<f64>) {
    let (code, out, err) = didact(&format!("estimate {path} {flags} --json"));
    assert_eq!(code, 0, "{flags}: {err}");
    let document: Value = serde_json::from_str(&out).expect("JSON");
    let effects = document["results"][0]["effects"].as_array().expect("effects").clone();
    let own = effects.iter().find(|e| e["estimand"] == "overall").expect("an overall effect").clone();
    (own["estimate"].as_f64().expect("a number"), own["std_error"].as_f64(), own["p_value"].as_f64())
}

fn column(document: &Value, key: &str) -> Vec<Value> {
    let columns = document["table"]["columns"].as_array().expect("columns");
    let at = columns.iter().position(|c| c == key).unwrap_or_else(|| panic!("no column {key} in {columns:?}"));
    document["table"]["rows"].as_array().expect("rows").iter().map(|row| row[at].clone()).collect()
}

fn numbers(document: &Value, key: &str) -> Vec<f64> {
    column(document, key).iter().map(|v| v.as_f64().unwrap_or(f64::NAN)).collect()
}

fn words(document: &Value, key: &str) -> Vec<String> {
    column(document, key).iter().map(|v| v.as_str().expect("a word").to_string()).collect()
}

fn near(a: f64, b: f64, what: &str) {
    assert!((a - b).abs() <= 1e-9 * b.abs().max(1e-6), "{what}: {a} and {b}");
}

fn saved(folder: &Path, name: &str, (header, rows): &(String, Vec<Vec<String>>)) -> String {
    write(folder, name, header, rows)
}

#[test]
fn each_specification_is_the_estimate_of_its_choices() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = saved(folder.path(), "data.csv", &schools(10, 1.0));
    let check = "multiverse:estimators=did:method=dr|ancova|twfe|did,scales=raw,samples=all,shuffles=0,inference=cluster:cr2|cluster:cr1";
    let found = checked(&format!("{path} {ROLES} --covariates x,z,girl --check {check}"));
    let (unscaled, scaled, error) = (numbers(&found, "unscaled"), numbers(&found, "estimate"), numbers(&found, "std_error"));
    let (p, sets, estimators, methods) =
        (numbers(&found, "p_value"), words(&found, "covariates"), words(&found, "estimator"), words(&found, "inference"));
    // twfe and ancova by two methods: girl does not vary over time, so twfe has four sets, ancova eight; did one; dr eight by cr1 alone.
    assert_eq!(unscaled.len(), 2 * (4 + 8 + 1) + 8, "{}", found["table"]);
    assert_eq!(found["numbers"]["repeats"], 2.0 * (4.0 + 7.0));
    for i in 0..unscaled.len() {
        let covariates = if sets[i] == "none" { String::new() } else { format!("--covariates {}", sets[i].replace(" + ", ",")) };
        let flags = format!("{ROLES} {covariates} --estimator {} --inference {}", estimators[i], methods[i]);
        let (estimate, std_error, p_value) = estimated(&path, &flags);
        near(unscaled[i], estimate, &flags);
        near(error[i] * unscaled[i] / scaled[i], std_error.expect("a number"), &flags);
        near(p[i], p_value.expect("a number"), &flags);
    }
    let headline = words(&found, "headline").iter().position(|h| h == "yes").expect("a headline");
    assert_eq!((sets[headline].as_str(), estimators[headline].as_str()), ("x + z + girl", "did:method=dr"));
    let shares: BTreeSet<String> = found["summary"]["rows"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|r| format!("{} {}", r[0].as_str().expect("a word"), r[1].as_f64().expect("a share")))
        .collect();
    let sum: f64 = shares.iter().filter_map(|s| s.rsplit_once(' ')?.1.parse::<f64>().ok()).sum();
    near(sum, 1.0, "shares");
}

#[test]
fn what_scales_and_estimators_share_changes_no_bit() {
    let folder = tempfile::tempdir().expect("a folder");
    let (header, mut rows) = schools(30, 1.0);
    // Rows that are alike in all covariates, and some that are not.
    rows.iter_mut().for_each(|r| r[6] = ((6.0 * r[6].parse::<f64>().expect("a number")).round() as i64).to_string());
    let path = write(folder.path(), "data.csv", &header, &rows);
    let call = |estimators: &str, scales: &str| -> BTreeSet<String> {
        let check = format!("multiverse:estimators={estimators},scales={scales},samples=all|trim:0.05,inference=cluster:cr1,shuffles=0");
        let found = checked(&format!("{path} {ROLES} --covariates x,z,girl --check {check}"));
        let keys = ["estimate", "unscaled", "std_error", "p_value", "units", "sample", "covariates", "estimator", "scale"];
        let columns: Vec<Vec<Value>> = keys.iter().map(|key| column(&found, key)).collect();
        (0..columns[0].len()).map(|i| columns.iter().map(|c| c[i].to_string()).collect::<Vec<_>>().join(" ")).collect()
    };
    let estimators = ["did:method=dr", "did:method=ipw", "did:method=dr;improved=true", "did:method=regression", "ancova"];
    let scales = ["raw", "z", "rank"];
    let together = call(&estimators.join("|"), &scales.join("|"));
    let alone: BTreeSet<String> = estimators.iter().flat_map(|e| scales.map(|s| call(e, s))).flatten().collect();
    assert!(together.len() >= 2 * 3 * 5 * 4, "{}", together.len());
    assert_eq!(together, alone);
}

#[test]
fn the_joint_inference_is_that_of_all_assignments_estimated_one_by_one() {
    joint_one_by_one("twfe|ancova|did", [("twfe", "x,z"), ("twfe", ""), ("ancova", "x,z"), ("ancova", ""), ("did", "")]);
    let influence =
        [("did:method=dr", "x,z"), ("did:method=dr", ""), ("did:method=regression", "x,z"), ("did:method=regression", ""), ("did", "")];
    joint_one_by_one("did:method=dr|did:method=regression|did", influence);
}

fn joint_one_by_one(estimators: &str, specifications: [(&str, &str); 5]) {
    let folder = tempfile::tempdir().expect("a folder");
    let (header, rows) = schools(6, 0.6);
    let path = write(folder.path(), "data.csv", &header, &rows);
    let check = format!("multiverse:estimators={estimators},covariates=x+z|none,scales=raw,samples=all,inference=cluster:cr1;ssc=none");
    let found = checked(&format!("{path} {ROLES} --covariates x,z --check {check}"));
    let sd = numbers(&found, "unscaled")[0] / numbers(&found, "estimate")[0];
    assert_eq!(found["numbers"]["shuffles"], 20.0);
    assert_eq!(found["numbers"]["joint_estimates"], 5.0);
    let statistics = |path: &str| -> [f64; 3] {
        let mut all: Vec<(f64, f64)> = Vec::new();
        for (estimator, covariates) in specifications {
            let covariates = if covariates.is_empty() { String::new() } else { format!("--covariates {covariates}") };
            let (e, se, _) = estimated(path, &format!("{ROLES} {covariates} --estimator {estimator} --inference cluster:cr1,ssc=none"));
            all.push((e / sd, e / se.expect("a number")));
        }
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        // t with five degrees of freedom at .95.
        let up = all.iter().filter(|a| a.1 > 2.570_581_835_636).count().max(all.iter().filter(|a| a.1 < -2.570_581_835_636).count());
        let z = |t: f64| t.signum() * 41.0 / 43.0 * libm::sqrt(5.0 * libm::log1p(t * t / 5.0));
        [all[2].0, up as f64 / 5.0, all.iter().map(|a| z(a.1)).sum::<f64>() / 5.0]
    };
    let observed = statistics(&path);
    let mut larger = [0; 3];
    for mask in 0..64_u32 {
        if mask.count_ones() != 3 {
            continue;
        }
        let mut other = rows.clone();
        other.iter_mut().for_each(|r| {
            let school: u32 = r[1].parse().expect("a number");
            r[3] = if mask >> (school - 1) & 1 == 1 { "2021" } else { "0" }.into();
        });
        let own = statistics(&write(folder.path(), "other.csv", &header, &other));
        (0..3).for_each(|q| larger[q] += usize::from(own[q].abs() >= observed[q].abs() * (1.0 - 1e-9)));
    }
    for (q, (value, p)) in
        [("joint_median", "joint_median_p"), ("joint_significant", "joint_significant_p"), ("joint_z", "joint_z_p")].iter().enumerate()
    {
        near(found["numbers"][value].as_f64().expect("a number"), observed[q], value);
        near(found["numbers"][p].as_f64().expect("a number"), larger[q] as f64 / 20.0, p);
    }
}

#[test]
fn order_threads_and_units_of_the_outcome_change_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (header, rows) = schools(10, 0.8);
    let call = |name: &str, rows: &[Vec<String>], more: &str| {
        let path = write(folder.path(), name, &header, rows);
        let checks = "--check multiverse:shuffles=60 --check smallest-set --check disagreement";
        let (code, out, err) = didact(&format!("diagnose {path} {ROLES} --covariates x,z,girl {checks} {more} --json"));
        assert_eq!(code, 0, "{err}");
        out
    };
    let plain = call("plain.csv", &rows, "--threads 1");
    for threads in [2, 8] {
        assert_eq!(plain, call("plain.csv", &rows, &format!("--threads {threads}")), "{threads} threads");
    }
    assert_eq!(plain, call("order.csv", &shuffled(&rows), "--threads 2"), "the order of rows");
    let mut tenfold = rows.clone();
    tenfold.iter_mut().for_each(|r| r[4] = format!("{:.3}", 10.0 * r[4].parse::<f64>().expect("a number")));
    let (a, b): (Value, Value) =
        (serde_json::from_str(&plain).expect("JSON"), serde_json::from_str(&call("ten.csv", &tenfold, "")).expect("JSON"));
    for key in ["median", "same_sign", "joint_median_p", "joint_z_p", "headline"] {
        let of = |d: &Value| d["checks"][0]["numbers"][key].as_f64().expect("a number");
        assert!((of(&a) - of(&b)).abs() < 1e-9, "{key}");
    }
    // Another seed, other shuffles; the estimates stay.
    let other: Value = serde_json::from_str(&call("plain.csv", &rows, "--seed 5")).expect("JSON");
    assert_eq!(a["checks"][0]["table"], other["checks"][0]["table"]);
    assert_ne!(a["checks"][0]["numbers"]["joint_z_p"], other["checks"][0]["numbers"]["joint_z_p"]);
}

#[test]
fn a_large_effect_stands_and_none_does_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let verdict = |effect: f64| {
        let path = saved(folder.path(), "data.csv", &schools(16, effect));
        let found = checked(&format!("{path} {ROLES} --covariates x,z --check multiverse:shuffles=199"));
        let p = found["numbers"]["joint_median_p"].as_f64().expect("a number");
        (found["verdict"].as_str().expect("a word").to_string(), p)
    };
    let (strong, p) = verdict(4.0);
    assert!(strong == "ok" && p <= 0.01, "{strong} {p}");
    let (none, p) = verdict(-0.05);
    assert!(none != "ok" && p > 0.05, "{none} {p}");
}

#[test]
fn every_choice_does_something_or_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let (header, mut rows) = schools(8, 0.8);
    // A student who joined late, one who left.
    rows.remove(0);
    rows.remove(12);
    let path = write(folder.path(), "data.csv", &header, &rows);
    let call = |options: &str| {
        let found = checked(&format!("{path} {ROLES} --covariates x,z --check multiverse:{options}shuffles=20"));
        (found["table"].to_string(), found["numbers"].to_string())
    };
    let plain = call("");
    for options in [
        "estimators=twfe|did",
        "samples=all|no-joiners",
        "samples=all|balanced",
        "samples=all|trim:0.1",
        "samples=all|girl:1",
        "clusters=named|student",
        "covariates=all|x",
        "subsets=2",
        "scales=raw|log",
        "scales=rank",
        "inference=cluster:cr1",
    ] {
        assert_ne!(plain, call(&format!("{options},")), "{options}");
    }
    for (options, code, fragment) in [
        ("estimators=twef", 2, "EST-001"),
        ("samples=everyone", 2, "DIAG-042"),
        ("samples=trim:0.7", 2, "DIAG-042"),
        ("covariates=height", 2, "DIAG-041"),
        ("scales=cube", 2, "DIAG-043"),
        ("comparison=never", 2, "DIAG-040"),
        ("inference=cluster:cr9", 2, "EST-002"),
        ("subsets=0", 2, "EST-002"),
        ("samples=all|all", 2, "EST-002"),
    ] {
        let (got, out, err) = didact(&format!("diagnose {path} {ROLES} --covariates x,z --check multiverse:{options}"));
        assert!(got != 0 && out.is_empty() && err.contains(fragment), "{options}: {got} (wanted {code}) {err}");
    }
    // One choice makes no curve.
    let one = checked(&format!("{path} {ROLES} --check multiverse:estimators=did,scales=raw,samples=all,inference=cluster:cr1"));
    assert_eq!(one["verdict"], "cannot-tell");
}

#[test]
fn the_price_is_said_before_any_work() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut header, mut rows) = schools(8, 0.8);
    let names: Vec<String> = (0..14).map(|i| format!("c{i}")).collect();
    names.iter().for_each(|n| header += &format!(",{n}"));
    rows.iter_mut().enumerate().for_each(|(r, row)| row.extend((0..14).map(|i| ((r * (i + 3) * 31) % 97).to_string())));
    let path = write(folder.path(), "wide.csv", &header, &rows);
    let check = "multiverse:subsets=4096,samples=all|trim:0.01|trim:0.02|trim:0.03|trim:0.05,scales=raw|z|rank|log";
    let (code, _, err) = didact(&format!("diagnose {path} {ROLES} --covariates {} --check {check}", names.join(",")));
    assert!(code != 0 && err.contains("DIAG-044") && err.contains("products and sums"), "{code} {err}");
}

#[test]
fn no_smaller_set_of_schools_turns_the_result() {
    let folder = tempfile::tempdir().expect("a folder");
    for effect in [0.25, -0.4, 0.9] {
        let (header, rows) = schools(8, effect);
        let path = write(folder.path(), "data.csv", &header, &rows);
        for (target, word) in [("sign", "the sign"), ("significance", "the significance")] {
            let found = checked(&format!("{path} {ROLES} --estimator twfe --check smallest-set:of=clusters,target={target}"));
            assert_eq!(words(&found, "target"), [word]);
            let size = numbers(&found, "size")[0];
            let flags = format!("{ROLES} --estimator twfe --inference cluster:cr1,ssc=none");
            let (whole, _, p) = estimated(&path, &flags);
            let turned = |mask: u32| -> Option<bool> {
                let left: Vec<Vec<String>> =
                    rows.iter().filter(|r| mask >> (r[1].parse::<u32>().expect("a number") - 1) & 1 == 0).cloned().collect();
                let starts: BTreeSet<&String> = left.iter().map(|r| &r[3]).collect();
                if starts.len() < 2 {
                    return None;
                }
                let (e, se, now) = estimated(&write(folder.path(), "less.csv", &header, &left), &flags);
                se?;
                Some(if target == "sign" { e * whole <= 0.0 } else { (now? < 0.05) != (p? < 0.05) })
            };
            let most = if size.is_nan() { 2 } else { size as u32 };
            let mut smallest = None;
            for n in 1..=most.min(2) {
                let any = (0..256_u32).filter(|m| m.count_ones() == n).any(|m| turned(m) == Some(true));
                if any && smallest.is_none() {
                    smallest = Some(n);
                }
            }
            match smallest {
                Some(n) => assert_eq!(size, f64::from(n), "effect {effect}, {target}: {}", found["reason"]),
                None => assert!(size.is_nan() || size > 2.0, "effect {effect}, {target}: {}", found["reason"]),
            }
            if !size.is_nan() {
                let members = words(&found, "members").remove(0);
                let mask = members.split(", ").map(|m| 1 << (m.parse::<u32>().expect("a school") - 1)).sum();
                assert_eq!(turned(mask), Some(true), "estimated again without {members}");
                assert_eq!(numbers(&found, "at_least")[0], size, "all sets of eight schools can be tried");
            }
        }
    }
}

#[test]
fn one_student_who_carries_the_result_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let (header, mut rows) = schools(10, -0.3);
    // The first student gains a thousand.
    rows[1][4] = "1060.0".into();
    let path = write(folder.path(), "data.csv", &header, &rows);
    let found = checked(&format!("{path} {ROLES} --estimator did --check smallest-set:target=sign"));
    // One student makes an effect, and makes it uncertain: no result that could fail, and no direction to be read out of it.
    assert_eq!(found["verdict"], "caution", "{}", found["reason"]);
    assert_eq!(numbers(&found, "size"), [1.0, 1.0]);
    assert_eq!(words(&found, "members"), ["1", "1 treated, from 1 clusters"]);
    let without: Vec<Vec<String>> = rows.iter().filter(|r| r[0] != "11").cloned().collect();
    let (e, se, _) = estimated(&write(folder.path(), "less.csv", &header, &without), &format!("{ROLES} --inference cluster:cr1,ssc=none"));
    near(numbers(&found, "estimate")[1], e, "without the student");
    near(numbers(&found, "std_error")[1], se.expect("a number"), "without the student");
    assert!(!found.to_string().contains("\"11\""), "no student is named");
    let (header, rows) = schools(4, 0.3);
    let few = checked(&format!("{} {ROLES} --check smallest-set", write(folder.path(), "few.csv", &header, &rows)));
    assert_eq!(few["verdict"], "cannot-tell");
}

#[test]
fn the_parts_add_up_to_the_gap() {
    let folder = tempfile::tempdir().expect("a folder");
    let golden = |name: &str| format!("{}/tests/golden/data/{name}.csv", env!("CARGO_MANIFEST_DIR"));
    let own = saved(folder.path(), "data.csv", &schools(10, 0.8));
    let cases = [
        (golden("classrooms"), CLASSROOMS, "callaway-santanna:control=never", "twfe", true),
        (golden("classrooms"), CLASSROOMS, "callaway-santanna", "twfe", true),
        (golden("classrooms"), CLASSROOMS, "callaway-santanna:control=never", "callaway-santanna:control=not-yet", true),
        (golden("classrooms"), CLASSROOMS, "imputation", "twfe", false),
        (golden("classrooms_unbalanced"), CLASSROOMS, "callaway-santanna:control=never", "twfe", true),
        (own, ROLES, "did", "twfe", true),
    ];
    for (path, roles, a, b, whole) in cases {
        for covariates in ["", "--covariates attendance", "--covariates x"] {
            if covariates.contains("attendance") != (roles == CLASSROOMS) && !covariates.is_empty() {
                continue;
            }
            let found = checked(&format!("{path} {roles} {covariates} --estimator {a} --estimator {b} --check disagreement"));
            let what = format!("{a} {b} {covariates}: {}", found["table"]);
            let (parts, sizes) = (words(&found, "part"), numbers(&found, "size"));
            let of = |name: &str| sizes[parts.iter().position(|p| p == name).expect("a part")];
            let sum: f64 = sizes[..sizes.len() - 1].iter().filter(|s| !s.is_nan()).sum();
            assert!((sum - of("gap")).abs() < 1e-8, "{what}");
            let one = |e: &str| estimated(&path, &format!("{roles} {covariates} --estimator {e} --inference cluster:cr1")).0;
            assert!((one(b) - one(a) - of("gap")).abs() < 1e-9, "{what}");
            if whole {
                assert_eq!(of("remainder"), 0.0, "{what}");
                assert!(sizes.iter().all(|s| !s.is_nan()), "{what}");
            }
            if a.starts_with("callaway-santanna:control=never") && b == "twfe" && covariates.is_empty() {
                assert!(of("weights after the start").abs() > 1e-6 && of("comparison group") == 0.0, "{what}");
            }
            if a.starts_with("callaway") && b.starts_with("callaway") && covariates.is_empty() {
                assert!(of("comparison group").abs() > 1e-9 && of("weights after the start") == 0.0, "{what}");
            }
            let again =
                checked(&format!("{path} {roles} {covariates} --check disagreement:a={},b={}", a.replace(',', ";"), b.replace(',', ";")));
            assert_eq!(found["table"], again["table"]);
        }
    }
}

#[test]
fn a_gap_needs_two_estimators() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = saved(folder.path(), "data.csv", &schools(10, 0.8));
    for (flags, fragment) in [
        ("--check disagreement:a=twfe,b=twfe", "DIAG-047"),
        ("--estimator did --check disagreement:a=twfe", "DIAG-047"),
        ("--estimator did --estimator twfe --estimator ancova --check disagreement", "DIAG-047"),
        ("--check disagreement:a=nothing", "EST-001"),
        ("--estimator did --estimator twfe --check leave-one-out", "several --estimator"),
        ("--check smallest-set --seed 3", "--seed does nothing"),
        ("--check smallest-set:of=schools", "EST-002"),
    ] {
        let (code, out, err) = didact(&format!("diagnose {path} {ROLES} {flags}"));
        assert!(code != 0 && out.is_empty() && err.contains(fragment), "{flags}: {code} {err}");
    }
    let same = checked(&format!("{path} {ROLES} --check disagreement"));
    assert_eq!((same["verdict"].as_str(), same["estimator"].as_str()), (Some("ok"), None));
}

#[test]
fn a_study_with_a_multiverse_has_its_curve_and_the_grade_reads_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = |more: &str| {
        format!(
            "[study]\ntitle = \"t\"\n[data]\nsimulate = \"two-period\"\nworld = {{ schools = 12, profile_schools = 6 }}\n[[analysis]]\nestimators = [\"did\", \"twfe\"]\n\
             [multiverse]\nshuffles = 40\n{more}\n[calibration]\nreplicates = 0\n"
        )
    };
    let study = folder.path().join("study.toml");
    std::fs::write(&study, text("")).expect("a file can be written");
    let run = |out: &str, flags: &str| {
        let out = folder.path().join(out);
        let (code, _, err) = didact(&format!("run {} --quiet --out {} {flags}", study.display(), out.display()));
        assert_eq!(code, 0, "{err}");
        out
    };
    let (one, two) = (run("one", "--threads 1"), run("two", "--threads 4"));
    let read = |folder: &Path, file: &str| std::fs::read(folder.join(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
    for file in ["results.json", "figures/specification-curve.svg", "figures/specification-curve.csv", "tables/specification-curve.csv"] {
        assert_eq!(read(&one, file), read(&two, file), "{file}");
    }
    let results: Value = serde_json::from_slice(&read(&one, "results.json")).expect("JSON");
    let curve = &results["multiverse"];
    let n = curve["specifications"].as_u64().expect("a count") as usize;
    assert!(n > 10, "{curve}");
    let data = String::from_utf8(read(&one, "figures/specification-curve.csv")).expect("text");
    assert_eq!(data.lines().count(), n + 1);
    let (code, out, err) = didact(&format!("grade {} --json", one.display()));
    assert_eq!(code, 0, "{err}");
    let grade: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(grade["facts"]["specifications"]["same_sign"], curve["same_sign"]);
    assert_eq!(grade["facts"]["specifications"]["median_excludes_zero"], curve["median_excludes_zero"]);
    // The resolved study says every default, and runs again.
    let resolved = String::from_utf8(read(&one, "study.toml")).expect("text");
    assert!(resolved.contains("[multiverse]") && resolved.contains("subsets = 16"), "{resolved}");
    std::fs::write(&study, resolved).expect("a file can be written");
    assert_eq!(read(&run("three", ""), "results.json"), read(&one, "results.json"));
    for (more, fragment) in [("scale = [\"raw\"]", "did you mean"), ("scales = [\"raw\", \"raw\"]", "EST-002"), ("subsets = 0", "EST-002")]
    {
        std::fs::write(&study, text(more)).expect("a file can be written");
        let (code, _, err) = didact(&format!("run {} --quiet --out {}", study.display(), folder.path().join("bad").display()));
        assert!(code == 3 && err.contains(fragment), "{more}: {code} {err}");
    }
}
