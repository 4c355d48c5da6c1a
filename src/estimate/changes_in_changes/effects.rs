//! The effects under any cluster weights, and each cluster's influence on them.

use super::counterfactual::{Four, Place, Rank, places};
use super::distribution::{Density, Distribution, Ordered};
use crate::estimate::arithmetic::{Arithmetic, Solved};
use crate::estimate::fit::NotIdentified;
use crate::num::Matrix;
use crate::panel::{Executor, Panel};

/// How the counterfactual is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Model {
    /// Changes-in-changes, the outcome taken for continuous.
    Changes,
    /// Changes-in-changes, bounds for a discrete outcome.
    Bounds,
    /// Quantile difference-in-differences.
    Quantiles,
}

/// One effect.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Effect {
    /// The mean effect on the treated; against the counterfactual of this rank.
    Mean(Rank),
    /// The effect at a quantile, in percent.
    Quantile(f64, Rank),
    /// One effect of this list minus another: by their places.
    Difference(usize, usize),
}

/// The sorted outcomes, and what is wanted of them.
pub(super) struct ChangesInChangesEffects {
    pub model: Model,
    pub effects: Vec<Effect>,
    n_clusters: usize,
    comparison_before: Ordered,
    comparison_after: Ordered,
    treated_before: Ordered,
    treated_after: Ordered,
    /// Where the outcomes of the treated before stand among the comparison group's.
    places: Vec<Place>,
    /// Why an effect is not identified in the whole sample.
    unsupported: Vec<Option<NotIdentified>>,
}

/// Rows of (outcome, cluster, weight) of the four groups.
#[derive(Default)]
pub(super) struct Rows {
    pub comparison_before: Vec<(f64, u32, f64)>,
    pub comparison_after: Vec<(f64, u32, f64)>,
    pub treated_before: Vec<(f64, u32, f64)>,
    pub treated_after: Vec<(f64, u32, f64)>,
}

impl ChangesInChangesEffects {
    pub fn new(model: Model, effects: Vec<Effect>, rows: Rows, n_clusters: usize) -> ChangesInChangesEffects {
        let all = || [&rows.comparison_before, &rows.comparison_after, &rows.treated_before, &rows.treated_after].into_iter().flatten();
        let counted = all().next().is_none_or(|first| all().all(|r| r.2 == first.2));
        let mut out = ChangesInChangesEffects {
            model,
            n_clusters,
            places: Vec::new(),
            unsupported: vec![None; effects.len()],
            effects,
            comparison_before: Ordered::new(rows.comparison_before, counted),
            comparison_after: Ordered::new(rows.comparison_after, counted),
            treated_before: Ordered::new(rows.treated_before, counted),
            treated_after: Ordered::new(rows.treated_after, counted),
        };
        out.places = places(&out.treated_before.values, &out.comparison_before.values);
        out.unsupported = out.find_unsupported();
        out
    }

    /// Rows of the treated before whose outcome lies below and above the range of the comparison group's, and all.
    pub fn outside(&self) -> (usize, usize, usize) {
        let count = |test: &dyn Fn(f64) -> bool| -> usize {
            let values = &self.treated_before.values;
            (0..values.len()).filter(|&v| test(values[v])).map(|v| self.treated_before.rows(v).len()).sum()
        };
        let (low, high) = match self.comparison_before.values.as_slice() {
            [low, .., high] => (*low, *high),
            [only] => (*only, *only),
            [] => return (0, 0, self.treated_before.n_rows()),
        };
        (count(&|y| y < low), count(&|y| y > high), self.treated_before.n_rows())
    }

    /// The distinct outcomes of the treated before and the comparison group before, and their rows.
    pub fn distinct(&self) -> (usize, usize) {
        let groups = [&self.comparison_before, &self.treated_before];
        (groups.iter().map(|g| g.values.len()).sum(), groups.iter().map(|g| g.n_rows()).sum())
    }

