//! The placebo variance: the estimator with starts given to comparison clusters, where there is nothing to find.
//!
//! As many comparison clusters as were treated, start by start, stand in for them, the others are compared, the treated are
//! left out; the variance is that of these estimates, Σ(τ̂_r − τ̄)²/R (Arkhangelsky et al. 2021, algorithm 4). It takes the
//! noise of the treated to be that of the comparison clusters.

use super::assignment::Assignments;
use super::estimate::{Estimate, Inferred, Simulated, identified};
use super::replicates::{Asked, of_deviation};
use super::{Inference, Setting};
use crate::cohort::{Fault, Faults, Warning};
use crate::estimate::{Card, Fit, OptionSpec, Options, Values};
use crate::panel::spread;
use crate::random::Stream;

/// The placebo variance.
pub struct PlaceboStarts;

static CARD: Card = Card {
    id: "placebo",
    title: "placebo starts among comparison clusters",
    estimand: "standard error and normal interval from estimates in which comparison clusters stand in for the treated",
    assumptions: "the treated are as noisy as the comparison clusters (homoskedastic); more comparison clusters than treated ones",
    when: "synthetic-did and synthetic-control, above all with a single treated unit",
    needs: "",
    contrast: "",
    options: &[
        OptionSpec {
            key: "replicates",
            values: Values::Whole { default: 200, low: 20, high: 1_000_000 },
            meaning: "number of random choices of stand-ins; when all are no more than this, each is used once",
            positional: false,
        },
        OptionSpec {
            key: "start",
            values: Values::OneOf(&["estimate", "anew"]),
            meaning: "where the search for each replicate's weights begins: at those of the estimate (R's synthdid), or all alike, with the noise of its own comparison units in the stopping rule",
            positional: false,
        },
    ],
    source: "Arkhangelsky, Athey, Hirshberg, Imbens and Wager (2021), algorithm 4; Abadie, Diamond and Hainmueller (2010)",
    reference_call: "R synthdid: vcov(estimate, method = \"placebo\", replications = 200), which draws its own stand-ins; all stand-ins once: the estimator refitted with each",
    version: 1,
};

impl Inference for PlaceboStarts {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn lone_treated(&self) -> bool {
        true
    }

    fn infer(&self, fit: &Fit, options: &Options, setting: &Setting<'_>) -> Result<Inferred, Faults> {
        let refuse = |what: &str, why: &str, remedy: &str| Faults::from(Fault::new("INF-012", what, "inference placebo", why, remedy));
        if fit.own_inference.is_none() {
            return Err(refuse(
                "placebo does not exist for this estimator",
                "it is the variance of synthetic comparisons",
                "use permutation, which gives other assignments to all clusters, or few-treated; or synthetic-did",
            ));
        }
        let placebo = fit.placebo().ok_or_else(|| {
            refuse(
                "some cluster holds units of several starts",
                "a comparison cluster cannot stand in for part of a cluster",
                "name the unit of assignment as cluster, or use jackknife",
            )
        })?;
        let never = placebo.never();
        let starts: Vec<u32> = placebo.labels().iter().copied().filter(|&l| l != never).collect();
        let donors: Vec<u32> = setting.order_of(fit).iter().copied().filter(|&g| placebo.labels()[g as usize] == never).collect();
        if donors.len() <= starts.len() {
            return Err(refuse(
                &format!("{} comparison clusters for {} treated ones", donors.len(), starts.len()),
                "as many comparison clusters as were treated must stand in for them, and others be left to compare them with",
                "use jackknife or pairs-bootstrap",
            ));
        }
        // The treated are left out; the starts are dealt to comparison clusters.
        let mut dealt = vec![u32::MAX; fit.n_clusters()];
        donors.iter().zip(starts.iter().copied().chain(std::iter::repeat(never))).for_each(|(&g, l)| dealt[g as usize] = l);
        let all = Assignments::new(&dealt, &vec![0; fit.n_clusters()], &donors);
        let asked = options.whole("replicates") as u64;
        let every = all.number().filter(|&n| n <= asked);
        let n = every.unwrap_or(asked) as usize;
        Asked::Fixed(n).price(
            placebo.cost(),
            "placebo",
            format!("{n} replicates with {} comparison clusters", donors.len()),
            "each replicate searches all weights anew",
            "use jackknife, ask for fewer replicates, or make the school the unit, with its mean in each period",
        )?;
        let anew = options.get("start") == "anew";
        let root = Stream::new(setting.seed, &["infer", "placebo"], 0);
        let rows: Vec<Vec<Option<f64>>> = spread(setting.executor, n, |r| {
            let mut labels = dealt.clone();
            match every {
                Some(_) => all.unrank(r as u64, &mut labels),
                None => all.shuffle(&mut root.at(r as u64), &mut labels),
            }
            placebo.evaluate(&labels, anew)
        });
        let mut out = Inferred::default();
        let mut failed = 0;
        for (t, estimate) in identified(fit) {
            let values: Vec<f64> = rows.iter().filter_map(|row| row[t]).collect();
            failed = failed.max(n - values.len());
            let count = values.len() as f64;
            let mean = values.iter().sum::<f64>() / count;
            let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / count;
            let mut row = Estimate::from_variance(t, estimate, variance, f64::INFINITY, setting.level);
            if row.std_error.is_some() {
                row.simulated = Some(Simulated {
                    replicates: values.len(),
                    failures: n - values.len(),
                    of_std_error: if every.is_some() { Some(0.0) } else { of_deviation(&values) },
                    ..Simulated::default()
                });
            }
            out.estimates.push(row);
        }
        if let Some(every) = every {
            out.warnings.push(Warning::new("placebo-exact", format!("all {every} choices of stand-ins were used once")));
        }
        if failed > 0 {
            out.warnings
                .push(Warning::new("placebo-failures", format!("{failed} of {n} choices of stand-ins gave no estimate and do not count")));
        }
        Ok(out)
    }
}
