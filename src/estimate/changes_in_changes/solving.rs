//! The estimates that one set of counts gives, and how each group's rows move them.

use super::counterfactual::{Four, Place, Rank};
use super::distribution::{Density, Distribution};
use super::effects::{Effect, Model};

/// The influence of each group's values on one effect, before it is divided by the group's total.
pub(super) struct Influence {
    pub comparison_before: Vec<f64>,
    pub comparison_after: Vec<f64>,
    pub treated_before: Vec<f64>,
    pub treated_after: Vec<f64>,
}

/// The four groups with what one set of counts makes of them.
pub(super) struct Solving<'a> {
    pub model: Model,
    pub four: &'a Four<'a>,
    /// The counterfactual places, where all who share an outcome have its highest rank, and its lowest.
    highest: Vec<usize>,
    lowest: Vec<usize>,
    /// An outcome near the middle, taken off before outcomes are added up.
    reference: f64,
}

impl<'a> Solving<'a> {
    pub fn new(model: Model, four: &'a Four<'a>, places: &[Place]) -> Solving<'a> {
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

    pub fn places(&self, rank: Rank) -> &[usize] {
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

    pub fn estimate(&self, effect: Effect) -> f64 {
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

    pub fn influence(&self, effect: Effect, densities: &Densities<'_>) -> Influence {
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
pub(super) struct Densities<'a> {
    pub comparison_before: Density<'a>,
    pub comparison_after: Density<'a>,
    pub treated_before: Density<'a>,
    pub treated_after: Density<'a>,
}

impl<'a> Densities<'a> {
    pub fn new(four: &'a Four<'a>, counts: &[f64]) -> Densities<'a> {
        Densities {
            comparison_before: four.comparison_before.density(counts),
            comparison_after: four.comparison_after.density(counts),
            treated_before: four.treated_before.density(counts),
            treated_after: four.treated_after.density(counts),
        }
    }
}
