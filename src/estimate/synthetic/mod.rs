//! Synthetic difference-in-differences and synthetic control, start by start.
//!
//! τ̂ = (Ȳ_tr,post − Σ_s λ_s Ȳ_tr,s) − Σ_j ω_j (Ȳ_j,post − Σ_s λ_s Y_js), the treated of one start against never-treated
//! units, ω over units and λ over the periods before the start; several starts weighted by their treated unit-periods.
//! Synthetic control: no λ, no intercept (Arkhangelsky, Athey, Hirshberg, Imbens and Wager 2021, algorithm 1 and eq. 7;
//! several starts: their appendix A, Clarke et al. 2024). Covariates: what they explain among never-treated units is taken off
//! everyone's outcome first.
//!
//! Weights of units (those of the last period before anyone starts) make the treated mean, the shares of starts and the regression on
//! covariates weighted ones, and tilt the comparison (see `weights`); the number of treated units in ζ stays a number.
//!
//! Intervals: the jackknife keeps the weights as they are and the coefficients of covariates as they are (algorithm 3), the pairs bootstrap finds
//! both anew, weights from those of the whole sample on (algorithm 2), and the placebo method gives starts to comparison units (algorithm 4).

mod adjustment;
mod comparison;
mod nearest;
mod series;
mod simplex;
mod weights;

use super::arithmetic::{self, About};
use super::{Card, Estimator, Fit, OptionSpec, Options, Sample, Target, Values, base_period};
use crate::cohort::{Fault, Faults, Reason, Warning};
use crate::panel::{Kind, Panel};
use comparison::{Comparison, Mean};
use std::collections::BTreeSet;
use weights::{Periods, Rules, Tilt};

/// Synthetic difference-in-differences.
pub struct SyntheticDid;

/// Synthetic control.
pub struct SyntheticControl;

const SE: OptionSpec = OptionSpec {
    key: "se",
    values: Values::OneOf(&["placebo", "jackknife", "bootstrap"]),
    meaning: "the interval given when no inference is asked for: placebo starts among comparison units (jackknife instead where there are too few of them), the jackknife with the weights as they are, or the pairs bootstrap (normal interval) with weights searched anew",
    positional: false,
};

const WEIGHTING: OptionSpec = OptionSpec {
    key: "weighting",
    values: Values::OneOf(&["fitted", "composed"]),
    meaning: "with --weights: fitted: comparison weights are searched with the penalty of each unit divided by its weight, time weights over weighted comparison units, so that what is compared fits the time before the start; composed: both are searched as if all units weighed alike, and what was found is multiplied by the units' weights, as diff-diff does",
    positional: false,
};

const SOLVER: OptionSpec = OptionSpec {
    key: "solver",
    values: Values::OneOf(&["frank-wolfe", "exact"]),
    meaning: "frank-wolfe: the steps and the stopping rule of R's synthdid, digit by digit; exact: the optimum it stops short of",
    positional: false,
};

static DID: Card = Card {
    id: "synthetic-did",
    title: "synthetic difference-in-differences",
    estimand: "the average effect on the treated over their treated periods (ATT), by start and by time since the start",
    assumptions: "without treatment the treated would have run parallel to some weighted mean of never-treated units; outcomes follow unit and period effects, a few common factors and noise; no anticipation; a balanced panel with several periods before the start",
    when: "few treated units and trends that differ: aggregates such as schools, districts or states over many periods",
    needs: "a panel without gaps; many periods before the start; never-treated units",
    contrast: "It weights comparison units and periods before the start so that they resemble the treated ones: less rests on parallel trends, more on the fit before the start.",
    options: &[
        SE,
        OptionSpec {
            key: "units",
            values: Values::OneOf(&["fitted", "uniform"]),
            meaning: "weights of comparison units: as fits the time before the start, or all alike",
            positional: false,
        },
        OptionSpec {
            key: "periods",
            values: Values::OneOf(&["fitted", "uniform"]),
            meaning: "weights of the periods before the start: as fits the comparison units, or all alike (both uniform: plain difference-in-differences)",
            positional: false,
        },
        SOLVER,
        WEIGHTING,
    ],
    source: "Arkhangelsky, Athey, Hirshberg, Imbens and Wager (2021), algorithms 1 to 4; several starts: Clarke, Pailañir, Athey and Imbens (2024); covariates projected, from never-treated units: Kranz (2022); weights: as counts in the penalty and in the sums over units, the mean of comparison units' one",
    reference_call: "R synthdid::synthdid_estimate(Y, N0, T0); both uniform: did_estimate; vcov(method = \"jackknife\"): --inference jackknife:center=mean; it has no weights: weighting=composed is diff-diff's SyntheticDiD(survey_design=)",
    version: 3,
};

