//! What an estimator hands on: estimates, and a small table a cluster from which every interval follows.

use super::absorbed::Crossing;
pub use super::influence::{InfluenceFit, Placebo, Refit};
use super::left_out::LeftOut;
use super::model_fit::{Components, ModelFit};
use super::reassign::{Reassign, Treatment};
use super::{Design, Estimand, Target};
use crate::cohort::{Fault, Faults, Warning};
use crate::num::{Matrix, PackedSolver, dot, upper_triangle};
use crate::panel::{Executor, Grouping, Keys, spread};
use std::sync::Arc;

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
    /// The cohorts that its averages leave out, if there are such.
    pub left_out: Option<LeftOut>,
    /// The size of the outcome's variation, a power of two: what is smaller by 13 digits is rounding.
    pub outcome_unit: f64,
    /// Whether the rows used (a window) or the columns made depend on the observed cohort, or a constant effect cancels in what
    /// is estimated: then the fit under another assignment is not known.
    pub rows_by_label: bool,
    /// The inference method used when none is asked for, where the estimator has one of its own.
    pub own_inference: Option<&'static str>,
    /// Rows used.
    pub n_rows: usize,
    /// Units used.
    pub n_units: usize,
    /// Treated units used; where treatments do not simply stay on, those whose treatment changes.
    pub n_treated_units: usize,
    /// Who had some of the treatment, where that is not who is on the treated side.
    pub exposure: Option<Exposure>,
    /// The clusters.
    pub clusters: Vec<FitCluster>,
    /// The names behind [`FitCluster::panel_ix`].
    pub cluster_names: Arc<Keys>,
    /// The clusters in an order that depends on their numbers only: the p-th random weight goes to cluster `draw_order[p]`,
    /// so that renaming clusters changes no interval.
    pub draw_order: Vec<u32>,
    /// Rows left out by the estimator itself, beside those of the panel's ledger.
    pub ledger: crate::cohort::Ledger,
    /// What the estimator's own model of the variance says, where it has one.
    pub model: Option<ModelFit>,
    /// Components of the outcome's variance, where the estimator divides it.
    pub components: Components,
}

/// Who had some of a treatment that does not simply stay on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exposure {
    /// Units that had some in some period.
    pub units: usize,
    /// Clusters that hold such units, and clusters that hold units that never had any.
    pub clusters: (usize, usize),
}

/// A cluster of a fit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FitCluster {
    /// Which cluster of the panel it is.
    pub panel_ix: u32,
    /// The stratum it is resampled in: clusters with the same cohorts share one.
    pub stratum: u32,
    /// The block within which it was assigned.
    pub block: Option<u32>,
    /// Its units.
    pub n_units: usize,
    /// The weight of its units: the sum of each one's mean weight over its rows.
    pub weight: f64,
    /// On which side of the comparison it stands.
    pub side: Side,
}

/// What is wrong with asking for rows where only sums over clusters are at hand.
pub fn without_rows(method: &str) -> Fault {
    Fault::new(
        "INF-021",
        format!("{method} needs the students' rows"),
        "a fit of which only its clusters' sums are kept",
        "it reads the rows again, and from the sums alone it cannot be computed",
        "use  cluster,  wild-bootstrap  or  multiplier-bootstrap,  or run the study where its rows are",
    )
}

/// The two kinds of table.
pub enum Body {
    /// A regression: cross-products a cluster.
    Linear(LinearFit),
    /// Another smooth function of cluster sums: its influence a cluster, and how to refit it under cluster weights.
    Influence(InfluenceFit),
}

impl Fit {
    /// Notes what its averages leave out, and says so.
    pub(super) fn leaving_out(mut self, left_out: Option<LeftOut>) -> Fit {
        self.warnings.extend(left_out.as_ref().map(LeftOut::warning));
        self.left_out = left_out;
        self
    }

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

    /// The estimates without each cluster in turn: clusters × targets; `None` where not identified.
    pub fn leave_one_out(&self, executor: &dyn Executor) -> Vec<Vec<Option<f64>>> {
        match &self.body {
            Body::Linear(l) => l.leave_one_out(executor),
            Body::Influence(i) => i.left.get_or_init(|| spread(executor, i.influence.rows(), |g| i.refit.without(g))).clone(),
        }
    }

