//! De Chaisemartin and D'Haultfœuille (2024): the effect of having switched ℓ periods ago.
//!
//! A unit's treatment starts at D₁ and is another one for the first time in period F. DID_ℓ is the mean over switchers of the change
//! of their outcome from the last period before the switch (F − 1) to F − 1 + ℓ, less the mean change of units with the same D₁
//! not switched by then (their equations 3 to 6). Switchers to less treatment enter with the opposite sign, so that an effect is always one
//! of having had more; the direction is that of the first change, since a unit whose treatment crosses D₁ is left out from then on.
//! Placebos mirror it: from F − 1 back as long as the effect looks ahead, for the same switchers and comparisons; time
//! is counted as the periods say, so where a period is missing from the data its mirror image is too.
//!
//! The overall effect is Σ_ℓ N_ℓ DID_ℓ over the treatment that these switchers had in those periods, Σ |D_{F−1+ℓ} − D₁|: the average
//! total effect per unit of treatment. Normalized effects are DID_ℓ over the mean of Σ_{k≤ℓ} |D_{F−1+k} − D₁|. Where treatments stay
//! on, D₁ is 0 and all these differences are 1: ℓ is the time since the start plus one.
//!
//! Variance: each side's changes deviate from the side's mean, times √(n/(n−1)), n its clusters; switchers to different treatments are
//! sides of their own; where a side has one cluster alone, from the mean of all sides, with the n of all. The number of switchers at each
//! ℓ and their treatments are taken as given. With covariates Y − X'θ is compared, see [`coefficients`], and how θ̂ moves is added to the
//! influence. With unit weights all means are weighted by the unit's weight in period F − 1 + ℓ.

mod classes;
mod coefficients;
mod comparison;
mod frame;
mod horizons;
mod switchers;

use super::arithmetic::{self, About};
use super::{Asks, Card, Estimator, Fit, LeftOut, OptionSpec, Options, Role, Sample, Target, Values};
use crate::cohort::{Fault, Faults, Reason, Warning};
use crate::panel::{FirstTreated, Kind, Panel};
use classes::Classes;
use horizons::{Horizon, Wanted, horizons};
use std::sync::Arc;
use switchers::{Goal, Switchers};

/// De Chaisemartin and D'Haultfœuille's intertemporal effects.
pub struct ChaisemartinDhaultfoeuille;

static CARD: Card = Card {
    id: "chaisemartin-dhaultfoeuille",
    title: "intertemporal effects of switchers (de Chaisemartin and D'Haultfœuille)",
    estimand: "the average effect of having switched to more treatment a number of periods ago (to less: with the sign turned), each time averaged over the units that can be compared then; overall: the average total effect per unit and period of treatment",
    assumptions: "had nobody switched, those who switch would have changed as those with the same treatment at first who have not switched yet (with covariates: after what changes of the covariates explain among those not yet switched is taken off); no anticipation; effects may differ between units, and linger, grow or fade after treatment is gone",
    when: "the same units start, stop or change their treatment in different periods, also more than once; placebos over as long a time before the switch as the effects after it",
    needs: "the same units over several periods; for each that switches others with the same treatment at first that have not switched by the period compared; --treatment may switch on and off and take any number",
    contrast: "It compares each switcher's change with that of units with the same treatment at first that have not switched yet, and its placebos look as far back as the effects look ahead, among the same units.",
    options: &[
        OptionSpec {
            key: "effects",
            values: Values::Whole { default: 0, low: 0, high: 1000 },
            meaning: "K: effects of the first K periods from the switch on only, also in the overall one; 0: all",
            positional: false,
        },
        OptionSpec {
            key: "placebos",
            values: Values::Whole { default: -1, low: -1, high: 1000 },
            meaning: "K: placebos that mirror the first K effects; 0: none; -1: as many as there are effects to mirror",
            positional: false,
        },
        OptionSpec {
            key: "normalized",
            values: Values::OneOf(&["false", "true"]),
            meaning: "true: effects (and placebos) by time since the switch are divided by the treatment that they took: the mean of the sum over periods of how far treatment was from its first value",
            positional: false,
        },
        OptionSpec {
            key: "switchers",
            values: Values::OneOf(&["both", "in", "out"]),
            meaning: "in: only those who switch to more treatment; out: only those who switch to less",
            positional: false,
        },
    ],
    source: "de Chaisemartin and D'Haultfœuille (2024), Review of Economics and Statistics; section 3 and web appendix on covariates and on inference",
    reference_call: "DIDmultiplegtDYN::did_multiplegt_dyn(df, y, id, t, d, effects, placebo, normalized, switchers, controls) (cluster:cr0; with controls estimates only); Stata did_multiplegt_dyn",
    version: 2,
};

