//! All comparisons of a panel, and the effects that average over them.

use super::classes::Classes;
use super::coefficients::{Coefficients, Covariates, Solved as Slopes, by_numbers};
use super::comparison::{Comparison, Part, Solved as Compared};
use super::horizons::Horizon;
use crate::estimate::NotIdentified;
use crate::estimate::arithmetic::{Arithmetic, Solved, outcome_scale};
use crate::num::Matrix;
use crate::panel::{Executor, Panel, spread};
use std::cmp::Ordering;
use std::sync::Arc;

/// What an effect averages over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Goal {
    /// All distances from the switch on.
    Total,
    /// One distance.
    Event(i64),
}

/// The horizons with their changes.
pub(super) struct Switchers {
    horizons: Arc<Vec<Horizon>>,
    goals: Arc<Vec<Goal>>,
    normalized: bool,
    comparisons: Vec<Comparison>,
    coefficients: Coefficients,
    n_clusters: usize,
    /// The power of two by which outcomes were divided.
    unit: f64,
    /// Whether other assignments of treatments that stay on can be tried.
    stays_on: bool,
}

/// One unit on one side of a comparison.
struct One {
    /// The treatment switched to; 0 for those who have not.
    to: f64,
    weight: f64,
    change: f64,
    dose: f64,
    beyond: f64,
    /// The change of its covariates.
    x: Box<[f64]>,
}

impl One {
    fn order(&self, other: &One) -> Ordering {
        let each = |x: &One| [x.to, x.change, x.weight, x.dose, x.beyond];
        by_numbers(&each(self), &each(other)).then_with(|| by_numbers(&self.x, &other.x))
    }
}

/// The units of one cluster as parts, those that switched to the same treatment together.
fn parts(units: &mut [One], cluster: u32) -> impl Iterator<Item = (f64, Part)> + '_ {
    units.sort_by(One::order);
    units.chunk_by(|a, b| a.to == b.to).map(move |alike| {
        let mut part = Part { cluster, weight: 0.0, change: 0.0, dose: 0.0, beyond: 0.0, x: vec![0.0; alike[0].x.len()].into() };
        for one in alike {
            part.weight += one.weight;
            part.change += one.weight * one.change;
            part.dose += one.weight * one.dose;
            part.beyond += one.weight * one.beyond;
            part.x.iter_mut().zip(&one.x).for_each(|(sum, x)| *sum += one.weight * x);
        }
        (alike[0].to, part)
    })
}

fn order(a: &(f64, Part), b: &(f64, Part)) -> Ordering {
    let each = |(to, p): &(f64, Part)| [*to, p.change, p.weight, p.dose, p.beyond];
    by_numbers(&each(a), &each(b)).then_with(|| by_numbers(&a.1.x, &b.1.x))
}

