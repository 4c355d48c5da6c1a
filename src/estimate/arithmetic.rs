//! What an estimator that is no regression hands to [`Fit`]: its arithmetic on a panel under any cluster weights, from
//! which leaving out, resampling and reassigning clusters follow without a line of its own.

use super::fit::{Body, Exposure, Fit, FitCluster, InfluenceFit, NotIdentified, Placebo, Refit, Side};
use super::linear::strata;
use super::model_fit::Components;
use super::reassign::{Reassign, Shifted, Treatment};
use super::target::Target;
use crate::cohort::Warning;
use crate::num::{Matrix, power_of_two_above};
use crate::panel::{Executor, Panel, Serial};
use std::sync::OnceLock;

/// Estimates, and each cluster's influence on them.
pub(super) struct Solved {
    /// One entry a target.
    pub estimates: Vec<Result<f64, NotIdentified>>,
    /// Clusters × targets, where asked for: ψ_g such that the variance without small-sample factor is Σ ψ_g² (each cluster
    /// counted as often as it was drawn); zero in the columns of targets that are not identified.
    pub influence: Option<Matrix>,
}

/// An estimator's arithmetic on the rows of one panel. The targets and their order are fixed when it is made.
pub(super) trait Arithmetic: Send + Sync {
    /// The estimates when cluster g of the panel counts `counts[g]` times (0: is left out).
    fn solve(&self, counts: &[f64], influence: bool, executor: &dyn Executor) -> Solved;

    /// The same arithmetic, with the same targets, on a panel with the same rows and other cohorts or another outcome.
    /// `None` when that says nothing of other assignments.
    fn on(&self, panel: Panel) -> Option<Box<dyn Arithmetic>>;

    /// Whether a constant effect can be taken off the outcome and moves its estimate by as much; else (not linear in the outcome,
    /// or in another unit) other assignments only tell what would be seen without any effect.
    fn takes_off(&self) -> bool {
        true
    }

    /// About how many products and sums one [`Arithmetic::solve`] takes.
    fn price(&self) -> f64;

    /// The same on a panel whose clusters are each put in a cohort (an index into the cohorts): where sums a cluster can be
    /// kept, without making that panel.
    fn assigned(&self, panel: &Panel, cohorts: &[u32]) -> Option<Box<dyn Arithmetic>> {
        self.on(panel.with_cohorts(cohorts))
    }

    /// The estimates without a cluster, where they are not those of [`Arithmetic::solve`] with its count at zero.
    fn without(&self, _: usize) -> Option<Vec<Option<f64>>> {
        None
    }

    /// How to estimate with starts given to comparison clusters.
    fn placebo(&self) -> Option<Box<dyn Placebo + '_>> {
        None
    }
}

/// Everything else that a fit says.
pub(super) struct About {
    /// The targets, in the order of the arithmetic.
    pub targets: Vec<Target>,
    /// For each target the weight of a row's outcome in the estimate, by cell (times the row's own weight): it decides how
    /// much information a cluster has on a hypothesis.
    pub cell_weights: Vec<Vec<f64>>,
    /// Terms dropped as collinear.
    pub dropped_terms: Vec<String>,
    /// What the reader should know.
    pub warnings: Vec<Warning>,
}

/// How an estimator tells rows and clusters apart, where it is not by cohort and period.
pub(super) struct Frame {
    /// The cell of each row, as [`About::cell_weights`] numbers them.
    pub cells: Vec<u32>,
    /// The side of each cluster.
    pub sides: Vec<Side>,
    /// The stratum in which each cluster is resampled.
    pub strata: Vec<u32>,
    /// Units that the effects are about.
    pub n_treated_units: usize,
    /// Who had some of the treatment.
    pub exposure: Option<Exposure>,
}

impl Frame {
    fn of(panel: &Panel) -> Frame {
        Frame {
            cells: panel.cell.to_vec(),
            sides: (0..panel.n_clusters()).map(|g| side(panel, g)).collect(),
            strata: strata(panel),
            n_treated_units: panel.n_treated_units(),
            exposure: None,
        }
    }
}

