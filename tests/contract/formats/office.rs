//! Readers of what is made for Excel and Word.

use super::columnar::{ends, value};
use super::grid::entities;
use calamine::{Data, Reader, Xlsx};
use didact::table::{Cell, Table};
use std::io::Cursor;

/// Every sheet has its table's words and numbers, numbers with every bit, and nothing is a formula.
pub fn check_xlsx(what: &str, tables: &[Table], bytes: Vec<u8>) {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
    let names = book.sheet_names();
    assert_eq!(names.len(), tables.len() + 1, "{what}");
    for (table, name) in tables.iter().zip(&names[1..]) {
        assert!(table.id.starts_with(name.split('~').next().expect("a name")), "{what}: {name} holds {}", table.id);
        assert!(book.worksheet_formula(name).expect("a sheet").is_empty(), "{what}, {name}: a formula");
        let sheet = book.worksheet_range(name).expect("a sheet");
        let mut at = 0;
        for ix in 0..table.columns.len() {
            for (key, cells) in ends(table, ix) {
                for (r, cell) in cells.iter().enumerate() {
                    let found = sheet.get_value((r as u32 + 1, at)).unwrap_or(&Data::Empty);
                    let right = match (cell, found) {
                        (Cell::Text(words), Data::String(found)) => words == found,
                        (Cell::Text(words), Data::Empty) => words.is_empty(),
                        (Cell::Undefined(_), Data::Empty) => true,
                        (Cell::Suppressed, Data::String(found)) => found == "<suppressed>",
                        (Cell::ToFill(_), Data::String(found)) => found == "<to fill in>",
                        (cell, Data::Float(found)) => value(cell).is_some_and(|v| (v + 0.0).to_bits() == found.to_bits()),
                        (cell, Data::Int(found)) => value(cell) == Some(*found as f64),
                        _ => false,
                    };
                    assert!(right, "{what}, {name}, row {r}, {key}: {cell:?} is {found:?}");
                }
                at += 1;
            }
        }
    }
}

/// The cells of every table of a Word document, without headings.
pub fn docx(bytes: &[u8]) -> Vec<Vec<Vec<String>>> {
    let xml = part(bytes, "word/document.xml");
    let tables = xml.split("<w:tbl>").skip(1).map(|table| table.split("</w:tbl>").next().expect("its end"));
    tables
        .map(|table| {
            let rows: Vec<&str> = table.split("<w:tr>").skip(1).collect();
            assert!(rows[0].contains("<w:tblHeader />") && rows[1..].iter().all(|row| !row.contains("<w:tblHeader />")));
            rows[1..].iter().map(|row| row.split("<w:tc>").skip(1).map(words).collect()).collect()
        })
        .collect()
}

fn words(cell: &str) -> String {
    let runs = cell.split("<w:t xml:space=\"preserve\">").skip(1);
    runs.map(|run| entities(run.split("</w:t>").next().unwrap_or_default())).collect()
}

/// A part of a container whose parts are not compressed.
fn part(bytes: &[u8], name: &str) -> String {
    let short = |at: usize| usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]));
    let mut at = 0;
    while bytes[at..].starts_with(b"PK\x03\x04") {
        let size = u32::from_le_bytes(bytes[at + 18..at + 22].try_into().expect("four bytes")) as usize;
        let (named, from) = (at + 30, at + 30 + short(at + 26) + short(at + 28));
        if &bytes[named..named + short(at + 26)] == name.as_bytes() {
            assert_eq!(short(at + 8), 0, "{name} is not compressed");
            return String::from_utf8(bytes[from..from + size].to_vec()).expect("text");
        }
        at = from + size;
    }
    panic!("no part {name}");
}
