//! Cluster-robust standard errors: CR0, CR1, CR2, CR3.

use super::estimate::{Estimate, Inferred, JointTest, identified};
use super::sandwich::{self, Adjustment, sandwich};
use super::{Inference, Setting, price, twoway, wald};
use crate::cohort::{Fault, Faults, Warning};
use crate::estimate::{Body, Card, Fit, InfluenceFit, LinearFit, OptionSpec, Options, Values};
use crate::num::Matrix;

/// The cluster sandwich.
pub struct Cluster;

static CARD: Card = Card {
    id: "cluster",
    title: "cluster-robust standard error",
    estimand: "standard error, t test and interval that allow any dependence within clusters",
    assumptions: "clusters are independent; cr0 and cr1 need many clusters (40 or more, of similar size); cr2 with its degrees of freedom holds with few",
    when: "always, with the unit of assignment as cluster; cr2 by default",
    needs: "",
    contrast: "",
    options: &[
        OptionSpec {
            key: "type",
            values: Values::OneOf(&["cr2", "cr0", "cr1", "cr3"]),
            meaning: "cr0: none; cr1: a factor for few clusters; cr2: Bell–McCaffrey residuals; cr3: the cluster jackknife, times (G−1)/G",
            positional: true,
        },
        OptionSpec {
            key: "ssc",
            values: Values::OneOf(&["fixest", "stata", "slopes", "none"]),
            meaning: "for cr1 of a regression: fixest: G/(G−1)·(N−1)/(N−K) with effects nested in clusters counted as one; stata: the same with every level counted (regress, areg; fixest's K.fixef = full); slopes: with no effect counted (fixest's K.fixef = none); none: G/(G−1)",
            positional: false,
        },
        OptionSpec {
            key: "df",
            values: Values::OneOf(&["default", "satterthwaite", "clusters", "normal"]),
            meaning: "degrees of freedom; default: Satterthwaite for cr2, G−1 for the others",
            positional: false,
        },
        OptionSpec {
            key: "factor",
            values: Values::OneOf(&["(G-1)/G", "none"]),
            meaning: "for cr3: (G−1)/G gives the textbook jackknife, none clubSandwich's CR3",
            positional: false,
        },
        OptionSpec {
            key: "two-way",
            values: Values::OneOf(&["min", "own"]),
            meaning: "with two clusters: the factor G/(G−1) of the smaller number of clusters for all three parts (fixest's default), or each part's own",
            positional: false,
        },
    ],
    source: "Liang and Zeger (1986); Bell and McCaffrey (2002); Pustejovsky and Tipton (2018); MacKinnon, Nielsen and Webb (2023)",
    reference_call: "cr1: fixest vcov cluster; ssc=none: clubSandwich CR1; ssc=stata: clubSandwich CR1S; cr2: clubSandwich::coef_test(vcov = \"CR2\", test = \"Satterthwaite\"); cr3: delete-one-cluster refits",
    version: 2,
};

impl Inference for Cluster {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn needs_sums_only(&self, _: &Fit, _: &Options) -> bool {
        true
    }

    fn infer(&self, fit: &Fit, options: &Options, setting: &Setting<'_>) -> Result<Inferred, Faults> {
        check(options, fit)?;
        match &fit.body {
            _ if twoway::is_crossed(fit) => twoway::infer(fit, options, setting),
            Body::Linear(linear) if is_adjusted(options) => price::affordable(linear).map(|()| regression(fit, linear, options, setting)),
            Body::Linear(linear) => Ok(regression(fit, linear, options, setting)),
            Body::Influence(body) => influence(fit, body, options, setting),
        }
    }

    fn covariance(&self, fit: &Fit, targets: &[usize], options: &Options, setting: &Setting<'_>) -> Result<Option<(Matrix, f64)>, Faults> {
        check(options, fit)?;
        let df = fit.n_clusters() as f64 - 1.0;
        if twoway::is_crossed(fit) {
            return twoway::covariance(fit, targets, options, setting).map(|(two, df)| Some((two.matrix, df)));
        }
        Ok(Some(match &fit.body {
            Body::Influence(_) if ["cr2", "cr3"].contains(&options.get("type")) => return Err(no_residuals(options.get("type"))),
            Body::Influence(_) => (wald::plain_covariance(fit, targets).scaled(influence_factor(fit, options)), df),
            Body::Linear(body) => {
                let contrasts: Vec<Vec<f64>> = targets.iter().filter_map(|&t| body.contrasts[t].clone()).collect();
                (sandwich::covariance(body, adjustment(options.get("type")), &contrasts).scaled(factor(body, options)), df)
            }
        }))
    }

    fn two_way(&self) -> bool {
        true
    }

