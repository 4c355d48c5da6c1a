//! Fixed effects that are named: a level for each value of a column, or of several columns together, and a slope for each.

use crate::cohort::Fault;
use std::sync::Arc;

/// A fixed effect as asked for: `A`, `A^B`, `A[x]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixedEffect {
    /// The columns whose values, taken together, are its levels.
    pub columns: Vec<String>,
    /// A column of numbers that has a slope of its own in each level.
    pub slope: Option<String>,
}

impl FixedEffect {
    /// Reads `column`, `column^column` (a level for each combination) or either with `[x]` behind it (a level and a slope in x).
    ///
    /// # Errors
    /// An empty name, a bracket without its other half, more than one slope.
    pub fn parse(text: &str) -> Result<FixedEffect, Fault> {
        let faulty = |why: &str| {
            Fault::new(
                "PANEL-040",
                format!("the fixed effect {text:?} cannot be read"),
                "fixed effects",
                why,
                "write  school  for a level for each school,  school^year  for each school and year,  student[year]  for each student's own level and trend",
            )
        };
        let text = text.trim();
        let (levels, slope) = match text.split_once('[') {
            None if text.contains(']') => return Err(faulty("a bracket is closed that was not opened")),
            None => (text, None),
            Some((levels, rest)) => match rest.strip_suffix(']') {
                Some(x) if !x.trim().is_empty() && !x.contains(['[', ']', '^']) => (levels, Some(x.trim().to_string())),
                _ => return Err(faulty("in brackets stands one column that has a slope")),
            },
        };
        let columns: Vec<String> = levels.split('^').map(|c| c.trim().to_string()).collect();
        if columns.iter().any(String::is_empty) {
            return Err(faulty("a column's name is missing"));
        }
        Ok(FixedEffect { columns, slope })
    }

    /// A level for each value of one column.
    pub fn of(column: &str) -> FixedEffect {
        FixedEffect { columns: vec![column.into()], slope: None }
    }

    /// As it is written.
    pub fn name(&self) -> String {
        let levels = self.columns.join("^");
        match &self.slope {
            Some(x) => format!("{levels}[{x}]"),
            None => levels,
        }
    }

    /// The columns it needs.
    pub fn all_columns(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().chain(&self.slope).map(String::as_str)
    }
}

/// A fixed effect on the rows of a panel.
#[derive(Debug, Clone)]
pub struct Effect {
    /// As it was written.
    pub name: String,
    /// The level of each row, by the sorted values of its columns.
    pub level: Arc<Vec<u32>>,
    /// For each row the number that has a slope.
    pub slope: Option<Arc<Vec<f64>>>,
}

impl Effect {
    /// The same effect on these rows.
    pub(super) fn pick(&self, rows: &[usize]) -> Effect {
        Effect {
            name: self.name.clone(),
            level: Arc::new(rows.iter().map(|&r| self.level[r]).collect()),
            slope: self.slope.as_ref().map(|x| Arc::new(rows.iter().map(|&r| x[r]).collect())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::FixedEffect;

    #[test]
    fn what_is_written_is_read() {
        let read = |text: &str| FixedEffect::parse(text).map(|e| (e.columns.clone(), e.slope.clone(), e.name())).ok();
        assert_eq!(read(" a "), Some((vec!["a".into()], None, "a".into())));
        assert_eq!(read("a ^ b"), Some((vec!["a".into(), "b".into()], None, "a^b".into())));
        assert_eq!(read("a^b[ t ]"), Some((vec!["a".into(), "b".into()], Some("t".into()), "a^b[t]".into())));
        for wrong in ["", "a^", "^b", "[t]", "a[]", "a[t", "a]", "a[t]b", "a[t][u]", "a[t^u]"] {
            assert!(FixedEffect::parse(wrong).is_err(), "{wrong}");
        }
    }
}
