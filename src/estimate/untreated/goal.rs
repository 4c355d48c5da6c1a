//! What is asked for: means over cells, and the coefficients of leads.

use super::FirstStage;
use crate::estimate::target::{Estimand, Target};
use crate::panel::Panel;
use std::collections::BTreeSet;

/// What a target is made of.
pub enum Goal {
    /// The plain mean of weighted means, each over the rows of some cells (by their place among [`FirstStage::cells`]).
    Mean(Vec<Vec<usize>>),
    /// The coefficient of a term in the regression among untreated rows that has the leads too.
    Lead(usize),
}

/// The event times observed in a panel, ascending.
pub fn events(panel: &Panel) -> BTreeSet<i64> {
    let seen = panel.occupied();
    (0..panel.cells.len() as u32).filter(|&c| seen[c as usize]).filter_map(|c| panel.cells.event_time(c)).collect()
}

/// The terms that are leads, with their event time.
pub fn leads(stage: &FirstStage, events: &[i64]) -> Vec<(Target, Goal)> {
    events.iter().enumerate().map(|(i, &e)| (Target::event(e), Goal::Lead(stage.n_first + i))).collect()
}

/// The overall effect, the mean of those at event times 0 and later, and one for each of these event times.
pub fn goals(panel: &Panel, stage: &FirstStage, events: &[i64]) -> Vec<(Target, Goal)> {
    let places = |test: &dyn Fn(i64) -> bool| -> Vec<usize> {
        (0..stage.cells.len()).filter(|&p| panel.cells.event_time(stage.cells[p]).is_some_and(test)).collect()
    };
    let later: Vec<i64> = events.iter().copied().filter(|&e| e >= 0).collect();
    let mut all = vec![(Target::overall(), Goal::Mean(vec![places(&|e| e >= 0)]))];
    if !later.is_empty() {
        all.push((Target::overall_dynamic(), Goal::Mean(later.iter().map(|&e| places(&|x| x == e)).collect())));
    }
    all.extend(events.iter().map(|&e| (Target::event(e), Goal::Mean(vec![places(&|x| x == e)]))));
    all
}

impl Goal {
    /// For each target the weight of a row's outcome in its cell, among the rows whose effect is asked for.
    /// `size` is the weight of each cell's rows.
    pub fn cell_weights(&self, panel: &Panel, stage: &FirstStage, target: &Target, size: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; panel.cells.len()];
        let mut fill = |cells: &[u32], share: f64| {
            let total: f64 = cells.iter().map(|&c| size[c as usize]).sum();
            if total > 0.0 {
                cells.iter().for_each(|&c| out[c as usize] = share / total);
            }
        };
        match self {
            Goal::Mean(components) => {
                for component in components {
                    let cells: Vec<u32> = component.iter().map(|&p| stage.cells[p]).collect();
                    fill(&cells, 1.0 / components.len() as f64);
                }
            }
            Goal::Lead(_) => {
                debug_assert_eq!(target.estimand, Estimand::Event);
                let cells: Vec<u32> = (0..panel.cells.len() as u32).filter(|&c| panel.cells.event_time(c) == target.event_time).collect();
                fill(&cells, 1.0);
            }
        }
        out
    }
}
