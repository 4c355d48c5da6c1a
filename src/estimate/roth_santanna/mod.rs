//! Roth and Sant'Anna (2023): the efficient estimator when the time of the start is random.
//!
//! θ̂_β = θ̂₀ − β X̂ (their equations 3 to 8): θ̂₀ is a mean over treated cohorts and periods of the difference to cohorts not
//! treated by then, X̂ the same contrast in the period before each cohort's start, where random timing makes it zero on average.
//! β = 1 is a difference in differences, β = 0 a difference of levels; β* = Var(X̂)⁻¹ Cov(X̂, θ̂₀) has the smallest variance.
//! Fixed covariates of before treatment enter X̂ as further contrasts that random timing makes zero on average: the differences of
//! their means in the contrast of θ̂₀, so that X̂ is a vector, as theirs may be, and β* = Var(X̂)⁻¹ Cov(X̂, θ̂₀).
//! Weights are fixed numbers w of the units: cohort means are Σwy/Σw, cohorts count by Σw, and a unit's deviation in the
//! variances is w(y − Ȳ_g)/Σ_g w, with n/(n−1) for n clusters whatever their weights.
//! With each unit a cluster the variance is Neyman's, Σ_g A_g S_g A'_g / N_g; with larger clusters deviations are summed
//! within a cluster first, clusters of a cohort take the place of its units (n/(n−1), n the cohort's clusters), and β* is
//! the one for that variance. Units that start after the last period stand with the never-treated, as one cohort.

mod contrasts;
mod refinement;
mod rollout;

use super::arithmetic::{self, About};
use super::fit::Body;
use super::{Card, Estimator, Fit, LeftOut, OptionSpec, Options, Sample, Target, Values};
use super::{base_period, comparable};
use crate::cohort::{Fault, Faults, Reason, Warning};
use crate::panel::{Kind, Panel};
use contrasts::{Contrasts, Goal};
use rollout::{Beta, Rollout};
use std::sync::Arc;

/// Roth and Sant'Anna's efficient estimator.
pub struct RothSantanna;

static CARD: Card = Card {
    id: "roth-santanna",
    title: "efficient estimator under random timing (Roth and Sant'Anna)",
    estimand: "the average effect on the treated over all treated periods in which someone is not treated yet: by cohort size (overall), cohort by cohort, period by period, by time since the start",
    assumptions: "the time of the start is as good as random (stronger than parallel trends: cohorts are alike in levels too); no anticipation; effects may differ between cohorts and over time",
    when: "classrooms were drawn by lot to take profiles up earlier or later; there it can be far more precise than differences in differences",
    needs: "the same units in every period, at least two starts (or one and never-treated units), a period before the first; two clusters or more in each cohort; with covariates many more clusters than covariates",
    contrast: "It rests on random timing, not on parallel trends, and takes off only as much of the difference before treatment (in the outcome and in covariates) as makes the estimate most precise.",
    options: &[
        OptionSpec {
            key: "beta",
            values: Values::OneOf(&["efficient", "cs", "sa", "unadjusted"]),
            meaning: "how much of the difference before the start is taken off: efficient: what makes the variance smallest, that between clusters where they hold several units, so that naming clusters moves the estimate, and as much of the difference in covariates; cs: all of it, compared with all not yet treated (as Callaway and Sant'Anna); sa: all of it, compared with the cohort treated last (as Sun and Abraham); unadjusted: none",
            positional: false,
        },
        OptionSpec {
            key: "variance",
            values: Values::OneOf(&["neyman", "refined"]),
            meaning: "for cluster:cr0 and cr1: neyman: safe whatever the effects; refined: less what outcomes before treatment tell of the spread of the effects (only where each unit is a cluster, and without weights)",
            positional: false,
        },
    ],
    source: "Roth and Sant'Anna (2023), Journal of Political Economy: Microeconomics 1; equations 3 to 8, β* for a vector X̂, to which covariates add their differences in means before anyone starts; section 2 on the refined variance; weights are fixed numbers of the units in means and variances",
    reference_call: "staggered::staggered(df, i, t, g, y, estimand); beta=cs: staggered_cs; beta=sa: staggered_sa; se_neyman is cluster:cr0, se is cluster:cr0 with variance=refined; it has neither covariates nor weights",
    version: 2,
};

