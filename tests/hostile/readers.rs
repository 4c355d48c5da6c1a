//! Stata, SPSS and Excel: the same students as in the CSV, to the digit; what a file says of its columns; damage told, with
//! nothing lost in silence and no panic. The files are made by `data/make.py` with other software.

use crate::support::program::{didact, run_estimate};
use didact::cohort::Cohort;
use didact::ingest::{self, Codes, Format, IngestError, Source};
use didact::store::Input;
use std::path::Path;

const SHARED: [&str; 8] = ["student", "school", "district", "year", "arm", "score", "prior", "enrolled"];

fn place(name: &str) -> String {
    format!("{}/tests/hostile/data/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str, columns: Option<&[&str]>) -> Cohort {
    let source = Source::open(&place(name), None, None).expect(name);
    match ingest::read(&source, columns, &Codes::default()) {
        Ok(cohort) => cohort,
        Err(e) => panic!("{name}: {e:?}"),
    }
}

fn of_bytes(bytes: Vec<u8>, format: Format, columns: Option<&[&str]>) -> Result<Cohort, IngestError> {
    ingest::read(&Source::of(Input::Bytes(bytes.into()), format, None)?, columns, &Codes::default())
}

fn written(cohort: &Cohort) -> Vec<(String, &'static str, Vec<String>)> {
    cohort.columns.iter().map(|c| (c.name.clone(), c.data.kind(), (0..c.data.len()).map(|r| c.data.display(r)).collect())).collect()
}

#[test]
fn the_same_students_as_in_the_csv() {
    let csv = read("students.csv", Some(&SHARED));
    for name in [
        "students8.dta",
        "students10.dta",
        "students12.dta",
        "students13.dta",
        "students14.dta",
        "students15.dta",
        "pandas117.dta",
        "pandas119.dta",
        "students.sav",
        "students.zsav",
        "students.xlsx",
    ] {
        let other = read(name, Some(&SHARED));
        assert_eq!(written(&other), written(&csv), "{name}");
        assert_eq!(other.names.len(), 9, "{name}");
        let few = read(name, Some(&["score", "nowhere"]));
        assert_eq!(written(&few), vec![written(&csv)[5].clone()], "{name}");
    }
    let csv = read("students.csv", None);
    // Releases before 118 are in Windows-1252; pandas writes their long texts in UTF-8 all the same, so only ASCII is compared.
    let ascii = |cohort: &Cohort| written(cohort)[8].2.iter().map(|s| s.replace(|c: char| !c.is_ascii(), "")).collect::<Vec<_>>();
    assert_eq!(ascii(&read("pandas117.dta", None)), ascii(&csv));
    for name in ["students14.dta", "students15.dta", "pandas119.dta", "students.sav", "students.zsav", "students.xlsx"] {
        assert_eq!(written(&read(name, None)), written(&csv), "{name}");
    }
}

#[test]
fn labels_and_reasons_for_missing_values_are_in_the_codebook() {
    let says = |name: &str, column: &str| {
        let cohort = read(name, None);
        let e = cohort.codebook.entries.iter().find(|e| e.column == column).expect("an entry").clone();
        (e.meaning, e.notes)
    };
    for name in ["students15.dta", "students.sav", "students.zsav"] {
        assert_eq!(says(name, "arm"), ("Profiles in the classroom".into(), "0 = comparison; 1 = profiles".into()), "{name}");
        assert_eq!(says(name, "score").0, "Score, points", "{name}");
    }
    let (_, stata) = says("students15.dta", "prior");
    assert_eq!(
        stata,
        "missing: . (fewer than 10 rows); missing: .a = refused (fewer than 10 rows); missing: .b = absent (fewer than 10 rows)"
    );
    let (_, spss) = says("students.sav", "prior");
    for part in ["missing: -8 = absent", "missing: -9 = refused", "missing: system-missing"] {
        assert!(spss.contains(part), "{spss}");
    }
}

#[test]
fn a_file_cut_off_anywhere_is_refused_or_whole() {
    for (name, format) in [
        ("students8.dta", Format::Stata),
        ("students13.dta", Format::Stata),
        ("pandas119.dta", Format::Stata),
        ("students.sav", Format::Spss),
        ("students.zsav", Format::Spss),
        ("students.xlsx", Format::Excel),
    ] {
        let bytes = std::fs::read(place(name)).expect(name);
        let whole = written(&of_bytes(bytes.clone(), format, Some(&SHARED)).expect(name));
        for cut in 0..bytes.len() {
            match of_bytes(bytes[..cut].to_vec(), format, Some(&SHARED)) {
                Ok(part) => assert_eq!(written(&part), whole, "{name} cut at {cut} of {} was read, and not as it was", bytes.len()),
                Err(IngestError::Faults(faults)) => {
                    let fault = &faults.shown[0];
                    assert!(!fault.place.contains("gave up"), "{name} cut at {cut} made its reader panic");
                }
                Err(e) => panic!("{name} cut at {cut}: {e:?}"),
            }
        }
    }
}

#[test]
fn a_flipped_bit_never_panics() {
    for (name, format) in [
        ("students8.dta", Format::Stata),
        ("pandas117.dta", Format::Stata),
        ("students.sav", Format::Spss),
        ("students.zsav", Format::Spss),
        ("students.xlsx", Format::Excel),
    ] {
        let bytes = std::fs::read(place(name)).expect(name);
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            if let Err(IngestError::Faults(faults)) = of_bytes(changed, format, None) {
                assert!(!faults.shown[0].place.contains("gave up"), "{name} with byte {at} changed made its reader panic");
            }
        }
    }
}

