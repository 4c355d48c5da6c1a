//! Kenward and Roger's (1997) adjusted covariance and degrees of freedom.
//!
//! Φ_A = Φ + 2Φ{Σ W_ij (Q_ij − P_i Φ P_j)}Φ in the variances and covariances themselves (V is linear in them, so their R_ij is
//! zero), W the inverse of the expected information ½{tr(V⁻¹V_iV⁻¹V_j) − 2tr(ΦQ_ij) + tr(ΦP_iΦP_j)}. For a single contrast
//! their F test becomes a t test with 2/A degrees of freedom, A = Σ W_ij (h'P_i h)(h'P_j h)/v², h = Φc.
//! All traces follow from derivatives: P_i and Q_ij are those of X'V⁻¹X, tr(V⁻¹V_iV⁻¹V_j) is less that of log|V|.
//! A variance estimated as zero is taken as known; with a correlation of ±1 the three numbers of D are not, as in pbkrtest.

use super::likelihood::{Likelihood, Look, Solution, trace_of_product};
use crate::num::{Cholesky, Matrix};

pub(super) struct KenwardRoger {
    covariance: Matrix,
    adjusted: Matrix,
    /// P_i, and W.
    first: Vec<Matrix>,
    weights: Matrix,
}

/// The information and log|V| in the variances, σ² last: X'V⁻¹X is F(θ)/σ² and θ = variance/σ², so what is known of θ says the
/// rest (homogeneity).
struct Variances<'a> {
    look: &'a Look,
    theta: &'a [f64],
    sigma2: f64,
    /// Σ θ_i F_i and Σ θ_i θ_j F_ij.
    along: Matrix,
    twice_along: Matrix,
}

impl<'a> Variances<'a> {
    fn new(look: &'a Look, theta: &'a [f64], sigma2: f64) -> Self {
        let k = look.information.value.rows();
        let (mut along, mut twice_along) = (Matrix::zeros(k, k), Matrix::zeros(k, k));
        for i in 0..theta.len() {
            along.add_scaled(&look.information.first[i], theta[i]);
            (0..theta.len()).for_each(|j| twice_along.add_scaled(&look.information.second[i * theta.len() + j], theta[i] * theta[j]));
        }
        Variances { look, theta, sigma2, along, twice_along }
    }

    /// P_i; `None`: that of σ².
    fn first(&self, i: Option<usize>) -> Matrix {
        let squared = self.sigma2 * self.sigma2;
        match i {
            Some(i) => self.look.information.first[i].clone().scaled(1.0 / squared),
            None => {
                let mut p = self.look.information.value.clone();
                p.add_scaled(&self.along, 1.0);
                p.scaled(-1.0 / squared)
            }
        }
    }

    /// The second derivatives of X'V⁻¹X, that is 2Q_ij, and of log|V| times σ⁴.
    fn second(&self, i: Option<usize>, j: Option<usize>) -> (Matrix, f64) {
        let (m, theta, information) = (self.theta.len(), self.theta, &self.look.information);
        let cubed = 1.0 / (self.sigma2 * self.sigma2 * self.sigma2);
        let log = &self.look.log_determinant;
        match (i, j) {
            (Some(i), Some(j)) => (information.second[i * m + j].clone().scaled(cubed), log.second[(i, j)]),
            (Some(i), None) | (None, Some(i)) => {
                let mut g = information.first[i].clone().scaled(2.0);
                (0..m).for_each(|j| g.add_scaled(&information.second[i * m + j], theta[j]));
                (g.scaled(-cubed), -(log.first[i] + (0..m).map(|j| theta[j] * log.second[(i, j)]).sum::<f64>()))
            }
            (None, None) => {
                let mut g = information.value.clone().scaled(2.0);
                g.add_scaled(&self.along, 4.0);
                g.add_scaled(&self.twice_along, 1.0);
                let of = |i: usize| 2.0 * log.first[i] + (0..m).map(|j| theta[j] * log.second[(i, j)]).sum::<f64>();
                (g.scaled(cubed), (0..m).map(|i| theta[i] * of(i)).sum::<f64>() - self.look.rows)
            }
        }
    }
}

impl KenwardRoger {
    /// `look` must be linear in θ. `None` where the expected information cannot be inverted.
    pub fn new(model: &Likelihood, look: &Look, solution: &Solution, covariance: &Matrix) -> Option<KenwardRoger> {
        let sigma2 = solution.residual;
        let theta = model.effects.linear(&solution.theta);
        let mut parameters: Vec<Option<usize>> = model.effects.free_linear(&solution.theta).into_iter().map(Some).collect();
        parameters.push(None);
        let variances = Variances::new(look, &theta, sigma2);
        let first: Vec<Matrix> = parameters.iter().map(|&i| variances.first(i)).collect();
        let moved: Vec<Matrix> = first.iter().map(|p| covariance.times(p)).collect();
        let n = parameters.len();
        let mut expected = Matrix::zeros(n, n);
        let mut corrections = Vec::new();
        for a in 0..n {
            for b in 0..n {
                let (both, log) = variances.second(parameters[a], parameters[b]);
                let trace = -log / (sigma2 * sigma2);
                expected[(a, b)] = 0.5 * (trace - trace_of_product(covariance, &both) + trace_of_product(&moved[a], &moved[b]));
                let mut correction = both.scaled(0.5);
                correction.add_scaled(&first[a].times(&moved[b]), -1.0);
                corrections.push(correction);
            }
        }
        let weights = Cholesky::new(&expected.symmetrized())?.inverse();
        let k = covariance.rows();
        let mut sum = Matrix::zeros(k, k);
        corrections.iter().enumerate().for_each(|(at, c)| sum.add_scaled(c, weights[(at / n, at % n)]));
        let mut adjusted = covariance.clone();
        adjusted.add_scaled(&covariance.times(&sum).times(covariance), 2.0);
        Some(KenwardRoger { covariance: covariance.clone(), adjusted: adjusted.symmetrized(), first, weights })
    }

    /// A contrast's adjusted variance and degrees of freedom, by its variance as it was.
    pub fn of(&self, contrast: &[f64], variance: f64) -> (f64, f64) {
        let h = self.covariance.apply(contrast);
        let gradient: Vec<f64> = self.first.iter().map(|p| p.quadratic(&h)).collect();
        (self.adjusted.quadratic(contrast), 2.0 * variance * variance / self.weights.quadratic(&gradient))
    }
}
