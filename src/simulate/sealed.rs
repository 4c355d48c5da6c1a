//! The sealed file: every student-year with and without profiles, also those that nobody recorded.

use super::rows::Names;
use super::tally::Outcome;
use crate::cohort::{Cohort, Column, Data, Texts, Wholes};

/// Rows of the sealed file.
pub(super) struct Sealed {
    wanted: bool,
    outcomes: Vec<&'static str>,
    student: Vec<u32>,
    year: Vec<i64>,
    enrolled: Vec<i64>,
    /// By outcome: without, with.
    scores: Vec<[Vec<f64>; 2]>,
}

impl Sealed {
    pub(super) fn new(wanted: bool, outcomes: &[&'static str]) -> Self {
        Sealed {
            wanted,
            outcomes: outcomes.to_vec(),
            student: Vec::new(),
            year: Vec::new(),
            enrolled: Vec::new(),
            scores: outcomes.iter().map(|_| [Vec::new(), Vec::new()]).collect(),
        }
    }

    pub(super) fn push(&mut self, student_ix: u32, year: i64, enrolled: bool, outcomes: &[Outcome]) {
        self.student.push(student_ix);
        self.year.push(year);
        self.enrolled.push(i64::from(enrolled));
        for (scores, o) in self.scores.iter_mut().zip(outcomes) {
            scores[0].push(f64::from(o.without) / 10.0);
            scores[1].push(f64::from(o.everyone) / 10.0);
        }
    }

    pub(super) fn append(&mut self, block: Sealed, n_students: u32) {
        self.student.extend(block.student.into_iter().map(|s| s + n_students));
        self.year.extend(block.year);
        self.enrolled.extend(block.enrolled);
        for (own, theirs) in self.scores.iter_mut().zip(block.scores) {
            own.iter_mut().zip(theirs).for_each(|(a, b)| a.extend(b));
        }
    }

    /// The sealed file as a cohort, if it was asked for.
    pub(super) fn into_cohort(self, first_student: u32, names: Names) -> Option<Cohort> {
        if !self.wanted {
            return None;
        }
        let mut cohort = Cohort { first_row: 1, ..Cohort::default() };
        let n = self.student.iter().max().map_or(0, |s| s + 1);
        let mut texts = Texts { codes: self.student, levels: (0..n).map(|s| names.student(first_student + s)).collect() };
        texts.sort_levels();
        let mut add = |name: &str, data: Data, meaning: &str, unit: &str| {
            cohort.push(Column { name: name.into(), data });
            cohort.codebook.describe(name, meaning, unit, "known to the simulator only");
        };
        add("student_id", Data::Text(texts), "The student.", "identifier");
        add("year", Data::Whole(Wholes::complete(self.year)), "The school year.", "school year, by its spring");
        let words = "Whether the student was still in the study's schools.";
        add("enrolled", Data::Whole(Wholes::complete(self.enrolled)), words, "0/1");
        for (outcome, [without, with]) in self.outcomes.iter().zip(self.scores) {
            add(&format!("{outcome}_without"), Data::Number(without), "What is scored where nobody has profiles.", "points");
            let words = "What is scored with profiles: since the student's own first year, or since the first take-up.";
            add(&format!("{outcome}_with"), Data::Number(with), words, "points");
        }
        Some(cohort)
    }
}