    fn under(&self, counts: &[f64]) -> Option<Four<'_>> {
        let four = Four {
            comparison_before: self.comparison_before.under(counts),
            comparison_after: self.comparison_after.under(counts),
            treated_before: self.treated_before.under(counts),
            treated_after: self.treated_after.under(counts),
        };
        let groups = [&four.comparison_before, &four.comparison_after, &four.treated_before, &four.treated_after];
        groups.iter().all(|g| g.total > 0.0).then_some(four)
    }

    fn find_unsupported(&self) -> Vec<Option<NotIdentified>> {
        let whole = self.under(&vec![1.0; self.n_clusters]);
        let quantile = |percent: f64| -> Option<NotIdentified> {
            let four = whole.as_ref()?;
            let y = four.treated_before.of.values[four.treated_before.quantile(percent)];
            (!four.is_supported(y)).then(|| {
                NotIdentified(format!(
                    "at the {percent} % quantile the treated group's outcomes before lie outside the range of the comparison group's, so nothing tells how they would have changed"
                ))
            })
        };
        let one = |effect: &Effect| match effect {
            Effect::Quantile(percent, _) if self.model != Model::Quantiles => quantile(*percent),
            _ => None,
        };
        let mut out: Vec<Option<NotIdentified>> = self.effects.iter().map(one).collect();
        for (t, effect) in self.effects.iter().enumerate() {
            if let Effect::Difference(a, b) = *effect {
                out[t] = out[a].clone().or_else(|| out[b].clone());
            }
        }
        out
    }
}

/// The influence of each group's values on one effect, before it is divided by the group's total.
struct Influence {
    comparison_before: Vec<f64>,
    comparison_after: Vec<f64>,
    treated_before: Vec<f64>,
    treated_after: Vec<f64>,
}

/// The four groups with what one set of counts makes of them.
struct Solving<'a> {
    model: Model,
    four: &'a Four<'a>,
    /// The counterfactual places, where all who share an outcome have its highest rank, and its lowest.
    highest: Vec<usize>,
    lowest: Vec<usize>,
    /// An outcome near the middle, taken off before outcomes are added up.
    reference: f64,
}

