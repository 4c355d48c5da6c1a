//! The panel as the comparisons need it: one row a unit with its outcomes side by side, or one row an observation.
//!
//! Every comparison is linear in the outcome given weights and covariates, so units of one cluster and cohort with the same
//! covariates are added up into one (their weights add, their outcomes average): without covariates nothing is left but a
//! row for each cluster and cohort, and refitting costs as little.

use super::alike::{Alike, compare_x};
use super::arithmetic::range_scale;
use super::two_groups::Arms;
use crate::cohort::Warning;
use crate::num::Exact;
use crate::panel::{Kind, Panel};
use std::cmp::Ordering;
use std::sync::Arc;

/// Units or rows, as many as differ.
pub(in crate::estimate) struct Observations {
    /// The cluster of each.
    pub cluster: Vec<u32>,
    /// For each cohort its observations (units), or for each cell (rows).
    pub members: Vec<Vec<u32>>,
    /// Constant and covariates.
    pub k: usize,
    /// The covariates' names.
    names: Arc<[String]>,
    /// Number of outcomes side by side: the periods, or one.
    width: usize,
    /// Outcomes, `width` a row; none where they are kept apart.
    y: Vec<f64>,
    /// Whether each is observed; empty where all are.
    present: Vec<bool>,
    /// Weights: one a row, or `width`.
    weight: Vec<f64>,
    /// Covariates: `k` a row, or `k · width`; each less its mean, so that a far origin costs no digits.
    x: Vec<f64>,
    centre: Vec<f64>,
    /// How many rows, or units, each of them is made of.
    pub number: Vec<f64>,
    /// Each cluster's weight in each cohort, that decides its share: cohorts × clusters.
    pub size_of: Vec<Vec<f64>>,
}

impl Observations {
    /// Whether weights and covariates are the same in all periods and nothing is missing: then comparisons of the same
    /// cohorts share them.
    pub fn is_steady(&self) -> bool {
        self.present.is_empty() && self.weight.len() == self.cluster.len() && self.x.len() == self.k * self.cluster.len()
    }

    /// The outcome of an observation in a period.
    #[inline(always)]
    pub fn y(&self, i: u32, period: usize) -> f64 {
        self.y[i as usize * self.width + period]
    }

    /// Whether it is observed in a period.
    #[inline(always)]
    pub fn is_present(&self, i: u32, period: usize) -> bool {
        self.present.is_empty() || self.present[i as usize * self.width + period]
    }

    /// Its weight in a period.
    #[inline(always)]
    pub fn weight(&self, i: u32, period: usize) -> f64 {
        if self.weight.len() == self.cluster.len() { self.weight[i as usize] } else { self.weight[i as usize * self.width + period] }
    }

    /// Its covariates in a period, the constant first.
    #[inline(always)]
    pub fn x(&self, i: u32, period: usize) -> &[f64] {
        let at = if self.x.len() == self.k * self.cluster.len() { i as usize } else { i as usize * self.width + period };
        &self.x[at * self.k..(at + 1) * self.k]
    }

    /// Two arms of some of them, without a row yet.
    pub fn arms(&self) -> Arms {
        Arms { k: self.k, names: self.names.clone(), ..Arms::default() }
    }

    /// A row for each unit.
    pub fn units(panel: &Panel) -> Observations {
        let width = panel.cells.periods.len();
        let balanced = panel.is_balanced();
        let k = panel.covariates.len() + 1;
        let constant = |values: &[f64]| !panel.varies_within_units(values);
        let steady_x = panel.covariates.iter().all(|c| constant(&c.values));
        let steady_w = panel.weight.is_empty() || constant(&panel.weight);
        let mut out = Observations::empty(panel, k, width, panel.cells.cohorts.len());
        let mut order: Vec<u32> = Vec::new();
        for g in 0..panel.n_clusters() {
            order.clear();
            order.extend(panel.units_of(g).map(|u| u as u32));
            let first = |u: u32| panel.rows_of(u as usize).start;
            let alike = |a: u32, b: u32| -> Ordering {
                panel.cohort_of(a as usize).cmp(&panel.cohort_of(b as usize)).then_with(|| compare_x(panel, first(a), first(b)))
            };
            let merge = balanced && steady_x && steady_w;
            if merge {
                order.sort_by(|&a, &b| alike(a, b));
            }
            let mut at = 0;
            while at < order.len() {
                let end = if merge { at + order[at..].iter().take_while(|&&u| alike(order[at], u).is_eq()).count() } else { at + 1 };
                let units = &order[at..end];
                out.push_units(panel, g, units, steady_x, steady_w, balanced);
                at = end;
            }
        }
        out
    }

    /// A row for each row.
    pub fn rows(panel: &Panel) -> Observations {
        let alike = Alike::of(panel);
        Observations { y: alike.outcomes(panel), ..Observations::before_outcomes(panel, &alike) }
    }

