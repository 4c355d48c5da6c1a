//! Excel workbooks of the kinds people have: formulas, errors, texts that look like numbers, merged cells, several sheets.

use crate::support::program::didact;
use didact::cohort::{Cohort, Faults};
use didact::ingest::{self, Codes, Format, IngestError, Source};
use didact::store::{Input, pack, unpack};
use rust_xlsxwriter::{ExcelDateTime, Format as Look, Formula, Workbook, Worksheet};

fn book(write: impl FnOnce(&mut Worksheet)) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("Scores").expect("a name");
    write(sheet);
    book.save_to_buffer().expect("written")
}

/// Two columns, student and score, of two students.
fn table(sheet: &mut Worksheet) {
    for (row, (student, score)) in [("student", "score"), ("007", "1.5"), ("012", "2.5")].into_iter().enumerate() {
        sheet.write(row as u32, 0, student).expect("written");
        match score.parse::<f64>() {
            Ok(x) => sheet.write(row as u32, 1, x).expect("written"),
            Err(_) => sheet.write(row as u32, 1, score).expect("written"),
        };
    }
}

fn read(bytes: Vec<u8>, columns: Option<&[&str]>, missing: &[&str]) -> Result<Cohort, IngestError> {
    let missing: Vec<String> = missing.iter().map(|m| (*m).to_string()).collect();
    ingest::read(&Source::of(Input::Bytes(bytes.into()), Format::Excel, None)?, columns, &Codes::parse(&missing, &[]))
}

fn refused(bytes: Vec<u8>, columns: Option<&[&str]>) -> Faults {
    match read(bytes, columns, &[]) {
        Err(IngestError::Faults(faults)) => faults,
        other => panic!("not refused: {other:?}"),
    }
}

fn cells(cohort: &Cohort, column: &str) -> Vec<String> {
    let data = &cohort.column(column).expect(column).data;
    (0..data.len()).map(|row| data.display(row)).collect()
}

#[test]
fn identifiers_formulas_dates_and_booleans_are_as_they_are_stored() {
    let bytes = book(|sheet| {
        table(sheet);
        let date = Look::new().set_num_format("yyyy-mm-dd");
        let time = Look::new().set_num_format("yyyy-mm-dd hh:mm");
        for (column, name) in ["sum", "day", "time", "yes", "long"].iter().enumerate() {
            sheet.write(0, 2 + column as u16, *name).expect("written");
        }
        for row in 1..3 {
            sheet.write_formula(row, 2, Formula::new("=B2*2").set_result("3.25")).expect("written");
            let day = ExcelDateTime::parse_from_str("2021-09-01").expect("a date");
            sheet.write_with_format(row, 3, &day, &date).expect("written");
            let moment = ExcelDateTime::parse_from_str("2021-09-01T08:30:00").expect("a date");
            sheet.write_with_format(row, 4, &moment, &time).expect("written");
            sheet.write(row, 5, row == 1).expect("written");
            sheet.write(row, 6, "12345678901234567890123").expect("written");
        }
    });
    let cohort = read(bytes, None, &[]).expect("read");
    assert_eq!(cells(&cohort, "student"), ["007", "012"]);
    assert_eq!(cells(&cohort, "score"), ["1.5", "2.5"]);
    assert_eq!(cells(&cohort, "sum"), ["3.25", "3.25"]);
    assert_eq!(cells(&cohort, "day"), ["2021-09-01", "2021-09-01"]);
    assert_eq!(cells(&cohort, "time"), ["2021-09-01T08:30:00", "2021-09-01T08:30:00"]);
    assert_eq!(cells(&cohort, "yes"), ["1", "0"]);
    assert_eq!(cells(&cohort, "long"), ["12345678901234567890123"; 2]);
}