impl Estimator for RothSantanna {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn fit(&self, sample: &Sample<'_>, options: &Options) -> Result<Fit, Faults> {
        let refined = options.get("variance") == "refined";
        accepted(sample.panel, options)?;
        let mut warnings = vec![Warning::new(
            "random-timing",
            "this estimate rests on random timing: cohorts must be alike but for when they start, also in the level of the outcome; parallel trends are not enough",
        )];
        let panel = usable(sample.panel, &mut warnings)?;
        if refined && panel.n_clusters() < panel.n_units() {
            return Err(Fault::new(
                "EST-038",
                "variance=refined is not known for clusters of several units",
                format!("{} clusters, {} units", panel.n_clusters(), panel.n_units()),
                "the refinement is that of a lottery among units",
                "leave variance out, or make the cluster the unit, with its mean in each period",
            )
            .into());
        }
        let contrasts = Contrasts::new(&panel.cells, options.get("beta") == "sa");
        if contrasts.is_empty() {
            return Err(nothing_to_compare(&panel).into());
        }
        let left_out = left_out(sample.panel, &panel, &contrasts);
        let base = contrasts.last_untreated_period();
        warnings.extend(base_period::weights_vary(&panel, base));
        warnings.extend(base_period::covariates_vary(&panel, base));
        let (targets, goals) = goals(&contrasts);
        let beta = match options.get("beta") {
            "efficient" => Beta::Efficient,
            "unadjusted" => Beta::Fixed(0.0),
            _ => Beta::Fixed(1.0),
        };
        let rollout = Rollout::new(&panel, Arc::new(contrasts), Arc::new(goals), beta);
        let dropped = rollout.dropped();
        warnings.extend(enough_clusters(&panel, panel.covariates.len() - dropped.len())?);
        let dropped_terms: Vec<String> = dropped.into_iter().map(|i| panel.covariates[i].name.clone()).collect();
        if !dropped_terms.is_empty() {
            let names = dropped_terms.join(", ");
            warnings.push(Warning::new(
                "collinear",
                format!("dropped because they do not vary within cohorts, or the outcome before the start or other covariates explain them: {names}"),
            ));
        }
        let less = refined.then(|| refinement::reductions(&rollout));
        if refined {
            warnings.push(Warning::new(
                "refined-variance",
                "variance=refined acts on the standard errors of cluster:cr0 and cluster:cr1 alone; joint tests and all other intervals keep Neyman's variance",
            ));
        }
        let about = About { targets, cell_weights: rollout.cell_weights(), dropped_terms, warnings };
        let mut fit = arithmetic::fit(&panel, Box::new(rollout), about, sample.executor);
        if let Body::Influence(body) = &mut fit.body {
            body.less = less;
        }
        Ok(fit.leaving_out(left_out))
    }
}

/// The effects in order.
fn goals(contrasts: &Contrasts) -> (Vec<Target>, Vec<Goal>) {
    let mut out = vec![
        (Target::overall(), Goal::Overall),
        (Target::overall_group(), Goal::Group),
        (Target::overall_calendar(), Goal::Calendar),
        (Target::overall_dynamic(), Goal::Dynamic),
    ];
    out.extend(contrasts.events().into_iter().map(|e| (Target::event(e), Goal::Event(e))));
    out.into_iter().unzip()
}

/// Refuses what the estimator does not know.
fn accepted(panel: &Panel, options: &Options) -> Result<(), Faults> {
    let mut faults = Faults::default();
    let place = "estimator roth-santanna";
    if panel.kind == Kind::CrossSections {
        faults.push(Fault::new(
            "EST-035",
            "roth-santanna follows the same units over time, and no unit was named",
            place,
            "what is taken off is each unit's own outcome before the start",
            "name the unit (--unit); where students change, average the outcome by classroom and period and make the classroom the unit",
        ));
    }
    if !panel.weight.is_empty() && options.get("variance") == "refined" {
        faults.push(Fault::new(
            "EST-038",
            "variance=refined is not known with weights",
            place,
            "the refinement is that of a lottery among units that count alike",
            "leave variance or --weights out",
        ));
    }
    if !panel.covariates.is_empty() && options.get("beta") != "efficient" {
        faults.push(Fault::new(
            "EST-037",
            format!("covariates do nothing with beta={}", options.get("beta")),
            place,
            "only the efficient adjustment takes off what they explain, and left unused without a word they would pass for held equal",
            "leave --covariates out, or beta",
        ));
    }
    faults.into_result()
}

