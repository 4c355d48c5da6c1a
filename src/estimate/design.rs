//! What is behind a regression: its rows, its terms, and how the same regression looks when clusters are cut finer or
//! assigned otherwise.

use super::linear::{Column, Term, cross};
use super::reassign::{Reassign, Shifted, Treatment};
use crate::num::{Matrix, PackedSolver, dot, upper_triangle};
use crate::panel::{Absorb, ClusterMoments, Executor, Finer, Moments, Panel, spread};
use std::cmp::Ordering;
use std::sync::Arc;

/// A regression's rows and terms.
pub struct Design {
    pub(super) panel: Panel,
    pub(super) moments: Arc<Moments>,
    /// The kept terms.
    pub(super) terms: Vec<Term>,
    /// For each cluster of the fit the panel's.
    pub(super) clusters: Vec<u32>,
    /// Each cluster's cohort; `None` when some cluster holds several.
    pub(super) labels: Option<Vec<u32>>,
    /// Each row's leverage on effects that were taken off before the moments; `None` where there are none, or it is not known.
    pub(super) leverage: Option<Arc<Vec<f64>>>,
    /// The targets' contrasts under another assignment, where they depend on it.
    pub(super) under: Option<Box<dyn Contrasts>>,
}

/// Contrasts that depend on which cluster is in which cohort.
pub(super) trait Contrasts: Send + Sync {
    /// One for each target, as in the fit, when cluster g has the cohort `labels[g]` (`u32::MAX`: is left out).
    fn under(&self, labels: &[u32]) -> Vec<Option<Vec<f64>>>;
}

/// One row of a regression, absorbed effects taken off, in the scaled units of the moments.
pub struct Row<'a> {
    /// The row of the panel.
    pub row: usize,
    /// The cluster of the fit.
    pub cluster: usize,
    /// The regressors.
    pub x: &'a [f64],
    /// The residual.
    pub residual: f64,
    /// The weight; 1 without weights.
    pub weight: f64,
    /// The row's leverage on the absorbed effects (of one, its share of its level's weight), 0 when nothing is absorbed.
    pub absorbed: f64,
}

/// A part of a cluster: X'WX (upper triangle) and X'Wy of its rows.
pub struct Part {
    /// The cluster of the fit.
    pub cluster: u32,
    /// The first of its units in the panel.
    pub first_unit: u32,
    /// The packed triangle, then X'Wy.
    pub packed: Vec<f64>,
}

