//! The pass over the rows: a cluster's sums.

use super::FirstStage;
use crate::estimate::linear::{Column, Term, cross};
use crate::num::{ExactRow, Matrix};
use crate::panel::{Absorb, ClusterMoments, Executor, Moments, Panel, spread};

/// Sums over rows of one (cohort, period) cell, each row weighted.
#[derive(Clone)]
pub struct Part {
    /// Σ w.
    pub n: f64,
    /// Σ w (y − ȳ₀).
    pub a: f64,
    /// Σ w (z − z̄₀), for the terms of the first stage.
    pub b: Vec<f64>,
}

impl Part {
    pub fn zero(k: usize) -> Part {
        Part { n: 0.0, a: 0.0, b: vec![0.0; k] }
    }

    pub fn add(&mut self, other: &Part, times: f64) {
        self.n += times * other.n;
        self.a += times * other.a;
        self.b.iter_mut().zip(&other.b).for_each(|(s, x)| *s += times * x);
    }

    /// Σ w times what the outcome exceeds its prediction by.
    pub fn excess(&self, beta: &[f64]) -> f64 {
        self.a - crate::num::dot(&self.b, beta)
    }
}

/// A cell's sums in one cluster.
pub struct CellSums {
    /// Its place among [`FirstStage::cells`].
    pub place: usize,
    /// Weighted once.
    pub plain: Part,
    /// Weighted by the weight's square; `None` where all rows count alike.
    pub squared: Option<Part>,
}

/// A cluster's sums.
pub struct ClusterSums {
    /// X'WX of the untreated rows, for all terms.
    pub s: Matrix,
    /// X'Wy of the untreated rows.
    pub b: Vec<f64>,
    /// The variation of the untreated rows' cells, what a rank is judged against.
    pub weight: f64,
    /// The cells set against the predictions.
    pub cells: Vec<CellSums>,
}

/// All clusters' sums, and the outcome's unit: a power of two in which effects are measured here.
pub fn sums(panel: &Panel, stage: &FirstStage, executor: &dyn Executor) -> (Vec<ClusterSums>, f64) {
    let moments = Moments::accumulate(panel, stage.absorb, &|c| !panel.cells.is_treated(c), executor);
    let mut place = vec![usize::MAX; panel.cells.len()];
    stage.cells.iter().enumerate().for_each(|(p, &c)| place[c as usize] = p);
    let pass = Pass { panel, stage, moments: &moments, place };
    let n = panel.n_clusters();
    let block = n.div_ceil(256).max(1);
    let blocks = spread(executor, n.div_ceil(block), |b| (b * block..n.min((b + 1) * block)).map(|g| pass.cluster(g)).collect::<Vec<_>>());
    let y_unit = moments.scales[moments.n_covariates()].unit;
    (blocks.into_iter().flatten().collect(), y_unit)
}

struct Pass<'a> {
    panel: &'a Panel,
    stage: &'a FirstStage,
    moments: &'a Moments,
    place: Vec<usize>,
}

impl Pass<'_> {
    fn cluster(&self, g: usize) -> ClusterSums {
        let moments = &self.moments.clusters[g];
        let all: Vec<usize> = (0..self.stage.terms.len()).collect();
        let (s, b) = cross(moments, &moments.cross, self.moments, &self.stage.terms, &all);
        let weight = (0..moments.cells.len()).map(|i| moments.cross[(i, i)]).sum();
        ClusterSums { s, b, weight, cells: self.cells(g, moments) }
    }

    /// A table row for each cell set against the predictions: Σ w, Σ w z of covariates and outcome less their means, and for
    /// each untreated cell Σ w × its share in the unit's mean; the same with w² where rows do not count alike.
    fn cells(&self, g: usize, moments: &ClusterMoments) -> Vec<CellSums> {
        let panel = self.panel;
        let units = panel.units_of(g);
        let (m, q) = (self.moments.n_covariates() + 1, moments.cells.len());
        let mut here: Vec<u32> = Vec::new();
        let mut local_of = vec![usize::MAX; panel.cells.len()];
        for r in panel.rows_of(units.start).start..panel.rows_of(units.end - 1).end {
            let c = panel.cell[r] as usize;
            if self.place[c] != usize::MAX && local_of[c] == usize::MAX {
                local_of[c] = 0;
                here.push(c as u32);
            }
        }
        here.sort_unstable();
        here.iter().enumerate().for_each(|(l, &c)| local_of[c as usize] = l);
        let mut column_of = vec![usize::MAX; panel.cells.len()];
        moments.cells.iter().enumerate().for_each(|(l, &c)| column_of[c as usize] = l);

        let powers = if panel.weight.is_empty() { 1 } else { 2 };
        let width = 1 + m + q;
        let mut table = ExactRow::zeros(here.len() * powers * width);
        let (mut mean, mut share) = (vec![0.0; m], Vec::new());
        for u in units {
            let rows = panel.rows_of(u);
            if rows.clone().all(|r| self.place[panel.cell[r] as usize] == usize::MAX) {
                continue;
            }
            mean.fill(0.0);
            share.clear();
            if self.stage.absorb == Absorb::Unit {
                let mut total = 0.0;
                for r in rows.clone() {
                    let column = column_of[panel.cell[r] as usize];
                    if column != usize::MAX {
                        let w = self.moments.scaled_weight(panel, r);
                        total += w;
                        share.push((column, w));
                        mean.iter_mut().enumerate().for_each(|(i, s)| *s += w * self.moments.scaled(panel, i, r));
                    }
                }
                if share.is_empty() {
                    continue;
                }
                mean.iter_mut().for_each(|s| *s /= total);
                share.iter_mut().for_each(|(_, s)| *s /= total);
            }
            for r in rows {
                let local = local_of[panel.cell[r] as usize];
                if local == usize::MAX {
                    continue;
                }
                let w = self.moments.scaled_weight(panel, r);
                for power in 0..powers {
                    let (at, v) = ((local * powers + power) * width, if power == 0 { w } else { w * w });
                    table.add(at, v);
                    mean.iter().enumerate().for_each(|(i, s)| table.add(at + 1 + i, v * (self.moments.scaled(panel, i, r) - s)));
                    share.iter().for_each(|&(column, s)| table.add(at + 1 + m + column, v * s));
                }
            }
        }
        let part = |l: usize, power: usize| -> Part {
            let at = (l * powers + power) * width;
            let n = table.value(at);
            let of = |term: &Term| match &term.column {
                Column::Covariate(i) => table.value(at + 1 + i),
                Column::Cells(values) => {
                    let mean: f64 = moments.cells.iter().enumerate().map(|(k, &c)| values[c as usize] * table.value(at + 1 + m + k)).sum();
                    n * values[here[l] as usize] - mean
                }
            };
            Part { n, a: table.value(at + m), b: self.stage.terms[..self.stage.n_first].iter().map(of).collect() }
        };
        (0..here.len())
            .filter(|&l| table.value(l * powers * width) > 0.0)
            .map(|l| CellSums { place: self.place[here[l] as usize], plain: part(l, 0), squared: (powers == 2).then(|| part(l, 1)) })
            .collect()
    }
}
