//! Which classes are compared at which distance from their first change.

use super::classes::Classes;
use crate::panel::FirstTreated;
use std::ops::Range;

/// The switchers of one class at one distance: their change from the last period before the switch.
#[derive(Debug, Clone)]
pub(super) struct Horizon {
    /// The class that switches.
    pub class: usize,
    /// The classes with the same treatment at first that have not switched by [`Horizon::at`].
    pub others: Range<usize>,
    /// The last period before the switch, F − 1.
    pub base: usize,
    /// F − 1 + ℓ: who has a row then takes part, with the weight of that row.
    pub at: usize,
    /// The period whose outcome is compared with the base: F − 1 + ℓ, or of a placebo the one as long before the base.
    pub compared: usize,
    /// Its distance to the switch.
    pub event: i64,
    /// ℓ.
    pub length: usize,
    /// 1 where treatment grows, −1 where it falls.
    pub sign: f64,
}

impl Horizon {
    /// Whether nobody has switched in the period compared.
    pub(super) fn is_placebo(&self) -> bool {
        self.compared < self.base
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    /// Effects at distances 1 to this; `None`: all.
    pub effects: Option<usize>,
    /// Placebos that mirror as many of them; `None`: all there are.
    pub placebos: Option<usize>,
    /// Changes to more treatment, and to less.
    pub directions: (bool, bool),
}

/// All comparisons that someone not yet switched makes possible.
pub(super) fn horizons(classes: &Classes, periods: &[i64], wanted: Wanted) -> Vec<Horizon> {
    let mut out = Vec::new();
    for (class, own) in classes.list.iter().enumerate() {
        let FirstTreated::At(start) = own.start else { continue };
        if !(if own.up { wanted.directions.0 } else { wanted.directions.1 }) {
            continue;
        }
        let first = periods.iter().take_while(|p| **p < start).count();
        let Some(base) = first.checked_sub(1) else { continue };
        let alike = classes.alike(class);
        for at in first..periods.len() {
            let length = at - base;
            let switched = |c: usize| matches!(classes.list[c].start, FirstTreated::At(g) if g <= periods[at]);
            let others = alike.start + alike.clone().take_while(|&c| switched(c)).count()..alike.end;
            if others.is_empty() || wanted.effects.is_some_and(|most| length > most) {
                break;
            }
            // As long before the last period without the change as the effect's period is after it.
            let mirrored = i128::from(periods[base]) * 2 - i128::from(periods[at]);
            let mirrored = periods[..base].binary_search_by_key(&mirrored, |p| i128::from(*p)).ok();
            let mirrored = mirrored.filter(|_| wanted.placebos.is_none_or(|most| length <= most));
            for compared in std::iter::once(at).chain(mirrored) {
                let event = periods[compared] - start;
                let sign = if own.up { 1.0 } else { -1.0 };
                out.push(Horizon { class, others: others.clone(), base, at, compared, event, length, sign });
            }
        }
    }
    out
}
