//! The parameters of a school study and their defaults, from which each world takes its own.

use super::Parameters;
use super::parameters::{Basis, Parameter};

use Basis::{Literature, Scenario};

/// A longitudinal study of one entering grade in many schools.
pub(super) fn school_study() -> Parameters {
    let mut list = Vec::with_capacity(48);
    people(&mut list);
    variances(&mut list);
    shifts(&mut list);
    effect(&mut list);
    losses(&mut list);
    Parameters::new(list)
}

type Row = (&'static str, f64, [f64; 2], &'static str, &'static str, &'static str, Basis);

fn add(list: &mut Vec<Parameter>, whole: bool, rows: &[Row]) {
    for &(name, value, [lowest, highest], unit, meaning, source, basis) in rows {
        list.push(Parameter { name, value, whole, lowest, highest, meaning, unit, source, basis });
    }
}

const DESIGN: &str = "scenario: the size of the evaluations in RAND RR1365 and RR2042 (40–62 schools)";
const CHOICE: &str = "scenario choice";
const PALARDY: &str = "Palardy & Rumberger: 18–20 % of variance between schools, 7.4–7.9 % between classes";
const DECOMPOSED: &str = "chosen so that scores of two years correlate .77 (published: .75–.85)";

fn people(list: &mut Vec<Parameter>) {
    let many = [2.0, 5000.0];
    let year = [1990.0, 2100.0];
    #[rustfmt::skip]
    add(list, true, &[
        ("schools", 42.0, many, "schools", "Schools in the study.", DESIGN, Scenario),
        ("profile_schools", 14.0, [1.0, 4999.0], "schools", "Schools in which classrooms take up learner profiles; they come first in the numbering.", DESIGN, Scenario),
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
    ]);
}

fn variances(list: &mut Vec<Parameter>) {
    let variance = [0.0, 2.0];
    let share = [0.0, 1.0];
    #[rustfmt::skip]
    add(list, false, &[
        ("start_mean", 200.0, [-1000.0, 10_000.0], "points", "Mean score of the comparison schools in the first year.", "RIT-like scale", Scenario),
        ("score_sd", 15.0, [0.1, 1000.0], "points", "Points to one SD unit: the SD of scores within a grade when the variances add up to 1.", "MAP: SD about 15–18 RIT", Literature),
        ("school_variance", 0.16, variance, "SD²", "Variance between schools.", PALARDY, Literature),
        ("school_persistence", 0.95, share, "correlation", "Correlation of a school's level from one year to the next.", CHOICE, Scenario),
        ("class_variance", 0.06, variance, "SD²", "Variance of class-year shocks.", PALARDY, Literature),
        ("class_carry_over", 0.3, share, "correlation", "Part of a class-year shock that carries over to the next year.", CHOICE, Scenario),
        ("student_variance", 0.60, variance, "SD²", "Permanent variance between a school's students, with what IEP, poverty and EL explain.", DECOMPOSED, Literature),
        ("transient_variance", 0.08, variance, "SD²", "Variance of a student's good and bad years.", DECOMPOSED, Literature),
        ("occasion_variance", 0.02, variance, "SD²", "Variance of the testing days, the same for both tests of a year.", CHOICE, Scenario),
        ("error_variance", 0.08, variance, "SD²", "Variance of measurement error; .08 of 1 is a reliability of .92.", "reliability .92, below MAP's .95–.97", Literature),
        ("outcome_correlation", 0.8, [-1.0, 1.0], "correlation", "Correlation of math and reading in everything but testing days and measurement error.", CHOICE, Scenario),
    ]);
}

