//! The means and sizes of a panel's (cohort, period) cells, for checks that need no more of it.

use crate::cohort::Fault;
use crate::num::{Exact, power_of_two_above};
use crate::panel::{Cells, Panel};

/// A balanced panel without covariates or weights, told by its cells.
#[derive(Debug, Clone)]
pub(super) struct BalancedCells {
    pub cells: Cells,
    /// Units of each cohort.
    pub units: Vec<f64>,
    /// The mean outcome of each cell.
    pub mean: Vec<f64>,
}

impl BalancedCells {
    /// # Errors
    ///
    /// DIAG-011, with what stands in the way.
    pub fn new(panel: &Panel) -> Result<BalancedCells, Fault> {
        let obstacle = if panel.extras.status.is_some() {
            Some("the treatment does not simply switch on once")
        } else if !panel.covariates.is_empty() || !panel.extras.effects.is_empty() {
            Some("there are covariates or fixed effects beside the unit's and the period's")
        } else if panel.weight.iter().any(|w| *w != panel.weight[0]) {
            Some("the weights differ")
        } else if !panel.is_balanced() {
            Some("not every unit is seen in every period")
        } else if panel.cells.treated_cohorts().next().is_none() {
            Some("no unit is treated")
        } else {
            None
        };
        if let Some(why) = obstacle {
            return Err(Fault::new(
                "DIAG-011",
                "the coefficient cannot be taken apart into comparisons of cohorts",
                why,
                "the comparisons add up to the coefficient only in a balanced panel of unweighted units without covariates",
                "keep the units seen in all periods, without weights and covariates; or look at the weights on cells instead (twfe-weights)",
            ));
        }
        let cells = panel.cells.clone();
        let largest = panel.outcome.iter().fold(0.0_f64, |m, y| m.max(y.abs()));
        let scale = power_of_two_above(largest);
        let mut sums = vec![Exact::default(); cells.len()];
        panel.cell.iter().zip(panel.outcome.iter()).for_each(|(&c, y)| sums[c as usize].add(y / scale));
        let units: Vec<f64> = panel.survey().units.iter().map(|n| *n as f64).collect();
        let mean = (0..cells.len()).map(|c| sums[c].value() * scale / units[cells.cohort_ix(c as u32)].max(1.0)).collect();
        Ok(BalancedCells { cells, units, mean })
    }

    /// The mean outcome of a cohort over periods.
    pub fn over(&self, cohort: usize, periods: std::ops::Range<usize>) -> f64 {
        let n = periods.len() as f64;
        periods.map(|t| self.mean[self.cells.cell(cohort, t) as usize]).sum::<f64>() / n
    }

    /// The first period, as an index, in which a cohort is treated; the number of periods if it never is.
    pub fn start(&self, cohort: usize) -> usize {
        let periods = self.cells.periods.len();
        (0..periods).find(|&t| self.cells.is_treated(self.cells.cell(cohort, t))).unwrap_or(periods)
    }
}
