//! How precise the model is by its own account: Satterthwaite's and Kenward and Roger's degrees of freedom.
//!
//! Satterthwaite (as lmerTest): 2v²/(g'Ag), v = c'(X'V⁻¹X)⁻¹c, g its gradient in the variance parameters, A twice the inverse
//! Hessian of the deviance. It does not depend on how variances are parametrized; here θ and log σ². A variance estimated as
//! zero, and a correlation estimated as ±1, lie on the boundary and are taken as known.

use super::effects::Chart;
use super::kenward_roger::KenwardRoger;
use super::likelihood::{Likelihood, Look, Solution};
use crate::estimate::model_fit::ModelVariance;
use crate::num::{Cholesky, Matrix};
use crate::panel::Executor;

/// Variance parameters with what both methods need of them.
pub(super) struct Uncertainty {
    /// (X'V⁻¹X)⁻¹ at σ².
    covariance: Matrix,
    /// Derivatives of the covariance in the free θ and log σ², and the covariance of those parameters.
    slopes: Vec<Matrix>,
    parameters: Option<Matrix>,
    kenward_roger: Option<KenwardRoger>,
}

impl Uncertainty {
    pub fn new(model: &Likelihood, look: &Look, solution: &Solution, counts: &[f64], executor: &dyn Executor) -> Uncertainty {
        let sigma2 = solution.residual;
        let free = model.effects.free(&solution.theta, Chart::Search);
        let q = free.len();
        let covariance = look.inverse.clone().scaled(sigma2);
        let degrees = look.squares.value / sigma2;
        let of_information = model.log_information(look);
        let hessian = Matrix::from_fn(q + 1, q + 1, |a, b| match (free.get(a), free.get(b)) {
            (Some(&i), Some(&j)) => {
                look.log_determinant.second[(i, j)] + of_information.second[(i, j)] + look.squares.second[(i, j)] / sigma2
            }
            (Some(&i), None) | (None, Some(&i)) => -look.squares.first[i] / sigma2,
            (None, None) => degrees,
        });
        let mut slopes: Vec<Matrix> =
            free.iter().map(|&i| look.inverse.times(&look.information.first[i]).times(&look.inverse).scaled(-sigma2)).collect();
        slopes.push(covariance.clone());
        let linear = || match model.effects.slope {
            None => KenwardRoger::new(model, look, solution, &covariance),
            // V is linear in a, b and c only.
            Some(_) => {
                let look = model.look(counts, &model.effects.linear(&solution.theta), Chart::Linear, executor)?;
                KenwardRoger::new(model, &look, solution, &covariance)
            }
        };
        let kenward_roger = if model.restricted { linear() } else { None };
        let parameters = Cholesky::new(&hessian).map(|c| c.inverse().scaled(2.0));
        Uncertainty { kenward_roger, covariance, slopes, parameters }
    }

    /// The variance of a contrast.
    pub fn of(&self, contrast: &[f64]) -> ModelVariance {
        let variance = self.covariance.quadratic(contrast);
        let gradient: Vec<f64> = self.slopes.iter().map(|s| s.quadratic(contrast)).collect();
        let satterthwaite = self.parameters.as_ref().map_or(f64::NAN, |a| 2.0 * variance * variance / a.quadratic(&gradient));
        ModelVariance { variance, satterthwaite, kenward_roger: self.kenward_roger.as_ref().map(|kr| kr.of(contrast, variance)) }
    }
}