    fn crossing_effects(&self, options: &Options) -> bool {
        ["cr0", "cr1"].contains(&options.get("type")) && options.get("df") != "satterthwaite"
    }

    fn joint(&self, fit: &Fit, targets: &[usize], options: &Options, setting: &Setting<'_>) -> Result<Option<JointTest>, Faults> {
        check(options, fit)?;
        let estimates = wald::estimates(fit, targets);
        if twoway::is_crossed(fit) {
            let (covariance, df) = twoway::covariance(fit, targets, options, setting)?;
            return Ok(Some(wald::f_test(&estimates, &covariance.matrix, df)));
        }
        let df = fit.n_clusters() as f64 - 1.0;
        let body = match &fit.body {
            Body::Linear(linear) => linear,
            Body::Influence(_) => {
                let covariance = wald::plain_covariance(fit, targets).scaled(influence_factor(fit, options));
                return Ok(Some(wald::f_test(&estimates, &covariance, df)));
            }
        };
        let contrasts: Vec<Vec<f64>> = targets.iter().filter_map(|&t| body.contrasts[t].clone()).collect();
        let kind = options.get("type");
        let covariance = sandwich::covariance(body, adjustment(kind), &contrasts).scaled(factor(body, options));
        Ok(Some(match (kind, options.get("df")) {
            ("cr2", "default") | (_, "satterthwaite") if !price::joint_is_affordable(body, targets.len()) => wald::undefined(
                targets.len(),
                "its degrees of freedom would take more memory than there may be: too many effects and terms",
            ),
            ("cr2", "default") | (_, "satterthwaite") => match sandwich::hotelling(body, adjustment(kind), &contrasts) {
                Some(eta) => wald::hotelling(&estimates, &covariance, eta),
                None => wald::undefined(targets.len(), "the effects' expected covariance is singular"),
            },
            (_, "normal") => wald::f_test(&estimates, &covariance, f64::INFINITY),
            _ => wald::f_test(&estimates, &covariance, df),
        }))
    }
}

/// Whether residuals are adjusted, or Satterthwaite's degrees of freedom wanted: what takes each cluster's leverage.
fn is_adjusted(options: &Options) -> bool {
    adjustment(options.get("type")) != Adjustment::None || options.get("df") == "satterthwaite"
}

fn adjustment(kind: &str) -> Adjustment {
    match kind {
        "cr2" => Adjustment::Root,
        "cr3" => Adjustment::Full,
        _ => Adjustment::None,
    }
}

/// The small-sample factor of a regression's variance.
fn factor(linear: &LinearFit, options: &Options) -> f64 {
    let g = linear.clusters.len() as f64;
    let clusters = g / (g - 1.0);
    match (options.get("type"), options.get("ssc"), options.get("factor")) {
        ("cr1", "fixest", _) => clusters * rows_factor(linear, linear.dof.nested),
        ("cr1", "stata", _) => clusters * rows_factor(linear, linear.dof.full),
        ("cr1", "slopes", _) => clusters * rows_factor(linear, linear.dof.slopes),
        ("cr1", ..) => clusters,
        ("cr3", _, "(G-1)/G") => 1.0 / clusters,
        _ => 1.0,
    }
}

/// The small-sample factor where there is no regression.
fn influence_factor(fit: &Fit, options: &Options) -> f64 {
    let g = fit.n_clusters() as f64;
    if options.get("type") == "cr1" { g / (g - 1.0) } else { 1.0 }
}

/// (N − 1)/(N − K).
pub(super) fn rows_factor(linear: &LinearFit, k: usize) -> f64 {
    (linear.dof.n_rows as f64 - 1.0) / (linear.dof.n_rows as f64 - k as f64)
}

/// Refuses options that would do nothing.
fn check(options: &Options, fit: &Fit) -> Result<(), Faults> {
    let kind = options.get("type");
    for (key, home) in [("ssc", "cr1"), ("factor", "cr3")] {
        if options.was_given(key) && kind != home {
            return Err(Fault::new(
                "INF-002",
                format!("{key} does nothing for {kind}"),
                "options of cluster",
                "an option that does nothing would only seem to have been heeded",
                format!("use it with cluster:{home}, or leave it out"),
            )
            .into());
        }
    }
    if kind == "cr2"
        && let Body::Linear(LinearFit { absorbed: Some(absorbed), .. }) = &fit.body
        && !absorbed.steady
    {
        return Err(Fault::new(
            "INF-020",
            "cluster:cr2 does not exist under weights that vary within named fixed effects",
            "--weights with --fixed-effects",
            "its adjustment may ignore absorbed effects only where weights are constant within their levels (Pustejovsky and Tipton 2018, theorem 2)",
            "use  jackknife  (cluster:cr3 is the same, exactly), wild-bootstrap or cluster:cr1",
        )
        .into());
    }
    if options.was_given("two-way") && !twoway::is_crossed(fit) {
        return Err(Fault::new(
            "INF-002",
            "two-way does nothing with one cluster",
            "options of cluster",
            "an option that does nothing would only seem to have been heeded",
            "name two columns,  --cluster A,B,  or leave it out",
        )
        .into());
    }
    Ok(())
}

