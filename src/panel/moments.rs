//! The one pass over the students: each cluster's cross-products.
//!
//! The base columns are an indicator for each (cohort, period) cell present in the cluster, the covariates, and the
//! outcome last. Every regressor of a linear difference-in-differences is a linear combination of them (a treatment
//! status, an event-time dummy or a period effect is a sum of cell indicators), so the moments of *any* such model
//! follow from these without another pass.
//!
//! With absorbed units every base column has its weighted mean within the unit taken off, which is exact under any
//! reweighting of clusters because a unit lies in one cluster. Covariates and outcome are centred and scaled by powers
//! of two before the products are formed, and the sums are exact ([`Exact`]): neither the order of rows nor the
//! number of threads can change a bit.

mod among;
mod refine;

pub use refine::ResidualScores;

use super::{Executor, Panel, spread};
use crate::num::{Exact, ExactRow, Matrix, power_of_two_above};

/// Which effects are partialled out within the pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absorb {
    /// None.
    Nothing,
    /// A level for each unit.
    Unit,
}

/// How a column was centred and scaled: `(x − centre) / unit`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// Taken off.
    pub centre: f64,
    /// Divided by; a power of two.
    pub unit: f64,
}

/// Sums over one unit's rows of the base columns with the unit's weighted mean taken off; needed for CR2 where weights vary
/// within units.
#[derive(Debug, Clone)]
pub struct UnitSums {
    /// Rows, Σ w, Σ w².
    pub weights: [f64; 3],
    /// Σ x.
    pub plain: Vec<f64>,
    /// Σ w² x.
    pub squared: Vec<f64>,
}

/// One cluster's cross-products.
#[derive(Debug, Clone)]
pub struct ClusterMoments {
    /// The cells with rows in this cluster, ascending; they are the first base columns.
    pub cells: Vec<u32>,
    /// Σ w x x' over all base columns (cells, covariates, outcome); weights are scaled so that the largest is about one.
    pub cross: Matrix,
    /// Σ x x' and Σ w² x x' of the same columns; only with weights.
    pub powers: Option<Box<[Matrix; 2]>>,
    /// Its units, one by one, where weights vary within units and there are no more than [`Moments::UNITS_KEPT`].
    pub units: Option<Vec<UnitSums>>,
    /// Rows in the cluster.
    pub n_rows: usize,
    /// Units in the cluster.
    pub n_units: usize,
    /// Those of them that are treated at some time.
    pub n_treated_units: usize,
}

/// All clusters' cross-products.
#[derive(Debug, Clone)]
pub struct Moments {
    /// One entry a cluster, in the panel's order.
    pub clusters: Vec<ClusterMoments>,
    /// What was partialled out.
    pub absorb: Absorb,
    /// Scales of the covariates and, last, of the outcome.
    pub scales: Vec<Scale>,
    /// Rows used.
    pub n_rows: usize,
    /// Units used.
    pub n_units: usize,
    included: Vec<bool>,
    weight_unit: f64,
    centred: bool,
    /// Whether weights vary within a unit (they matter for CR2 with absorbed units).
    pub weights_vary_within_unit: bool,
}

impl Scale {
    /// 1 / unit, exact for a power of two.
    #[inline(always)]
    fn inverse(&self) -> f64 {
        1.0 / self.unit
    }
}

impl Moments {
    /// Clusters of up to this many units keep their units' sums where CR2 needs them.
    pub const UNITS_KEPT: usize = 40;

    /// One pass over the rows of the cells for which `include` holds.
    ///
    /// Cost: rows × (covariates + 1)² plus, with absorbed units, units × periods².
    pub fn accumulate(panel: &Panel, absorb: Absorb, include: &(dyn Fn(u32) -> bool + Sync), executor: &dyn Executor) -> Moments {
        Moments::pass(panel, absorb, include, true, executor)
    }

    /// The same of covariates and an outcome from which effects have been taken off already: they are scaled, not centred, since
    /// no constant beside them takes a centre up.
    pub fn of_remainders(panel: &Panel, include: &(dyn Fn(u32) -> bool + Sync), executor: &dyn Executor) -> Moments {
        Moments::pass(panel, Absorb::Nothing, include, false, executor)
    }

