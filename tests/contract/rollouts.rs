//! What must hold for `roth-santanna` and `chaisemartin-dhaultfoeuille`: names, order, scale, threads; every option does something.

use crate::{close, effects, shuffled, write};

const FLAGS: &str = "--unit classroom --period year --cohort profile_year --cluster school --estimator roth-santanna \
     --estimator chaisemartin-dhaultfoeuille \
     --inference jackknife --inference cluster:cr0 --inference pairs-bootstrap:replicates=99 --inference wild-bootstrap:replicates=99";

/// All classrooms in every year.
fn complete() -> (String, Vec<Vec<String>>) {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/data/classrooms.csv")).expect("the golden data");
    let mut lines = text.lines().map(str::to_string);
    (lines.next().expect("a header"), lines.map(|l| l.split(',').map(str::to_string).collect()).collect())
}

#[test]
fn names_order_and_threads_change_no_bit() {
    let folder = tempfile::tempdir().expect("a folder");
    let (header, rows) = complete();
    let plain = effects(&write(folder.path(), "plain.csv", &header, &rows), FLAGS);
    assert!(plain.len() > 60);
    assert_eq!(plain, effects(&write(folder.path(), "order.csv", &header, &shuffled(&rows)), FLAGS), "the order of rows");
    assert_eq!(plain, effects(&write(folder.path(), "plain.csv", &header, &rows), &format!("{FLAGS} --threads 3")), "threads");
    let mut named = rows;
    named.iter_mut().for_each(|r| {
        let number = |text: &str| text.parse::<u64>().expect("a number");
        r[1] = (9_999 - number(&r[1]) * 7 % 997).to_string();
        r[0] = (999 - number(&r[0]) * 5 % 97).to_string();
    });
    for (a, b) in plain.iter().zip(effects(&write(folder.path(), "named.csv", &header, &named), FLAGS)) {
        let what = format!("other names, {} {}", a["label"], a["inference"]);
        assert_eq!(a["estimate"], b["estimate"], "{what}");
        for key in ["std_error", "p_value", "conf_low", "conf_high"] {
            close(&a[key], &b[key], 1.0, &what);
        }
    }
}

/// Treatments that switch on and off.
const CHANGING: &str = "--unit classroom --period year --treatment hours --keep -1 --keep -2 --cluster school --weights students \
     --inference jackknife --inference cluster:cr0 --inference pairs-bootstrap:replicates=99 --inference wild-bootstrap:replicates=99 \
     --inference multiplier-bootstrap:replicates=99";