/// Computes the estimates and wraps them up. `panel` holds exactly the rows that are used.
pub(super) fn fit(panel: &Panel, arithmetic: Box<dyn Arithmetic>, about: About, executor: &dyn Executor) -> Fit {
    fit_in(panel, Frame::of(panel), arithmetic, about, executor)
}

/// The same for an estimator that tells rows and clusters apart in its own way.
pub(super) fn fit_in(panel: &Panel, frame: Frame, arithmetic: Box<dyn Arithmetic>, about: About, executor: &dyn Executor) -> Fit {
    let n = panel.n_clusters();
    let solved = arithmetic.solve(&vec![1.0; n], true, executor);
    assert_eq!(solved.estimates.len(), about.targets.len(), "one estimate a target");
    let influence = solved.influence.expect("asked for");
    let information = information(panel, &frame.cells, &about.cell_weights);
    let Frame { sides, strata, n_treated_units, exposure, .. } = frame;
    let mut clusters = clusters(panel, &sides);
    clusters.iter_mut().zip(strata).for_each(|(c, s)| c.stratum = s);
    let again = Again {
        panel: panel.clone(),
        treatments: about.targets.iter().map(Target::treatment).collect(),
        labels: panel.cohort_of_clusters(),
        arithmetic,
    };
    Fit {
        estimates: solved.estimates,
        draw_order: draw_order(panel, &influence),
        body: Body::Influence(InfluenceFit {
            influence,
            information,
            sides,
            ratio: None,
            less: None,
            crossed: None,
            refit: Box::new(again),
            left: OnceLock::new(),
        }),
        targets: about.targets,
        dropped_terms: about.dropped_terms,
        warnings: about.warnings,
        outcome_unit: outcome_unit(panel),
        rows_by_label: false,
        left_out: None,
        own_inference: None,
        n_rows: panel.n_rows(),
        n_units: panel.n_units(),
        n_treated_units,
        exposure,
        clusters,
        cluster_names: panel.clusters.clone(),
        ledger: panel.ledger.clone(),
        model: None,
        components: Components::default(),
    }
}

/// A power of two of the size of the outcome's spread.
fn outcome_unit(panel: &Panel) -> f64 {
    let (low, high) = range(&panel.outcome);
    power_of_two_above(high - low)
}

fn range(values: &[f64]) -> (f64, f64) {
    values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &y| (l.min(y), h.max(y)))
}

/// The middle of the outcome's range, and a power of two by which differences of outcomes are divided so that neither they nor
/// their squares overflow or vanish.
pub(super) fn outcome_scale(panel: &Panel) -> (f64, f64) {
    range_scale(&panel.outcome)
}

/// The same of any column.
pub(super) fn range_scale(values: &[f64]) -> (f64, f64) {
    let (low, high) = range(values);
    let half = high / 2.0 - low / 2.0;
    let unit = if half > 0.0 { libm::ldexp(1.0, (libm::frexp(half).1 + 1).clamp(-1000, 1000)) } else { 1.0 };
    (low / 2.0 + high / 2.0, unit)
}

/// The clusters of a panel in a fit of all its rows.
pub(super) fn clusters(panel: &Panel, sides: &[Side]) -> Vec<FitCluster> {
    let strata = strata(panel);
    (0..panel.n_clusters())
        .map(|g| FitCluster {
            panel_ix: g as u32,
            stratum: strata[g],
            block: panel.blocks.as_ref().map(|b| b[g]),
            n_units: panel.units_of(g).len(),
            weight: panel.cluster_weight(g, &|_| true),
            side: sides[g],
        })
        .collect()
}

