//! The codebook: every column that was read, its role and kind, and what may be told of its values.

use super::disclosure::Gate;
use crate::study::{Run, Values, Variable};
use crate::table::number::{self, Glyphs};
use crate::table::{Cell, Column, Table};

/// More labelled values than this are not written beside their values.
const LABELLED: usize = 12;

/// One row a column.
pub(super) fn codebook(run: &Run) -> Table {
    let columns = vec![
        Column::new("column", "Column"),
        Column::new("role", "Role"),
        Column::new("kind", "Kind"),
        Column::new("unit", "Unit or coding"),
        Column::new("values", "Values"),
        Column::new("missing", "Missing").explain("rows without a value"),
        Column::new("meaning", "Meaning"),
        Column::new("notes", "Notes").explain("what the source notes besides: labels of values, reasons why some are missing"),
        Column::new("source", "Source"),
    ];
    let mut out = Table::new("codebook", "Codebook", columns);
    let gate = Gate::of(run);
    for v in &run.variables {
        let entry = run.codebook.of(&v.column);
        let told = |words: Option<&str>| Cell::text(words.filter(|w| !w.is_empty()).unwrap_or("not told"));
        let unnoted = || Cell::text(if gate.is_open() { "none" } else { "not told" });
        let unit = entry.map(|e| match e.measured_in() {
            Some(unit) if !e.unit.contains(unit) => [unit, &e.unit].into_iter().filter(|w| !w.is_empty()).collect::<Vec<_>>().join("; "),
            _ => e.unit.clone(),
        });
        out.push(vec![
            Cell::text(&v.column),
            Cell::text(if v.roles.is_empty() { "none".to_string() } else { v.roles.join(", ") }),
            Cell::text(v.kind),
            told(unit.as_deref()),
            values(run, v, &gate),
            missing(v, &gate),
            told(entry.map(|e| e.meaning.as_str())),
            entry.map(|e| e.notes.as_str()).filter(|w| !w.is_empty()).map_or_else(unnoted, Cell::text),
            told(entry.map(|e| e.source.as_str())),
        ]);
    }
    if !gate.is_open() {
        out.note(format!(
            "To protect students, values are named that at least {0} units have; a range is about that of the values that at least {0} units reach at each end; and how many are missing is told roughly.",
            gate.least
        ));
    }
    out
}

fn values(run: &Run, v: &Variable, gate: &Gate) -> Cell {
    match &v.values {
        Values::Unlisted => Cell::text("not listed"),
        Values::Nothing => Cell::text("none"),
        Values::Levels(levels) => {
            let may = |n: usize| gate.is_open() || (n > 0 && !gate.few(n as u64));
            let named = |value: &String| match run.codebook.label_of(&v.column, value).filter(|_| levels.len() <= LABELLED) {
                Some(label) => format!("{value} = {label}"),
                None => value.clone(),
            };
            let mut shown: Vec<String> = levels.iter().filter(|(_, n)| may(*n)).map(|(value, _)| named(value)).collect();
            if shown.is_empty() {
                return Cell::Suppressed;
            }
            if shown.len() < levels.len() {
                shown.push("others of few units, withheld".into());
            }
            Cell::Text(shown.join("; "))
        }
        Values::Range { ends, .. } if gate.is_open() => Cell::Text(format!("{} to {}", plain(ends.0), plain(ends.1))),
        Values::Range { reached: Some(reached), .. } => {
            roughly(*reached).map_or(Cell::Suppressed, |(low, high)| Cell::Text(format!("about {} to {}", plain(low), plain(high))))
        }
        Values::Range { reached: None, .. } => Cell::Suppressed,
    }
}

fn plain(x: f64) -> String {
    number::trimmed(x, Glyphs::Ascii)
}

/// A range outwards to whole multiples of the power of ten in its length, so that its ends are no one's own values; `None` where it has
/// no length.
fn roughly((low, high): (f64, f64)) -> Option<(f64, f64)> {
    let power = libm::pow(10.0, libm::floor(libm::log10(high - low)));
    let out = (libm::floor(low / power) * power, libm::ceil(high / power) * power);
    (power > 0.0 && out.0.is_finite() && out.1.is_finite()).then_some(out)
}

/// How many values are missing: the number, or past a closed gate only its size.
fn missing(v: &Variable, gate: &Gate) -> Cell {
    let (n, rows) = v.missing;
    if gate.is_open() {
        return Cell::Count(n as u64);
    }
    // Exact counts of several columns could be set against those of rows left out.
    let share = n as f64 / rows.max(1) as f64;
    Cell::text(match share {
        _ if n == 0 => "none",
        _ if n == rows => "all",
        s if s < 0.05 => "less than 5 %",
        s if s < 0.2 => "5 to 20 %",
        s if s < 0.5 => "20 to 50 %",
        _ => "half or more",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rough_range_holds_the_range() {
        assert_eq!(roughly((183.25, 246.5)), Some((180.0, 250.0)));
        assert_eq!(roughly((-0.31, 0.44)), Some((-0.4, 0.5)));
        assert_eq!(roughly((4123.0, 6871.0)), Some((4000.0, 7000.0)));
        assert_eq!((roughly((1.0, 1.0)), roughly((0.0, f64::INFINITY))), (None, None));
    }

    #[test]
    fn missing_values_are_told_roughly_past_a_closed_gate() {
        let v = |n: usize| Variable { column: "c".into(), roles: Vec::new(), kind: "number", values: Values::Unlisted, missing: (n, 400) };
        let closed = Gate { least: 10, students: true, source: false, small_clusters: false };
        assert_eq!(missing(&v(12), &Gate::open()), Cell::Count(12));
        let told = |n: usize| missing(&v(n), &closed);
        assert_eq!((told(0), told(3), told(12)), (Cell::text("none"), Cell::text("less than 5 %"), Cell::text("less than 5 %")));
        assert_eq!((told(40), told(399), told(400)), (Cell::text("5 to 20 %"), Cell::text("half or more"), Cell::text("all")));
    }
}
