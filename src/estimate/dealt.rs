//! A regression in which only the treatment's column depends on which cluster was treated when: dealing the treatment anew leaves
//! everything else as it is.

use super::fit::LinearFit;
use super::linear::{Column, cross};
use crate::num::{Cholesky, Matrix, dot};
use crate::panel::ClusterMoments;

/// The coefficient of treatment under other assignments of clusters to cohorts.
///
/// With Z the other regressors, d the treatment, γ = (Z'WZ)⁻¹Z'Wd and θ₀ = (Z'WZ)⁻¹Z'Wy (Frisch and Waugh 1933; Lovell 1963):
/// β = (d'Wy − Z'Wd·θ₀) / (d'Wd − Z'Wd·γ), whose cluster scores need Z_g'WZ_g and, for each cohort, Z_g'Wd, d'Wd and d'Wy.
pub struct Dealt {
    k: usize,
    n_labels: usize,
    labels: Vec<u32>,
    /// The contrast that turns the coefficient into the outcome's units.
    factor: f64,
    /// (Z'WZ)⁻¹.
    inverse: Matrix,
    theta: Vec<f64>,
    /// Cluster by cluster, Z'WZ row by row, then Z'Wy.
    fixed: Vec<f64>,
    /// Cluster × label: Z'Wd, d'Wd, d'Wy.
    treated: Vec<f64>,
}

impl LinearFit {
    /// The target under other assignments; `None` where more than the treatment's column depends on them, or clusters were not
    /// assigned as a whole.
    pub fn dealt(&self, target: usize) -> Option<Dealt> {
        let design = self.design.as_deref()?;
        if self.absorbed.is_some() || design.under.is_some() || design.leverage.is_some() {
            return None;
        }
        let labels = design.labels.clone()?;
        let contrast = self.contrasts[target].as_ref()?;
        self.treatments[target]?;
        let cells = &design.panel.cells;
        let by_cohort = |column: &Column| match column {
            Column::Covariate(_) => false,
            Column::Cells(values) => (0..cells.periods.len()).any(|p| {
                let first = values[cells.cell(0, p) as usize];
                (1..cells.cohorts.len()).any(|c| values[cells.cell(c, p) as usize] != first)
            }),
        };
        let own: Vec<usize> = (0..design.terms.len()).filter(|&t| by_cohort(&design.terms[t].column)).collect();
        let [d] = own[..] else { return None };
        if (0..contrast.len()).any(|t| (t == d) != (contrast[t] != 0.0)) {
            return None;
        }
        let others: Vec<usize> = (0..design.terms.len()).filter(|&t| t != d).collect();
        let (k, n_labels) = (others.len(), cells.cohorts.len());
        let all: Vec<usize> = (0..design.terms.len()).collect();
        let (mut fixed, mut treated) = (Vec::new(), Vec::new());
        let (mut total, mut total_b) = (Matrix::zeros(k, k), vec![0.0; k]);
        for &g in &design.clusters {
            let cluster = &design.moments.clusters[g as usize];
            for label in 0..n_labels {
                let moved = cluster.cells.iter().map(|&c| cells.cell(label, cells.period_ix(c))).collect();
                let other = ClusterMoments { cells: moved, ..cluster.clone() };
                let (s, b) = cross(&other, &cluster.cross, &design.moments, &design.terms, &all);
                if label == 0 {
                    let z = s.select(&others);
                    total.add_scaled(&z, 1.0);
                    fixed.extend_from_slice(z.data());
                    fixed.extend(others.iter().map(|&t| b[t]));
                    total_b.iter_mut().zip(&others).for_each(|(sum, &t)| *sum += b[t]);
                }
                treated.extend(others.iter().map(|&t| s[(t, d)]));
                treated.extend([s[(d, d)], b[d]]);
            }
        }
        let inverse = if k == 0 { Matrix::zeros(0, 0) } else { Cholesky::new_guarded(&total)?.inverse() };
        let theta = inverse.apply(&total_b);
        Some(Dealt { k, n_labels, labels, factor: contrast[d], inverse, theta, fixed, treated })
    }
}

impl Dealt {
    /// The cohort of each cluster as observed.
    pub fn labels(&self) -> &[u32] {
        &self.labels
    }

    /// About how many products and sums one assignment takes.
    pub fn price(&self) -> f64 {
        (self.labels.len() * (self.k + 2) * (self.k + 2)) as f64
    }

    /// The estimate and its variance without small-sample factor (CR0) when cluster g has the cohort `labels[g]`; `None` where
    /// the treatment is not told from the other regressors then. No label is beyond the cohorts of the fit.
    pub fn evaluate(&self, labels: &[u32]) -> Option<(f64, f64)> {
        let k = self.k;
        let width = k + 2;
        let row = |g: usize| {
            let at = (g * self.n_labels + labels[g] as usize) * width;
            &self.treated[at..at + width]
        };
        let mut sum = vec![0.0; width];
        for g in 0..labels.len() {
            sum.iter_mut().zip(row(g)).for_each(|(s, x)| *s += x);
        }
        let (zd, dd, dy) = (&sum[..k], sum[k], sum[k + 1]);
        let gamma = self.inverse.apply(zd);
        let left = dd - dot(zd, &gamma);
        if left.is_nan() || left <= 1e-10 * dd {
            return None;
        }
        let beta = (dy - dot(zd, &self.theta)) / left;
        let theta: Vec<f64> = self.theta.iter().zip(&gamma).map(|(t, g)| t - beta * g).collect();
        let mut squares = 0.0;
        let size = k * (k + 1);
        for g in 0..labels.len() {
            let own = row(g);
            let (s, b) = self.fixed[g * size..(g + 1) * size].split_at(k * k);
            let mut score = own[k + 1] - beta * own[k];
            for i in 0..k {
                // γ_i times the residual score of regressor i, and the treatment's own share of θ.
                let fitted = dot(&s[i * k..(i + 1) * k], &theta);
                score -= own[i] * theta[i] + gamma[i] * (b[i] - beta * own[i] - fitted);
            }
            squares += score * score;
        }
        Some((self.factor * beta, self.factor * self.factor * squares / (left * left)))
    }
}
