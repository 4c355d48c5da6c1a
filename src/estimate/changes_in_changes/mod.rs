//! Changes-in-changes (Athey and Imbens 2006): who in the distribution gains?
//!
//! What the treated would have become without treatment is read off the comparison group's change at the same *level*:
//! k(y) = F₀₁⁻¹(F₀₀(y)) carries each outcome y of the treated before to the outcome after of those comparison units that had y
//! before (their eq. 9). The mean effect is mean(Y₁₁) − mean(k(Y₁₀)) (eq. 16), the effect at a quantile
//! F₁₁⁻¹(q) − k(F₁₀⁻¹(q)) (eq. 17). Quantile difference-in-differences instead adds the comparison group's change at the same
//! *rank*: F₁₁⁻¹(q) − [F₁₀⁻¹(q) + F₀₁⁻¹(q) − F₀₀⁻¹(q)]; its mean effect is that of `did`.
//!
//! With covariates the outcome's place is taken by Y − X'β̂, β̂ from a regression of the outcome on covariates and the four groups'
//! dummies (their section 5.1), and standard errors carry β̂'s own error.
//!
//! All F are weighted empirical distributions, F⁻¹(q) = inf{y : F(y) ≥ q}. Analytic standard errors follow their theorem 5.1,
//! with kernel densities; resampling needs none.

mod counterfactual;
mod distribution;
mod effects;
mod groups;
mod residuals;
mod slopes;
mod solving;

use super::arithmetic::{self, About};
use super::did::{keep_second, nobody_on_both_sides, only_start, same_mix_of_periods};
use super::target::{Estimand, Target};
use super::{Card, Estimator, Fit, OptionSpec, Options, Sample, Values};
use crate::cohort::{Fault, Faults, Warning};
use crate::panel::{Kind, Panel};
use counterfactual::Rank;
use effects::{ChangesInChangesEffects, Effect, Model};
use groups::Form;

/// Changes-in-changes, and quantile difference-in-differences.
pub struct ChangesInChanges;

static CARD: Card = Card {
    id: "changes-in-changes",
    title: "changes-in-changes (Athey and Imbens): effects along the distribution",
    estimand: "the average effect on the treated, and the effect on each quantile of their outcomes; the gap is the effect at the highest quantile asked for minus that at the lowest: negative where the gap closes",
    assumptions: "without profiles, treated and comparison units with the same outcome before would have changed alike in distribution (not in the mean alone), whatever the scale of the outcome; outcomes of the treated before lie in the range of the comparison group's (with more than a fifth of them outside the mean effect is not told); no anticipation; no spillover; with covariates: they move outcomes by as much in both groups, at both times and at all ranks, and ranks do not hang on them otherwise. A quantile's effect is the effect on a student only where ranks stay",
    when: "one start date, and the question is who gains: do low or high achievers, does the gap close",
    needs: "two groups, one start; rows before and after",
    contrast: "It compares the whole distribution with that of comparison units that started at the same level, and so does not depend on the scale of the outcome.",
    options: &[
        OptionSpec {
            key: "quantiles",
            values: Values::Numbers { default: "10;25;50;75;90", above: 0.0, below: 100.0, most: 99 },
            meaning: "the quantiles, in percent",
            positional: false,
        },
        OptionSpec {
            key: "method",
            values: Values::OneOf(&["cic", "qdid"]),
            meaning: "cic: changes-in-changes. qdid: quantile difference-in-differences, which adds the comparison group's change at the same rank; it does depend on the scale of the outcome",
            positional: false,
        },
        OptionSpec {
            key: "discrete",
            values: Values::OneOf(&["continuous", "bounds"]),
            meaning: "continuous: ties are taken for chance. bounds: units with the same outcome may differ unseen, as where a score has few values; lower and upper bounds of each effect",
            positional: false,
        },
    ],
    source: "Athey and Imbens (2006), Econometrica 74: eqs. 9, 16, 17; theorem 4.1 for bounds; section 5.1 for covariates, by residuals of a regression on them and the four groups' dummies (of a panel: as they stand in the last period before the start); theorem 5.1 and section 5.1 for analytic standard errors (Epanechnikov kernel, bandwidth 1.06·sd·n^(−1/5))",
    reference_call: "qte::CiC(y ~ d, t, tmin1, tname, data, probs); estimates only, and without covariates: with xformla it is another estimator, by quantile regressions (Melly and Santangelo 2015)",
    version: 3,
};

