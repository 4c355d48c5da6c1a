//! The model's arithmetic: from a panel to its blocks, and estimates under any weights of clusters.

use super::effects::{Chart, Effects, Slope};
use super::levels::Levels;
use super::likelihood::{Likelihood, Solution, score};
use super::nested::{Block, Rows};
use super::terms::Fixed;
use crate::cohort::Warning;
use crate::estimate::Target;
use crate::estimate::arithmetic::{About, Arithmetic, Solved};
use crate::estimate::fit::NotIdentified;
use crate::estimate::linear::Column;
use crate::num::{Cholesky, Matrix, RankRule, dot, power_of_two_above};
use crate::panel::{Executor, Panel, spread};
use std::sync::Arc;

/// A target as a weighted sum of coefficients, and what centring adds.
pub(super) struct Contrast {
    pub weights: Vec<f64>,
    shift: f64,
}

/// The model's arithmetic.
pub(super) struct Model {
    pub likelihood: Arc<Likelihood>,
    pub contrasts: Vec<Option<Contrast>>,
    reasons: Vec<String>,
    pub y_unit: f64,
    /// At counts of one.
    pub solution: Option<Solution>,
}

/// A column's mean, and the size of what varies in it: a power of two.
fn centre(values: &[f64]) -> (f64, f64) {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let most = values.iter().map(|v| (v - mean).abs()).fold(0.0, f64::max);
    (mean, power_of_two_above(most))
}

impl Model {
    pub fn new(
        panel: &Panel,
        fixed: Vec<Fixed>,
        levels: &Levels,
        restricted: bool,
        executor: &dyn Executor,
        mut warnings: Vec<Warning>,
    ) -> (Model, About) {
        let covariates: Vec<(f64, f64)> = panel.covariates.iter().map(|c| centre(&c.values)).collect();
        let (y_mean, y_unit) = centre(&panel.outcome);
        let entry = |f: &Fixed, r: usize| match &f.column {
            Column::Cells(values) => values[panel.cell[r] as usize],
            Column::Covariate(i) => (panel.covariates[*i].values[r] - covariates[*i].0) / covariates[*i].1,
        };
        let (kept, cross) = independent(panel, &fixed, &entry, executor);
        let place: Vec<Option<usize>> = (0..fixed.len()).map(|t| kept.iter().position(|&k| k == t)).collect();
        let dropped_terms: Vec<String> = fixed
            .iter()
            .zip(&place)
            .filter(|(f, p)| p.is_none() && matches!(f.column, Column::Covariate(_)))
            .map(|(f, _)| f.name.clone())
            .collect();
        if !dropped_terms.is_empty() {
            warnings.push(Warning::new(
                "collinear",
                format!("dropped because the terms before explain them or they do not vary: {}", dropped_terms.join(", ")),
            ));
        }
        let k = kept.len();
        let row = |r: usize, a: &mut [f64]| {
            a.iter_mut().zip(&kept).for_each(|(a, &t)| *a = entry(&fixed[t], r));
            a[k] = (panel.outcome[r] - y_mean) / y_unit;
        };
        let by_period = levels.by_period();
        let rows = Rows { panel, levels: &levels.groups, by_period, width: k + 1, row: &row };
        let blocks = spread(executor, panel.n_clusters(), |g| rows.block(g));
        let unit_of = |t: usize| match fixed[t].column {
            Column::Cells(_) => 1.0,
            Column::Covariate(i) => covariates[i].1,
        };
        let log_terms: f64 = kept.iter().map(|&t| 2.0 * libm::log(unit_of(t))).sum();
        let log_units = [log_terms, 2.0 * libm::log(y_unit)];
        let treatment = fixed.iter().position(|f| f.treatment).and_then(|t| place[t]).filter(|_| levels.sloped);
        let n = levels.names.len();
        let slope = treatment.map(|column| Slope { column, covariance: n, own: n + 1 });
        let effects = Effects { levels: levels.at.clone(), slope };
        let likelihood = Arc::new(Likelihood { blocks, terms: k, effects, restricted, log_units });
        let solution = likelihood.minimize(&vec![1.0; panel.n_clusters()], &likelihood.effects.start(), executor);

        let mut order: Vec<Option<usize>> = vec![fixed.iter().position(|f| f.treatment)];
        order.extend(
            (0..fixed.len()).filter(|&t| !fixed[t].treatment && (place[t].is_some() || dropped_terms.contains(&fixed[t].name))).map(Some),
        );
        let (mut contrasts, mut reasons, mut targets, mut cell_weights) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for t in order {
            targets.push(match t {
                Some(t) if !fixed[t].treatment => Target::coefficient(&fixed[t].name),
                _ => Target::overall(),
            });
            let at = t.and_then(|t| Some((t, place[t]?)));
            reasons.push(match t {
                None => "fixed=null leaves treatment out".to_string(),
                Some(t) => format!("{} is collinear with the terms before it", fixed[t].name),
            });
            contrasts.push(at.map(|(t, at)| {
                let mut weights = vec![0.0; k];
                weights[at] = y_unit / unit_of(t);
                if t == 0 {
                    // The intercept at covariates of zero.
                    for (p, &other) in kept.iter().enumerate() {
                        if let Column::Covariate(i) = fixed[other].column {
                            weights[p] = -y_unit * covariates[i].0 / covariates[i].1;
                        }
                    }
                }
                Contrast { weights, shift: if t == 0 { y_mean } else { 0.0 } }
            }));
            // By least squares: enough to say which clusters know something about a hypothesis.
            let h = at.map(|(_, at)| {
                let mut one = vec![0.0; k];
                one[at] = 1.0;
                cross.solve(&one)
            });
            cell_weights.push(
                (0..panel.cells.len())
                    .map(|c| {
                        let weight = |(&t, h): (&usize, &f64)| match &fixed[t].column {
                            Column::Cells(values) => h * values[c],
                            Column::Covariate(_) => 0.0,
                        };
                        h.as_ref().map_or(0.0, |h| kept.iter().zip(h).map(weight).sum())
                    })
                    .collect(),
            );
        }
        let model = Model { likelihood, contrasts, reasons, y_unit, solution };
        (model, About { targets, cell_weights, dropped_terms, warnings })
    }
}