    /// The same pass over other groups of the same rows.
    pub fn of_groups(&self, panel: &Panel, executor: &dyn Executor) -> Moments {
        Moments::pass(panel, self.absorb, &|c| self.includes(c), self.centred, executor)
    }

    fn pass(panel: &Panel, absorb: Absorb, include: &(dyn Fn(u32) -> bool + Sync), centred: bool, executor: &dyn Executor) -> Moments {
        let included: Vec<bool> = (0..panel.cells.len() as u32).map(include).collect();
        let columns: Vec<&[f64]> = panel.covariates.iter().map(|c| c.values.as_slice()).chain([panel.outcome.as_slice()]).collect();
        let scales: Vec<Scale> = columns.iter().map(|c| scale_of(c, centred, executor)).collect();
        let weight_unit = power_of_two_above(panel.weight.iter().fold(0.0, |m: f64, &w| m.max(w)));
        let weights_vary_within_unit = !panel.weight.is_empty() && panel.varies_within_units(&panel.weight);
        let pass =
            Pass { panel, absorb, included, columns, scales, weight_unit, keep_units: weights_vary_within_unit && absorb == Absorb::Unit };
        let blocks = blocks(panel);
        let clusters: Vec<ClusterMoments> =
            spread(executor, blocks.len(), |b| blocks[b].clone().map(|g| pass.cluster(g)).collect::<Vec<_>>())
                .into_iter()
                .flatten()
                .collect();
        let n_rows = clusters.iter().map(|c| c.n_rows).sum();
        let n_units = clusters.iter().map(|c| c.n_units).sum();
        Moments {
            clusters,
            absorb,
            scales: pass.scales,
            n_rows,
            n_units,
            included: pass.included,
            weight_unit,
            centred,
            weights_vary_within_unit,
        }
    }

    /// Whether the rows of a cell were used.
    #[inline]
    pub fn includes(&self, cell: u32) -> bool {
        self.included[cell as usize]
    }

    /// A row's weight in the units of the moments.
    #[inline]
    pub fn scaled_weight(&self, panel: &Panel, row: usize) -> f64 {
        if panel.weight.is_empty() { 1.0 } else { scaled(panel.weight[row], self.weight_unit) }
    }

    /// A row's covariate, or its outcome (the column after the covariates), centred and scaled.
    #[inline]
    pub fn scaled(&self, panel: &Panel, column: usize, row: usize) -> f64 {
        let values = if column < panel.covariates.len() { &panel.covariates[column].values } else { &panel.outcome };
        (values[row] - self.scales[column].centre) * self.scales[column].inverse()
    }

    /// Number of covariates.
    pub fn n_covariates(&self) -> usize {
        self.scales.len() - 1
    }
}

/// Clusters in about 256 blocks of similar size: a fixed function of the panel, never of the machine.
fn blocks(panel: &Panel) -> Vec<std::ops::Range<usize>> {
    let per_block = panel.n_units().div_ceil(256).max(1) as u32;
    let mut blocks = Vec::new();
    let mut from = 0;
    for g in 0..panel.n_clusters() {
        if panel.cluster_start[g + 1] - panel.cluster_start[from] >= per_block || g + 1 == panel.n_clusters() {
            blocks.push(from..g + 1);
            from = g + 1;
        }
    }
    blocks
}

/// A weight in units of the largest; never zero, so that the means of a unit whose weights are all tiny are defined.
fn scaled(weight: f64, unit: f64) -> f64 {
    (weight / unit).max(f64::MIN_POSITIVE)
}

/// Centre: the mean, or zero; unit: a power of two no smaller than the largest distance from it.
fn scale_of(values: &[f64], centred: bool, executor: &dyn Executor) -> Scale {
    const BLOCK: usize = 1 << 16;
    let n_blocks = values.len().div_ceil(BLOCK);
    let block = |b: usize| &values[b * BLOCK..values.len().min((b + 1) * BLOCK)];
    let ranges = spread(executor, n_blocks, |b| {
        block(b)
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &x| (if x < low { x } else { low }, if x > high { x } else { high }))
    });
    let (low, high) = ranges.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), r| (l.min(r.0), h.max(r.1)));
    let largest = power_of_two_above(low.abs().max(high.abs()));
    if !centred {
        return Scale { centre: 0.0, unit: largest };
    }
    let inverse = 1.0 / largest;
    let mut sum = Exact::default();
    for part in spread(executor, n_blocks, |b| {
        let mut sum = Exact::default();
        block(b).iter().for_each(|&x| sum.add(x * inverse));
        sum
    }) {
        sum.merge(part);
    }
    let centre = (sum.value() / values.len() as f64 * largest).clamp(low, high);
    Scale { centre, unit: power_of_two_above((high - centre).max(centre - low)) }
}

