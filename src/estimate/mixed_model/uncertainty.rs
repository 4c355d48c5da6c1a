//! How precise the model is by its own account: Satterthwaite's and Kenward and Roger's degrees of freedom, and standard
//! errors of shares of variance.
//!
//! Satterthwaite (as lmerTest): 2v²/(g'Ag), v = c'(X'V⁻¹X)⁻¹c, g its gradient in the variance parameters, A twice the inverse
//! Hessian of the deviance. It does not depend on how variances are parametrized; here τ and log σ².
//! Kenward and Roger (1997): Φ_A = Φ + 2Φ{Σ W_ij (Q_ij − P_i Φ P_j)}Φ in the variances themselves (V is linear in them, so their
//! R_ij is zero), W the inverse of the expected information ½{tr(V⁻¹V_iV⁻¹V_j) − 2tr(ΦQ_ij) + tr(ΦP_iΦP_j)}. For a single
//! contrast their F test becomes a t test with 2/A degrees of freedom, A = Σ W_ij (h'P_i h)(h'P_j h)/v², h = Φc.
//! All traces follow from derivatives: P_i and Q_ij are those of X'V⁻¹X, tr(V⁻¹V_iV⁻¹V_j) is less that of log|V|.
//! A variance estimated as zero lies on the boundary and is taken as known.

use super::likelihood::{Likelihood, Look, Solution, trace_of_product};
use crate::estimate::model_fit::ModelVariance;
use crate::num::{Cholesky, Matrix};

/// Variance parameters with what both methods need of them.
pub(super) struct Uncertainty {
    /// X'V⁻¹X at σ², inverted.
    covariance: Matrix,
    /// Derivatives of the covariance in the free τ and log σ², and the covariance of those parameters.
    slopes: Vec<Matrix>,
    parameters: Option<Matrix>,
    kenward_roger: Option<KenwardRoger>,
    /// The free levels.
    free: Vec<usize>,
    /// The covariance of the free τ, σ² profiled out.
    ratios: Option<Matrix>,
}

struct KenwardRoger {
    adjusted: Matrix,
    /// P_i, and W.
    first: Vec<Matrix>,
    weights: Matrix,
}

impl Uncertainty {
    pub fn new(model: &Likelihood, look: &Look, solution: &Solution) -> Uncertainty {
        let (m, sigma2) = (model.levels, solution.residual);
        let free: Vec<usize> = (0..m).filter(|&i| solution.ratios[i] > 0.0).collect();
        let q = free.len();
        let covariance = look.inverse.clone().scaled(sigma2);
        let degrees = look.squares.0 / sigma2;
        let (_, _, of_information) = model.log_information(look);
        let hessian = Matrix::from_fn(q + 1, q + 1, |a, b| match (free.get(a), free.get(b)) {
            (Some(&i), Some(&j)) => look.log_determinant.second(i, j) + of_information[(i, j)] + look.squares.2[(i, j)] / sigma2,
            (Some(&i), None) | (None, Some(&i)) => -look.squares.1[i] / sigma2,
            (None, None) => degrees,
        });
        let mut slopes: Vec<Matrix> =
            free.iter().map(|&i| look.inverse.times(&look.information.first[i]).times(&look.inverse).scaled(-sigma2)).collect();
        slopes.push(covariance.clone());
        let profiled = model.deviance(look).2.select(&free);
        let twice = |h: &Matrix| Cholesky::new(h).map(|c| c.inverse().scaled(2.0));
        Uncertainty {
            kenward_roger: if model.restricted { kenward_roger(model, look, solution, &free, &covariance) } else { None },
            covariance,
            slopes,
            parameters: twice(&hessian),
            ratios: twice(&profiled),
            free,
        }
    }

    /// The variance of a contrast.
    pub fn of(&self, contrast: &[f64]) -> ModelVariance {
        let variance = self.covariance.quadratic(contrast);
        let gradient: Vec<f64> = self.slopes.iter().map(|s| s.quadratic(contrast)).collect();
        let satterthwaite = self.parameters.as_ref().map_or(f64::NAN, |a| 2.0 * variance * variance / a.quadratic(&gradient));
        let kenward_roger = self.kenward_roger.as_ref().map(|kr| {
            let h = self.covariance.apply(contrast);
            let gradient: Vec<f64> = kr.first.iter().map(|p| p.quadratic(&h)).collect();
            (kr.adjusted.quadratic(contrast), 2.0 * variance * variance / kr.weights.quadratic(&gradient))
        });
        ModelVariance { variance, satterthwaite, kenward_roger }
    }

