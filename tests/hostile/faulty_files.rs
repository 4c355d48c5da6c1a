//! Faults of the file itself: its rows, letters, header, and the values in its cells.

use crate::school::{Case, ROLES, check, good};

#[test]
fn rows_and_letters() {
    let text = good().text();
    let lines: Vec<&str> = text.lines().collect();
    let replaced = |n: usize, with: &[u8]| -> Vec<u8> {
        lines.iter().enumerate().flat_map(|(i, line)| [if i + 1 == n { with } else { line.as_bytes() }, b"\n"].concat()).collect()
    };
    let short = lines[3].rsplit_once(',').expect("cells").0.to_string();
    let long = format!("{},7", lines[8]);
    let ragged: Vec<u8> = String::from_utf8(replaced(4, short.as_bytes())).expect("UTF-8").replace(lines[8], &long).into_bytes();
    let windows = String::from_utf8(replaced(4, short.as_bytes())).expect("UTF-8").replace('\n', "\r\n");
    let latin = b"1,Caf\xe9,2020,2021,1,0,0,210.5,190.0,4,1.1";
    let header = lines[0].as_bytes();
    let latin_header = [b"studi\xe9".as_slice(), &header[7..]].concat();
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let both = [&replaced(6, latin)[..], b"1,2,3\n"].concat();
    check(vec![
        Case::new("an empty file", "", ROLES, "INGEST-002", &["empty"]),
        Case::new("one line end", "\n", ROLES, "INGEST-002", &["empty"]),
        Case::new("blanks only", "   \n\n \n", ROLES, "INGEST-002", &["empty"]),
        Case::new("a header only", lines[0], ROLES, "INGEST-005", &["no rows"]),
        Case::new("a header and a line end", format!("{}\n", lines[0]), ROLES, "INGEST-005", &["no rows"]),
        Case::new("a short row and a long row", ragged, ROLES, "INGEST-003", &["line 4", "10 cells", "11"])
            .and("INGEST-003", &["line 9", "12 cells"]),
        Case::new("a short row between CRLF", windows, ROLES, "INGEST-003", &["line 4"]),
        Case::new("a row in Latin-1", replaced(3, latin), ROLES, "INGEST-004", &["line 3", "column school", "UTF-8"]),
        Case::new("a header in Latin-1", replaced(1, &latin_header), ROLES, "INGEST-004", &["line 1", "UTF-8"]),
        Case::new("UTF-16", utf16, ROLES, "INGEST-004", &["line 1", "UTF-8"]),
        Case::new("bad letters and a short row", both, ROLES, "INGEST-004", &["line 6"]).and("INGEST-003", &["line 50"]),
        Case::new(
            "two columns of one name",
            replaced(1, lines[0].replace("prior", "score").as_bytes()),
            ROLES,
            "INGEST-006",
            &["\"score\"", "cells 8 and 9"],
        ),
        Case::new(
            "two pairs of one name",
            replaced(1, lines[0].replace("prior", "score").replace("arm", "year").as_bytes()),
            ROLES,
            "INGEST-006",
            &["\"score\""],
        )
        .and("INGEST-006", &["\"year\""]),
    ]);
}

#[test]
fn values() {
    let with_weights = format!("{ROLES} --weights weight");
    check(vec![
        Case::new(
            "text in the outcome",
            good().set(6, "score", "pretty good").text(),
            ROLES,
            "DATA-002",
            &["outcome", "column score", "row 6"],
        ),
        Case::new("a number with a unit", good().set(17, "score", "203 points").text(), ROLES, "DATA-002", &["column score", "row 17"]),
        Case::new("a thousands separator", good().set(9, "score", "\"1,203.5\"").text(), ROLES, "DATA-002", &["column score", "row 9"]),
        Case::new(
            "a number stored with leading zeros",
            good().set(11, "score", "0203.5").text(),
            ROLES,
            "DATA-002",
            &["column score", "row 11"],
        ),
        Case::new("text in the period", good().set(8, "year", "autumn").text(), ROLES, "DATA-002", &["period", "column year", "row 8"]),
        Case::new("text in the cohort", good().set(8, "start", "soon").text(), ROLES, "DATA-002", &["cohort", "column start", "row 8"]),
        Case::new(
            "text in the weights",
            good().set(8, "weight", "heavy").text(),
            &*with_weights,
            "DATA-002",
            &["weights", "column weight", "row 8"],
        ),
        Case::new("infinity by overflow", good().set(5, "score", "1e400").text(), ROLES, "PANEL-012", &["column score", "row 5"]),
        Case::new("an absurd value", good().set(5, "score", "1e30").text(), ROLES, "PANEL-012", &["column score", "row 5"]),
        Case::new(
            "an absurd whole number",
            good().fill("score", |s, _, y| (s * 7 + y).to_string()).set(5, "score", "99999999999999").text(),
            ROLES,
            "PANEL-012",
            &["column score", "row 5"],
        ),
        Case::new(
            "an absurd covariate",
            good().set(5, "prior", "-1e30").text(),
            format!("{ROLES} --covariates prior --estimator twfe"),
            "PANEL-012",
            &["column prior", "row 5"],
        ),
        Case::new("half a period", good().set(5, "year", "2020.5").text(), ROLES, "PANEL-002", &["column year", "row 5"]),
        Case::new("half a first period", good().set(5, "start", "2020.5").text(), ROLES, "PANEL-002", &["column start", "row 5"]),
        Case::new("a negative weight", good().set(5, "weight", "-0.5").text(), &*with_weights, "PANEL-013", &["column weight", "row 5"]),
        Case::new("an infinite weight", good().set(5, "weight", "1e999").text(), &*with_weights, "PANEL-013", &["column weight", "row 5"]),
        Case::new(
            "an arm of 2",
            good().set(5, "arm", "2").text(),
            "--outcome score --unit student --period year --arm arm --post post --cluster school",
            "PANEL-003",
            &["column arm", "row 5"],
        ),
    ]);
}

#[test]
fn a_fault_tells_the_place_and_not_the_value() {
    let ran = crate::school::estimate_bytes(good().set(6, "score", "zzsecretzz").text().as_bytes(), "data.csv", ROLES);
    assert_eq!(ran.code, 3);
    assert!(!ran.stderr.contains("zzsecretzz"), "a student's value in the message: {}", ran.stderr);
}

#[test]
fn faults_of_one_kind_are_told_once_and_counted() {
    let mut school = good();
    for row in 2..=49 {
        school = school.repeat(row);
    }
    for row in 2..=13 {
        school = school.repeat(row);
    }
    let ran = crate::school::estimate_bytes(school.text().as_bytes(), "data.csv", ROLES);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert_eq!(ran.stderr.matches("error[PANEL-007]").count(), 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("and 57 more like these"), "{}", ran.stderr);
}
