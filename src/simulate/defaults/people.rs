//! Who and where: schools, classrooms, teachers, students, years.

use super::super::parameters::{Basis, Parameter};
use super::{CHOICE, add};
use Basis::{Literature, Scenario};

const DESIGN: &str = "scenario: the size of the evaluations in RAND RR1365 and RR2042 (40–62 schools)";
const CCD: &str = "NCES Common Core of Data, percent of public schools by locale; only the ratios count";
const ALIKE: &str = "scenario choice; 0: schools stand alike wherever they are";

pub(super) fn add_to(list: &mut Vec<Parameter>) {
    let many = [1.0, 200_000.0];
    let year = [1990.0, 2100.0];
    let part = [0.0, 100.0];
    let gap = [-2.0, 2.0];
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
    add(list, true, &[
        ("novice_years", 3.0, [0.0, 20.0], "years", "Teachers are novices in their first so many years.", "Rockoff 2004: gains with experience are those of the first years", Literature),
        ("districts", 0.0, [0.0, 20_000.0], "districts", "Districts; schools are spread over them evenly, in the order of their numbers. 0: none are told.", CHOICE, Scenario),
    ]);
    #[rustfmt::skip]
    add(list, false, &[
        ("never_share", 0.2, [0.0, 0.95], "share", "Share of the classrooms in profile schools that never take up profiles.", CHOICE, Scenario),
        ("class_size", 21.0, [8.0, 34.0], "students", "Mean number of students in a section in the first year.", "NCES: average class size in elementary schools about 21", Literature),
        ("class_size_sd", 4.0, [0.0, 10.0], "students", "Standard deviation of section sizes, which stay within smallest_class and largest_class.", CHOICE, Scenario),
        ("smallest_class", 8.0, [1.0, 60.0], "students", "No section is smaller in the first year.", "usual limits of class size", Scenario),
        ("largest_class", 34.0, [1.0, 60.0], "students", "No section is larger in the first year.", "usual limits of class size", Scenario),
        ("classroom_spread", 0.0, [0.0, 6.0], "classrooms", "Standard deviation between schools of the number of sections, which is at least one and at most twice the mean.", "scenario choice; 0: every school has equally many", Scenario),
        ("female_share", 0.487, [0.05, 0.95], "share", "Girls.", "NCES: about 48.7 % of enrolment", Literature),
        ("iep_share", 0.15, [0.0, 0.5], "share", "Students with an individualized education program.", "NCES 2022–23: 15 % of enrolment served under IDEA", Literature),
        ("iep_male_share", 0.65, [0.05, 0.95], "share", "Boys among the students with an IEP.", "NCES Digest 204.50: about 65 %", Literature),
        ("iep_concentration", 60.0, [2.0, 100_000.0], "a + b of a beta distribution", "How alike schools are in their shares of students with an IEP.", "scenario choice: with a mean of 15 % nine schools in ten lie between 8 and 23 %", Scenario),
        ("el_share", 0.10, [0.0, 0.9], "share", "English learners.", "NCES: about 10 % of enrolment", Literature),
        ("el_concentration", 15.0, [2.0, 100_000.0], "a + b of a beta distribution", "How alike schools are in their shares of English learners, who are spread far less evenly.", CHOICE, Scenario),
        ("poverty_share", 0.45, [0.02, 0.98], "share", "Students with free or reduced-price lunch in the comparison schools.", "NCES: about half of all students", Literature),
        ("poverty_spread", 0.6, [0.0, 3.0], "probit units", "How much the share of poor students varies between schools.", CHOICE, Scenario),
        ("poverty_gap", 0.8, [-3.0, 3.0], "SD of school poverty", "How much poorer the profile schools are.", CHOICE, Scenario),
        ("city_part", 29.0, part, "parts", "Part of the schools that stand in a city.", CCD, Literature),
        ("suburb_part", 32.0, part, "parts", "Part that stand in a suburb.", CCD, Literature),
        ("town_part", 12.0, part, "parts", "Part that stand in a town.", CCD, Literature),
        ("rural_part", 27.0, part, "parts", "Part that stand in the country.", CCD, Literature),
        ("city_gap", 0.0, gap, "SD", "Level of schools in cities against others; the mean of all schools stays as it is.", ALIKE, Scenario),
        ("suburb_gap", 0.0, gap, "SD", "Level of schools in suburbs against others.", ALIKE, Scenario),
        ("town_gap", 0.0, gap, "SD", "Level of schools in towns against others.", ALIKE, Scenario),
        ("rural_gap", 0.0, gap, "SD", "Level of schools in the country against others.", ALIKE, Scenario),
        ("district_variance", 0.0144, [0.0, 1.0], "SD²", "Variance between districts of their schools' level (within a state, where there are states), where there are several.", "SD between districts .07–.14", Literature),
        ("teacher_turnover", 0.16, [0.0, 0.9], "a year", "Classrooms whose teacher is new to the school.", "NCES Teacher Follow-up Survey: about 16 % of teachers move or leave in a year", Literature),
        ("teacher_leaving", 0.08, [0.001, 0.9], "a year", "Chance that a teacher leaves the job after a year, from which experience follows.", "NCES: about 8 % a year", Literature),
        ("looping", 0.0, [0.0, 1.0], "share", "Sections that go on with their teacher into the next grade, where the teacher does not leave the school (teacher_turnover).", "scenario choice; 0: a section gets another teacher each year, as is usual in elementary schools", Scenario),
        ("turnover_shift", 0.0, [-1.0, 1.0], "SD", "Scores in a year with a teacher who is new to the school, whatever the experience.", "scenario choice; 0: nothing beside what experience makes", Scenario),
        ("novice_shift", -0.05, [-1.0, 1.0], "SD", "Scores in a year with a teacher in the first novice_years of the job.", "Rockoff 2004; Rivkin, Hanushek & Kain 2005: about .05–.1 SD", Literature),
    ]);
}