impl Design {
    /// Visits every row once: the accumulators of fixed blocks of clusters, in order.
    pub fn fold_rows<A: Send + Sync>(
        &self,
        beta: &[f64],
        executor: &dyn Executor,
        start: impl Fn() -> A + Sync,
        visit: impl Fn(&mut A, &Row<'_>) + Sync,
    ) -> Vec<A> {
        let n = self.clusters.len();
        let block = n.div_ceil(256).max(1);
        spread(executor, n.div_ceil(block), |b| {
            let mut state = start();
            for g in b * block..n.min((b + 1) * block) {
                self.cluster_rows(g, beta, &mut |row| visit(&mut state, row));
            }
            state
        })
    }

    /// The regressors of a row as they stand in the panel, in the scaled units of the moments.
    pub(super) fn regressors(&self, row: usize) -> Vec<f64> {
        self.terms
            .iter()
            .map(|term| match &term.column {
                Column::Cells(values) => values[self.panel.cell[row] as usize],
                Column::Covariate(i) => self.moments.scaled(&self.panel, *i, row),
            })
            .collect()
    }

    fn cluster_rows(&self, g: usize, beta: &[f64], visit: &mut dyn FnMut(&Row<'_>)) {
        let (panel, k) = (&self.panel, self.terms.len());
        let (mut x, mut y, mut weight, mut rows) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for u in panel.units_of(self.clusters[g] as usize) {
            x.clear();
            y.clear();
            weight.clear();
            rows.clear();
            for r in panel.rows_of(u).filter(|&r| self.moments.includes(panel.cell[r])) {
                rows.push(r);
                weight.push(self.moments.scaled_weight(panel, r));
                y.push(self.moments.scaled(panel, panel.covariates.len(), r));
                x.extend(self.terms.iter().map(|term| match &term.column {
                    Column::Cells(values) => values[panel.cell[r] as usize],
                    Column::Covariate(i) => self.moments.scaled(panel, *i, r),
                }));
            }
            let n = rows.len();
            let total: f64 = weight.iter().sum();
            let absorb = self.moments.absorb == Absorb::Unit;
            if absorb && n > 0 {
                let mean_y = dot(&weight, &y) / total;
                y.iter_mut().for_each(|v| *v -= mean_y);
                for i in 0..k {
                    let mean = (0..n).map(|r| weight[r] * x[r * k + i]).sum::<f64>() / total;
                    (0..n).for_each(|r| x[r * k + i] -= mean);
                }
            }
            for r in 0..n {
                let own = &x[r * k..(r + 1) * k];
                visit(&Row {
                    row: rows[r],
                    cluster: g,
                    x: own,
                    residual: y[r] - dot(own, beta),
                    weight: weight[r],
                    absorbed: match &self.leverage {
                        Some(leverage) => leverage[rows[r]],
                        None if absorb => weight[r] / total,
                        None => 0.0,
                    },
                });
            }
        }
    }

    /// How many levels between cluster and unit the panel knows.
    pub fn levels(&self) -> usize {
        self.panel.levels.len()
    }

    /// The regression's cross-products for every finer group of the clusters, grouped by cluster; within a cluster in an
    /// order that depends on the numbers only, so that neither names nor the order of rows decide which draw a group gets.
    /// Cost: one pass over the rows.
    pub fn parts(&self, by: Finer, executor: &dyn Executor) -> Vec<Part> {
        let mut parts = self.parts_in_order(by, executor);
        parts.sort_by(|a, b| a.cluster.cmp(&b.cluster).then_with(|| by_outcome(&a.packed, &b.packed)));
        parts
    }

    /// The same in the panel's order.
    pub(super) fn parts_in_order(&self, by: Finer, executor: &dyn Executor) -> Vec<Part> {
        let finer = self.panel.regrouped(by);
        let moments = self.moments.of_groups(&finer, executor);
        let of = self.panel.cluster_of_groups(by);
        let mut place = vec![u32::MAX; self.panel.n_clusters()];
        self.clusters.iter().enumerate().for_each(|(fit, &panel)| place[panel as usize] = fit as u32);
        let all: Vec<usize> = (0..self.terms.len()).collect();
        moments
            .clusters
            .iter()
            .zip(&of)
            .zip(finer.cluster_start.iter())
            .filter(|((c, g), _)| c.n_rows > 0 && place[**g as usize] != u32::MAX)
            .map(|((c, &g), &first_unit)| {
                let (s, b) = cross(c, &c.cross, &moments, &self.terms, &all);
                let mut packed = upper_triangle(&s);
                packed.extend(b);
                Part { cluster: place[g as usize], first_unit, packed }
            })
            .collect()
    }

    /// Whether its terms are all sums of (cohort, period) cells: no covariate is among them, and nothing was taken off by name.
    pub fn is_of_cells(&self) -> bool {
        self.terms.iter().all(|t| matches!(t.column, Column::Cells(_)))
    }

    /// The rows of the panel behind the fit.
    pub fn panel(&self) -> &Panel {
        &self.panel
    }

    /// How to compute the fit again under another assignment of clusters to cohorts.
    pub fn reassign(&self, contrasts: &[Option<Vec<f64>>], treatments: &[Option<Treatment>]) -> Option<Box<dyn Reassign + '_>> {
        let labels = self.labels.clone()?;
        Some(Box::new(Relabelled::new(self, labels, contrasts, treatments)))
    }

    /// S and b of a cluster, and X'W times a treatment as observed, if it had the label of another cohort.
    fn relabelled(&self, cluster: &ClusterMoments, label: u32, treatments: &[Treatment]) -> Vec<f64> {
        let cells = &self.panel.cells;
        let moved: Vec<u32> = cluster.cells.iter().map(|&c| cells.cell(label as usize, cells.period_ix(c))).collect();
        let all: Vec<usize> = (0..self.terms.len()).collect();
        let other = ClusterMoments { cells: moved, ..cluster.clone() };
        let (s, b) = cross(&other, &cluster.cross, &self.moments, &self.terms, &all);
        let mut packed = upper_triangle(&s);
        packed.extend(b);
        let q = cluster.cells.len();
        for treatment in treatments {
            // The treatment as observed, as weights on the base columns.
            let path: Vec<f64> = cluster.cells.iter().map(|&c| treatment.of(cells.event_time(c))).collect();
            let base: Vec<f64> = (0..cluster.cross.rows()).map(|i| (0..q).map(|l| cluster.cross[(i, l)] * path[l]).sum()).collect();
            packed.extend(self.terms.iter().map(|term| match &term.column {
                Column::Cells(values) => other.cells.iter().enumerate().map(|(l, &c)| values[c as usize] * base[l]).sum(),
                Column::Covariate(i) => base[q + i],
            }));
        }
        packed
    }
}

/// A regression under other assignments: for every cluster and cohort the packed sums it would have.
struct Relabelled<'a> {
    under: Option<&'a dyn Contrasts>,
    k: usize,
    width: usize,
    labels: Vec<u32>,
    n_labels: usize,
    /// Cluster × label, `width` numbers each.
    table: Vec<f64>,
    contrasts: Vec<Option<Vec<f64>>>,
    /// The treatment of each target, as an index into those behind the table.
    treatment: Vec<Option<usize>>,
    y_unit: f64,
    untreated: Option<u32>,
}

