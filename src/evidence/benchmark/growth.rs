//! How much students grow in a year, as context for an effect.

use crate::evidence::standard::{Key, Standards};
use serde::{Deserialize, Serialize};

/// The outcome's subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "program", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// Reading.
    Reading,
    /// Mathematics.
    Math,
}

impl Subject {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Subject::Reading => "reading",
            Subject::Math => "math",
        }
    }

    /// The setting with its growth from grade to grade.
    pub fn key(self) -> Key {
        match self {
            Subject::Reading => Key::GrowthReading,
            Subject::Math => Key::GrowthMath,
        }
    }
}

/// A school grade: 0 is kindergarten, then 1 to 12.
pub type Grade = u8;

/// A year's growth, from spring of one grade to spring of the next.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Growth {
    /// The grade it starts from.
    pub from: Grade,
    /// In SD.
    pub sd: f64,
}

/// Growth from one grade to the next, in SD of nationally normed tests. `None` from grade 12 on. The numbers are recalled; the two of
/// grades 4 and 5 agree with a published table that quotes their mean.
///
/// Growth falls from 1 SD and more in the first grades to almost none in high school: the same effect is a tenth of a year or several.
///
/// Source: Hill, Bloom, Black and Lipsey (2008).
pub fn growth(subject: Subject, from: Grade, standards: &Standards) -> Option<Growth> {
    standards.numbers(subject.key()).get(usize::from(from)).map(|sd| Growth { from, sd: *sd })
}

/// Growth in math of students in special education.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SpecialEducation {
    /// The grade it starts from.
    pub from: Grade,
    /// At the 10th, 25th and 50th percentile of that sample, in SD. Their intervals are 1 to 2 SD wide.
    pub sd: [Option<f64>; 3],
}

const fn row(from: Grade, sd: [f64; 3]) -> SpecialEducation {
    SpecialEducation { from, sd: [Some(sd[0]), Some(sd[1]), Some(sd[2])] }
}

impl SpecialEducation {
    /// Growth in math from a grade on. `None` outside grades 3 to 8.
    pub fn from_grade(grade: Grade) -> Option<&'static SpecialEducation> {
        SPECIAL_EDUCATION.iter().find(|s| s.from == grade)
    }
}

/// Growth in math of students in special education, grades 3 to 9.
///
/// Source: Scammacca et al. (2015), from SEELS; looked up.
pub const SPECIAL_EDUCATION: [SpecialEducation; 6] = [
    row(3, [0.91, 0.75, 0.62]),
    row(4, [0.77, 0.63, 0.51]),
    row(5, [0.75, 0.58, 0.43]),
    row(6, [0.48, 0.39, 0.33]),
    row(7, [0.66, 0.61, 0.45]),
    SpecialEducation { from: 8, sd: [None, Some(0.45), Some(0.34)] },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_published_means_of_two_grades() {
        let s = Standards::default();
        let mean = |subject| 0.5 * (growth(subject, 4, &s).unwrap().sd + growth(subject, 5, &s).unwrap().sd);
        assert!((mean(Subject::Math) - 0.485).abs() < 1e-12 && (mean(Subject::Reading) - 0.36).abs() < 1e-12);
        assert_eq!(growth(Subject::Math, 12, &s), None);
        assert_eq!(growth(Subject::Reading, 0, &s).map(|g| g.sd), Some(1.52));
    }
}
