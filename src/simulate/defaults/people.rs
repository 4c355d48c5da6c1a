//! Who and where: schools, classrooms, teachers, students, years.

use super::super::parameters::{Basis, Parameter};
use super::{CHOICE, add};
use Basis::{Literature, Scenario};

const DESIGN: &str = "scenario: the size of the evaluations in RAND RR1365 and RR2042 (40–62 schools)";

pub(super) fn add_to(list: &mut Vec<Parameter>) {
    let many = [1.0, 200_000.0];
    let year = [1990.0, 2100.0];
    #[rustfmt::skip]
    add(list, true, &[
        ("schools", 42.0, many, "schools", "Schools in the study.", DESIGN, Scenario),
        ("profile_schools", 14.0, many, "schools", "Schools in which classrooms take up learner profiles; they come first in the numbering.", DESIGN, Scenario),
        ("classrooms", 4.0, [1.0, 12.0], "classrooms a school", "Sections of the entering grade in each school; a section stays together.", CHOICE, Scenario),
        ("entering_grade", 3.0, [0.0, 11.0], "grade", "Grade of the students in the first year (0: kindergarten).", "first grade with state tests", Scenario),
        ("first_year", 2014.0, year, "school year, by its spring", "First year observed.", CHOICE, Scenario),
        ("last_year", 2019.0, year, "school year, by its spring", "Last year observed.", "the last spring of tests before the pandemic", Scenario),
        ("first_take_up", 2016.0, year, "school year, by its spring", "First year in which classrooms take up profiles.", CHOICE, Scenario),
        ("last_take_up", 2018.0, year, "school year, by its spring", "Last year in which classrooms take up profiles.", CHOICE, Scenario),
    ]);
    #[rustfmt::skip]
    add(list, false, &[
        ("never_share", 0.2, [0.0, 0.95], "share", "Share of the classrooms in profile schools that never take up profiles.", CHOICE, Scenario),
        ("class_size", 21.0, [8.0, 34.0], "students", "Mean number of students in a section in the first year.", "NCES: average class size in elementary schools about 21", Literature),
        ("class_size_sd", 4.0, [0.0, 10.0], "students", "Standard deviation of section sizes, which stay within 8 and 34.", CHOICE, Scenario),
        ("iep_share", 0.15, [0.0, 0.5], "share", "Students with an individualized education program.", "NCES 2022–23: 15 % of enrolment served under IDEA", Literature),
        ("el_share", 0.10, [0.0, 0.9], "share", "English learners.", "NCES: about 10 % of enrolment", Literature),
        ("poverty_share", 0.45, [0.02, 0.98], "share", "Students with free or reduced-price lunch in the comparison schools.", "NCES: about half of all students", Literature),
        ("poverty_spread", 0.6, [0.0, 3.0], "probit units", "How much the share of poor students varies between schools.", CHOICE, Scenario),
        ("poverty_gap", 0.8, [-3.0, 3.0], "SD of school poverty", "How much poorer the profile schools are.", CHOICE, Scenario),
        ("teacher_turnover", 0.16, [0.0, 0.9], "a year", "Classrooms whose teacher is new to the school.", "NCES Teacher Follow-up Survey: about 16 % of teachers move or leave in a year", Literature),
        ("novice_shift", -0.05, [-1.0, 1.0], "SD", "Scores in a year with a teacher in the first three years of the job.", "Rockoff 2004; Rivkin, Hanushek & Kain 2005: about .05–.1 SD", Literature),
    ]);
}
