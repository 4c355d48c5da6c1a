//! Cohort means and their contrasts under any cluster weights.

use super::contrasts::{Contrasts, Goal};
use crate::estimate::arithmetic::{Arithmetic, Solved, outcome_scale, range_scale};
use crate::estimate::{NotIdentified, base_period};
use crate::num::{Cholesky, Matrix, RankRule, dot};
use crate::panel::{Executor, Panel, spread};
use std::cmp::Ordering;
use std::sync::Arc;

/// How much of the difference before treatment is taken off.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Beta {
    /// As much as makes the variance smallest.
    Efficient,
    /// This share.
    Fixed(f64),
}

/// The units of one cohort in one cluster.
#[derive(Debug, Clone)]
pub(super) struct Block {
    pub cluster: usize,
    pub cohort: usize,
    /// How many units, by weight.
    pub n: f64,
    /// The weighted sum of their outcomes, period by period, in units of [`Rollout::unit`].
    pub sum: Vec<f64>,
    /// The weighted sum of each covariate before anyone starts, in units of its range.
    covariates: Vec<f64>,
}

/// A balanced panel as sums of each cohort in each cluster.
pub(super) struct Rollout {
    /// Those of one cluster stand together; their order depends on their numbers only.
    pub blocks: Vec<Block>,
    pub contrasts: Arc<Contrasts>,
    pub goals: Arc<Vec<Goal>>,
    /// The power of two by which outcomes were divided.
    pub unit: f64,
    beta: Beta,
    n_clusters: usize,
    n_cohorts: usize,
    n_periods: usize,
    n_covariates: usize,
}

/// The size of each cohort, its number of clusters, its mean outcome by period, and its mean covariates.
struct Means {
    sizes: Vec<f64>,
    clusters: Vec<f64>,
    mean: Matrix,
    covariates: Matrix,
}

/// One effect: its estimate, β, the contrasts of θ̂₀ and of the outcome in X̂, and each cluster's influence on θ̂.
struct One {
    estimate: f64,
    beta: Coefficients,
    contrasts: [Matrix; 2],
    influence: Vec<f64>,
}

/// β: of the outcome before the start, then of each covariate; and which of them others explain.
struct Coefficients {
    beta: Vec<f64>,
    dropped: Vec<usize>,
}

impl Rollout {
    /// A panel in which every unit has a row in every period.
    pub(super) fn new(panel: &Panel, contrasts: Arc<Contrasts>, goals: Arc<Vec<Goal>>, beta: Beta) -> Rollout {
        let (n_periods, n_cohorts) = (panel.cells.periods.len(), panel.cells.cohorts.len());
        let (middle, unit) = outcome_scale(panel);
        let units = Units { panel, period: contrasts.last_untreated_period(), middle, unit, covariates: covariates(panel, &contrasts) };
        let mut by_cluster: Vec<Vec<Block>> = (0..panel.n_clusters()).map(|g| units.blocks(g)).collect();
        by_cluster.sort_by(|a, b| compare(a, b));
        Rollout {
            blocks: by_cluster.into_iter().flatten().collect(),
            contrasts,
            goals,
            unit,
            beta,
            n_clusters: panel.n_clusters(),
            n_cohorts,
            n_periods,
            n_covariates: panel.covariates.len(),
        }
    }

    /// The covariates that explain nothing of their own in the first goal.
    pub(super) fn dropped(&self) -> Vec<usize> {
        let counts = vec![1.0; self.n_clusters];
        let one = self.one(self.goals[0], &counts, &self.means(&counts));
        one.map_or_else(Vec::new, |one| one.beta.dropped.iter().filter(|i| **i > 0).map(|i| i - 1).collect())
    }

    /// For each goal the weight of a unit's outcome in the estimate, by cell.
    pub(super) fn cell_weights(&self) -> Vec<Vec<f64>> {
        let means = self.means(&vec![1.0; self.n_clusters]);
        let one = |goal: &Goal| match self.one(*goal, &vec![1.0; self.n_clusters], &means) {
            None => vec![0.0; self.n_cohorts * self.n_periods],
            Some(one) => {
                let [theta, x] = &one.contrasts;
                let pairs = theta.data().iter().zip(x.data()).enumerate();
                let size = |i: usize| means.sizes[i / self.n_periods];
                pairs.map(|(i, (a, b))| if size(i) > 0.0 { (a - one.beta.beta[0] * b) / size(i) } else { 0.0 }).collect()
            }
        };
        self.goals.iter().map(one).collect()
    }

    /// The contrast θ̂₀ of each goal on the whole sample.
    pub(super) fn unadjusted(&self) -> Vec<Option<Matrix>> {
        let sizes = self.means(&vec![1.0; self.n_clusters]).sizes;
        self.goals.iter().map(|g| self.contrasts.of(*g, &sizes).map(|[theta, _]| theta)).collect()
    }

    /// Number of cohorts.
    pub(super) fn n_cohorts(&self) -> usize {
        self.n_cohorts
    }