    /// Each cluster's influence on a target: the variance without any small-sample factor is the sum of squares.
    pub fn influence(&self, target: usize) -> Option<Vec<f64>> {
        match &self.body {
            Body::Linear(l) => {
                let h = l.inverse.apply(l.contrasts[target].as_ref()?);
                Some((0..l.clusters.len()).map(|g| dot(&l.score(g), &h)).collect())
            }
            Body::Influence(i) => {
                self.estimates[target].as_ref().ok().map(|_| (0..i.influence.rows()).map(|g| i.influence[(g, target)]).collect())
            }
        }
    }

    /// About how many products and sums it takes to fit again.
    pub fn refit_price(&self) -> f64 {
        match &self.body {
            Body::Linear(l) => (l.clusters.len() * l.beta.len() * l.beta.len()) as f64,
            Body::Influence(i) => i.refit.price(),
        }
    }

    /// How to compute the fit under other assignments of clusters to cohorts; `None` when clusters were not assigned as a
    /// whole, or rows were left out by cohort.
    pub fn reassign(&self) -> Option<Box<dyn Reassign + '_>> {
        if self.rows_by_label {
            return None;
        }
        match &self.body {
            Body::Linear(l) => l.design.as_ref()?.reassign(&l.contrasts, &l.treatments),
            Body::Influence(i) => i.refit.reassign(),
        }
    }

    /// How to estimate with starts given to comparison clusters; `None` when the estimator has no placebo variance.
    pub fn placebo(&self) -> Option<Box<dyn Placebo + '_>> {
        match &self.body {
            Body::Linear(_) => None,
            Body::Influence(i) => i.refit.placebo(),
        }
    }

    /// Whether the rows behind it are at hand, or only what its clusters sum up to.
    pub fn has_rows(&self) -> bool {
        match &self.body {
            Body::Linear(l) => l.design.is_some(),
            Body::Influence(i) => i.refit.has_rows(),
        }
    }

    /// The standard error below which an effect of treatment only shows rounding.
    pub fn rounding(&self, target: usize) -> f64 {
        let effect = self.targets[target].treatment().is_some();
        if effect { 1e-13 * self.outcome_unit } else { 0.0 }
    }

    /// Whether clusters differ in a target by more than rounding.
    pub fn varies(&self, target: usize) -> bool {
        self.influence(target).is_some_and(|psi| psi.iter().map(|x| x * x).sum::<f64>().sqrt() > self.rounding(target))
    }

    /// How much each cluster's own treatment weighs in an effect: the shares add up to one, and are zero for clusters that say
    /// nothing on it. In a regression h'S_g c / c'Mc with h = Mc; else by the weight of treated clusters. `None` for what is no
    /// effect of treatment.
    pub fn treatment_shares(&self, target: usize) -> Option<Vec<f64>> {
        self.targets[target].treatment()?;
        match &self.body {
            Body::Linear(l) => {
                let c = l.contrasts[target].as_ref()?;
                let rounded = |share: f64| if share.abs() > 1e-12 { share } else { 0.0 };
                if let Some(crossing) = l.crossing() {
                    return Some(crossing.shares(l, c).into_iter().map(rounded).collect());
                }
                let (h, size) = (l.inverse.apply(c), dot(c, c));
                // A contrast touches few terms.
                let touched: Vec<usize> = (0..c.len()).filter(|&j| c[j] != 0.0).collect();
                let share = |cluster: &LinearCluster| {
                    let of_row = |row: &[f64]| touched.iter().fold(0.0, |sum, &j| sum + row[j] * c[j]);
                    let moved: Vec<f64> = (0..c.len()).map(|i| of_row(cluster.s.row(i))).collect();
                    rounded(dot(&h, &moved) / size)
                };
                Some(l.clusters.iter().map(share).collect())
            }
            Body::Influence(_) => {
                let own = |c: &FitCluster| if c.side == Side::Comparison { 0.0 } else { c.weight };
                let total: f64 = self.clusters.iter().map(own).sum();
                Some(self.clusters.iter().map(|c| own(c) / total).collect())
            }
        }
    }

    /// Whether a second clustering crosses the first.
    pub fn is_crossed(&self) -> bool {
        match &self.body {
            Body::Linear(l) => l.second().is_some(),
            Body::Influence(i) => i.crossed.is_some(),
        }
    }

    /// How many clusters hold treated units, and how many never-treated ones.
    pub fn clusters_by_arm(&self) -> (usize, usize) {
        let count = |other: Side| self.clusters.iter().filter(|c| c.side != other).count();
        (count(Side::Comparison), count(Side::Treated))
    }

    /// The cluster's name.
    pub fn cluster_name(&self, cluster: usize) -> String {
        self.cluster_names.label(self.clusters[cluster].panel_ix as usize)
    }

    /// The identified targets that stand side by side in a table and a figure: simultaneous bands cover each family at once.
    pub fn families(&self) -> Vec<Vec<usize>> {
        use Estimand::{Bound, Calendar, Dose, DoseSlope, Event, Group, GroupTime, Quantile};
        [Event, GroupTime, Group, Calendar, Quantile, Bound, Dose, DoseSlope]
            .into_iter()
            .map(|kind| {
                (0..self.targets.len())
                    .filter(|&t| self.targets[t].estimand == kind && self.estimates[t].is_ok() && self.varies(t))
                    .collect()
            })
            .filter(|family: &Vec<usize>| family.len() > 1)
            .collect()
    }

    /// The targets before the start, and those from the start on, where effects by event time are estimated: what joint
    /// tests are about.
    pub fn hypotheses(&self) -> Vec<(&'static str, Vec<usize>)> {
        let events = |test: &dyn Fn(i64) -> bool| -> Vec<usize> {
            let is = |t: usize| self.targets[t].estimand == Estimand::Event && self.targets[t].event_time.is_some_and(test);
            (0..self.targets.len()).filter(|&t| is(t) && self.estimates[t].is_ok() && self.varies(t)).collect()
        };
        let cells: Vec<usize> = (0..self.targets.len())
            .filter(|&t| self.targets[t].estimand == Estimand::GroupTime && self.targets[t].event_time.is_some_and(|e| e < 0))
            .filter(|&t| self.estimates[t].is_ok() && self.varies(t))
            .collect();
        [
            ("no difference in any cohort in any period before its start", cells),
            (ALIKE_BEFORE, events(&|e| e < 0)),
            ("no effect at any time from the start on", events(&|e| e >= 0)),
        ]
        .into_iter()
        .filter(|(_, targets)| targets.len() > 1)
        .collect()
    }
}