impl Estimator for ChaisemartinDhaultfoeuille {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn asks(&self, _: &Fit, panel: &Panel, options: &Options) -> Asks {
        if panel.extras.status.is_some() {
            let switches = match options.get("switchers") {
                "in" => "switches to more treatment",
                "out" => "switches to less treatment",
                _ => "all switches",
            };
            let most = options.whole("effects");
            return Asks::PerUnit(if most > 0 { format!("{switches}, in the first {most} periods from each on") } else { switches.into() });
        }
        match usize::try_from(options.whole("effects")) {
            Ok(most) if most > 0 && is_seen_later(panel, most) => Asks::FirstPeriods(most),
            _ => Asks::Treated,
        }
    }

    fn uses_later_covariates(&self, _: &Options) -> bool {
        true
    }

    fn asks_for(&self, role: Role) -> bool {
        role == Role::Status
    }

    fn fit(&self, sample: &Sample<'_>, options: &Options) -> Result<Fit, Faults> {
        accepted(sample.panel)?;
        let mut warnings = Vec::new();
        let whole = |key: &str| usize::try_from(options.whole(key)).ok();
        let switchers = options.get("switchers");
        let wanted = Wanted {
            effects: whole("effects").filter(|k| *k > 0),
            placebos: whole("placebos"),
            directions: (switchers != "out", switchers != "in"),
        };
        let panel = usable(sample.panel, wanted, &mut warnings);
        let classes = Classes::of(&panel);
        let horizons = horizons(&classes, &panel.cells.periods, wanted);
        if horizons.is_empty() {
            return Err(nobody(sample.panel, switchers).into());
        }
        affordable(&horizons, &panel)?;
        let frame = frame::frame(&panel, &classes, &horizons, &mut warnings);
        let (targets, goals) = goals(&horizons, panel.extras.status.is_some());
        let switchers = Switchers::new(&panel, &classes, Arc::new(horizons), Arc::new(goals), options.get("normalized") == "true");
        if switchers.has_lone_clusters() {
            warnings.push(Warning::new(
                "lone-switchers",
                "in some comparison one cluster stands alone on its side: its deviation is taken from the mean of both sides, a rough stand-in for how such clusters differ",
            ));
        }
        let left_out = left_out(&panel, &classes, &switchers.told(), wanted);
        let cell_weights = switchers.cell_weights(&panel, &classes);
        let dropped_terms = without_slope(&panel, &switchers, &mut warnings);
        let about = About { targets, cell_weights, dropped_terms, warnings };
        let mut fit = arithmetic::fit_in(&panel, frame, Box::new(switchers), about, sample.executor);
        // Whole paths, not starts, would have to be given to other clusters.
        fit.rows_by_label = panel.extras.status.is_some();
        Ok(fit.leaving_out(left_out))
    }
}

/// Whether somebody who starts within the sample is seen after this many treated periods.
fn is_seen_later(panel: &Panel, most: usize) -> bool {
    let cells = &panel.cells;
    let occupied = panel.occupied();
    cells.treated_cohorts().filter(|(_, g)| *g > cells.periods[0]).any(|(cohort, g)| {
        let before = cells.periods.iter().take_while(|p| **p < g).count();
        (before + most..cells.periods.len()).any(|p| occupied[cells.cell(cohort, p) as usize])
    })
}

/// Where treatments stay on: the cohorts and periods that nobody not yet switched can be compared with.
fn left_out(panel: &Panel, classes: &Classes, told: &[(usize, usize)], wanted: Wanted) -> Option<LeftOut> {
    if panel.extras.status.is_some() || !wanted.directions.0 {
        return None;
    }
    let periods = &panel.cells.periods;
    LeftOut::of(panel, &[], |group, time| {
        let before = periods.iter().take_while(|p| **p < group).count();
        let at = periods.iter().take_while(|p| **p < time).count();
        let asked = wanted.effects.is_none_or(|most| at + 1 - before <= most);
        let is = |&(class, period): &(usize, usize)| classes.list[class].start == FirstTreated::At(group) && period == at;
        if !asked || told.iter().any(is) { Ok(()) } else { Err("nobody seen then has not switched yet".into()) }
    })
}

/// The fault of a sample in which nobody can be compared.
fn nobody(panel: &Panel, switchers: &str) -> Fault {
    let units = format!("estimator {}: {} units in {} periods", CARD.id, panel.n_units(), panel.cells.periods.len());
    if panel.extras.status.is_none() && switchers != "out" {
        return Fault::new(
            "EST-039",
            "nobody who starts can be compared with someone who has not",
            units,
            "a start must lie after the first period, and someone else must start later or never",
            "include earlier periods, or units that start later",
        );
    }
    let who = match switchers {
        "in" => "who switches to more treatment",
        "out" => "who switches to less treatment",
        _ => "whose treatment changes",
    };
    Fault::new(
        "EST-039",
        format!("nobody {who} can be compared with someone of the same treatment at first who has not switched yet"),
        units,
        "others with the same first treatment must switch later or never; where it takes many values, hardly two share one",
        "include earlier periods, or units that switch later; group a treatment of many values; or leave the option switchers out",
    )
}

