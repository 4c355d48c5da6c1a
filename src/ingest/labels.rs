//! What a statistics program's file says of a column, as an entry of the codebook.

use crate::cohort::Codebook;

/// More labels than this are counted and not quoted: they name schools or people.
const QUOTED: usize = 12;
/// Fewer rows than this are not counted exactly, since the codebook leaves the machine.
const FEW: usize = 10;

/// A count that may leave the machine.
pub(super) fn count(n: usize) -> String {
    if (1..FEW).contains(&n) { format!("fewer than {FEW}") } else { n.to_string() }
}

/// A column's labels and reasons for missing values.
#[derive(Debug, Default)]
pub(super) struct Described {
    /// The column's label.
    pub(super) label: String,
    /// Values and their labels, in the file's order.
    pub(super) labels: Vec<(String, String)>,
    /// Reasons for missing values, with the rows of each.
    pub(super) missing: Vec<(String, usize)>,
    /// How the values are to be read, where that does not go without saying.
    pub(super) note: &'static str,
}

impl Described {
    /// Counts one missing value.
    pub(super) fn miss(&mut self, reason: &str) {
        match self.missing.iter_mut().find(|(r, _)| r == reason) {
            Some((_, rows)) => *rows += 1,
            None => self.missing.push((reason.to_string(), 1)),
        }
    }

    /// Writes the entry.
    pub(super) fn enter(mut self, book: &mut Codebook, column: &str, source: &str) {
        let mut parts = Vec::new();
        if !self.note.is_empty() {
            parts.push(self.note.to_string());
        }
        if self.labels.len() > QUOTED {
            parts.push(format!("{} labelled values", self.labels.len()));
        } else if !self.labels.is_empty() {
            parts.push(self.labels.iter().map(|(value, label)| format!("{value} = {label}")).collect::<Vec<_>>().join("; "));
        }
        self.missing.sort();
        for (reason, rows) in &self.missing {
            parts.push(format!("missing: {reason} ({} rows)", count(*rows)));
        }
        let meaning = if self.label.trim().is_empty() { "no label in the file" } else { self.label.trim() };
        book.note(column, meaning, &parts.join("; "), source, self.labels);
    }
}