fn switching(file: &str) -> String {
    format!("{}/tests/golden/data/{file}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn changing_treatments_under_other_names_orders_and_scales() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = std::fs::read_to_string(switching("switching_gaps.csv")).expect("the golden data");
    let mut lines = text.lines().map(str::to_string);
    let header = lines.next().expect("a header");
    let rows: Vec<Vec<String>> = lines.map(|l| l.split(',').map(str::to_string).collect()).collect();
    let flags = format!("{CHANGING} --estimator chaisemartin-dhaultfoeuille --estimator chaisemartin-dhaultfoeuille:normalized=true");
    let run =
        |name: &str, rows: &[Vec<String>], more: &str| effects(&write(folder.path(), name, &header, rows), &format!("{flags} {more}"));
    for more in ["", "--covariates attendance,books"] {
        let plain = run("plain.csv", &rows, more);
        assert!(plain.len() > 60);
        assert_eq!(plain, run("order.csv", &shuffled(&rows), more), "the order of rows");
        assert_eq!(plain, run("plain.csv", &rows, &format!("{more} --threads 3")), "threads");
    }
    let plain = run("plain.csv", &rows, "");
    let changed = |f: &dyn Fn(&mut Vec<String>)| {
        let mut out = rows.clone();
        out.iter_mut().for_each(f);
        out
    };
    let number = |text: &str| text.parse::<f64>().ok();
    let named = changed(&|r| {
        r[1] = (9_999 - r[1].parse::<u64>().expect("a number") * 7 % 997).to_string();
        r[0] = (999 - r[0].parse::<u64>().expect("a number") * 5 % 97).to_string();
    });
    // Twice the treatment: half the effect of a unit of it, and nothing else.
    let doubled = changed(&|r| {
        if let Some(d) = number(&r[7]) {
            r[7] = (2.0 * d).to_string();
        }
    });
    // The other way round: what was more is less.
    let turned = changed(&|r| {
        if let Some(d) = number(&r[7]) {
            r[7] = (-d).to_string();
        }
    });
    let scaled = changed(&|r| {
        if let Some(y) = number(&r[3]) {
            r[3] = (500.0 + 4.0 * y).to_string();
        }
    });
    for (what, rows, overall, event, normalized) in [
        ("named", named, 1.0, 1.0, 1.0),
        ("doubled", doubled, 0.5, 1.0, 0.5),
        ("turned", turned, -1.0, -1.0, -1.0),
        ("scaled", scaled, 4.0, 4.0, 4.0),
    ] {
        let n = plain.len() / 2;
        for (i, (a, b)) in plain.iter().zip(run("other.csv", &rows, "")).enumerate() {
            let factor = if a["estimand"] == "overall" {
                overall
            } else if i < n {
                event
            } else {
                normalized
            };
            let case = format!("{what} {} {}", a["label"], a["inference"]);
            close(&a["estimate"], &b["estimate"], factor, &case);
            // Mirrored draws are others.
            if what != "turned" || ["cluster:cr0", "jackknife"].iter().any(|m| a["inference"] == *m) {
                close(&a["std_error"], &b["std_error"], f64::abs(factor), &case);
            }
        }
    }
}

/// What a run and `inspect` say of a treatment that switches off is about units whose treatment changes.
#[test]
fn words_on_changing_treatments() {
    let folder = tempfile::tempdir().expect("a folder");
    let study = |estimators: &str| {
        let text = format!(
            "[study]\ntitle = \"t\"\n[data]\npath = \"{}\"\n[roles]\nunit = \"classroom\"\nperiod = \"year\"\ntreatment = \"status\"\n\
             cluster = \"school\"\noutcomes = [\"math\"]\n[[analysis]]\nestimators = [{estimators}]\ninference = [\"cluster:cr0\"]\n",
            switching("switching.csv")
        );
        std::fs::write(folder.path().join("study.toml"), text).expect("a file can be written");
        crate::didact(&format!("run {0}/study.toml --out {0}/run --quiet", folder.path().display()))
    };
    let (code, _, err) = study("\"chaisemartin-dhaultfoeuille\", \"callaway-santanna\"");
    assert!(code == 3 && err.contains("PANEL-004") && err.contains("callaway-santanna:"), "{code} {err}");
    let (code, _, err) = study("\"chaisemartin-dhaultfoeuille\"");
    assert_eq!(code, 0, "{err}");
    let read = |file: &str| std::fs::read_to_string(folder.path().join("run").join(file)).expect("a file of the run");
    let report = read("report.json");
    assert!(report.contains("whose treatment changed was"), "{report}");
    assert!(report.contains("treatment stays as it was") && report.contains("76 of them with a treatment that changes"));
    for false_here in ["among the treated", "comparison units in the first period", "of them treated", "comparison units\""] {
        assert!(!report.contains(false_here), "{false_here}");
    }
    let flow = read("tables/sample-flow.csv");
    assert!(flow.contains("units whose treatment changes,76") && flow.contains("units treated at some time,92"), "{flow}");
    let (code, out, _) = crate::didact(&format!("inspect {}", switching("switching.csv")));
    assert!(code == 0 && !out.contains("first treated in"), "{out}");
    // 14.4 students of a classroom are no student's name.
    assert!(!out.contains("its name contains \"student\""), "{out}");
}

#[test]
fn a_shifted_and_scaled_outcome_scales_the_effect() {
    let folder = tempfile::tempdir().expect("a folder");
    let (header, rows) = complete();
    let plain = effects(&write(folder.path(), "plain.csv", &header, &rows), FLAGS);
    let mut moved = rows;
    moved.iter_mut().for_each(|r| r[4] = format!("{}", 500.0 + 4.0 * r[4].parse::<f64>().expect("a score")));
    for (a, b) in plain.iter().zip(effects(&write(folder.path(), "moved.csv", &header, &moved), FLAGS)) {
        for (key, factor) in [("estimate", 4.0), ("std_error", 4.0), ("p_value", 1.0)] {
            close(&a[key], &b[key], factor, &format!("{} {} {key}", a["label"], a["inference"]));
        }
    }
}

#[test]
fn every_option_does_something() {
    let folder = tempfile::tempdir().expect("a folder");
    let (header, rows) = complete();
    let path = write(folder.path(), "plain.csv", &header, &rows);
    let run = |options: &str| {
        let roles = "--unit classroom --period year --cohort profile_year";
        effects(&path, &format!("{roles} --estimator roth-santanna:{options} --inference cluster:cr0"))
    };
    let plain = run("beta=efficient,variance=neyman");
    for option in ["beta=cs", "beta=sa", "beta=unadjusted", "variance=refined"] {
        assert_ne!(plain, run(option), "{option}");
    }
    let switchers = |options: &str| effects(&path, &format!("{FLAGS} --estimator chaisemartin-dhaultfoeuille:{options}"));
    let plain = switchers("effects=0");
    for option in ["effects=2", "placebos=0", "placebos=1", "normalized=true"] {
        assert_ne!(plain, switchers(option), "{option}");
    }
    let changing =
        |options: &str| effects(&switching("switching.csv"), &format!("{CHANGING} --estimator chaisemartin-dhaultfoeuille:{options}"));
    let plain = changing("effects=0");
    for option in ["effects=2", "placebos=0", "placebos=1", "normalized=true", "switchers=in", "switchers=out"] {
        assert_ne!(plain, changing(option), "{option}");
    }
    assert_ne!(run("beta=cs"), run("beta=sa"), "a comparison with the last cohort");
}
