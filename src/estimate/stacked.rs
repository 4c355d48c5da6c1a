//! Stacked difference-in-differences with corrective weights.
//!
//! Every cohort a with its clean controls (not treated by the end of its window) is a sub-experiment of its own, in event
//! time; all are stacked and y is regressed on arm, event time and arm × event time. Unweighted, stacking compares the
//! treated of one mix of cohorts with controls of another; with Q = 1 for treated rows and
//! Q = (N^D_ae/N^D_e)/(N^C_ae/N^C_e) for controls the coefficient at e is the mean effect over cohorts by their size.

use super::fit::{Body, Fit};
use super::linear::{self, Column, Term, Wanted};
use super::target::Target;
use super::{Card, Estimator, OptionSpec, Options, Sample, Values};
use crate::cohort::{Fault, Faults, Reason, Warning};
use crate::panel::{Absorb, Cells, Covariate, Extras, FirstTreated, Keys, Kind, Moments, Panel};
use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

/// Stacking with corrective weights.
pub struct Stacked;

static CARD: Card = Card {
    id: "stacked",
    title: "stacked difference-in-differences (Wing, Freedman and Hollingsworth)",
    estimand: "the average effect at each time since the start within a window, over the cohorts seen in all of it, by their size; and the plain mean from the start on",
    assumptions: "parallel trends between each cohort and units not treated by the end of its window; no anticipation",
    when: "several start dates, and the same cohorts should stand behind every time since the start",
    needs: "several periods before and after; units not treated by the end of some cohort's window",
    contrast: "It averages over the same cohorts at every time since the start, those seen in its whole window, and leaves the others out.",
    options: &[OptionSpec {
        key: "window",
        values: Values::Window,
        meaning: "times since the start; by default the widest that every cohort is seen in",
        positional: false,
    }],
    source: "Wing, Freedman and Hollingsworth (2024), Stacked difference-in-differences, NBER working paper 32054, eqs. 4 to 7",
    reference_call: "their create_sub_exp and compute_weights, then fixest::feols(y ~ treat * i(event_time, ref = -1), weights = ~stack_weight, cluster = ~unit)",
    version: 1,
};

impl Estimator for Stacked {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn fit(&self, sample: &Sample<'_>, options: &Options) -> Result<Fit, Faults> {
        let panel = sample.panel;
        let cells = &panel.cells;
        let (first, last) = (cells.periods[0], cells.periods[cells.periods.len() - 1]);
        let starts: Vec<(usize, i64)> = cells.treated_cohorts().filter(|(_, g)| *g > first).collect();
        let (low, high) = match options.window("window") {
            Some(window) => window,
            None => (-starts.iter().map(|(_, g)| g - first).min().unwrap_or(0), starts.iter().map(|(_, g)| last - g).min().unwrap_or(0)),
        };
        if low > -1 || high < 0 {
            return Err(refused(
                format!("the window {low}..{high} does not hold the times -1 and 0"),
                "choose one around the start, such as -2..2",
            ));
        }
        let clean = |start: i64| -> Vec<usize> {
            (0..cells.cohorts.len())
                .filter(|&c| match cells.cohorts[c] {
                    FirstTreated::At(g) => g > start + high,
                    FirstTreated::Never => true,
                })
                .collect()
        };
        let (inside, outside): (Vec<(usize, i64)>, Vec<(usize, i64)>) =
            starts.iter().copied().partition(|(_, g)| g + low >= first && g + high <= last && !clean(*g).is_empty());
        let mut warnings = vec![Warning::new(
            "stack-window",
            format!("times since the start from {low} to {high}; every time averages over the same cohorts: {}", names(&inside)),
        )];
        if inside.is_empty() {
            return Err(refused(
                format!("no cohort is seen from {low} to {high} periods around its start with units not treated by then"),
                "choose a narrower window",
            ));
        }
        if !outside.is_empty() {
            warnings.push(Warning::new(
                "stack-cohorts",
                format!(
                    "left out, because not seen in the whole window or without units not treated by its end: cohorts {}",
                    names(&outside)
                ),
            ));
        }
        let stack = Stack::new(panel, &inside.iter().map(|&(c, g)| (c, g, clean(g))).collect::<Vec<_>>(), low, high)?;
        let out = stack.panel;
        let moments = Arc::new(Moments::accumulate(&out, Absorb::Nothing, &|_| true, sample.executor));
        let n = out.cells.periods.len();
        let indicator = |name: String, test: &dyn Fn(u32) -> bool, is_period: bool| Term {
            name,
            column: Column::Cells((0..out.cells.len() as u32).map(|c| f64::from(u8::from(test(c)))).collect()),
            tell: !is_period,
            is_period,
        };
        let treated = |c: u32| out.cells.cohort_ix(c) == 0;
        let mut terms = vec![indicator("(Intercept)".into(), &|_| true, true), indicator("arm".into(), &treated, true)];
        let shown: Vec<usize> = (0..n).filter(|&p| out.cells.periods[p] != -1).collect();
        terms.extend(shown.iter().map(|&p| indicator(format!("time {}", out.cells.periods[p]), &|c| out.cells.period_ix(c) == p, true)));
        let mut wanted = Vec::new();
        let later: Vec<usize> = (0..shown.len()).filter(|&i| out.cells.periods[shown[i]] >= 0).map(|i| terms.len() + i).collect();
        let share = 1.0 / later.len() as f64;
        wanted.push(Wanted { target: Target::overall(), weights: later.iter().map(|&t| (t, share)).collect() });
        for &p in &shown {
            let e = out.cells.periods[p];
            wanted.push(Wanted { target: Target::event(e), weights: vec![(terms.len(), 1.0)] });
            terms.push(indicator(format!("event time {e}"), &|c| treated(c) && out.cells.period_ix(c) == p, false));
        }
        linear::covariates(&out, &mut terms, &mut wanted);
        let mut fit = linear::fit(&out, &moments, terms, wanted, 0, sample.executor)?;
        debug_assert!(matches!(fit.body, Body::Linear(_)));
        (fit.n_rows, fit.n_units, fit.n_treated_units) = (stack.n_rows, stack.n_units, stack.n_treated);
        fit.rows_by_label = true;
        fit.warnings.splice(0..0, warnings);
        Ok(fit)
    }
}

