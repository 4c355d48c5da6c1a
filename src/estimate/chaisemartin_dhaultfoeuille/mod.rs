//! De Chaisemartin and D'Haultfœuille (2024): the effect of having switched ℓ periods ago.
//!
//! DID_ℓ is the mean over switchers of the change of their outcome from the last period before the switch (F − 1) to
//! F − 1 + ℓ, less the mean change of units not switched by then (their equations 3 to 6). Placebos mirror it: from F − 1 back
//! to F − 1 − ℓ, for the same switchers and comparisons. Treatments here stay on, so all switchers start from no treatment,
//! and ℓ is the time since the start plus one; the average total effect per unit of treatment is the mean of DID_ℓ by the
//! number of switchers.
//!
//! Variance: each side's changes deviate from the side's mean, times √(n/(n−1)), n its clusters; where a side has one cluster
//! alone, from the mean of both sides, with the n of both. The number of switchers at each ℓ is taken as given. With unit
//! weights all means are weighted by the unit's weight in period F − 1 + ℓ.

mod horizons;
mod switchers;

use super::arithmetic::{self, About};
use super::{Card, Estimator, Fit, OptionSpec, Options, Sample, Target, Values};
use crate::cohort::{Fault, Faults, Reason, Warning};
use crate::panel::{Kind, Panel};
use horizons::{Horizon, horizons};
use std::sync::Arc;
use switchers::{Goal, Switchers};

/// De Chaisemartin and D'Haultfœuille's intertemporal effects.
pub struct ChaisemartinDhaultfoeuille;

static CARD: Card = Card {
    id: "chaisemartin-dhaultfoeuille",
    title: "intertemporal effects of switchers (de Chaisemartin and D'Haultfœuille)",
    estimand: "the average effect on units that started a number of periods ago, each time averaged over the units that can be compared then; overall: the average total effect per period of treatment",
    assumptions: "without profiles those who start would have changed as those who have not started yet; no anticipation; effects may differ between units and grow or fade",
    when: "the same units start in different periods; placebos over as long a time before the start as the effects after it",
    needs: "the same units over several periods, some of them not yet treated by each period compared",
    contrast: "It compares each starter's change with that of units not yet started, and its placebos look as far back as the effects look ahead, among the same units.",
    options: &[
        OptionSpec {
            key: "effects",
            values: Values::Whole { default: 0, low: 0, high: 1000 },
            meaning: "K: effects of the first K periods of treatment only, also in the overall one; 0: all",
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
            meaning: "true: effects (and placebos) by time since the start are divided by the periods of treatment that they took",
            positional: false,
        },
    ],
    source: "de Chaisemartin and D'Haultfœuille (2024), Review of Economics and Statistics; section 3 and web appendix on inference",
    reference_call: "DIDmultiplegtDYN::did_multiplegt_dyn(df, y, id, t, d, effects, placebo, normalized) (cluster:cr0); Stata did_multiplegt_dyn",
    version: 1,
};

impl Estimator for ChaisemartinDhaultfoeuille {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn fit(&self, sample: &Sample<'_>, options: &Options) -> Result<Fit, Faults> {
        accepted(sample.panel)?;
        let mut warnings = Vec::new();
        let panel = usable(sample.panel, &mut warnings);
        let whole = |key: &str| usize::try_from(options.whole(key)).ok();
        let horizons =
            if panel.n_rows() == 0 { Vec::new() } else { horizons(&panel.cells, whole("effects").filter(|k| *k > 0), whole("placebos")) };
        if horizons.is_empty() {
            return Err(Fault::new(
                "EST-039",
                "nobody who starts can be compared with someone who has not",
                format!("estimator {}: {} units in {} periods", CARD.id, sample.panel.n_units(), sample.panel.cells.periods.len()),
                "a start must lie after the first period, and someone else must start later or never",
                "include earlier periods, or units that start later",
            )
            .into());
        }
        affordable(&horizons, &panel)?;
        let (targets, goals) = goals(&horizons);
        let switchers = Switchers::new(&panel, Arc::new(horizons), Arc::new(goals), options.get("normalized") == "true");
        if switchers.has_lone_clusters() {
            warnings.push(Warning::new(
                "lone-switchers",
                "in some comparison one cluster stands alone on its side: its deviation is taken from the mean of both sides, a rough stand-in for how such clusters differ",
            ));
        }
        let about = About { targets, cell_weights: switchers.cell_weights(&panel), dropped_terms: Vec::new(), warnings };
        Ok(arithmetic::fit(&panel, Box::new(switchers), about, sample.executor))
    }
}

/// Refuses what would not fit into memory: every comparison keeps each cluster's change.
fn affordable(horizons: &[Horizon], panel: &Panel) -> Result<(), Faults> {
    const MOST: f64 = 16e9;
    let bytes = horizons.len() as f64 * panel.n_clusters() as f64 * 40.0;
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

/// Overall, then by time since the start.
fn goals(horizons: &[Horizon]) -> (Vec<Target>, Vec<Goal>) {
    let mut events: Vec<i64> = horizons.iter().map(|h| h.event).collect();
    events.sort_unstable();
    events.dedup();
    let by_time = events.into_iter().map(|e| (Target::event(e), Goal::Event(e)));
    std::iter::once((Target::overall(), Goal::Total)).chain(by_time).unzip()
}

/// Refuses what the estimator does not know.
fn accepted(panel: &Panel) -> Result<(), Faults> {
    let mut faults = Faults::default();
    let place = format!("estimator {}", CARD.id);
    if panel.kind == Kind::CrossSections {
        faults.push(Fault::new(
            "EST-035",
            format!("{} follows the same units over time, and no unit was named", CARD.id),
            place.clone(),
            "it compares each unit's own change",
            "name the unit (--unit); where students change, average the outcome by classroom and period and make the classroom the unit",
        ));
    }
    if !panel.covariates.is_empty() {
        faults.push(Fault::new(
            "EST-037",
            format!("{} does not take covariates here", CARD.id),
            place,
            "they would be left unused without a word",
            "leave --covariates out, or use callaway-santanna",
        ));
    }
    faults.into_result()
}

/// All units with a period before their start.
fn usable(all: &Panel, warnings: &mut Vec<Warning>) -> Panel {
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