/// The hypothesis of the joint test of trends before the start.
pub const ALIKE_BEFORE: &str = "no difference at any time before the start";

/// What small-sample factors count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DegreesOfFreedom {
    /// Rows of the regression.
    pub n_rows: usize,
    /// Parameters when effects nested in clusters count as one level (fixest's default rule).
    pub nested: usize,
    /// Parameters when no effect counts (fixest with K.fixef = "none").
    pub slopes: usize,
    /// Parameters of period effects: they do not count where they are nested in a second cluster.
    pub periods: usize,
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

/// A regression from whose columns named effects were taken off: what that leaves exact.
pub struct Absorbed {
    /// The effects that cross clusters and were taken off all the same: under other weights of the clusters they would have to be
    /// estimated anew.
    pub crossing: Option<Crossing>,
    /// Whether each row's leverage on what was taken off is known.
    pub leverage: bool,
    /// Whether weights are constant within the levels of what was taken off: then CR2 may ignore it (Pustejovsky and Tipton 2018,
    /// theorem 2).
    pub steady: bool,
    /// Whether each level of what was taken off lies within one unit.
    pub within_units: bool,
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
    /// What a constant effect adds to the outcome, for each target that is an effect of treatment.
    pub treatments: Vec<Option<Treatment>>,
    /// What small-sample factors count.
    pub dof: DegreesOfFreedom,
    /// Whether weights vary within absorbed units in a cluster with too many units: then CR2 ignores the absorbed effects there.
    pub approximate_cr2: bool,
    /// What is known of effects that were named and taken off.
    pub absorbed: Option<Absorbed>,
    /// The rows and terms behind it; `None` where only its clusters' sums are at hand.
    pub design: Option<Box<Design>>,
}