/// The covariates that explain no change anywhere; said also of those that explain none for some treatments at first.
fn without_slope(panel: &Panel, switchers: &Switchers, warnings: &mut Vec<Warning>) -> Vec<String> {
    let (missing, of) = switchers.without_slope();
    let names = |all: bool| -> Vec<String> {
        missing.iter().filter(|(_, n)| (*n == of) == all).map(|(c, _)| panel.covariates[*c].name.clone()).collect()
    };
    let (nowhere, somewhere) = (names(true), names(false));
    if !nowhere.is_empty() {
        warnings.push(Warning::new(
            "collinear",
            format!("covariates enter by their changes; those of {} do not vary within periods, or others explain them, so they take nothing off", nowhere.join(", ")),
        ));
    }
    if !somewhere.is_empty() {
        warnings.push(Warning::new(
            "collinear-baseline",
            format!("among units of some treatment at first the changes of {} do not vary within periods, or others explain them: there they take nothing off", somewhere.join(", ")),
        ));
    }
    nowhere
}

/// Refuses what would not fit into memory: every comparison keeps each cluster's change.
fn affordable(horizons: &[Horizon], panel: &Panel) -> Result<(), Faults> {
    const MOST: f64 = 16e9;
    let bytes = horizons.len() as f64 * panel.n_clusters() as f64 * (64 + 8 * panel.covariates.len()) as f64;
    if bytes <= MOST {
        return Ok(());
    }
    Err(Fault::new(
        "EST-011",
        "too many effects and clusters at once",
        format!("{} comparisons of cohorts in periods, {} clusters", horizons.len(), panel.n_clusters()),
        format!("their changes would take about {:.0} GB", bytes / 1e9),
        "name the unit of assignment as cluster (--cluster school_id), ask for fewer effects, or group periods or cohorts",
    )
    .into())
}

/// Overall, then by time since the switch.
fn goals(horizons: &[Horizon], per_unit: bool) -> (Vec<Target>, Vec<Goal>) {
    let mut events: Vec<i64> = horizons.iter().map(|h| h.event).collect();
    events.sort_unstable();
    events.dedup();
    let by_time = events.into_iter().map(|e| (Target::event(e), Goal::Event(e)));
    let overall = if per_unit { Target::per_unit() } else { Target::overall() };
    std::iter::once((overall, Goal::Total)).chain(by_time).unzip()
}

/// Refuses what the estimator does not know.
fn accepted(panel: &Panel) -> Result<(), Faults> {
    let mut faults = Faults::default();
    if panel.kind == Kind::CrossSections {
        faults.push(Fault::new(
            "EST-035",
            format!("{} follows the same units over time, and no unit was named", CARD.id),
            format!("estimator {}", CARD.id),
            "it compares each unit's own change",
            "name the unit (--unit); where students change, average the outcome by classroom and period and make the classroom the unit",
        ));
    }
    faults.into_result()
}

/// All units whose change can be seen, or that others can be compared with.
fn usable(all: &Panel, wanted: Wanted, warnings: &mut Vec<Warning>) -> Panel {
    if all.extras.status.is_some() {
        return with_others_alike(all, wanted, warnings);
    }
    let always: Vec<(usize, i64)> = all.cells.always_treated().collect();
    if !always.is_empty() {
        let names: Vec<String> = always.iter().map(|(_, g)| g.to_string()).collect();
        warnings.push(Warning::new(
            "always-treated",
            format!(
                "units first treated in {} do not switch within the sample, and nobody else starts as they do; they are left out",
                names.join(", ")
            ),
        ));
    }
    all.keeping(|r| !always.iter().any(|(c, _)| *c == all.cells.cohort_ix(all.cell[r])), Reason::AlwaysTreated)
}

/// All units with a first treatment that some switchers and some that have not switched share.
fn with_others_alike(all: &Panel, wanted: Wanted, warnings: &mut Vec<Warning>) -> Panel {
    let classes = Classes::of(all);
    let mut useful = vec![false; classes.list.len()];
    horizons(&classes, &all.cells.periods, wanted).iter().for_each(|h| useful[classes.alike(h.class)].fill(true));
    let out = |u: usize| !useful[classes.of_unit[u] as usize];
    let units = (0..all.n_units()).filter(|&u| out(u)).count();
    if units == 0 {
        return all.clone();
    }
    warnings.push(Warning::new(
        "no-same-baseline",
        format!("{units} units are left out: among those with their treatment in the first period nobody switches while another has not"),
    ));
    let leaves: Vec<bool> = (0..all.n_units()).flat_map(|u| std::iter::repeat_n(out(u), all.rows_of(u).len())).collect();
    all.keeping(|r| !leaves[r], Reason::NoSameBaseline)
}
