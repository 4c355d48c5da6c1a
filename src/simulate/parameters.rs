//! A world's named parameters, with their meaning, range and source.

use std::fmt;

/// Where a default value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// An estimate from the literature.
    Literature,
    /// A choice made for the scenario; nobody has measured it.
    Scenario,
}

/// One parameter of a world.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameter {
    /// The name, as in `--set name=value`.
    pub name: &'static str,
    /// The value.
    pub value: f64,
    /// Whether only whole numbers make sense.
    pub whole: bool,
    /// The lowest value allowed.
    pub lowest: f64,
    /// The highest value allowed.
    pub highest: f64,
    /// What it means, in a sentence.
    pub meaning: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// Where the default comes from.
    pub source: &'static str,
    /// Whether the default is an estimate from the literature or a choice made for the scenario.
    pub basis: Basis,
}

/// A world's parameters, in the order in which they are shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameters(Vec<Parameter>);

/// What is wrong with a parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum ParameterError {
    /// There is no such parameter.
    Unknown {
        /// The name as given.
        name: String,
        /// The nearest known name.
        nearest: Option<&'static str>,
    },
    /// The text is not a number, or not a whole one where only whole ones make sense.
    NotANumber {
        /// The parameter.
        name: &'static str,
        /// The text as given.
        given: String,
        /// Whether a whole number was wanted.
        whole: bool,
    },
    /// The value lies outside the allowed range.
    OutOfRange {
        /// The parameter.
        name: &'static str,
        /// The value as given.
        given: f64,
        /// The lowest value allowed.
        lowest: f64,
        /// The highest value allowed.
        highest: f64,
    },
    /// Two or more parameters do not fit each other.
    Conflict {
        /// The parameters.
        names: Vec<&'static str>,
        /// What does not fit, and what would.
        what: String,
    },
}

impl Parameters {
    pub(super) fn new(list: Vec<Parameter>) -> Self {
        Parameters(list)
    }

    /// The value of a parameter, if there is one of this name.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.0.iter().find(|p| p.name == name).map(|p| p.value)
    }

    /// Sets a parameter from text.
    ///
    /// # Errors
    /// When the name is unknown, the text is not a number, or the number lies outside the parameter's range.
    pub fn set(&mut self, name: &str, text: &str) -> Result<(), ParameterError> {
        let Some(parameter) = self.0.iter_mut().find(|p| p.name == name) else {
            let nearest = nearest(name, self.0.iter().map(|p| p.name));
            return Err(ParameterError::Unknown { name: name.into(), nearest });
        };
        let refused = |p: &Parameter| ParameterError::NotANumber { name: p.name, given: text.trim().into(), whole: p.whole };
        let value: f64 = text.trim().parse().map_err(|_| refused(parameter))?;
        if value.is_nan() || (parameter.whole && value.is_finite() && value != value.trunc()) {
            return Err(refused(parameter));
        }
        let value = value + 0.0; // no −0
        parameter.check(value)?;
        parameter.value = value;
        Ok(())
    }

    /// The parameters in the order in which they are shown.
    pub fn iter(&self) -> impl Iterator<Item = &Parameter> {
        self.0.iter()
    }

    /// Checks every parameter's range, and that they fit each other.
    ///
    /// # Errors
    /// All faults at once.
    pub fn check(&self) -> Result<(), Vec<ParameterError>> {
        let mut faults: Vec<ParameterError> = self.0.iter().filter_map(|p| p.check(p.value).err()).collect();
        if faults.is_empty() {
            faults = super::check::conflicts(self);
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// The value of a parameter that the world has.
    pub(super) fn value(&self, name: &str) -> f64 {
        self.get(name).unwrap_or_else(|| panic!("a world without the parameter {name}"))
    }

    /// The value of a whole parameter.
    pub(super) fn whole(&self, name: &str) -> i64 {
        self.value(name) as i64
    }

    /// The same parameters with another default (a world's own choice).
    pub(super) fn with(mut self, name: &str, value: f64) -> Self {
        self.entry(name).value = value;
        self
    }

    /// The same parameters with one that cannot be changed.
    pub(super) fn fixed(mut self, name: &str, value: f64, why: &'static str) -> Self {
        let p = self.entry(name);
        (p.value, p.lowest, p.highest) = (value, value, value);
        (p.source, p.basis) = (why, Basis::Scenario);
        self
    }

    /// The same parameters and these, which only some worlds have.
    pub(super) fn and(mut self, others: Parameters) -> Self {
        self.0.extend(others.0);
        self
    }

    /// The same parameters without one that has no meaning in this world.
    pub(super) fn without(mut self, name: &str) -> Self {
        self.0.retain(|p| p.name != name);
        self
    }

    /// The last year in which profiles are taken up: the first, where all start together.
    pub(super) fn last_take_up(&self) -> i64 {
        self.get("last_take_up").unwrap_or_else(|| self.value("first_take_up")) as i64
    }

    /// Whether this world holds a parameter at its value.
    pub(super) fn held(&self, name: &str) -> bool {
        self.0.iter().any(|p| p.name == name && p.lowest == p.highest)
    }

    fn entry(&mut self, name: &str) -> &mut Parameter {
        self.0.iter_mut().find(|p| p.name == name).unwrap_or_else(|| panic!("no parameter {name}"))
    }
}

impl Parameter {
    fn check(&self, value: f64) -> Result<(), ParameterError> {
        if value.is_nan() || value < self.lowest || value > self.highest {
            let (lowest, highest) = (self.lowest, self.highest);
            return Err(ParameterError::OutOfRange { name: self.name, given: value, lowest, highest });
        }
        Ok(())
    }
}

impl fmt::Display for ParameterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ParameterError::Unknown { name, .. } if hint(name).is_some() => {
                write!(f, "there is no parameter \"{name}\"; {}", hint(name).unwrap_or_default())
            }
            ParameterError::Unknown { name, nearest: Some(near) } => {
                write!(f, "there is no parameter \"{name}\"; did you mean \"{near}\"?")
            }
            ParameterError::Unknown { name, nearest: None } => write!(f, "there is no parameter \"{name}\""),
            ParameterError::NotANumber { name, given, whole } => {
                let kind = if *whole { "whole number" } else { "number" };
                write!(f, "{name} = \"{given}\" is not a {kind}")
            }
            ParameterError::OutOfRange { name, given, lowest, highest } if lowest == highest => {
                write!(f, "{name} = {given}: this world holds it at {lowest}")
            }
            ParameterError::OutOfRange { name, given, lowest, highest } => {
                write!(f, "{name} = {given} is outside the allowed range, {lowest} to {highest}")
            }
            ParameterError::Conflict { what, .. } => write!(f, "{what}"),
        }
    }
}

