//! What a plan rests on: numbers given, and published numbers where none is given.

use super::{Analysis, Layout};
use serde::Serialize;

/// One number of a plan, and where it comes from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Assumption {
    /// The flag that sets it.
    pub flag: &'static str,
    /// What it is.
    pub meaning: String,
    /// Its value.
    pub value: f64,
    /// Where it comes from.
    pub source: String,
}

/// The source of a number that was given.
pub const GIVEN: &str = "given";

/// A number and its source.
pub type Sourced = (f64, &'static str);

/// Correlation of a student's scores from one year to the next.
pub const CORRELATION: Sourced = (0.77, "didact's worlds: .60 student + .95 × .16 school + .30 × .06 classroom; published .75 to .85");

/// A school of four classrooms of twenty students, when nothing is said of either.
pub const CLASSROOMS: (u64, &str) = (4, "assumed; say --classrooms");
/// As [`CLASSROOMS`].
pub const STUDENTS: (u64, &str) = (20, "assumed (NCES: about 21 in elementary schools); say --students");

/// The school's share of the variance.
pub fn icc_school(analysis: Analysis) -> Sourced {
    if analysis.of_changes() {
        (0.035, "of gains, from didact's worlds: school variance .16, correlated .95 between years")
    } else {
        (0.22, "Hedges & Hedberg (2007): .14 to .27 in national samples, K to 12; .05 to .15 among schools alike in poverty")
    }
}

/// The classroom's share of the variance: of all, of what lies within schools, or with what lies between schools.
pub fn icc_class(analysis: Analysis, layout: Layout) -> Sourced {
    match (layout, analysis.of_changes()) {
        (Layout::ClassroomsFixedSchools, false) => (0.10, "Palardy & Rumberger: .074 to .079 of all, of the .80 within schools"),
        (Layout::ClassroomsFixedSchools, true) => {
            (0.187, "of gains, from didact's worlds: class-year shocks, of the variance within schools")
        }
        (Layout::Clusters, false) => {
            (0.30, "classrooms of different schools: .22 between schools and .08 between classrooms; in one school .10")
        }
        (Layout::Clusters, true) => (0.215, "of gains, classrooms of different schools, from didact's worlds: .035 and .18"),
        (_, false) => (0.08, "Palardy & Rumberger: .074 reading, .079 math, first grade"),
        (_, true) => (0.18, "of gains, from didact's worlds: class-year shocks of variance .06, of which 30 % carry over"),
    }
}

/// R² of the score before, between schools.
pub const R2_SCHOOL: Sourced = (0.80, "pretest, between schools: .7 to .9 published; Hedges & Hedberg (2007)");
/// R² of the score before, between classrooms of a school.
pub const R2_CLASS: Sourced = (0.09, "pretest, between classrooms: from didact's worlds, 30 % of a class-year shock carries over");
/// R² of the score before, between classrooms, where their schools are in the difference.
pub const R2_CLUSTER_OF_CLASS: Sourced = (0.60, "pretest, between classrooms of different schools: .80 between schools, .09 within");
/// R² of the score before, between students.
pub const R2_STUDENT: Sourced = (0.60, "pretest, between students: .5 to .7 published; Hedges & Hedberg (2007)");

/// Standard deviation of the effect between schools.
pub const EFFECT_SD: Sourced = (0.10, "scenario choice, not an estimate");
