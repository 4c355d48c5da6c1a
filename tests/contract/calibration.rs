//! Calibrations from outside: the same bytes whatever the threads, the shards and where they were cut off.

use crate::didact;
use didact::store::{Folder, read_folder};
use didact::study::Calibration;
use std::collections::BTreeMap;
use std::path::Path;

const SMALL: &str = "calibrate two-period --replicates 5 --set schools=8 --grid profile_schools=3,4 --estimator did --estimator twfe \
                     --inference cluster:cr2 --quiet";

fn run(flags: &str, out: &Path) -> BTreeMap<String, Vec<u8>> {
    let out = out.display().to_string();
    let (code, _, err) = didact(&format!("{flags} --out {out}"));
    assert_eq!(code, 0, "{flags}: {err}");
    assert!(!Path::new(&format!("{out}.journal")).exists(), "a finished calibration needs no journal");
    read_folder(Path::new(&out)).expect("it is there")
}

#[test]
fn threads_and_shards_change_no_byte() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let whole = run(&format!("{SMALL} --threads 1"), &at("whole"));
    for needed in ["report.html", "results.json", "tables/performance.csv", "figures/coverage-by-profile-schools.svg", "manifest.json"] {
        assert!(whole.contains_key(needed), "{needed} is missing: {:?}", whole.keys());
    }
    for threads in [2, 8] {
        assert!(run(&format!("{SMALL} --threads {threads}"), &at(&format!("threads-{threads}"))) == whole, "{threads} threads");
    }
    for of in [1, 7] {
        let mut parts: Vec<String> = Vec::new();
        for part in 1..=of {
            let place = at(&format!("part-{part}-of-{of}"));
            run(&format!("{SMALL} --shard {part}/{of}"), &place);
            parts.insert(0, place.display().to_string());
        }
        assert!(run(&format!("merge {} --quiet", parts.join(" ")), &at(&format!("merged-{of}"))) == whole, "{of} shards");
    }
    let (code, out, err) = didact(&format!("verify {}", at("whole").display()));
    assert_eq!((code, out.starts_with("recomputed identical")), (0, true), "{out} {err}");
}

#[test]
fn cut_off_anywhere_it_comes_out_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let whole = run(SMALL, &at("whole"));
    let calibration: Calibration = serde_json::from_slice(&whole["calibration.json"]).expect("it reads back");
    let source = calibration.source(None).expect("a world");
    let (experiment, _) = calibration.experiment(&*source, calibration.grid(&*source).expect("a grid")).expect("an experiment");
    let mut journal = String::from("didact calibration journal 1\n");
    experiment.identity().iter().for_each(|(name, value)| journal.push_str(&format!("{name} = {value}\n")));
    journal.push_str("shard = none\n---\n");
    let head = journal.len();
    journal.push_str(&String::from_utf8_lossy(&run(&format!("{SMALL} --shard 1/1"), &at("part"))["draws.txt"]));
    let cuts = [
        0,
        1,
        head / 2,
        head - 1,
        head,
        head + 1,
        head + (journal.len() - head) / 3,
        journal.len() - 200,
        journal.len() - 1,
        journal.len(),
    ];
    for cut in cuts {
        let place = at(&format!("cut-{cut}"));
        std::fs::write(format!("{}.journal", place.display()), &journal.as_bytes()[..cut]).expect("a file can be written");
        assert!(run(SMALL, &place) == whole, "cut at {cut} of {}", journal.len());
    }
    let place = at("other").display().to_string();
    std::fs::write(format!("{place}.journal"), &journal).expect("a file can be written");
    let (code, _, err) = didact(&format!("{SMALL} --seed 7 --out {place}"));
    assert_eq!(code, 3);
    assert!(err.contains("CAL-010") && err.contains("is:  seed = 7"), "{err}");
    let kept = std::fs::read_to_string(format!("{place}.journal")).expect("it is still there");
    assert!(kept == journal, "a journal of something else is not touched");
}

