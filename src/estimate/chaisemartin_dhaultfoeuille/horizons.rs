//! Which cohorts are compared at which distance from their switch.

use crate::panel::{Cells, FirstTreated};

/// The switchers of one cohort at one distance: their change from the last period before the switch.
#[derive(Debug, Clone)]
pub(super) struct Horizon {
    /// The cohort that switches.
    pub cohort: usize,
    /// The cohorts from this one on have not switched by [`Horizon::at`].
    pub later: usize,
    /// The last period before the switch, F − 1.
    pub base: usize,
    /// F − 1 + ℓ: who has a row then takes part, with the weight of that row.
    pub at: usize,
    /// The period whose outcome is compared with the base: F − 1 + ℓ, or the mirrored F − 1 − ℓ of a placebo.
    pub compared: usize,
    /// Its distance to the switch.
    pub event: i64,
    /// ℓ.
    pub length: usize,
}

impl Horizon {
    /// Whether nobody is treated in the period compared.
    pub(super) fn is_placebo(&self) -> bool {
        self.compared < self.base
    }
}

/// Effects at distances 1 to `effects`, and placebos that mirror the first `placebos` of them (`None`: all there are).
pub(super) fn horizons(cells: &Cells, effects: Option<usize>, placebos: Option<usize>) -> Vec<Horizon> {
    let mut out = Vec::new();
    for (cohort, start) in cells.treated_cohorts() {
        let first = cells.periods.iter().take_while(|p| **p < start).count();
        let Some(base) = first.checked_sub(1) else { continue };
        for at in first..cells.periods.len() {
            let length = at - base;
            let switched = |c: &FirstTreated| matches!(c, FirstTreated::At(g) if *g <= cells.periods[at]);
            let later = cells.cohorts.iter().take_while(|c| switched(c)).count();
            if later == cells.cohorts.len() || effects.is_some_and(|most| length > most) {
                break;
            }
            let mirrored = base.checked_sub(length).filter(|_| placebos.is_none_or(|most| length <= most));
            for compared in std::iter::once(at).chain(mirrored) {
                let event = cells.periods[compared] - start;
                out.push(Horizon { cohort, later, base, at, compared, event, length });
            }
        }
    }
    out
}