    /// The standard error of the logit of a level's share of the variance (`None`: of the residual's) by the delta method.
    pub fn of_share(&self, level: Option<usize>, ratios: &[f64]) -> Option<f64> {
        let own = level.map(|l| self.free.iter().position(|&f| f == l)).map_or(Some(None), |at| at.map(Some))?;
        let rest: f64 = 1.0 + ratios.iter().enumerate().filter(|(i, _)| Some(*i) != level).map(|(_, r)| r).sum::<f64>();
        // logit = log τ − log(1 + Σ of the others); of the residual −log Σ τ.
        let gradient: Vec<f64> = (0..self.free.len())
            .map(|k| match own {
                Some(at) if at == k => 1.0 / ratios[self.free[k]],
                Some(_) => -1.0 / rest,
                None => -1.0 / (rest - 1.0),
            })
            .collect();
        let variance = self.ratios.as_ref()?.quadratic(&gradient);
        (variance > 0.0 && variance.is_finite()).then(|| variance.sqrt())
    }
}

fn kenward_roger(model: &Likelihood, look: &Look, solution: &Solution, free: &[usize], covariance: &Matrix) -> Option<KenwardRoger> {
    let (m, sigma2, q) = (model.levels, solution.residual, free.len());
    let tau = &solution.ratios;
    let information = &look.information;
    let k = information.value.rows();
    // By homogeneity: X'V⁻¹X is F(τ)/σ² and τ = variance/σ².
    let mut along = Matrix::zeros(k, k);
    let mut twice_along = Matrix::zeros(k, k);
    for i in 0..m {
        along.add_scaled(&information.first[i], tau[i]);
        (0..m).for_each(|j| twice_along.add_scaled(&information.second[i * m + j], tau[i] * tau[j]));
    }
    let first: Vec<Matrix> = (0..=q)
        .map(|a| match free.get(a) {
            Some(&i) => information.first[i].clone().scaled(1.0 / (sigma2 * sigma2)),
            None => {
                let mut p = information.value.clone();
                p.add_scaled(&along, 1.0);
                p.scaled(-1.0 / (sigma2 * sigma2))
            }
        })
        .collect();
    let second = |a: usize, b: usize| -> (Matrix, f64) {
        let cubed = 1.0 / (sigma2 * sigma2 * sigma2);
        let log = |i: usize, j: usize| look.log_determinant.second(i, j);
        match (free.get(a), free.get(b)) {
            (Some(&i), Some(&j)) => (information.second[i * m + j].clone().scaled(cubed), log(i, j)),
            (Some(&i), None) | (None, Some(&i)) => {
                let mut g = information.first[i].clone().scaled(2.0);
                (0..m).for_each(|j| g.add_scaled(&information.second[i * m + j], tau[j]));
                (g.scaled(-cubed), -(look.log_determinant.first(i) + (0..m).map(|j| tau[j] * log(i, j)).sum::<f64>()))
            }
            (None, None) => {
                let mut g = information.value.clone().scaled(2.0);
                g.add_scaled(&along, 4.0);
                g.add_scaled(&twice_along, 1.0);
                let l: f64 = (0..m)
                    .map(|i| 2.0 * tau[i] * look.log_determinant.first(i) + (0..m).map(|j| tau[i] * tau[j] * log(i, j)).sum::<f64>())
                    .sum();
                (g.scaled(cubed), l - look.rows)
            }
        }
    };
    let moved: Vec<Matrix> = first.iter().map(|p| covariance.times(p)).collect();
    let mut expected = Matrix::zeros(q + 1, q + 1);
    let mut corrections = Vec::new();
    for a in 0..=q {
        for b in 0..=q {
            let (both, log) = second(a, b);
            let trace = -log / (sigma2 * sigma2);
            expected[(a, b)] = 0.5 * (trace - trace_of_product(covariance, &both) + trace_of_product(&moved[a], &moved[b]));
            let mut correction = both.scaled(0.5);
            correction.add_scaled(&first[a].times(&moved[b]), -1.0);
            corrections.push(correction);
        }
    }
    let weights = Cholesky::new(&expected.symmetrized())?.inverse();
    let mut sum = Matrix::zeros(k, k);
    corrections.iter().enumerate().for_each(|(at, c)| sum.add_scaled(c, weights[(at / (q + 1), at % (q + 1))]));
    let mut adjusted = covariance.clone();
    adjusted.add_scaled(&covariance.times(&sum).times(covariance), 2.0);
    Some(KenwardRoger { adjusted: adjusted.symmetrized(), first, weights })
}
