//! What an estimator hands on: estimates, and a small table a cluster from which every interval follows.

use super::Target;
use crate::cohort::Warning;
use crate::num::Matrix;

/// Why an effect could not be estimated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotIdentified(pub String);

/// Estimates with what inference needs.
pub struct Fit {
    /// The effects, in order.
    pub targets: Vec<Target>,
    /// Their estimates, in the outcome's units.
    pub estimates: Vec<Result<f64, NotIdentified>>,
    /// The table behind them.
    pub body: Body,
    /// Terms dropped as collinear with those before them.
    pub dropped_terms: Vec<String>,
    /// What the reader should know.
    pub warnings: Vec<Warning>,
    /// Rows used.
    pub n_rows: usize,
    /// Units used.
    pub n_units: usize,
    /// Treated units used.
    pub n_treated_units: usize,
    /// For each cluster the stratum it is resampled in: clusters with the same cohorts share one.
    pub strata: Vec<u32>,
    /// Rows left out by the estimator itself, beside those of the panel's ledger.
    pub ledger: crate::cohort::Ledger,
}

/// The two kinds of table.
pub enum Body {
    /// A regression: cross-products a cluster.
    Linear(LinearFit),
    /// Another smooth function of cluster sums: its influence a cluster, and how to refit it under cluster weights.
    Influence(InfluenceFit),
}

impl Fit {
    /// Number of clusters.
    pub fn n_clusters(&self) -> usize {
        match &self.body {
            Body::Linear(l) => l.clusters.len(),
            Body::Influence(i) => i.influence.rows(),
        }
    }

    /// The estimates (only identified ones) when each cluster counts `weights[g]` times; `None` where not identified.
    pub fn refit(&self, weights: &[f64]) -> Vec<Option<f64>> {
        match &self.body {
            Body::Linear(l) => l.refit(weights),
            Body::Influence(i) => i.refit.refit(weights),
        }
    }
}

/// What small-sample factors count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DegreesOfFreedom {
    /// Rows of the regression.
    pub n_rows: usize,
    /// Parameters when effects nested in clusters count as one level (fixest's default rule).
    pub nested: usize,
    /// Parameters when every level counts (Stata `regress`, `areg`; clubSandwich CR1S).
    pub full: usize,
}

/// One cluster of a regression: S = X'WX, b = X'Wy, c = y'Wy.
#[derive(Debug, Clone)]
pub struct LinearCluster {
    /// X'WX.
    pub s: Matrix,
    /// X'Wy.
    pub b: Vec<f64>,
    /// y'Wy.
    pub c: f64,
    /// What CR2 needs besides when there are weights.
    pub weighted: Option<Box<Weighted>>,
}

/// Cross-products of one cluster under other powers of the weights.
#[derive(Debug, Clone)]
pub struct Weighted {
    /// X'X.
    pub s0: Matrix,
    /// X'y.
    pub b0: Vec<f64>,
    /// X'W²X.
    pub s2: Matrix,
    /// The absorbed units, where weights vary within them; `None` where they do not matter or are too many.
    pub absorbed: Option<Vec<AbsorbedUnit>>,
}

/// One absorbed unit of a cluster under weights that vary within it.
#[derive(Debug, Clone)]
pub struct AbsorbedUnit {
    /// Rows, Σ w, Σ w².
    pub weights: [f64; 3],
    /// Σ x.
    pub x: Vec<f64>,
    /// Σ y.
    pub y: f64,
    /// Σ w² x.
    pub x2: Vec<f64>,
}

/// A least-squares fit, cluster by cluster.
pub struct LinearFit {
    /// Kept terms, in order.
    pub terms: Vec<String>,
    /// One entry a cluster.
    pub clusters: Vec<LinearCluster>,
    /// (Σ S)⁻¹.
    pub inverse: Matrix,
    /// Coefficients, in the scaled units of the moments.
    pub beta: Vec<f64>,
    /// For each target the weights on the coefficients that give it in the outcome's units; `None` if not identified.
    pub contrasts: Vec<Option<Vec<f64>>>,
    /// What small-sample factors count.
    pub dof: DegreesOfFreedom,
    /// Whether weights vary within absorbed units in a cluster with too many units: then CR2 ignores the absorbed effects there.
    pub approximate_cr2: bool,
}

impl LinearFit {
    /// A cluster's score at the estimate: b − Sβ.
    pub fn score(&self, g: usize) -> Vec<f64> {
        let cluster = &self.clusters[g];
        cluster.s.apply(&self.beta).iter().zip(&cluster.b).map(|(sb, b)| b - sb).collect()
    }

    /// All targets when each cluster counts `weights[g]` times.
    pub fn refit(&self, weights: &[f64]) -> Vec<Option<f64>> {
        let k = self.beta.len();
        let (mut s, mut b) = (Matrix::zeros(k, k), vec![0.0; k]);
        for (cluster, &w) in self.clusters.iter().zip(weights).filter(|(_, w)| **w != 0.0) {
            s.add_scaled(&cluster.s, w);
            b.iter_mut().zip(&cluster.b).for_each(|(t, x)| *t += w * x);
        }
        match crate::num::Cholesky::new_guarded(&s) {
            None => vec![None; self.contrasts.len()],
            Some(cholesky) => {
                let beta = cholesky.solve(&b);
                self.contrasts.iter().map(|c| c.as_ref().map(|c| c.iter().zip(&beta).map(|(x, y)| x * y).sum())).collect()
            }
        }
    }
}

/// On which side of the comparison a cluster stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Treated units only.
    Treated,
    /// Comparison units only.
    Comparison,
    /// Both.
    Both,
}

/// How to compute all targets again under cluster weights.
pub trait Refit: Send + Sync {
    /// The targets when each cluster counts `weights[g]` times; `None` where not identified.
    fn refit(&self, weights: &[f64]) -> Vec<Option<f64>>;

    /// The targets and the variance of each (the sum of squared cluster influences) under the same weights.
    fn refit_with_variance(&self, weights: &[f64]) -> Vec<Option<(f64, f64)>>;
}

/// A fit known by its influence function.
pub struct InfluenceFit {
    /// Clusters × targets: the cluster's summed influence on the estimate, scaled so that the variance is the sum of squares.
    pub influence: Matrix,
    /// Clusters × targets: the cluster's share of the information (sums to one), for imposing a null hypothesis.
    pub information: Matrix,
    /// Where each cluster stands.
    pub sides: Vec<Side>,
    /// Exact refitting under cluster weights.
    pub refit: Box<dyn Refit>,
}
