//! A cohort's rows while they are drawn, and the columns they become.

use super::fidelity::Drivers;
use super::students::{CATEGORIES, Student};
use crate::cohort::{Cohort, Column, Data, MISSING_CODE, Texts, Wholes};

/// What a row says of the classroom in its year.
pub(super) struct Place {
    pub school_ix: u32,
    pub classroom_ix: u32,
    pub profile_year: Option<i64>,
    pub drivers: Drivers,
    pub fidelity: f64,
}

/// What a row says of the year.
pub(super) struct Year {
    pub year: i64,
    pub grade: i64,
    /// The recorded scores; NaN when the test was missed.
    pub scores: [f64; 2],
    pub gpa: f64,
    pub attendance: f64,
    pub goals_set: i64,
    pub goals_met: i64,
}

/// Rows in columns.
#[derive(Default)]
pub(super) struct Rows {
    student: Vec<u32>,
    n_students: u32,
    classroom: Vec<u32>,
    school: Vec<u32>,
    years: [Vec<i64>; 5],
    flags: [Vec<i64>; 4],
    profile_year: Vec<Option<i64>>,
    category: Vec<u32>,
    numbers: [Vec<f64>; 12],
}

/// The whole-number columns of a year, in the order of `Rows::years`.
const YEARS: [&str; 5] = ["year", "grade", "profiles", "goals_set", "goals_met"];
/// The flags of a student, in the order of `Rows::flags`.
const FLAGS: [&str; 4] = ["iep", "el", "frl", "female"];
/// The number columns, in the order of `Rows::numbers`.
const NUMBERS: [&str; 12] = [
    "math",
    "reading",
    "gpa",
    "attendance",
    "prior_math",
    "conscientiousness",
    "openness",
    "staffing",
    "training",
    "family",
    "technology_for_staff",
    "fidelity",
];

/// The columns in the order in which a cohort has them.
pub(super) const ORDER: [&str; 26] = [
    "student_id",
    "classroom_id",
    "school_id",
    "year",
    "grade",
    "profile_year",
    "profiles",
    "math",
    "reading",
    "gpa",
    "attendance",
    "iep",
    "iep_category",
    "el",
    "frl",
    "female",
    "prior_math",
    "conscientiousness",
    "openness",
    "staffing",
    "training",
    "family",
    "technology_for_staff",
    "fidelity",
    "goals_set",
    "goals_met",
];

impl Rows {
    /// Begins the next student; the rows that follow are this student's. Returns the student's number.
    pub(super) fn next_student(&mut self) -> u32 {
        self.n_students += 1;
        self.n_students - 1
    }

    /// Adds a row of the student begun last.
    pub(super) fn push(&mut self, place: &Place, student: &Student, prior_math: f64, year: Year) {
        self.student.push(self.n_students - 1);
        self.classroom.push(place.classroom_ix);
        self.school.push(place.school_ix);
        self.profile_year.push(place.profile_year);
        self.category.push(student.iep.map_or(MISSING_CODE, |c| c as u32));
        let profiles = i64::from(place.profile_year.is_some_and(|first| year.year >= first));
        append(&mut self.years, [year.year, year.grade, profiles, year.goals_set, year.goals_met]);
        append(&mut self.flags, [student.iep.is_some(), student.el, student.frl, student.female].map(i64::from));
        let [staffing, training, family, technology] = place.drivers;
        let fidelity = if place.profile_year.is_some() { place.fidelity } else { f64::NAN };
        let [math, reading] = year.scores;
        append(
            &mut self.numbers,
            [
                math,
                reading,
                year.gpa,
                year.attendance,
                prior_math,
                student.conscientiousness,
                student.openness,
                staffing,
                training,
                family,
                technology,
                fidelity,
            ],
        );
    }

    /// Number of rows so far.
    pub(super) fn len(&self) -> usize {
        self.student.len()
    }

    /// The rows as a cohort without profiles and codebook.
    pub(super) fn into_cohort(self, n_schools: u32, n_classrooms: u32) -> Cohort {
        let mut ready: Vec<(&str, Data)> = Vec::with_capacity(ORDER.len());
        let texts = |codes: Vec<u32>, levels: Vec<String>| {
            let mut texts = Texts { codes, levels };
            texts.sort_levels();
            Data::Text(texts)
        };
        let rooms = (0..n_schools).flat_map(|s| (0..n_classrooms).map(move |c| format!("{}c{}", school_id(s), c + 1)));
        ready.push(("student_id", texts(self.student, (0..self.n_students).map(student_id).collect())));
        ready.push(("classroom_id", texts(self.classroom, rooms.collect())));
        ready.push(("school_id", texts(self.school, (0..n_schools).map(school_id).collect())));
        ready.push(("profile_year", Data::Whole(Wholes::from_options(self.profile_year))));
        ready.push(("iep_category", categories(self.category)));
        ready.extend(YEARS.into_iter().zip(self.years).map(|(n, v)| (n, Data::Whole(Wholes::complete(v)))));
        ready.extend(FLAGS.into_iter().zip(self.flags).map(|(n, v)| (n, Data::Whole(Wholes::complete(v)))));
        ready.extend(NUMBERS.into_iter().zip(self.numbers).map(|(n, v)| (n, Data::Number(v))));
        let mut cohort = Cohort { first_row: 1, ..Cohort::default() };
        for name in ORDER {
            let at = ready.iter().position(|(n, _)| *n == name).unwrap_or_else(|| panic!("column {name} is not drawn"));
            cohort.push(Column { name: name.into(), data: ready.swap_remove(at).1 });
        }
        cohort
    }
}

/// The identifier of a student.
pub(super) fn student_id(ix: u32) -> String {
    format!("s{:06}", ix + 1)
}

fn school_id(ix: u32) -> String {
    format!("s{:02}", ix + 1)
}

/// The categories that occur, as text; those that do not are no levels.
fn categories(mut codes: Vec<u32>) -> Data {
    let mut occurs = [false; CATEGORIES.len()];
    codes.iter().filter(|c| **c != MISSING_CODE).for_each(|c| occurs[*c as usize] = true);
    let (mut levels, mut place) = (Vec::new(), [MISSING_CODE; CATEGORIES.len()]);
    for (i, (name, _)) in CATEGORIES.iter().enumerate().filter(|(i, _)| occurs[*i]) {
        place[i] = levels.len() as u32;
        levels.push((*name).to_string());
    }
    codes.iter_mut().filter(|c| **c != MISSING_CODE).for_each(|c| *c = place[*c as usize]);
    let mut texts = Texts { codes, levels };
    texts.sort_levels();
    Data::Text(texts)
}

fn append<T, const N: usize>(columns: &mut [Vec<T>; N], values: [T; N]) {
    columns.iter_mut().zip(values).for_each(|(column, value)| column.push(value));
}