impl<'a> Relabelled<'a> {
    fn new(design: &'a Design, labels: Vec<u32>, contrasts: &[Option<Vec<f64>>], treatments: &[Option<Treatment>]) -> Relabelled<'a> {
        let mut distinct: Vec<Treatment> = treatments.iter().flatten().copied().collect();
        distinct.sort();
        distinct.dedup();
        let n_labels = design.panel.cells.cohorts.len();
        let k = design.terms.len();
        let mut table = Vec::new();
        for &g in &design.clusters {
            for label in 0..n_labels as u32 {
                table.extend(design.relabelled(&design.moments.clusters[g as usize], label, &distinct));
            }
        }
        Relabelled {
            under: design.under.as_deref(),
            k,
            width: k * (k + 1) / 2 + k * (1 + distinct.len()),
            labels,
            n_labels,
            table,
            contrasts: contrasts.to_vec(),
            treatment: treatments.iter().map(|t| t.and_then(|t| distinct.binary_search(&t).ok())).collect(),
            untreated: design.panel.cells.has_never().then(|| n_labels as u32 - 1),
            y_unit: design.moments.scales[design.panel.covariates.len()].unit,
        }
    }

    fn row(&self, g: usize, label: u32) -> &[f64] {
        let at = (g * self.n_labels + label as usize) * self.width;
        &self.table[at..at + self.width]
    }
}

impl Reassign for Relabelled<'_> {
    fn labels(&self) -> &[u32] {
        &self.labels
    }

    fn untreated(&self) -> Option<u32> {
        self.untreated
    }

    fn evaluate(&self, labels: &[u32], variances: bool) -> Vec<Option<Shifted>> {
        let (k, triangle) = (self.k, self.k * (self.k + 1) / 2);
        let present = || labels.iter().enumerate().filter(|(_, l)| **l != u32::MAX);
        let mut sum = vec![0.0; self.width];
        for (g, &label) in present() {
            sum.iter_mut().zip(self.row(g, label)).for_each(|(s, x)| *s += x);
        }
        let mut solver = PackedSolver::new(k);
        if !solver.factor(&sum[..triangle]) {
            return vec![None; self.contrasts.len()];
        }
        let solutions: Vec<Vec<f64>> = sum[triangle..].chunks_exact(k).map(|b| solver.solve(b)).collect();
        let own = self.under.map(|u| u.under(labels));
        let one = |(contrast, treatment): (&Option<Vec<f64>>, &Option<usize>)| -> Option<Shifted> {
            let (contrast, treatment) = (contrast.as_ref()?, (*treatment)?);
            // The table holds the treatment in outcome units of one; the contrast turns scaled units into the outcome's.
            let (beta, tau) = (&solutions[0], &solutions[1 + treatment]);
            let mut shifted = Shifted { estimate: [dot(contrast, beta), dot(contrast, tau) / self.y_unit], variance: [0.0; 3] };
            if variances {
                let h = solver.solve(contrast);
                for (g, &label) in present() {
                    let row = self.row(g, label);
                    let score = |b: &[f64], beta: &[f64]| dot(&h, b) - packed_form(&row[..triangle], &h, beta);
                    let plain = score(&row[triangle..triangle + k], beta);
                    let at = triangle + k * (1 + treatment);
                    let moved = score(&row[at..at + k], tau) / self.y_unit;
                    shifted.variance[0] += plain * plain;
                    shifted.variance[1] -= 2.0 * plain * moved;
                    shifted.variance[2] += moved * moved;
                }
            }
            Some(shifted)
        };
        own.as_ref().unwrap_or(&self.contrasts).iter().zip(&self.treatment).map(one).collect()
    }
}

/// a'Sb for a symmetric matrix given by its upper triangle.
fn packed_form(upper: &[f64], a: &[f64], b: &[f64]) -> f64 {
    let k = a.len();
    let (mut at, mut sum) = (0, 0.0);
    for i in 0..k {
        sum += upper[at] * a[i] * b[i];
        for j in i + 1..k {
            sum += upper[at + j - i] * (a[i] * b[j] + a[j] * b[i]);
        }
        at += k - i;
    }
    sum
}

/// Which cohort each cluster holds; `None` when one holds several.
pub(super) fn labels(panel: &Panel, clusters: &[&ClusterMoments]) -> Option<Vec<u32>> {
    clusters
        .iter()
        .map(|c| {
            let first = panel.cells.cohort_ix(*c.cells.first()?);
            c.cells.iter().all(|&cell| panel.cells.cohort_ix(cell) == first).then_some(first as u32)
        })
        .collect()
}

/// Packed sums in an order that depends on the numbers only: X'Wy, which tells groups apart soonest, stands last and is
/// compared first.
pub(super) fn by_outcome(a: &[f64], b: &[f64]) -> Ordering {
    a.iter().rev().zip(b.iter().rev()).map(|(x, y)| x.total_cmp(y)).find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
}

/// Clusters in an order that depends on their numbers only, not on their names.
pub(super) fn draw_order(clusters: &[(&Matrix, &[f64])]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..clusters.len() as u32).collect();
    let compare =
        |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x.total_cmp(y)).find(|o| o.is_ne()).unwrap_or_else(|| a.len().cmp(&b.len()));
    order.sort_by(|&a, &b| {
        let ((sa, ba), (sb, bb)) = (clusters[a as usize], clusters[b as usize]);
        compare(ba, bb).then_with(|| compare(sa.data(), sb.data()))
    });
    order
}
