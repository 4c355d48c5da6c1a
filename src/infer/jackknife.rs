//! The cluster jackknife: leave one cluster out, exactly, for any estimator.

use super::estimate::{Estimate, Inferred, JointTest, identified};
use super::sandwich::{Adjustment, sandwich};
use super::{Inference, Setting, wald};
use crate::cohort::{Fault, Faults, Warning};
use crate::estimate::{Body, Card, Estimand, Fit, OptionSpec, Options, Values};
use crate::num::Matrix;
use crate::panel::spread;
use crate::random::Stream;

/// Leave one cluster out.
pub struct Jackknife;

static CARD: Card = Card {
    id: "jackknife",
    title: "cluster jackknife",
    estimand: "standard error, t test and interval from re-estimating without each cluster in turn",
    assumptions: "clusters are independent; the estimate exists without any one of them",
    when: "few clusters, and an estimator for which CR2 does not exist",
    needs: "",
    contrast: "",
    options: &[
        OptionSpec {
            key: "center",
            values: Values::OneOf(&["full", "mean"]),
            meaning: "deviations from the full-sample estimate, or from the mean of the leave-one-out estimates (Stata)",
            positional: false,
        },
        OptionSpec {
            key: "factor",
            values: Values::OneOf(&["(G-1)/G", "none"]),
            meaning: "(G−1)/G is the textbook's; none is clubSandwich's CR3",
            positional: false,
        },
        OptionSpec {
            key: "df",
            values: Values::OneOf(&["satterthwaite", "clusters"]),
            meaning: "Satterthwaite (for a regression as for CR2; else Welch's over the two arms), or G−1",
            positional: false,
        },
        OptionSpec {
            key: "groups",
            values: Values::Whole { default: 0, low: 0, high: 100_000 },
            meaning: "0: leave out one cluster at a time; K: deal the clusters of each cohort into K groups at random and leave out one group at a time, for very many clusters (K−1 degrees of freedom)",
            positional: false,
        },
    ],
    source: "Tukey (1958); MacKinnon, Nielsen and Webb (2023), CV3 and CV3J; Hansen (2024)",
    reference_call: "refit without each cluster; Stata's vce(jackknife) with center=mean, df=clusters",
    version: 2,
};

impl Inference for Jackknife {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn needs_sums_only(&self, fit: &Fit, options: &Options) -> bool {
        match &fit.body {
            Body::Linear(_) => true,
            // Leaving one cluster out is then known where it was done when the rows were there.
            Body::Influence(body) => options.whole("groups") == 0 && body.left.get().is_some(),
        }
    }

    fn infer(&self, fit: &Fit, options: &Options, setting: &Setting<'_>) -> Result<Inferred, Faults> {
        let groups = options.whole("groups") as usize;
        let left = left_out(fit, options, setting)?;
        let n = left.len();
        let bell = match &fit.body {
            Body::Linear(linear) if groups == 0 && options.get("df") == "satterthwaite" => {
                Some(sandwich(linear, Adjustment::Full, 0..linear.contrasts.len()))
            }
            _ => None,
        };
        let mut out = Inferred::default();
        let (mut missing, mut rough) = (Vec::new(), Vec::new());
        for (t, estimate) in identified(fit) {
            if matches!(fit.targets[t].estimand, Estimand::Quantile | Estimand::Bound) {
                rough.push(fit.targets[t].label.clone());
                out.estimates.push(Estimate::bare(t, estimate));
                continue;
            }
            let values: Option<Vec<f64>> = left.iter().map(|row| row[t]).collect();
            let Some(values) = values else {
                missing.push(fit.targets[t].label.clone());
                out.estimates.push(Estimate::bare(t, estimate));
                continue;
            };
            let centre = if options.get("center") == "mean" { values.iter().sum::<f64>() / n as f64 } else { estimate };
            let variance = factor(options, n) * values.iter().map(|v| (v - centre) * (v - centre)).sum::<f64>();
            let df = match (&bell, &fit.body) {
                (Some(bell), _) => bell.contrasts[t].map_or(f64::NAN, |v| v.satterthwaite),
                (None, Body::Influence(body)) if groups == 0 && options.get("df") == "satterthwaite" => {
                    let deviations: Vec<f64> = values.iter().map(|v| v - estimate).collect();
                    super::welch::degrees_of_freedom(&deviations, &body.sides)
                }
                _ => n as f64 - 1.0,
            };
            out.estimates.push(Estimate::from_variance(t, estimate, variance, df, setting.level));
        }
        if !rough.is_empty() {
            out.warnings.push(Warning::new(
                "jackknife-quantiles",
                format!(
                    "quantiles jump where one cluster is left out, so the jackknife's standard error is wrong for them, however many clusters there are, and none is given: use pairs-bootstrap for {}",
                    rough.join(", ")
                ),
            ));
        }
        if !missing.is_empty() {
            out.warnings.push(Warning::new(
                "jackknife-not-identified",
                format!(
                    "without some one {} these effects cannot be estimated, so the jackknife gives no interval for them: {}",
                    if groups > 0 { "group" } else { "cluster" },
                    missing.join(", ")
                ),
            ));
        }
        Ok(out)
    }