/// Σ over a cluster's rows of weight × (cell weight)², as shares of the whole, target by target.
fn information(panel: &Panel, cells: &[u32], cell_weights: &[Vec<f64>]) -> Matrix {
    let mut out = Matrix::zeros(panel.n_clusters(), cell_weights.len());
    let mut here = vec![0.0; cell_weights.first().map_or(0, Vec::len)];
    for g in 0..panel.n_clusters() {
        here.fill(0.0);
        for u in panel.units_of(g) {
            panel.rows_of(u).for_each(|r| here[cells[r] as usize] += panel.weight_of(r));
        }
        for (t, weights) in cell_weights.iter().enumerate() {
            out[(g, t)] = here.iter().zip(weights).map(|(n, a)| n * a * a).sum();
        }
    }
    for t in 0..cell_weights.len() {
        let total: f64 = (0..out.rows()).map(|g| out[(g, t)]).sum();
        if total > 0.0 {
            (0..out.rows()).for_each(|g| out[(g, t)] /= total);
        }
    }
    out
}

fn side(panel: &Panel, g: usize) -> Side {
    let cohorts = &panel.survey().clusters[g];
    let treated = |c: &u32| panel.cells.is_ever_treated(*c as usize);
    match (cohorts.iter().any(treated), cohorts.iter().all(treated)) {
        (true, true) => Side::Treated,
        (false, _) => Side::Comparison,
        (true, false) => Side::Both,
    }
}

/// Clusters in an order that depends on their numbers only: their influence, then the mean of their outcomes.
fn draw_order(panel: &Panel, influence: &Matrix) -> Vec<u32> {
    let mean = |g: usize| {
        let rows = panel.rows_of(panel.units_of(g).start).start..panel.rows_of(panel.units_of(g).end - 1).end;
        let n = rows.len() as f64;
        crate::num::sorted(panel.outcome[rows].to_vec()).iter().sum::<f64>() / n
    };
    let means: Vec<f64> = (0..influence.rows()).map(mean).collect();
    let mut order: Vec<u32> = (0..influence.rows() as u32).collect();
    order.sort_by(|&a, &b| {
        let (a, b) = (a as usize, b as usize);
        means[a].total_cmp(&means[b]).then_with(|| {
            influence
                .row(a)
                .iter()
                .zip(influence.row(b))
                .map(|(x, y)| x.total_cmp(y))
                .find(|o| o.is_ne())
                .unwrap_or(std::cmp::Ordering::Equal)
        })
    });
    order
}

/// The arithmetic, to be asked again and again.
struct Again {
    panel: Panel,
    arithmetic: Box<dyn Arithmetic>,
    treatments: Vec<Option<Treatment>>,
    labels: Option<Vec<u32>>,
}

impl Refit for Again {
    fn refit(&self, weights: &[f64]) -> Vec<Option<f64>> {
        self.arithmetic.solve(weights, false, &Serial).estimates.into_iter().map(Result::ok).collect()
    }

    fn refit_with_variance(&self, weights: &[f64]) -> Vec<Option<(f64, f64)>> {
        let solved = self.arithmetic.solve(weights, true, &Serial);
        let influence = solved.influence.expect("asked for");
        let variance = |t: usize| -> f64 { weights.iter().enumerate().map(|(g, w)| w * influence[(g, t)] * influence[(g, t)]).sum() };
        solved.estimates.into_iter().enumerate().map(|(t, e)| e.ok().map(|e| (e, variance(t)))).collect()
    }

    fn without(&self, cluster: usize) -> Vec<Option<f64>> {
        self.arithmetic.without(cluster).unwrap_or_else(|| {
            let mut counts = vec![1.0; self.panel.n_clusters()];
            counts[cluster] = 0.0;
            self.refit(&counts)
        })
    }

    fn placebo(&self) -> Option<Box<dyn Placebo + '_>> {
        self.arithmetic.placebo()
    }

    fn price(&self) -> f64 {
        self.arithmetic.price()
    }

    fn reassign(&self) -> Option<Box<dyn Reassign + '_>> {
        let labels = self.labels.as_ref()?;
        let linear = self.arithmetic.takes_off();
        let mut distinct: Vec<Treatment> = self.treatments.iter().flatten().copied().filter(|_| linear).collect();
        distinct.sort();
        distinct.dedup();
        // A constant effect as the outcome, one for each kind of target.
        let cells = &self.panel.cells;
        let moved = distinct.into_iter().map(|t| {
            let value: Vec<f64> = (0..cells.len() as u32).map(|c| t.of(cells.event_time(c))).collect();
            (t, self.panel.with_outcome(self.panel.cell.iter().map(|&c| value[c as usize]).collect()))
        });
        self.arithmetic.on(self.panel.clone())?;
        Some(Box::new(Relabelled { again: self, labels, moved: moved.collect() }))
    }
}

