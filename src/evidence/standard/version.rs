//! Versions of the What Works Clearinghouse's handbook.

use crate::cohort::{Fault, did_you_mean};
use serde::Serialize;

/// A version of the handbook. A study keeps the version it was reviewed under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Wwc {
    /// 2017.
    #[serde(rename = "4.0")]
    V4_0,
    /// October 2020.
    #[serde(rename = "4.1")]
    V4_1,
    /// August 2022, revised in December 2022.
    #[serde(rename = "5.0")]
    V5_0,
}

impl Wwc {
    /// All versions known here.
    pub const ALL: [Wwc; 3] = [Wwc::V4_0, Wwc::V4_1, Wwc::V5_0];

    /// Its number.
    pub fn name(self) -> &'static str {
        match self {
            Wwc::V4_0 => "4.0",
            Wwc::V4_1 => "4.1",
            Wwc::V5_0 => "5.0",
        }
    }

    /// Reads `4.1`, `v5.0`, `wwc-5`, `Handbook 4.1`.
    ///
    /// # Errors
    /// `EVI-001` for a version not known here, with the nearest that is.
    pub fn parse(text: &str) -> Result<Wwc, Fault> {
        let lower = text.trim().to_lowercase();
        let number = lower.trim_start_matches(|c: char| !c.is_ascii_digit());
        if let Some(known) = Wwc::ALL.into_iter().find(|v| v.name() == number || v.name().strip_suffix(".0") == Some(number)) {
            return Ok(known);
        }
        let remedy = match number.parse::<f64>() {
            Ok(asked) if asked.is_finite() => {
                let off = |v: &Wwc| (v.name().parse::<f64>().unwrap_or(f64::MAX) - asked).abs();
                let nearest = Wwc::ALL.into_iter().rev().min_by(|a, b| off(a).total_cmp(&off(b))).unwrap_or(Wwc::V5_0);
                format!("the nearest is  {}", nearest.name())
            }
            _ => did_you_mean(&lower, Wwc::ALL.iter().map(|v| v.name())),
        };
        Err(Fault::new(
            "EVI-001",
            format!("there is no version {text:?} of the What Works Clearinghouse's standards here"),
            "version of the standards",
            "versions differ in formulas and rules, so a rating without its version means nothing",
            remedy,
        ))
    }

    /// Whether the Cox index is multiplied by the small-sample factor: up to 4.0.
    pub fn shrinks_cox(self) -> bool {
        self == Wwc::V4_0
    }

    /// Whether an effect of `wwc-substantive` (0.25) counts although it is not significant: up to 4.0.
    pub fn counts_substantive(self) -> bool {
        self == Wwc::V4_0
    }

    /// What is to be known about how this version is applied here.
    pub fn note(self) -> &'static str {
        match self {
            Wwc::V4_0 => "rating logic and attrition table of 4.1; Cox index and substantive importance of 4.0",
            Wwc::V4_1 => "as public re-implementations that cite the handbook have it",
            Wwc::V5_0 => "the logic of 4.1; what 5.0 words otherwise has not been checked against its text",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        for (text, version) in [("4.1", Wwc::V4_1), (" v5.0 ", Wwc::V5_0), ("WWC-5", Wwc::V5_0), ("Handbook 4.0", Wwc::V4_0)] {
            assert_eq!(Wwc::parse(text).unwrap(), version, "{text}");
        }
    }

    #[test]
    fn unknown_ones_name_the_nearest() {
        for (text, near) in [("4.2", "4.1"), ("3.0", "4.0"), ("6", "5.0"), ("4.05", "4.1")] {
            let fault = Wwc::parse(text).unwrap_err();
            assert_eq!((fault.code, fault.remedy.as_str()), ("EVI-001", format!("the nearest is  {near}").as_str()), "{text}");
        }
        for text in ["", "latest", "nan", "4.1.1"] {
            assert_eq!(Wwc::parse(text).unwrap_err().code, "EVI-001", "{text}");
        }
    }
}
