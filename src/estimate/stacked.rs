//! Stacked difference-in-differences with corrective weights.
//!
//! Every cohort a with its clean controls (not treated by the end of its window) is a sub-experiment of its own, in event
//! time; all are stacked and y is regressed on arm, event time and arm × event time. Unweighted, stacking compares the
//! treated of one mix of cohorts with controls of another; with Q = 1 for treated rows and
//! Q = (N^D_ae/N^D_e)/(N^C_ae/N^C_e) for controls the coefficient at e is the mean effect over cohorts by their size.

use super::fit::Fit;
use super::linear::{self, Column, Term, Wanted};
use super::price::times_within;
use super::target::Target;
use super::{Asks, Card, Estimator, LeftOut, OptionSpec, Options, Sample, Size, Values, comparable};
use crate::cohort::{Fault, Faults, Reason, Warning};
use crate::panel::{Absorb, Cells, Extras, FirstTreated, Kind, Moments, Panel};
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
        meaning: "times since the start; by default the widest that every cohort is seen in, or where periods are missing or nobody is untreated by its end the widest that is identified for some cohort",
        positional: false,
    }],
    source: "Wing, Freedman and Hollingsworth (2024), Stacked difference-in-differences, NBER working paper 32054, eqs. 4 to 7",
    reference_call: "their create_sub_exp and compute_weights, then fixest::feols(y ~ treat * i(event_time, ref = -1), weights = ~stack_weight, cluster = ~unit)",
    version: 2,
};

/// A cohort and its first treated period.
type Start = (usize, i64);

impl Estimator for Stacked {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn asks(&self, fit: &Fit, panel: &Panel, _: &Options) -> Asks {
        Asks::within(fit, panel)
    }

    fn uses_later_covariates(&self, _: &Options) -> bool {
        true
    }

    fn size(&self, panel: &Panel, options: &Options) -> Option<Size> {
        // Times before the start, and from it on.
        let [early, late] = match options.window("window") {
            Some(window) => times_within(window, [panel.cells.periods.len(); 2]),
            None => Experiments::by_default(panel).map_or([0, 0], |e| {
                let early = e.times.iter().filter(|t| **t < 0).count();
                [early, e.times.len() - early]
            }),
        };
        let (times, own) = (early + late, panel.covariates.len());
        Some(Size {
            rows: panel.n_rows(),
            terms: 2 + 2 * times + own,
            targets: 1 + times + own,
            clusters: panel.n_clusters(),
            fit: 0.0,
            less: None,
            tested: [0, early.saturating_sub(1), late],
        })
    }

    fn fit(&self, sample: &Sample<'_>, options: &Options) -> Result<Fit, Faults> {
        let panel = sample.panel;
        let cells = &panel.cells;
        let Experiments { low, high, reference, inside, outside, times, common } = match options.window("window") {
            Some((low, high)) if low > -1 || high < 0 => {
                return Err(refused(
                    format!("the window {low}..{high} does not hold the times -1 and 0"),
                    "choose one around the start, such as -2..2",
                ));
            }
            Some(window) => Experiments::within(panel, &panel.occupied(), window, -1)?,
            None => Experiments::by_default(panel)?,
        };
        let clean = |start: i64| clean(cells, start, high);
        let mut warnings = vec![Warning::new(
            "stack-window",
            format!(
                "times since the start from {low} to {high}{}{}; every time averages over the same cohorts: {}",
                if common {
                    ""
                } else {
                    ", the widest window that is identified for some cohort, as that in which every cohort is seen is for none"
                },
                if reference == -1 {
                    String::new()
                } else {
                    format!(", compared with time {reference}, since nobody can be compared at -1")
                },
                names(&inside)
            ),
        )];
        // Times of the calendar: a period that nobody is seen in is no time of anybody's.
        let calendar: BTreeSet<i64> = inside.iter().flat_map(|(_, g)| cells.periods.iter().map(move |p| p - g)).collect();
        let lost: Vec<String> = calendar.range(low..=high).filter(|e| !times.contains(e)).map(|e| e.to_string()).collect();
        if !lost.is_empty() {
            warnings.push(Warning::new(
                "stack-times",
                format!(
                    "times since the start left out, because some cohort or its comparison units are not seen then: {}",
                    lost.join(", ")
                ),
            ));
        }
        let always: Vec<i64> = cells.always_treated().map(|(_, g)| g).collect();
        warnings.extend(comparable::always_treated(&always));
        let out_of_reach = "it is not seen in the whole window, or nobody untreated by its end is seen with it";
        let left_out =
            LeftOut::of(
                panel,
                &always,
                |group, _| {
                    if outside.iter().any(|(_, g)| *g == group) { Err(out_of_reach.into()) } else { Ok(()) }
                },
            );
        let experiments: Vec<(usize, i64, Vec<usize>)> = inside.iter().map(|&(c, g)| (c, g, clean(g))).collect();
        let out = stack(panel, &experiments, times);
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
        let shown: Vec<usize> = (0..n).filter(|&p| out.cells.periods[p] != reference).collect();
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
        // Rows as read, not copies.
        fit.n_rows = out.ledger.n_used();
        fit.rows_by_label = true;
        fit.warnings.splice(0..0, warnings);
        Ok(fit.leaving_out(left_out))
    }
}

