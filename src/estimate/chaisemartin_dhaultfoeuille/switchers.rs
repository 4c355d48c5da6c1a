//! Changes of switchers and of those not yet switched, under any cluster weights.

use super::horizons::Horizon;
use crate::estimate::NotIdentified;
use crate::estimate::arithmetic::{Arithmetic, Solved, outcome_scale};
use crate::num::Matrix;
use crate::panel::{Executor, Panel, spread};
use std::sync::Arc;

/// What an effect averages over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Goal {
    /// All distances from the switch on.
    Total,
    /// One distance.
    Event(i64),
}

/// Those of one cluster on one side of a comparison.
#[derive(Debug, Clone, Copy)]
struct Part {
    cluster: u32,
    /// The sum of their weights.
    weight: f64,
    /// The weighted sum of their changes.
    change: f64,
}

/// Both sides of one horizon; the parts stand in an order that depends on their numbers only.
#[derive(Debug, Default)]
struct Sides {
    switchers: Vec<Part>,
    others: Vec<Part>,
}

/// The horizons with their changes.
pub(super) struct Switchers {
    horizons: Arc<Vec<Horizon>>,
    goals: Arc<Vec<Goal>>,
    normalized: bool,
    sides: Vec<Sides>,
    n_clusters: usize,
    /// The power of two by which outcomes were divided.
    unit: f64,
}

/// One horizon solved.
struct One {
    /// The weight of its switchers.
    weight: f64,
    estimate: f64,
    /// By cluster, where it takes part.
    influence: Vec<(u32, f64)>,
}

/// Clusters, weight and mean change of one side.
#[derive(Clone, Copy)]
struct Side {
    clusters: f64,
    weight: f64,
    change: f64,
}

impl Side {
    fn of(parts: &[Part], counts: &[f64]) -> Side {
        let mut out = Side { clusters: 0.0, weight: 0.0, change: 0.0 };
        for part in parts {
            let count = counts[part.cluster as usize];
            out.clusters += count;
            out.weight += count * part.weight;
            out.change += count * part.change;
        }
        out
    }

    fn mean(&self) -> f64 {
        self.change / self.weight
    }

    fn factor(&self) -> f64 {
        if self.clusters > 1.0 { (self.clusters / (self.clusters - 1.0)).sqrt() } else { 1.0 }
    }
}

impl Sides {
    /// How many clusters hold switchers and others.
    fn on_both(&self, counts: &[f64]) -> f64 {
        let mut others: Vec<u32> = self.others.iter().map(|p| p.cluster).collect();
        others.sort_unstable();
        let both = |p: &&Part| others.binary_search(&p.cluster).is_ok();
        self.switchers.iter().filter(both).map(|p| counts[p.cluster as usize]).sum()
    }
}

impl Switchers {
    pub(super) fn new(panel: &Panel, horizons: Arc<Vec<Horizon>>, goals: Arc<Vec<Goal>>, normalized: bool) -> Switchers {
        let (_, unit) = outcome_scale(panel);
        let mut sides: Vec<Sides> = horizons.iter().map(|_| Sides::default()).collect();
        let mut row_of: Vec<Option<usize>> = vec![None; panel.cells.periods.len()];
        let mut here: Vec<[Vec<(f64, f64)>; 2]> = horizons.iter().map(|_| Default::default()).collect();
        for g in 0..panel.n_clusters() {
            for u in panel.units_of(g) {
                row_of.fill(None);
                panel.rows_of(u).for_each(|r| row_of[panel.cells.period_ix(panel.cell[r])] = Some(r));
                let cohort = panel.cohort_of(u);
                for (h, pairs) in horizons.iter().zip(&mut here).filter(|(h, _)| h.cohort == cohort || cohort >= h.later) {
                    let (Some(at), Some(base), Some(compared)) = (row_of[h.at], row_of[h.base], row_of[h.compared]) else { continue };
                    let weight = panel.weight_of(at);
                    let change = panel.outcome[compared] / unit - panel.outcome[base] / unit;
                    pairs[usize::from(h.cohort != cohort)].push((weight, change));
                }
            }
            for (pairs, sides) in here.iter_mut().zip(&mut sides) {
                for (pairs, side) in pairs.iter_mut().zip([&mut sides.switchers, &mut sides.others]) {
                    if !pairs.is_empty() {
                        pairs.sort_by(|a, b| a.1.total_cmp(&b.1).then_with(|| a.0.total_cmp(&b.0)));
                        let (weight, change) = pairs.iter().fold((0.0, 0.0), |(w, c), (weight, change)| (w + weight, c + weight * change));
                        side.push(Part { cluster: g as u32, weight, change });
                        pairs.clear();
                    }
                }
            }
        }
        for side in sides.iter_mut().flat_map(|s| [&mut s.switchers, &mut s.others]) {
            side.sort_by(|a, b| a.change.total_cmp(&b.change).then_with(|| a.weight.total_cmp(&b.weight)));
        }
        Switchers { horizons, goals, normalized, sides, n_clusters: panel.n_clusters(), unit }
    }