impl LinearFit {
    /// The effects that cross clusters, where they were taken off.
    pub fn crossing(&self) -> Option<&Crossing> {
        self.absorbed.as_ref().and_then(|a| a.crossing.as_ref())
    }

    /// The rows and terms behind it.
    ///
    /// # Errors
    /// INF-021: only its clusters' sums are at hand.
    pub fn rows(&self) -> Result<&Design, Faults> {
        self.design.as_deref().ok_or_else(|| without_rows("this method").into())
    }

    /// A second clustering that crosses the first.
    pub fn second(&self) -> Option<&Grouping> {
        self.design.as_ref()?.panel().second.as_ref()
    }

    /// A cluster's score at the estimate: b − Sβ.
    pub fn score(&self, g: usize) -> Vec<f64> {
        let cluster = &self.clusters[g];
        cluster.s.apply(&self.beta).iter().zip(&cluster.b).map(|(sb, b)| b - sb).collect()
    }

    /// All targets without each cluster in turn, from the totals less the cluster: clusters × targets.
    pub fn leave_one_out(&self, executor: &dyn Executor) -> Vec<Vec<Option<f64>>> {
        let k = self.beta.len();
        let (mut total, mut total_b) = (Matrix::zeros(k, k), vec![0.0; k]);
        for cluster in &self.clusters {
            total.add_scaled(&cluster.s, 1.0);
            total_b.iter_mut().zip(&cluster.b).for_each(|(t, x)| *t += x);
        }
        let block = 64;
        let without = |g: usize, solver: &mut PackedSolver| -> Vec<Option<f64>> {
            let mut left = total.clone();
            left.add_scaled(&self.clusters[g].s, -1.0);
            let upper = upper_triangle(&left);
            // What rounding leaves of a term that only this cluster informs is no information.
            let lost = (0..k).any(|i| left[(i, i)] <= 1e-12 * total[(i, i)]);
            if lost || !solver.factor(&upper) {
                return vec![None; self.contrasts.len()];
            }
            let b: Vec<f64> = total_b.iter().zip(&self.clusters[g].b).map(|(t, x)| t - x).collect();
            let beta = solver.solve(&b);
            self.contrasts.iter().map(|c| c.as_ref().map(|c| dot(c, &beta))).collect()
        };
        let n = self.clusters.len();
        let blocks = spread(executor, n.div_ceil(block), |b| {
            let mut solver = PackedSolver::new(k);
            (b * block..n.min((b + 1) * block)).map(|g| without(g, &mut solver)).collect::<Vec<_>>()
        });
        blocks.into_iter().flatten().collect()
    }

    /// The coefficients and the decomposed cross-products when each cluster counts `counts[g]` times.
    pub(super) fn under(&self, counts: &[f64]) -> Option<(Vec<f64>, crate::num::Cholesky)> {
        let k = self.beta.len();
        let (mut s, mut b) = (Matrix::zeros(k, k), vec![0.0; k]);
        for (cluster, &w) in self.clusters.iter().zip(counts).filter(|(_, w)| **w != 0.0) {
            s.add_scaled(&cluster.s, w);
            b.iter_mut().zip(&cluster.b).for_each(|(t, x)| *t += w * x);
        }
        let cholesky = crate::num::Cholesky::new_guarded(&s)?;
        Some((cholesky.solve(&b), cholesky))
    }

    /// All targets when each cluster counts `weights[g]` times.
    pub fn refit(&self, weights: &[f64]) -> Vec<Option<f64>> {
        match self.under(weights) {
            None => vec![None; self.contrasts.len()],
            Some((beta, _)) => self.contrasts.iter().map(|c| c.as_ref().map(|c| dot(c, &beta))).collect(),
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
