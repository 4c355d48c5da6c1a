//! From moments to a least-squares fit: regressors as linear combinations of the base columns.

use super::design::{self, Design};
use super::fit::{AbsorbedUnit, Body, DegreesOfFreedom, Fit, FitCluster, LinearCluster, LinearFit, NotIdentified, Side, Weighted};
use super::model_fit::Components;
use super::target::Target;
use crate::cohort::{Fault, Faults, Warning};
use crate::num::{Cholesky, Matrix, RankRule, dot};
use crate::panel::{Absorb, ClusterMoments, Executor, Moments, Panel, UnitSums};
use std::sync::Arc;

/// A regressor.
pub(super) struct Term {
    pub name: String,
    pub column: Column,
    /// Whether dropping it is worth a word (reference levels are not).
    pub tell: bool,
    /// Whether it is the effect of a period.
    pub is_period: bool,
}

/// How a regressor is made of base columns.
pub(super) enum Column {
    /// A value for each (cohort, period) cell.
    Cells(Vec<f64>),
    /// A covariate.
    Covariate(usize),
}

/// A target as a weighted sum of terms.
pub(super) struct Wanted {
    pub target: Target,
    pub weights: Vec<(usize, f64)>,
}

/// The period effects after the first; with nothing absorbed also a level for each cohort.
pub(super) fn time_and_group(panel: &Panel, absorb: Absorb) -> Vec<Term> {
    let cells = &panel.cells;
    let indicator = |test: &dyn Fn(u32) -> bool| (0..cells.len() as u32).map(|c| f64::from(u8::from(test(c)))).collect();
    let mut terms = Vec::new();
    if absorb == Absorb::Nothing {
        for cohort in 0..cells.cohorts.len() {
            terms.push(Term {
                name: format!("cohort {cohort}"),
                column: Column::Cells(indicator(&|c| cells.cohort_ix(c) == cohort)),
                tell: false,
                is_period: false,
            });
        }
    }
    for period in 1..cells.periods.len() {
        terms.push(Term {
            name: format!("period {}", cells.periods[period]),
            column: Column::Cells(indicator(&|c| cells.period_ix(c) == period)),
            tell: false,
            is_period: true,
        });
    }
    terms
}

/// The covariates as terms, and each of their coefficients as a target.
pub(super) fn covariates(panel: &Panel, terms: &mut Vec<Term>, wanted: &mut Vec<Wanted>) {
    for (i, covariate) in panel.covariates.iter().enumerate() {
        wanted.push(Wanted { target: Target::coefficient(&covariate.name), weights: vec![(terms.len(), 1.0)] });
        terms.push(Term { name: covariate.name.clone(), column: Column::Covariate(i), tell: true, is_period: false });
    }
}