/// The sub-experiments of a window.
struct Experiments {
    /// The first and last time since the start.
    low: i64,
    high: i64,
    /// The time to which the others are compared.
    reference: i64,
    /// The cohorts with one, and those without.
    inside: Vec<Start>,
    outside: Vec<Start>,
    /// The times at which all of those cohorts and their controls are seen.
    times: Vec<i64>,
    /// Whether the window was asked for, or is the widest that every cohort is seen in.
    common: bool,
}

impl Experiments {
    /// Those of a window, where some cohort is seen in all of it, and with its controls at the reference and from the start on.
    fn within(panel: &Panel, occupied: &[bool], (low, high): (i64, i64), reference: i64) -> Result<Experiments, Faults> {
        let cells = &panel.cells;
        let (first, last) = (cells.periods[0], cells.periods[cells.periods.len() - 1]);
        let starts: Vec<Start> = cells.treated_cohorts().filter(|(_, g)| *g > first).collect();
        // The times since the start within the window at which a cohort and its controls are both seen.
        let seen = |cohort: usize, start: i64| -> BTreeSet<i64> {
            let controls = clean(cells, start, high);
            (0..cells.periods.len())
                .filter(|&p| {
                    let has = |c: usize| occupied[cells.cell(c, p) as usize];
                    has(cohort) && controls.iter().any(|&c| has(c))
                })
                .map(|p| cells.periods[p] - start)
                .filter(|e| (low..=high).contains(e))
                .collect()
        };
        let (inside, outside): (Vec<Start>, Vec<Start>) = starts.iter().copied().partition(|&(c, g)| {
            let times = seen(c, g);
            g.saturating_add(low) >= first
                && g.saturating_add(high) <= last
                && times.contains(&reference)
                && times.last().is_some_and(|e| *e >= 0)
        });
        if inside.is_empty() {
            return Err(refused(
                format!(
                    "no cohort is seen from {low} to {high} periods around its start, and at time {reference}, with units not treated by then"
                ),
                "choose a narrower window, or leave it out: then the widest that is identified is taken",
            ));
        }
        // A time at which some cohort is not seen would average over other cohorts than the time before the start does.
        let all: Vec<BTreeSet<i64>> = inside.iter().map(|&(c, g)| seen(c, g)).collect();
        let times: Vec<i64> = all[0].iter().copied().filter(|e| all.iter().all(|own| own.contains(e))).collect();
        if !times.iter().any(|e| *e >= 0) {
            return Err(refused(
                "at no time from the start on are all cohorts seen".into(),
                "leave out the cohort that is seen least (--where)",
            ));
        }
        Ok(Experiments { low, high, reference, inside, outside, times, common: true })
    }

    /// Those of the widest window that every cohort is seen in, where it is identified for one at least. Else (periods are missing
    /// before or after some start, or nobody is untreated by the end) those of the widest that is for some cohort; of equally wide ones
    /// that with most cohorts. Where periods are missing before every start, the last time before it that is seen stands for -1.
    fn by_default(panel: &Panel) -> Result<Experiments, Faults> {
        let cells = &panel.cells;
        let (first, last) = (cells.periods[0], cells.periods[cells.periods.len() - 1]);
        let occupied = panel.occupied();
        let starts: Vec<i64> = cells.treated_cohorts().map(|(_, g)| g).filter(|g| *g > first).collect();
        let widest = |least: &dyn Fn(i64) -> i64| starts.iter().map(|g| least(*g)).min().unwrap_or(0);
        let common = (-widest(&|g| g - first), widest(&|g| last - g));
        let found = Experiments::within(panel, &occupied, common, -1);
        if found.is_ok() {
            return found;
        }
        let before: BTreeSet<i64> = starts.iter().flat_map(|g| cells.periods.iter().map(move |p| p - g)).filter(|e| *e < 0).collect();
        for &reference in before.iter().rev() {
            let mut best: Option<Experiments> = None;
            for &g in &starts {
                // Later ends leave fewer controls: the last at which the cohort has some.
                let ends = cells.periods.iter().rev().map(|p| p - g).filter(|e| *e >= 0);
                let own = ends
                    .filter_map(|end| Experiments::within(panel, &occupied, (first - g, end), reference).ok())
                    .find(|e| e.inside.iter().any(|(_, start)| *start == g));
                let size = |e: &Experiments| (e.high - e.low, e.inside.len());
                if let Some(own) = own.filter(|own| best.as_ref().is_none_or(|best| size(own) > size(best))) {
                    best = Some(own);
                }
            }
            if let Some(best) = best {
                return Ok(Experiments { common: false, ..best });
            }
        }
        found
    }
}