#[test]
fn shards_that_do_not_fit_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name).display().to_string();
    for (name, flags) in [("a1", "--shard 1/2"), ("a2", "--shard 2/2"), ("b2", "--shard 2/2 --seed 3")] {
        run(&format!("{SMALL} {flags}"), Path::new(&at(name)));
    }
    let mut begun = Folder::begin(Path::new(&at("c"))).expect("a folder");
    begun.write("note.txt", b"nothing").expect("written");
    begun.finish().expect("in place");
    std::fs::create_dir(at("d")).expect("a folder");
    std::fs::copy(format!("{}/shard.json", at("a2")), format!("{}/shard.json", at("d"))).expect("copied");
    let text = std::fs::read_to_string(format!("{}/draws.txt", at("a2"))).expect("there");
    std::fs::write(format!("{}/draws.txt", at("d")), text.replacen("|", "", 1)).expect("written");
    for (parts, code, fragments) in [
        (vec!["a1"], 3, vec!["CAL-013", "missing: 2/2"]),
        (vec!["a1", "a1"], 3, vec!["CAL-013", "twice"]),
        (vec!["a1", "b2"], 3, vec!["CAL-012", "another calibration"]),
        (vec!["a1", "c"], 3, vec!["CAL-011", "not a shard"]),
        (vec!["a1", "d"], 3, vec!["CAL-011", "damaged"]),
        (vec!["a1", "nowhere"], 5, vec!["IO-001"]),
    ] {
        let places: Vec<String> = parts.iter().map(|p| at(p)).collect();
        let (found, _, err) = didact(&format!("merge {} --out {}", places.join(" "), at("merged")));
        assert_eq!(found, code, "{parts:?}: {err}");
        assert!(fragments.iter().all(|f| err.contains(f)), "{parts:?}: {err}");
        assert!(!Path::new(&at("merged")).exists());
    }
}

#[test]
fn json_has_full_precision_and_no_nan() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out").display().to_string();
    let (code, text, err) = didact(&format!("{} --json --out {out}", SMALL.replace("--quiet", "")));
    assert_eq!((code, err.as_str()), (0, ""));
    let document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let rows = document["calibration"]["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), 12, "two points, two estimators, each also in two subgroups");
    for row in rows {
        assert_eq!(row["n"], 5);
        assert!(row["coverage"].is_f64() && row["bias_mc"].is_f64() && row["size"].is_null(), "{row}");
        assert!(["did", "twfe"].contains(&row["estimator"].as_str().expect("a name")));
    }
    assert_eq!(document["calibration"]["rankings"].as_array().map(Vec::len), Some(6));
}

#[test]
fn estimators_asked_for_need_no_roles_of_others() {
    let folder = tempfile::tempdir().expect("a folder");
    for (i, (world, estimator)) in
        [("lottery", "did"), ("lottery", "callaway-santanna"), ("iep-inclusion", "triple-difference"), ("iep-inclusion", "did")]
            .iter()
            .enumerate()
    {
        let out = folder.path().join(i.to_string()).display().to_string();
        let (code, _, err) =
            didact(&format!("calibrate {world} --replicates 2 --estimator {estimator} --effect overall --quiet --out {out}"));
        assert_eq!(code, 0, "{world} {estimator}: {err}");
    }
}

#[test]
fn every_pair_has_its_truth_in_subgroups() {
    let folder = tempfile::tempdir().expect("a folder");
    let rows = |name: &str, flags: &str| {
        let out = folder.path().join(name).display().to_string();
        let (code, text, err) = didact(&format!("calibrate {flags} --replicates 2 --outcome math --json --out {out}"));
        assert_eq!((code, err.as_str()), (0, ""), "{flags}");
        let document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        document["calibration"]["rows"].as_array().expect("rows").clone()
    };
    let all = rows(
        "a",
        "belmont-cragin --set schools=12 --set profile_schools=6 --subgroup frl --estimator callaway-santanna --estimator twfe --inference jackknife",
    );
    for value in ["0", "1"] {
        let own: Vec<&serde_json::Value> =
            all.iter().filter(|r| r["subgroup"]["column"] == "frl" && r["subgroup"]["value"] == value).collect();
        for (estimator, estimand) in [
            ("callaway-santanna", "overall"),
            ("callaway-santanna", "overall-group"),
            ("callaway-santanna", "overall-calendar"),
            ("callaway-santanna", "overall-dynamic"),
            ("twfe", "overall"),
        ] {
            let row = own.iter().find(|r| r["estimator"] == estimator && r["estimand"] == estimand);
            let row = row.unwrap_or_else(|| panic!("{estimator} {estimand} at frl = {value}"));
            assert!(row["truth"].is_f64() && row["coverage"].is_f64(), "{row}");
        }
    }
    let compliers = rows("b", "lottery --estimator compliance --effect overall --effect subgroup");
    assert!(compliers.iter().all(|r| r["truth"].is_f64()), "{compliers:?}");
    let of = |value: &str| compliers.iter().any(|r| r["subgroup"]["value"] == value && r["subgroup"]["column"] == "iep");
    assert!(of("0") && of("1"), "{compliers:?}");
}

