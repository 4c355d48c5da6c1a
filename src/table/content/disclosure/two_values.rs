//! Means of columns that take two values: with the number of students they give back how many have the rarer value.

use super::Gate;
use crate::num::Centre;
use crate::table::disclosure::share;
use crate::table::{Cell, Column};

impl Gate {
    /// Whether the mean and the spread of some values stay: they take two values, and few have the rarer one.
    pub fn hides_mean(&self, of: &Centre) -> bool {
        of.two.is_some_and(|two| self.few(two.rarer() as u64))
    }

    /// The cell of a mean: a bound, or nothing, where it would tell of few.
    pub fn mean(&self, of: &Centre, told: Cell) -> Cell {
        match of.two {
            Some(two) if self.hides_mean(of) && two.is_share() => match share(of.mean, of.n as u64, self.least, "") {
                bound @ Cell::Text(_) => bound,
                _ => Cell::Suppressed,
            },
            _ if self.hides_mean(of) => Cell::Suppressed,
            _ => told,
        }
    }

    /// The cell of a spread, which with the number of students gives back such a mean.
    pub fn spread(&self, of: &Centre, told: Cell) -> Cell {
        if self.hides_mean(of) { Cell::Suppressed } else { told }
    }
}

/// Whether a cell stands in place of a mean that stays.
pub(super) fn is_untold(column: &Column, cell: &Cell) -> bool {
    let mean = column.key == "mean" || column.key.ends_with("_mean");
    mean && matches!(cell, Cell::Suppressed | Cell::Text(_))
}
