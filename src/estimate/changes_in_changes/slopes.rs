//! How an effect moves with the coefficients of covariates.
//!
//! The residual Y − X'b of a row falls by X for one unit of b, so the distribution of a group at v rises by f(v)·m(v) with
//! m(v) = E[X | Y − X'b = v], and F⁻¹(q) falls by m(F⁻¹(q)). Through k = F₀₁⁻¹∘F₀₀ with x = F₁₀⁻¹(q) and κ = k(x):
//! ∂κ/∂b = −m₀₁(κ) + f₀₀(x)/f₀₁(κ)·(m₀₀(x) − m₁₀(x)), and ∂E[k]/∂b is its mean over the treated before, where m₁₀(x) is each row's
//! own X. The means m are by the kernel of the densities (Nadaraya and Watson).

use super::counterfactual::Four;
use super::distribution::{Density, Distribution};
use super::effects::{Effect, Model};
use super::solving::{Densities, Solving};

/// A group's covariates along its outcomes.
struct Along<'a> {
    density: &'a Density<'a>,
    /// For each covariate the sums over the rows of each value, smoothed as the density is.
    smoothed: Vec<Density<'a>>,
    sums: Vec<Vec<f64>>,
    mean: Vec<f64>,
}

impl<'a> Along<'a> {
    fn new(of: &Distribution<'_>, density: &'a Density<'a>, covariates: &[Vec<f64>], counts: &[f64]) -> Along<'a> {
        let sums: Vec<Vec<f64>> = covariates.iter().map(|x| of.of.sums(counts, x)).collect();
        Along {
            density,
            smoothed: sums.iter().map(|s| density.carrying(s)).collect(),
            mean: sums.iter().map(|s| s.iter().sum::<f64>() / of.total).collect(),
            sums,
        }
    }

    /// The mean of a covariate among rows with about this outcome; of all where none is near.
    fn near(&self, covariate: usize, y: f64) -> f64 {
        self.density.mean_near(&self.smoothed[covariate], y).unwrap_or(self.mean[covariate])
    }
}

/// The derivatives of effects.
pub(super) struct Slopes<'a> {
    solving: &'a Solving<'a>,
    densities: &'a Densities<'a>,
    comparison_before: Along<'a>,
    comparison_after: Along<'a>,
    treated_before: Along<'a>,
    treated_after: Along<'a>,
}