#[test]
fn subgroups_are_held_against_their_own_truth() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out").display().to_string();
    let flags = "calibrate belmont-cragin --replicates 2 --set schools=12 --set profile_schools=6 --estimator twfe --inference cluster:cr1";
    let (code, text, err) = didact(&format!("{flags} --json --out {out}"));
    assert_eq!((code, err.as_str()), (0, ""));
    let document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let rows = document["calibration"]["rows"].as_array().expect("rows");
    let of = |value: &str| rows.iter().find(|r| r["subgroup"]["value"].as_str() == Some(value)).expect("a subgroup");
    let truths = ["0", "1"].map(|v| of(v)["truth"].as_f64().expect("a truth"));
    assert!(truths[0] != truths[1] && truths.iter().all(|t| *t != rows[0]["truth"].as_f64().expect("a truth")), "{truths:?}");
}

#[test]
fn the_design_of_loaded_data_is_calibrated_and_comes_out_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let (code, _, err) = didact(&format!(
        "simulate two-period --set schools=12 --set profile_schools=6 --population 0 --quiet --out {}",
        at("data").display()
    ));
    assert_eq!(code, 0, "{err}");
    let study = r#"
[study]
title = "Loaded"
[data]
path = "data/cohort.csv"
[roles]
student = "student_id"
classroom = "classroom_id"
school = "school_id"
period = "year"
cohort = "profile_year"
cluster = "school_id"
outcomes = ["math"]
subgroups = ["iep"]
[[analysis]]
estimators = ["did", "triple-difference"]
inference = ["cluster:cr2"]
"#;
    std::fs::write(at("study.toml"), study).expect("a file can be written");
    let flags = format!("calibrate {} --replicates 12 --set effect=0.2 --grid drift=0,0.3 --quiet", at("study.toml").display());
    let whole = run(&format!("{flags} --threads 1"), &at("whole"));
    assert!(run(&format!("{flags} --threads 8"), &at("threads")) == whole);
    let parts: Vec<String> = (1..=7)
        .map(|part| {
            let place = at(&format!("part-{part}"));
            run(&format!("{flags} --shard {part}/7"), &place);
            place.display().to_string()
        })
        .collect();
    assert!(run(&format!("merge {} --quiet", parts.join(" ")), &at("merged")) == whole);
    let (code, out, err) = didact(&format!("verify {}", at("whole").display()));
    assert_eq!((code, out.starts_with("recomputed identical")), (0, true), "{out} {err}");

    let manifest: serde_json::Value = serde_json::from_slice(&whole["manifest.json"]).expect("JSON");
    assert!(manifest["rows"].as_u64().is_some_and(|n| n > 1000) && manifest["input"]["blake3"].is_string(), "{manifest}");
    let results: serde_json::Value = serde_json::from_slice(&whole["results.json"]).expect("JSON");
    let rows = results["calibration"]["rows"].as_array().expect("rows");
    let row = |drift: f64, estimator: &str| {
        let own = |r: &&serde_json::Value| {
            r["point"]["drift"] == drift && r["estimator"] == estimator && r["subgroup"].is_null() && r["estimand"] == "overall"
        };
        rows.iter().find(own).unwrap_or_else(|| panic!("{estimator} at {drift}"))
    };
    let number = |v: &serde_json::Value| v.as_f64().expect("a number");
    let truth = number(&row(0.0, "did")["truth"]);
    // An effect of .2 SD that is the same in both subgroups: their difference is none.
    assert!((truth - 0.2 * 14.5).abs() < 0.4, "{truth}");
    assert_eq!(number(&row(0.0, "triple-difference")["truth"]), 0.0);
    assert!(row(0.0, "triple-difference")["size"].is_number(), "no effect: its rejections are the test's size");
    let bias = number(&row(0.3, "did")["bias"]) - number(&row(0.0, "did")["bias"]);
    assert!((bias - 1.5 * truth).abs() < 1e-9, "a drift of .3 SD over one period is what it is: {bias}");
    assert!(results["calibration"]["design"].as_array().is_some_and(|d| d.iter().any(|f| f["what"] == "clusters" && f["value"] == 12.0)));

    // Without a grid the usual troubles are tried too, one at a time; or not.
    let usual = run(&format!("calibrate {} --replicates 4 --set effect=0.2 --quiet", at("study.toml").display()), &at("usual"));
    let results: serde_json::Value = serde_json::from_slice(&usual["results.json"]).expect("JSON");
    let points: std::collections::BTreeSet<String> =
        results["calibration"]["rows"].as_array().expect("rows").iter().map(|r| r["point"].to_string()).collect();
    let wanted = [(0.0, 0.0, 0.0), (0.05, 0.0, 0.0), (0.0, 0.1, 0.0), (0.0, 0.0, 0.1)];
    let wanted = wanted.map(|(drift, attrition, contamination)| {
        serde_json::json!({"drift": drift, "attrition": attrition, "contamination": contamination}).to_string()
    });
    assert_eq!(points, wanted.into_iter().collect());
    let (code, out, err) = didact(&format!("verify {}", at("usual").display()));
    assert_eq!((code, out.starts_with("recomputed identical")), (0, true), "{out} {err}");
    let alone = run(&format!("calibrate {} --replicates 4 --as-it-is --quiet", at("study.toml").display()), &at("alone"));
    let results: serde_json::Value = serde_json::from_slice(&alone["results.json"]).expect("JSON");
    assert_eq!(results["calibration"]["grid"], serde_json::json!([]));

    let (code, _, err) =
        didact(&format!("calibrate {} --replicates 5 --set efect=1 --out {}", at("study.toml").display(), at("no").display()));
    assert_eq!((code, err.contains("did you mean  effect?")), (3, true), "{err}");
    // Other data: the shards are of another design.
    let (code, _, err) = didact(&format!(
        "simulate two-period --set schools=12 --set profile_schools=6 --seed 5 --population 0 --quiet --out {}",
        at("other").display()
    ));
    assert_eq!(code, 0, "{err}");
    let other = at("other").join("cohort.csv").display().to_string();
    let (code, _, err) = didact(&format!("merge {} --data {other} --out {} --quiet", parts.join(" "), at("mixed").display()));
    assert_eq!((code, err.contains("CAL-012")), (3, true), "{err}");
}