impl<'a> Solving<'a> {
    fn new(model: Model, four: &'a Four<'a>, places: &[Place]) -> Solving<'a> {
        let place = |wanted: bool, rank| if wanted { four.counterfactual(rank, places) } else { Vec::new() };
        let after = &four.comparison_after;
        Solving {
            model,
            four,
            highest: place(model != Model::Quantiles, Rank::Highest),
            lowest: place(model == Model::Bounds, Rank::Lowest),
            reference: after.of.values[after.quantile(50.0)],
        }
    }

    fn places(&self, rank: Rank) -> &[usize] {
        if rank == Rank::Highest { &self.highest } else { &self.lowest }
    }

    fn centred_mean(&self, of: &Distribution<'_>) -> f64 {
        of.mean(|v| of.of.values[v] - self.reference)
    }

    /// The mean counterfactual outcome, less the reference.
    fn mean_counterfactual(&self, rank: Rank) -> f64 {
        let (places, values) = (self.places(rank), &self.four.comparison_after.of.values);
        self.four.treated_before.mean(|v| values[places[v]] - self.reference)
    }

    fn estimate(&self, effect: Effect) -> f64 {
        let Four { comparison_before: b0, comparison_after: a0, treated_before: b1, treated_after: a1 } = self.four;
        match (effect, self.model) {
            (Effect::Mean(_), Model::Quantiles) => {
                (self.centred_mean(a1) - self.centred_mean(b1)) - (self.centred_mean(a0) - self.centred_mean(b0))
            }
            (Effect::Mean(rank), _) => self.centred_mean(a1) - self.mean_counterfactual(rank),
            (Effect::Quantile(p, _), Model::Quantiles) => {
                let at = |d: &Distribution<'_>| d.of.values[d.quantile(p)];
                (at(a1) - at(b1)) - (at(a0) - at(b0))
            }
            (Effect::Quantile(p, rank), _) => a1.of.values[a1.quantile(p)] - a0.of.values[self.places(rank)[b1.quantile(p)]],
            (Effect::Difference(..), _) => 0.0,
        }
    }

    fn influence(&self, effect: Effect, densities: &Densities<'_>) -> Influence {
        let Four { comparison_before: b0, comparison_after: a0, treated_before: b1, treated_after: a1 } = self.four;
        let nothing = |d: &Distribution<'_>| vec![0.0; d.mass.len()];
        // sign · (value − mean).
        let level = |d: &Distribution<'_>, sign: f64| -> Vec<f64> {
            let mean = self.centred_mean(d);
            d.of.values.iter().map(|y| sign * (y - self.reference - mean)).collect()
        };
        // factor · (1{value ≤ the v-th} − F(the v-th)).
        let step = |d: &Distribution<'_>, v: usize, factor: f64| -> Vec<f64> {
            let share = d.share(v);
            (0..d.mass.len()).map(|i| factor * (f64::from(u8::from(i <= v)) - share)).collect()
        };
        match (effect, self.model) {
            (Effect::Mean(_), Model::Quantiles) => Influence {
                comparison_before: level(b0, 1.0),
                comparison_after: level(a0, -1.0),
                treated_before: level(b1, -1.0),
                treated_after: level(a1, 1.0),
            },
            (Effect::Mean(rank), model) => {
                let (places, values) = (self.places(rank), &a0.of.values);
                let mean = self.mean_counterfactual(rank);
                let (comparison_before, comparison_after) =
                    if model == Model::Changes { self.through_ranks(densities) } else { (nothing(b0), nothing(a0)) };
                Influence {
                    comparison_before,
                    comparison_after,
                    treated_before: places.iter().map(|&k| -(values[k] - self.reference - mean)).collect(),
                    treated_after: level(a1, 1.0),
                }
            }
            (Effect::Quantile(p, _), Model::Quantiles) => {
                let one = |d: &Distribution<'_>, density: &Density<'_>, sign: f64| {
                    let v = d.quantile(p);
                    step(d, v, sign * density.inverse(d.of.values[v]))
                };
                Influence {
                    comparison_before: one(b0, &densities.comparison_before, -1.0),
                    comparison_after: one(a0, &densities.comparison_after, 1.0),
                    treated_before: one(b1, &densities.treated_before, 1.0),
                    treated_after: one(a1, &densities.treated_after, -1.0),
                }
            }
            (Effect::Quantile(p, rank), Model::Changes) => {
                let (from, q) = (b1.quantile(p), a1.quantile(p));
                let x = b1.of.values[from];
                let k = self.places(rank)[from];
                let inverse = densities.comparison_after.inverse(a0.of.values[k]);
                let slope = densities.comparison_before.at(x) * inverse;
                let n = b0.of.values.partition_point(|y| *y <= x);
                Influence {
                    comparison_before: if n == 0 { nothing(b0) } else { step(b0, n - 1, -inverse) },
                    comparison_after: step(a0, k, inverse),
                    treated_before: step(b1, from, slope * densities.treated_before.inverse(x)),
                    treated_after: step(a1, q, -densities.treated_after.inverse(a1.of.values[q])),
                }
            }
            // A quantile of a discrete outcome does not move with a single row; a difference is made of others.
            _ => Influence {
                comparison_before: nothing(b0),
                comparison_after: nothing(a0),
                treated_before: nothing(b1),
                treated_after: nothing(a1),
            },
        }
    }

    /// How the comparison group's rows move the mean counterfactual, with the sign of the effect: −p and −q of Athey and
    /// Imbens's theorem 5.1. With a(z) = weight of z / f₀₁(k(z)):
    /// p(y) = Σ_z a(z)·(1{y ≤ z} − F₀₀(z)), q(y) = −Σ_z a(z)·(1{y ≤ k(z)} − F₀₁(k(z))).
    fn through_ranks(&self, densities: &Densities<'_>) -> (Vec<f64>, Vec<f64>) {
        let Four { comparison_before: b0, comparison_after: a0, treated_before: b1, .. } = self.four;
        let (mut at_before, mut at_after) = (vec![0.0; b0.mass.len()], vec![0.0; a0.mass.len()]);
        let (mut mean_before, mut mean_after) = (0.0, 0.0);
        for (j, &z) in b1.of.values.iter().enumerate() {
            let n = b0.of.values.partition_point(|y| *y <= z);
            if b1.mass[j] <= 0.0 || n == 0 || b0.up_to[n - 1] <= 0.0 {
                continue;
            }
            let k = self.highest[j];
            let a = b1.mass[j] / b1.total * densities.comparison_after.inverse(a0.of.values[k]);
            at_before[n - 1] += a;
            at_after[k] += a;
            mean_before += a * b0.share(n - 1);
            mean_after += a * a0.share(k);
        }
        // From "at z" to "at or above y".
        let above = |at: Vec<f64>, mean: f64, sign: f64| -> Vec<f64> {
            let mut sum = 0.0;
            let mut out: Vec<f64> = at
                .iter()
                .rev()
                .map(|a| {
                    sum += a;
                    sign * (sum - mean)
                })
                .collect();
            out.reverse();
            out
        };
        (above(at_before, mean_before, -1.0), above(at_after, mean_after, 1.0))
    }
}