#[test]
fn what_would_be_misread_is_named_with_its_cell() {
    let error = book(|sheet| {
        table(sheet);
        sheet.write_formula(2, 1, Formula::new("=NA()").set_result("#N/A")).expect("written");
    });
    let faults = refused(error.clone(), Some(&["student", "score"]));
    assert_eq!((faults.shown[0].code, faults.total), ("INGEST-019", 1));
    assert!(faults.shown[0].place.contains("cell B3, column score"), "{}", faults.shown[0].place);
    assert_eq!(cells(&read(error.clone(), Some(&["student", "score"]), &["score=#N/A"]).expect("declared"), "score"), ["1.5", ""]);
    assert_eq!(cells(&read(error.clone(), Some(&["student"]), &[]).expect("not asked for"), "student"), ["007", "012"]);
    let looked_at = read(error, None, &[]).expect("inspect asks about it");
    assert_eq!((looked_at.undeclared[0].code.as_str(), looked_at.undeclared[0].first), ("#N/A", 1));

    let long = book(|sheet| {
        table(sheet);
        sheet.write(1, 0, 1_234_567_890_123_456.0).expect("written");
    });
    let faults = refused(long, None);
    assert_eq!(faults.shown[0].code, "INGEST-018");
    assert!(faults.shown[0].place.ends_with("cell A2"));

    let gap = book(|sheet| {
        table(sheet);
        sheet.write(5, 0, "Source: the district").expect("written");
    });
    assert_eq!(refused(gap, None).shown[0].code, "INGEST-017");

    let wide = book(|sheet| {
        table(sheet);
        sheet.write(1, 3, "a remark").expect("written");
    });
    let faults = refused(wide, None);
    assert_eq!(faults.shown[0].code, "INGEST-003");
    assert!(faults.shown[0].place.ends_with("cell D2"));

    let merged = book(|sheet| {
        table(sheet);
        sheet.merge_range(1, 0, 2, 0, "007", &Look::new()).expect("merged");
    });
    let faults = refused(merged, None);
    assert_eq!(faults.shown[0].code, "INGEST-020");
    assert!(faults.shown[0].place.ends_with("A2:A3"));

    let twice = book(|sheet| {
        table(sheet);
        sheet.write(0, 1, "student").expect("written");
    });
    assert_eq!(refused(twice, None).shown[0].code, "INGEST-006");
    assert_eq!(refused(book(|_| {}), None).shown[0].code, "INGEST-005");
    let header = book(|sheet| {
        sheet.write(0, 0, "student").expect("written");
    });
    assert_eq!(refused(header, None).shown[0].code, "INGEST-005");
}

#[test]
fn a_workbook_that_declares_more_than_it_holds_is_refused() {
    let bytes = book(table);
    let mut parts = unpack(&bytes).expect("a zip");
    let texts = String::from_utf8(parts["xl/sharedStrings.xml"].clone()).expect("UTF-8");
    let greedy = texts.replace("uniqueCount=\"4\"", "uniqueCount=\"1000000000000000\"");
    assert_ne!(texts, greedy);
    parts.insert("xl/sharedStrings.xml".into(), greedy.into_bytes());
    assert_eq!(refused(pack(&parts).expect("packed"), None).shown[0].code, "INGEST-008");

    // A part that says it unfolds to 3 GB is refused before anything is unfolded.
    let mut large = bytes.clone();
    let entry = large.windows(4).position(|w| w == [0x50, 0x4b, 0x01, 0x02]).expect("a directory");
    large[entry + 24..entry + 28].copy_from_slice(&3_000_000_000_u32.to_le_bytes());
    assert!(refused(large, None).shown[0].place.contains("GB"));
}

#[test]
fn the_program_takes_a_sheet_by_its_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("book.xlsx");
    let mut book = Workbook::new();
    book.add_worksheet().set_name("Notes").expect("a name").write(0, 0, "nothing").expect("written");
    table(book.add_worksheet().set_name("Scores").expect("a name"));
    book.save(&path).expect("written");
    let path = path.display().to_string();
    let ran = didact(["inspect", &path, "--sheet", "Scores", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("\"score\""));
    let ran = didact(["inspect", &path, "--sheet", "scores"]);
    assert!(ran.code == 3 && ran.stderr.contains("INGEST-016") && ran.stderr.contains("Scores"), "{}", ran.stderr);
    let csv = folder.path().join("a.csv");
    std::fs::write(&csv, "a\n1\n").expect("written");
    let ran = didact(["inspect", &csv.display().to_string(), "--sheet", "Scores"]);
    assert!(ran.code == 3 && ran.stderr.contains("INGEST-015"), "{}", ran.stderr);
    let study = folder.path().join("study.toml").display().to_string();
    assert_eq!(didact(["new", &path, "--sheet", "Scores", "--out", &study]).code, 0);
    assert!(std::fs::read_to_string(study).expect("written").contains("sheet = \"Scores\""));
}
