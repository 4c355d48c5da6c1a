//! The sealed file: every student-year under each exposure there could be, also those that nobody recorded.

use super::compliance::Taker;
use super::rows::{Names, categories};
use super::tally::Outcome;
use crate::cohort::{Cohort, Column, Data, MISSING_CODE, Texts, Wholes};

/// Numbers from here on are of students whom the study's file leaves out altogether.
pub(super) const LEFT_OUT: u32 = 1 << 31;

/// What a row may be.
const RECORDS: [&str; 3] = ["student", "norm", "matched students"];
/// What a student does with an assignment.
const TAKERS: [&str; 3] = ["complier", "never-taker", "always-taker"];

/// The scores of an outcome by name, with what they are.
const SCORES: [(&str, &str); 5] = [
    ("without", "What is scored where nobody has profiles."),
    ("with", "What is scored with profiles: since the student's own first year, or since the first take-up."),
    ("beside", "What is scored without a profile where the school's others have those that they had."),
    ("accommodated", "What is scored with profiles and with the accommodations in testing that come with them."),
    ("realised", "What was scored as things were, the student's own use, dose and accommodations included, recorded or not."),
];

/// Rows of the sealed file.
pub(super) struct Sealed {
    wanted: bool,
    outcomes: Vec<&'static str>,
    student: Vec<u32>,
    record: Vec<u32>,
    year: Vec<i64>,
    enrolled: Vec<i64>,
    taker: Vec<u32>,
    uses: Vec<i64>,
    /// By outcome, in the order of [`SCORES`].
    scores: Vec<[Vec<f64>; 5]>,
}

/// Which row it is.
#[derive(Clone, Copy)]
pub(super) struct Whose {
    /// The student's number in the file, or among those left out of it ([`LEFT_OUT`]).
    pub student: u32,
    pub year: i64,
    pub enrolled: bool,
    pub taker: Taker,
    pub uses: bool,
}

impl Sealed {
    pub(super) fn new(wanted: bool, outcomes: &[&'static str]) -> Self {
        Sealed {
            wanted,
            outcomes: outcomes.to_vec(),
            student: Vec::new(),
            record: Vec::new(),
            year: Vec::new(),
            enrolled: Vec::new(),
            taker: Vec::new(),
            uses: Vec::new(),
            scores: outcomes.iter().map(|_| <[Vec<f64>; 5]>::default()).collect(),
        }
    }

    /// Adds a student's year.
    pub(super) fn push(&mut self, whose: Whose, outcomes: &[Outcome]) {
        let taker = match whose.taker {
            Taker::Complier => 0,
            Taker::Never => 1,
            Taker::Always => 2,
        };
        self.begin(whose.student, 0, whose.year, [whose.enrolled, whose.uses], taker);
        for (scores, o) in self.scores.iter_mut().zip(outcomes) {
            let all = [o.none, o.everyone, o.spilled, o.accommodated, o.observed];
            scores.iter_mut().zip(all).for_each(|(own, tenths)| own.push(f64::from(tenths) / 10.0));
        }
    }

    /// Adds a year of what stands in for a comparison student (1: a norm, 2: matched students): the same whoever has profiles.
    pub(super) fn comparison(&mut self, student: u32, record: usize, year: i64, told: &[Option<i32>]) {
        self.begin(student, record as u32, year, [true, false], MISSING_CODE);
        for (k, scores) in self.scores.iter_mut().enumerate() {
            let score = told.get(k).copied().flatten().map_or(f64::NAN, |tenths| f64::from(tenths) / 10.0);
            scores.iter_mut().for_each(|own| own.push(score));
        }
    }

    fn begin(&mut self, student: u32, record: u32, year: i64, [enrolled, uses]: [bool; 2], taker: u32) {
        self.student.push(student);
        self.record.push(record);
        self.year.push(year);
        self.enrolled.push(i64::from(enrolled));
        self.uses.push(i64::from(uses));
        self.taker.push(taker);
    }

    /// Adds a later block, before which there are so many students in the file and so many left out of it.
    pub(super) fn append(&mut self, block: Sealed, n_students: u32, n_left_out: u32) {
        self.student.extend(block.student.into_iter().map(|s| s + if s < LEFT_OUT { n_students } else { n_left_out }));
        self.record.extend(block.record);
        self.year.extend(block.year);
        self.enrolled.extend(block.enrolled);
        self.taker.extend(block.taker);
        self.uses.extend(block.uses);
        for (own, theirs) in self.scores.iter_mut().zip(block.scores) {
            own.iter_mut().zip(theirs).for_each(|(a, b)| a.extend(b));
        }
    }

    /// The sealed file as a cohort, if it was asked for. Numbers of students in the file, and of those left out of it, begin with
    /// these.
    pub(super) fn into_cohort(self, first_student: u32, first_left_out: u32, names: Names) -> Option<Cohort> {
        if !self.wanted {
            return None;
        }
        let mut cohort = Cohort { first_row: 1, ..Cohort::default() };
        let n = self.student.iter().filter(|s| **s < LEFT_OUT).max().map_or(0, |s| s + 1);
        let n_left_out = self.student.iter().filter(|s| **s >= LEFT_OUT).max().map_or(0, |s| s - LEFT_OUT + 1);
        let named = (0..n).map(|s| names.student(first_student + s));
        let left_out = (0..n_left_out).map(|s| names.left_out(first_left_out + s));
        let codes = self.student.iter().map(|s| if *s < LEFT_OUT { *s } else { n + (s - LEFT_OUT) }).collect();
        let mut texts = Texts { codes, levels: named.chain(left_out).collect() };
        texts.sort_levels();
        let mut add = |name: &str, data: Data, meaning: &str, unit: &str| {
            cohort.push(Column { name: name.into(), data });
            cohort.codebook.describe(name, meaning, unit, "known to the simulator only");
        };
        let whole = |values: Vec<i64>| Data::Whole(Wholes::complete(values));
        let words = "The student, as in the study's file; with an x, one whom that file leaves out altogether.";
        add("student_id", Data::Text(texts), words, "identifier");
        let words = "Whether the row is a student of the study, or what stands in for a comparison student.";
        add("record", categories(self.record, &RECORDS), words, "category");
        add("year", whole(self.year), "The school year.", "school year, by its spring");
        add("enrolled", whole(self.enrolled), "Whether the student was still in the study's schools.", "0/1");
        let words = "What the student does with an assignment: uses profiles when assigned to them and only then, never, or anyway; missing where the row is no student.";
        add("take_up", categories(self.taker, &TAKERS), words, "category");
        add("uses", whole(self.uses), "Whether the student really used a profile in that year.", "0/1");
        for (outcome, scores) in self.outcomes.iter().zip(self.scores) {
            let unit = if *outcome == "skills" { "count" } else { "points" };
            for ((name, words), values) in SCORES.iter().zip(scores) {
                // Skills are counted, and are kept in tenths as scores are.
                add(&format!("{outcome}_{name}"), Data::Number(values), words, unit);
            }
        }
        Some(cohort)
    }
}
