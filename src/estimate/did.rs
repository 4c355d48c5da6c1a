//! Two groups, before and after: the difference of two mean changes.

use super::fit::{Body, Fit};
use super::linear::{self, Column, Term, Wanted};
use super::regression;
use super::reweighted::{self, How};
use super::sample::Collapsed;
use super::two_groups::Method;
use super::{Card, Estimator, OptionSpec, Options, Sample, Target, Values};
use crate::cohort::{Fault, Faults, Warning};
use crate::panel::{Executor, Kind, Panel};

/// Difference-in-differences with one start.
pub struct Did;

static CARD: Card = Card {
    id: "did",
    title: "difference-in-differences, two groups, before and after",
    estimand: "the average effect on the treated units, over the periods after the start (ATT)",
    assumptions: "without profiles the treated would have changed as the comparison units did (parallel trends; with method=regression: as comparison units with the same covariates did); no anticipation; no spillover",
    when: "one start date, some units never treated",
    needs: "two groups, one start; rows before and after",
    contrast: "It compares two groups by their mean changes over all periods before and after one start.",
    options: &[
        OptionSpec {
            key: "method",
            values: Values::OneOf(&["means", "regression", "ipw", "dr"]),
            meaning: "means: difference of mean changes. regression: the treated's change is compared with the change predicted from their covariates by a regression among comparison units. ipw: comparison units are reweighted by their odds of treatment. dr: both, right if either is",
            positional: false,
        },
        OptionSpec {
            key: "improved",
            values: Values::OneOf(&["false", "true"]),
            meaning: "with method=dr: odds that balance the covariates exactly, and a regression under these weights: also the interval is right if either model is",
            positional: false,
        },
        OptionSpec {
            key: "normalized",
            values: Values::OneOf(&["true", "false"]),
            meaning: "with method=ipw: whether weights add up to one (Hájek), or are Abadie's (2005), which do not and are less stable",
            positional: false,
        },
        OptionSpec {
            key: "efficient",
            values: Values::OneOf(&["true", "false"]),
            meaning: "with method=dr in repeated cross-sections: whether regressions among the treated are used too (locally efficient)",
            positional: false,
        },
        INFLUENCE,
    ],
    source: "means: Card and Krueger (1994); regression: Heckman, Ichimura and Todd (1997); ipw: Abadie (2005); dr: Sant'Anna and Zhao (2020), eqs. 2.2 to 3.3; panel and repeated cross-sections",
    reference_call: "means: fixest::feols(y ~ i(post, arm, ref = 0) | unit + post, cluster = ~g), cross-sections feols(y ~ arm * post); regression: DRDID::reg_did_panel, reg_did_rc; ipw: std_ipw_did_panel, std_ipw_did_rc, with normalized=false ipw_did_panel, ipw_did_rc; dr: drdid_panel, drdid_rc, with improved=true drdid_imp_panel, drdid_imp_rc, with efficient=false drdid_rc1, drdid_imp_rc1 (cluster:cr0), all of DRDID 1.2.3 or later, which we follow as the variance there is the paper's Σψ²/n²: earlier ones give standard errors larger by √(n/(n−1)), which is cluster:cr1 with each unit a cluster; before 1.2.2 they leave no comparison unit out, however sure to be treated, where didact always does and counts them, and 1.2.2 does so wrongly with normalized=false",
    version: 4,
};

/// The option that both estimators share whose doubly robust form for cross-sections follows DRDID.
pub(super) const INFLUENCE: OptionSpec = OptionSpec {
    key: "influence",
    values: Values::OneOf(&["drdid", "exact"]),
    meaning: "repeated cross-sections, doubly robust, or by weights that are not normalized and with --weights: drdid: analytic standard errors to the digits of DRDID, whose influence function has one sign turned (doubly robust) or takes the sum of the weights for known; exact: the right one (estimates and the jackknife are the same). DRDID's is the default because cluster:cr0 stands for what it prints, and is said in a warning; use exact where standard errors are reported",
    positional: false,
};

/// Where [`INFLUENCE`] does nothing.
pub(super) fn influence_idle_beside(inference: &str) -> &'static [(&'static str, &'static str)] {
    if inference == "jackknife" {
        &[("influence", "it acts on analytic standard errors, and the jackknife estimates anew without each cluster instead")]
    } else {
        &[]
    }
}

/// Says that the standard errors follow a peer in something that is not right.
pub(super) fn influence_of_drdid() -> Warning {
    Warning::new(
        "influence-as-drdid",
        "analytic and wild-bootstrap standard errors are those of the R package DRDID, to its digits; its influence function for repeated cross-sections has the sign of one part turned, which moves them by about 0.1 to 1 % where the odds are well described, and by a fifth and more, either way, where they are not or where samples are small or very unevenly weighted: influence=exact gives the right ones (estimates, jackknife and pairs bootstrap are not touched)",
    )
}

