//! Wooldridge's extended two-way fixed effects: an effect for each treated cohort and period, in one regression.
//!
//! y on levels of unit (or cohort) and period, an indicator of every treated cell, and with covariates x also x, cohort × x,
//! period × x and cell × (x − the cohort's mean of x). With not-yet-treated comparison, no covariates and a balanced panel it
//! gives the imputation estimates.

use super::linear::{Column, Term, time_and_group};
use super::saturated::{self, Effect, Saturated};
use super::sun_abraham::beside_reference;
use super::{Card, Estimator, Fit, OptionSpec, Options, Sample, Size, Values};
use crate::cohort::{Fault, Faults};
use crate::panel::{Absorb, Covariate, Kind, Panel};
use std::sync::Arc;

/// Extended two-way fixed effects.
pub struct Wooldridge;

static CARD: Card = Card {
    id: "wooldridge",
    title: "extended two-way fixed effects (Wooldridge)",
    estimand: "the average effect on each cohort in each treated period; over all treated rows (overall), by time since the start, by cohort, by period",
    assumptions: "parallel trends (with covariates: among units alike in them, with linear effects); no anticipation; effects may differ between cohorts and over time",
    when: "several start dates, and a regression with all its intervals is wanted; most precise when errors are not correlated over time",
    needs: "several periods; units, or cohorts in cross-sections; comparison units not treated by then",
    contrast: "It compares with all untreated periods of all units, not only the last one before the start: more precise where scores wander little, more exposed where groups drift apart early.",
    options: &[
        OptionSpec {
            key: "control",
            values: Values::OneOf(&["not-yet", "never"]),
            meaning: "not-yet: effects of treated cells only, all others compare; never: effects of every cell but the last before the start, never-treated units compare",
            positional: false,
        },
        OptionSpec {
            key: "effects",
            values: Values::OneOf(&["unit", "cohort"]),
            meaning: "a level for each unit or for each cohort: estimates are the same in balanced panels without covariates that vary; cohort is what repeated cross-sections have, and what R's etwfe does",
            positional: false,
        },
    ],
    source: "Wooldridge (2021), Two-way fixed effects, the two-way Mundlak regression, and difference-in-differences estimators, eqs. 5.3, 6.33",
    reference_call: "etwfe::etwfe(y ~ x, tvar, gvar) and emfx; fixest::feols(y ~ cells | unit + period, cluster = ~g) (cluster:cr1)",
    version: 1,
};

impl Estimator for Wooldridge {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn uses_later_covariates(&self, _: &Options) -> bool {
        true
    }

    fn size(&self, panel: &Panel, options: &Options) -> Option<Size> {
        let absorb = if panel.kind == Kind::Panel && options.get("effects") == "unit" { Absorb::Unit } else { Absorb::Nothing };
        let never = options.get("control") == "never";
        let plain = saturated::size(panel, absorb, |before, after| if never { (before + after).saturating_sub(1) } else { after });
        // Every covariate goes along with each term.
        Some(Size { terms: plain.terms * (1 + panel.covariates.len()), ..plain })
    }

    fn fit(&self, sample: &Sample<'_>, options: &Options) -> Result<Fit, Faults> {
        let mut warnings = Vec::new();
        let panel = saturated::comparable(sample.panel, false, &mut warnings)?;
        let absorb = match (panel.kind, options.get("effects")) {
            (Kind::Panel, "unit") => Absorb::Unit,
            (Kind::CrossSections, "unit") if options.was_given("effects") => {
                return Err(Fault::new(
                    "EST-006",
                    "effects=unit needs units",
                    "options of wooldridge",
                    "in repeated cross-sections no unit is seen again",
                    "name the unit (--unit), or leave the option out",
                )
                .into());
            }
            _ => Absorb::Nothing,
        };
        let effects = if options.get("control") == "never" { beside_reference(&panel, &mut warnings) } else { treated_cells(&panel) };
        let before = time_and_group(&panel, absorb);
        let (panel, x_before, x_after) = interacted(&panel, &effects)?;
        let mut all = before;
        all.extend(x_before);
        let mut fit = Saturated { panel, absorb, before: all, also: Vec::new(), effects, after: x_after }.fit(false, sample.executor)?;
        // The interactions are columns made with the cohorts as observed.
        fit.rows_by_label = !sample.panel.covariates.is_empty();
        fit.warnings.splice(0..0, warnings);
        Ok(fit)
    }
}

