//! The variance of scores and its parts, SD².

use super::Parameters;
use super::schools::between_locales;

/// Between districts and between states, where there are several, and between city and country.
pub(super) fn places(p: &Parameters) -> f64 {
    let several = p.value("districts") > 1.0;
    let of = |name| if several { p.get(name).unwrap_or(0.0) } else { 0.0 };
    ["district_variance", "state_variance"].map(of).iter().sum::<f64>() + between_locales(p)
}

/// Of the level behind scores: all but the error of measurement.
pub(super) fn of_levels(p: &Parameters) -> f64 {
    let parts = ["school_variance", "class_variance", "student_variance", "transient_variance", "occasion_variance"];
    parts.iter().map(|name| p.value(name)).sum::<f64>() + places(p)
}

/// Of scores.
pub(super) fn total(p: &Parameters) -> f64 {
    of_levels(p) + p.value("error_variance")
}

/// The correlation of the scores of two years with so many between them: what is permanent, and what carries over.
pub(super) fn correlation(p: &Parameters, years: i64) -> f64 {
    let carried = |variance: &str, each_year: &str| p.value(variance) * libm::pow(p.value(each_year), years as f64);
    let lasting = p.value("student_variance") + places(p);
    (lasting + carried("school_variance", "school_persistence") + carried("class_variance", "class_carry_over")) / total(p)
}