    fn means(&self, counts: &[f64]) -> Means {
        let (mut sizes, mut clusters) = (vec![0.0; self.n_cohorts], vec![0.0; self.n_cohorts]);
        let mut mean = Matrix::zeros(self.n_cohorts, self.n_periods);
        let mut covariates = Matrix::zeros(self.n_cohorts, self.n_covariates);
        for block in &self.blocks {
            let count = counts[block.cluster];
            sizes[block.cohort] += count * block.n;
            clusters[block.cohort] += count;
            mean.row_mut(block.cohort).iter_mut().zip(&block.sum).for_each(|(m, y)| *m += count * y);
            covariates.row_mut(block.cohort).iter_mut().zip(&block.covariates).for_each(|(m, x)| *m += count * x);
        }
        for (cohort, size) in sizes.iter().enumerate().filter(|(_, n)| **n > 0.0) {
            mean.row_mut(cohort).iter_mut().for_each(|m| *m /= size);
            covariates.row_mut(cohort).iter_mut().for_each(|m| *m /= size);
        }
        Means { sizes, clusters, mean, covariates }
    }

    fn one(&self, goal: Goal, counts: &[f64], means: &Means) -> Option<One> {
        let contrasts = self.contrasts.of(goal, &means.sizes)?;
        let [theta, x] = contrasts.each_ref().map(|c| dot(c.data(), means.mean.data()));
        // A covariate is the same in all periods.
        let whole: Vec<f64> = (0..self.n_cohorts).map(|c| contrasts[0].row(c).iter().sum()).collect();
        let of_covariate = |i: usize| (0..self.n_cohorts).map(|c| whole[c] * means.covariates[(c, i)]).sum::<f64>();
        let x: Vec<f64> = std::iter::once(x).chain((0..self.n_covariates).map(of_covariate)).collect();
        // Each cluster's deviation from its cohorts' means, with the factor that makes a variance of a mean unbiased: of X̂, then of θ̂₀.
        let mut psi = Matrix::zeros(self.n_clusters, x.len() + 1);
        for block in self.blocks.iter().filter(|b| counts[b.cluster] > 0.0) {
            // Fractional counts may leave little more than one cluster: as few as two, then.
            let n = means.clusters[block.cohort];
            let factor = if n > 1.0 { (n.max(2.0) / (n.max(2.0) - 1.0)).sqrt() } else { 1.0 } / means.sizes[block.cohort];
            let mean = means.mean.row(block.cohort);
            let own = psi.row_mut(block.cluster);
            for (contrast, at) in contrasts.iter().zip([x.len(), 0]) {
                let row = contrast.row(block.cohort);
                let deviation: f64 = row.iter().zip(&block.sum).zip(mean).map(|((a, y), m)| a * (y - block.n * m)).sum();
                own[at] += factor * deviation;
            }
            for (i, (x, m)) in block.covariates.iter().zip(means.covariates.row(block.cohort)).enumerate() {
                own[i + 1] += factor * whole[block.cohort] * (x - block.n * m);
            }
        }
        let beta = match self.beta {
            Beta::Fixed(beta) => Coefficients { beta: vec![beta], dropped: Vec::new() },
            Beta::Efficient => self.efficient(counts, &psi),
        };
        let adjusted = |of: &[f64]| of[x.len()] - dot(&beta.beta, &of[..beta.beta.len()]);
        let influence = (0..self.n_clusters).map(|g| adjusted(psi.row(g))).collect();
        Some(One { estimate: theta - dot(&beta.beta, &x[..beta.beta.len()]), beta, contrasts, influence })
    }

    /// β* = Var(X̂)⁻¹ Cov(X̂, θ̂₀); zero where nothing varied before treatment, or other parts of X̂ explain it.
    fn efficient(&self, counts: &[f64], psi: &Matrix) -> Coefficients {
        let n = psi.cols() - 1;
        let (mut products, mut before) = (Matrix::zeros(n + 1, n + 1), usize::MAX);
        for cluster in self.blocks.iter().map(|b| b.cluster) {
            if cluster != before {
                products.add_outer(psi.row(cluster), counts[cluster]);
            }
            before = cluster;
        }
        // Outcomes and covariates are about one in size: less is rounding.
        let usable: Vec<usize> = (0..n).filter(|&i| products[(i, i)] > 1e-26).collect();
        let scale: Vec<f64> = usable.iter().map(|&i| products[(i, i)].sqrt()).collect();
        let s = Matrix::from_fn(usable.len(), usable.len(), |a, b| products[(usable[a], usable[b])] / scale[a] / scale[b]);
        let ranked = Cholesky::ranked(&s, RankRule::default());
        let right: Vec<f64> = ranked.kept.iter().map(|&a| products[(usable[a], n)] / scale[a]).collect();
        let mut beta = vec![0.0; n];
        for (&a, b) in ranked.kept.iter().zip(ranked.cholesky.solve(&right)) {
            beta[usable[a]] = b / scale[a];
        }
        let kept: Vec<usize> = ranked.kept.iter().map(|&a| usable[a]).collect();
        Coefficients { beta, dropped: (0..n).filter(|i| !kept.contains(i)).collect() }
    }
}

