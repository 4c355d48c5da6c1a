//! What would have been without treatment, from untreated rows alone: the first stage of `imputation` and of `two-stage`.
//!
//! Among untreated rows y = unit + period + x'γ (cross-sections: cohort instead of unit) is fitted by weighted least squares;
//! every other row is set against what that predicts for it (Borusyak, Jaravel and Spiess 2024, eq. 5; Gardner 2022, section 3).
//! With units absorbed a row's prediction is ȳ₀ + (z − z̄₀)'β, where ȳ₀ and z̄₀ are its unit's means over its untreated rows.
//! So an effect is (ΣA − ΣB'β) / ΣN with A, B, N the sums of w(y − ȳ₀), w(z − z̄₀), w over the rows asked for, and everything
//! follows from sums a cluster: the first stage's cross-products, and A, B, N for each (cohort, period) cell. Fits under any
//! cluster weights need no row.

mod goal;
mod rows;
mod shelf;
mod solve;
mod sums;

pub(super) use goal::{events, goals, leads};
pub(super) use rows::{Compared, compared};
pub(super) use solve::Centre;

use super::arithmetic::{self, About};
use super::fit::Fit;
use super::linear::{self, Column, Term};
use super::target::Target;
use super::twfe::absorb_for;
use super::{OptionSpec, Size, Values};
use crate::cohort::{Fault, Faults, Warning};
use crate::num::named;
use crate::panel::{Absorb, Executor, Panel};
use goal::Goal;
use solve::Untreated;
use std::sync::Arc;

/// The option that says how covariates enter the first stage.
pub(super) const COVARIATES: OptionSpec = OptionSpec {
    key: "covariates",
    values: Values::OneOf(&["plain", "by-period"]),
    meaning: "plain: one coefficient for each covariate in the first stage; by-period: one for each period, so that a covariate that does not change counts too",
    positional: false,
};

/// How large it is with so many effects: a fit adds up each cluster's table of the first stage, and its sums by period.
pub(super) fn size(panel: &Panel, targets: usize) -> Size {
    let cells = &panel.cells;
    let levels = if absorb_for(panel.kind) == Absorb::Nothing { cells.cohorts.len() } else { 0 };
    let k = levels + cells.periods.len() + panel.covariates.len();
    let clusters = panel.n_clusters();
    Size { rows: panel.n_rows(), targets, clusters, fit: (2 * clusters * k * k) as f64, ..Size::default() }
}

/// The first stage: its terms, and the cells whose rows are set against its predictions.
pub(super) struct FirstStage {
    /// Unit effects, or cohort effects among the terms.
    pub absorb: Absorb,
    /// The terms of the first stage, then the leads: those only of the regression that looks for earlier effects.
    pub terms: Vec<Term>,
    /// How many terms belong to the first stage.
    pub n_first: usize,
    /// The cells whose rows are set against the predictions, ascending.
    pub cells: Vec<u32>,
    /// Whether the variance takes the first stage's errors in with weights squared, which are not those that make up the estimate.
    pub squared: bool,
}

impl FirstStage {
    /// The first stage on a panel, with a lead for each of these event times.
    pub fn new(panel: &Panel, leads: &[i64], cells: Vec<u32>, tell_covariates: bool) -> FirstStage {
        let absorb = absorb_for(panel.kind);
        let mut terms = linear::time_and_group(panel, absorb);
        for (i, covariate) in panel.covariates.iter().enumerate() {
            terms.push(Term { name: covariate.name.clone(), column: Column::Covariate(i), tell: tell_covariates, is_period: false });
        }
        let n_first = terms.len();
        for &lead in leads {
            let on = |c: u32| f64::from(u8::from(panel.cells.event_time(c) == Some(lead)));
            let values = (0..panel.cells.len() as u32).map(on).collect();
            terms.push(Term { name: format!("event time {lead}"), column: Column::Cells(values), tell: true, is_period: false });
        }
        FirstStage { absorb, terms, n_first, cells, squared: false }
    }
}

/// Estimates the wanted and wraps them up.
pub(super) fn fit(
    rows: Compared,
    stage: FirstStage,
    wanted: Vec<(Target, Goal)>,
    centre: Centre,
    executor: &dyn Executor,
) -> Result<Fit, Faults> {
    let Compared { panel, mut warnings, left_out, .. } = rows;
    let size = panel.cell_sizes();
    let cell_weights = wanted.iter().map(|(target, goal)| goal.cell_weights(&panel, &stage, target, &size)).collect();
    let (targets, goals): (Vec<Target>, Vec<Goal>) = wanted.into_iter().unzip();
    let arithmetic = Untreated::new(&panel, Arc::new(stage), Arc::new(goals), centre, executor);
    if let Centre::Cell { leave_out, .. } = centre {
        let lone = arithmetic.held_by_one();
        let named = named(lone.len(), 5);
        let mut cells: Vec<String> = lone.iter().take(named).map(|&c| panel.cells.label(c)).collect();
        if lone.len() > cells.len() {
            cells.push(format!("{} more", lone.len() - cells.len()));
        }
        if leave_out && !cells.is_empty() {
            return Err(Fault::new(
                "EST-022",
                "leave-out needs at least two clusters in each cohort and period",
                format!("only one cluster has rows in {}", cells.join("; ")),
                "without that cluster there is no mean to set its effects against",
                "leave the option away, or put cohorts together (--where)",
            )
            .into());
        }
        if !cells.is_empty() {
            warnings.push(Warning::new(
                "one-cluster-cells",
                format!(
                    "only one cluster has rows in {}: the variance sees nothing of how effects differ there and is too small",
                    cells.join("; ")
                ),
            ));
        }
    }
    let dropped_terms = arithmetic.dropped_terms();
    if !dropped_terms.is_empty() {
        warnings.push(Warning::new(
            "collinear",
            format!(
                "dropped because the terms before explain them among untreated rows, or they do not vary: {}",
                dropped_terms.join(", ")
            ),
        ));
    }
    let about = About { targets, cell_weights, dropped_terms, warnings };
    Ok(arithmetic::fit(&panel, Box::new(arithmetic), about, executor).leaving_out(left_out))
}