fn shifts(list: &mut Vec<Parameter>) {
    let shift = [-3.0, 3.0];
    #[rustfmt::skip]
    add(list, false, &[
        ("iep_shift_math", -1.0, shift, "SD", "Level of students with an IEP against others of their school, math.", "set near the reading gap", Scenario),
        ("iep_shift_reading", -1.17, shift, "SD", "Level of students with an IEP against others of their school, reading.", "Gilmour et al. 2019: 1.17 SD (180 effect sizes)", Literature),
        ("poverty_shift", -0.4, shift, "SD", "Level of students with free or reduced-price lunch against others of their school.", CHOICE, Scenario),
        ("el_shift", -0.4, shift, "SD", "Level of English learners against others of their school.", CHOICE, Scenario),
        ("poverty_correlation", 0.6, [-0.99, 0.99], "correlation", "Correlation of a school's poverty with its level, sign turned: poorer schools score lower.", CHOICE, Scenario),
        ("trait_correlation", 0.25, [-0.99, 0.99], "correlation", "Correlation of true conscientiousness with permanent standing in math.", "achievement r about .2", Literature),
        ("trait_reliability", 0.7, [0.0, 1.0], "share", "Reliability of the trait scores.", "short trait scales: .7–.8", Literature),
        ("chronic_absence", 0.16, [0.001, 0.9], "share", "Students whose attendance is below 90 %.", "Attendance Works: 16.0 % in 2017–18", Literature),
    ]);
}

fn effect(list: &mut Vec<Parameter>) {
    let multiple = [-10.0, 10.0];
    let weight = [-3.0, 3.0];
    const WEIGHT: &str = "scenario choice, not an estimate: nobody has measured it";
    #[rustfmt::skip]
    add(list, false, &[
        ("effect", 0.10, [-3.0, 3.0], "SD", "Effect on math in the first year with profiles, at mean fidelity.", "Kraft 2020: median .10 SD over trials with standardised tests", Literature),
        ("reading_ratio", 1.0, multiple, "multiple", "Effect on reading as a multiple of that on math.", CHOICE, Scenario),
        ("second_year_multiple", 1.25, multiple, "multiple", "Effect in the second year with profiles as a multiple of the first.", CHOICE, Scenario),
        ("later_years_multiple", 1.5, multiple, "multiple", "Effect in the third year with profiles and after as a multiple of the first.", CHOICE, Scenario),
        ("fidelity_intercept", 0.25, [-3.0, 3.0], "probit units", "Fidelity of a classroom with average drivers, before the normal distribution function.", WEIGHT, Scenario),
        ("staffing_weight", 0.5, weight, "probit units an SD", "Weight of staffing on fidelity.", WEIGHT, Scenario),
        ("training_weight", 0.4, weight, "probit units an SD", "Weight of teachers' training on fidelity.", WEIGHT, Scenario),
        ("family_weight", 0.3, weight, "probit units an SD", "Weight of families' engagement on fidelity.", WEIGHT, Scenario),
        ("technology_weight", -0.5, weight, "probit units an SD", "Weight of technology in place of staff on fidelity.", WEIGHT, Scenario),
        ("driver_school_share", 0.5, [0.0, 1.0], "share", "Part of the variance of these drivers that lies between schools.", CHOICE, Scenario),
    ]);
}

fn losses(list: &mut Vec<Parameter>) {
    let rate = [0.0, 0.6];
    #[rustfmt::skip]
    add(list, false, &[
        ("leave_rate", 0.07, rate, "a year", "Students who leave after a year and do not return.", "GAO-11-40: 11.5 % of schools lose more than 10 % a year", Literature),
        ("leave_spread", 0.21, [0.0, 2.0], "probit units", "How much the rate of leaving varies between schools.", "so that about 11.5 % of schools lose more than 10 % a year", Literature),
        ("leave_ability", -0.1, [-0.99, 0.99], "probit units an SD", "How much less likely able students are to leave (time-constant).", CHOICE, Scenario),
        ("move_rate", 0.02, rate, "a year", "Students who move to another school after a year; they leave the sample.", CHOICE, Scenario),
        ("join_rate", 0.03, rate, "a year", "Students who join a section in a later year, for each of its first seats.", CHOICE, Scenario),
        ("missing_rate", 0.04, [0.0, 0.9], "share", "Tests missed: the row stays, the score is missing.", "3–8 % of tests", Literature),
        ("missing_attendance", -0.3, [-0.99, 0.99], "probit units an SD", "How much less likely students of good attendance are to miss a test (time-constant).", CHOICE, Scenario),
    ]);
}
