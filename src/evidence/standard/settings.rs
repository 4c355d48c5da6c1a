//! A set of standards: the handbook's version and every number that rules compare with.

use super::Wwc;
use super::setting::{Key, ROWS, Setting};
use crate::cohort::{Fault, did_you_mean};

/// The standards a verdict is given by. Print [`Standards::label`] and the settings it used with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Standards {
    /// Version of the What Works Clearinghouse's handbook.
    pub wwc: Wwc,
    values: Vec<Vec<f64>>,
}

impl Default for Standards {
    fn default() -> Self {
        Standards::new(Wwc::V5_0)
    }
}

impl Standards {
    /// Raised whenever a built-in number or a rule changes.
    pub const REVISION: u32 = 1;

    /// The built-in numbers with a version of the handbook.
    pub fn new(wwc: Wwc) -> Self {
        Standards { wwc, values: ROWS.iter().map(|r| r.values.to_vec()).collect() }
    }

    /// The name of this set: `wwc-5.0/didact-1`, with `+changed` when a number is not the built-in one.
    pub fn label(&self) -> String {
        let changed = if self.settings().iter().any(|s| s.changed) { "+changed" } else { "" };
        format!("wwc-{}/didact-{}{changed}", self.wwc.name(), Self::REVISION)
    }

    /// A setting's number; the first where it has several.
    pub fn number(&self, key: Key) -> f64 {
        self.numbers(key)[0]
    }

    /// All numbers of a setting; never empty.
    pub fn numbers(&self, key: Key) -> &[f64] {
        &self.values[key as usize]
    }

    /// Sets a number by its name.
    ///
    /// # Errors
    /// `EVI-002` for an unknown name, with the nearest known one; `EVI-003` when the count of numbers differs, or one is not finite or
    /// negative.
    pub fn set(&mut self, name: &str, values: &[f64]) -> Result<(), Fault> {
        let Some(row) = ROWS.iter().find(|r| r.name == name) else {
            return Err(Fault::new(
                "EVI-002",
                format!("there is no setting {name:?} of the standards"),
                "settings of the standards",
                "a verdict that ignores a setting would be told under a false name",
                did_you_mean(name, ROWS.iter().map(|r| r.name)),
            ));
        };
        let level = row.key == Key::Alpha && values.iter().any(|v| *v == 0.0 || *v >= 1.0);
        if level || values.len() != row.values.len() || values.iter().any(|v| !v.is_finite() || *v < 0.0) {
            return Err(Fault::new(
                "EVI-003",
                format!("{name} takes {} number(s), finite and not negative", row.values.len()),
                format!("setting {name} of the standards"),
                "rules compare with these numbers",
                format!("the built-in value is  {}", written(row.values)),
            ));
        }
        self.values[row.key as usize] = values.to_vec();
        Ok(())
    }

    /// One setting with its source.
    pub fn setting(&self, key: Key) -> Setting {
        let row = &ROWS[key as usize];
        let values = self.numbers(key).to_vec();
        let changed = values != row.values;
        Setting { name: row.name, meaning: row.meaning, values, status: row.status, source: row.source, changed }
    }

    /// All settings, in their order.
    pub fn settings(&self) -> Vec<Setting> {
        ROWS.iter().map(|r| self.setting(r.key)).collect()
    }
}

fn written(values: &[f64]) -> String {
    values.iter().map(f64::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::standard::Status;

    #[test]
    fn keys_name_their_rows() {
        let mut names: Vec<&str> = ROWS.iter().map(|r| r.name).collect();
        for (i, row) in ROWS.iter().enumerate() {
            assert!(row.key as usize == i && !row.values.is_empty() && !row.source.is_empty(), "{}", row.name);
        }
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ROWS.len());
    }

    #[test]
    fn what_is_not_checked_says_so() {
        let all = Standards::default();
        for key in [Key::PriorSd, Key::KraftCost, Key::PadlockMdes, Key::PadlockAttrition, Key::MonthsTrial, Key::GrowthMath] {
            assert_eq!(all.setting(key).status, Status::Unverified, "{key:?}");
        }
        for key in [Key::Sesoi, Key::ClustersPerArm, Key::PretrendP, Key::Breakdown, Key::PretrendPower, Key::Specifications] {
            assert_eq!(all.setting(key).status, Status::Proposed, "{key:?}");
        }
    }

    #[test]
    fn changes_are_told() {
        let mut own = Standards::new(Wwc::V4_1);
        assert_eq!(own.label(), "wwc-4.1/didact-1");
        own.set("smallest-effect", &[0.1]).unwrap();
        assert_eq!((own.number(Key::Sesoi), own.label().as_str()), (0.1, "wwc-4.1/didact-1+changed"));
        let fault = own.set("smallest-efect", &[0.1]).unwrap_err();
        assert_eq!((fault.code, fault.remedy.as_str()), ("EVI-002", "did you mean  smallest-effect?"));
        assert_eq!(own.set("alpha", &[1.0]).unwrap_err().code, "EVI-003");
        for wrong in [&[][..], &[0.1, 0.2], &[f64::NAN], &[-0.1]] {
            assert_eq!(own.set("smallest-effect", wrong).unwrap_err().code, "EVI-003");
        }
    }
}
