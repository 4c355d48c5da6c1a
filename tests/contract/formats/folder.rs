//! What stands in a run's folder, and what `report` makes of it again.

use serde_json::Value;
use std::path::{Path, PathBuf};

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> = entries.map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// A run of a small world.
fn run(folder: &Path, output: &str) -> PathBuf {
    let text = format!(
        "[study]\ntitle = \"Formats\"\n[data]\nsimulate = \"two-period\"\nworld = {{ schools = 12, profile_schools = 6 }}\n\
         [calibration]\nreplicates = 0\n{output}\n[[analysis]]\nestimators = [\"did\", \"twfe\"]\ninference = [\"cluster:cr2\"]\n"
    );
    std::fs::write(folder.join("study.toml"), text).expect("a file can be written");
    let out = folder.join("run");
    let (code, _, err) = crate::didact(&format!("run {} --out {} --quiet", folder.join("study.toml").display(), out.display()));
    assert_eq!(code, 0, "{err}");
    out
}

#[test]
fn a_run_writes_what_papers_need_and_the_same_bytes_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = run(folder.path(), "");
    let tables = names(&out.join("tables"));
    for ending in ["csv", "md", "tex"] {
        assert!(tables.contains(&format!("comparison.{ending}")), "{tables:?}");
        assert_eq!(tables.iter().filter(|n| n.ends_with(&format!(".{ending}"))).count() * 3, tables.len());
    }
    assert!(names(&out).contains(&"tables.xlsx".to_string()) && !names(&out).contains(&"tables.docx".to_string()));
    let figures = names(&out.join("figures"));
    for ending in [".csv", ".svg", ".png", ".vl.json"] {
        assert_eq!(figures.iter().filter(|n| n.ends_with(ending)).count() * 4, figures.len(), "{figures:?}");
    }
    // The numbers of each specification are those of the CSV beside it.
    for name in figures.iter().filter(|n| n.ends_with(".vl.json")) {
        let read: Value = serde_json::from_slice(&std::fs::read(out.join("figures").join(name)).expect("a file")).expect("JSON");
        let text = std::fs::read_to_string(out.join("figures").join(name.replace(".vl.json", ".csv"))).expect("a file");
        let mut csv = csv::Reader::from_reader(text.as_bytes());
        let header = csv.headers().expect("a header").clone();
        let rows: Vec<csv::StringRecord> = csv.records().map(|r| r.expect("a row")).collect();
        let values = read["data"]["values"].as_array().expect("values");
        assert_eq!((values.len(), rows.is_empty()), (rows.len(), false), "{name}");
        for (value, row) in values.iter().zip(&rows) {
            for (key, field) in header.iter().zip(row).filter(|(key, _)| *key != "note") {
                let right = match &value[key] {
                    Value::Null => field.is_empty(),
                    Value::String(words) => field == words,
                    number => number.as_f64() == field.parse().ok(),
                };
                assert!(right, "{name}, {key}: {} and {field}", value[key]);
            }
        }
    }
    let (code, text, err) = crate::didact(&format!("verify {}", out.display()));
    assert!(code == 0 && text.contains("identical"), "{text}{err}");
}

#[test]
fn report_renders_again_in_other_formats() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = run(folder.path(), "[output]\nformats = [\"parquet\", \"docx\", \"html\", \"json\"]\nfigures = [\"pdf\"]");
    assert!(names(&out.join("figures")).iter().all(|n| n.ends_with(".pdf") || n.ends_with(".csv")));
    let tables = names(&out.join("tables"));
    assert!(["comparison.parquet", "comparison.html", "comparison.json"].iter().all(|n| tables.iter().any(|t| t == n)), "{tables:?}");
    let report = |arguments: &str| crate::didact(&format!("report {} {arguments}", out.display()));
    let (code, text, _) = report("--only tables --format latex");
    assert!(code == 0 && text.contains("\\label{tab:comparison}") && text.contains("\\toprule"), "{text}");
    for (arguments, says) in [
        ("--only tables --format xlsx", "--out DIR"),
        ("--only tables --format parquet", "--out DIR"),
        ("--only tables --format word", "known are csv, markdown"),
        ("--only figures --figure gif --out x", "known are svg, png, pdf, vega-lite"),
        ("--only figures --format latex --out x", "does nothing"),
        ("--only figures", "--out DIR"),
    ] {
        let (code, _, err) = report(arguments);
        assert!(code == 2 && err.contains(says), "{arguments}: {code} {err}");
    }
    let again = folder.path().join("again");
    let (code, _, err) =
        report(&format!("--format docx --format latex --format xlsx --figure pdf --figure vega-lite --out {}", again.display()));
    assert_eq!(code, 0, "{err}");
    assert_eq!(names(&again), ["figures", "report.html", "tables", "tables.docx", "tables.xlsx"]);
    // What a run writes and what is rendered again are the same bytes.
    let read = |path: PathBuf| std::fs::read(path).expect("a file");
    assert_eq!(read(out.join("tables.docx")), read(again.join("tables.docx")));
    for name in names(&out.join("figures")).iter().filter(|n| n.ends_with(".pdf")) {
        assert_eq!(read(out.join("figures").join(name)), read(again.join("figures").join(name)));
    }
}

#[test]
fn formats_are_known_and_named_once() {
    let folder = tempfile::tempdir().expect("a folder");
    for (output, says) in [("formats = [\"tex\"]", "known: csv, markdown, json, latex"), ("figures = [\"svg\", \"svg\"]", "named twice")] {
        let text = format!("[study]\ntitle = \"t\"\n[data]\nsimulate = \"two-period\"\n[output]\n{output}\n");
        std::fs::write(folder.path().join("study.toml"), text).expect("a file can be written");
        let (code, _, err) =
            crate::didact(&format!("run {} --out {}/run", folder.path().join("study.toml").display(), folder.path().display()));
        assert!(code == 3 && err.contains(says), "{code} {err}");
    }
}
