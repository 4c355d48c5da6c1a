//! Cohort means and their contrasts under any cluster weights.

use super::contrasts::{Contrasts, Goal};
use crate::estimate::NotIdentified;
use crate::estimate::arithmetic::{Arithmetic, Solved, outcome_scale};
use crate::num::{Matrix, dot};
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
    /// How many units.
    pub n: f64,
    /// The sum of their outcomes, period by period, in units of [`Rollout::unit`].
    pub sum: Vec<f64>,
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
}

/// The size of each cohort, its number of clusters, and its mean outcome by period.
struct Means {
    sizes: Vec<f64>,
    clusters: Vec<f64>,
    mean: Matrix,
}

/// One effect: its estimate, β, the contrasts of θ̂₀ and X̂, and each cluster's influence on θ̂.
struct One {
    estimate: f64,
    beta: f64,
    contrasts: [Matrix; 2],
    influence: Vec<f64>,
}

impl Rollout {
    /// A panel in which every unit has a row in every period.
    pub(super) fn new(panel: &Panel, contrasts: Arc<Contrasts>, goals: Arc<Vec<Goal>>, beta: Beta) -> Rollout {
        let (n_periods, n_cohorts) = (panel.cells.periods.len(), panel.cells.cohorts.len());
        let (middle, unit) = outcome_scale(panel);
        let mut by_cluster: Vec<Vec<Block>> = (0..panel.n_clusters()).map(|g| blocks(panel, g, unit, middle)).collect();
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
        }
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
                pairs.map(|(i, (a, b))| if size(i) > 0.0 { (a - one.beta * b) / size(i) } else { 0.0 }).collect()
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
        for block in &self.blocks {
            let count = counts[block.cluster];
            sizes[block.cohort] += count * block.n;
            clusters[block.cohort] += count;
            mean.row_mut(block.cohort).iter_mut().zip(&block.sum).for_each(|(m, y)| *m += count * y);
        }
        for (cohort, size) in sizes.iter().enumerate().filter(|(_, n)| **n > 0.0) {
            mean.row_mut(cohort).iter_mut().for_each(|m| *m /= size);
        }
        Means { sizes, clusters, mean }
    }

    fn one(&self, goal: Goal, counts: &[f64], means: &Means) -> Option<One> {
        let contrasts = self.contrasts.of(goal, &means.sizes)?;
        let [theta, x] = contrasts.each_ref().map(|c| dot(c.data(), means.mean.data()));
        // Each cluster's deviation from its cohorts' means, with the factor that makes a variance of a mean unbiased.
        let mut psi = [vec![0.0; self.n_clusters], vec![0.0; self.n_clusters]];
        for block in self.blocks.iter().filter(|b| counts[b.cluster] > 0.0) {
            // Fractional counts may leave little more than one cluster: as few as two, then.
            let n = means.clusters[block.cohort];
            let factor = if n > 1.0 { (n.max(2.0) / (n.max(2.0) - 1.0)).sqrt() } else { 1.0 } / means.sizes[block.cohort];
            let mean = means.mean.row(block.cohort);
            for (psi, contrast) in psi.iter_mut().zip(&contrasts) {
                let row = contrast.row(block.cohort);
                let deviation: f64 = row.iter().zip(&block.sum).zip(mean).map(|((a, y), m)| a * (y - block.n * m)).sum();
                psi[block.cluster] += factor * deviation;
            }
        }
        let [of_theta, of_x] = psi;
        let beta = match self.beta {
            Beta::Fixed(beta) => beta,
            Beta::Efficient => self.efficient(counts, &of_theta, &of_x),
        };
        let influence = of_theta.iter().zip(&of_x).map(|(t, x)| t - beta * x).collect();
        Some(One { estimate: theta - beta * x, beta, contrasts, influence })
    }

    /// β* = Var(X̂)⁻¹ Cov(X̂, θ̂₀); zero where nothing varied before treatment.
    fn efficient(&self, counts: &[f64], theta: &[f64], x: &[f64]) -> f64 {
        let (mut xx, mut xt, mut before) = (0.0, 0.0, usize::MAX);
        for cluster in self.blocks.iter().map(|b| b.cluster) {
            if cluster != before {
                xx += counts[cluster] * x[cluster] * x[cluster];
                xt += counts[cluster] * x[cluster] * theta[cluster];
            }
            before = cluster;
        }
        // Outcomes are about one in size: less is rounding.
        if xx > 1e-26 { xt / xx } else { 0.0 }
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

/// The sums of one cluster, cohort by cohort.
fn blocks(panel: &Panel, cluster: usize, unit: f64, middle: f64) -> Vec<Block> {
    let scaled = |r: usize| panel.outcome[r] / unit - middle / unit;
    let mut units: Vec<(usize, Vec<f64>)> =
        panel.units_of(cluster).map(|u| (panel.cohort_of(u), panel.rows_of(u).map(scaled).collect())).collect();
    units.sort_by(|(c, a), (d, b)| c.cmp(d).then_with(|| by_numbers(a, b)));
    let mut out: Vec<Block> = Vec::new();
    for (cohort, outcomes) in units {
        match out.last_mut().filter(|b| b.cohort == cohort) {
            None => out.push(Block { cluster, cohort, n: 1.0, sum: outcomes }),
            Some(block) => {
                block.n += 1.0;
                block.sum.iter_mut().zip(&outcomes).for_each(|(s, y)| *s += y);
            }
        }
    }
    out
}

fn by_numbers(a: &[f64], b: &[f64]) -> Ordering {
    a.iter().zip(b).map(|(x, y)| x.total_cmp(y)).find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
}

/// Two clusters, by their numbers alone.
fn compare(a: &[Block], b: &[Block]) -> Ordering {
    let each =
        a.iter().zip(b).map(|(x, y)| x.cohort.cmp(&y.cohort).then_with(|| x.n.total_cmp(&y.n)).then_with(|| by_numbers(&x.sum, &y.sum)));
    a.len().cmp(&b.len()).then_with(|| each.into_iter().find(|o| o.is_ne()).unwrap_or(Ordering::Equal))
}
