//! Callaway and Sant'Anna (2021): the effect on each cohort in each period, and its averages.
//!
//! ATT(g,t) compares the change of cohort g from its base period to t with that of units not treated by then, made alike by
//! [`two_groups`](super::two_groups). Everything else is a weighted mean of these, with the influence of the weights.

mod aggregate;
mod comparisons;
mod group_time;
mod without;

use super::arithmetic::{self, About};
use super::comparable;
use super::did::{INFLUENCE, influence_idle_beside, influence_of_drdid};
use super::two_groups::{Method, PASSES, TRIM};
use super::{Card, Estimand, Estimator, Fit, LeftOut, OptionSpec, Options, Sample, Size, Target, Values};
use crate::cohort::{Fault, Faults, Reason, Warning};
use crate::panel::{FirstTreated, Kind, Panel};
use comparisons::{Base, Control, Plan};
use group_time::GroupTime;

/// Callaway and Sant'Anna's group-time effects.
pub struct CallawaySantanna;

static CARD: Card = Card {
    id: "callaway-santanna",
    title: "group-time average treatment effects (Callaway and Sant'Anna)",
    estimand: "the average effect on each cohort in each period, ATT(g,t); over all treated periods by cohort size (overall), by time since the start, by cohort, by period",
    assumptions: "without profiles the treated would have changed as the comparison units did (with covariates: as those alike in covariates before); no anticipation beyond the periods stated; some overlap in covariates; effects may differ between cohorts and grow or fade",
    when: "classrooms or schools took profiles up in different years; the first choice then",
    needs: "several periods, several starts or one; comparison units not treated by then",
    contrast: "It compares each cohort with units not treated by then from its last untreated period on, and weights cohorts by their size.",
    options: &[
        OptionSpec {
            key: "control",
            values: Values::OneOf(&["not-yet", "never"]),
            meaning: "comparison units: not-yet: those not treated by the period compared, never-treated ones included; never: only these (where there are none: the cohort treated last, until it is)",
            positional: false,
        },
        OptionSpec {
            key: "method",
            values: Values::OneOf(&["dr", "ipw", "regression"]),
            meaning: "how comparison units are made alike in covariates: doubly robust, by inverse probability weights (Hájek), or by regression; the same without covariates",
            positional: false,
        },
        OptionSpec {
            key: "base",
            values: Values::OneOf(&["varying", "universal"]),
            meaning: "the period to which one before treatment is compared: varying: the period before it; universal: always the last before treatment, which then is exactly zero",
            positional: false,
        },
        OptionSpec {
            key: "anticipation",
            values: Values::Whole { default: 0, low: 0, high: 1000 },
            meaning: "periods before the start in which units may respond already: the base lies before them",
            positional: false,
        },
        OptionSpec {
            key: "balance",
            values: Values::Whole { default: -1, low: -1, high: 1000 },
            meaning: "K: effects by time since the start only from cohorts seen for K periods after it, and up to K, so that every later time averages over the same cohorts; -1: all",
            positional: false,
        },
        OptionSpec {
            key: "window",
            values: Values::Window,
            meaning: "the times since the start that are shown, and averaged in their mean",
            positional: false,
        },
        OptionSpec {
            key: "unbalanced",
            values: Values::OneOf(&["cross-sections", "pairs", "drop"]),
            meaning: "units missing in some period: cross-sections: every row counts, units before and after may differ (did's allow_unbalanced_panel = TRUE); pairs: in each comparison the units seen in both periods; drop: leave them out (did's default)",
            positional: false,
        },
        INFLUENCE,
    ],
    source: "Callaway and Sant'Anna (2021), Journal of Econometrics 225; theorem 1, section 3, corollary 2 on the influence of weights; Sant'Anna and Zhao (2020) for each comparison",
    reference_call: "did::att_gt(y, t, id, g, xformla = ~x, control_group, est_method, base_period, bstrap = FALSE); did::aggte (cluster:cr0), which we follow; csdid (Python) gives the same to 1e-10, in repeated cross-sections with influence=exact. diff-diff's CallawaySantAnna (Python) gives the same with ipw and regression; its doubly robust divides the comparison units' weighted residuals by the number of treated units, where did and we divide by the sum of these weights, which then add up to one (Sant'Anna and Zhao 2020, eq. 2.6), and it sets odds beyond a bound to the bound, where we leave such units out: single effects differ by up to 7e-6 on did's example of county employment, standard errors by up to 7e-5; no option gives its form",
    version: 3,
};

