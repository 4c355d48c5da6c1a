//! Few treated clusters, down to one: how much a single cluster varies by itself is learnt from the comparison clusters.

use super::bootstrap::{in_blocks, undecided};
use super::curve::{Counting, Curves};
use super::estimate::{Estimate, Inferred, Simulated, identified};
use super::permutation::{Other, not_assigned};
use super::replicates::{Asked, Share, finite_sorted, of_deviation, of_quantile, of_share};
use super::wild::shapes;
use super::{Inference, Setting};
use crate::cohort::{Fault, Faults, Warning};
use crate::estimate::{Card, Fit, OptionSpec, Options, Values};
use crate::num::quantile_type1;
use crate::panel::spread;
use crate::random::Stream;

/// Conley–Taber, with Ferman and Pinto's correction for size.
pub struct FewTreated;

static CARD: Card = Card {
    id: "few-treated",
    title: "few treated clusters (Conley–Taber, Ferman–Pinto)",
    estimand: "p-value and interval from how far the estimate could lie from the truth if the treated clusters vary as the comparison clusters do: each comparison cluster in turn is given a placebo treatment",
    assumptions: "the treated clusters' own shocks are drawn from the same distribution as the comparison clusters', up to their size; many comparison clusters (20 or more for a 5 % test with one treated); one start date; the effect may be anything",
    when: "one to five treated clusters, as in a pilot in a single school",
    needs: "",
    contrast: "",
    options: &[
        OptionSpec {
            key: "correction",
            values: Values::OneOf(&["size", "none"]),
            meaning: "size: a cluster's variance is a + b/units, fitted among comparison clusters (Ferman and Pinto); none: all alike (Conley and Taber)",
            positional: false,
        },
        OptionSpec {
            key: "finite",
            values: Values::OneOf(&["yes", "no"]),
            meaning: "yes: allow also for the noise of the comparison clusters' own mean, by a factor that goes to one with many of them; no: neglect it, as the papers do",
            positional: false,
        },
        OptionSpec {
            key: "replicates",
            values: Values::Draws { default: 9999 },
            meaning: "number of draws; when all ways to draw comparison clusters for the treated are no more than this, each is used once",
            positional: false,
        },
    ],
    source: "Conley and Taber (2011), section 3; Ferman and Pinto (2019), eq. 8 to 10",
    reference_call: "finite=no: each comparison cluster's deviation from their mean change, rescaled by its fitted standard deviation; |sum over treated| ≥ |estimate|",
    version: 1,
};

impl Inference for FewTreated {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn lone_treated(&self) -> bool {
        true
    }