impl Estimator for ChangesInChanges {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn fit(&self, sample: &Sample<'_>, options: &Options) -> Result<Fit, Faults> {
        let panel = sample.panel;
        let model = model(options)?;
        let start = only_start(panel, CARD.id)?;
        if model == Model::Bounds {
            no_covariates(panel)?;
        }
        let mut warnings = Vec::new();
        let (collapsed, form) = match panel.kind {
            Kind::Panel => (units(panel, start, &mut warnings)?, Form::Units),
            Kind::CrossSections => (observations(panel, start)?, Form::Observations),
        };
        let quantiles = options.numbers("quantiles");
        let (targets, effects) = wanted(model, &quantiles);
        let arithmetic = ChangesInChangesEffects::new(model, effects, &collapsed, form);
        if arithmetic.is_empty() {
            return Err(nobody_on_both_sides(panel));
        }
        keep_second(panel, &collapsed)?;
        warnings.extend(support(&arithmetic));
        warnings.extend(ties(&arithmetic));
        let dropped_terms: Vec<String> = arithmetic.dropped().into_iter().map(|i| panel.covariates[i].name.clone()).collect();
        warnings.extend((!dropped_terms.is_empty()).then(|| {
            let names = dropped_terms.join(", ");
            Warning::new("collinear", format!("dropped because the four groups' means, or other covariates, explain them: {names}"))
        }));
        let size = collapsed.cell_sizes();
        let signs: &[f64] = if panel.kind == Kind::Panel { &[1.0, -1.0] } else { &[-1.0, 1.0, 1.0, -1.0] };
        let weights: Vec<f64> = signs.iter().zip(&size).map(|(s, n)| if *n > 0.0 { s / n } else { 0.0 }).collect();
        let about = About { cell_weights: vec![weights; targets.len()], targets, dropped_terms, warnings };
        let mut fit = arithmetic::fit(&collapsed, Box::new(arithmetic), about, sample.executor);
        // With 12 to 40 schools the wild bootstrap rejects a true null in 4 to 8 % of studies, percentile intervals of the mean in
        // 7 to 10 %; bounds at quantiles have no influence.
        fit.own_inference = Some(if model == Model::Bounds { "pairs-bootstrap:interval=percentile" } else { "wild-bootstrap" });
        fit.n_rows = collapsed.ledger.n_used();
        Ok(fit)
    }
}

/// The code of the warning that outcomes of the treated have no counterpart.
pub const OUTSIDE_SUPPORT: &str = "outside-support";

fn model(options: &Options) -> Result<Model, Faults> {
    match (options.get("method"), options.get("discrete")) {
        ("qdid", _) if options.was_given("discrete") => Err(Fault::new(
            "EST-006",
            "discrete= does nothing with method=qdid",
            "options of changes-in-changes",
            "bounds are known for changes-in-changes only",
            "leave it out, or ask for method=cic",
        )
        .into()),
        ("qdid", _) => Ok(Model::Quantiles),
        (_, "bounds") => Ok(Model::Bounds),
        _ => Ok(Model::Changes),
    }
}

fn no_covariates(panel: &Panel) -> Result<(), Faults> {
    if panel.covariates.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = panel.covariates.iter().map(|c| c.name.as_str()).collect();
    Err(Fault::new(
        "EST-050",
        "bounds of changes-in-changes take no covariates",
        format!("covariates {}", names.join(", ")),
        "what covariates leave of a discrete outcome is no longer discrete, so that there is nothing to bound",
        "leave --covariates out, or discrete=bounds, or estimate within groups (--where or --subgroup)",
    )
    .into())
}

/// Each unit's mean outcome after, with that before as first covariate.
fn units(panel: &Panel, start: i64, warnings: &mut Vec<Warning>) -> Result<Panel, Faults> {
    let collapsed = panel.last_and_first(start);
    let treated = collapsed.n_treated_units();
    if collapsed.n_rows() == 0 || treated == 0 || treated == collapsed.n_units() {
        return Err(nobody_on_both_sides(panel));
    }
    if panel.cells.periods.len() > 2 {
        warnings.push(Warning::new(
            "periods-averaged",
            "there are several periods before or after the start: each unit's mean over them is its outcome, and quantiles are those of such means",
        ));
    }
    warnings.extend(collapsed.warnings.iter().filter(|w| !panel.warnings.contains(w)).cloned());
    Ok(collapsed.canonical())
}