fn names(cohorts: &[(usize, i64)]) -> String {
    cohorts.iter().map(|(_, g)| g.to_string()).collect::<Vec<_>>().join(", ")
}

fn refused(what: String, remedy: &str) -> Faults {
    Fault::new("EST-006", what, "options of stacked", "the comparison would be undefined", remedy).into()
}

/// The stacked rows, and how many different ones there are.
struct Stack {
    panel: Panel,
    n_rows: usize,
    n_units: usize,
    n_treated: usize,
}

impl Stack {
    fn new(panel: &Panel, experiments: &[(usize, i64, Vec<usize>)], low: i64, high: i64) -> Result<Stack, Faults> {
        let cells = &panel.cells;
        let times: Vec<i64> = experiments
            .iter()
            .flat_map(|(_, g, _)| cells.periods.iter().map(move |p| p - g))
            .filter(|e| *e >= low && *e <= high)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        if !times.contains(&-1) {
            return Err(refused(
                "no cohort is seen in the period before its start".into(),
                "the periods have a gap there: number them consecutively",
            ));
        }
        let stacked = Cells { periods: times, cohorts: vec![FirstTreated::At(0), FirstTreated::Never] };
        // Rows as (row, sub-experiment, treated, time).
        let mut rows: Vec<(u32, u32, bool, u32)> = Vec::new();
        let (mut unit_start, mut cluster_start) = (vec![0u32], vec![0u32]);
        let mut kept = Vec::new();
        let mut used = vec![false; panel.n_rows()];
        let (mut n_units, mut n_treated) = (0, 0);
        for g in 0..panel.n_clusters() {
            let before = unit_start.len();
            for u in panel.units_of(g) {
                let cohort = panel.cohort_of(u);
                let (mut any, mut as_treated) = (false, false);
                for (x, (own, start, controls)) in experiments.iter().enumerate() {
                    let treated = cohort == *own;
                    if !treated && !controls.contains(&cohort) {
                        continue;
                    }
                    let from = rows.len();
                    for r in panel.rows_of(u) {
                        let e = cells.periods[cells.period_ix(panel.cell[r])] - start;
                        if let Ok(p) = stacked.periods.binary_search(&e) {
                            rows.push((r as u32, x as u32, treated, p as u32));
                            used[r] = true;
                        }
                    }
                    if rows.len() > from {
                        unit_start.push(rows.len() as u32);
                        any = true;
                        as_treated |= treated;
                    }
                }
                n_units += usize::from(any);
                n_treated += usize::from(as_treated);
            }
            if unit_start.len() > before {
                kept.push(g);
                cluster_start.push(unit_start.len() as u32 - 1);
            }
        }
        // Weight of each arm by sub-experiment and time.
        let n_times = stacked.periods.len();
        let mut of = vec![[0.0; 2]; experiments.len() * n_times];
        for &(r, x, treated, p) in &rows {
            of[x as usize * n_times + p as usize][usize::from(treated)] += panel.weight_of(r as usize);
        }
        let total = |p: usize, arm: usize| (0..experiments.len()).map(|x| of[x * n_times + p][arm]).sum::<f64>();
        let totals: Vec<[f64; 2]> = (0..n_times).map(|p| [total(p, 0), total(p, 1)]).collect();
        let weight = rows
            .iter()
            .map(|&(r, x, treated, p)| {
                let (own, all) = (of[x as usize * n_times + p as usize], totals[p as usize]);
                let q = if treated { 1.0 } else { (own[1] / all[1]) / (own[0] / all[0]) };
                q * panel.weight_of(r as usize)
            })
            .collect();
        let pick = |values: &[f64]| -> Arc<Vec<f64>> { Arc::new(rows.iter().map(|(r, ..)| values[*r as usize]).collect()) };
        let n_rows = used.iter().filter(|u| **u).count();
        let mut ledger = panel.ledger.clone();
        ledger.drop_rows(Reason::OutsideWindow, panel.n_rows() - n_rows);
        let clusters = if kept.len() < panel.n_clusters() {
            Arc::new(Keys::Text(kept.iter().map(|&g| panel.clusters.label(g)).collect()))
        } else {
            panel.clusters.clone()
        };
        let out = Panel {
            kind: Kind::Panel,
            outcome: pick(&panel.outcome),
            weight: Arc::new(weight),
            cell: Arc::new(rows.iter().map(|&(_, _, treated, p)| stacked.cell(usize::from(!treated), p as usize)).collect()),
            covariates: panel.covariates.iter().map(|c| Covariate { name: c.name.clone(), values: pick(&c.values) }).collect(),
            unit_start: Arc::new(unit_start),
            cluster_start: Arc::new(cluster_start),
            clusters,
            second: None,
            levels: Vec::new(),
            blocks: panel.blocks.as_ref().map(|b| Arc::new(kept.iter().map(|&g| b[g]).collect())),
            extras: Extras::default(),
            cells: stacked,
            ledger,
            survey: Arc::new(OnceLock::new()),
            ..panel.clone()
        };
        Ok(Stack { panel: out, n_rows, n_units, n_treated })
    }
}