/// Fits by least squares. Terms are taken in order; one that those before it explain is dropped and named.
pub(super) fn fit(
    panel: &Panel,
    moments: &Arc<Moments>,
    terms: Vec<Term>,
    wanted: Vec<Wanted>,
    nested_levels: usize,
    executor: &dyn Executor,
) -> Result<Fit, Faults> {
    let all: Vec<usize> = (0..terms.len()).collect();
    let places: Vec<u32> = (0..moments.clusters.len() as u32).filter(|&g| moments.clusters[g as usize].n_rows > 0).collect();
    let present: Vec<&ClusterMoments> = places.iter().map(|&g| &moments.clusters[g as usize]).collect();
    let full: Vec<(Matrix, Vec<f64>)> = present.iter().map(|c| cross(c, &c.cross, moments, &terms, &all)).collect();
    let mut total = Matrix::zeros(terms.len(), terms.len());
    full.iter().for_each(|(s, _)| total.add_scaled(s, 1.0));
    let weight: f64 = present.iter().map(|c| (0..c.cells.len()).map(|i| c.cross[(i, i)]).sum::<f64>()).sum();
    let rule = RankRule::default();
    let ranked = Cholesky::ranked(&total, RankRule { absolute: rule.absolute * weight, ..rule });
    let kept = ranked.kept;
    let all_kept = kept.len() == terms.len();
    let clusters: Vec<LinearCluster> = present
        .iter()
        .zip(full)
        .map(|(c, (s, b))| LinearCluster {
            s: if all_kept { s } else { s.select(&kept) },
            b: if all_kept { b } else { kept.iter().map(|&k| b[k]).collect() },
            c: c.cross[(c.cross.rows() - 1, c.cross.rows() - 1)],
            weighted: c.powers.as_ref().map(|p| {
                let (s0, b0) = cross(c, &p[0], moments, &terms, &kept);
                let (s2, _) = cross(c, &p[1], moments, &terms, &kept);
                let absorbed = c.units.as_ref().map(|units| units.iter().map(|u| absorbed_unit(c, u, moments, &terms, &kept)).collect());
                Box::new(Weighted { s0, b0, s2, absorbed })
            }),
        })
        .collect();
    if kept.is_empty() {
        return Err(Fault::new(
            "EST-003",
            "no term of the regression varies",
            "the analytic sample",
            "there is nothing to estimate",
            "check periods and treatment",
        )
        .into());
    }
    let mut b = vec![0.0; kept.len()];
    clusters.iter().for_each(|c| b.iter_mut().zip(&c.b).for_each(|(t, x)| *t += x));
    let mut beta = ranked.cholesky.solve(&b);
    let condition = condition(&total.select(&kept), ranked.cholesky.lower());
    if condition > REFINE_ABOVE {
        refine(panel, moments, &terms, &kept, &ranked.cholesky, &mut beta, executor);
    }
    let inverse = ranked.cholesky.inverse();

    let y_unit = moments.scales[moments.n_covariates()].unit;
    let place: Vec<Option<usize>> = all.iter().map(|t| kept.iter().position(|k| k == t)).collect();
    let factor = |t: usize| match terms[t].column {
        Column::Cells(_) => y_unit,
        Column::Covariate(i) => y_unit / moments.scales[i].unit,
    };
    // A dropped effect is set to zero. Effects that are tied to it, by what it takes of them to make it, are then not
    // themselves but differences to it: they are no more identified than it is.
    let ties: Vec<(usize, Vec<f64>)> = ranked
        .dropped
        .iter()
        .filter(|&&t| terms[t].tell && matches!(terms[t].column, Column::Cells(_)))
        .map(|&t| (t, ranked.cholesky.solve(&kept.iter().map(|&k| total[(k, t)]).collect::<Vec<f64>>())))
        .collect();
    let mut contrasts = Vec::new();
    let mut estimates = Vec::new();
    for want in &wanted {
        let mut contrast = vec![0.0; kept.len()];
        let mut lost: Option<String> = None;
        for &(t, w) in &want.weights {
            match place[t] {
                Some(k) => contrast[k] += w * factor(t),
                None => lost = Some(format!("{} is collinear with the terms before it", terms[t].name)),
            }
        }
        if lost.is_none() && want.target.treatment().is_some() {
            let leans = |gamma: &[f64]| dot(&contrast, gamma).abs() > 1e-6 * contrast.iter().fold(0.0, |m: f64, c| m.max(c.abs()));
            let tied = ties.iter().find(|(_, gamma)| leans(gamma));
            lost = tied.map(|(t, _)| format!("only its difference to another effect is identified ({})", terms[*t].name));
        }
        match lost {
            Some(reason) => {
                estimates.push(Err(NotIdentified(reason)));
                contrasts.push(None);
            }
            None => {
                estimates.push(Ok(contrast.iter().zip(&beta).map(|(c, b)| c * b).sum()));
                contrasts.push(Some(contrast));
            }
        }
    }
    let dropped_terms: Vec<String> = ranked.dropped.iter().filter(|&&t| terms[t].tell).map(|&t| terms[t].name.clone()).collect();
    let mut warnings = Vec::new();
    if !dropped_terms.is_empty() {
        warnings.push(Warning::new(
            "collinear",
            format!(
                "dropped because the terms before explain them (less than 1e-10 of their own variation is left) or they do not vary: {}",
                dropped_terms.join(", ")
            ),
        ));
    }
    if condition > 1e9 {
        warnings.push(Warning::new(
            "ill-conditioned",
            format!("the terms are nearly collinear (condition about {condition:.0e}); the last digits are not reliable"),
        ));
    }
    let periods = if nested_levels > 0 { kept.iter().filter(|&&t| terms[t].is_period).count() } else { 0 };
    let dof = DegreesOfFreedom {
        n_rows: moments.n_rows,
        nested: kept.len() + usize::from(nested_levels > 0),
        slopes: kept.len() - periods,
        periods,
        full: kept.len() + nested_levels,
    };
    let approximate_cr2 = moments.absorb == Absorb::Unit && moments.weights_vary_within_unit && present.iter().any(|c| c.units.is_none());
    let treatments = wanted.iter().map(|w| w.target.treatment()).collect();
    let labels = design::labels(panel, &present);
    let draw_order = design::draw_order(&clusters.iter().map(|c| (&c.s, c.b.as_slice())).collect::<Vec<_>>());
    let strata = strata(panel);
    let fit = Fit {
        targets: wanted.into_iter().map(|w| w.target).collect(),
        estimates,
        clusters: places
            .iter()
            .zip(&present)
            .map(|(&g, c)| FitCluster {
                panel_ix: g,
                stratum: strata[g as usize],
                block: panel.blocks.as_ref().map(|b| b[g as usize]),
                n_units: c.n_units,
                weight: if panel.weight.is_empty() {
                    c.n_units as f64
                } else {
                    panel.cluster_weight(g as usize, &|cell| moments.includes(cell))
                },
                side: match (
                    c.cells.iter().any(|&cell| panel.cells.is_ever_treated(panel.cells.cohort_ix(cell))),
                    c.cells.iter().any(|&cell| !panel.cells.is_ever_treated(panel.cells.cohort_ix(cell))),
                ) {
                    (true, false) => Side::Treated,
                    (false, true) => Side::Comparison,
                    _ => Side::Both,
                },
            })
            .collect(),
        draw_order,
        cluster_names: panel.clusters.clone(),
        dropped_terms,
        warnings,
        outcome_unit: y_unit,
        rows_by_label: false,
        left_out: None,
        own_inference: None,
        exposure: None,
        n_rows: moments.n_rows,
        n_units: moments.n_units,
        n_treated_units: present.iter().map(|c| c.n_treated_units).sum(),
        ledger: panel.ledger.clone(),
        model: None,
        components: Components::default(),
        body: Body::Linear(LinearFit {
            terms: kept.iter().map(|&k| terms[k].name.clone()).collect(),
            clusters,
            inverse,
            beta,
            contrasts,
            treatments,
            dof,
            approximate_cr2,
            absorbed: None,
            design: Some(Box::new(Design {
                panel: panel.clone(),
                moments: moments.clone(),
                terms: terms.into_iter().enumerate().filter(|(t, _)| place[*t].is_some()).map(|(_, term)| term).collect(),
                clusters: places,
                labels,
                leverage: None,
                under: None,
            })),
        }),
    };
    Ok(fit)
}