struct Pass<'a> {
    panel: &'a Panel,
    absorb: Absorb,
    included: Vec<bool>,
    columns: Vec<&'a [f64]>,
    scales: Vec<Scale>,
    weight_unit: f64,
    keep_units: bool,
}

/// Exact sums of one weight power, as the upper triangle of a symmetric matrix.
struct Triangle {
    sums: ExactRow,
    width: usize,
}

impl Triangle {
    fn new(width: usize) -> Self {
        Triangle { sums: ExactRow::zeros(width * (width + 1) / 2), width }
    }

    #[inline(always)]
    fn at(&self, i: usize, j: usize) -> usize {
        i * self.width - i * (i + 1) / 2 + j
    }

    #[inline(always)]
    fn add(&mut self, i: usize, j: usize, term: f64) {
        let (i, j) = if i <= j { (i, j) } else { (j, i) };
        let at = self.at(i, j);
        self.sums.add(at, term);
    }

    fn matrix(&self) -> Matrix {
        Matrix::from_fn(self.width, self.width, |i, j| self.sums.value(self.at(i.min(j), i.max(j))))
    }
}

/// One unit's rows, gathered.
#[derive(Default)]
struct Gathered {
    local: Vec<usize>,
    weight: Vec<f64>,
    /// Row by row, `m` values each.
    z: Vec<f64>,
}

impl Pass<'_> {
    fn cluster(&self, g: usize) -> ClusterMoments {
        let panel = self.panel;
        let units = panel.units_of(g);
        let mut local_of = vec![u32::MAX; panel.cells.len()];
        let rows = if units.is_empty() { 0..0 } else { panel.rows_of(units.start).start..panel.rows_of(units.end - 1).end };
        for r in rows {
            local_of[panel.cell[r] as usize] = 0;
        }
        let cells: Vec<u32> = (0..local_of.len() as u32).filter(|&c| local_of[c as usize] == 0 && self.included[c as usize]).collect();
        local_of.fill(u32::MAX);
        cells.iter().enumerate().for_each(|(l, &c)| local_of[c as usize] = l as u32);

        let (q, m) = (cells.len(), self.columns.len());
        let weighted = !panel.weight.is_empty();
        let mut triangles: Vec<Triangle> = (0..if weighted { 3 } else { 1 }).map(|_| Triangle::new(q + m)).collect();
        let mut unit = Gathered::default();
        let mut kept = (self.keep_units && units.len() <= Moments::UNITS_KEPT).then(Vec::new);
        let (mut n_rows, mut n_units, mut n_treated_units) = (0, 0, 0);
        for u in units {
            unit.local.clear();
            unit.weight.clear();
            unit.z.clear();
            for r in panel.rows_of(u) {
                let local = local_of[panel.cell[r] as usize];
                if local == u32::MAX {
                    continue;
                }
                unit.local.push(local as usize);
                unit.weight.push(if weighted { scaled(panel.weight[r], self.weight_unit) } else { 1.0 });
                unit.z.extend(self.columns.iter().zip(&self.scales).map(|(c, s)| (c[r] - s.centre) * s.inverse()));
            }
            if unit.local.is_empty() {
                continue;
            }
            n_rows += unit.local.len();
            n_units += 1;
            n_treated_units += usize::from(panel.cells.is_ever_treated(panel.cohort_of(u)));
            match self.absorb {
                Absorb::Nothing => add_plain(&unit, q, m, &mut triangles),
                Absorb::Unit => add_within(&mut unit, q, m, &mut triangles),
            }
            if let Some(list) = &mut kept {
                list.push(unit_sums(&unit, q, m));
            }
        }
        ClusterMoments {
            cells,
            cross: triangles[0].matrix(),
            powers: weighted.then(|| Box::new([triangles[1].matrix(), triangles[2].matrix()])),
            units: kept,
            n_rows,
            n_units,
            n_treated_units,
        }
    }
}

