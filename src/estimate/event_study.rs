//! Event study: dynamic two-way fixed effects, a coefficient for each number of periods since the start.

use super::fit::Fit;
use super::linear::{self, Column, Term, Wanted};
use super::price::times_within;
use super::twfe::{absorb_for, size};
use super::{Card, Estimator, OptionSpec, Options, Role, Sample, Size, Target, Values, absorbed};
use crate::cohort::{Fault, Faults, Reason, Warning};
use crate::panel::{Absorb, Moments, Panel};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Dynamic two-way fixed effects.
pub struct EventStudy;

static CARD: Card = Card {
    id: "event-study",
    title: "event study (dynamic two-way fixed effects)",
    estimand: "the average effect at each number of periods since the start, against the reference period; and the plain mean of those at 0 and later",
    assumptions: "parallel trends; no anticipation; the path of effects is the same in all cohorts",
    when: "to see the path of the effect and the trends before it; with several start dates, if cohorts respond alike",
    needs: "several periods before and after; units, or cohorts in cross-sections",
    contrast: "It gives one path of effects for all cohorts and counts every time since the start alike in the mean; where starts are staggered, times contaminate each other if cohorts respond differently.",
    options: &[
        OptionSpec {
            key: "reference",
            values: Values::Whole { default: -1, low: -1000, high: 1000 },
            meaning: "the event time to which the others are compared",
            positional: false,
        },
        OptionSpec { key: "window", values: Values::Window, meaning: "the event times shown", positional: false },
        OptionSpec {
            key: "bin",
            values: Values::OneOf(&["true", "false"]),
            meaning: "true: event times outside the window share the coefficient at its edge; false: rows of treated units outside the window are left out",
            positional: false,
        },
    ],
    source: "Jacobson, LaLonde and Sullivan (1993); Schmidheiny and Siegloch (2023) on binning; Sun and Abraham (2021) on what it needs",
    reference_call: "fixest::feols(y ~ i(rel, ref = c(-1, never)) + x | unit + period, cluster = ~g); --fixed-effects A,B^C,D[x]: | A + B^C + D[x]",
    version: 1,
};

impl Estimator for EventStudy {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn is_two_way(&self) -> bool {
        true
    }

    fn uses_later_covariates(&self, _: &Options) -> bool {
        true
    }

    fn size(&self, panel: &Panel, options: &Options) -> Option<Size> {
        let [early, late] = match (panel.cells.n_event_times(), options.window("window")) {
            (all, Some(window)) => times_within(window, all),
            (all, None) => all,
        };
        let tested = [0, early.saturating_sub(1), late];
        // Beside them stands their mean.
        size(panel, early + late).map(|s| Size { tested, ..s })
    }

    fn asks_for(&self, role: Role) -> bool {
        role == Role::FixedEffects
    }