#[test]
fn other_content_under_a_known_ending_is_refused() {
    for format in [Format::Stata, Format::Spss, Format::Excel] {
        for bytes in [&b""[..], b"student,score\n1,2\n", b"PK\x03\x04", &[0xff; 4096], &[0; 4096], b"<stata_dta><header>", b"$FL2@(#)"] {
            match of_bytes(bytes.to_vec(), format, None) {
                Err(IngestError::Faults(faults)) => assert_eq!(faults.shown[0].code, "INGEST-008", "{format:?} {bytes:?}"),
                other => panic!("{format:?} {bytes:?}: {other:?}"),
            }
        }
    }
}

#[test]
fn estimates_are_those_of_the_csv() {
    let flags = "--outcome score --unit student --period year --arm arm --cluster district --estimator did --inference cluster:cr1";
    let estimate = |name: &str| {
        let ran = run_estimate(Path::new(&place(name)), flags);
        assert_eq!(ran.code, 0, "{name}: {}", ran.stderr);
        ran.stdout
    };
    let csv = estimate("students.csv");
    for name in ["students15.dta", "pandas117.dta", "students.sav", "students.zsav", "students.xlsx"] {
        assert_eq!(estimate(name), csv, "{name}");
    }
}

#[test]
fn a_run_tells_the_labels() {
    let folder = tempfile::tempdir().expect("a folder");
    let study = folder.path().join("study.toml");
    let text = format!(
        "[study]\ntitle = \"Labels\"\nquestion = \"Do labels arrive?\"\nseed = 1\n\n[data]\npath = {:?}\n\n[roles]\nstudent = \"student\"\nschool = \"school\"\nperiod = \"year\"\narm = \"arm\"\ncluster = \"school\"\noutcomes = [\"score\"]\n\n[[analysis]]\nname = \"main\"\nestimators = [\"did\"]\n",
        place("students.sav")
    );
    // Past the gate labels of values that few have stay away, wherever they could stand.
    std::fs::write(&study, &text).expect("written");
    let gated = folder.path().join("gated");
    let ran = didact(["run", &study.display().to_string(), "--out", &gated.display().to_string()]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let codebook = std::fs::read_to_string(gated.join("tables/codebook.csv")).expect("a codebook");
    assert!(codebook.contains("Profiles in the classroom") && !codebook.contains("1 = profiles"), "{codebook}");
    std::fs::write(&study, format!("{text}\n[privacy]\non = false\n")).expect("written");
    let out = folder.path().join("out");
    let ran = didact(["run", &study.display().to_string(), "--out", &out.display().to_string()]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let codebook = std::fs::read_to_string(out.join("tables/codebook.csv")).expect("a codebook");
    assert!(codebook.contains("Profiles in the classroom") && codebook.contains("0 = comparison; 1 = profiles"), "{codebook}");
    assert!(codebook.starts_with("column,role,kind,unit,values,missing,meaning,notes,source"), "{codebook}");
    let results: serde_json::Value = serde_json::from_slice(&std::fs::read(out.join("results.json")).expect("results")).expect("JSON");
    let of = |column: &str| results["tables"]["codebook"]["rows"].as_array().expect("rows").iter().find(|r| r["column"] == column).cloned();
    let (score, arm) = (of("score").expect("a row"), of("arm").expect("a row"));
    assert_eq!((&score["unit"], &arm["unit"]), (&"points".into(), &"not told".into()), "labels are no unit");
    assert_eq!(arm["notes"], "0 = comparison; 1 = profiles");
    let effects = std::fs::read_to_string(out.join("tables/main-effects.md")).expect("a table");
    assert!(effects.contains("Estimate (points)") && !effects.contains("outcome units"), "the label tells the unit: {effects}");
    let ran = didact(["verify", &out.display().to_string()]);
    assert_eq!(ran.code, 0, "{} {}", ran.stdout, ran.stderr);
}