impl Arithmetic for Rollout {
    fn solve(&self, counts: &[f64], influence: bool, executor: &dyn Executor) -> Solved {
        let means = self.means(counts);
        let solved = spread(executor, self.goals.len(), |t| self.one(self.goals[t], counts, &means));
        let matrix = influence.then(|| {
            let mut out = Matrix::zeros(self.n_clusters, self.goals.len());
            for (t, one) in solved.iter().enumerate() {
                for (g, psi) in one.iter().flat_map(|one| one.influence.iter().enumerate()) {
                    out[(g, t)] = psi * self.unit;
                }
            }
            out
        });
        let estimate = |one: Option<One>| {
            one.map(|one| one.estimate * self.unit)
                .ok_or_else(|| NotIdentified("no cohort has anyone not yet treated to compare with here".into()))
        };
        Solved { estimates: solved.into_iter().map(estimate).collect(), influence: matrix }
    }

    fn on(&self, panel: Panel) -> Option<Box<dyn Arithmetic>> {
        Some(Box::new(Rollout::new(&panel, self.contrasts.clone(), self.goals.clone(), self.beta)))
    }

    fn takes_off(&self) -> bool {
        // The efficient β depends on the outcome.
        matches!(self.beta, Beta::Fixed(_))
    }

    fn price(&self) -> f64 {
        4.0 * (self.blocks.len() * self.n_periods * self.goals.len()) as f64
    }
}

/// The covariates of each unit before anyone starts, less a middle, in units of their range: covariates × units.
fn covariates(panel: &Panel, contrasts: &Contrasts) -> Vec<Vec<f64>> {
    let period = contrasts.last_untreated_period();
    let one = |c: &crate::panel::Covariate| {
        let values: Vec<f64> = (0..panel.n_units()).map(|u| c.values[base_period::row(panel, u, period)]).collect();
        let (middle, unit) = range_scale(&values);
        values.iter().map(|v| v / unit - middle / unit).collect()
    };
    panel.covariates.iter().map(one).collect()
}

/// The units of a panel, to be summed up.
struct Units<'a> {
    panel: &'a Panel,
    /// The period whose weights stand for a unit.
    period: usize,
    middle: f64,
    unit: f64,
    covariates: Vec<Vec<f64>>,
}

impl Units<'_> {
    /// The weight, the outcomes and the covariates of a unit.
    fn one(&self, u: usize) -> [Vec<f64>; 3] {
        let scaled = |r: usize| self.panel.outcome[r] / self.unit - self.middle / self.unit;
        let outcomes = self.panel.rows_of(u).map(scaled).collect();
        [vec![base_period::weight(self.panel, u, self.period)], outcomes, self.covariates.iter().map(|x| x[u]).collect()]
    }

    /// The sums of one cluster, cohort by cohort.
    fn blocks(&self, cluster: usize) -> Vec<Block> {
        let mut units: Vec<(usize, [Vec<f64>; 3])> = self.panel.units_of(cluster).map(|u| (self.panel.cohort_of(u), self.one(u))).collect();
        units.sort_by(|(c, a), (d, b)| {
            c.cmp(d).then_with(|| a.iter().zip(b).map(|(x, y)| by_numbers(x, y)).find(|o| o.is_ne()).unwrap_or(Ordering::Equal))
        });
        let mut out: Vec<Block> = Vec::new();
        for (cohort, [weight, outcomes, covariates]) in units {
            if out.last().is_none_or(|b| b.cohort != cohort) {
                let (sum, none) = (vec![0.0; outcomes.len()], vec![0.0; covariates.len()]);
                out.push(Block { cluster, cohort, n: 0.0, sum, covariates: none });
            }
            let block = out.last_mut().expect("pushed");
            block.n += weight[0];
            block.sum.iter_mut().zip(&outcomes).for_each(|(s, y)| *s += weight[0] * y);
            block.covariates.iter_mut().zip(&covariates).for_each(|(s, x)| *s += weight[0] * x);
        }
        out
    }
}

fn by_numbers(a: &[f64], b: &[f64]) -> Ordering {
    a.iter().zip(b).map(|(x, y)| x.total_cmp(y)).find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
}

/// Two clusters, by their numbers alone.
fn compare(a: &[Block], b: &[Block]) -> Ordering {
    let numbers = |x: &Block, y: &Block| by_numbers(&x.sum, &y.sum).then_with(|| by_numbers(&x.covariates, &y.covariates));
    let each = a.iter().zip(b).map(|(x, y)| x.cohort.cmp(&y.cohort).then_with(|| x.n.total_cmp(&y.n)).then_with(|| numbers(x, y)));
    a.len().cmp(&b.len()).then_with(|| each.into_iter().find(|o| o.is_ne()).unwrap_or(Ordering::Equal))
}