impl std::error::Error for ParameterError {}

/// What sets a quantity that people know and that is no parameter of its own, where this name means one.
pub fn hint(name: &str) -> Option<&'static str> {
    let name = name.to_lowercase();
    let meant = name.contains("icc") || name.contains("intraclass");
    meant.then_some(
        "an intraclass correlation follows from variances: set school_variance (schools) or class_variance (classrooms), which are \
         the correlation itself while all variances add up to 1",
    )
}

/// The known name nearest to a given one: one that contains it or by edit distance, when close enough to be meant.
fn nearest(given: &str, known: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let wanted = given.trim().to_lowercase().replace('-', "_");
    let (distance, name) = known.map(|k| (edits(&wanted, k), k)).min()?;
    let tolerated = (wanted.chars().count().max(name.len())).div_ceil(3);
    (distance <= tolerated).then_some(name)
}

/// Levenshtein's edit distance.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::super::defaults::school_study;
    use super::*;

    #[test]
    fn errors_say_what_and_what_is_allowed() {
        let mut p = school_study();
        assert_eq!(p.set("schools", " 43 "), Ok(()));
        assert_eq!(p.get("schools"), Some(43.0));
        let said = |r: Result<(), ParameterError>| r.unwrap_err().to_string();
        assert!(said(p.set("schols", "43")).contains("did you mean \"schools\""));
        assert!(!said(p.set("zebra", "1")).contains("did you mean"));
        for name in ["icc", "ICC_school", "intraclass"] {
            assert!(said(p.set(name, "1.2")).contains("school_variance"));
        }
        assert!(said(p.set("schools", "4.5")).contains("whole number"));
        assert!(said(p.set("effect", "lots")).contains("not a number"));
        assert!(said(p.set("effect", "nan")).contains("not a number"));
        assert!(said(p.set("schools", "inf")).contains("outside the allowed range"));
        assert!(said(p.set("school_variance", "-0.1")).contains("0 to 2"));
        assert_eq!(p.get("schools"), Some(43.0), "a refused value changes nothing");
    }

    #[test]
    fn every_parameter_is_described_and_its_default_allowed() {
        for world in super::super::WORLDS {
            let p = world.parameters();
            assert_eq!(p.check(), Ok(()));
            let mut names: Vec<_> = p.iter().map(|p| p.name).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), p.iter().count());
            assert!(p.iter().all(|p| !p.meaning.is_empty() && !p.unit.is_empty() && !p.source.is_empty()));
        }
    }

    #[test]
    fn edit_distance() {
        assert_eq!((edits("kitten", "sitting"), edits("", "abc"), edits("abc", "abc")), (3, 3, 0));
    }
}