/// Clusters with the same set of cohorts share a stratum; strata are numbered by first appearance of the sorted sets.
pub(super) fn strata(panel: &Panel) -> Vec<u32> {
    let sets = &panel.survey().clusters;
    let mut distinct = sets.clone();
    distinct.sort();
    distinct.dedup();
    sets.iter().map(|s| distinct.binary_search(s).expect("listed") as u32).collect()
}

/// A unit's sums of the kept terms.
fn absorbed_unit(cluster: &ClusterMoments, unit: &UnitSums, moments: &Moments, terms: &[Term], kept: &[usize]) -> AbsorbedUnit {
    let q = cluster.cells.len();
    let of = |base: &[f64]| -> Vec<f64> {
        kept.iter()
            .map(|&t| match &terms[t].column {
                Column::Cells(values) => cluster.cells.iter().enumerate().map(|(l, &c)| values[c as usize] * base[l]).sum(),
                Column::Covariate(i) => base[q + i],
            })
            .collect()
    };
    AbsorbedUnit { weights: unit.weights, x: of(&unit.plain), y: unit.plain[q + moments.n_covariates()], x2: of(&unit.squared) }
}

/// X'WX and X'Wy of one cluster for the terms in `which`.
pub(super) fn cross(cluster: &ClusterMoments, base: &Matrix, moments: &Moments, terms: &[Term], which: &[usize]) -> (Matrix, Vec<f64>) {
    let q = cluster.cells.len();
    let y = q + moments.n_covariates();
    // Each term as sparse weights on base columns.
    let weights: Vec<Vec<(usize, f64)>> = which
        .iter()
        .map(|&t| match &terms[t].column {
            Column::Cells(values) => {
                cluster.cells.iter().enumerate().map(|(l, &c)| (l, values[c as usize])).filter(|(_, v)| *v != 0.0).collect()
            }
            Column::Covariate(i) => vec![(q + i, 1.0)],
        })
        .collect();
    // Half-products: base × terms.
    let half: Vec<Vec<f64>> =
        weights.iter().map(|w| (0..=y).map(|row| w.iter().map(|&(col, v)| v * base[(row, col)]).sum()).collect()).collect();
    let k = which.len();
    let mut s = Matrix::zeros(k, k);
    for i in 0..k {
        for j in i..k {
            let value: f64 = weights[i].iter().map(|&(row, v)| v * half[j][row]).sum();
            s[(i, j)] = value;
            s[(j, i)] = value;
        }
    }
    let b = half.iter().map(|h| h[y]).collect();
    (s, b)
}