/// Fourteen schools, the last of five students who start alone; three students miss a score.
fn cohort_of_five() -> String {
    let mut out = String::from("student,school,year,start,score\n");
    for school in 0..14_i64 {
        let start = [0, 2103, 2104, 2105][usize::from(school > 5) + usize::from(school > 9) + usize::from(school > 12)];
        for i in 0..if school == 13 { 5 } else { 12 } {
            let student = school * 100 + i;
            for year in 2101..2107 {
                let noise = |a: i64, b: i64| (((a + 3) * 7919 + (b + 1) * 104_729) % 1009) as f64 / 100.0;
                let score = 400.0 + noise(student, 1) + noise(student, year) + noise(school, year);
                let score = if i == 0 && school < 3 && year == 2102 { String::new() } else { format!("{score:.3}") };
                out += &format!("{student},{school},{year},{start},{score}\n");
            }
        }
    }
    out
}

#[test]
fn a_calibration_of_loaded_data_tells_nothing_of_few_students() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("data.csv"), cohort_of_five()).expect("a file can be written");
    let study = |privacy: &str| {
        format!(
            "[study]\ntitle = \"Few\"\n[data]\npath = \"data.csv\"\n[roles]\nstudent = \"student\"\nschool = \"school\"\nperiod = \"year\"\n\
             cohort = \"start\"\ncluster = \"school\"\noutcomes = [\"score\"]\n[[analysis]]\nestimators = [\"callaway-santanna\"]\n\
             inference = [\"cluster:cr1\"]\n{privacy}"
        )
    };
    let kinds = "--effect overall --effect group --effect group-time --effect event";
    let calibrated = |name: &str, privacy: &str| {
        std::fs::write(at(&format!("{name}.toml")), study(privacy)).expect("a file can be written");
        let line = format!("calibrate {} --replicates 4 --as-it-is {kinds} --quiet", at(&format!("{name}.toml")).display());
        let files = run(&line, &at(name));
        let json = |file: &str| serde_json::from_slice::<serde_json::Value>(&files[file]).expect("JSON");
        (json("results.json")["calibration"].clone(), json("manifest.json"), String::from_utf8_lossy(&files["report.html"]).into_owned())
    };
    let groups = |found: &serde_json::Value| -> std::collections::BTreeSet<i64> {
        found["rows"].as_array().expect("rows").iter().filter_map(|r| r["group"].as_i64()).collect()
    };
    let (open, manifest, page) = calibrated("open", "[privacy]\non = false\n");
    assert_eq!((groups(&open), open["withheld"].as_u64()), ([2103, 2104, 2105].into(), Some(0)));
    assert!(manifest["rows"].is_u64() && !page.contains("rest on fewer than"), "{manifest}");
    // The cohort of five stays, and so does the next, which would give it away; and how few rows were left out.
    let (shut, manifest, page) = calibrated("shut", "");
    assert!(!groups(&shut).contains(&2105) && groups(&shut).contains(&2103), "{:?}", groups(&shut));
    let means = |found: &serde_json::Value| -> Vec<i64> {
        let own = |r: &&serde_json::Value| r["estimand"] == "group" && r["coverage"].is_number();
        found["rows"].as_array().expect("rows").iter().filter(own).filter_map(|r| r["group"].as_i64()).collect()
    };
    assert_eq!((means(&open), means(&shut)), (vec![2103, 2104, 2105], vec![2103]));
    assert!(shut["withheld"].as_u64().is_some_and(|n| n > 0) && page.contains("rest on fewer than 10 students"), "{}", shut["withheld"]);
    assert!(shut["rows"].as_array().expect("rows").iter().any(|r| r["estimand"] == "overall" && r["coverage"].is_number()));
    assert_eq!((&manifest["rows"]["suppressed"], manifest["disclosure_control"].as_str()), (&serde_json::json!(true), Some("on")));
    let (code, out, err) = didact(&format!("verify {}", at("shut").display()));
    assert_eq!((code, out.starts_with("recomputed identical")), (0, true), "{out} {err}");
}