/// The cohorts that are not treated by the end of a start's window.
fn clean(cells: &Cells, start: i64, high: i64) -> Vec<usize> {
    (0..cells.cohorts.len())
        .filter(|&c| match cells.cohorts[c] {
            FirstTreated::At(g) => g > start.saturating_add(high),
            FirstTreated::Never => true,
        })
        .collect()
}

fn names(cohorts: &[(usize, i64)]) -> String {
    cohorts.iter().map(|(_, g)| g.to_string()).collect::<Vec<_>>().join(", ")
}

fn refused(what: String, remedy: &str) -> Faults {
    Fault::new("EST-006", what, "options of stacked", "the comparison would be undefined", remedy).into()
}

/// A copy of a row: the sub-experiment, whether as treated, and the place of its time.
type Copy = (usize, bool, usize);

/// The stacked rows. All copies of a unit's rows stay one unit, those of its own sub-experiment first: whatever is drawn or
/// counted by unit or coarser sees each unit once.
fn stack(panel: &Panel, experiments: &[(usize, i64, Vec<usize>)], times: Vec<i64>) -> Panel {
    let cells = &panel.cells;
    let stacked = Cells { periods: times, cohorts: vec![FirstTreated::At(0), FirstTreated::Never] };
    // For every cell the copies of its rows.
    let of_cell: Vec<Vec<Copy>> = (0..cells.len() as u32)
        .map(|c| {
            let (cohort, period) = (cells.cohort_ix(c), cells.periods[cells.period_ix(c)]);
            let mut copies: Vec<Copy> = experiments
                .iter()
                .enumerate()
                .filter(|(_, (own, _, controls))| cohort == *own || controls.contains(&cohort))
                .filter_map(|(x, (own, start, _))| Some((x, cohort == *own, stacked.periods.binary_search(&(period - start)).ok()?)))
                .collect();
            copies.sort_by_key(|&(x, treated, _)| (!treated, x));
            copies
        })
        .collect();
    let copies: Vec<&Vec<Copy>> = panel.cell.iter().map(|&c| &of_cell[c as usize]).filter(|copies| !copies.is_empty()).collect();
    let kept = panel.keeping(|r| !of_cell[panel.cell[r] as usize].is_empty(), Reason::OutsideWindow);
    let (mut rows, mut unit_start): (Vec<(usize, Copy)>, Vec<u32>) = (Vec::new(), vec![0]);
    for u in 0..kept.n_units() {
        let from = rows.len();
        rows.extend(kept.rows_of(u).flat_map(|r| copies[r].iter().map(move |&copy| (r, copy))));
        rows[from..].sort_by_key(|&(r, (x, treated, _))| (!treated, x, r));
        unit_start.push(rows.len() as u32);
    }
    // The weight of each arm by sub-experiment and time; its rows' weights are scaled, so that sums cannot overflow, and
    // added in ascending order, so that the order of rows cannot change a bit.
    let largest = kept.weight.iter().fold(0.0, |m: f64, &w| m.max(w));
    let scaled = |r: usize| if kept.weight.is_empty() { 1.0 } else { (kept.weight[r] / largest).max(f64::MIN_POSITIVE) };
    let n = stacked.periods.len();
    let mut weights: Vec<[Vec<f64>; 2]> = vec![[Vec::new(), Vec::new()]; experiments.len() * n];
    rows.iter().for_each(|&(r, (x, treated, p))| weights[x * n + p][usize::from(treated)].push(scaled(r)));
    let size: Vec<[f64; 2]> = weights.into_iter().map(|arms| arms.map(|own| crate::num::sorted(own).iter().sum::<f64>())).collect();
    let total = |p: usize, arm: usize| (0..experiments.len()).map(|x| size[x * n + p][arm]).sum::<f64>();
    let totals: Vec<[f64; 2]> = (0..n).map(|p| [total(p, 0), total(p, 1)]).collect();
    let corrected = |&(r, (x, treated, p)): &(usize, Copy)| {
        let (own, all) = (size[x * n + p], totals[p]);
        if treated { scaled(r) } else { scaled(r) * (own[1] / all[1]) / (own[0] / all[0]) }
    };
    let weight = rows.iter().map(corrected).collect();
    let cell = rows.iter().map(|&(_, (_, treated, p))| stacked.cell(usize::from(!treated), p)).collect();
    let mut out = kept.clone();
    out.columns_from(&kept, &rows.iter().map(|&(r, _)| r).collect::<Vec<_>>());
    Panel {
        kind: Kind::Panel,
        weight: Arc::new(weight),
        cell: Arc::new(cell),
        unit_start: Arc::new(unit_start),
        extras: Extras::default(),
        cells: stacked,
        survey: Arc::new(OnceLock::new()),
        ..out
    }
}