fn no_residuals(kind: &str) -> Faults {
    Fault::new(
        "INF-003",
        format!("cluster:{kind} does not exist for this estimator"),
        "it is not a least-squares coefficient",
        "CR2 and CR3 adjust the residuals of a regression; here there is an influence function",
        "use  jackknife  (the same idea, exactly), wild-bootstrap, cluster:cr1 or cluster:cr0",
    )
    .into()
}

fn regression(fit: &Fit, linear: &LinearFit, options: &Options, setting: &Setting<'_>) -> Inferred {
    let kind = options.get("type");
    let wanted = || setting.identified(fit);
    let more = is_adjusted(options);
    let adjusted = more.then(|| sandwich(linear, adjustment(kind), wanted().map(|(t, _)| t)));
    // Without an adjustment, and without Satterthwaite's degrees of freedom, the scores are enough.
    let plain = sandwich::plain(linear);
    let g = linear.clusters.len() as f64;
    let factor = factor(linear, options);
    let mut out = Inferred::default();
    for (t, estimate) in wanted() {
        let Some(contrast) = &linear.contrasts[t] else { continue };
        let adjusted = adjusted.as_ref().and_then(|s| s.contrasts[t]);
        let df = match (options.get("df"), kind) {
            ("satterthwaite", _) | ("default", "cr2") => adjusted.map_or(f64::NAN, |v| v.satterthwaite),
            ("normal", _) => f64::INFINITY,
            _ => g - 1.0,
        };
        let variance = adjusted.map_or_else(|| plain(contrast), |v| v.variance);
        out.estimates.push(Estimate::from_variance(t, estimate, variance * factor, df, setting.level));
    }
    if adjusted.is_some_and(|s| s.leverage_one) {
        out.warnings.push(Warning::new(
            "leverage-one",
            "some coefficient rests on a single cluster: the small-sample adjustment leaves that direction out (generalized inverse), and standard errors that involve it are too small",
        ));
    }
    if linear.approximate_cr2 && kind == "cr2" {
        out.warnings.push(Warning::new(
            "cr2-weights-vary",
            "weights vary within units, and some cluster has more than 40 units: there CR2's adjustment ignores the absorbed unit effects, which is an approximation",
        ));
    }
    if kind != "cr2" && kind != "cr3" && g < 40.0 {
        out.warnings.push(Warning::new(
            "few-clusters-cr1",
            format!("{kind} with {g} clusters gives intervals that are too narrow; cluster:cr2 and wild-bootstrap hold their level with few clusters"),
        ));
    }
    out
}

/// Refuses a factor that counts a regression's parameters.
pub(super) fn no_parameters(options: &Options) -> Result<(), Faults> {
    if options.was_given("ssc") && options.get("ssc") != "none" {
        return Err(Fault::new(
            "INF-002",
            "ssc counts a regression's parameters, and this estimator is none",
            "options of cluster",
            "the factor would be undefined",
            "leave ssc out: cluster:cr1 multiplies by G/(G−1)",
        )
        .into());
    }
    Ok(())
}

fn influence(fit: &Fit, body: &InfluenceFit, options: &Options, setting: &Setting<'_>) -> Result<Inferred, Faults> {
    let kind = options.get("type");
    if kind == "cr2" || kind == "cr3" {
        return Err(no_residuals(kind));
    }
    no_parameters(options)?;
    let g = body.influence.rows() as f64;
    let factor = influence_factor(fit, options);
    let mut out = Inferred::default();
    for (t, estimate) in identified(fit) {
        let column: Vec<f64> = (0..body.influence.rows()).map(|i| body.influence[(i, t)]).collect();
        let less = body.less.as_ref().map_or(0.0, |less| less[t]);
        let variance = (column.iter().map(|x| x * x).sum::<f64>() - less).max(0.0);
        let df = match options.get("df") {
            "satterthwaite" => super::welch::degrees_of_freedom(&column, &body.sides),
            "normal" => f64::INFINITY,
            _ => g - 1.0,
        };
        out.estimates.push(Estimate::from_variance(t, estimate, variance * factor, df, setting.level));
    }
    if g < 40.0 {
        out.warnings.push(Warning::new(
            "few-clusters-cr1",
            format!("{kind} with {g} clusters gives intervals that are too narrow; jackknife and wild-bootstrap hold their level better"),
        ));
    }
    Ok(out)
}