impl Switchers {
    pub(super) fn new(panel: &Panel, classes: &Classes, horizons: Arc<Vec<Horizon>>, goals: Arc<Vec<Goal>>, normalized: bool) -> Switchers {
        let (_, unit) = outcome_scale(panel);
        let status = panel.extras.status.as_ref();
        let covariates = Covariates::of(panel);
        // The comparisons in which each class takes part.
        let mut of_class: Vec<Vec<usize>> = vec![Vec::new(); classes.list.len()];
        for (k, h) in horizons.iter().enumerate() {
            of_class[h.class].push(k);
            h.others.clone().for_each(|c| of_class[c].push(k));
        }
        let mut sides: Vec<[Vec<(f64, Part)>; 2]> = horizons.iter().map(|_| Default::default()).collect();
        let mut row_of: Vec<Option<usize>> = vec![None; panel.cells.periods.len()];
        let mut here: Vec<[Vec<One>; 2]> = horizons.iter().map(|_| Default::default()).collect();
        for g in 0..panel.n_clusters() {
            let mut touched = Vec::new();
            for u in panel.units_of(g) {
                row_of.fill(None);
                panel.rows_of(u).for_each(|r| row_of[panel.cells.period_ix(panel.cell[r])] = Some(r));
                let class = classes.of_unit[u] as usize;
                for &k in &of_class[class] {
                    let h = &horizons[k];
                    let (Some(at), Some(base), Some(compared)) = (row_of[h.at], row_of[h.base], row_of[h.compared]) else { continue };
                    let (weight, change) = (panel.weight_of(at), panel.outcome[compared] / unit - panel.outcome[base] / unit);
                    let (to, dose, beyond) = match status {
                        _ if h.class != class => (0.0, 0.0, 0.0),
                        None => (1.0, 1.0, 0.0),
                        Some(s) => (s.changed[at], (s.now[at] - s.baseline[at]).abs(), s.cumulated[at].abs() - h.length as f64),
                    };
                    let one = One { to, weight, change, dose, beyond, x: covariates.change(base, compared) };
                    here[k][usize::from(h.class != class)].push(one);
                    touched.push(k);
                }
            }
            touched.sort_unstable();
            touched.dedup();
            for k in touched {
                for (units, side) in here[k].iter_mut().zip(&mut sides[k]) {
                    side.extend(parts(units, g as u32));
                    units.clear();
                }
            }
        }
        let comparison = |[mut switchers, mut others]: [Vec<(f64, Part)>; 2]| {
            switchers.sort_by(order);
            others.sort_by(order);
            let plain = |parts: &[(f64, Part)]| parts.iter().map(|(_, p)| p.clone()).collect::<Vec<Part>>();
            Comparison { switchers: switchers.chunk_by(|a, b| a.0 == b.0).map(plain).collect(), others: plain(&others) }
        };
        let comparisons = sides.into_iter().map(comparison).collect();
        let coefficients = Coefficients::new(panel, classes, unit);
        let (n_clusters, stays_on) = (panel.n_clusters(), status.is_none());
        Switchers { horizons, goals, normalized, comparisons, coefficients, n_clusters, unit, stays_on }
    }

    /// For each goal the weight of a unit's outcome in the estimate, by class and period (numbered `class · periods + period`).
    pub(super) fn cell_weights(&self, panel: &Panel, classes: &Classes) -> Vec<Vec<f64>> {
        let n_periods = panel.cells.periods.len();
        let counts = vec![1.0; self.n_clusters];
        let slopes = self.coefficients.solve(&counts);
        let solved: Vec<Option<Compared>> = (0..self.comparisons.len()).map(|k| self.compare(k, &slopes, &counts, false)).collect();
        let one = |goal: &Goal| {
            let mut out = vec![0.0; classes.list.len() * n_periods];
            let Some(per) = self.per(*goal, &solved) else { return out };
            for (k, share) in per {
                let h = &self.horizons[k];
                let (ours, theirs) = self.comparisons[k].weights(&counts);
                let sides = std::iter::once((h.class, share / ours)).chain(h.others.clone().map(|c| (c, -share / theirs)));
                for (class, weight) in sides {
                    out[class * n_periods + h.compared] += weight;
                    out[class * n_periods + h.base] -= weight;
                }
            }
            out
        };
        self.goals.iter().map(one).collect()
    }

    /// One comparison with the slopes of its treatment at first.
    fn compare(&self, k: usize, slopes: &[Slopes], counts: &[f64], influence: bool) -> Option<Compared> {
        self.comparisons[k].solve(counts, &slopes[self.baseline_of(k)].slopes, influence)
    }

    fn baseline_of(&self, k: usize) -> usize {
        self.coefficients.baseline_of(self.horizons[k].class)
    }

    /// The covariates that have no slope for some treatment at first, and for how many they have none; how many such treatments there are.
    pub(super) fn without_slope(&self) -> (Vec<(usize, usize)>, usize) {
        let solved = self.coefficients.solve(&vec![1.0; self.n_clusters]);
        let mut all: Vec<usize> = solved.iter().flat_map(|s| s.dropped.iter().copied()).collect();
        all.sort_unstable();
        (all.chunk_by(|a, b| a == b).map(|same| (same[0], same.len())).collect(), solved.len())
    }

    /// The classes and periods (by their places) whose effect is told.
    pub(super) fn told(&self) -> Vec<(usize, usize)> {
        let counts = vec![1.0; self.n_clusters];
        let has_both = |k: usize| {
            let (ours, theirs) = self.comparisons[k].weights(&counts);
            ours > 0.0 && theirs > 0.0
        };
        let horizons = self.horizons.iter().enumerate();
        horizons.filter(|(k, h)| !h.is_placebo() && has_both(*k)).map(|(_, h)| (h.class, h.at)).collect()
    }