impl<'a> Slopes<'a> {
    /// `covariates`: for each group, covariates × rows.
    pub fn new(solving: &'a Solving<'a>, densities: &'a Densities<'a>, covariates: &[Vec<Vec<f64>>; 4], counts: &[f64]) -> Slopes<'a> {
        let [a, b, c, d] = solving.four.all();
        let [x, y, z, w] = covariates;
        Slopes {
            solving,
            densities,
            comparison_before: Along::new(a, &densities.comparison_before, x, counts),
            comparison_after: Along::new(b, &densities.comparison_after, y, counts),
            treated_before: Along::new(c, &densities.treated_before, z, counts),
            treated_after: Along::new(d, &densities.treated_after, w, counts),
        }
    }

    /// The derivative of an effect with respect to each covariate's coefficient.
    pub fn of(&self, effect: Effect) -> Vec<f64> {
        (0..self.treated_after.mean.len()).map(|i| self.one(effect, i)).collect()
    }

    fn one(&self, effect: Effect, i: usize) -> f64 {
        let Four { comparison_before: b0, comparison_after: a0, treated_before: b1, treated_after: a1 } = self.solving.four;
        let (x00, x01, x10, x11) = (&self.comparison_before, &self.comparison_after, &self.treated_before, &self.treated_after);
        match (effect, self.solving.model) {
            (Effect::Mean(_), Model::Quantiles) => -((x11.mean[i] - x10.mean[i]) - (x01.mean[i] - x00.mean[i])),
            (Effect::Mean(rank), _) => {
                let places = self.solving.places(rank);
                let of_value = |v: usize| -> f64 {
                    let (z, kappa) = (b1.of.values[v], a0.of.values[places[v]]);
                    // Weight times m₁₀ is the sum of the rows' own.
                    let own = b1.mass[v] * x00.near(i, z) - x10.sums[i][v];
                    self.ratio(z, kappa) * own - b1.mass[v] * x01.near(i, kappa)
                };
                let counterfactual: f64 = (0..b1.mass.len()).filter(|&v| b1.mass[v] > 0.0).map(of_value).sum();
                -x11.mean[i] - counterfactual / b1.total
            }
            (Effect::Quantile(p, _), Model::Quantiles) => {
                let at = |d: &Distribution<'_>, x: &Along<'_>| x.near(i, d.of.values[d.quantile(p)]);
                -((at(a1, x11) - at(b1, x10)) - (at(a0, x01) - at(b0, x00)))
            }
            (Effect::Quantile(p, rank), _) => {
                let from = b1.quantile(p);
                let (z, kappa) = (b1.of.values[from], a0.of.values[self.solving.places(rank)[from]]);
                let through = self.ratio(z, kappa) * (x00.near(i, z) - x10.near(i, z));
                -x11.near(i, a1.of.values[a1.quantile(p)]) + x01.near(i, kappa) - through
            }
            (Effect::Difference(..), _) => 0.0,
        }
    }

    /// f₀₀(z) / f₀₁(κ); nothing below the comparison group's outcomes, where κ is the lowest whatever z.
    fn ratio(&self, z: f64, kappa: f64) -> f64 {
        let b0 = &self.solving.four.comparison_before;
        let n = b0.of.values.partition_point(|y| *y <= z);
        if b0.of_first(n) > 0.0 { self.densities.comparison_before.at(z) * self.densities.comparison_after.inverse(kappa) } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::super::counterfactual::Rank;
    use super::super::effects::{Effect, Model};
    use super::super::groups::{Group, Groups, Rows};
    use super::super::solving::{Densities, Solving};
    use super::Slopes;

    /// The fractional part of multiples of an irrational number: even, and without chance.
    fn even(i: usize, step: f64) -> f64 {
        (i as f64 * step).fract()
    }

    /// Bumps of two even sequences; the covariate is another in each group and hangs on nothing but the group.
    fn group(n: usize, seed: usize, level: f64, x: f64) -> Group {
        let bump = |i: usize, a: f64, b: f64| even(i + seed, a) + even(i + 3 * seed + 1, b);
        let covariate: Vec<f64> = (0..n).map(|i| x + 0.7 * bump(i, 0.618_033_988_749_895, 0.245_122_333_753_307)).collect();
        let outcome = covariate.iter().enumerate();
        Group {
            outcome: outcome.map(|(i, x)| level + 2.0 * bump(i, 0.754_877_666_246_693, 0.569_840_290_998_053) + 0.8 * x).collect(),
            cluster: vec![0; n],
            weight: vec![1.0; n],
            covariates: vec![covariate],
        }
    }

    #[test]
    fn slopes_are_differences_of_effects() {
        let n = 20_000;
        let rows = Rows {
            comparison_before: group(n, 11, 0.0, 0.0),
            comparison_after: group(n, 23, 1.0, 0.3),
            treated_before: group(n, 37, 0.3, -0.5),
            treated_after: group(n, 59, 1.7, 1.5),
        };
        let less = |b: f64| rows.all().map(|g| g.outcome.iter().zip(&g.covariates[0]).map(|(y, x)| y - b * x).collect::<Vec<f64>>());
        let covariates = rows.all().map(|g| g.covariates.clone());
        let (b, h) = (0.8, 0.05);
        let effects = [Effect::Mean(Rank::Highest)].into_iter().chain([20.0, 50.0, 80.0].map(|p| Effect::Quantile(p, Rank::Highest)));
        for effect in effects {
            for model in [Model::Changes, Model::Quantiles] {
                let value = |b: f64| {
                    let groups = Groups::new(&rows, &less(b));
                    let four = groups.under(&[1.0]).expect("rows");
                    Solving::new(model, &four, &groups.places).estimate(effect)
                };
                let difference = (value(b + h) - value(b - h)) / (2.0 * h);
                let groups = Groups::new(&rows, &less(b));
                let four = groups.under(&[1.0]).expect("rows");
                let (solving, densities) = (Solving::new(model, &four, &groups.places), Densities::new(&four, &[1.0]));
                let slope = Slopes::new(&solving, &densities, &covariates, &[1.0]).of(effect)[0];
                assert!((slope - difference).abs() < 0.08 && slope.abs() > 1.0, "{effect:?} {model:?}: {slope} and {difference}");
            }
        }
    }
}
