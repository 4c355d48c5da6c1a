//! The effects under any cluster weights, and each cluster's influence on them.

use super::counterfactual::{Four, Rank};
use super::groups::{Form, Groups, Rows};
use super::residuals::{Coefficients, Covariates};
use super::slopes::Slopes;
use super::solving::{Densities, Solving};
use crate::estimate::arithmetic::{Arithmetic, Solved};
use crate::estimate::fit::NotIdentified;
use crate::num::{Matrix, dot};
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

/// The largest share of the treated without a counterpart before with which a mean effect is still told. Of a share s the change is
/// not known, and what stands in for it may be off by any d, which moves the mean by s·d: with a fifth of them by 0.2 of an SD for
/// each SD that they are off, as much as most school studies find at all. The line is ours; below it the share is told.
pub(super) const MOST_OUTSIDE: f64 = 0.2;

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

/// The outcomes, and what is wanted of them.
pub(super) struct ChangesInChangesEffects {
    pub model: Model,
    pub effects: Vec<Effect>,
    /// The outcomes sorted, less what covariates explain with every cluster counted once.
    pub groups: Groups,
    form: Form,
    n_clusters: usize,
    rows: Rows,
    covariates: Option<(Covariates, Coefficients)>,
    /// Why an effect is not identified in the whole sample.
    unsupported: Vec<Option<NotIdentified>>,
}

impl ChangesInChangesEffects {
    /// `panel`: collapsed to before and after.
    pub fn new(model: Model, effects: Vec<Effect>, panel: &Panel, form: Form) -> ChangesInChangesEffects {
        let (rows, n_clusters) = (Rows::of(panel, form), panel.n_clusters());
        let covariates = Covariates::new(&rows).map(|c| {
            let found = c.coefficients(&rows, &vec![1.0; n_clusters]);
            (c, found)
        });
        let outcomes = covariates.as_ref().map_or_else(|| rows.outcomes(), |(c, found)| c.less(&rows, found));
        let mut out = ChangesInChangesEffects {
            model,
            unsupported: vec![None; effects.len()],
            effects,
            groups: Groups::new(&rows, &outcomes),
            form,
            n_clusters,
            rows,
            covariates,
        };
        out.unsupported = out.find_unsupported();
        out
    }

    /// The covariates that explain nothing of their own.
    pub fn dropped(&self) -> Vec<usize> {
        self.covariates.as_ref().map_or_else(Vec::new, |(_, found)| found.dropped())
    }

    /// Whether a mean effect, or a limit of it, is told.
    pub fn has_mean(&self) -> bool {
        self.effects.iter().zip(&self.unsupported).any(|(effect, why)| matches!(effect, Effect::Mean(_)) && why.is_none())
    }

    /// Whether some group has no row.
    pub fn is_empty(&self) -> bool {
        self.rows.all().iter().any(|g| g.outcome.is_empty())
    }