/// The four smoothed densities.
struct Densities<'a> {
    comparison_before: Density<'a>,
    comparison_after: Density<'a>,
    treated_before: Density<'a>,
    treated_after: Density<'a>,
}

impl Arithmetic for ChangesInChangesEffects {
    fn solve(&self, counts: &[f64], influence: bool, _: &dyn Executor) -> Solved {
        let Some(four) = self.under(counts) else {
            let reason = NotIdentified("one of the four groups (treated or not, before or after) has no rows".into());
            return Solved {
                estimates: vec![Err(reason); self.effects.len()],
                influence: influence.then(|| Matrix::zeros(self.n_clusters, self.effects.len())),
            };
        };
        let solving = Solving::new(self.model, &four, &self.places);
        let mut estimates: Vec<f64> = self.effects.iter().map(|e| solving.estimate(*e)).collect();
        for (t, effect) in self.effects.iter().enumerate() {
            if let Effect::Difference(a, b) = *effect {
                estimates[t] = estimates[a] - estimates[b];
            }
        }
        let table = influence.then(|| self.table(&solving, counts));
        let estimates = estimates.into_iter().zip(&self.unsupported).map(|(e, why)| why.clone().map_or(Ok(e), Err)).collect();
        Solved { estimates, influence: table }
    }

    fn on(&self, _: Panel) -> Option<Box<dyn Arithmetic>> {
        None
    }

    fn price(&self) -> f64 {
        let rows: usize =
            [&self.comparison_before, &self.comparison_after, &self.treated_before, &self.treated_after].iter().map(|g| g.n_rows()).sum();
        (rows * (8 + 4 * self.effects.len())) as f64
    }
}

impl ChangesInChangesEffects {
    fn table(&self, solving: &Solving<'_>, counts: &[f64]) -> Matrix {
        let four = solving.four;
        let densities = Densities {
            comparison_before: four.comparison_before.density(counts),
            comparison_after: four.comparison_after.density(counts),
            treated_before: four.treated_before.density(counts),
            treated_after: four.treated_after.density(counts),
        };
        let mut table = Matrix::zeros(self.n_clusters, self.effects.len());
        for (t, effect) in self.effects.iter().enumerate() {
            if self.unsupported[t].is_some() {
                continue;
            }
            if let Effect::Difference(a, b) = *effect {
                (0..self.n_clusters).for_each(|g| table[(g, t)] = table[(g, a)] - table[(g, b)]);
                continue;
            }
            let influence = solving.influence(*effect, &densities);
            for (group, phi) in [
                (&four.comparison_before, &influence.comparison_before),
                (&four.comparison_after, &influence.comparison_after),
                (&four.treated_before, &influence.treated_before),
                (&four.treated_after, &influence.treated_after),
            ] {
                group.of.add(phi, group.total, &mut table, t);
            }
        }
        table
    }
}
