//! A regression beside fixed effects that are named: any number of them, interacted, with slopes.
//!
//! Effects whose every level lies in one cluster are taken off all columns cluster by cluster, which stays exact whatever
//! weights clusters get: jackknife, bootstraps and CR2 follow as from unit effects. Effects that cross clusters are carried
//! as terms of the regression while they are few ([`FEW`]), so that the same holds for them; more of them are taken off
//! too (Frisch and Waugh 1933; Lovell 1963), and what would need them estimated anew under other weights is then refused.
//! With the columns that are left, least squares goes on as everywhere.

mod crossing;
mod degrees;
mod dimension;
mod projection;
mod remainder;
mod words;

use super::fit::{Absorbed, Body, Fit, NotIdentified};
use super::linear::{self, Column, Term, Wanted};
use crate::cohort::Faults;
use crate::num::{Cholesky, Matrix, RankRule};
use crate::panel::{Covariate, Executor, Moments, Panel};
pub use crossing::Crossing;
use dimension::{Dimension, Rows};
use remainder::{Remainder, centre, remainders};
use std::sync::Arc;

/// Effects that cross clusters are terms of the regression up to this many levels and slopes …
const FEW: usize = 60;
/// … and up to this many products of them.
const FEW_PRODUCTS: usize = 400_000_000;