    /// For each goal the weight of a unit's outcome in the estimate, by cell.
    pub(super) fn cell_weights(&self, panel: &Panel) -> Vec<Vec<f64>> {
        let cells = &panel.cells;
        let counts = vec![1.0; self.n_clusters];
        let both = |s: &Sides| (Side::of(&s.switchers, &counts).weight, Side::of(&s.others, &counts).weight);
        let weights: Vec<(f64, f64)> = self.sides.iter().map(both).collect();
        let one = |goal: &Goal| {
            let mut out = vec![0.0; cells.len()];
            let own = |k: usize| if weights[k].1 > 0.0 { weights[k].0 } else { 0.0 };
            let total: f64 = self.members(*goal).map(own).sum();
            for k in self.members(*goal).filter(|&k| own(k) > 0.0) {
                let (h, scale) = (&self.horizons[k], own(k) / total / self.scale(*goal, k));
                let cohorts = std::iter::once((h.cohort, scale / weights[k].0))
                    .chain((h.later..cells.cohorts.len()).map(|c| (c, -scale / weights[k].1)));
                for (cohort, weight) in cohorts {
                    out[cells.cell(cohort, h.compared) as usize] += weight;
                    out[cells.cell(cohort, h.base) as usize] -= weight;
                }
            }
            out
        };
        self.goals.iter().map(one).collect()
    }

    /// Whether some horizon has a single cluster of switchers, or of those not yet switched.
    pub(super) fn has_lone_clusters(&self) -> bool {
        self.sides.iter().any(|s| s.switchers.len() == 1 || s.others.len() == 1)
    }

    /// The horizons that a goal averages over.
    fn members(&self, goal: Goal) -> impl Iterator<Item = usize> + '_ {
        (0..self.horizons.len()).filter(move |&k| match goal {
            Goal::Total => !self.horizons[k].is_placebo(),
            Goal::Event(e) => self.horizons[k].event == e,
        })
    }

    /// What an effect is divided by: with a treatment that stays on, the periods of treatment that it took.
    fn scale(&self, goal: Goal, horizon: usize) -> f64 {
        if self.normalized && goal != Goal::Total { self.horizons[horizon].length as f64 } else { 1.0 }
    }

    fn one(&self, sides: &Sides, counts: &[f64], influence: bool) -> Option<One> {
        let (ours, theirs) = (Side::of(&sides.switchers, counts), Side::of(&sides.others, counts));
        if ours.weight <= 0.0 || theirs.weight <= 0.0 {
            return None;
        }
        let mut out = One { weight: ours.weight, estimate: ours.mean() - theirs.mean(), influence: Vec::new() };
        if !influence {
            return Some(out);
        }
        // One cluster alone does not show how clusters differ: its deviation is that from the mean of both sides.
        let union = || Side {
            clusters: ours.clusters + theirs.clusters - sides.on_both(counts),
            weight: ours.weight + theirs.weight,
            change: ours.change + theirs.change,
        };
        for (side, parts, sign) in [(ours, &sides.switchers, 1.0), (theirs, &sides.others, -1.0)] {
            let around = if side.clusters > 1.0 { side } else { union() };
            let (mean, factor) = (around.mean(), around.factor());
            let of = |p: &Part| (p.cluster, sign * factor * (p.change - p.weight * mean) / side.weight);
            out.influence.extend(parts.iter().filter(|p| counts[p.cluster as usize] > 0.0).map(of));
        }
        Some(out)
    }
}

impl Arithmetic for Switchers {
    fn solve(&self, counts: &[f64], influence: bool, executor: &dyn Executor) -> Solved {
        let solved = spread(executor, self.sides.len(), |k| self.one(&self.sides[k], counts, influence));
        let mut matrix = influence.then(|| Matrix::zeros(self.n_clusters, self.goals.len()));
        let mut estimates = Vec::with_capacity(self.goals.len());
        for (t, &goal) in self.goals.iter().enumerate() {
            let members = || self.members(goal).filter_map(|k| solved[k].as_ref().map(|one| (k, one)));
            let total: f64 = members().map(|(_, one)| one.weight).sum();
            if total <= 0.0 {
                estimates
                    .push(Err(NotIdentified("no unit seen in the periods compared has others, not yet switched, to compare with".into())));
                continue;
            }
            let share = |k: usize, one: &One| one.weight / total / self.scale(goal, k) * self.unit;
            estimates.push(Ok(members().map(|(k, one)| share(k, one) * one.estimate).sum()));
            if let Some(matrix) = &mut matrix {
                for (k, one) in members() {
                    let share = share(k, one);
                    one.influence.iter().for_each(|&(g, psi)| matrix[(g as usize, t)] += share * psi);
                }
            }
        }
        Solved { estimates, influence: matrix }
    }

    fn on(&self, panel: Panel) -> Option<Box<dyn Arithmetic>> {
        Some(Box::new(Switchers::new(&panel, self.horizons.clone(), self.goals.clone(), self.normalized)))
    }

    fn takes_off(&self) -> bool {
        // A constant effect, divided by the treated periods, is none.
        !self.normalized
    }

    fn price(&self) -> f64 {
        2.0 * self.sides.iter().map(|s| (s.switchers.len() + s.others.len()) as f64).sum::<f64>()
    }
}