/// Each row as it stands, before or after.
fn observations(panel: &Panel, start: i64) -> Result<Panel, Faults> {
    if same_mix_of_periods(panel, start) {
        return Ok(panel.before_and_after(start).canonical());
    }
    Err(Fault::new(
        "EST-007",
        "changes-in-changes would pool several periods that the two groups are not observed in alike",
        format!("{} periods", panel.cells.periods.len()),
        "a difference in who is observed when would pass for an effect",
        "keep one period before and one after (--where)",
    )
    .into())
}

/// The targets, and what each is.
fn wanted(model: Model, quantiles: &[f64]) -> (Vec<Target>, Vec<Effect>) {
    let extremes = quantiles.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), &q| (l.min(q), h.max(q)));
    let gap = (quantiles.len() > 1).then(|| {
        let place = |q: f64| quantiles.iter().position(|x| *x == q).expect("one of them");
        (place(extremes.1), place(extremes.0))
    });
    let gap_label = format!("gap: effect at {} % minus effect at {} %", extremes.1, extremes.0);
    let mut out = Vec::new();
    if model != Model::Bounds {
        out.push((Target::overall(), Effect::Mean(Rank::Highest)));
        out.extend(quantiles.iter().map(|&q| (Target::quantile(q), Effect::Quantile(q, Rank::Highest))));
        if let Some((high, low)) = gap {
            out.push((Target { label: gap_label, ..Target::quantile(0.0) }, Effect::Difference(1 + high, 1 + low)));
        }
        return out.into_iter().unzip();
    }
    // The higher the counterfactual, the lower the effect.
    let ends = [(Rank::Highest, "lower bound"), (Rank::Lowest, "upper bound")];
    let bound = |what: &str, end: &str| Target { estimand: Estimand::Bound, label: format!("{what}, {end}"), ..Target::overall() };
    out.extend(ends.map(|(rank, end)| (bound("ATT", end), Effect::Mean(rank))));
    for &q in quantiles {
        out.extend(ends.map(|(rank, end)| (bound(&Target::quantile(q).label, end), Effect::Quantile(q, rank))));
    }
    if let Some((high, low)) = gap {
        let at = |place: usize, upper: usize| 2 + 2 * place + upper;
        out.push((bound(&gap_label, "lower bound"), Effect::Difference(at(high, 0), at(low, 1))));
        out.push((bound(&gap_label, "upper bound"), Effect::Difference(at(high, 1), at(low, 0))));
    }
    out.into_iter().unzip()
}

/// What to say when outcomes of the treated have no counterpart. Where they are many the mean effect is not identified, and says so
/// itself.
fn support(arithmetic: &ChangesInChangesEffects) -> Option<Warning> {
    let (below, above, all) = arithmetic.groups.outside();
    let outside = below + above;
    (arithmetic.model != Model::Quantiles && outside > 0).then(|| {
        let then = if arithmetic.has_mean() {
            ", and the lowest or highest comparison outcome after stands in for them in the mean effect"
        } else {
            ""
        };
        Warning::new(
            OUTSIDE_SUPPORT,
            format!(
                "{outside} of {all} outcomes of the treated before ({:.1} %) lie outside the range of the comparison group's ({below} below, {above} above): nothing tells how they would have changed{then}",
                100.0 * outside as f64 / all as f64
            ),
        )
    })
}

/// What to say when a discrete outcome is taken for continuous.
fn ties(arithmetic: &ChangesInChangesEffects) -> Option<Warning> {
    let (distinct, rows) = arithmetic.groups.distinct();
    (arithmetic.model == Model::Changes && 2 * distinct < rows).then(|| {
        Warning::new(
            "outcome-discrete",
            format!(
                "the {rows} outcomes before take {distinct} values only, and changes-in-changes takes them for continuous: discrete=bounds (without covariates) shows how far the effects are known"
            ),
        )
    })
}