/// The same of the weights that are not normalized.
fn sum_for_known() -> Warning {
    Warning::new(
        "influence-as-drdid",
        "analytic and wild-bootstrap standard errors are those of the R package DRDID, to its digits; its influence function takes the sum of the weights for known, which it is not when other rows are drawn: influence=exact gives the right ones (estimates, jackknife and pairs bootstrap are not touched)",
    )
}

/// The fault of asking for it where there is one influence function only.
pub(super) fn influence_does_nothing(estimator: &str) -> Faults {
    Fault::new(
        "EST-006",
        "influence= does nothing here",
        format!("options of {estimator}"),
        "it tells apart two influence functions in repeated cross-sections: of the traditional doubly robust form, and of weights that are not normalized",
        "leave it out, or ask for method=dr without --unit",
    )
    .into()
}

impl Estimator for Did {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn adds_up_rows(&self) -> bool {
        true
    }

    fn idle_beside(&self, inference: &str) -> &'static [(&'static str, &'static str)] {
        influence_idle_beside(inference)
    }

    fn fit(&self, sample: &Sample<'_>, options: &Options) -> Result<Fit, Faults> {
        let panel = sample.panel;
        let start = only_start(panel, CARD.id)?;
        idle(panel, options)?;
        if panel.kind == Kind::CrossSections && !same_mix_of_periods(panel, start) {
            return Err(Fault::new(
                "EST-007",
                "did would pool several periods that the two groups are not observed in alike",
                format!("{} periods", panel.cells.periods.len()),
                "a difference in who is observed when would pass for an effect",
                "use twfe, which allows for each period's level, or keep one period before and one after (--where)",
            )
            .into());
        }
        let shared = sample.collapsed(start, false);
        let collapsed = &shared.panel;
        if collapsed.n_rows() == 0 || collapsed.n_treated_units() == 0 || collapsed.n_treated_units() == collapsed.n_units() {
            return Err(nobody_on_both_sides(panel));
        }
        keep_second(panel, collapsed)?;
        let rows_used = collapsed.ledger.n_used();
        let bare_warnings = collapsed.warnings.clone();
        let mut fit = match options.get("method") {
            "regression" => regression::fit(collapsed, shared.cells(sample.executor), panel.kind),
            "means" => means(shared, panel.kind, sample.executor)?,
            _ => reweighted::fit(collapsed, shared.canonical(), &sample.blind(), panel.kind, how(options), sample.executor),
        };
        let weighted_only = options.get("method") == "ipw";
        if as_drdid(panel, options) && options.get("influence") == "drdid" && (weighted_only || !panel.covariates.is_empty()) {
            fit.warnings.push(if weighted_only { sum_for_known() } else { influence_of_drdid() });
        }
        if panel.kind == Kind::Panel {
            fit.n_rows = rows_used;
        }
        if options.get("method") == "means" && !panel.covariates.is_empty() {
            fit.warnings.push(Warning::new("covariates-not-used", "did with method=means does not use the covariates; did:method=dr does"));
        }
        let extra = bare_warnings.into_iter().filter(|w| !panel.warnings.contains(w));
        fit.warnings.extend(extra);
        Ok(fit)
    }
}

fn how(options: &Options) -> How {
    let method = match (options.get("method"), options.get("improved"), options.get("normalized")) {
        ("ipw", _, "true") => Method::Weighting,
        ("ipw", _, _) => Method::PlainWeighting,
        (_, "true", _) => Method::Improved,
        _ => Method::DoublyRobust,
    };
    How { method, efficient: options.get("efficient") == "true", as_drdid: options.get("influence") == "drdid" }
}

/// Whether it is the form whose influence differs in DRDID.
fn as_drdid(panel: &Panel, options: &Options) -> bool {
    let doubly_robust = options.get("method") == "dr" && options.get("improved") == "false";
    let plain = options.get("method") == "ipw" && options.get("normalized") == "false" && !panel.weight.is_empty();
    panel.kind == Kind::CrossSections && (doubly_robust || plain)
}

/// Refuses options that change nothing in what was asked for.
fn idle(panel: &Panel, options: &Options) -> Result<(), Faults> {
    let method = options.get("method");
    let cross = panel.kind == Kind::CrossSections;
    for (key, used, needs) in [
        ("improved", method == "dr", "method=dr"),
        ("normalized", method == "ipw", "method=ipw"),
        ("efficient", method == "dr" && cross, "method=dr without --unit"),
    ] {
        if options.was_given(key) && !used {
            return Err(Fault::new(
                "EST-006",
                format!("{key}= does nothing here"),
                "options of did",
                "an option that does nothing would be taken for one that does",
                format!("leave it out, or ask for {needs}"),
            )
            .into());
        }
    }
    if options.was_given("influence") && !as_drdid(panel, options) {
        return Err(influence_does_nothing("did"));
    }
    Ok(())
}