fn treated_cells(panel: &Panel) -> Vec<Effect> {
    let cells = &panel.cells;
    let occupied = panel.occupied();
    let of = |(cohort, group): (usize, i64)| {
        let seen: Vec<Effect> = (0..cells.periods.len())
            .filter(|&p| cells.periods[p] >= group && occupied[cells.cell(cohort, p) as usize])
            .map(|p| Effect { cell: cells.cell(cohort, p), group, time: cells.periods[p] })
            .collect();
        seen
    };
    cells.treated_cohorts().flat_map(of).collect()
}

/// The panel with covariates made of x: itself, by cohort, by period, and by effect less the cohort's mean.
fn interacted(panel: &Panel, effects: &[Effect]) -> Result<(Panel, Vec<Term>, Vec<Term>), Faults> {
    /// Bytes of columns that may be made.
    const MOST: f64 = 8e9;
    let cells = &panel.cells;
    let each = 1 + (cells.cohorts.len() - 1) + (cells.periods.len() - 1) + effects.len();
    let bytes = each as f64 * panel.covariates.len() as f64 * panel.n_rows() as f64 * 8.0;
    if bytes > MOST {
        return Err(Fault::new(
            "EST-011",
            "too many interactions of covariates with cohorts and periods",
            format!("{} columns for each of {} covariates", each, panel.covariates.len()),
            format!("they would take about {:.0} GB", bytes / 1e9),
            "use fewer covariates, or callaway-santanna, which needs no such columns",
        )
        .into());
    }
    let mut covariates: Vec<Covariate> = Vec::new();
    let (mut before, mut after) = (Vec::new(), Vec::new());
    let mut add = |name: String, values: Vec<f64>, list: &mut Vec<Term>, tell: bool| {
        list.push(Term { name: name.clone(), column: Column::Covariate(covariates.len()), tell, is_period: false });
        covariates.push(Covariate { name, values: Arc::new(values) });
    };
    for x in &panel.covariates {
        let where_ = |test: &dyn Fn(u32) -> bool| -> Vec<f64> {
            panel.cell.iter().zip(x.values.iter()).map(|(&c, &v)| if test(c) { v } else { 0.0 }).collect()
        };
        add(x.name.clone(), x.values.to_vec(), &mut before, true);
        // The last cohort and the first period stand for themselves.
        for cohort in 0..cells.cohorts.len() - 1 {
            add(format!("cohort {cohort} × {}", x.name), where_(&|c| cells.cohort_ix(c) == cohort), &mut before, false);
        }
        for period in 1..cells.periods.len() {
            add(format!("period {} × {}", cells.periods[period], x.name), where_(&|c| cells.period_ix(c) == period), &mut before, false);
        }
        let means = cohort_means(panel, &x.values);
        for e in effects {
            let mean = means[cells.cohort_ix(e.cell)];
            let values = panel.cell.iter().zip(x.values.iter()).map(|(&c, &v)| if c == e.cell { v - mean } else { 0.0 }).collect();
            add(format!("cohort {}, period {} × {}", e.group, e.time, x.name), values, &mut after, true);
        }
    }
    Ok((Panel { covariates, ..panel.clone() }, before, after))
}

/// Each cohort's weighted mean of a column, summed exactly.
fn cohort_means(panel: &Panel, values: &[f64]) -> Vec<f64> {
    let n = panel.cells.cohorts.len();
    let largest = |v: &[f64]| v.iter().fold(0.0, |m: f64, x| m.max(x.abs())).max(f64::MIN_POSITIVE);
    let (unit, weight_unit) = (largest(values), if panel.weight.is_empty() { 1.0 } else { largest(&panel.weight) });
    let (mut sum, mut total) = (crate::num::ExactRow::zeros(n), crate::num::ExactRow::zeros(n));
    for (r, &v) in values.iter().enumerate() {
        let (c, w) = (panel.cells.cohort_ix(panel.cell[r]), panel.weight_of(r) / weight_unit);
        sum.add(c, w * (v / unit));
        total.add(c, w);
    }
    (0..n).map(|c| unit * sum.value(c) / total.value(c)).collect()
}