    /// Whether some comparison has a single cluster of switchers, or of those not yet switched.
    pub(super) fn has_lone_clusters(&self) -> bool {
        self.comparisons.iter().any(Comparison::has_lone_clusters)
    }

    /// The comparisons that a goal averages over, and the factor of each in the effect, but for the unit of the outcome: the share of
    /// its switchers, negative where their treatment falls, over the treatment that an effect is divided by. `None` where there is none.
    fn per(&self, goal: Goal, solved: &[Option<Compared>]) -> Option<Vec<(usize, f64)>> {
        let belongs = |h: &Horizon| match goal {
            Goal::Total => !h.is_placebo(),
            Goal::Event(e) => h.event == e,
        };
        let members = || (0..solved.len()).filter(|&k| belongs(&self.horizons[k])).filter_map(|k| Some((k, solved[k].as_ref()?)));
        let total: f64 = members().map(|(_, c)| c.weight).sum();
        // The overall effect is one of a unit of treatment in a period; what is normalized, of all treatment since the switch.
        let amount = match goal {
            Goal::Total => members().map(|(_, c)| c.dose).sum::<f64>() / total,
            Goal::Event(_) if self.normalized => {
                let length = |k: usize| self.horizons[k].length as f64;
                let one = members().next().map_or(0.0, |(k, _)| length(k));
                one + members().map(|(k, c)| c.weight * (length(k) - one) + c.beyond).sum::<f64>() / total
            }
            Goal::Event(_) => 1.0,
        };
        let share = |(k, c): (usize, &Compared)| (k, self.horizons[k].sign * (c.weight / total / amount));
        (total > 0.0 && amount > 0.0).then(|| members().map(share).collect())
    }
}

impl Arithmetic for Switchers {
    fn solve(&self, counts: &[f64], influence: bool, executor: &dyn Executor) -> Solved {
        let slopes = self.coefficients.solve(counts);
        let solved = spread(executor, self.comparisons.len(), |k| self.compare(k, &slopes, counts, influence));
        let mut matrix = influence.then(|| Matrix::zeros(self.n_clusters, self.goals.len()));
        let mut estimates = Vec::with_capacity(self.goals.len());
        for (t, &goal) in self.goals.iter().enumerate() {
            let Some(per) = self.per(goal, &solved) else {
                estimates
                    .push(Err(NotIdentified("no unit seen in the periods compared has others, not yet switched, to compare with".into())));
                continue;
            };
            let members = || per.iter().filter_map(|&(k, share)| Some((solved[k].as_ref()?, share * self.unit)));
            estimates.push(Ok(members().map(|(c, share)| share * c.estimate).sum()));
            if let Some(matrix) = &mut matrix {
                for (c, share) in members() {
                    c.influence.iter().for_each(|&(g, psi)| matrix[(g as usize, t)] += share * psi);
                }
                // What is taken off moves with the slopes.
                let mut along = vec![vec![0.0; slopes.first().map_or(0, |s| s.slopes.len())]; slopes.len()];
                for &(k, share) in &per {
                    let x = solved[k].iter().flat_map(|c| &c.x);
                    along[self.baseline_of(k)].iter_mut().zip(x).for_each(|(sum, x)| *sum -= share * self.unit * x);
                }
                for (b, along) in along.iter().enumerate() {
                    self.coefficients.influence(b, &slopes[b], along, counts, &mut |g, psi| matrix[(g as usize, t)] += psi);
                }
            }
        }
        Solved { estimates, influence: matrix }
    }

    fn on(&self, panel: Panel) -> Option<Box<dyn Arithmetic>> {
        let again = || Switchers::new(&panel, &Classes::of(&panel), self.horizons.clone(), self.goals.clone(), self.normalized);
        self.stays_on.then(|| -> Box<dyn Arithmetic> { Box::new(again()) })
    }

    fn takes_off(&self) -> bool {
        // A constant effect, divided by the treated periods, is none.
        !self.normalized
    }

    fn price(&self) -> f64 {
        2.0 * self.comparisons.iter().map(|c| c.n_parts() as f64).sum::<f64>() + self.coefficients.price()
    }
}
