//! One more pass over the rows for the residuals of a fit: where regressors are nearly collinear, cross-products lose digits
//! that residuals keep, and one correction step wins them back (iterative refinement; Björck 1996, section 2.9).

use super::{Absorb, Moments};
use crate::num::Exact;
use crate::panel::{Executor, Panel, spread};

/// Cross-products of the base columns with a fit's residuals, over all clusters.
#[derive(Debug, Clone)]
pub struct ResidualScores {
    /// Σ w r for each (cohort, period) cell.
    pub cells: Vec<f64>,
    /// Σ w z r for each covariate.
    pub covariates: Vec<f64>,
}

impl Moments {
    /// The residuals' cross-products for a fit with coefficient `theta[c]` on each cell and `beta` on the covariates, all in
    /// the scaled units of the moments. `None` when a residual is too large to be summed exactly: the fit is no fit.
    pub fn residual_scores(&self, panel: &Panel, theta: &[f64], beta: &[f64], executor: &dyn Executor) -> Option<ResidualScores> {
        let n_clusters = panel.n_clusters();
        let block = n_clusters.div_ceil(256).max(1);
        let parts = spread(executor, n_clusters.div_ceil(block), |b| {
            let mut sums = vec![Exact::default(); panel.cells.len() + beta.len()];
            (b * block..n_clusters.min((b + 1) * block)).all(|g| self.add_cluster(panel, g, theta, beta, &mut sums)).then_some(sums)
        });
        let mut total = vec![Exact::default(); panel.cells.len() + beta.len()];
        for part in parts {
            total.iter_mut().zip(part?).for_each(|(t, p)| t.merge(p));
        }
        let (cells, covariates) = total.split_at(panel.cells.len());
        Some(ResidualScores {
            cells: cells.iter().map(|s| s.value()).collect(),
            covariates: covariates.iter().map(|s| s.value()).collect(),
        })
    }

    fn add_cluster(&self, panel: &Panel, g: usize, theta: &[f64], beta: &[f64], sums: &mut [Exact]) -> bool {
        let scaled = |i: usize, r: usize| {
            let values = if i < beta.len() { &panel.covariates[i].values } else { &panel.outcome };
            (values[r] - self.scales[i].centre) / self.scales[i].unit
        };
        for u in panel.units_of(g) {
            let rows: Vec<usize> = panel.rows_of(u).filter(|&r| self.included[panel.cell[r] as usize]).collect();
            let weight: Vec<f64> = rows.iter().map(|&r| panel.weight_of(r) / self.weight_unit).collect();
            let total: f64 = weight.iter().sum();
            let centred = |values: Vec<f64>| -> Vec<f64> {
                if self.absorb == Absorb::Nothing {
                    return values;
                }
                let mean = values.iter().zip(&weight).map(|(v, w)| v * w).sum::<f64>() / total;
                values.into_iter().map(|v| v - mean).collect()
            };
            let z: Vec<Vec<f64>> = (0..beta.len()).map(|i| centred(rows.iter().map(|&r| scaled(i, r)).collect())).collect();
            let y = centred(rows.iter().map(|&r| scaled(beta.len(), r)).collect());
            let level = centred(rows.iter().map(|&r| theta[panel.cell[r] as usize]).collect());
            for (k, &r) in rows.iter().enumerate() {
                let fitted: f64 = level[k] + beta.iter().zip(&z).map(|(b, z)| b * z[k]).sum::<f64>();
                let residual = y[k] - fitted;
                if residual.is_nan() || residual.abs() > 4.0 {
                    return false;
                }
                sums[panel.cell[r] as usize].add(weight[k] * residual);
                for (i, z) in z.iter().enumerate() {
                    sums[panel.cells.len() + i].add(weight[k] * residual * z[k]);
                }
            }
        }
        true
    }
}