    fn fit(&self, sample: &Sample<'_>, options: &Options) -> Result<Fit, Faults> {
        let panel = sample.panel;
        let cells = &panel.cells;
        let absorb = absorb_for(panel.kind);
        let reference = options.whole("reference");
        let window = options.window("window");
        if options.was_given("bin") && window.is_none() {
            return Err(refused("bin without a window does nothing", "add window=a..b"));
        }
        if window.is_some_and(|(a, b)| reference < a || reference > b) {
            return Err(refused("the reference lies outside the window", "widen the window or move the reference"));
        }
        let binned = options.get("bin") == "true";
        // The event time that stands for a cell: binned at the window's edges, or None when left out.
        let event = |c: u32| -> Option<i64> {
            let e = cells.event_time(c)?;
            match window {
                Some((a, b)) if binned => Some(e.clamp(a, b)),
                _ => Some(e),
            }
        };
        // Units treated from the first period on show no change of their own.
        let always: BTreeSet<usize> = cells.always_treated().map(|(ix, _)| ix).collect();
        let shown = |c: u32| match (window, cells.event_time(c)) {
            (Some((a, b)), Some(e)) if !binned => e >= a && e <= b,
            _ => true,
        };
        let inside = |c: u32| !always.contains(&cells.cohort_ix(c)) && shown(c);
        let present: BTreeSet<u32> = panel.cell.iter().copied().filter(|&c| inside(c)).collect();
        let events: BTreeSet<i64> = present.iter().filter_map(|&c| event(c)).collect();
        if !events.contains(&reference) {
            let list: Vec<String> = events.iter().map(i64::to_string).collect();
            return Err(refused(
                &format!("nobody is observed at event time {reference}"),
                &format!("choose a reference among {}", list.join(", ")),
            ));
        }
        let mut warnings = Vec::new();
        let named = !panel.extras.effects.is_empty();
        let mut references = vec![reference];
        // Which further references effects that are named ask for is seen when they are taken off.
        if !named
            && !cells.has_never()
            && let Some(&earliest) = events.iter().find(|&&e| e != reference)
        {
            references.push(earliest);
            warnings.push(Warning::new(
                "second-reference",
                format!(
                    "no unit is never treated, so a second reference is needed: event time {earliest}, the earliest, is set to zero too"
                ),
            ));
        }
        let outside = window.is_some_and(|(a, b)| present.iter().any(|&c| cells.event_time(c).is_some_and(|e| e < a || e > b)));
        if binned && outside && has_trends(panel) {
            warnings.push(Warning::new(
                "second-reference",
                "slopes among the fixed effects leave a line through event times open; what closes it here is the window: event times outside share the effect at its edge, and if effects go on changing there, all of them tilt. bin=false leaves those rows out and sets a further reference to zero",
            ));
        }
        let mut terms = if named { Vec::new() } else { linear::time_and_group(panel, absorb) };
        let mut wanted = Vec::new();
        let (mut later, mut free) = (Vec::new(), Vec::new());
        let mut shown: Vec<i64> = events.iter().copied().filter(|e| !references.contains(e)).collect();
        // Of terms that explain each other the last are dropped: the earliest event times.
        if named {
            shown.reverse();
        }
        for e in shown {
            if e >= 0 {
                later.push(terms.len());
            }
            if e < reference {
                free.push(terms.len());
            }
            wanted.push(Wanted { target: Target::event(e), weights: vec![(terms.len(), 1.0)] });
            let indicator = (0..cells.len() as u32).map(|c| f64::from(u8::from(event(c) == Some(e)))).collect();
            terms.push(Term { name: format!("event time {e}"), column: Column::Cells(indicator), tell: true, is_period: false });
        }
        wanted.sort_by_key(|w| w.target.event_time);
        if !later.is_empty() && reference < 0 {
            let share = 1.0 / later.len() as f64;
            wanted.insert(0, Wanted { target: Target::overall_dynamic(), weights: later.iter().map(|&t| (t, share)).collect() });
        }
        linear::covariates(panel, &mut terms, &mut wanted);
        let mut fit = if named {
            absorbed::fit(panel, &inside, terms, wanted, &free, sample.executor)?
        } else {
            let own;
            let moments = if !always.is_empty() || (window.is_some() && !binned) {
                own = Arc::new(Moments::accumulate(panel, absorb, &inside, sample.executor));
                &own
            } else {
                sample.moments(absorb)
            };
            let nested = if absorb == Absorb::Unit { moments.n_units } else { 0 };
            linear::fit(panel, moments, terms, wanted, nested, sample.executor)?
        };
        let n_rows = fit.n_rows;
        let left_out = panel.cell.iter().filter(|&&c| always.contains(&cells.cohort_ix(c))).count();
        fit.ledger.drop_rows(Reason::AlwaysTreated, left_out);
        fit.ledger.drop_rows(Reason::OutsideWindow, panel.n_rows() - n_rows - left_out);
        fit.rows_by_label = window.is_some() && !binned;
        fit.warnings.extend(warnings);
        if cells.treated_cohorts().count() > 1 {
            fit.warnings.push(Warning::new(
                "staggered-event-study",
                "treatment starts at several times: these coefficients are averages of the cohorts' effects only if the path of the effect is the same in all cohorts",
            ));
        }
        Ok(fit)
    }
}

/// Whether some of the effects named have a slope in something that only the period decides.
fn has_trends(panel: &Panel) -> bool {
    let of_period = |slope: &[f64]| {
        let mut value = vec![None; panel.cells.periods.len()];
        slope.iter().zip(panel.cell.iter()).all(|(x, &c)| *value[panel.cells.period_ix(c)].get_or_insert(*x) == *x)
    };
    panel.extras.effects.iter().filter_map(|e| e.slope.as_ref()).any(|slope| of_period(slope))
}

fn refused(what: &str, remedy: &str) -> Faults {
    Fault::new("EST-006", what, "options of event-study", "the comparison would be undefined", remedy).into()
}
