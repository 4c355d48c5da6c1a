//! A weighted empirical distribution: sorted once, weighed anew under every count of the clusters.

use super::groups::Group;
use crate::num::Matrix;

/// How far two shares may differ and still count as the same, where weights make them inexact.
const SAME: f64 = 1e-12;

/// The outcomes of one group in one period, ascending, with the cluster and the weight of each row.
pub(super) struct Ordered {
    /// The distinct values.
    pub values: Vec<f64>,
    /// Where each value's rows begin; one more entry than values.
    start: Vec<u32>,
    /// The place of each row in its group.
    row: Vec<u32>,
    cluster: Vec<u32>,
    weight: Vec<f64>,
    /// What shares may differ by: nothing where rows are counted.
    tolerance: f64,
}

impl Ordered {
    /// Sorts the rows of a group by these outcomes. Weights that are all alike count as one each, so that shares are exact.
    pub fn new(group: &Group, outcome: &[f64], counted: bool) -> Ordered {
        let mut row: Vec<u32> = (0..outcome.len() as u32).collect();
        row.sort_by(|&a, &b| {
            let (a, b) = (a as usize, b as usize);
            let then = || group.cluster[a].cmp(&group.cluster[b]).then_with(|| group.weight[a].total_cmp(&group.weight[b]));
            outcome[a].total_cmp(&outcome[b]).then_with(then)
        });
        let mut out = Ordered {
            values: Vec::new(),
            start: Vec::new(),
            cluster: row.iter().map(|&r| group.cluster[r as usize]).collect(),
            weight: row.iter().map(|&r| if counted { 1.0 } else { group.weight[r as usize] }).collect(),
            row,
            tolerance: if counted { 0.0 } else { SAME },
        };
        for (i, &r) in out.row.iter().enumerate() {
            let value = outcome[r as usize];
            if out.values.last() != Some(&value) {
                out.values.push(value);
                out.start.push(i as u32);
            }
        }
        out.start.push(out.row.len() as u32);
        out
    }

    /// Number of rows.
    pub fn n_rows(&self) -> usize {
        self.cluster.len()
    }

    /// The rows of the v-th value.
    pub fn rows(&self, v: usize) -> std::ops::Range<usize> {
        self.start[v] as usize..self.start[v + 1] as usize
    }

    /// The distribution when cluster g counts `counts[g]` times.
    pub fn under(&self, counts: &[f64]) -> Distribution<'_> {
        let mass: Vec<f64> =
            (0..self.values.len()).map(|v| self.rows(v).map(|r| counts[self.cluster[r] as usize] * self.weight[r]).sum()).collect();
        let up_to: Vec<f64> = mass
            .iter()
            .scan(0.0, |sum, m| {
                *sum += m;
                Some(*sum)
            })
            .collect();
        Distribution { total: up_to.last().copied().unwrap_or(0.0), of: self, mass, up_to }
    }

    /// For each value the sum over its rows of count × weight × something that each row of the group has.
    pub fn sums(&self, counts: &[f64], of: &[f64]) -> Vec<f64> {
        let part = |r: usize| counts[self.cluster[r] as usize] * self.weight[r] * of[self.row[r] as usize];
        (0..self.values.len()).map(|v| self.rows(v).map(part).sum()).collect()
    }

    /// Adds to a column of `table`, cluster by cluster, each row's weight × `influence` of its value, divided by the total.
    pub fn add(&self, influence: &[f64], total: f64, table: &mut Matrix, column: usize) {
        for (v, phi) in influence.iter().enumerate() {
            for r in self.rows(v) {
                table[(self.cluster[r] as usize, column)] += self.weight[r] * phi / total;
            }
        }
    }

    /// Σ counts · weight² over all rows.
    fn squares(&self, counts: &[f64]) -> f64 {
        self.cluster.iter().zip(&self.weight).map(|(&g, w)| counts[g as usize] * w * w).sum()
    }
}

/// A distribution under counts of the clusters. Values that no drawn cluster has carry no mass.
pub(super) struct Distribution<'a> {
    /// The values and rows.
    pub of: &'a Ordered,
    /// The weight of each value.
    pub mass: Vec<f64>,
    /// The weight of each value and those below.
    pub up_to: Vec<f64>,
    /// The weight of all.
    pub total: f64,
}