/// A regression on `terms` beside the effects that the panel names, on the rows of the cells that `include` names. Of terms in
/// `free` those that the others and the effects explain together are set to zero: further references, each with a warning.
///
/// # Errors
/// When effects cannot be taken off, or nothing varies beside them.
pub(super) fn fit(
    panel: &Panel,
    include: &(dyn Fn(u32) -> bool + Sync),
    terms: Vec<Term>,
    wanted: Vec<Wanted>,
    free: &[usize],
    executor: &dyn Executor,
) -> Result<Fit, Faults> {
    let panel = &panel.canonical();
    let rows = Rows::new(panel, include);
    let effects: Vec<Dimension> = panel.extras.effects.iter().map(|e| Dimension::new(e, &rows)).collect();
    let mut warnings = words::check(&effects)?;
    warnings.extend(words::missing(&effects, panel, &rows));
    let (nested, crossing): (Vec<&Dimension>, Vec<&Dimension>) = effects.iter().partition(|e| e.nested);
    let few: usize = crossing.iter().map(|e| e.width()).sum();
    let as_terms = few <= FEW && rows.len() * few * few <= FEW_PRODUCTS;
    let taken_off: Vec<&Dimension> = if as_terms { nested } else { effects.iter().collect() };

    // Columns: effects that are terms, the terms asked for, the outcome.
    let mut columns: Vec<(String, Vec<f64>)> = Vec::new();
    if as_terms {
        columns.extend(crossing.iter().flat_map(|e| e.columns()));
    }
    let n_effects = columns.len();
    let values = |term: &Term| -> Vec<f64> {
        match &term.column {
            Column::Cells(of) => rows.row.iter().map(|&r| of[panel.cell[r] as usize]).collect(),
            Column::Covariate(i) => rows.row.iter().map(|&r| panel.covariates[*i].values[r]).collect(),
        }
    };
    columns.extend(terms.iter().map(|term| (term.name.clone(), values(term))));
    columns.push((panel.outcome_name.clone(), rows.row.iter().map(|&r| panel.outcome[r]).collect()));
    let raw: Option<Vec<Vec<f64>>> = (!as_terms).then(|| columns[..columns.len() - 1].iter().map(|(_, v)| v.clone()).collect());
    columns.iter_mut().for_each(|(_, values)| centre(values, &rows.weight));
    let outcome_unit = crate::num::power_of_two_above(columns[columns.len() - 1].1.iter().fold(0.0, |m: f64, y| m.max(y.abs())));
    let left = remainders(columns, &taken_off, &rows, executor)?;

    // The columns that are left, as the covariates and outcome of a panel.
    let rest = remaining_panel(panel, &rows, &left);
    let moments = Arc::new(Moments::of_remainders(&rest, include, executor));
    let every: Vec<Term> = left[..left.len() - 1]
        .iter()
        .enumerate()
        .map(|(i, c)| Term { name: c.name.clone(), column: Column::Covariate(i), tell: false, is_period: false })
        .collect();
    let fate = fates(&moments, &every, n_effects, &terms, free, &wanted);
    let stays = |t: usize| matches!(fate[t], Fate::Kept | Fate::Tied(_));
    let kept: Vec<usize> = (0..terms.len()).filter(|&t| stays(t)).collect();
    let position = |t: usize| kept.iter().position(|k| *k == t).map(|p| n_effects + p);
    let beside: Vec<Term> =
        every.into_iter().enumerate().filter(|(i, _)| *i < n_effects || stays(i - n_effects)).map(|(_, term)| term).collect();
    let (mut asked, mut plan) = (Vec::new(), Vec::new());
    for want in wanted {
        // A reference has no effect of its own; where it is part of a mean it counts as zero.
        if want.weights.iter().all(|(t, _)| fate[*t] == Fate::Reference) {
            continue;
        }
        match words::lost(&want, &fate, &terms) {
            Some(reason) => plan.push(Err((want.target, reason))),
            None => {
                let weights = want.weights.iter().filter_map(|&(t, w)| Some((position(t)?, w))).collect();
                asked.push(Wanted { target: want.target, weights });
                plan.push(Ok(()));
            }
        }
    }
    if !asked.iter().any(|w| w.target.treatment().is_some()) {
        return Err(words::nothing_left(&effects));
    }
    let mut fit = linear::fit(&rest, &moments, beside, asked, 0, executor)?;
    restore(&mut fit, plan);
    fit.draw_order = draw_order(&fit);
    fit.outcome_unit = outcome_unit;
    let Fit { body: Body::Linear(body), .. } = &mut fit else { unreachable!("a regression") };
    body.dof = degrees::count(&effects, panel, &rows, kept.len());
    let design = body.design.as_mut().expect("the rows that were just fitted");
    design.labels = None;
    design.leverage = leverage(&taken_off, &rows, panel.n_rows());
    body.absorbed = Some(Absorbed {
        crossing: None,
        leverage: taken_off.len() < 2,
        steady: panel.weight.is_empty() || taken_off.iter().all(|e| e.has_one(rows.weight.iter().copied())),
        within_units: taken_off.iter().all(|e| e.has_one(words::units(panel, &rows))),
    });
    if let Some(raw) = raw {
        let names = words::names(taken_off.iter().copied().filter(|e| !e.nested));
        let (left, raw): (Vec<&Remainder>, Vec<&Vec<f64>>) = kept.iter().map(|&t| (&left[t], &raw[t])).unzip();
        let crossing = Crossing::new(names, design, &left, &raw, rows, effects);
        body.absorbed.as_mut().expect("just set").crossing = Some(crossing);
    }
    warnings.extend(words::tell(&fate, &terms, &mut fit.dropped_terms));
    fit.warnings.splice(0..0, warnings);
    Ok(fit)
}

/// The panel with what is left of the columns in the place of its covariates and outcome; zero in rows that are not used.
fn remaining_panel(panel: &Panel, rows: &Rows, left: &[Remainder]) -> Panel {
    let whole = |values: &[f64]| {
        let mut all = vec![0.0; panel.n_rows()];
        rows.row.iter().zip(values).for_each(|(&r, v)| all[r] = *v);
        Arc::new(all)
    };
    let (outcome, regressors) = left.split_last().expect("the outcome is there");
    let covariates = regressors.iter().map(|c| Covariate { name: c.name.clone(), values: whole(&c.values) }).collect();
    Panel { covariates, outcome: whole(&outcome.values), ..panel.clone() }
}