/// A cheap estimate of the condition number after scaling columns to one.
fn condition(total: &Matrix, lower: &Matrix) -> f64 {
    let shares = (0..total.rows()).map(|i| lower[(i, i)] * lower[(i, i)] / total[(i, i)]);
    let smallest = shares.fold(1.0_f64, f64::min);
    1.0 / smallest
}

/// Condition number of the scaled cross-products above which the coefficients are corrected from the residuals.
const REFINE_ABOVE: f64 = 1e7;

/// Two correction steps: β += (X'WX)⁻¹ X'W r with residuals r from the rows.
fn refine(
    panel: &Panel,
    moments: &Moments,
    terms: &[Term],
    kept: &[usize],
    cholesky: &Cholesky,
    beta: &mut [f64],
    executor: &dyn Executor,
) {
    for _ in 0..2 {
        let mut theta = vec![0.0; panel.cells.len()];
        let mut slopes = vec![0.0; moments.n_covariates()];
        for (&t, &b) in kept.iter().zip(beta.iter()) {
            match &terms[t].column {
                Column::Cells(values) => theta.iter_mut().zip(values).for_each(|(c, v)| *c += b * v),
                Column::Covariate(i) => slopes[*i] = b,
            }
        }
        let Some(scores) = moments.residual_scores(panel, &theta, &slopes, executor) else { return };
        let score: Vec<f64> = kept
            .iter()
            .map(|&t| match &terms[t].column {
                Column::Cells(values) => values.iter().zip(&scores.cells).map(|(v, s)| v * s).sum(),
                Column::Covariate(i) => scores.covariates[*i],
            })
            .collect();
        beta.iter_mut().zip(cholesky.solve(&score)).for_each(|(b, d)| *b += d);
    }
}