/// Refuses more covariates than clusters can tell apart (with as many adjustments as free deviations any estimate has variance
/// zero), and says by how much errors are too small that take β for known: residuals of n free deviations on m columns vary by
/// (n − m)/n of what they should, and what β misses adds about as much again.
fn enough_clusters(panel: &Panel, covariates: usize) -> Result<Option<Warning>, Faults> {
    let (columns, free) = (1 + covariates, panel.n_clusters().saturating_sub(panel.cells.cohorts.len()));
    if covariates == 0 || columns < free {
        let short = 100.0 * columns as f64 / free as f64;
        return Ok((covariates > 0 && short >= 3.0).then(|| {
            Warning::new(
                "adjustment-estimated",
                format!(
                    "what is taken off for the outcome before the start and {covariates} covariates is estimated from {} clusters: standard errors that take it for known (cluster:cr0 and cr1, wild-bootstrap, multiplier-bootstrap) are about {short:.0} % too small; jackknife and pairs-bootstrap estimate it anew",
                    panel.n_clusters()
                ),
            )
        }));
    }
    Err(Fault::new(
        "EST-036",
        format!("{covariates} covariates are too many for {} clusters in {} cohorts", panel.n_clusters(), panel.cells.cohorts.len()),
        "estimator roth-santanna",
        "the adjustment is estimated from how clusters of a cohort differ, and would explain all of it",
        "name fewer covariates, or a finer cluster",
    )
    .into())
}

/// The units with a row in every period and one before their start, in cohorts of two clusters or more.
fn usable(all: &Panel, warnings: &mut Vec<Warning>) -> Result<Panel, Faults> {
    let always: Vec<(usize, i64)> = all.cells.always_treated().collect();
    let is_early = |r: usize| always.iter().any(|(c, _)| *c == all.cells.cohort_ix(all.cell[r]));
    warnings.extend(comparable::always_treated(&always.iter().map(|(_, g)| *g).collect::<Vec<_>>()));
    let seen = all.keeping(|r| !is_early(r), Reason::AlwaysTreated);
    let n_periods = seen.cells.periods.len();
    let mut complete = vec![false; seen.n_rows()];
    for u in 0..seen.n_units() {
        let rows = seen.rows_of(u);
        let full = rows.len() == n_periods;
        complete[rows].fill(full);
    }
    let balanced = seen.keeping(|r| complete[r], Reason::NotInEveryPeriod);
    let mut clusters = vec![0usize; balanced.cells.cohorts.len()];
    balanced.survey().clusters.iter().flatten().for_each(|&c| clusters[c as usize] += 1);
    let alone: Vec<usize> = (0..clusters.len()).filter(|&c| clusters[c] == 1).collect();
    let panel = balanced.keeping(|r| !alone.contains(&balanced.cells.cohort_ix(balanced.cell[r])), Reason::LoneCluster);
    if !alone.is_empty() {
        let names: Vec<String> = alone.iter().map(|&c| balanced.cells.cohort_name(c)).collect();
        warnings.push(Warning::new(
            "lone-clusters",
            format!("left out, because one cluster alone shows nothing of how clusters of a cohort differ: {}", names.join(", ")),
        ));
    }
    if panel.n_rows() == 0 { Err(nothing_to_compare(all).into()) } else { Ok(panel) }
}

/// The cohorts and periods whose effect is not told.
fn left_out(all: &Panel, used: &Panel, contrasts: &Contrasts) -> Option<LeftOut> {
    let always: Vec<i64> = all.cells.always_treated().map(|(_, g)| g).collect();
    let is_used = |group: i64| used.cells.treated_cohorts().any(|(_, g)| g == group);
    LeftOut::of(all, &always, |group, time| match (contrasts.tells(&used.cells, group, time), is_used(group)) {
        (true, _) => Ok(()),
        (false, true) => Err("nobody is untreated then to compare it with".into()),
        (false, false) => Err("it has not two clusters with units seen in every period".into()),
    })
}

fn nothing_to_compare(panel: &Panel) -> Fault {
    Fault::new(
        "EST-039",
        "no cohort is left that can be compared with one treated later",
        format!("estimator roth-santanna: {} units in {} periods", panel.n_units(), panel.cells.periods.len()),
        "it takes two cohorts of at least two clusters each, of units seen in every period and before their start",
        "leave out the periods in which many units are missing (--where), include earlier periods, or name a finer cluster",
    )
}
