//! Whether the result hangs on a choice, or on one school.

use crate::evidence::facts::Facts;
use crate::evidence::standard::{Key, Standards};
use crate::evidence::verdict::{Cap, Grade};

/// Fewer than `specifications` of the defensible specifications have the headline's sign, or the median one does not exclude zero: one
/// grade down. Not known: B.
pub(super) fn specifications(facts: &Facts, standards: &Standards) -> Option<Cap> {
    let least = standards.number(Key::Specifications);
    let instead = "a result that other reasonable analyses share";
    let Some(found) = facts.specifications else {
        let said = "whether other reasonable analyses agree is not known";
        return Some(Cap::at_most("specifications", Grade::B, said, instead).because_unknown());
    };
    let share = format!("{:.0} % of reasonable analyses have the sign of the headline", 100.0 * found.same_sign);
    if found.same_sign < least {
        return Some(Cap::one_down("specifications", share, instead).with(found.same_sign, least));
    }
    let said = format!("{share}, but the middle one does not exclude no effect");
    (!found.median_excludes_zero).then(|| Cap::one_down("specifications", said, instead).counted(found.same_sign))
}

/// Leaving out one school, or outliers, changes the result: one grade down. Not known: B.
pub(super) fn one_school(facts: &Facts, _: &Standards) -> Option<Cap> {
    let instead = "a result that no single school carries";
    match facts.hangs_on_one_school {
        Some(false) => None,
        Some(true) => Some(Cap::one_down("one-school", "leaving out one school changes the result", instead)),
        None => Some(Cap::at_most("one-school", Grade::B, "whether one school carries the result is not known", instead).because_unknown()),
    }
}