/// The fault of a sample in which no unit of one arm is seen before and after.
pub(super) fn nobody_on_both_sides(panel: &Panel) -> Faults {
    Fault::new(
        "EST-005",
        "no unit of one arm is observed both before and after",
        format!("{} units in {} periods", panel.n_units(), panel.cells.periods.len()),
        "a change needs two looks at the same unit",
        "leave --unit out to compare different students before and after (repeated cross-sections)",
    )
    .into()
}

/// Refuses a second clustering that collapsing rows to one a unit would lose.
pub(super) fn keep_second(panel: &Panel, collapsed: &Panel) -> Result<(), Faults> {
    match &panel.second {
        Some(second) if collapsed.second.is_none() => Err(Fault::new(
            "INF-004",
            format!("{} varies within units, and this estimator has one row for each unit", second.name),
            "--cluster A,B",
            "the second clustering would be lost",
            "use twfe, which keeps every row, or name one cluster",
        )
        .into()),
        _ => Ok(()),
    }
}

/// Whether before and after the start both groups have the same shares of their rows (by weight) in each period, so that
/// pooling the periods is harmless.
pub(super) fn same_mix_of_periods(panel: &Panel, start: i64) -> bool {
    let cells = &panel.cells;
    let weight = panel.cell_sizes();
    [true, false].iter().all(|&after| {
        let periods: Vec<usize> = (0..cells.periods.len()).filter(|&p| (cells.periods[p] >= start) == after).collect();
        let shares = |treated: bool| -> Vec<f64> {
            let sum = |p: &usize| -> f64 {
                (0..cells.cohorts.len()).filter(|&c| cells.is_ever_treated(c) == treated).map(|c| weight[cells.cell(c, *p) as usize]).sum()
            };
            let each: Vec<f64> = periods.iter().map(sum).collect();
            let total: f64 = each.iter().sum();
            each.into_iter().map(|w| w / total).collect()
        };
        shares(true).iter().zip(shares(false)).all(|(a, b)| (a - b).abs() < 1e-6)
    })
}

/// The one period in which treatment starts, for the estimator of that name.
pub(super) fn only_start(panel: &Panel, estimator: &str) -> Result<i64, Faults> {
    let starts: Vec<i64> = panel.cells.treated_cohorts().map(|(_, g)| g).collect();
    if starts.len() != 1 {
        let list: Vec<String> = starts.iter().map(i64::to_string).collect();
        return Err(Fault::new(
            "EST-004",
            format!("{estimator} compares one start with none, and here treatment starts at several times"),
            format!("first treated periods {}", list.join(", ")),
            "pooling several starts compares newly treated with already treated units and can even turn the sign",
            "use callaway-santanna, made for several starts, or keep one cohort and the never-treated (--where)",
        )
        .into());
    }
    if !panel.cells.has_never() {
        return Err(Fault::new(
            "PANEL-008",
            "no comparison units",
            format!("every unit is treated from period {} on", starts[0]),
            "without anyone untreated the change of the treated cannot be told from the passing of time",
            "add units that were never treated",
        )
        .into());
    }
    Ok(starts[0])
}

fn means(collapsed: &Collapsed, kind: Kind, executor: &dyn Executor) -> Result<Fit, Faults> {
    let bare = collapsed.panel.with_covariates(&[]);
    let moments = collapsed.bare(executor);
    let indicator =
        |values: &[f64], name: &str| Term { name: name.into(), column: Column::Cells(values.to_vec()), tell: false, is_period: false };
    let terms = match kind {
        // cells: treated, comparison
        Kind::Panel => vec![indicator(&[1.0, 1.0], "(Intercept)"), indicator(&[1.0, 0.0], "arm")],
        // cells: treated before, treated after, comparison before, comparison after
        Kind::CrossSections => vec![
            indicator(&[1.0, 1.0, 1.0, 1.0], "(Intercept)"),
            indicator(&[1.0, 1.0, 0.0, 0.0], "arm"),
            indicator(&[0.0, 1.0, 0.0, 1.0], "post"),
            indicator(&[0.0, 1.0, 0.0, 0.0], "arm × post"),
        ],
    };
    let wanted = vec![Wanted { target: Target::overall(), weights: vec![(terms.len() - 1, 1.0)] }];
    let mut fit = linear::fit(&bare, moments, terms, wanted, 0, executor)?;
    if let (Body::Linear(body), Kind::Panel) = (&mut fit.body, kind) {
        // The same regression in levels has a row for each unit and period, one level for each unit and two periods.
        body.dof.n_rows *= 2;
        body.dof.nested = 3;
        body.dof.full = 2 + fit.n_units;
        body.dof.slopes = 1;
    }
    Ok(fit)
}
