//! The multiplier bootstrap: random weights on each cluster's influence, for pointwise intervals and simultaneous bands.

use super::bootstrap::{in_blocks, undecided};
use super::estimate::{Draws, Estimate, Inferred, Interval, JointTest, Simulated, identified};
use super::replicates::{Asked, SURE, of_deviation, of_quantile, of_share};
use super::weights::Source;
use super::{Inference, Setting, wald};
use crate::cohort::{Faults, Warning};
use crate::estimate::{Card, Fit, OptionSpec, Options, Values};
use crate::num::{normal, quantile_type1, sorted};
use crate::random::Stream;

/// The multiplier bootstrap on influence functions.
pub struct MultiplierBootstrap;

static CARD: Card = Card {
    id: "multiplier-bootstrap",
    title: "multiplier bootstrap",
    estimand: "standard error from random multiples of the clusters' influence, a normal interval for each effect, and a band that covers all effects of one kind at once",
    assumptions: "clusters are independent, and many: it has no correction for few",
    when: "simultaneous bands for event studies and ATT(g,t), with 40 clusters or more",
    needs: "",
    contrast: "",
    options: &[
        OptionSpec { key: "replicates", values: Values::Draws { default: 999 }, meaning: "number of draws", positional: false },
        OptionSpec {
            key: "weights",
            values: Values::OneOf(&["mammen", "rademacher"]),
            meaning: "mammen: two skewed points, as DRDID; rademacher: ±1, as did",
            positional: false,
        },
        OptionSpec {
            key: "se",
            values: Values::OneOf(&["iqr", "sd"]),
            meaning: "standard error of the draws: iqr: their interquartile range over the normal's, as did; sd: their standard deviation",
            positional: false,
        },
    ],
    source: "Callaway and Sant'Anna (2021), algorithm 1 and remark 10; Mammen (1993)",
    reference_call: "did::mboot on the cluster sums of the influence function; crit.val as did::att_gt(cband = TRUE)",
    version: 1,
};

/// All draws: for each target the sums, and their standard error.
struct Drawn {
    targets: Vec<usize>,
    sums: Vec<Vec<f64>>,
    errors: Vec<Option<f64>>,
    n: usize,
    settled: bool,
}

impl Drawn {
    fn new(fit: &Fit, options: &Options, setting: &Setting<'_>) -> Drawn {
        let order = setting.order_of(fit);
        let (targets, influence): (Vec<usize>, Vec<Vec<f64>>) = identified(fit).filter_map(|(t, _)| Some((t, fit.influence(t)?))).unzip();
        // Clusters × targets, in the order of draws.
        let table: Vec<f64> = order.iter().flat_map(|&g| influence.iter().map(move |c| c[g as usize])).collect();
        let q = targets.len();
        let source = Source::named(options.get("weights"));
        let root = Stream::new(setting.seed, &["infer", "multiplier-bootstrap", options.get("weights")], 0);
        let mut sums: Vec<Vec<f64>> = vec![Vec::new(); q];
        let mut errors = vec![None; q];
        let z = normal::quantile(0.5 * (1.0 + setting.level));
        let (n, settled) = Asked::of(options).draw(|range| {
            let rows = in_blocks(
                range,
                setting,
                || vec![0.0; order.len()],
                |r, v| {
                    source.fill(&root, r, v);
                    let mut sum = vec![0.0; q];
                    for (row, &w) in table.chunks_exact(q.max(1)).zip(v.iter()) {
                        sum.iter_mut().zip(row).for_each(|(s, x)| *s += w * x);
                    }
                    sum
                },
            );
            rows.into_iter().for_each(|row| sums.iter_mut().zip(row).for_each(|(s, x)| s.push(x)));
            let mut sure = true;
            for (j, &t) in targets.iter().enumerate() {
                let estimate = *fit.estimates[t].as_ref().expect("identified");
                let found = error(&sums[j], options, estimate);
                errors[j] = found.map(|(e, _)| e);
                if let Some((e, open)) = found {
                    sure &= (estimate.abs() / e - z).abs() > SURE * z * open / e;
                }
            }
            sure
        });
        Drawn { targets, sums, errors, n, settled }
    }

    /// In every draw the largest |R*/se| of these targets (by place in `targets`).
    fn largest(&self, places: &[usize]) -> Vec<f64> {
        let errors: Vec<f64> = places.iter().filter_map(|&j| self.errors[j]).collect();
        (0..self.n).map(|r| places.iter().zip(&errors).map(|(&j, e)| (self.sums[j][r] / e).abs()).fold(0.0, f64::max)).collect()
    }

    /// The places of those targets that have a standard error.
    fn places(&self, family: &[usize]) -> Vec<usize> {
        (0..self.targets.len()).filter(|&j| family.contains(&self.targets[j]) && self.errors[j].is_some()).collect()
    }
}