impl Distribution<'_> {
    /// F at the v-th value.
    pub fn share(&self, v: usize) -> f64 {
        self.up_to[v] / self.total
    }

    /// The weight of the first `n` values.
    pub fn of_first(&self, n: usize) -> f64 {
        if n == 0 { 0.0 } else { self.up_to[n - 1] }
    }

    /// The place of the lowest value whose share is at least `part / whole`: F⁻¹. No lower one than `from` is looked at.
    pub fn lowest_reaching(&self, part: f64, whole: f64, from: usize) -> usize {
        let aim = part * self.total - self.of.tolerance * whole * self.total;
        self.first(from, |w| w > 0.0 && w * whole >= aim)
    }

    /// The place of the lowest value whose share exceeds `part / whole`; where there is none, the highest value.
    pub fn lowest_exceeding(&self, part: f64, whole: f64, from: usize) -> usize {
        let aim = part * self.total + self.of.tolerance * whole * self.total;
        let v = self.first(from, |w| w * whole > aim);
        if self.up_to[v] * whole > aim { v } else { self.lowest_reaching(whole, whole, 0) }
    }

    /// The first place at or after `from` whose running weight passes, or the last.
    fn first(&self, from: usize, test: impl Fn(f64) -> bool) -> usize {
        let last = self.up_to.len() - 1;
        (from..last).find(|&v| test(self.up_to[v])).unwrap_or(last)
    }

    /// The place of the `percent` % quantile: the lowest value that this share does not exceed (type 1).
    pub fn quantile(&self, percent: f64) -> usize {
        let aim = percent / 100.0 * self.total - SAME * self.total;
        let v = self.up_to.partition_point(|w| *w <= 0.0 || *w < aim);
        v.min(self.up_to.len() - 1)
    }

    /// The mean of something that each value has.
    pub fn mean(&self, of: impl Fn(usize) -> f64) -> f64 {
        self.mass.iter().enumerate().map(|(v, m)| m * of(v)).sum::<f64>() / self.total
    }

    /// The lowest and the highest value with mass.
    pub fn range(&self) -> (f64, f64) {
        (self.of.values[self.lowest_reaching(0.0, 1.0, 0)], self.of.values[self.lowest_reaching(1.0, 1.0, 0)])
    }

    /// Its density, smoothed.
    pub fn density(&self, counts: &[f64]) -> Density<'_> {
        Density::new(self, counts)
    }
}

/// A kernel density: Epanechnikov's kernel of variance one, bandwidth 1.06 · standard deviation · n^(−1/5) with the effective
/// number of rows n = (Σw)² / Σw² (Silverman's rule of thumb, as Athey and Imbens 2006, section 5.1, take it).
pub(super) struct Density<'a> {
    values: &'a [f64],
    total: f64,
    /// The bandwidth; zero where the values do not vary.
    bandwidth: f64,
    centre: f64,
    /// Σm, Σmu, Σmu² of the values before each, u = (value − centre) / bandwidth.
    before: Vec<[f64; 3]>,
}

impl<'a> Density<'a> {
    fn new(of: &'a Distribution<'_>, counts: &[f64]) -> Density<'a> {
        let values = &of.of.values;
        let reference = values[values.len() / 2];
        let centre = reference + of.mean(|v| values[v] - reference);
        let size = values.iter().map(|v| (v - centre).abs()).fold(0.0, f64::max);
        let size = if size > 0.0 { size } else { 1.0 };
        let squared = |v: usize| {
            let scaled = (values[v] - centre) / size;
            scaled * scaled
        };
        let spread = size * of.mean(squared).sqrt();
        let n = of.total * of.total / of.of.squares(counts);
        let bandwidth = 1.06 * spread * libm::pow(n, -0.2);
        let mut out = Density { values, total: of.total, bandwidth, centre, before: Vec::new() };
        out.before = out.running(&of.mass);
        out
    }

    /// The running sums of masses at the values.
    fn running(&self, masses: &[f64]) -> Vec<[f64; 3]> {
        let mut before = vec![[0.0; 3]];
        if self.bandwidth > 0.0 {
            for (value, m) in self.values.iter().zip(masses) {
                let u = (value - self.centre) / self.bandwidth;
                let [a, b, c] = before[before.len() - 1];
                before.push([a + m, b + m * u, c + m * u * u]);
            }
        }
        before
    }

    /// Other masses at the same values, smoothed as these are.
    pub fn carrying(&self, masses: &[f64]) -> Density<'a> {
        Density { before: self.running(masses), ..*self }
    }

    /// The sum of masses by the kernel about `y`, and without it; `None` where there are none.
    fn sum(&self, y: f64) -> Option<[f64; 2]> {
        let reach = 5f64.sqrt() * self.bandwidth;
        let from = self.values.partition_point(|v| *v <= y - reach);
        let to = self.values.partition_point(|v| *v < y + reach);
        if self.bandwidth <= 0.0 || from >= to {
            return None;
        }
        let [m, mu, muu]: [f64; 3] = std::array::from_fn(|k| self.before[to][k] - self.before[from][k]);
        let u = (y - self.centre) / self.bandwidth;
        Some([m - (m * u * u - 2.0 * u * mu + muu) / 5.0, m])
    }

    /// One over the density at `y`; zero where there is none to speak of.
    pub fn inverse(&self, y: f64) -> f64 {
        let Some([sum, m]) = self.sum(y) else { return 0.0 };
        let density = 0.75 / 5f64.sqrt() * sum / (self.bandwidth * self.total);
        // What the difference of running sums leaves of nothing is rounding.
        if sum > 1e-9 * m && density > 0.0 { 1.0 / density } else { 0.0 }
    }

    /// The mean about `y` of what `carried` has in the place of these masses; `None` where there is no density to speak of.
    pub fn mean_near(&self, carried: &Density<'_>, y: f64) -> Option<f64> {
        let ([sum, m], [other, _]) = (self.sum(y)?, carried.sum(y)?);
        (sum > 1e-9 * m).then(|| other / sum)
    }

    /// The density at `y`.
    pub fn at(&self, y: f64) -> f64 {
        let inverse = self.inverse(y);
        if inverse > 0.0 { 1.0 / inverse } else { 0.0 }
    }
}
