//! A regression in which only the treatment's column depends on which cluster was treated when: dealing the treatment anew leaves
//! everything else as it is.

use super::fit::LinearFit;
use super::linear::{Column, cross};
use crate::num::{Cholesky, Matrix, dot, four_lanes};
use crate::panel::ClusterMoments;

/// The coefficient of treatment under other assignments of clusters to cohorts.
///
/// With Z the other regressors, d the treatment, γ = (Z'WZ)⁻¹Z'Wd and θ₀ = (Z'WZ)⁻¹Z'Wy (Frisch and Waugh 1933; Lovell 1963):
/// β = (d'Wy − Z'Wd·θ₀) / (d'Wd − Z'Wd·γ). A cluster's score is e − β·q with
/// e = (d − Zγ)'W(y − Zθ₀) = (d'Wy − Z'Wd·θ₀) − γ·Z'W(y − Zθ₀) and q = (d − Zγ)'W(d − Zγ) = d'Wd − 2 γ·Z'Wd + γ'Z'WZγ over its rows.
pub struct Dealt {
    k: usize,
    n_labels: usize,
    labels: Vec<u32>,
    /// The contrast that turns the coefficient into the outcome's units.
    factor: f64,
    /// (Z'WZ)⁻¹.
    inverse: Matrix,
    /// Cluster by cluster, the triangle of Z'WZ, what lies off its diagonal twice, then Z'W(y − Zθ₀).
    fixed: Vec<f64>,
    /// Cluster × label: Z'Wd, d'Wd, d'Wy − Z'Wd·θ₀.
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
        let (mut crossed, mut treated) = (Vec::new(), Vec::new());
        let (mut total, mut total_b) = (Matrix::zeros(k, k), vec![0.0; k]);
        for &g in &design.clusters {
            let cluster = &design.moments.clusters[g as usize];
            for label in 0..n_labels {
                let moved = cluster.cells.iter().map(|&c| cells.cell(label, cells.period_ix(c))).collect();
                let other = ClusterMoments { cells: moved, ..cluster.clone() };
                let (s, b) = cross(&other, &cluster.cross, &design.moments, &design.terms, &all);
                if label == 0 {
                    let (z, zy) = (s.select(&others), others.iter().map(|&t| b[t]).collect::<Vec<f64>>());
                    total.add_scaled(&z, 1.0);
                    total_b.iter_mut().zip(&zy).for_each(|(sum, x)| *sum += x);
                    crossed.push((z, zy));
                }
                treated.extend(others.iter().map(|&t| s[(t, d)]));
                treated.extend([s[(d, d)], b[d]]);
            }
        }
        let inverse = if k == 0 { Matrix::zeros(0, 0) } else { Cholesky::new_guarded(&total)?.inverse() };
        let theta = inverse.apply(&total_b);
        let mut fixed = Vec::with_capacity(crossed.len() * k * (k + 3) / 2);
        for (z, zy) in &crossed {
            fixed.extend((0..k).flat_map(|i| (i..k).map(move |j| if i == j { z[(i, j)] } else { 2.0 * z[(i, j)] })));
            fixed.extend((0..k).map(|i| zy[i] - dot(z.row(i), &theta)));
        }
        for own in treated.chunks_exact_mut(k + 2) {
            own[k + 1] -= dot(&own[..k], &theta);
        }
        Some(Dealt { k, n_labels, labels, factor: contrast[d], inverse, fixed, treated })
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
        let (zd, dd, rest) = (&sum[..k], sum[k], sum[k + 1]);
        let gamma = self.inverse.apply(zd);
        let left = dd - dot(zd, &gamma);
        if left.is_nan() || left <= 1e-10 * dd {
            return None;
        }
        let beta = rest / left;
        let mut products = Vec::with_capacity(k * (k + 1) / 2);
        (0..k).for_each(|i| products.extend(gamma[i..].iter().map(|g| gamma[i] * g)));
        let (triangle, size) = (products.len(), products.len() + k);
        let mut squares = 0.0;
        for g in 0..labels.len() {
            let own = row(g);
            let (z, residual) = self.fixed[g * size..(g + 1) * size].split_at(triangle);
            let e = own[k + 1] - dot(&gamma, residual);
            let q = own[k] - 2.0 * dot(&gamma, &own[..k]) + four_lanes(z, &products);
            let score = e - beta * q;
            squares += score * score;
        }
        Some((self.factor * beta, self.factor * self.factor * squares / (left * left)))
    }
}