    fn infer(&self, fit: &Fit, options: &Options, setting: &Setting<'_>) -> Result<Inferred, Faults> {
        let reassign = fit.reassign().filter(|r| r.takes_off()).ok_or_else(|| not_assigned(fit))?;
        let design = Placebo::new(fit, &reassign, setting)?;
        let alpha = 1.0 - setting.level;
        // The estimate itself counts as one more draw, as in a rank test of one cluster among all.
        let counting = Counting { ties: true, equal_tails: false, plus_one: true };
        let mut out = Inferred::default();
        let (mut open, mut missing, mut settled, mut smallest, mut counts) = (Vec::new(), Vec::new(), true, 1.0_f64, Vec::new());
        for (t, estimate) in identified(fit) {
            let mut row = Estimate::bare(t, estimate);
            let Some(own) = design.of(fit, t) else {
                if fit.targets[t].treatment().is_some() {
                    missing.push(fit.targets[t].label.clone());
                }
                out.estimates.push(row);
                continue;
            };
            counts.push((own.share.len(), own.noise.len()));
            let scale = if options.get("correction") == "size" { own.scales() } else { own.equal() };
            let standardized: Vec<f64> = own.noise.iter().zip(&scale.comparison).map(|(e, s)| e / s).collect();
            let finite = if options.get("finite") == "yes" { own.finite(&scale) } else { 1.0 };
            let pulls: Vec<f64> = own.share.iter().zip(&scale.treated).map(|(w, s)| w * s * finite).collect();
            let (donors, slots) = (standardized.len(), pulls.len());
            let asked = Asked::of(options);
            let ways = (0..slots).try_fold(1usize, |n, _| n.checked_mul(donors)).filter(|&n| asked.allows(n));
            let asked = ways.map_or(asked, Asked::Fixed);
            let root = Stream::new(setting.seed, &["infer", "few-treated"], 0);
            let mut curves = Curves::default();
            let (n, sure) = asked.draw(|range| {
                let rows = in_blocks(
                    range,
                    setting,
                    || (),
                    |r, ()| {
                        let mut code = r;
                        let mut stream = ways.is_none().then(|| root.at(r as u64));
                        let mut next = || match &mut stream {
                            Some(stream) => stream.below(donors as u32) as usize,
                            None => {
                                let at = code % donors;
                                code /= donors;
                                at
                            }
                        };
                        pulls.iter().map(|w| w * standardized[next()]).sum::<f64>()
                    },
                );
                rows.into_iter().for_each(|value| curves.push([value, 0.0, 1.0, 0.0, 0.0]));
                let (count, of, _) = curves.count(estimate, 1.0, counting);
                Share { count, of, level: alpha }.is_settled()
            });
            settled &= sure;
            smallest = smallest.min(1.0 / (n + 1) as f64);
            let mean = curves.p0.iter().sum::<f64>() / n as f64;
            let error = (curves.p0.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n as f64).sqrt();
            if error > 1e-14 * estimate.abs() && error > 0.0 {
                let p = curves.p_value(estimate, 1.0, counting);
                row.interval = curves.accepted(estimate, 1.0, error, alpha, counting).interval;
                if row.interval.is_open() {
                    open.push(fit.targets[t].label.clone());
                }
                row.std_error = Some(error);
                row.statistic = Some(estimate / error);
                row.p_value = Some(p);
                let exact = ways.is_some();
                // In the units of the statistic shown.
                let sizes = finite_sorted(curves.p0.iter().map(|v| v.abs() / error));
                row.simulated = Some(Simulated {
                    replicates: n,
                    failures: 0,
                    critical: Some(quantile_type1(&sizes, setting.level)),
                    of_std_error: if exact { Some(0.0) } else { of_deviation(&curves.p0) },
                    of_p_value: Some(if exact { 0.0 } else { of_share(p, n) }),
                    of_critical: if exact { Some(0.0) } else { of_quantile(&sizes, setting.level) },
                });
            }
            out.estimates.push(row);
        }
        let (treated, comparison) = (counts.iter().map(|c| c.0).max().unwrap_or(0), counts.iter().map(|c| c.1).min().unwrap_or(0));
        let verb = if treated == 1 { "cluster is" } else { "clusters are" };
        if !counts.is_empty() {
            out.warnings.push(Warning::new(
                "few-treated-assumption",
                format!("{treated} treated {verb} judged by how much {comparison} comparison clusters vary: this holds only if nothing but the programme set the treated apart; the smallest p-value it can give here is {smallest:.2e}"),
            ));
        }
        if treated > 5 || comparison < 20 {
            out.warnings.push(Warning::new(
                "few-treated-misused",
                format!("few-treated is made for one to five treated clusters beside 20 or more comparison clusters; with {treated} and {comparison} it can reject far too often when clusters differ in size; compare permutation, and from about five in each arm cluster:cr2 and wild-bootstrap"),
            ));
        }
        out.warnings.extend(undecided(settled));
        if !missing.is_empty() {
            out.warnings.push(Warning::new(
                "few-treated-not-identified",
                format!(
                    "fewer than two comparison clusters can stand in for a treated one, so there is no interval for: {}",
                    missing.join(", ")
                ),
            ));
        }
        out.warnings.extend(shapes(&open, &[]));
        Ok(out)
    }
}

/// Placebo estimates of the comparison clusters.
struct Placebo {
    comparison: Vec<usize>,
    treated: Vec<usize>,
    /// For each comparison cluster the estimates when it alone is treated and the treated are left out.
    placebo: Vec<Vec<Option<f64>>>,
}

/// What one effect needs: of the clusters that say something on it.
struct Own {
    /// Each treated cluster's share in the effect.
    share: Vec<f64>,
    /// Each comparison cluster's share of their weight.
    comparison_share: Vec<f64>,
    /// Each comparison cluster's own noise.
    noise: Vec<f64>,
    /// Units of the comparison and of the treated clusters.
    units: (Vec<f64>, Vec<f64>),
}

/// Standard deviations of a cluster's own noise.
struct Scales {
    comparison: Vec<f64>,
    treated: Vec<f64>,
}