    fn joint(&self, fit: &Fit, targets: &[usize], options: &Options, setting: &Setting<'_>) -> Result<Option<JointTest>, Faults> {
        let left = left_out(fit, options, setting)?;
        let n = left.len() as f64;
        let estimates = wald::estimates(fit, targets);
        let rows: Option<Vec<Vec<f64>>> = left.iter().map(|row| targets.iter().map(|&t| row[t]).collect()).collect();
        let Some(rows) = rows else {
            return Ok(Some(wald::undefined(targets.len(), "without some one cluster an effect cannot be estimated")));
        };
        let centre: Vec<f64> = match options.get("center") {
            "mean" => (0..targets.len()).map(|j| rows.iter().map(|r| r[j]).sum::<f64>() / n).collect(),
            _ => estimates.clone(),
        };
        let mut covariance = Matrix::zeros(targets.len(), targets.len());
        for row in &rows {
            let deviation: Vec<f64> = row.iter().zip(&centre).map(|(a, b)| a - b).collect();
            covariance.add_outer(&deviation, factor(options, left.len()));
        }
        Ok(Some(wald::f_test(&estimates, &covariance, n - 1.0)))
    }
}

/// All targets without each cluster, or each group of clusters, in turn.
fn left_out(fit: &Fit, options: &Options, setting: &Setting<'_>) -> Result<Vec<Vec<Option<f64>>>, Faults> {
    match options.whole("groups") as usize {
        0 => Ok(fit.leave_one_out(setting.executor)),
        groups => {
            refuse(options, groups, fit.n_clusters())?;
            Ok(without_groups(fit, groups, setting))
        }
    }
}

/// What the sum of squared deviations is multiplied by.
fn factor(options: &Options, n: usize) -> f64 {
    if options.get("factor") == "none" { 1.0 } else { (n as f64 - 1.0) / n as f64 }
}

/// Options that would do nothing beside groups, and numbers of groups that make no sense.
fn refuse(options: &Options, groups: usize, clusters: usize) -> Result<(), Faults> {
    if options.was_given("df") && options.get("df") == "satterthwaite" {
        return Err(Fault::new(
            "INF-002",
            "df=satterthwaite does nothing beside groups",
            "options of jackknife",
            "groups are alike by construction: K−1 degrees of freedom",
            "leave df out",
        )
        .into());
    }
    if groups < 2 || groups > clusters {
        return Err(Fault::new(
            "INF-002",
            format!("{groups} groups of {clusters} clusters"),
            "options of jackknife",
            "each group must hold a cluster, and at least two are needed",
            format!("choose groups between 2 and {clusters}"),
        )
        .into());
    }
    Ok(())
}

/// All targets without each group in turn. Clusters are dealt to groups stratum by stratum, in random order.
fn without_groups(fit: &Fit, groups: usize, setting: &Setting<'_>) -> Vec<Vec<Option<f64>>> {
    let mut stream = Stream::new(setting.seed, &["infer", "jackknife", "groups"], groups as u64);
    let order = setting.order_of(fit);
    let mut strata: Vec<u32> = fit.clusters.iter().map(|c| c.stratum).collect();
    strata.sort_unstable();
    strata.dedup();
    let mut group = vec![0; fit.n_clusters()];
    let mut next = 0;
    for stratum in strata {
        let mut members: Vec<u32> = order.iter().copied().filter(|&g| fit.clusters[g as usize].stratum == stratum).collect();
        stream.shuffle(&mut members);
        for g in members {
            group[g as usize] = next % groups;
            next += 1;
        }
    }
    spread(setting.executor, groups, |out| {
        let weights: Vec<f64> = group.iter().map(|&g| f64::from(u8::from(g != out))).collect();
        fit.refit(&weights)
    })
}

/// The cluster-jackknife acceleration of BCa: Σd³ / (6 (Σd²)^{3/2}), d = mean − leave-one-out estimate (Efron 1987).
pub fn acceleration(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let (mut square, mut cube) = (0.0, 0.0);
    for v in values {
        let d = mean - v;
        square += d * d;
        cube += d * d * d;
    }
    if square <= 0.0 { 0.0 } else { cube / (6.0 * square * square.sqrt()) }
}
