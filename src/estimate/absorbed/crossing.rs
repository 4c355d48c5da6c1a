//! Effects that cross clusters and were taken off all the same: what is still known cluster by cluster.

use super::dimension::{Dimension, Rows};
use super::projection::{Block, NotConverged};
use super::remainder::{Remainder, not_converged};
use crate::cohort::Faults;
use crate::estimate::linear::Column;
use crate::estimate::{Design, LinearFit};
use crate::num::{Matrix, dot};
use crate::panel::{Executor, spread};

/// What was taken off a regression's columns over all clusters at once.
pub struct Crossing {
    /// The effects that cross clusters.
    pub(crate) names: String,
    rows: Rows,
    effects: Vec<Dimension>,
    /// For each cluster of the fit X'W times the regressors as they were.
    own: Vec<Matrix>,
}

impl Crossing {
    /// `raw` are the regressors of the fit before anything was taken off, `left` what is left of them.
    pub(super) fn new(
        names: String,
        design: &Design,
        left: &[&Remainder],
        raw: &[&Vec<f64>],
        rows: Rows,
        effects: Vec<Dimension>,
    ) -> Crossing {
        let (panel, moments) = (&design.panel, &design.moments);
        let unit: Vec<f64> = design
            .terms
            .iter()
            .map(|t| match t.column {
                Column::Covariate(i) => moments.scales[i].unit,
                Column::Cells(_) => 1.0,
            })
            .collect();
        let k = unit.len();
        let one = |&g: &u32| {
            let mut own = Matrix::zeros(k, k);
            for p in rows.clusters[g as usize].clone() {
                let w = moments.scaled_weight(panel, rows.row[p]);
                for i in 0..k {
                    let x = w * left[i].values[p] / unit[i];
                    own.row_mut(i).iter_mut().enumerate().for_each(|(j, o)| *o += x * raw[j][p] / unit[j]);
                }
            }
            own
        };
        let own = design.clusters.iter().map(one).collect();
        Crossing { names, rows, effects, own }
    }

    /// How much each cluster's own treatment weighs in a contrast: what is left of the treatment lies in every cluster, since the
    /// others served to take effects off it.
    pub(crate) fn shares(&self, body: &LinearFit, contrast: &[f64]) -> Vec<f64> {
        let (h, size) = (body.inverse.apply(contrast), dot(contrast, contrast));
        self.own.iter().map(|own| dot(&h, &own.apply(contrast)) / size).collect()
    }

    /// What the residuals of cluster j, weighted otherwise, add to the score of cluster g once the effects are taken off again:
    /// [(I − P)(1_g ∘ Xh)]_j' W r_j for the residuals r and for r = Xd with every d of `shifts`, as one matrix (g, j) each, P the
    /// projection on the effects. It replaces h's_g on the diagonal, which holds where no level crosses clusters.
    ///
    /// Cost: effects are taken off one column a cluster.
    ///
    /// # Errors
    /// When they cannot be.
    pub fn pulls(&self, body: &LinearFit, h: &[f64], shifts: &[Vec<f64>], executor: &dyn Executor) -> Result<Vec<Matrix>, Faults> {
        let design = body.rows()?;
        let (panel, moments) = (&design.panel, &design.moments);
        let x: Vec<Vec<f64>> = self.rows.row.iter().map(|&r| design.regressors(r)).collect();
        let along = |d: &[f64]| -> Vec<f64> { x.iter().map(|x| dot(x, d)).collect() };
        let weight: Vec<f64> = self.rows.row.iter().map(|&r| moments.scaled_weight(panel, r)).collect();
        let y = |&r: &usize| moments.scaled(panel, panel.covariates.len(), r);
        let mut sides: Vec<Vec<f64>> = vec![self.rows.row.iter().map(y).zip(along(&body.beta)).map(|(y, f)| y - f).collect()];
        sides.extend(shifts.iter().map(|d| along(d)));
        sides.iter_mut().for_each(|r| r.iter_mut().zip(&weight).for_each(|(r, w)| *r *= w));
        let pull = along(h);
        let effects: Vec<&Dimension> = self.effects.iter().collect();
        let block = Block::new(&self.rows, 0..self.rows.len(), &effects);
        let places: Vec<_> = design.clusters.iter().map(|&g| self.rows.clusters[g as usize].clone()).collect();
        let found = spread(executor, places.len(), |g| -> Result<Vec<Vec<f64>>, NotConverged> {
            let mut z = vec![0.0; pull.len()];
            z[places[g].clone()].copy_from_slice(&pull[places[g].clone()]);
            block.take_off(&mut z)?;
            Ok(sides.iter().map(|r| places.iter().map(|j| dot(&z[j.clone()], &r[j.clone()])).collect()).collect())
        });
        let found =
            found.into_iter().collect::<Result<Vec<_>, _>>().map_err(|_| not_converged("a cluster's part of a regressor", &effects))?;
        let n = places.len();
        Ok((0..sides.len()).map(|s| Matrix::from_fn(n, n, |g, j| found[g][s][j])).collect())
    }

    /// About how many products and sums [`Crossing::pulls`] takes.
    pub fn price(&self, clusters: usize) -> f64 {
        const STEPS: f64 = 60.0;
        let passes = 4.0 * self.effects.len() as f64;
        let steps = if self.effects.len() > 1 { STEPS } else { 1.0 };
        clusters as f64 * self.rows.len() as f64 * passes * steps
    }
}
