//! Which cohorts are compared in which periods.

use crate::panel::{FirstTreated, Panel};

/// Who is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Control {
    /// Never-treated units.
    Never,
    /// Units not treated by the later of the two periods, the never-treated among them.
    NotYet,
}

/// To which period one before treatment is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Base {
    /// The one before it.
    Varying,
    /// The last before treatment.
    Universal,
}

/// A cohort in a period against its comparison units, from a base period. All are indices into the panel's cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    pub cohort: usize,
    pub period: usize,
    pub base: usize,
    /// The comparison cohorts.
    pub control: Vec<usize>,
    /// The cohort's first treated period, and the period.
    pub group: i64,
    pub time: i64,
}

/// All cells, by cohort and period.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub cells: Vec<Cell>,
    /// The last period.
    pub last_period: i64,
}

impl Plan {
    /// Lists the cells.
    pub fn new(panel: &Panel, control: Control, base: Base, anticipation: i64) -> Plan {
        let cells = &panel.cells;
        let periods = &cells.periods;
        let start = |cohort: usize| match cells.cohorts[cohort] {
            FirstTreated::At(g) => Some(g),
            FirstTreated::Never => None,
        };
        let mut out = Vec::new();
        for cohort in 0..cells.cohorts.len() {
            let Some(group) = start(cohort) else { continue };
            // The last period that treatment, or its announcement, has not reached.
            let Some(long) = periods.iter().rposition(|&t| t + anticipation < group) else { continue };
            for period in 0..periods.len() {
                let base = match base {
                    Base::Universal => long,
                    // Up to the last untouched period each is compared with the one before it.
                    Base::Varying if period <= long => match period.checked_sub(1) {
                        Some(before) => before,
                        None => continue,
                    },
                    Base::Varying => long,
                };
                let reach = periods[period.max(base)].saturating_add(anticipation);
                let compares = |other: usize| match (control, start(other)) {
                    (_, None) => true,
                    (Control::Never, Some(_)) => false,
                    (Control::NotYet, Some(g)) => other != cohort && g > reach,
                };
                let control = (0..cells.cohorts.len()).filter(|&c| compares(c)).collect();
                out.push(Cell { cohort, period, base, control, group, time: periods[period] });
            }
        }
        Plan { cells: out, last_period: *periods.last().expect("a period") }
    }
}
