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
    /// What the source notes besides: labels of values, reasons why some are missing, how they are to be read.
    pub notes: String,
    /// Where the values or their distribution come from.
    pub source: String,
    /// Values and their labels, in the source's order.
    pub labels: Vec<(String, String)>,
}

/// The descriptions of a cohort's columns, in column order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Codebook {
    /// One entry a column.
    pub entries: Vec<Entry>,
}

/// The last word of what is known to be a unit. Other words behind a comma or in brackets may be a season or a grade.
const UNITS: [&str; 23] = [
    "%",
    "days",
    "dollars",
    "equivalents",
    "hours",
    "lexile",
    "lexiles",
    "logits",
    "minutes",
    "months",
    "nce",
    "percent",
    "percentile",
    "percentiles",
    "point",
    "points",
    "rit",
    "sd",
    "sds",
    "units",
    "weeks",
    "years",
    "z-score",
];

/// Longest unit, in words.
const WORDS: usize = 4;

impl Codebook {
    /// Describes a column.
    pub fn describe(&mut self, column: &str, meaning: &str, unit: &str, source: &str) {
        let (column, meaning, unit, source) = (column.into(), meaning.into(), unit.into(), source.into());
        self.entries.push(Entry { column, meaning, unit, notes: String::new(), source, labels: Vec::new() });
    }

    /// Describes a column of which the source notes something, such as labels of its values.
    pub fn note(&mut self, column: &str, meaning: &str, notes: &str, source: &str, labels: Vec<(String, String)>) {
        let (column, meaning, notes, source) = (column.into(), meaning.into(), notes.into(), source.into());
        self.entries.push(Entry { column, meaning, unit: String::new(), notes, source, labels });
    }

    /// The entry of a column.
    pub fn of(&self, column: &str) -> Option<&Entry> {
        self.entries.iter().find(|e| e.column == column)
    }

    /// The label of a column's value, where the source has one.
    pub fn label_of(&self, column: &str, value: &str) -> Option<&str> {
        let found = self.of(column)?.labels.iter().find(|(known, _)| same_value(known, value))?;
        Some(found.1.trim()).filter(|label| !label.is_empty())
    }

    /// The unit in which a column is measured, where its description tells one.
    pub fn unit_of(&self, column: &str) -> Option<&str> {
        self.of(column)?.measured_in()
    }
}

impl Entry {
    /// Unit or coding, then what the source notes besides; empty where it says neither.
    pub fn coding(&self) -> String {
        [self.unit.as_str(), self.notes.as_str()].into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join("; ")
    }

    /// The unit, where the description is one, or the label ends with one: `Math (scale points)`, `Score, points`, `Absence in days`.
    ///
    /// ```
    /// # use didact::cohort::Codebook;
    /// let mut book = Codebook::default();
    /// book.describe("math", "Math score (scale points)", "", "a file");
    /// book.describe("read", "Reading (spring)", "", "a file");
    /// assert_eq!((book.unit_of("math"), book.unit_of("read")), (Some("scale points"), None));
    /// ```
    pub fn measured_in(&self) -> Option<&str> {
        let label = self.meaning.trim().trim_end_matches('.');
        let bracketed = |open: char, close: char| label.strip_suffix(close)?.rsplit_once(open).map(|(_, inside)| inside);
        let ends = [
            Some(self.unit.as_str()),
            bracketed('(', ')'),
            bracketed('[', ']'),
            label.rsplit_once(", ").map(|(_, end)| end),
            label.rsplit_once(" in ").map(|(_, end)| end),
        ];
        ends.into_iter().flatten().map(str::trim).find(|end| is_unit(end))
    }
}

/// Whether two spellings are of one value: `1` and `1.0`.
pub fn same_value(a: &str, b: &str) -> bool {
    a == b || matches!((a.parse::<f64>(), b.parse::<f64>()), (Ok(a), Ok(b)) if a == b)
}

fn is_unit(words: &str) -> bool {
    let plain = words.chars().all(|c| c.is_alphabetic() || " %-".contains(c));
    let last = words.rsplit(' ').next().unwrap_or_default().to_lowercase();
    plain && words.split(' ').count() <= WORDS && UNITS.contains(&last.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(meaning: &str, unit: &str) -> Option<String> {
        let mut book = Codebook::default();
        book.describe("c", meaning, unit, "");
        book.unit_of("c").map(str::to_string)
    }

    #[test]
    fn a_unit_is_told_or_not_known() {
        assert_eq!(unit("Mathematics test in spring; missing when the test was missed.", "points").as_deref(), Some("points"));
        assert_eq!(unit("Score, points", "").as_deref(), Some("points"));
        assert_eq!(unit("Reading [RIT]", "").as_deref(), Some("RIT"));
        assert_eq!(unit("Time away in days", "missing: . (12 rows)").as_deref(), Some("days"));
        for meaning in ["", "Math score", "Math (grade 4)", "Math, spring", "Taught in 2019", "Math (0 to 100)", "("] {
            assert_eq!(unit(meaning, "0/1"), None, "{meaning:?}");
        }
    }

    #[test]
    fn a_label_is_found_by_its_value() {
        let mut book = Codebook::default();
        let labels = vec![("0".to_string(), "no IEP".to_string()), ("1".to_string(), " has IEP ".to_string()), ("2".into(), " ".into())];
        book.note("iep", "", "0 = no IEP", "", labels);
        assert_eq!(book.of("iep").map(Entry::coding).as_deref(), Some("0 = no IEP"));
        assert_eq!((book.label_of("iep", "1"), book.label_of("iep", "1.0")), (Some("has IEP"), Some("has IEP")));
        assert_eq!((book.label_of("iep", "2"), book.label_of("iep", "3"), book.label_of("el", "1")), (None, None, None));
    }
}
