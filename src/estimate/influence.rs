//! What a fit hands on that is no regression: its clusters' influence, and how to estimate again.

use super::crossed::Crossed;
use super::fit::Side;
use super::reassign::Reassign;
use crate::num::Matrix;
use std::sync::OnceLock;

/// How to compute all targets again under cluster weights.
pub trait Refit: Send + Sync {
    /// The targets when each cluster counts `weights[g]` times; `None` where not identified.
    fn refit(&self, weights: &[f64]) -> Vec<Option<f64>>;

    /// The targets and the variance of each (the sum of squared cluster influences) under the same weights.
    fn refit_with_variance(&self, weights: &[f64]) -> Vec<Option<(f64, f64)>>;

    /// The targets without a cluster.
    fn without(&self, cluster: usize) -> Vec<Option<f64>>;

    /// About how many products and sums one refit takes.
    fn price(&self) -> f64;

    /// How to compute the fit under other assignments; `None` when clusters were not assigned as a whole.
    fn reassign(&self) -> Option<Box<dyn Reassign + '_>>;

    /// How to estimate with starts given to comparison clusters; `None` when the estimator has no placebo variance.
    fn placebo(&self) -> Option<Box<dyn Placebo + '_>> {
        None
    }

    /// Whether it can: not where only the clusters' influence is at hand.
    fn has_rows(&self) -> bool {
        true
    }
}

/// How to estimate among comparison clusters alone, some of which stand in for the treated.
pub trait Placebo: Send + Sync {
    /// The cohort of each cluster.
    fn labels(&self) -> &[u32];

    /// The cohort of comparison clusters.
    fn never(&self) -> u32;

    /// About how many sums one call of [`Placebo::evaluate`] takes.
    fn cost(&self) -> f64;

    /// The targets when each comparison cluster has the cohort that `labels` says (those of other clusters are not read);
    /// `None` where not identified. What is searched for starts from the whole sample's answer, or anew.
    fn evaluate(&self, labels: &[u32], anew: bool) -> Vec<Option<f64>>;
}

/// A fit known by its influence function.
pub struct InfluenceFit {
    /// Clusters × targets: the cluster's summed influence on the estimate, scaled so that the variance is the sum of squares.
    pub influence: Matrix,
    /// Clusters × targets: the cluster's share of the information (sums to one), for imposing a null hypothesis.
    pub information: Matrix,
    /// Where each cluster stands.
    pub sides: Vec<Side>,
    /// For a ratio of two effects (the first target): which targets stand above and below.
    pub ratio: Option<[usize; 2]>,
    /// For each target what cluster:cr0 and cluster:cr1 take off the sum of squares, where the estimator knows it to be too
    /// large (each cluster is one unit then).
    pub less: Option<Vec<f64>>,
    /// The same influence under a second clustering that crosses the first, where it is known.
    pub crossed: Option<Crossed>,
    /// Exact refitting under cluster weights.
    pub refit: Box<dyn Refit>,
    /// The targets without each cluster, once they were asked for.
    pub left: OnceLock<Vec<Vec<Option<f64>>>>,
}
