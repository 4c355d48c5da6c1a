//! Randomization inference: the estimate under every other assignment of the same cohorts to the same clusters.

use super::assignment::Assignments;
use super::bootstrap::{in_blocks, undecided};
use super::curve::{Counting, Curves};
use super::estimate::{Estimate, Inferred, Simulated, identified};
use super::replicates::{Asked, Share, finite_sorted, of_quantile, of_share};
use super::wild::shapes;
use super::{Inference, Setting};
use crate::cohort::{Fault, Faults, Warning};
use crate::estimate::{Body, Card, Fit, OptionSpec, Options, Reassign, Shifted, Side, Values};
use crate::num::quantile_type1;
use crate::random::Stream;

/// Randomization inference over clusters.
pub struct Permutation;

static CARD: Card = Card {
    id: "permutation",
    title: "permutation test (randomization inference)",
    estimand: "p-value: the share of assignments of the same cohorts to the same clusters, within blocks, whose estimate is at least as large; interval: the constant effects that are not rejected",
    assumptions: "clusters could have been assigned otherwise with equal chances (within blocks); the hypothesis is a constant effect on every unit in every treated period (before the start: at that event time alone)",
    when: "clusters were randomized, or few; exact whatever their number",
    needs: "",
    contrast: "",
    options: &[
        OptionSpec {
            key: "replicates",
            values: Values::Draws { default: 9999 },
            meaning: "number of random assignments; when all are no more than this, each is used once",
            positional: false,
        },
        OptionSpec {
            key: "statistic",
            values: Values::OneOf(&["estimate", "studentized"]),
            meaning: "estimate: compare estimates; studentized: compare t statistics, which also holds its level for an average effect with clusters of unequal size",
            positional: false,
        },
    ],
    source: "Fisher (1935); Rosenbaum (2002), chapter 2; studentized: Janssen (1997), Wu and Ding (2021); (k+1)/(R+1): Phipson and Smyth (2010)",
    reference_call: "all assignments of the same number of treated clusters, the estimator refitted in each; counts of |estimate| ≥ |observed|",
    version: 1,
};

impl Inference for Permutation {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn uses_blocks(&self) -> bool {
        true
    }

    fn lone_treated(&self) -> bool {
        true
    }

