//! What stands for a unit as a whole: its weight and covariates in one period of a balanced panel.

use crate::cohort::Warning;
use crate::panel::Panel;

/// A unit's row in a period (by its index), where every unit has a row in every period.
pub(super) fn row(panel: &Panel, unit: usize, period: usize) -> usize {
    panel.rows_of(unit).start + period
}

/// A unit's weight in that period.
pub(super) fn weight(panel: &Panel, unit: usize, period: usize) -> f64 {
    panel.weight_of(row(panel, unit, period))
}

/// What to say of weights that vary within units.
pub(super) fn weights_vary(panel: &Panel, period: usize) -> Option<Warning> {
    let varies = |u: &usize| panel.rows_of(*u).any(|r| panel.weight_of(r) != weight(panel, *u, period));
    let n = (0..panel.n_units()).filter(varies).count();
    (n > 0).then(|| {
        let at = panel.cells.periods[period];
        Warning::new(
            "weights-vary",
            format!("{n} units have weights that vary in time; the weight of period {at}, before anyone starts, is used"),
        )
    })
}

/// What to say of covariates that vary within units.
pub(super) fn covariates_vary(panel: &Panel, period: usize) -> Option<Warning> {
    let varies = |values: &[f64]| (0..panel.n_units()).any(|u| panel.rows_of(u).any(|r| values[r] != values[row(panel, u, period)]));
    let names: Vec<&str> = panel.covariates.iter().filter(|c| varies(&c.values)).map(|c| c.name.as_str()).collect();
    (!names.is_empty()).then(|| {
        let (names, at) = (names.join(", "), panel.cells.periods[period]);
        Warning::new(
            "covariates-vary",
            format!("covariates that vary over time ({names}): their values in period {at}, before anyone starts, are used"),
        )
    })
}
