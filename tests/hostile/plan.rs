//! Plans that cannot be, plans out of reach, and what a plan leaves behind.

use crate::support::program::didact;
use serde_json::Value;

fn call(flags: &str) -> crate::support::program::Ran {
    didact(["plan"].into_iter().chain(flags.split_whitespace()))
}

#[test]
fn impossible_plans_are_refused() {
    let calls: &[(&str, &[&str])] = &[
        ("--icc-school 1.2", &["PLAN-001", "--icc-school", "where", "why", "do"]),
        ("--icc-class -0.1", &["unexpected argument"]),
        ("--icc-class=-0.1", &["PLAN-001", "--icc-class"]),
        ("--icc-school NaN", &["PLAN-001", "--icc-school"]),
        ("--icc-school .7 --icc-class .5", &["PLAN-002", "more than 1"]),
        ("--r2-student 1", &["PLAN-001", "--r2-student"]),
        ("--r2-school 1.5 --r2-class 2", &["--r2-school", "--r2-class"]),
        ("--treated-share 0", &["PLAN-001", "--treated-share"]),
        ("--treated-share 1", &["PLAN-001", "--treated-share"]),
        ("--correlation 1 --analysis gain", &["PLAN-001", "--correlation"]),
        ("--carry-over 1 --analysis did", &["PLAN-001", "--carry-over"]),
        ("--effect 0", &["PLAN-001", "--effect", "not there"]),
        ("--effect=-0.1", &["PLAN-001", "two-sided"]),
        ("--effect inf", &["PLAN-001", "--effect"]),
        ("--power 0.05", &["PLAN-001", "above 0.05"]),
        ("--power 1", &["PLAN-001", "--power"]),
        ("--level 95", &["PLAN-001", "--level"]),
        ("--schools 0", &["PLAN-001", "--schools"]),
        ("--replicates 1000000", &["PLAN-001", "100000"]),
        ("--analysis did --periods-before 0", &["PLAN-001", "--periods-before"]),
        ("--pretrend --periods-before 1", &["PLAN-001", "--periods-before"]),
        ("--pretrend --drift 0", &["PLAN-001", "--drift"]),
        ("--drift 0.1", &["--pretrend"]),
        ("--omega 1 --effect-sd 1 --assign classroom", &["--omega", "--effect-sd"]),
        ("--schools 3", &["PLAN-005", "fewer than 4"]),
        ("--schools 10 --treated-share 0.01", &["PLAN-005", "nothing to compare"]),
        ("--schools 4 --covariates-at-top 3", &["PLAN-005", "degrees of freedom"]),
        ("--assign classroom --fixed-schools --schools 6 --classrooms 2", &["PLAN-005", "degrees of freedom"]),
        ("--assign classroom --schools 6 --classrooms 1", &["PLAN-005", "nothing to compare"]),
        ("--assign classroom --classrooms 1", &["PLAN-005"]),
        ("--assign student --students 90 --icc-class 0.2", &["PLAN-003", "--icc-class"]),
        ("--schools 20 --students 50 --icc-class 0.2", &["PLAN-003", "--classrooms"]),
        ("--schools 20 --fixed-schools", &["PLAN-003", "--fixed-schools"]),
        ("--schools 20 --effect-sd 0.1", &["PLAN-003", "--effect-sd"]),
        ("--analysis post --correlation 0.7", &["PLAN-003", "--correlation"]),
        ("--analysis gain --periods-before 3", &["PLAN-003", "--periods-before"]),
        ("--analysis ancova --pretrend", &["PLAN-003", "--pretrend"]),
        ("--schools 20 --students 50 --solve classrooms", &["PLAN-003", "--solve classrooms"]),
        ("--solve power", &["PLAN-004", "--schools"]),
        ("--classrooms 4 --solve classrooms", &["PLAN-004", "--schools"]),
        ("--assign teacher", &["school"]),
        ("--analysis rdd", &["ancova"]),
    ];
    let mut wrong = Vec::new();
    for (flags, fragments) in calls {
        let ran = call(flags);
        let missing: Vec<_> = fragments.iter().filter(|f| !ran.stderr.contains(**f)).collect();
        if ran.code != 2 || !ran.stdout.is_empty() || !missing.is_empty() || ran.stderr.contains("panicked") {
            wrong.push(format!("plan {flags}: exit {}, without {missing:?}\n{}", ran.code, ran.stderr));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn extreme_plans_are_answered() {
    let all = [
        "--effect 0.0001 --classrooms 2 --replicates 20",
        "--schools 1000000000 --replicates 20",
        "--schools 4 --students 1 --icc-school 1 --covariates-at-top 1 --replicates 50",
        "--icc-school 0 --icc-class 0 --schools 10 --replicates 50",
        "--assign student --students 4 --covariates-at-top 1 --replicates 50",
        "--assign student --students 1000000000 --effect 0.00001 --replicates 5",
        "--assign classroom --schools 2 --classrooms 2 --students 1 --effect-sd 0 --replicates 50",
        "--schools 6 --power 0.0501 --effect 5 --replicates 3",
        "--schools 6 --level 0.999999999 --power 0.999999 --replicates 5",
        "--treated-share 0.001 --replicates 5",
        "--schools 5 --pretrend --periods-before 9 --replicates 5",
        "--schools 42 --effect 0 --solve power --replicates 20",
        "--schools 42 --effect 1e-300 --solve power --replicates 20",
        "--schools 42 --effect 1e300 --replicates 20",
    ];
    for flags in all {
        let ran = call(&format!("{flags} --json"));
        assert_eq!(ran.code, 0, "plan {flags}: {}", ran.stderr);
        assert!(!ran.stdout.contains("NaN") && !ran.stdout.contains("inf"), "plan {flags}: {}", ran.stdout);
        serde_json::from_str::<Value>(&ran.stdout).expect("JSON");
        let page = call(flags);
        assert!(page.code == 0 && !page.stdout.contains("NaN"), "plan {flags}: {}", page.stdout);
    }
    let ran = call("--effect 0.0001 --classrooms 2 --replicates 0");
    assert!(ran.stdout.contains("even 1,000,000 schools are not enough: out of reach"), "{}", ran.stdout);
}

#[test]
fn a_plan_opens_with_the_sentence_and_writes_its_curves() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("plan");
    let flags = format!("--schools 42 --classrooms 4 --students 20 --replicates 60 --out {}", out.display());
    let ran = call(&flags);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.starts_with("To see 0.10 SD with 80 % power you need about 209 schools; you have 42.\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("Hedges & Hedberg (2007)") && ran.stderr.is_empty());
    for name in [
        "plan.json",
        "tables/plan.csv",
        "tables/plan-curve.csv",
        "tables/assumptions.md",
        "figures/power-curve.svg",
        "figures/smallest-effect-curve.svg",
    ] {
        let bytes = std::fs::read(out.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(!bytes.is_empty() && !String::from_utf8_lossy(&bytes).contains("NaN"), "{name}");
    }
    assert_eq!(call(&flags).code, 5, "a folder is never overwritten");
    let quiet = call("--schools 42 --replicates 0 --quiet").stdout;
    assert!(!quiet.contains("Hedges") && quiet.contains("209"));
}

#[test]
fn numbers_do_not_depend_on_threads() {
    let flags = "--schools 12 --classrooms 3 --students 5 --effect 0.5 --pretrend --replicates 150 --json";
    let one = call(&format!("{flags} --threads 1")).stdout;
    let three = call(&format!("{flags} --threads 3")).stdout;
    assert!(one == three && one.contains("monte_carlo_error"));
    let document: Value = serde_json::from_str(&one).expect("JSON");
    let number = |pointer: &str| document.pointer(pointer).and_then(Value::as_f64).unwrap_or_else(|| panic!("no {pointer}"));
    assert!(number("/plan/power/simulation") > 0.0 && number("/plan/power/formula") > 0.0 && number("/plan/needed/0/formula") > 4.0);
}
