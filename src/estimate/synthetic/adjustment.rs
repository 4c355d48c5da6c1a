//! What covariates explain among comparison units, taken off everyone's outcome.
//!
//! β is that of a regression of the never-treated's outcome on covariates with unit and period effects; y − x'β takes the
//! outcome's place ("projected": Kranz 2022; Clarke, Pailañir, Athey and Imbens 2024).

use super::series::{Outcomes, Series};
use crate::num::{Cholesky, Matrix, RankRule, dot};

/// Coefficients, zero for covariates that others (or unit and period effects) explain; and which those are.
pub(super) struct Coefficients {
    pub beta: Vec<f64>,
    pub dropped: Vec<usize>,
}

impl Outcomes {
    /// The coefficients when each comparison unit counts so often; `None` without covariates or comparison units.
    pub(super) fn coefficients(&self, counts: &[f64]) -> Option<Coefficients> {
        let (k, total) = (self.n_covariates, counts.iter().sum::<f64>());
        if k == 0 || total <= 0.0 {
            return None;
        }
        let n_periods = self.level.len();
        // Covariates and, last, the outcome, less each unit's and each period's mean.
        let mut within: Vec<Vec<Vec<f64>>> = Vec::new();
        for (y, x) in self.controls.y.iter().zip(&self.controls.x) {
            let centred = |v: &Vec<f64>| -> Vec<f64> {
                let mean = v.iter().sum::<f64>() / n_periods as f64;
                v.iter().map(|v| v - mean).collect()
            };
            within.push(x.iter().chain([y]).map(centred).collect());
        }
        for c in 0..=k {
            for t in 0..n_periods {
                let mean = within.iter().zip(counts).map(|(unit, n)| n * unit[c][t]).sum::<f64>() / total;
                within.iter_mut().for_each(|unit| unit[c][t] -= mean);
            }
        }
        let mut products = Matrix::zeros(k + 1, k + 1);
        for (unit, n) in within.iter().zip(counts).filter(|(_, n)| **n > 0.0) {
            for i in 0..=k {
                for j in 0..=i {
                    products[(i, j)] += n * dot(&unit[i], &unit[j]);
                }
            }
        }
        // What unit and period effects leave of a constant or a common trend is rounding.
        let size = |i: usize| -> f64 {
            let all = self.controls.x.iter().zip(counts);
            all.map(|(x, n)| n * dot(&x[i], &x[i])).sum::<f64>() + total * dot(&self.x_level[i], &self.x_level[i])
        };
        let usable: Vec<usize> = (0..k).filter(|&i| products[(i, i)] > 1e-20 * size(i)).collect();
        let scale: Vec<f64> = usable.iter().map(|&i| products[(i, i)].sqrt()).collect();
        let s = Matrix::from_fn(usable.len(), usable.len(), |a, b| {
            let (i, j) = (usable[a].max(usable[b]), usable[a].min(usable[b]));
            products[(i, j)] / scale[a] / scale[b]
        });
        let ranked = Cholesky::ranked(&s, RankRule::default());
        let right: Vec<f64> = ranked.kept.iter().map(|&a| products[(k, usable[a])] / scale[a]).collect();
        let mut beta = vec![0.0; k];
        for (&a, b) in ranked.kept.iter().zip(ranked.cholesky.solve(&right)) {
            beta[usable[a]] = b / scale[a];
        }
        let kept: Vec<usize> = ranked.kept.iter().map(|&a| usable[a]).collect();
        Some(Coefficients { beta, dropped: (0..k).filter(|i| !kept.contains(i)).collect() })
    }

    /// The same units with what covariates explain taken off their outcomes.
    pub(super) fn less(&self, beta: &[f64]) -> Outcomes {
        let mut out = self.clone();
        let take = |series: &mut Series| {
            for (y, x) in series.y.iter_mut().zip(&series.x) {
                for (x, b) in x.iter().zip(beta) {
                    y.iter_mut().zip(x).for_each(|(y, x)| *y -= b * x);
                }
            }
        };
        take(&mut out.controls);
        out.starters.iter_mut().for_each(|s| take(&mut s.units));
        for (level, b) in self.x_level.iter().zip(beta) {
            out.level.iter_mut().zip(level).for_each(|(y, x)| *y -= b * x);
        }
        out
    }
}
