//! Everything that was written into a folder as text: archives, workbooks, documents, compressed streams and columns unfolded.

use didact::table::base64;
use polars::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};
use std::path::Path;

/// Texts by name, and the numbers in each as they are printed.
#[derive(Default)]
pub struct Unfolded {
    texts: Vec<(String, String)>,
    /// The sums over clusters that pages and their content hold.
    pub sums: Vec<Vec<u8>>,
    numbers: BTreeMap<String, String>,
}

impl Unfolded {
    pub fn files(&self) -> usize {
        self.texts.len()
    }

    pub fn add(&mut self, name: &str, text: String) {
        for number in numbers(&text) {
            self.numbers.entry(number).or_insert_with(|| name.to_string());
        }
        self.texts.push((name.to_string(), text));
    }

    pub fn with_text(&self, text: &str) -> Option<&str> {
        self.texts.iter().find(|(_, t)| t.contains(text)).map(|(n, _)| n.as_str())
    }

    pub fn has_number(&self, number: &str) -> bool {
        self.numbers.contains_key(number)
    }

    pub fn with_number(&self, number: &str) -> Option<String> {
        self.numbers.get(number).cloned()
    }

    pub fn file_has_text(&self, name: &str, text: &str) -> bool {
        self.texts.iter().any(|(n, t)| n.contains(name) && t.contains(text))
    }

    /// Whether some file of this name holds a text and a number.
    pub fn file_has(&self, name: &str, text: &str, number: &str) -> bool {
        self.texts.iter().any(|(n, t)| n.contains(name) && t.contains(text) && numbers(t).contains(number))
    }
}

/// The numbers of a text, without separators of thousands.
fn numbers(text: &str) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let plain: String = text.replace(['\u{2009}', '\u{202f}'], "").replace("{,}", ",");
    let bytes = plain.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let start = at;
        let digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
        while digit(at)
            || (matches!(bytes.get(at), Some(b'.')) && digit(at + 1))
            || (bytes.get(at) == Some(&b',') && (1..4).all(|k| digit(at + k)) && !digit(at + 4))
        {
            at += 1;
        }
        // Letters beside it: a piece of a hash or a name.
        let letter = |i: Option<usize>| i.and_then(|i| bytes.get(i)).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
        if letter(start.checked_sub(1)) || letter(Some(at)) {
            continue;
        }
        out.insert(plain[start..at].to_string());
        // Commas may part thousands, or fields.
        out.insert(plain[start..at].replace(',', ""));
        out.extend(plain[start..at].split(',').map(str::to_string));
    }
    out
}

/// All numbers that eight bytes in a row can stand for, wherever they begin; and the bytes that are letters.
pub fn doubles(bytes: &[u8]) -> String {
    let mut out = String::from_utf8_lossy(bytes).into_owned();
    for eight in bytes.windows(8) {
        let x = f64::from_le_bytes(eight.try_into().expect("eight"));
        if (1e-6..1e12).contains(&x.abs()) {
            // Where few digits are asked for, some sum of many always fits.
            out += &format!("\n{x}\n{x:.4}\n{x:.3}\n{x:.2}");
        }
    }
    out
}

/// All files of a folder.
pub fn folder(place: &Path) -> Unfolded {
    let mut out = Unfolded::default();
    let mut open = vec![place.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(place).expect("within").display().to_string();
                file(&mut out, &name, &std::fs::read(&path).expect("a file"));
            }
        }
    }
    out
}

fn file(out: &mut Unfolded, name: &str, bytes: &[u8]) {
    match name.rsplit('.').next().unwrap_or_default() {
        "png" => {}
        "zip" | "xlsx" | "docx" => {
            let parts = didact::store::unpack(bytes).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert!(!parts.is_empty(), "{name}");
            for (part, bytes) in parts {
                file(out, &format!("{name}/{part}"), &bytes);
            }
        }
        "parquet" => {
            let frame = ParquetReader::new(Cursor::new(bytes)).finish().expect("a table");
            let mut text = String::new();
            for column in frame.columns() {
                let column = column.as_materialized_series();
                for i in 0..column.len() {
                    text += &format!("{}\n", column.get(i).expect("a value"));
                }
            }
            out.add(name, text);
        }
        "pdf" => {
            let mut text = String::from_utf8_lossy(bytes).into_owned();
            for at in (0..bytes.len().saturating_sub(8)).filter(|&i| bytes[i..].starts_with(b"stream\n")) {
                let mut inside = Vec::new();
                if flate2::read::ZlibDecoder::new(&bytes[at + 7..]).read_to_end(&mut inside).is_ok() {
                    text += &String::from_utf8_lossy(&inside);
                }
            }
            out.add(name, text);
        }
        "xml" => {
            // What stands between the marks: widths and styles are no data.
            let text = String::from_utf8_lossy(bytes);
            out.add(name, text.split('<').filter_map(|part| part.split_once('>')).map(|(_, words)| format!("{words}\n")).collect());
        }
        // Sizes of files are no data either.
        _ => {
            let mut text = String::from_utf8_lossy(bytes).into_owned();
            for mark in ["data-sums=\"", "\"sums\": \""] {
                let Some(at) = text.find(mark).map(|at| at + mark.len()) else { continue };
                let end = at + text[at..].find('"').expect("an end");
                let sums = base64::decode(&text[at..end]).expect("Base64");
                text.replace_range(at..end, "");
                out.sums.push(sums.clone());
                out.add(&format!("{name}/sums"), doubles(&sums));
            }
            // The program is the same in every page.
            if let Some(at) = text.find("data-program=\"") {
                let end = at + 14 + text[at + 14..].find('"').expect("an end");
                text.replace_range(at..end, "");
            }
            out.add(name, text.lines().filter(|l| !l.contains("contentSize")).map(|l| format!("{l}\n")).collect())
        }
    }
}
