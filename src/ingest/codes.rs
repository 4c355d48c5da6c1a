//! Which values mean "missing", and which that look like it do not.

/// Declared codes, each for one column or (`None`) for all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Codes {
    /// Values that mean missing.
    pub missing: Vec<(Option<String>, String)>,
    /// Values that look like a missing code and are real.
    pub keep: Vec<(Option<String>, String)>,
}

impl Codes {
    /// Reads declarations written `CODE` or `COLUMN=CODE`.
    pub fn parse(missing: &[String], keep: &[String]) -> Codes {
        let read = |list: &[String]| {
            list.iter()
                .map(|text| match text.split_once('=') {
                    Some((column, code)) if !column.is_empty() => (Some(column.to_string()), code.to_string()),
                    _ => (None, text.clone()),
                })
                .collect()
        };
        Codes { missing: read(missing), keep: read(keep) }
    }

    /// The codes that mean missing in a column.
    pub fn missing_in(&self, column: &str) -> Vec<&str> {
        of(&self.missing, column)
    }

    /// Whether a value is declared real in a column.
    pub fn is_kept(&self, column: &str, value: &str) -> bool {
        of(&self.keep, column).iter().any(|code| same(code, value))
    }
}

fn of<'a>(list: &'a [(Option<String>, String)], column: &str) -> Vec<&'a str> {
    list.iter().filter(|(c, _)| c.as_deref().is_none_or(|c| c == column)).map(|(_, code)| code.as_str()).collect()
}

/// Whether two spellings are the same value: equal text, or equal numbers.
pub(super) fn same(code: &str, value: &str) -> bool {
    code == value || matches!((code.parse::<f64>(), value.parse::<f64>()), (Ok(a), Ok(b)) if a == b)
}