impl Placebo {
    fn new(fit: &Fit, reassign: &Other<'_>, setting: &Setting<'_>) -> Result<Placebo, Faults> {
        let labels = reassign.labels();
        let refuse = |what: &str, why: &str, remedy: &str| Faults::from(Fault::new("INF-007", what, "inference few-treated", why, remedy));
        let Some(never) = reassign.untreated() else {
            return Err(refuse(
                "no cluster is never treated",
                "what a cluster does by itself is learnt from those that are never treated",
                "add comparison clusters",
            ));
        };
        let order = setting.order_of(fit);
        let clusters =
            |test: &dyn Fn(u32) -> bool| -> Vec<usize> { order.iter().map(|&g| g as usize).filter(|&g| test(labels[g])).collect() };
        let (comparison, treated) = (clusters(&|l| l == never), clusters(&|l| l != never));
        if treated.iter().any(|&g| labels[g] != labels[treated[0]]) {
            return Err(refuse(
                "treatment starts at several times",
                "a comparison cluster stands in for a treated one at one start",
                "keep one cohort and the never-treated (--where), or use permutation",
            ));
        }
        if treated.is_empty() || comparison.len() < 2 {
            return Err(refuse(
                "fewer than two comparison clusters",
                "nothing tells how much a cluster varies by itself, so no effect can be told from chance",
                "add comparison clusters",
            ));
        }
        let placebo = spread(setting.executor, comparison.len(), |j| {
            let mut other = labels.to_vec();
            treated.iter().for_each(|&g| other[g] = u32::MAX);
            other[comparison[j]] = labels[treated[0]];
            reassign.evaluate(&other, false).into_iter().map(|s| s.map(|s| s.estimate[0])).collect()
        });
        Ok(Placebo { comparison, treated, placebo })
    }

    /// What an effect needs; `None` when fewer than two comparison clusters, or no treated one, say something on it.
    fn of(&self, fit: &Fit, t: usize) -> Option<Own> {
        let shares = fit.treatment_shares(t)?;
        let treated: Vec<usize> = self.treated.iter().copied().filter(|&g| shares[g] != 0.0).collect();
        let total: f64 = treated.iter().map(|&g| shares[g]).sum();
        let donors: Vec<(usize, f64)> =
            self.comparison.iter().zip(&self.placebo).filter_map(|(&g, row)| row[t].map(|estimate| (g, estimate))).collect();
        if treated.is_empty() || donors.len() < 2 {
            return None;
        }
        let weight: f64 = donors.iter().map(|(g, _)| fit.clusters[*g].weight).sum();
        let comparison_share: Vec<f64> = donors.iter().map(|(g, _)| fit.clusters[*g].weight / weight).collect();
        // With one of the comparison clusters as treated, its deviation from the mean of the others is its own deviation from the
        // mean of all over one minus its share.
        let noise = donors.iter().zip(&comparison_share).map(|((_, estimate), share)| estimate * (1.0 - share)).collect();
        let units = |g: usize| fit.clusters[g].n_units as f64;
        Some(Own {
            share: treated.iter().map(|&g| shares[g] / total).collect(),
            comparison_share,
            noise,
            units: (donors.iter().map(|(g, _)| units(*g)).collect(), treated.iter().map(|&g| units(g)).collect()),
        })
    }
}

impl Own {
    /// √(n/(n−1) · (V_T + V_C)/V_T), n the number of comparison clusters: V_T and V_C are the variances of the treated and the
    /// comparison clusters' means up to one factor; n/(n−1), because deviations from a mean of n are too small.
    fn finite(&self, scale: &Scales) -> f64 {
        let n = self.noise.len() as f64;
        let of = |shares: &[f64], scales: &[f64]| -> f64 { shares.iter().zip(scales).map(|(w, s)| w * w * s * s).sum() };
        let (treated, comparison) = (of(&self.share, &scale.treated), of(&self.comparison_share, &scale.comparison));
        (n / (n - 1.0) * (treated + comparison) / treated).sqrt()
    }

    fn equal(&self) -> Scales {
        Scales { comparison: vec![1.0; self.noise.len()], treated: vec![1.0; self.share.len()] }
    }

    /// √(a + b/M) with a, b ≥ 0 by least squares of squared noise on 1/M among comparison clusters.
    fn scales(&self) -> Scales {
        let noise = &self.noise;
        let (inverse, square): (Vec<f64>, Vec<f64>) = self.units.0.iter().zip(noise).map(|(m, e)| (1.0 / m, e * e)).unzip();
        let n = noise.len() as f64;
        let (mean_x, mean_y) = (inverse.iter().sum::<f64>() / n, square.iter().sum::<f64>() / n);
        let sxx: f64 = inverse.iter().map(|x| (x - mean_x) * (x - mean_x)).sum();
        let sxy: f64 = inverse.iter().zip(&square).map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
        let slope = if sxx > 1e-12 * mean_x * mean_x { (sxy / sxx).max(0.0) } else { 0.0 };
        let level = mean_y - slope * mean_x;
        let (level, slope) = if level < 0.0 {
            // Through the origin: Σxy / Σx².
            let xx: f64 = inverse.iter().map(|x| x * x).sum();
            (0.0, inverse.iter().zip(&square).map(|(x, y)| x * y).sum::<f64>() / xx)
        } else {
            (level, slope)
        };
        let scale = |m: &f64| {
            let s = (level + slope / m).sqrt();
            if s > 0.0 { s } else { 1.0 }
        };
        Scales { comparison: self.units.0.iter().map(scale).collect(), treated: self.units.1.iter().map(scale).collect() }
    }
}