static CONTROL: Card = Card {
    id: "synthetic-control",
    title: "synthetic control",
    estimand: "the average effect on the treated over their treated periods (ATT), by start and by time since the start",
    assumptions: "without treatment the treated would have stood where a weighted mean of never-treated units stands, in level too; no anticipation; a balanced panel with many periods before the start",
    when: "one treated aggregate whose level lies among those of the comparison units",
    needs: "a panel without gaps; many periods before the start; never-treated units",
    contrast: "It weights comparison units so that their level matches the treated ones' before the start, and does not difference at all.",
    options: &[SE, SOLVER, WEIGHTING],
    source: "Abadie, Diamond and Hainmueller (2010); as in Arkhangelsky et al. (2021), without predictors; covariates and weights as in synthetic-did; placebo: their algorithm 4",
    reference_call: "R synthdid::sc_estimate(Y, N0, T0); it has no weights",
    version: 3,
};

impl Estimator for SyntheticDid {
    fn card(&self) -> &'static Card {
        &DID
    }

    fn uses_later_covariates(&self, _: &Options) -> bool {
        true
    }

    fn idle_beside(&self, _: &str) -> &'static [(&'static str, &'static str)] {
        &[("se", "it chooses the method where none is asked for")]
    }

    fn fit(&self, sample: &Sample<'_>, options: &Options) -> Result<Fit, Faults> {
        let rules = Rules {
            tilt: tilt(options),
            fitted_units: options.get("units") == "fitted",
            periods: if options.get("periods") == "fitted" { Periods::Fitted } else { Periods::Uniform },
            intercept: true,
            spread: true,
            exact: options.get("solver") == "exact",
        };
        if options.was_given("solver") && !rules.fitted_units && rules.periods == Periods::Uniform {
            return Err(Fault::new(
                "EST-044",
                "solver does nothing when all weights are alike",
                "options of synthetic-did",
                "an option without effect would pass for one with",
                "leave solver out, or fit the weights of units or of periods",
            )
            .into());
        }
        fit(&DID, sample, options, rules)
    }
}

impl Estimator for SyntheticControl {
    fn card(&self) -> &'static Card {
        &CONTROL
    }

    fn uses_later_covariates(&self, _: &Options) -> bool {
        true
    }

    fn idle_beside(&self, _: &str) -> &'static [(&'static str, &'static str)] {
        &[("se", "it chooses the method where none is asked for")]
    }

    fn fit(&self, sample: &Sample<'_>, options: &Options) -> Result<Fit, Faults> {
        let exact = options.get("solver") == "exact";
        let rules = Rules { tilt: tilt(options), fitted_units: true, periods: Periods::Unused, intercept: false, spread: false, exact };
        fit(&CONTROL, sample, options, rules)
    }
}

/// The code of the warning that the usual standard errors cannot be had; it is about those that nobody asked for by name.
pub const INSTEAD_OF_PLACEBO: &str = "jackknife-instead-of-placebo";

fn tilt(options: &Options) -> Tilt {
    if options.get("weighting") == "composed" { Tilt::Composed } else { Tilt::Fitted }
}