fn add_plain(unit: &Gathered, q: usize, m: usize, triangles: &mut [Triangle]) {
    for (r, (&cell, &w)) in unit.local.iter().zip(&unit.weight).enumerate() {
        let z = &unit.z[r * m..(r + 1) * m];
        for (power, triangle) in triangles.iter_mut().enumerate() {
            let v = raise(w, power);
            triangle.add(cell, cell, v);
            for i in 0..m {
                let vz = v * z[i];
                triangle.add(cell, q + i, vz);
                for j in i..m {
                    triangle.add(q + i, q + j, vz * z[j]);
                }
            }
        }
    }
}

/// Weight power of each triangle: w, 1, w².
#[inline(always)]
fn raise(w: f64, power: usize) -> f64 {
    match power {
        0 => w,
        1 => 1.0,
        _ => w * w,
    }
}

fn add_within(unit: &mut Gathered, q: usize, m: usize, triangles: &mut [Triangle]) {
    let n = unit.local.len();
    if n < 2 {
        return;
    }
    let total: f64 = unit.weight.iter().sum();
    for i in 0..m {
        let mean = (0..n).map(|r| unit.weight[r] * unit.z[r * m + i]).sum::<f64>() / total;
        (0..n).for_each(|r| unit.z[r * m + i] -= mean);
    }
    for (power, triangle) in triangles.iter_mut().enumerate() {
        if power == 0 {
            for r in 0..n {
                let (cell, w) = (unit.local[r], unit.weight[r]);
                let share = w / total;
                triangle.add(cell, cell, w - w * share);
                for s in r + 1..n {
                    triangle.add(cell, unit.local[s], -unit.weight[s] * share);
                }
                let z = &unit.z[r * m..(r + 1) * m];
                for i in 0..m {
                    let wz = w * z[i];
                    triangle.add(cell, q + i, wz);
                    for j in i..m {
                        triangle.add(q + i, q + j, wz * z[j]);
                    }
                }
            }
        } else {
            // Σ v (e − π)(e − π)' with π the weights' shares: the means taken off are those of the weighted fit.
            let v: Vec<f64> = unit.weight.iter().map(|&w| raise(w, power)).collect();
            let sum_v: f64 = v.iter().sum();
            let share: Vec<f64> = unit.weight.iter().map(|&w| w / total).collect();
            let mean_z: Vec<f64> = (0..m).map(|i| (0..n).map(|r| v[r] * unit.z[r * m + i]).sum()).collect();
            for r in 0..n {
                let cell = unit.local[r];
                triangle.add(cell, cell, v[r] - 2.0 * v[r] * share[r] + sum_v * share[r] * share[r]);
                for s in r + 1..n {
                    triangle.add(cell, unit.local[s], sum_v * share[r] * share[s] - v[r] * share[s] - v[s] * share[r]);
                }
                for i in 0..m {
                    let zi = unit.z[r * m + i];
                    triangle.add(cell, q + i, v[r] * zi - share[r] * mean_z[i]);
                    for j in i..m {
                        triangle.add(q + i, q + j, v[r] * zi * unit.z[r * m + j]);
                    }
                }
            }
        }
    }
}

/// Sums over a unit whose covariates and outcome have had their weighted means taken off already.
fn unit_sums(unit: &Gathered, q: usize, m: usize) -> UnitSums {
    let n = unit.local.len();
    let total: f64 = unit.weight.iter().sum();
    let squares: f64 = unit.weight.iter().map(|w| w * w).sum();
    let (mut plain, mut squared) = (vec![0.0; q + m], vec![0.0; q + m]);
    for r in 0..n {
        let w = unit.weight[r];
        plain[unit.local[r]] += 1.0 - n as f64 * w / total;
        squared[unit.local[r]] += w * w - squares * w / total;
        // A unit with a single row has no deviation.
        for i in 0..if n > 1 { m } else { 0 } {
            plain[q + i] += unit.z[r * m + i];
            squared[q + i] += w * w * unit.z[r * m + i];
        }
    }
    UnitSums { weights: [n as f64, total, squares], plain, squared }
}
