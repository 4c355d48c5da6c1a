//! How an effect holds where trends were not parallel: a set for each size of the difference.

use super::{Content, bound};
use crate::table::{Cell, Column, Digits};
use serde::Serialize;

/// Sets of effects by how far trends may have differed.
#[derive(Debug, Clone, PartialEq, Serialize, serde::Deserialize)]
pub struct Sensitivity {
    /// Which effect, in a few words.
    pub title: String,
    /// The words under the horizontal axis.
    pub x_title: String,
    /// The sets; the first is the usual interval.
    pub bounds: Vec<Bounds>,
}

/// The effects that are not ruled out at one size.
#[derive(Debug, Clone, PartialEq, Serialize, serde::Deserialize)]
pub struct Bounds {
    /// The size in words: `parallel`, `0.5`.
    pub label: String,
    /// The size; `None` of parallel trends.
    pub size: Option<f64>,
    /// The lower end; `None`: none, or withheld.
    pub low: Option<f64>,
    /// The upper end; `None`: none, or withheld.
    pub high: Option<f64>,
}

/// The rows of the effects, then those of the sets: `panel` tells them apart.
pub(super) fn beside(s: &Sensitivity, (mut columns, mut rows, notes): Content) -> Content {
    let keys: Vec<String> = columns.iter().map(|c| c.key.clone()).collect();
    for row in &mut rows {
        row.push(Cell::text("effects"));
        row.push(Cell::undefined("an effect at a time has no bound of its own"));
        row.push(Cell::text(""));
    }
    for b in &s.bounds {
        let middle = b.low.zip(b.high).map_or(0.0, |(low, high)| low / 2.0 + high / 2.0);
        let digits = Digits::for_interval(middle, b.low, b.high);
        let mut row: Vec<Cell> = keys
            .iter()
            .map(|key| match key.as_str() {
                "conf_low" => bound(b.low, b.high, digits),
                "conf_high" => bound(b.high, b.low, digits),
                "role" => Cell::text("after"),
                _ => Cell::undefined("a set holds for the effect as a whole, and has no middle"),
            })
            .collect();
        row.push(Cell::text("sensitivity"));
        row.push(Cell::number(b.size, "parallel trends have no size"));
        row.push(Cell::text(&b.label));
        rows.push(row);
    }
    columns
        .push(Column::new("panel", "What it is").explain("An effect at a time, or a set of effects by how far trends may have differed."));
    columns.push(Column::new("size", &s.x_title));
    columns.push(Column::new("trends", "Trends").explain("How far trends may have differed."));
    (columns, rows, notes)
}
