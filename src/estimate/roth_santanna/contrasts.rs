//! The contrasts of cohort means that an effect is, and those one period before treatment that should be zero.

use crate::num::Matrix;
use crate::panel::{Cells, FirstTreated};
use std::collections::BTreeMap;
use std::ops::Range;

/// A mean over effects of cohorts in periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Goal {
    /// By cohort size over all treated periods.
    Overall,
    /// Each cohort's mean over its treated periods, by cohort size.
    Group,
    /// Each period's mean by cohort size, all periods alike.
    Calendar,
    /// The mean at each time since the start, all times alike.
    Dynamic,
    /// By cohort size at one time since the start.
    Event(i64),
}

/// A cohort in a treated period.
#[derive(Debug, Clone)]
struct Cell {
    cohort: usize,
    period: usize,
    /// The period before the cohort's start.
    base: usize,
    event: i64,
    /// The cohorts not treated by the period.
    later: Range<usize>,
}

/// Which cohorts are compared when.
#[derive(Debug, Clone)]
pub(super) struct Contrasts {
    cells: Vec<Cell>,
    n_cohorts: usize,
    n_periods: usize,
    /// Compare with the cohort treated last alone.
    last: bool,
}

impl Contrasts {
    /// All cells in which a cohort is treated and a later one is not yet; every cohort has a period before its start.
    pub(super) fn new(cells: &Cells, last: bool) -> Contrasts {
        let n_cohorts = cells.cohorts.len();
        let mut all = Vec::new();
        for (cohort, start) in cells.treated_cohorts() {
            let first = cells.periods.iter().take_while(|p| **p < start).count();
            for period in first..cells.periods.len() {
                let treated = |c: &FirstTreated| matches!(c, FirstTreated::At(g) if *g <= cells.periods[period]);
                let later = cells.cohorts.iter().take_while(|c| treated(c)).count();
                if later < n_cohorts && first > 0 {
                    let event = cells.periods[period] - start;
                    all.push(Cell { cohort, period, base: first - 1, event, later: later..n_cohorts });
                }
            }
        }
        Contrasts { cells: all, n_cohorts, n_periods: cells.periods.len(), last }
    }

    /// Whether an effect on the cohort first treated in `group` is told in a period.
    pub(super) fn tells(&self, cells: &Cells, group: i64, time: i64) -> bool {
        let is = |c: &Cell| cells.cohorts[c.cohort] == FirstTreated::At(group) && cells.periods[c.period] == time;
        self.cells.iter().any(is)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The times since a start at which some effect can be told.
    pub(super) fn events(&self) -> Vec<i64> {
        let mut all: Vec<i64> = self.cells.iter().map(|c| c.event).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The index of the first period in which anyone is treated.
    pub(super) fn first_treated_period(&self) -> usize {
        self.cells.iter().map(|c| c.base + 1).min().unwrap_or(0)
    }

    /// The index of the period before it.
    pub(super) fn last_untreated_period(&self) -> usize {
        self.first_treated_period().saturating_sub(1)
    }

    /// Cohorts × periods: the weights on cohort means that give θ̂₀, and those that give X̂, when cohorts have these sizes;
    /// `None` when no cell of the goal has anyone on both sides.
    pub(super) fn of(&self, goal: Goal, sizes: &[f64]) -> Option<[Matrix; 2]> {
        let comparison = |cell: &Cell| -> Range<usize> {
            let end = (cell.later.clone()).rev().find(|&c| sizes[c] > 0.0);
            match end {
                Some(last) if self.last => last..last + 1,
                _ => cell.later.clone(),
            }
        };
        let weights = self.weights(goal, sizes)?;
        let (mut theta, mut x) = (Matrix::zeros(self.n_cohorts, self.n_periods), Matrix::zeros(self.n_cohorts, self.n_periods));
        for (cell, weight) in self.cells.iter().zip(weights).filter(|(_, w)| *w != 0.0) {
            let others = comparison(cell);
            let total: f64 = sizes[others.clone()].iter().sum();
            for (matrix, period) in [(&mut theta, cell.period), (&mut x, cell.base)] {
                matrix[(cell.cohort, period)] += weight;
                others.clone().for_each(|c| matrix[(c, period)] -= weight * sizes[c] / total);
            }
        }
        Some([theta, x])
    }

    /// The weight of each cell; they add up to one. Cells fall into families: within one they count by cohort size, and the
    /// families count alike, or by the cohort's size.
    fn weights(&self, goal: Goal, sizes: &[f64]) -> Option<Vec<f64>> {
        let family = |cell: &Cell| match goal {
            Goal::Overall => Some(0),
            Goal::Group => Some(cell.cohort as i64),
            Goal::Calendar => Some(cell.period as i64),
            Goal::Dynamic => Some(cell.event),
            Goal::Event(e) => (cell.event == e).then_some(0),
        };
        let live = |cell: &Cell| sizes[cell.cohort] > 0.0 && sizes[cell.later.clone()].iter().any(|n| *n > 0.0);
        let mut totals: BTreeMap<i64, f64> = BTreeMap::new();
        for cell in self.cells.iter().filter(|c| live(c)) {
            if let Some(key) = family(cell) {
                *totals.entry(key).or_default() += sizes[cell.cohort];
            }
        }
        let by_size = goal == Goal::Group;
        let share = |key: i64| if by_size { sizes[key as usize] } else { 1.0 };
        let whole: f64 = totals.keys().map(|&k| share(k)).sum();
        let weight = |cell: &Cell| match family(cell) {
            Some(key) if live(cell) => sizes[cell.cohort] / totals[&key] * share(key) / whole,
            _ => 0.0,
        };
        (!totals.is_empty()).then(|| self.cells.iter().map(weight).collect())
    }
}
