//! A table of typed cells.

use std::borrow::Cow;

use serde::Serialize;

use super::cell::Cell;

/// A column: its stable key, its heading, and what it means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Column {
    /// The name programs read: `term`, `estimate`, `std_error`, `statistic`, `df`, `p_value`, `conf_low`, …
    pub key: String,
    /// The heading people read.
    pub title: String,
    /// The unit of its numbers: points, SD, percentage points.
    pub unit: Option<String>,
    /// What it means in plain words, shown on hover and focus.
    pub explain: Option<String>,
}

impl Column {
    /// A column without unit or explanation.
    pub fn new(key: impl Into<String>, title: impl Into<String>) -> Column {
        Column { key: key.into(), title: title.into(), unit: None, explain: None }
    }

    /// The column with the unit of its numbers.
    #[must_use]
    pub fn unit(mut self, unit: impl Into<String>) -> Column {
        self.unit = Some(unit.into());
        self
    }

    /// The column with its meaning in plain words.
    #[must_use]
    pub fn explain(mut self, words: impl Into<String>) -> Column {
        self.explain = Some(words.into());
        self
    }

    /// The heading with its unit: `Estimate (points)`.
    pub fn heading(&self) -> String {
        match &self.unit {
            Some(unit) => format!("{} ({unit})", self.title),
            None => self.title.clone(),
        }
    }
}

/// A table: columns, rows of cells, notes. The same content goes to every format.
#[derive(Debug, Clone, PartialEq, Serialize, serde::Deserialize)]
pub struct Table {
    /// A stable name, also the stem of its file: `estimates`, `arm-means`.
    pub id: String,
    /// The heading people read.
    pub title: String,
    /// The columns, left to right.
    pub columns: Vec<Column>,
    /// The rows, each with one cell a column.
    pub rows: Vec<Vec<Cell>>,
    /// What a reader must know beside the numbers: sample, clusters, method.
    pub notes: Vec<String>,
}

impl Table {
    /// A table without rows.
    pub fn new(id: impl Into<String>, title: impl Into<String>, columns: Vec<Column>) -> Table {
        Table { id: id.into(), title: title.into(), columns, rows: Vec::new(), notes: Vec::new() }
    }

    /// Adds a row, one cell a column. A short row is filled up with undefined cells.
    pub fn push(&mut self, mut row: Vec<Cell>) {
        debug_assert_eq!(row.len(), self.columns.len(), "a row of table {} has another width", self.id);
        row.resize_with(self.columns.len(), || Cell::undefined("no value"));
        self.rows.push(row);
    }

    /// Which column has this key.
    pub fn at(&self, key: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.key == key)
    }

    /// The table without a column.
    pub fn without(&self, key: &str) -> Table {
        let mut out = self.clone();
        if let Some(at) = self.at(key) {
            out.columns.remove(at);
            out.rows.iter_mut().for_each(|row| {
                row.remove(at);
            });
        }
        out
    }

    /// Adds a note.
    pub fn note(&mut self, words: impl Into<String>) {
        self.notes.push(words.into());
    }

    /// The cell at a row and column with its numbers checked; beyond the edge, undefined.
    pub fn cell(&self, row: usize, column: usize) -> Cow<'_, Cell> {
        match self.rows.get(row).and_then(|cells| cells.get(column)) {
            Some(cell) => cell.checked(),
            None => Cow::Owned(Cell::undefined("no value")),
        }
    }

    /// Whether a column holds numbers and no words, and is aligned to the right.
    pub fn is_numeric(&self, column: usize) -> bool {
        let cells = || self.rows.iter().filter_map(|row| row.get(column));
        cells().any(Cell::is_numeric) && !cells().any(|cell| matches!(cell, Cell::Text(_)))
    }

    /// Whether a column holds intervals.
    pub fn is_interval(&self, column: usize) -> bool {
        self.rows.iter().filter_map(|row| row.get(column)).any(|cell| matches!(cell, Cell::Interval { .. }))
    }

    /// Every reason for an undefined cell, once, after the headings of the columns it occurs in.
    pub fn reasons(&self) -> Vec<(String, String)> {
        let mut found: Vec<(Vec<&str>, String)> = Vec::new();
        for (ix, column) in self.columns.iter().enumerate() {
            for row in 0..self.rows.len() {
                let cell = self.cell(row, ix);
                let Cell::Undefined(reason) = cell.as_ref() else { continue };
                match found.iter_mut().find(|(_, known)| known == reason) {
                    Some((columns, _)) if columns.last() == Some(&column.title.as_str()) => {}
                    Some((columns, _)) => columns.push(&column.title),
                    None => found.push((vec![&column.title], reason.clone())),
                }
            }
        }
        found.into_iter().map(|(columns, reason)| (columns.join(", "), reason)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_beyond_the_edge_is_undefined() {
        let table = Table::new("t", "T", vec![Column::new("a", "A")]);
        assert!(matches!(table.cell(3, 7).as_ref(), Cell::Undefined(_)));
    }

    #[test]
    fn reasons_are_listed_once() {
        let mut table = Table::new("t", "T", vec![Column::new("a", "A"), Column::new("b", "B").unit("points"), Column::new("c", "C")]);
        table.push(vec![Cell::undefined("one cluster"), Cell::Whole(1), Cell::undefined("one cluster")]);
        table.push(vec![Cell::undefined("one cluster"), Cell::undefined("no data"), Cell::Whole(2)]);
        assert_eq!(table.reasons(), [("A, C".into(), "one cluster".into()), ("B".into(), "no data".into())]);
        assert!(!table.is_numeric(0) && table.is_numeric(1));
        assert_eq!(table.columns[1].heading(), "B (points)");
    }
}