/// What becomes of a term.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Fate {
    /// It has a coefficient.
    Kept,
    /// It is set to zero, as a reference.
    Reference,
    /// The effects explain it.
    Absorbed,
    /// The effects and the terms before it explain it together.
    Collinear,
    /// Only its difference to this term is known.
    Tied(usize),
}

/// Which terms have a coefficient of their own beside the effects.
fn fates(moments: &Moments, every: &[Term], n_effects: usize, terms: &[Term], free: &[usize], wanted: &[Wanted]) -> Vec<Fate> {
    let all: Vec<usize> = (0..every.len()).collect();
    let mut total = Matrix::zeros(every.len(), every.len());
    let mut weight = 0.0;
    for c in moments.clusters.iter().filter(|c| c.n_rows > 0) {
        total.add_scaled(&linear::cross(c, &c.cross, moments, every, &all).0, 1.0);
        weight += (0..c.cells.len()).map(|i| c.cross[(i, i)]).sum::<f64>();
    }
    let rule = RankRule::default();
    let ranked = Cholesky::ranked(&total, RankRule { absolute: rule.absolute * weight, ..rule });
    let is_effect = |t: usize| {
        let part = |w: &Wanted| w.target.treatment().is_some() && w.weights.iter().any(|(i, _)| *i == t);
        wanted.iter().any(part)
    };
    let mut fate = vec![Fate::Kept; terms.len()];
    for &i in ranked.dropped.iter().filter(|i| **i >= n_effects) {
        let t = i - n_effects;
        let gamma = ranked.cholesky.solve(&ranked.kept.iter().map(|&k| total[(k, i)]).collect::<Vec<f64>>());
        // Coefficients in columns scaled to about one: what is below this is rounding.
        let leans: Vec<usize> =
            ranked.kept.iter().zip(&gamma).filter(|(k, g)| **k >= n_effects && g.abs() > 1e-6).map(|(k, _)| k - n_effects).collect();
        fate[t] = match (leans.is_empty(), free.contains(&t)) {
            (true, _) => Fate::Absorbed,
            (false, true) => Fate::Reference,
            (false, false) => {
                if is_effect(t) {
                    leans.iter().filter(|l| is_effect(**l)).for_each(|&l| fate[l] = Fate::Tied(t));
                }
                Fate::Collinear
            }
        };
    }
    fate
}

/// Clusters by what is left of their outcomes: unlike the order of an effect's levels, it does not depend on names.
fn draw_order(fit: &Fit) -> Vec<u32> {
    let Body::Linear(body) = &fit.body else { unreachable!("a regression") };
    let mut order: Vec<u32> = (0..body.clusters.len() as u32).collect();
    let left = |g: u32| body.clusters[g as usize].c;
    order.sort_by(|&a, &b| left(a).total_cmp(&left(b)));
    order
}

/// Puts effects that are not identified back where they were asked for.
fn restore(fit: &mut Fit, plan: Vec<Result<(), (super::Target, String)>>) {
    let Body::Linear(body) = &mut fit.body else { unreachable!("a regression") };
    for (t, step) in plan.into_iter().enumerate() {
        if let Err((target, reason)) = step {
            body.treatments.insert(t, target.treatment());
            body.contrasts.insert(t, None);
            fit.estimates.insert(t, Err(NotIdentified(reason)));
            fit.targets.insert(t, target);
        }
    }
}

/// Each row's leverage on what was taken off, where that is one effect.
fn leverage(taken_off: &[&Dimension], rows: &Rows, n: usize) -> Option<Arc<Vec<f64>>> {
    let [effect] = taken_off else { return None };
    let mut all = vec![0.0; n];
    for (place, (&r, &w)) in rows.row.iter().zip(&rows.weight).enumerate() {
        all[r] = effect.leverage(place, w);
    }
    Some(Arc::new(all))
}