fn fit(card: &Card, sample: &Sample<'_>, options: &Options, rules: Rules) -> Result<Fit, Faults> {
    accepted(card, sample.panel, options, rules)?;
    let (panel, mut warnings) = usable(card, sample.panel)?;
    let (targets, means) = targets(&panel);
    let base = panel.cells.treated_cohorts().map(|(_, g)| panel.cells.periods.partition_point(|&p| p < g)).min().map_or(0, |p| p - 1);
    warnings.extend(base_period::weights_vary(&panel, base));
    let comparison = Comparison::new(&panel, base, rules, means.clone());
    warnings.extend(carried(&panel, &comparison, rules));
    let cell_weights = means.iter().map(|mean| cell_weights(&panel, &comparison, *mean)).collect();
    let own = match options.get("se") {
        "bootstrap" => "pairs-bootstrap:replicates=999,interval=normal",
        "placebo" if options.was_given("se") || placebo_works(&panel) => "placebo",
        _ => "jackknife",
    };
    if own == "jackknife" && options.get("se") == "placebo" {
        warnings.push(Warning::new(
            INSTEAD_OF_PLACEBO,
            "standard errors come from the jackknife, not from placebos as usual: for these each cluster must have one start and comparison clusters must outnumber treated ones",
        ));
    }
    let dropped_terms: Vec<String> = comparison.dropped().iter().map(|&i| panel.covariates[i].name.clone()).collect();
    if !dropped_terms.is_empty() {
        warnings.push(Warning::new(
            "collinear",
            format!(
                "dropped because unit and period effects, or other covariates, explain them among the never-treated: {}",
                dropped_terms.join(", ")
            ),
        ));
    }
    let about = About { targets, cell_weights, dropped_terms, warnings };
    let mut fit = arithmetic::fit(&panel, Box::new(comparison), about, sample.executor);
    fit.own_inference = Some(own);
    Ok(fit)
}

/// Refuses what these estimators do not know.
fn accepted(card: &Card, panel: &Panel, options: &Options, rules: Rules) -> Result<(), Faults> {
    let mut faults = Faults::default();
    let place = || format!("estimator {}", card.id);
    if panel.kind == Kind::CrossSections {
        faults.push(Fault::new(
            "EST-040",
            format!("{} follows the same units over time, and no unit was named", card.id),
            place(),
            "weights are given to units whose past resembles that of the treated",
            "name the unit (--unit); where students change, average the outcome by school and period and make the school the unit",
        ));
    }
    let alike = !rules.fitted_units && rules.periods == Periods::Uniform;
    if options.was_given("weighting") && (panel.weight.is_empty() || alike) {
        faults.push(Fault::new(
            "EST-041",
            if alike { "weighting does nothing when all weights are alike" } else { "weighting does nothing without weights" },
            format!("options of {}", card.id),
            "an option without effect would pass for one with",
            "leave weighting out, or name a column of weights (--weights) and fit the weights of units or of periods",
        ));
    }
    faults.into_result()
}

/// The units with a row in every period and at least two periods before their start.
fn usable(card: &Card, all: &Panel) -> Result<(Panel, Vec<Warning>), Faults> {
    let cells = &all.cells;
    let place = || format!("estimator {}: {} units in {} periods", card.id, all.n_units(), cells.periods.len());
    if !cells.has_never() {
        return Err(Fault::new(
            "EST-042",
            "no unit is never treated",
            place(),
            "the comparison is a weighted mean of units that are not treated in any period",
            "add units that were never treated, or leave out the periods from which everyone is treated (--where)",
        )
        .into());
    }
    let mut warnings = Vec::new();
    let too_early = |g: i64| cells.periods.get(1).is_none_or(|&second| g <= second);
    let early: BTreeSet<usize> = cells.treated_cohorts().filter(|&(_, g)| too_early(g)).map(|(c, _)| c).collect();
    let cohort_of_row = |r: usize| cells.cohort_ix(all.cell[r]);
    let late = all.keeping(|r| !early.contains(&cohort_of_row(r)), Reason::AlwaysTreated);
    if !early.is_empty() {
        let names: Vec<String> = cells.treated_cohorts().filter(|(c, _)| early.contains(c)).map(|(_, g)| g.to_string()).collect();
        warnings.push(Warning::new(
            "early-starts-left-out",
            format!(
                "units that start in {} are left out: fewer than two periods come before, and weights are fitted to the time before the start",
                names.join(", ")
            ),
        ));
    }
    let n_periods = late.cells.periods.len();
    let mut full = vec![false; late.n_rows()];
    for u in 0..late.n_units() {
        let rows = late.rows_of(u);
        let complete = rows.len() == n_periods;
        full[rows].fill(complete);
    }
    let panel = late.keeping(|r| full[r], Reason::NotInEveryPeriod);
    let treated = panel.n_treated_units();
    let controls = panel.n_units() - treated;
    if treated == 0 || controls < 2 {
        return Err(Fault::new(
            "EST-043",
            format!("{treated} treated and {controls} comparison units can be used"),
            place(),
            "at least one treated unit and two comparison units must be observed in every period, with two periods before the start",
            "leave out the periods in which many units are missing (--where), or make the school the unit, with its mean in each period",
        )
        .into());
    }
    Ok((panel, warnings))
}