/// The standard error of the draws and its Monte Carlo standard error; `None` when they do not vary.
fn error(draws: &[f64], options: &Options, estimate: f64) -> Option<(f64, f64)> {
    let (value, open) = if options.get("se") == "sd" {
        let n = draws.len() as f64;
        let mean = draws.iter().sum::<f64>() / n;
        ((draws.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0)).sqrt(), of_deviation(draws)?)
    } else {
        let ascending = sorted(draws.to_vec());
        let width = normal::quantile(0.75) - normal::quantile(0.25);
        let (low, high) = (of_quantile(&ascending, 0.25)?, of_quantile(&ascending, 0.75)?);
        // The quartiles of one sample are correlated by 1/3.
        let open = (low * low + high * high - 2.0 / 3.0 * low * high).sqrt() / width;
        ((quantile_type1(&ascending, 0.75) - quantile_type1(&ascending, 0.25)) / width, open)
    };
    (value.is_finite() && value > 0.0 && value > 1e-14 * estimate.abs()).then_some((value, open))
}

impl Inference for MultiplierBootstrap {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn crossing_effects(&self, _: &Options) -> bool {
        true
    }

    fn needs_sums_only(&self, _: &Fit, _: &Options) -> bool {
        true
    }

    fn infer(&self, fit: &Fit, options: &Options, setting: &Setting<'_>) -> Result<Inferred, Faults> {
        let drawn = Drawn::new(fit, options, setting);
        let z = normal::quantile(0.5 * (1.0 + setting.level));
        let mut out = Inferred::default();
        for (j, &t) in drawn.targets.iter().enumerate() {
            let estimate = *fit.estimates[t].as_ref().expect("identified");
            let mut row = Estimate::bare(t, estimate);
            if let Some((e, open)) = error(&drawn.sums[j], options, estimate) {
                let statistic = estimate / e;
                row.std_error = Some(e);
                row.statistic = Some(statistic);
                row.p_value = Some(normal::two_sided(statistic));
                row.interval = Interval::between(estimate - z * e, estimate + z * e);
                row.simulated = Some(Simulated {
                    replicates: drawn.n,
                    of_std_error: Some(open),
                    of_p_value: Some(2.0 * normal::density(statistic) * statistic.abs() * open / e),
                    ..Simulated::default()
                });
                out.draws.push(Draws { target: t, observed: statistic, statistics: drawn.sums[j].iter().map(|s| s / e).collect() });
            }
            out.estimates.push(row);
        }
        for family in setting.families(fit) {
            let places = drawn.places(&family);
            if places.len() < 2 {
                continue;
            }
            let largest = sorted(drawn.largest(&places));
            let c = quantile_type1(&largest, setting.level);
            if !c.is_finite() || c < z {
                out.warnings.push(Warning::new(
                    "band-narrower",
                    "the simultaneous critical value is not above the pointwise one: there are too few draws or clusters for a band, so none is given",
                ));
                continue;
            }
            for row in out.estimates.iter_mut().filter(|row| family.contains(&row.target)) {
                let (Some(e), Some(simulated)) = (row.std_error, &mut row.simulated) else { continue };
                row.band = Some(Interval::between(row.estimate - c * e, row.estimate + c * e));
                simulated.critical = Some(c);
                simulated.of_critical = of_quantile(&largest, setting.level);
            }
        }
        let g = fit.n_clusters();
        if g < 40 {
            out.warnings.push(Warning::new(
                "multiplier-few-clusters",
                format!("the multiplier bootstrap has no correction for few clusters: with {g} its intervals and bands are too narrow; rely on jackknife, cluster:cr2 or wild-bootstrap"),
            ));
        }
        out.warnings.extend(undecided(drawn.settled));
        Ok(out)
    }

    fn joint(&self, fit: &Fit, targets: &[usize], options: &Options, setting: &Setting<'_>) -> Result<Option<JointTest>, Faults> {
        let drawn = Drawn::new(fit, options, setting);
        let places = drawn.places(targets);
        if places.len() < targets.len() {
            return Ok(Some(wald::undefined(targets.len(), "some effect has no standard error")));
        }
        let observed = places
            .iter()
            .filter_map(|&j| Some((fit.estimates[drawn.targets[j]].as_ref().ok()? / drawn.errors[j]?).abs()))
            .fold(0.0, f64::max);
        let beyond = drawn.largest(&places).into_iter().filter(|x| *x >= observed).count();
        let p = (beyond + 1) as f64 / (drawn.n + 1) as f64;
        let note = Some(format!("Monte Carlo standard error of p {:.4}", of_share(p, drawn.n)));
        Ok(Some(JointTest {
            statistic: Some(observed),
            kind: "largest |t|",
            p_value: Some(p),
            draws: Some(drawn.n),
            note,
            ..wald::undefined(targets.len(), "")
        }))
    }
}