impl Estimator for CallawaySantanna {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn adds_up_rows(&self) -> bool {
        true
    }

    fn size(&self, panel: &Panel, options: &Options) -> Option<Size> {
        let control = if options.get("control") == "never" { Control::Never } else { Control::NotYet };
        let base = if options.get("base") == "universal" { Base::Universal } else { Base::Varying };
        let plan = Plan::new(panel, control, base, options.whole("anticipation"));
        let units = &panel.survey().units;
        let compared = |cell: &comparisons::Cell| units[cell.cohort] + cell.control.iter().map(|&c| units[c]).sum::<usize>();
        let k = panel.covariates.len() + 1;
        let passes = if k > 1 && options.get("method") != "regression" { PASSES * k * k } else { 4 * k };
        Some(Size {
            rows: panel.n_rows(),
            terms: 0,
            targets: plan.cells.len() + 4 * panel.cells.periods.len(),
            clusters: panel.n_clusters(),
            fit: plan.cells.iter().map(|cell| compared(cell) * passes).sum::<usize>() as f64,
            // Without covariates sums less a cluster's own, and the averages of them.
            less: (k == 1).then(|| (plan.cells.len() * (panel.n_rows() / panel.n_clusters().max(1) + 40)) as f64),
            tested: [0; 3],
        })
    }

    fn idle_beside(&self, inference: &str) -> &'static [(&'static str, &'static str)] {
        influence_idle_beside(inference)
    }

    fn fit(&self, sample: &Sample<'_>, options: &Options) -> Result<Fit, Faults> {
        let anticipation = options.whole("anticipation");
        let mut warnings = Vec::new();
        let panel = prepare(sample.panel, options, &mut warnings)?;
        let method = match options.get("method") {
            "ipw" => Method::Weighting,
            "regression" => Method::Regression,
            _ => Method::DoublyRobust,
        };
        // Without covariates all three are the difference of mean changes.
        let method = if panel.covariates.is_empty() { Method::Regression } else { method };
        let control = if options.get("control") == "never" { Control::Never } else { Control::NotYet };
        let base = if options.get("base") == "universal" { Base::Universal } else { Base::Varying };
        let plan = Plan::new(&panel, control, base, anticipation);
        if plan.cells.is_empty() {
            return Err(Fault::new(
                "EST-010",
                "no cohort has a period before its start to compare with",
                format!("{} periods, {} cohorts", panel.cells.periods.len(), panel.cells.cohorts.len()),
                "a change needs a look before",
                "include earlier periods, or lower anticipation",
            )
            .into());
        }
        if options.was_given("method") && panel.covariates.is_empty() {
            warnings.push(Warning::new("no-covariates", "without covariates all methods are the same difference of mean changes"));
        }
        let aggregates =
            aggregate::Aggregates::new(&plan, &panel, options.window("window"), Some(options.whole("balance")).filter(|b| *b >= 0));
        let as_units = panel.kind == Kind::Panel && options.get("unbalanced") != "cross-sections" || panel.is_balanced();
        if panel.kind == Kind::Panel && !panel.is_balanced() && options.get("unbalanced") == "cross-sections" {
            warnings.push(Warning::new(
                "unbalanced",
                "some units are missing in some periods: all rows are used, so the units compared before and after are not all the same; unbalanced=pairs or drop compares the same units",
            ));
        }
        affordable(&plan, &panel)?;
        let (targets, cell_weights) = aggregates.describe(&plan, &panel);
        let varying = super::observations::varying(&panel);
        if !varying.is_empty() {
            warnings.push(Warning::new(
                "covariates-vary",
                format!(
                    "covariates that vary over time ({}): their values in the earlier period of each comparison are used, because later ones may be effects of profiles themselves",
                    varying.join(", ")
                ),
            ));
        }
        let as_drdid = options.get("influence") == "drdid";
        if !as_units && method == Method::DoublyRobust {
            warnings.extend(as_drdid.then(influence_of_drdid));
        } else if options.was_given("influence") {
            return Err(super::did::influence_does_nothing("callaway-santanna"));
        }
        let arithmetic = GroupTime::new(&panel, method, plan, aggregates, as_units, as_drdid);
        let trimmed = arithmetic.trimmed.clone();
        let about = About { targets, cell_weights, dropped_terms: Vec::new(), warnings };
        let mut fit = arithmetic::fit(&panel, Box::new(arithmetic), about, sample.executor);
        if let Some(&n) = trimmed.get().filter(|n| **n > 0) {
            fit.warnings.push(Warning::new(
                "trimmed",
                format!("comparison units left out in some comparison because their covariates made treatment almost sure (probability {TRIM} or more): {n}, counted in each comparison"),
            ));
        }
        let left_out = LeftOut::of(&panel, &[], |group, time| {
            let is = |t: &Target| t.estimand == Estimand::GroupTime && (t.group, t.period) == (Some(group), Some(time));
            match fit.targets.iter().zip(&fit.estimates).find(|(t, _)| is(t)) {
                Some((_, Ok(_))) => Ok(()),
                Some((_, Err(reason))) => Err(reason.0.clone()),
                None => Err("it has no period before its start to compare with".into()),
            }
        });
        Ok(fit.leaving_out(left_out))
    }
}

