//! How much students learn from grade to grade.

use super::super::parameters::{Basis, Parameter};
use super::add;
use Basis::Literature;

/// Mean growth from each grade to the next by parameter, kindergarten to 1 first: math, reading.
pub(in super::super) const GROWTH: [[&str; 12]; 2] = [
    [
        "growth_math_1",
        "growth_math_2",
        "growth_math_3",
        "growth_math_4",
        "growth_math_5",
        "growth_math_6",
        "growth_math_7",
        "growth_math_8",
        "growth_math_9",
        "growth_math_10",
        "growth_math_11",
        "growth_math_12",
    ],
    [
        "growth_reading_1",
        "growth_reading_2",
        "growth_reading_3",
        "growth_reading_4",
        "growth_reading_5",
        "growth_reading_6",
        "growth_reading_7",
        "growth_reading_8",
        "growth_reading_9",
        "growth_reading_10",
        "growth_reading_11",
        "growth_reading_12",
    ],
];

const HILL: &str = "Hill, Bloom, Black & Lipsey 2008, from norming samples of seven standardized tests";

pub(super) fn add_to(list: &mut Vec<Parameter>) {
    let growth = [-2.0, 4.0];
    #[rustfmt::skip]
    add(list, false, &[
        ("growth_math_1", 1.14, growth, "SD", "Mean growth in math from kindergarten to grade 1.", HILL, Literature),
        ("growth_math_2", 1.03, growth, "SD", "Mean growth in math from grade 1 to grade 2.", HILL, Literature),
        ("growth_math_3", 0.89, growth, "SD", "Mean growth in math from grade 2 to grade 3.", HILL, Literature),
        ("growth_math_4", 0.52, growth, "SD", "Mean growth in math from grade 3 to grade 4.", HILL, Literature),
        ("growth_math_5", 0.56, growth, "SD", "Mean growth in math from grade 4 to grade 5.", HILL, Literature),
        ("growth_math_6", 0.41, growth, "SD", "Mean growth in math from grade 5 to grade 6.", HILL, Literature),
        ("growth_math_7", 0.30, growth, "SD", "Mean growth in math from grade 6 to grade 7.", HILL, Literature),
        ("growth_math_8", 0.32, growth, "SD", "Mean growth in math from grade 7 to grade 8.", HILL, Literature),
        ("growth_math_9", 0.22, growth, "SD", "Mean growth in math from grade 8 to grade 9.", HILL, Literature),
        ("growth_math_10", 0.25, growth, "SD", "Mean growth in math from grade 9 to grade 10.", HILL, Literature),
        ("growth_math_11", 0.14, growth, "SD", "Mean growth in math from grade 10 to grade 11.", HILL, Literature),
        ("growth_math_12", 0.01, growth, "SD", "Mean growth in math from grade 11 to grade 12.", HILL, Literature),
        ("growth_reading_1", 1.52, growth, "SD", "Mean growth in reading from kindergarten to grade 1.", HILL, Literature),
        ("growth_reading_2", 0.97, growth, "SD", "Mean growth in reading from grade 1 to grade 2.", HILL, Literature),
        ("growth_reading_3", 0.60, growth, "SD", "Mean growth in reading from grade 2 to grade 3.", HILL, Literature),
        ("growth_reading_4", 0.36, growth, "SD", "Mean growth in reading from grade 3 to grade 4.", HILL, Literature),
        ("growth_reading_5", 0.40, growth, "SD", "Mean growth in reading from grade 4 to grade 5.", HILL, Literature),
        ("growth_reading_6", 0.32, growth, "SD", "Mean growth in reading from grade 5 to grade 6.", HILL, Literature),
        ("growth_reading_7", 0.23, growth, "SD", "Mean growth in reading from grade 6 to grade 7.", HILL, Literature),
        ("growth_reading_8", 0.26, growth, "SD", "Mean growth in reading from grade 7 to grade 8.", HILL, Literature),
        ("growth_reading_9", 0.24, growth, "SD", "Mean growth in reading from grade 8 to grade 9.", HILL, Literature),
        ("growth_reading_10", 0.19, growth, "SD", "Mean growth in reading from grade 9 to grade 10.", HILL, Literature),
        ("growth_reading_11", 0.19, growth, "SD", "Mean growth in reading from grade 10 to grade 11.", HILL, Literature),
        ("growth_reading_12", 0.06, growth, "SD", "Mean growth in reading from grade 11 to grade 12.", HILL, Literature),
    ]);
}
