//! One column being read from text: whole numbers until a fraction comes, numbers until a word comes.

use super::codes::same;
use crate::cohort::{Data, MISSING_CODE, Suspect, Texts, Wholes, is_missing_word};
use std::collections::HashMap;

/// Why a column has to be read again as text from the start.
pub(super) struct NeedsText;

enum State {
    Whole { values: Vec<i64>, missing: Vec<bool>, any: bool },
    Number(Vec<f64>),
    Text { codes: Vec<u32>, levels: Vec<String>, seen: HashMap<String, u32> },
}

pub(super) struct Builder {
    state: State,
    missing: Vec<String>,
    decimal_comma: bool,
    /// Undeclared words that look like "missing", with count and first row.
    words: Vec<(String, usize, usize)>,
    rows: usize,
}

impl Builder {
    pub(super) fn new(as_text: bool, missing: &[&str], decimal_comma: bool) -> Builder {
        let state = if as_text {
            State::Text { codes: Vec::new(), levels: Vec::new(), seen: HashMap::new() }
        } else {
            State::Whole { values: Vec::new(), missing: Vec::new(), any: false }
        };
        Builder { state, missing: missing.iter().map(|s| (*s).to_string()).collect(), decimal_comma, words: Vec::new(), rows: 0 }
    }

    /// Adds a cell.
    pub(super) fn push(&mut self, cell: &str) -> Result<(), NeedsText> {
        let cell = cell.trim();
        let declared = !self.missing.is_empty() && self.missing.iter().any(|code| same(code, cell));
        let row = self.rows;
        self.rows += 1;
        if cell.is_empty() || declared {
            self.push_missing();
            return Ok(());
        }
        if let State::Text { codes, levels, seen } = &mut self.state {
            let code = match seen.get(cell) {
                Some(&code) => code,
                None => {
                    let code = levels.len() as u32;
                    levels.push(cell.to_string());
                    seen.insert(cell.to_string(), code);
                    code
                }
            };
            codes.push(code);
            return Ok(());
        }
        if let State::Whole { values, missing, .. } = &mut self.state
            && let Some(v) = whole(cell)
        {
            values.push(v);
            missing.push(false);
            return Ok(());
        }
        match number(cell, self.decimal_comma) {
            Some(x) => {
                self.widen();
                let State::Number(values) = &mut self.state else { unreachable!("widened") };
                values.push(x);
                Ok(())
            }
            None if is_missing_word(cell) => {
                self.suspect(cell, row);
                self.push_missing();
                Ok(())
            }
            None => Err(NeedsText),
        }
    }

    /// Adds a cell that holds a spreadsheet's error, in a column of any kind: missing, and asked about unless that is declared.
    pub(super) fn push_error(&mut self, error: &str) {
        if !self.missing.iter().any(|code| same(code, error)) {
            self.suspect(error, self.rows);
        }
        self.rows += 1;
        self.push_missing();
    }

    fn suspect(&mut self, word: &str, row: usize) {
        match self.words.iter_mut().find(|w| w.0 == word) {
            Some(word) => word.1 += 1,
            None => self.words.push((word.to_string(), 1, row)),
        }
    }

    fn push_missing(&mut self) {
        match &mut self.state {
            State::Whole { values, missing, any } => {
                values.push(0);
                missing.push(true);
                *any = true;
            }
            State::Number(values) => values.push(f64::NAN),
            State::Text { codes, .. } => codes.push(MISSING_CODE),
        }
    }

    fn widen(&mut self) {
        if let State::Whole { values, missing, .. } = &self.state {
            let numbers = values.iter().zip(missing).map(|(&v, &m)| if m { f64::NAN } else { v as f64 }).collect();
            self.state = State::Number(numbers);
        }
    }

    /// The column, and the undeclared words in it that look like "missing".
    pub(super) fn finish(self, column: &str) -> (Data, Vec<Suspect>) {
        let suspects = self
            .words
            .into_iter()
            .map(|(code, rows, first)| Suspect {
                column: column.into(),
                code,
                rows,
                first,
                why: "a word that often stands for missing, in a column of numbers",
            })
            .collect();
        let data = match self.state {
            State::Whole { values, missing, any } => {
                Data::whole(Wholes { values: values.into(), missing: if any { missing } else { Vec::new() } })
            }
            State::Number(values) => Data::Number(values),
            State::Text { codes, levels, .. } => {
                let mut texts = Texts { codes, levels };
                texts.sort_levels();
                Data::Text(texts)
            }
        };
        (data, suspects)
    }
}

/// A whole number, or true/false; not one with leading zeros, which is an identifier.
fn whole(cell: &str) -> Option<i64> {
    match cell {
        "true" | "TRUE" | "True" => return Some(1),
        "false" | "FALSE" | "False" => return Some(0),
        _ => {}
    }
    let digits = cell.strip_prefix('-').unwrap_or(cell);
    if digits.len() > 1 && digits.starts_with('0') || digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    cell.parse().ok()
}

fn number(cell: &str, decimal_comma: bool) -> Option<f64> {
    let digits = cell.strip_prefix(['-', '+']).unwrap_or(cell);
    let looks = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.' || (c == ',' && decimal_comma));
    if !looks {
        return None;
    }
    if digits.len() > 1 && digits.starts_with('0') && digits.as_bytes()[1].is_ascii_digit() {
        return None;
    }
    // A long row of digits is an identifier; as a number it would be merged with its neighbours.
    if digits.len() > 15 && digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let parsed = if decimal_comma && cell.contains(',') {
        if cell.contains('.') {
            return None;
        }
        cell.replace(',', ".").parse()
    } else {
        cell.parse()
    };
    parsed.ok().filter(|x: &f64| !x.is_nan())
}