/// The terms that those before them do not explain, and X'WX of these.
fn independent(
    panel: &Panel,
    fixed: &[Fixed],
    entry: &(dyn Fn(&Fixed, usize) -> f64 + Sync),
    executor: &dyn Executor,
) -> (Vec<usize>, Cholesky) {
    let k = fixed.len();
    let parts = spread(executor, panel.n_clusters(), |g| {
        let (mut cross, mut x) = (Matrix::zeros(k, k), vec![0.0; k]);
        for u in panel.units_of(g) {
            for r in panel.rows_of(u) {
                x.iter_mut().zip(fixed).for_each(|(x, f)| *x = entry(f, r));
                cross.add_outer(&x, panel.weight_of(r));
            }
        }
        cross
    });
    let mut total = Matrix::zeros(k, k);
    parts.iter().for_each(|p| total.add_scaled(p, 1.0));
    let rule = RankRule::default();
    let ranked = Cholesky::ranked(&total, RankRule { absolute: rule.absolute * total[(0, 0)], ..rule });
    (ranked.kept, ranked.cholesky)
}

impl Arithmetic for Model {
    fn solve(&self, counts: &[f64], influence: bool, executor: &dyn Executor) -> Solved {
        let plain = counts.iter().all(|&c| c == 1.0);
        let again = || {
            let effects = &self.likelihood.effects;
            let near = |(i, &t): (usize, &f64)| if effects.is_variance(i) { t.max(1e-3) } else { t };
            let start = self.solution.as_ref().map_or_else(|| effects.start(), |s| s.theta.iter().enumerate().map(near).collect());
            self.likelihood.minimize(counts, &start, executor)
        };
        let solution = if plain { self.solution.clone() } else { again() };
        let estimates = self.contrasts.iter().zip(&self.reasons).map(|(contrast, reason)| match (contrast, &solution) {
            (Some(c), Some(s)) => Ok(dot(&c.weights, &s.beta) + c.shift),
            (None, _) => Err(NotIdentified(reason.clone())),
            (_, None) => {
                Err(NotIdentified("the fixed effects fit the outcome exactly or are collinear: no variance is left to divide".into()))
            }
        });
        let influence = influence.then(|| {
            let mut out = Matrix::zeros(counts.len(), self.contrasts.len());
            if let Some(s) = &solution {
                let h: Vec<Option<Vec<f64>>> = self.contrasts.iter().map(|c| c.as_ref().map(|c| s.inverse.apply(&c.weights))).collect();
                let variances = self.likelihood.effects.variances(&s.theta, Chart::Search);
                let scores = spread(executor, counts.len(), |g| score(&self.likelihood.blocks[g].absorb(&variances).cross, &s.beta));
                for (g, score) in scores.iter().enumerate() {
                    h.iter().enumerate().for_each(|(t, h)| out[(g, t)] = h.as_ref().map_or(0.0, |h| dot(h, score)));
                }
            }
            out
        });
        Solved { estimates: estimates.collect(), influence }
    }

    /// The variances are estimated from the outcome, so the estimate is not linear in it.
    fn on(&self, _: Panel) -> Option<Box<dyn Arithmetic>> {
        None
    }

    fn price(&self) -> f64 {
        // About eight steps, each with derivatives.
        300.0 * self.likelihood.blocks.iter().map(Block::price).sum::<f64>()
    }
}