/// The same rows with other cohorts.
struct Relabelled<'a> {
    again: &'a Again,
    labels: &'a [u32],
    moved: Vec<(Treatment, Panel)>,
}

impl Relabelled<'_> {
    fn solve(&self, panel: &Panel, labels: &[u32], variances: bool) -> Option<Solved> {
        let counts: Vec<f64> = labels.iter().map(|l| f64::from(u8::from(*l != u32::MAX))).collect();
        let cohorts: Vec<u32> = labels.iter().zip(self.labels).map(|(&l, &own)| if l == u32::MAX { own } else { l }).collect();
        Some(self.again.arithmetic.assigned(panel, &cohorts)?.solve(&counts, variances, &Serial))
    }
}

impl Reassign for Relabelled<'_> {
    fn labels(&self) -> &[u32] {
        self.labels
    }

    fn untreated(&self) -> Option<u32> {
        self.again.panel.cells.has_never().then(|| self.again.panel.cells.cohorts.len() as u32 - 1)
    }

    fn takes_off(&self) -> bool {
        self.again.arithmetic.takes_off()
    }

    fn plain(&self, labels: &[u32]) -> Vec<Option<(f64, f64)>> {
        let Some(Solved { estimates, influence: Some(influence) }) = self.solve(&self.again.panel, labels, true) else {
            return vec![None; self.again.treatments.len()];
        };
        let squares = |t: usize| (0..labels.len()).filter(|&g| labels[g] != u32::MAX).map(|g| influence[(g, t)] * influence[(g, t)]).sum();
        let one = |(t, treatment): (usize, &Option<Treatment>)| {
            treatment.as_ref()?;
            Some((*estimates[t].as_ref().ok()?, squares(t)))
        };
        self.again.treatments.iter().enumerate().map(one).collect()
    }

    fn evaluate(&self, labels: &[u32], variances: bool) -> Vec<Option<Shifted>> {
        let none = || vec![None; self.again.treatments.len()];
        let Some(plain) = self.solve(&self.again.panel, labels, variances) else { return none() };
        let moved: Option<Vec<(Treatment, Solved)>> =
            self.moved.iter().map(|(t, panel)| Some((*t, self.solve(panel, labels, variances)?))).collect();
        let Some(moved) = moved else { return none() };
        let used = || (0..labels.len()).filter(|&g| labels[g] != u32::MAX);
        let one = |(t, treatment): (usize, &Option<Treatment>)| -> Option<Shifted> {
            let treatment = (*treatment)?;
            if !self.takes_off() {
                let variance = plain.influence.as_ref().map_or(0.0, |p| used().map(|g| p[(g, t)] * p[(g, t)]).sum());
                return Some(Shifted { estimate: [*plain.estimates[t].as_ref().ok()?, 0.0], variance: [variance, 0.0, 0.0] });
            }
            let tau = &moved.iter().find(|(kind, _)| *kind == treatment)?.1;
            let estimate = [*plain.estimates[t].as_ref().ok()?, *tau.estimates[t].as_ref().ok()?];
            let mut variance = [0.0; 3];
            if let (Some(p), Some(m)) = (&plain.influence, &tau.influence) {
                for g in used() {
                    let (p, m) = (p[(g, t)], m[(g, t)]);
                    variance[0] += p * p;
                    variance[1] -= 2.0 * p * m;
                    variance[2] += m * m;
                }
            }
            Some(Shifted { estimate, variance })
        };
        self.again.treatments.iter().enumerate().map(one).collect()
    }
}