    fn infer(&self, fit: &Fit, options: &Options, setting: &Setting<'_>) -> Result<Inferred, Faults> {
        let reassign = fit.reassign().ok_or_else(|| not_assigned(fit))?;
        let studentized = options.get("statistic") == "studentized";
        let block: Vec<u32> = fit.clusters.iter().map(|c| c.block.unwrap_or(0)).collect();
        let order = setting.order_of(fit);
        let all = Assignments::new(reassign.labels(), &block, order);
        let asked = Asked::of(options);
        let enumerated = all.number().filter(|&n| usize::try_from(n).is_ok_and(|n| asked.allows(n)));
        if all.number() == Some(1) {
            return Err(Fault::new(
                "INF-006",
                "there is no other assignment to compare with",
                "within every block all clusters have the same cohort",
                "a permutation test asks what other assignments would have shown",
                "leave --block out, or name blocks that hold treated and comparison clusters",
            )
            .into());
        }
        // Each assignment is estimated twice: the outcome, and a constant effect on it.
        super::bootstrap::affordable(fit, enumerated.map_or(asked, |n| Asked::Fixed(n as usize)), "permutation", 2.0)?;
        let root = Stream::new(setting.seed, &["infer", "permutation"], 0);
        let observed = reassign.evaluate(reassign.labels(), studentized);
        let counting = Counting { ties: true, equal_tails: false, plus_one: enumerated.is_none() };
        let mut curves: Vec<Curves> = fit.targets.iter().map(|_| Curves::default()).collect();
        let mut failures = vec![0usize; fit.targets.len()];
        let alpha = 1.0 - setting.level;
        let tested: Vec<(usize, f64, f64)> = identified(fit)
            .filter_map(|(t, e)| {
                let variance = observed[t]?.variance[0];
                // A variance that is only rounding studentizes nothing.
                let usable = !studentized || variance.sqrt() > 1e-12 * e.abs();
                usable.then_some((t, e, if studentized { variance } else { 1.0 }))
            })
            .collect();
        let asked = enumerated.map_or(asked, |n| Asked::Fixed(n as usize));
        let (n, settled) = asked.draw(|range| {
            let labels = || reassign.labels().to_vec();
            let rows = in_blocks(range, setting, labels, |r, labels| {
                match enumerated {
                    Some(_) => all.unrank(r as u64, labels),
                    None => all.shuffle(&mut root.at(r as u64), labels),
                }
                reassign.evaluate(labels, studentized)
            });
            for row in rows {
                for &(t, estimate, _) in &tested {
                    match row[t] {
                        Some(shifted) => curves[t].push(coefficients(shifted, estimate, studentized)),
                        None => failures[t] += 1,
                    }
                }
            }
            tested.iter().all(|&(t, estimate, variance)| {
                let (count, of, factor) = curves[t].count(estimate, variance, counting);
                Share { count, of, level: alpha / factor }.is_settled()
            })
        });
        let mut out = Inferred::default();
        let (mut open, mut disconnected, mut smallest) = (Vec::new(), Vec::new(), None);
        for (t, estimate) in identified(fit) {
            let mut row = Estimate::bare(t, estimate);
            if let Some(&(_, _, variance)) = tested.iter().find(|(target, ..)| *target == t)
                && curves[t].len() > 0
            {
                let own = &curves[t];
                let spread = deviation(own, estimate);
                // Without any spread every assignment gives the same estimate.
                if spread > 1e-14 * estimate.abs() {
                    let error = if studentized { variance.sqrt() } else { spread };
                    let p = own.p_value(estimate, variance, counting);
                    if reassign.takes_off() {
                        let accepted = own.accepted(estimate, variance, error, alpha, counting);
                        row.interval = accepted.interval;
                        if row.interval.is_open() {
                            open.push(fit.targets[t].label.clone());
                        }
                        if accepted.disconnected {
                            disconnected.push(fit.targets[t].label.clone());
                        }
                    }
                    row.std_error = Some(spread);
                    row.statistic = Some(if studentized { estimate / error } else { estimate / spread });
                    row.p_value = Some(p);
                    // In the units of the statistic shown.
                    let unit = if studentized { 1.0 } else { spread };
                    let sizes = finite_sorted(own.statistics(estimate).into_iter().map(|t| t.abs() / unit));
                    let exact = enumerated.is_some();
                    row.simulated = Some(Simulated {
                        replicates: own.len(),
                        failures: failures[t],
                        critical: Some(quantile_type1(&sizes, setting.level)),
                        of_std_error: if exact { Some(0.0) } else { super::replicates::of_deviation(&nulls(own, estimate)) },
                        of_p_value: Some(if exact { 0.0 } else { of_share(p, n) }),
                        of_critical: if exact { Some(0.0) } else { of_quantile(&sizes, setting.level) },
                    });
                    if exact && smallest.is_none() {
                        let largest = sizes[sizes.len() - 1] * (1.0 - 1e-9);
                        smallest = Some(sizes.iter().filter(|s| **s >= largest).count() as f64 / sizes.len() as f64);
                    }
                }
            }
            out.estimates.push(row);
        }
        out.warnings.extend(attainable(enumerated, smallest, alpha));
        if !reassign.takes_off() {
            out.warnings.push(Warning::new(
                "permutation-no-interval",
                "no other effect than none can be tested, because a constant effect taken off the outcome does not move this estimate by as much: there is a p-value and no interval",
            ));
        }
        let failed = failures.iter().max().copied().unwrap_or(0);
        if failed > 0 {
            out.warnings.push(Warning::new(
                "permutation-failures",
                format!("{failed} of {n} assignments did not identify some effect and do not count"),
            ));
        }
        out.warnings.extend(shapes(&open, &disconnected));
        out.warnings.extend(undecided(settled));
        Ok(out)
    }
}

/// An assignment's curve in δ = θ̂ − r: the numerator e₀ − r e₁, the variance v₀ + v₁r + v₂r² (1 when not studentized).
fn coefficients(shifted: Shifted, estimate: f64, studentized: bool) -> [f64; 5] {
    let ([e0, e1], [v0, v1, v2]) = (shifted.estimate, shifted.variance);
    let [q0, q1, q2] = if studentized { [v0 + (v1 + v2 * estimate) * estimate, -v1 - 2.0 * v2 * estimate, v2] } else { [1.0, 0.0, 0.0] };
    [e0 - estimate * e1, e1, q0, q1, q2]
}