    fn find_unsupported(&self) -> Vec<Option<NotIdentified>> {
        let whole = self.groups.under(&vec![1.0; self.n_clusters]);
        let quantile = |percent: f64| -> Option<NotIdentified> {
            let four = whole.as_ref()?;
            let y = four.treated_before.of.values[four.treated_before.quantile(percent)];
            (!four.is_supported(y)).then(|| {
                NotIdentified(format!(
                    "at the {percent} % quantile the treated group's outcomes before lie outside the range of the comparison group's, so nothing tells how they would have changed"
                ))
            })
        };
        let mean = |rank: Rank| -> Option<NotIdentified> {
            let (below, above) = whole.as_ref()?.shares_outside();
            // The stand-in for those above lies too low, for those below too high: each spoils one limit, and the estimate both.
            let share = match (self.model, rank) {
                (Model::Changes, _) => below + above,
                (_, Rank::Highest) => above,
                (_, Rank::Lowest) => below,
            };
            (share > MOST_OUTSIDE).then(|| NotIdentified(self.beyond(share)))
        };
        let one = |effect: &Effect| match effect {
            Effect::Quantile(percent, _) if self.model != Model::Quantiles => quantile(*percent),
            Effect::Mean(rank) if self.model != Model::Quantiles => mean(*rank),
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

    /// Why the mean effect is not identified.
    fn beyond(&self, share: f64) -> String {
        let (below, above, _) = self.groups.outside();
        let limit = match (self.model, below, above) {
            (Model::Changes, 0, _) | (Model::Changes, _, 0) => "; discrete=bounds (without covariates) gives the one limit that is known",
            _ => "",
        };
        format!(
            "{:.0} % of the treated had outcomes before outside the range of the comparison group's ({below} below, {above} above), and nothing tells how they would have changed: with more than {:.0} % of them the mean effect is not identified{limit}",
            100.0 * share,
            100.0 * MOST_OUTSIDE
        )
    }

    /// The estimates of sorted outcomes, and each cluster's influence through them and through the coefficients.
    fn solve_on(&self, groups: &Groups, found: Option<(&Covariates, &Coefficients)>, counts: &[f64], influence: bool) -> Solved {
        let Some(four) = groups.under(counts) else {
            let reason = NotIdentified("one of the four groups (treated or not, before or after) has no rows".into());
            return Solved {
                estimates: vec![Err(reason); self.effects.len()],
                influence: influence.then(|| Matrix::zeros(self.n_clusters, self.effects.len())),
            };
        };
        let solving = Solving::new(self.model, &four, &groups.places);
        let mut estimates: Vec<f64> = self.effects.iter().map(|e| solving.estimate(*e)).collect();
        for (t, effect) in self.effects.iter().enumerate() {
            if let Effect::Difference(a, b) = *effect {
                estimates[t] = estimates[a] - estimates[b];
            }
        }
        let table = influence.then(|| self.table(&solving, found, counts));
        let estimates = estimates.into_iter().zip(&self.unsupported).map(|(e, why)| why.clone().map_or(Ok(e), Err)).collect();
        Solved { estimates, influence: table }
    }

    fn table(&self, solving: &Solving<'_>, found: Option<(&Covariates, &Coefficients)>, counts: &[f64]) -> Matrix {
        let four: &Four<'_> = solving.four;
        let densities = Densities::new(four, counts);
        let coefficients = found.map(|(covariates, found)| {
            let slopes = Slopes::new(solving, &densities, &covariates.values, counts);
            (slopes, covariates.influence(&self.rows, found, self.n_clusters))
        });
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
            let each = [&influence.comparison_before, &influence.comparison_after, &influence.treated_before, &influence.treated_after];
            for (group, phi) in four.all().into_iter().zip(each) {
                group.of.add(phi, group.total, &mut table, t);
            }
            if let Some((slopes, psi)) = &coefficients {
                let slope = slopes.of(*effect);
                (0..self.n_clusters).for_each(|g| table[(g, t)] += dot(&slope, psi.row(g)));
            }
        }
        table
    }
}

impl Arithmetic for ChangesInChangesEffects {
    fn solve(&self, counts: &[f64], influence: bool, _: &dyn Executor) -> Solved {
        let Some((covariates, whole)) = &self.covariates else { return self.solve_on(&self.groups, None, counts, influence) };
        if counts.iter().all(|c| *c == 1.0) {
            return self.solve_on(&self.groups, Some((covariates, whole)), counts, influence);
        }
        // Other coefficients leave other residuals, in another order.
        let found = covariates.coefficients(&self.rows, counts);
        let groups = Groups::new(&self.rows, &covariates.less(&self.rows, &found));
        self.solve_on(&groups, Some((covariates, &found)), counts, influence)
    }

    fn on(&self, panel: Panel) -> Option<Box<dyn Arithmetic>> {
        let mut other = ChangesInChangesEffects::new(self.model, self.effects.clone(), &panel, self.form);
        // Under another assignment the mean is only set against that of the sample: it is told where that is.
        for ((effect, own), other) in self.effects.iter().zip(&self.unsupported).zip(&mut other.unsupported) {
            if matches!(effect, Effect::Mean(_)) {
                other.clone_from(own);
            }
        }
        Some(Box::new(other))
    }

    fn takes_off(&self) -> bool {
        // Ranks do not move with an effect that is taken off.
        false
    }

    fn price(&self) -> f64 {
        let count = self.covariates.as_ref().map_or(0, |(c, _)| c.values[0].len());
        (self.groups.n_rows() * (8 + 4 * self.effects.len() + (count + 1) * (count + 2) * usize::from(count > 0))) as f64
    }
}
