//! What covariates explain within the four groups, taken off the outcome (Athey and Imbens 2006, section 5.1).
//!
//! With D the four dummies of group and time, Y = D'δ + X'β + ε by (weighted) least squares; the outcome's place is taken by
//! Y − X'β̂ = D'δ̂ + ε̂. β̂ is what least squares on deviations from the four groups' means gives, and moves with a cluster by
//! ψ_g = (Σ w ẍẍ')⁻¹ Σ_{i∈g} w_i ẍ_i ε̂_i.

use super::groups::{Group, Rows};
use crate::estimate::arithmetic::range_scale;
use crate::num::{Cholesky, Matrix, RankRule, dot};

/// The covariates of the four groups, and their outcomes, divided by powers of two of the size of their ranges.
pub(super) struct Covariates {
    /// For each group its covariates, less a middle, covariates × rows.
    pub values: [Vec<Vec<f64>>; 4],
    outcome: [Vec<f64>; 4],
    /// The power of two by which outcomes were divided.
    unit: f64,
    count: usize,
}

/// Coefficients, zero for covariates that others or the dummies explain.
pub(super) struct Coefficients {
    beta: Vec<f64>,
    /// Which covariates stay.
    kept: Vec<usize>,
    /// (Σ w ẍẍ')⁻¹ of those, in units in which each has a variation of one; the units.
    inverse: Matrix,
    size: Vec<f64>,
    /// The means of covariates and outcome in each group.
    means: [Vec<f64>; 4],
}

impl Coefficients {
    /// The covariates that explain nothing of their own.
    pub fn dropped(&self) -> Vec<usize> {
        (0..self.beta.len()).filter(|i| !self.kept.contains(i)).collect()
    }
}

impl Covariates {
    /// `None` without covariates.
    pub fn new(rows: &Rows) -> Option<Covariates> {
        let count = rows.all().iter().map(|g| g.covariates.len()).max().unwrap_or(0);
        if count == 0 {
            return None;
        }
        let scaled = |of: &dyn Fn(&Group) -> &[f64]| -> (f64, [Vec<f64>; 4]) {
            let every: Vec<f64> = rows.all().iter().flat_map(|g| of(g).to_vec()).collect();
            let (middle, unit) = range_scale(&every);
            (unit, rows.all().map(|g| of(g).iter().map(|v| v / unit - middle / unit).collect()))
        };
        let (unit, outcome) = scaled(&|g| &g.outcome);
        let mut values: [Vec<Vec<f64>>; 4] = Default::default();
        for i in 0..count {
            let (_, own) = scaled(&|g| g.covariates.get(i).map_or(&[], Vec::as_slice));
            values.iter_mut().zip(own).for_each(|(group, x)| group.push(x));
        }
        Some(Covariates { values, outcome, unit, count })
    }

    /// The deviations of a row's covariates and, last, its outcome from their group's means.
    fn deviations(&self, group: usize, row: usize, means: &[f64], out: &mut [f64]) {
        for (i, m) in means.iter().enumerate() {
            let v = if i == self.count { self.outcome[group][row] } else { self.values[group][i][row] };
            out[i] = v - m;
        }
    }

    /// The coefficients when cluster g counts `counts[g]` times.
    pub fn coefficients(&self, rows: &Rows, counts: &[f64]) -> Coefficients {
        let k = self.count;
        let mut products = Matrix::zeros(k + 1, k + 1);
        let mut whole = vec![0.0; k];
        let mut means: [Vec<f64>; 4] = Default::default();
        let mut away = vec![0.0; k + 1];
        for (j, group) in rows.all().into_iter().enumerate() {
            let weight = |r: usize| counts[group.cluster[r] as usize] * group.weight[r];
            let n = group.weight.len();
            let total: f64 = (0..n).map(weight).sum();
            let mean = |v: &[f64]| if total > 0.0 { (0..n).map(|r| weight(r) * v[r]).sum::<f64>() / total } else { 0.0 };
            means[j] = self.values[j].iter().chain([&self.outcome[j]]).map(|v| mean(v)).collect();
            for r in (0..n).filter(|&r| weight(r) > 0.0) {
                self.deviations(j, r, &means[j], &mut away);
                products.add_outer(&away, weight(r));
                whole.iter_mut().zip(&self.values[j]).for_each(|(s, x)| *s += weight(r) * x[r] * x[r]);
            }
        }
        // What the groups' means leave of a covariate that is constant in each is rounding.
        let usable: Vec<usize> = (0..k).filter(|&i| products[(i, i)] > 1e-20 * whole[i]).collect();
        let scale: Vec<f64> = usable.iter().map(|&i| products[(i, i)].sqrt()).collect();
        let s = Matrix::from_fn(usable.len(), usable.len(), |a, b| products[(usable[a], usable[b])] / scale[a] / scale[b]);
        let ranked = Cholesky::ranked(&s, RankRule::default());
        let right: Vec<f64> = ranked.kept.iter().map(|&a| products[(usable[a], k)] / scale[a]).collect();
        let mut beta = vec![0.0; k];
        for (&a, b) in ranked.kept.iter().zip(ranked.cholesky.solve(&right)) {
            beta[usable[a]] = b / scale[a];
        }
        Coefficients {
            beta,
            kept: ranked.kept.iter().map(|&a| usable[a]).collect(),
            inverse: ranked.cholesky.inverse(),
            size: ranked.kept.iter().map(|&a| scale[a]).collect(),
            means,
        }
    }

    /// The outcomes less what covariates explain.
    pub fn less(&self, rows: &Rows, coefficients: &Coefficients) -> [Vec<f64>; 4] {
        let mut out = rows.outcomes();
        for (outcome, values) in out.iter_mut().zip(&self.values) {
            for (x, b) in values.iter().zip(&coefficients.beta).filter(|(_, b)| **b != 0.0) {
                outcome.iter_mut().zip(x).for_each(|(y, x)| *y -= self.unit * (b * x));
            }
        }
        out
    }

    /// Clusters × covariates: how each cluster moves what is taken off for one unit of each covariate as it stands in
    /// [`Covariates::values`].
    pub fn influence(&self, rows: &Rows, coefficients: &Coefficients, n_clusters: usize) -> Matrix {
        let Coefficients { beta, kept, inverse, size, means } = coefficients;
        let mut scores = Matrix::zeros(n_clusters, kept.len());
        let mut away = vec![0.0; self.count + 1];
        for (j, group) in rows.all().into_iter().enumerate() {
            for (r, (&g, w)) in group.cluster.iter().zip(&group.weight).enumerate() {
                self.deviations(j, r, &means[j], &mut away);
                let residual = away[self.count] - dot(&away[..self.count], beta);
                for (a, (&i, s)) in kept.iter().zip(size).enumerate() {
                    scores[(g as usize, a)] += w * (away[i] / s) * residual;
                }
            }
        }
        let mut out = Matrix::zeros(n_clusters, self.count);
        for g in 0..n_clusters {
            for ((&i, s), psi) in kept.iter().zip(size).zip(inverse.apply(scores.row(g))) {
                out[(g, i)] = self.unit * (psi / s);
            }
        }
        out
    }
}