/// Refuses what would not fit into memory: every cell keeps each cluster's influence.
fn affordable(plan: &Plan, panel: &Panel) -> Result<(), Faults> {
    const MOST: f64 = 16e9;
    let (cells, clusters) = (plan.cells.len(), panel.n_clusters());
    let bytes = cells as f64 * clusters as f64 * 32.0;
    if bytes <= MOST {
        return Ok(());
    }
    Err(Fault::new(
        "EST-011",
        "too many effects and clusters at once",
        format!("{cells} effects of cohorts in periods, {clusters} clusters"),
        format!("their influence would take about {:.0} GB", bytes / 1e9),
        "name the unit of assignment as cluster (--cluster school_id), or group periods or cohorts",
    )
    .into())
}

/// Leaves out what cannot be compared; where nobody is never treated, the cohort treated last stands in.
fn prepare(panel: &Panel, options: &Options, warnings: &mut Vec<Warning>) -> Result<Panel, Faults> {
    let anticipation = options.whole("anticipation");
    let cells = &panel.cells;
    let first = cells.periods[0];
    let last = cells.periods[cells.periods.len() - 1];
    if let Some(soon) = panel.later_starts.iter().find(|g| **g <= last.saturating_add(anticipation)) {
        return Err(Fault::new(
            "EST-006",
            format!("units first treated in {soon} may respond already before the last period"),
            "anticipation, options of callaway-santanna",
            "with anticipation they are no comparison for others, although they are not treated by the last period",
            "leave them out (--where), or lower anticipation",
        )
        .into());
    }
    let reach = first.saturating_add(anticipation);
    let early = |r: usize| matches!(cells.cohorts[cells.cohort_ix(panel.cell[r])], FirstTreated::At(g) if g <= reach);
    let always: Vec<i64> = cells.treated_cohorts().map(|(_, g)| g).filter(|g| *g <= reach).collect();
    warnings.extend(comparable::always_treated(&always));
    let mut out = panel.canonical().keeping(|r| !early(r), Reason::AlwaysTreated);
    if panel.kind == Kind::Panel && options.get("unbalanced") == "drop" {
        let n = out.cells.periods.len();
        let complete: Vec<bool> =
            (0..out.n_units()).flat_map(|u| std::iter::repeat_n(out.rows_of(u).len() == n, out.rows_of(u).len())).collect();
        out = out.keeping(|r| complete[r], Reason::NotInEveryPeriod);
    } else if options.was_given("unbalanced") && panel.kind == Kind::CrossSections {
        return Err(Fault::new(
            "EST-006",
            "unbalanced= needs units",
            "options of callaway-santanna",
            "in repeated cross-sections no unit is seen again, so none can be missing",
            "name the unit (--unit), or leave the option out",
        )
        .into());
    }
    let why = "all treated units are treated from the first period on";
    comparable::with_comparison(out, anticipation, why, first, "no unit is never treated: ", warnings)
}
