//! Scores: where their variance lies, who scores higher, how they are measured, how they grow.

use super::super::parameters::{Basis, Parameter};
use super::{CHOICE, add};
use Basis::{Literature, Scenario};

const PALARDY: &str = "Palardy & Rumberger: 18–20 % of variance between schools, 7.4–7.9 % between classes";
const DECOMPOSED: &str = "chosen so that scores of two years correlate .77 (published: .75–.85)";

pub(super) fn add_to(list: &mut Vec<Parameter>) {
    let variance = [0.0, 2.0];
    let share = [0.0, 1.0];
    let shift = [-3.0, 3.0];
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
        ("outcome_correlation", 0.8, [-1.0, 1.0], "correlation", "Correlation of math and reading in everything but what IEP, poverty and EL explain, testing days and measurement error.", CHOICE, Scenario),
        ("conditional_error", 0.25, [0.0, 5.0], "a SD²", "How fast the error of measurement grows away from the mean: its variance is proportional to 1 + this · θ², at most worst_error² times that at the mean.", "errors about 1.4 times as large at ±2 SD, up to 2.5 times (IES 2011-4033; MAP)", Literature),
        ("worst_error", 2.5, [1.0, 10.0], "times", "The largest error of measurement there is, as a multiple of that at the mean.", "MAP: up to 5.5 RIT, beside about 3 and less at the mean", Literature),
        ("ceiling", 9.0, [-9.0, 9.0], "SD", "The highest score that the test can give, against the comparison schools' mean of the first year.", "9: no ceiling", Scenario),
        ("floor", -9.0, [-9.0, 9.0], "SD", "The lowest score that the test can give, against the same mean.", "−9: no floor", Scenario),
        ("scale_drift", 0.0, [-100.0, 100.0], "points a year", "How much the scale drifts: a change of the test, not of the students.", CHOICE, Scenario),
        ("proficient_share", 0.45, [0.01, 0.99], "share", "Students who reach the cut score of proficiency in math when schools are as poor as the comparison schools.", "state tests: 45–55 %", Literature),
        ("iep_shift_math", -1.0, shift, "SD", "Level of students with an IEP against others of their school, math.", "set near the reading gap", Scenario),
        ("iep_shift_reading", -1.17, shift, "SD", "Level of students with an IEP against others of their school, reading.", "Gilmour et al. 2019: 1.17 SD (180 effect sizes)", Literature),
        ("poverty_shift", -0.4, shift, "SD", "Level of students with free or reduced-price lunch against others of their school.", CHOICE, Scenario),
        ("el_shift", -0.4, shift, "SD", "Level of English learners against others of their school.", CHOICE, Scenario),
        ("poverty_correlation", 0.6, [-0.99, 0.99], "correlation", "Correlation of a school's poverty with its level, sign turned: poorer schools score lower.", CHOICE, Scenario),
        ("trait_correlation", 0.25, [-0.99, 0.99], "correlation", "Correlation of true conscientiousness with permanent standing in math.", "achievement r about .2", Literature),
        ("openness_correlation", 0.05, [-0.99, 0.99], "correlation", "Correlation of true openness with permanent standing in math.", "traits other than conscientiousness: about 0–.1", Literature),
        ("trait_reliability", 0.7, [0.0, 1.0], "share", "Reliability of the trait scores.", "short trait scales: .7–.8", Literature),
        ("chronic_absence", 0.16, [0.001, 0.9], "share", "Students whose attendance is below 90 %.", "Attendance Works: 16.0 % in 2017–18", Literature),
        ("growth_variance", 0.0, [0.0, 0.5], "SD² a year²", "Variance between students of yearly growth that lasts.", CHOICE, Scenario),
        ("school_growth_variance", 0.0, [0.0, 0.5], "SD² a year²", "Variance between schools of yearly growth that lasts (the drive of principals and teachers).", CHOICE, Scenario),
        ("trend_gap", 0.0, [-1.0, 1.0], "SD a year", "How much faster scores rise in profile schools, profiles or not: trends that are not parallel.", CHOICE, Scenario),
    ]);
}
