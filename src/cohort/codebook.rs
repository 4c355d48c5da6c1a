//! What each column of a cohort means.

/// One column's description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The column.
    pub column: String,
    /// What it means, in a sentence.
    pub meaning: String,
    /// Unit or coding ("points", "0/1", "school year, by its spring").
    pub unit: String,
    /// Where the values or their distribution come from.
    pub source: String,
}

/// The descriptions of a cohort's columns, in column order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Codebook {
    /// One entry a column.
    pub entries: Vec<Entry>,
}

impl Codebook {
    /// Describes a column.
    pub fn describe(&mut self, column: &str, meaning: &str, unit: &str, source: &str) {
        self.entries.push(Entry { column: column.into(), meaning: meaning.into(), unit: unit.into(), source: source.into() });
    }
}
