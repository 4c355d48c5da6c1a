//! The part of the page that does the inference again: the core compiled to WebAssembly, the sums, and the numbers as printed.

use serde::Serialize;

use crate::table::number::{self, Glyphs};
use crate::table::{Cell, Here, Printed, Redo, Trial, base64};

/// The core, as `.ci/page-core` builds it: one function that does inference on sums over clusters.
const PROGRAM: &[u8] = include_bytes!("inference.wasm.gz");

/// What the template shows.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Shown<'a> {
    /// Why there is nothing to do.
    Not { why: String },
    /// All that it takes.
    Here(Box<Again<'a>>),
}

/// All that it takes.
#[derive(Serialize)]
pub struct Again<'a> {
    program: String,
    sums: String,
    percent: String,
    clusters: String,
    needing_rows: String,
    rows: Vec<Row<'a>>,
    trials: &'a [Trial],
}

#[derive(Serialize)]
struct Row<'a> {
    method: &'a str,
    target: usize,
    headline: bool,
    term: &'a str,
    cells: Vec<Number>,
}

/// A printed number with its value at full precision.
#[derive(Serialize)]
struct Number {
    /// What it is, as the core names it.
    keys: Vec<&'static str>,
    /// Its value or values; empty where there is none, `open` for an end that an interval does not have.
    values: Vec<String>,
    shown: String,
    reason: Option<String>,
}

/// What the page shows.
pub fn shown(redo: &Redo) -> Shown<'_> {
    match redo {
        Redo::Not(why) => Shown::Not { why: why.words() },
        Redo::Here(here) => Shown::Here(Box::new(again(here))),
    }
}

fn again(here: &Here) -> Again<'_> {
    Again {
        program: base64::encode(PROGRAM),
        sums: base64::encode(&here.sums),
        percent: number::exact(here.percent).unwrap_or_default(),
        clusters: number::count(here.clusters),
        needing_rows: here.needing_rows.join(", "),
        rows: here.printed.iter().map(row).collect(),
        trials: &here.trials,
    }
}

fn row(p: &Printed) -> Row<'_> {
    let cells = [
        (&p.estimate, vec!["estimate"]),
        (&p.conf, vec!["conf_low", "conf_high"]),
        (&p.std_error, vec!["std_error"]),
        (&p.df, vec!["df"]),
        (&p.p_value, vec!["p_value"]),
    ];
    Row {
        method: &p.method,
        target: p.target,
        headline: p.headline,
        term: &p.term,
        cells: cells.into_iter().map(|(cell, keys)| figure(cell, keys)).collect(),
    }
}

fn figure(cell: &Cell, keys: Vec<&'static str>) -> Number {
    let exact = |v: f64| number::exact(v).unwrap_or_default();
    let open = |v: Option<f64>| v.map_or_else(|| "open".to_string(), exact);
    let checked = cell.checked();
    let values = match checked.as_ref() {
        Cell::Number { value, .. } | Cell::PValue(value) | Cell::PBelow { value, .. } => vec![exact(*value)],
        Cell::Interval { low, high, .. } => vec![open(*low), open(*high)],
        _ => vec![String::new(); keys.len()],
    };
    let reason = match checked.as_ref() {
        Cell::Undefined(why) => Some(why.clone()),
        _ => None,
    };
    Number { keys, values, shown: number::cell(&checked, Glyphs::Typographic), reason }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Digits;

    #[test]
    fn a_number_stands_beside_its_digits() {
        let cell = Cell::interval(Some(-0.123_456), None, Digits::Decimals(2));
        let number = figure(&cell, vec!["conf_low", "conf_high"]);
        assert_eq!(number.values, ["-0.123456", "open"]);
        assert_eq!(number.shown, "[\u{2212}0.12, \u{221e})");
        let number = figure(&Cell::undefined("none"), vec!["df"]);
        assert_eq!((number.values, number.reason.as_deref()), (vec![String::new()], Some("none")));
    }

    #[test]
    fn the_program_is_a_gzip_stream_that_a_page_can_hold() {
        assert_eq!(PROGRAM[..3], [0x1f, 0x8b, 8]);
        assert!((50_000..400_000).contains(&PROGRAM.len()), "{} bytes", PROGRAM.len());
    }
}
