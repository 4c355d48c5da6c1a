//! The command itself: what is not understood ends with 2, what cannot be opened with 5.

use crate::school::{ROLES, good};
use crate::support::program::didact;

fn ends(code: i32, arguments: &str, fragments: &[&str]) -> Option<String> {
    let ran = didact(arguments.split_whitespace());
    let mut wrong = Vec::new();
    if ran.code != code {
        wrong.push(format!("exit code {} instead of {code}", ran.code));
    }
    if !ran.stdout.is_empty() {
        wrong.push("something on standard output".into());
    }
    if ran.stderr.contains("panicked") {
        wrong.push("it panicked".into());
    }
    wrong.extend(fragments.iter().filter(|f| !ran.stderr.contains(**f)).map(|f| format!("nothing about {f:?}")));
    (!wrong.is_empty()).then(|| format!("didact {arguments}\n    {}\n    {}", wrong.join("; "), ran.stderr.trim().replace('\n', "\n    ")))
}

#[test]
fn usage_errors_end_with_2() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("data.csv");
    std::fs::write(&path, good().text()).expect("a file can be written");
    let data = path.display();
    let full = format!("estimate {data} {ROLES}");
    let bare = format!("estimate {data} --outcome score --unit student --period year");
    let calls: Vec<(String, Vec<&str>)> = vec![
        ("".into(), vec![]),
        ("estimat data.csv".into(), vec!["estimate"]),
        ("estimate".into(), vec!["DATA"]),
        (format!("estimate {data}"), vec!["--outcome"]),
        (bare.clone(), vec!["--cohort", "--arm", "--treatment"]),
        (format!("{full} --arm arm"), vec!["--cohort", "--arm"]),
        (format!("{full} --treatment on"), vec!["--treatment"]),
        (format!("{full} --post post"), vec!["--cohort", "--post"]),
        (format!("{full} --weigths weight"), vec!["--weights"]),
        (format!("{full} --level 95"), vec!["--level"]),
        (format!("{full} --level 0"), vec!["--level"]),
        (format!("{full} --level NaN"), vec!["--level"]),
        (format!("{full} --level much"), vec!["--level"]),
        (format!("{full} --seed -1"), vec![]),
        (format!("{full} --seed many"), vec!["--seed"]),
        (format!("{full} --threads 0"), vec!["--threads"]),
        (format!("{full} --where year"), vec!["--where", "COLUMN=VALUE"]),
        (format!("{full} --duplicates drop"), vec!["mean"]),
        (format!("{full} --unit school"), vec!["--unit"]),
        (format!("{full} --estimator twef"), vec!["EST-001", "twfe"]),
        (format!("{full} --estimator did:metod=regression"), vec!["EST-002", "did you mean  method?"]),
        (format!("{full} --estimator did:method=magic"), vec!["EST-002", "means|regression"]),
        (format!("{full} --inference clusters"), vec!["INF-001", "cluster"]),
        (format!("{full} --inference cluster:cr9"), vec!["EST-002", "cr2|cr0|cr1|cr3"]),
        (format!("{full} --inference wild-bootstrap:replicates=0"), vec!["EST-002", "whole number"]),
        (format!("{full} --inference wild-bootstrap:replicates=999,replicates=99"), vec!["once"]),
        (format!("{full} --inference pairs-bootstrap:replicates=99999999999"), vec!["EST-002", "10000000"]),
        (format!("{full} --inference pairs-bootstrap:replicates=many"), vec!["EST-002", "auto"]),
        (format!("{full} --inference robust:hc4"), vec!["EST-002", "hc2|hc0|hc1|hc3|classical"]),
        (format!("{full} --inference permutaton"), vec!["INF-001", "did you mean  permutation?"]),
        (format!("{full} --cluster a,b,c"), vec!["two that cross"]),
        (format!("{full} --block school"), vec!["--block", "permutation"]),
        (format!("{full} --levels grade"), vec!["--levels", "hierarchical-bootstrap"]),
        (format!("{full} --multiplicity sidak"), vec!["holm"]),
        (format!("{full} --domain score=x"), vec!["--multiplicity"]),
        (format!("{full} --multiplicity holm --domain scroe=x"), vec!["scroe"]),
    ];
    let wrong: Vec<String> = calls.iter().filter_map(|(call, fragments)| ends(2, call, fragments)).collect();
    assert!(wrong.is_empty(), "{} of {} calls:\n\n{}\n", wrong.len(), calls.len(), wrong.join("\n\n"));
}

#[test]
fn files_that_cannot_be_opened_end_with_5() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = folder.path().join("missing.csv");
    let directory = folder.path().join("folder.csv");
    std::fs::create_dir(&directory).expect("a folder");
    let wrong: Vec<String> = [
        ends(5, &format!("estimate {} {ROLES}", missing.display()), &["missing.csv"]),
        ends(5, &format!("estimate {} {ROLES}", directory.display()), &["folder.csv"]),
        ends(5, &format!("estimate {}/deeper.parquet {ROLES}", missing.display()), &["deeper.parquet"]),
    ]
    .into_iter()
    .flatten()
    .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_file_of_another_kind_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("a file can be written");
        format!("estimate {} {ROLES}", path.display())
    };
    let text = good().text();
    let wrong: Vec<String> = [
        ends(3, &write("data.doc", text.as_bytes()), &["INGEST-001", "--format"]),
        ends(3, &write("data.parquet", text.as_bytes()), &["error[INGEST-"]),
        ends(3, &write("data.arrow", text.as_bytes()), &["error[INGEST-"]),
        ends(3, &write("empty.parquet", b""), &["error[INGEST-"]),
        ends(3, &write("noise.csv", &(0..4096).map(|i: u32| (i * 197 % 251) as u8).collect::<Vec<_>>()), &["error[INGEST-"]),
        ends(3, &write("broken.csv.gz", &[0x1f, 0x8b, 8, 0, 0, 0]), &["error["]),
        ends(3, &write("broken.csv.zst", &[0x28, 0xb5, 0x2f, 0xfd, 9, 9, 9]), &["error["]),
    ]
    .into_iter()
    .flatten()
    .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn help_and_version_end_with_0() {
    for arguments in [vec!["--help"], vec!["--version"], vec!["estimate", "--help"]] {
        let ran = didact(&arguments);
        assert_eq!(ran.code, 0, "{arguments:?}");
        assert!(!ran.stdout.is_empty() && ran.stderr.is_empty(), "{arguments:?}: {}", ran.stderr);
    }
}