#[test]
fn a_run_tells_how_far_its_headline_interval_can_be_trusted() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let files = run("run two-period --set schools=10 --set profile_schools=4", &at("run"));
    let results: serde_json::Value = serde_json::from_slice(&files["results.json"]).expect("JSON");
    let own = &results["headline_calibration"];
    assert_eq!((own["n"].as_u64(), own["draws"].as_u64()), (Some(200), Some(200)));
    // Four Monte Carlo errors.
    assert!(own["coverage"].as_f64().is_some_and(|c| (c - 0.95).abs() < 4.0 * (0.95f64 * 0.05 / 200.0).sqrt()), "{own}");
    let study = String::from_utf8_lossy(&files["study.toml"]).replace("replicates = 200", "replicates = 0");
    std::fs::write(at("none.toml"), study).expect("a file can be written");
    let files = run(&format!("run {}", at("none.toml").display()), &at("none"));
    let results: serde_json::Value = serde_json::from_slice(&files["results.json"]).expect("JSON");
    assert!(results["headline_calibration"].is_null());
}

/// Bias and coverage of effects by dose are measured against the dose's own truth.
#[test]
fn effects_by_dose_are_calibrated() {
    let folder = tempfile::tempdir().expect("a folder");
    let flags = "calibrate dosage --replicates 3 --set schools=12 --estimator dose-response:degree=1 --inference cluster:cr1 --dose minutes --quiet";
    let files = run(flags, &folder.path().join("out"));
    let table = String::from_utf8_lossy(&files["tables/performance-by-time.csv"]).into_owned();
    let mut lines = table.lines();
    let head: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let place = |name: &str| head.iter().position(|h| *h == name).unwrap_or_else(|| panic!("no {name} in {head:?}"));
    let rows: Vec<&str> = lines.filter(|line| line.contains("dose")).collect();
    assert_eq!(rows.iter().filter(|row| row.contains("of the treated lie")).count(), 6, "{table}");
    // What stands before the truth may be quoted; it holds no commas.
    assert!(rows.iter().all(|row| !row.split(',').nth(place("truth")).unwrap_or_default().is_empty()), "{table}");
    let (code, _, err) =
        didact(&format!("calibrate dosage --replicates 2 --estimator did --dose minutes --out {}", folder.path().join("no").display()));
    assert!(code == 3 && err.contains("roles.dose does nothing here"), "{code} {err}");
}
