//! The parameters of a school study and their defaults, from which each world takes its own.

mod categories;
mod conditions;
mod effect;
mod grades;
mod losses;
mod people;
mod presets;
mod records;
mod scores;

use super::Parameters;
use super::parameters::{Basis, Parameter};

pub(super) use conditions::{compliance, dosage, hierarchy, lottery, low_scores, mastery, norm, pandemic, virtual_comparison};
pub(super) use grades::GROWTH;

/// A longitudinal study of one entering grade in many schools.
pub(super) fn school_study() -> Parameters {
    let mut list = Vec::with_capacity(190);
    people::add_to(&mut list);
    categories::add_to(&mut list);
    scores::add_to(&mut list);
    grades::add_to(&mut list);
    records::add_to(&mut list);
    effect::add_to(&mut list);
    losses::add_to(&mut list);
    Parameters::new(list)
}

type Row = (&'static str, f64, [f64; 2], &'static str, &'static str, &'static str, Basis);

fn add(list: &mut Vec<Parameter>, whole: bool, rows: &[Row]) {
    for &(name, value, [lowest, highest], unit, meaning, source, basis) in rows {
        list.push(Parameter { name, value, whole, lowest, highest, meaning, unit, source, basis });
    }
}

const CHOICE: &str = "scenario choice";