/// The estimates under the hypothesis of no effect.
fn nulls(curves: &Curves, estimate: f64) -> Vec<f64> {
    curves.p0.iter().zip(&curves.p1).map(|(a, b)| a + b * estimate).collect()
}

fn deviation(curves: &Curves, estimate: f64) -> f64 {
    let values = nulls(curves, estimate);
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n).sqrt()
}

/// What enumeration means for the p-value.
fn attainable(enumerated: Option<u64>, smallest: Option<f64>, alpha: f64) -> Option<Warning> {
    let (n, p) = (enumerated?, smallest?);
    let closing = if p > alpha { "; it cannot fall below the level, whatever the effect" } else { "" };
    Some(Warning::new(
        "permutation-exact",
        format!("all {n} assignments were used, so the p-value is exact; the smallest that this design can give is {p:.2e}{closing}"),
    ))
}

/// Why clusters cannot be assigned otherwise.
pub(super) fn not_assigned(fit: &Fit) -> Fault {
    if fit.exposure.is_some() {
        return Fault::new(
            "INF-006",
            "treatments that change more than once are no assignment that could be dealt anew",
            "a treatment that switches off, is there from the start or takes other values than 0 and 1",
            "clusters differ in whole paths of treatment and in where these began, so there are hardly two whose paths could be exchanged",
            "use  jackknife, wild-bootstrap  or  pairs-bootstrap",
        );
    }
    if matches!(&fit.body, Body::Linear(l) if l.absorbed.is_some()) {
        return Fault::new(
            "INF-020",
            "named fixed effects under another assignment are not known",
            "--fixed-effects",
            "they were taken off the treatment as observed, and would have to be taken off anew under each assignment",
            "leave --fixed-effects out (unit and period then have theirs, and this method exists), or use  cluster:cr2  or  wild-bootstrap",
        );
    }
    if fit.rows_by_label {
        return Fault::new(
            "INF-006",
            "this estimate is not known under another assignment",
            "a window with bin=false, stacked, wooldridge with covariates, dose-response, or triple-difference",
            "the rows, columns or doses used depend on the start as observed (and a constant effect cancels in a triple difference)",
            "use an event study with bin=true or no window, or callaway-santanna; or  cluster:cr2  or  jackknife",
        );
    }
    if fit.placebo().is_some() {
        return Fault::new(
            "INF-006",
            "this estimate is not linear in the outcome",
            "a weighted comparison whose weights are fitted to the outcome",
            "an effect cannot be taken off the outcome and added back, as a test of other assignments does",
            "use  placebo,  which gives starts to comparison clusters",
        );
    }
    if fit.model.is_some() {
        return Fault::new(
            "INF-006",
            "a mixed model under another assignment is not known",
            "its variances are estimated from the outcome",
            "an assumed effect cannot be taken off the estimate and added back: the variances would move with it",
            "use did or ancova with this method, and mixed-model beside them",
        );
    }
    if fit.reassign().is_some() {
        return Fault::new(
            "INF-006",
            "a hypothesized effect cannot be taken off this estimate",
            "an estimate that is not linear in the outcome",
            "taken off the outcome, a constant effect does not move it by as much",
            "use  permutation  (a p-value without an interval), wild-bootstrap  or  pairs-bootstrap",
        );
    }
    if matches!(fit.body, Body::Influence(_)) && fit.clusters.iter().all(|c| c.side != Side::Both) {
        return Fault::new(
            "INF-006",
            "this estimator cannot be computed under another assignment",
            "its estimate is not linear in the outcome",
            "a hypothesized effect could not be taken off and put back",
            "use  wild-bootstrap  or  pairs-bootstrap",
        );
    }
    Fault::new(
        "INF-006",
        "clusters were not assigned as a whole",
        "some cluster holds units of several cohorts",
        "another assignment of whole clusters says nothing about how units within them were assigned",
        "name the unit of assignment as cluster, and the larger one as block:  --cluster classroom_id --block school_id",
    )
}

/// The trait object, so that other methods can ask for placebo treatments.
pub(super) type Other<'a> = Box<dyn Reassign + 'a>;