/// Overall; by start where there are several; by time since the start.
fn targets(panel: &Panel) -> (Vec<Target>, Vec<Mean>) {
    let cells = &panel.cells;
    let mut out = vec![(Target::overall(), Mean::Overall)];
    let starts: Vec<i64> = cells.treated_cohorts().map(|(_, g)| g).collect();
    if starts.len() > 1 {
        out.extend(starts.iter().enumerate().map(|(s, &g)| (Target::group(g), Mean::Start(s))));
    }
    let events: BTreeSet<i64> = starts.iter().flat_map(|g| cells.periods.iter().map(move |p| p - g)).filter(|e| *e >= 0).collect();
    out.extend(events.into_iter().map(|e| (Target::event(e), Mean::Event(e))));
    out.into_iter().unzip()
}

/// How many units carry weight, and how near they came. Which ones is not told: units may be students.
fn carried(panel: &Panel, comparison: &Comparison, rules: Rules) -> Vec<Warning> {
    let groups: Vec<i64> = panel.cells.treated_cohorts().map(|(_, g)| g).collect();
    let mut parts = Vec::new();
    let mut far = false;
    for (s, starters, weights) in comparison.weights() {
        let n = weights.units.iter().filter(|w| **w > 1e-6).count();
        let effective = 1.0 / weights.units.iter().map(|w| w * w).sum::<f64>();
        let distance = comparison.distance(starters, weights);
        far |= distance.is_some_and(|d| d > 1.0);
        let near = distance.map_or(String::new(), |d| {
            let how = if rules.intercept { "runs parallel to the treated" } else { "stands by the treated" };
            format!(", and their mean {how} before the start to within {d:.2} standard deviations of a change from one period to the next")
        });
        let which = if groups.len() > 1 { format!("start {}: ", groups[s]) } else { String::new() };
        parts.push(format!(
            "{which}{n} of {} comparison units carry weight (as much as {effective:.1} equal ones){near}",
            weights.units.len()
        ));
    }
    let mut out = vec![Warning::new("synthetic-weights", parts.join("; "))];
    if comparison.weights().any(|(_, _, w)| !w.settled) {
        out.push(Warning::new(
            "synthetic-search-stopped",
            "the search for weights was stopped after 10,000 steps, as R's synthdid does without a word; solver=exact goes on to the optimum",
        ));
    }
    if far {
        out.push(Warning::new(
            "synthetic-fit-poor",
            "before some start the weighted comparison stays further from the treated than units move from one period to the next: no weighted mean of comparison units resembles them, and the estimate rests on that it would have kept its distance",
        ));
    }
    out
}

/// The weight of a row's outcome in a target by cell, with the mean weight of comparison units.
fn cell_weights(panel: &Panel, comparison: &Comparison, mean: Mean) -> Vec<f64> {
    let cells = &panel.cells;
    let mut out = vec![0.0; cells.len()];
    let never = cells.cohorts.len() - 1;
    let groups: Vec<i64> = cells.treated_cohorts().map(|(_, g)| g).collect();
    for (s, starters, weights) in comparison.weights() {
        let after: Vec<usize> = (starters.start..cells.periods.len())
            .filter(|&p| match mean {
                Mean::Overall => true,
                Mean::Start(own) => own == s,
                Mean::Event(e) => cells.periods[p] - groups[s] == e,
            })
            .collect();
        if after.is_empty() {
            continue;
        }
        let sum = |of: &[f64]| of.iter().sum::<f64>();
        let n = sum(&starters.units.weight) / sum(comparison.control_weights());
        for (cohort, size, sign) in [(starters.cohort as usize, 1.0, 1.0), (never, n, -1.0)] {
            for &p in &after {
                out[cells.cell(cohort, p) as usize] += sign * size;
                for (q, w) in weights.periods.iter().enumerate() {
                    out[cells.cell(cohort, q) as usize] -= sign * size * w;
                }
            }
        }
    }
    out
}

/// Whether comparison clusters outnumber treated ones, and each cluster has one start.
fn placebo_works(panel: &Panel) -> bool {
    let sets = &panel.survey().clusters;
    let treated = sets.iter().filter(|set| set.iter().any(|&c| panel.cells.is_ever_treated(c as usize))).count();
    sets.iter().all(|set| set.len() == 1) && sets.len() > 2 * treated
}
