//! Faults of the input: what, where, why it matters, and what to do.

use std::fmt;

/// One fault of the data or of the question put to it.
///
/// Positions are given, students' values are not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Stable code, such as `PANEL-007`.
    pub code: &'static str,
    /// What is wrong.
    pub what: String,
    /// Where it stands.
    pub place: String,
    /// Why it matters.
    pub why: String,
    /// What to do about it.
    pub remedy: String,
}

impl Fault {
    /// A fault with its four answers.
    pub fn new(
        code: &'static str,
        what: impl Into<String>,
        place: impl Into<String>,
        why: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Fault { code, what: what.into(), place: place.into(), why: why.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "error[{}] {}", self.code, self.what)?;
        writeln!(f, "  where   {}", self.place)?;
        writeln!(f, "  why     {}", self.why)?;
        write!(f, "  do      {}", self.remedy)
    }
}

/// All faults of an input at once: the first fifty, and how many there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults {
    /// The first [`Faults::SHOWN`] faults.
    pub shown: Vec<Fault>,
    /// How many there are in all.
    pub total: usize,
}

impl Faults {
    /// How many faults are kept with their text.
    pub const SHOWN: usize = 50;

    /// Notes a fault.
    pub fn push(&mut self, fault: Fault) {
        self.total += 1;
        if self.shown.len() < Self::SHOWN {
            self.shown.push(fault);
        }
    }

    /// Notes all faults of another list.
    pub fn extend(&mut self, other: Faults) {
        self.total += other.total;
        let room = Self::SHOWN - self.shown.len();
        self.shown.extend(other.shown.into_iter().take(room));
    }

    /// `Ok` when there is no fault.
    pub fn into_result(self) -> Result<(), Faults> {
        if self.total == 0 { Ok(()) } else { Err(self) }
    }
}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Self {
        Faults { shown: vec![fault], total: 1 }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, fault) in self.shown.iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            writeln!(f, "{fault}")?;
        }
        if self.total > self.shown.len() {
            writeln!(f, "\n… and {} more", self.total - self.shown.len())?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

/// Something the reader of a number should know, with a stable code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Warning {
    /// Stable code, such as `few-clusters`.
    pub code: &'static str,
    /// The message, in plain words.
    pub message: String,
}

impl Warning {
    /// A warning.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Warning { code, message: message.into() }
    }
}
