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

    fn kind(&self) -> Kind {
        (self.code, self.what.clone(), self.remedy.clone())
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
    /// Of those not kept: how many of each kind.
    beyond: Vec<(Kind, usize)>,
}

/// What faults that are told as one have in common: code, what and remedy.
type Kind = (&'static str, String, String);

impl Faults {
    /// How many faults are kept with their text.
    pub const SHOWN: usize = 50;

    /// How many places are told of faults that differ in nothing else.
    const PLACES: usize = 3;

    /// Notes a fault.
    pub fn push(&mut self, fault: Fault) {
        self.total += 1;
        if self.shown.len() < Self::SHOWN {
            self.shown.push(fault);
        } else {
            self.count(fault.kind(), 1);
        }
    }

    fn count(&mut self, kind: Kind, n: usize) {
        match self.beyond.iter_mut().find(|(k, _)| *k == kind) {
            Some((_, all)) => *all += n,
            None => self.beyond.push((kind, n)),
        }
    }

    /// Notes all faults of another list.
    pub fn extend(&mut self, other: Faults) {
        self.total += other.total;
        for fault in other.shown {
            if self.shown.len() < Self::SHOWN {
                self.shown.push(fault);
            } else {
                self.count(fault.kind(), 1);
            }
        }
        other.beyond.into_iter().for_each(|(kind, n)| self.count(kind, n));
    }

    /// `Ok` when there is no fault.
    pub fn into_result(self) -> Result<(), Faults> {
        if self.total == 0 { Ok(()) } else { Err(self) }
    }
}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Self {
        Faults { shown: vec![fault], total: 1, beyond: Vec::new() }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut told = 0;
        let mut kinds: Vec<Kind> = Vec::new();
        for fault in &self.shown {
            let kind = fault.kind();
            if kinds.contains(&kind) {
                continue;
            }
            // Faults that differ only in where they stand are told once.
            let like: Vec<&Fault> = self.shown.iter().filter(|other| other.kind() == kind).collect();
            let beyond = self.beyond.iter().find(|(k, _)| *k == kind).map_or(0, |(_, n)| *n);
            let n = like.len() + beyond;
            if told > 0 {
                writeln!(f)?;
            }
            told += n;
            let places: Vec<&str> = like.iter().take(Self::PLACES).map(|fault| fault.place.as_str()).collect();
            let mut place = places.join("; ");
            if n > places.len() {
                place = format!("{place}; and {} more like these", n - places.len());
            }
            writeln!(f, "{}", Fault { place, ..fault.clone() })?;
            kinds.push(kind);
        }
        if self.total > told {
            writeln!(f, "\n… and {} more", self.total - told)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_of_one_kind_are_told_once() {
        let off = |row: usize| Fault::new("PANEL-004", "it switches off", format!("row {row}"), "why", "do");
        let mut faults = Faults::default();
        (1..=60).for_each(|row| faults.push(off(row)));
        faults.push(Fault::new("PANEL-005", "something else", "there", "why", "do"));
        let mut more = Faults::from(Fault::new("PANEL-007", "first", "here", "why", "do"));
        more.extend(faults.clone());
        assert_eq!(faults.to_string().matches("error[PANEL-004]").count(), 1);
        assert!(faults.to_string().contains("row 1; row 2; row 3; and 57 more like these"), "{faults}");
        assert!(faults.to_string().ends_with("… and 1 more\n"), "{faults}");
        assert!(more.to_string().contains("row 1; row 2; row 3; and 57 more like these"), "{more}");
        assert_eq!((more.total, more.shown.len()), (62, Faults::SHOWN));
    }
}