    /// The same without any outcome: the same for every outcome of these rows.
    pub fn before_outcomes(panel: &Panel, alike: &Alike) -> Observations {
        let k = panel.covariates.len() + 1;
        let mut out = Observations::empty(panel, k, 1, panel.cells.len());
        for (g, rows) in alike.groups() {
            let (first, total) = (rows[0] as usize, Alike::weight(panel, rows));
            out.members[panel.cell[first] as usize].push(out.cluster.len() as u32);
            out.cluster.push(g);
            out.weight.push(total);
            out.number.push(rows.len() as f64);
            out.x.push(1.0);
            out.push_x(panel, first);
            if panel.kind == Kind::CrossSections {
                out.size_of[panel.cells.cohort_ix(panel.cell[first])][g as usize] += total;
            }
        }
        // A cohort's share is one of units, each counted once.
        if panel.kind == Kind::Panel {
            for g in 0..panel.n_clusters() {
                for u in panel.units_of(g) {
                    out.size_of[panel.cohort_of(u)][g] += panel.weight_of(panel.rows_of(u).start);
                }
            }
        }
        out
    }

    fn empty(panel: &Panel, k: usize, width: usize, n_members: usize) -> Observations {
        Observations {
            cluster: Vec::new(),
            members: vec![Vec::new(); n_members],
            k,
            names: panel.covariates.iter().map(|c| c.name.clone()).collect(),
            width,
            y: Vec::new(),
            present: Vec::new(),
            weight: Vec::new(),
            x: Vec::new(),
            centre: panel.covariates.iter().map(|c| mean(&c.values)).collect(),
            number: Vec::new(),
            size_of: vec![vec![0.0; panel.n_clusters()]; panel.cells.cohorts.len()],
        }
    }

    /// The covariates of a row.
    fn push_x(&mut self, panel: &Panel, row: usize) {
        self.x.extend(panel.covariates.iter().zip(&self.centre).map(|(c, centre)| c.values[row] - centre));
    }

    fn push_units(&mut self, panel: &Panel, g: usize, units: &[u32], steady_x: bool, steady_w: bool, balanced: bool) {
        let first = panel.rows_of(units[0] as usize).start;
        let cohort = panel.cohort_of(units[0] as usize);
        self.members[cohort].push(self.cluster.len() as u32);
        self.cluster.push(g as u32);
        self.number.push(units.len() as f64);
        let total: f64 = units.iter().map(|&u| panel.weight_of(panel.rows_of(u as usize).start)).sum();
        self.size_of[cohort][g] += total;
        if balanced {
            for p in 0..self.width {
                let sum: f64 = units
                    .iter()
                    .map(|&u| {
                        let rows = panel.rows_of(u as usize);
                        panel.weight_of(rows.start) * panel.outcome[rows.start + p]
                    })
                    .sum();
                // A unit alone keeps its outcome to the bit.
                self.y.push(if units.len() == 1 { panel.outcome[first + p] } else { sum / total });
            }
            if steady_w {
                self.weight.push(total);
            } else {
                self.weight.extend((0..self.width).map(|p| panel.weight_of(first + p)));
            }
            for p in 0..if steady_x { 1 } else { self.width } {
                self.x.push(1.0);
                self.push_x(panel, first + p);
            }
            return;
        }
        // One unit, seen in some periods.
        let mut row_at = vec![None; self.width];
        panel.rows_of(units[0] as usize).for_each(|r| row_at[panel.cells.period_ix(panel.cell[r])] = Some(r));
        if steady_w {
            self.weight.push(total);
        }
        if steady_x {
            self.x.push(1.0);
            self.push_x(panel, first);
        }
        for row in row_at {
            self.present.push(row.is_some());
            self.y.push(row.map_or(0.0, |r| panel.outcome[r]));
            if !steady_w {
                self.weight.push(row.map_or(0.0, |r| panel.weight_of(r)));
            }
            if !steady_x {
                self.x.push(1.0);
                match row {
                    Some(r) => self.push_x(panel, r),
                    None => self.x.extend(panel.covariates.iter().map(|_| 0.0)),
                }
            }
        }
    }
}

/// The mean, whatever the order of the values.
fn mean(values: &[f64]) -> f64 {
    let (middle, unit) = range_scale(values);
    let mut sum = Exact::default();
    values.iter().for_each(|v| sum.add((v - middle) / unit));
    middle + unit * (sum.value() / values.len().max(1) as f64)
}

/// The covariates that vary within units.
pub(in crate::estimate) fn varying(panel: &Panel) -> Vec<&str> {
    if panel.kind != Kind::Panel {
        return Vec::new();
    }
    panel.covariates.iter().filter(|c| panel.varies_within_units(&c.values)).map(|c| c.name.as_str()).collect()
}

/// What to say of the covariates that vary within units: used as they stand after the start, or as before it.
pub(in crate::estimate) fn of_covariates(varying: &[&str], later: bool) -> Option<Warning> {
    let names = varying.join(", ");
    (!names.is_empty()).then(|| {
        if later {
            Warning::new(
                "covariates-after-start",
                format!(
                    "covariates that vary over time ({names}) are used as they stand after the start too: where profiles move them, part of the effect is taken for theirs"
                ),
            )
        } else {
            Warning::new(
                "covariates-vary",
                format!("covariates that vary over time ({names}): their values in the last period before the start are used"),
            )
        }
    })
}
