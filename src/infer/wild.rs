//! The wild cluster bootstrap: clusters' residuals keep or change sign together.

use super::bootstrap::{in_blocks, narrower, undecided};
use super::curve::{Counting, Curves};
use super::estimate::{Draws, Estimate, Inferred, Interval, JointTest, Simulated};
use super::replicates::{Asked, Share, finite_sorted, of_quantile, of_share};
use super::score::Problem;
use super::weights::Source;
use super::{Inference, Setting, wild_joint};
use crate::cohort::{Fault, Faults, Warning};
use crate::estimate::{Body, Card, Fit, OptionSpec, Options, Part, Values};
use crate::num::quantile_type1;
use crate::panel::Finer;
use crate::random::Stream;
use std::ops::Range;

/// The wild cluster bootstrap.
pub struct WildBootstrap;

static CARD: Card = Card {
    id: "wild-bootstrap",
    title: "wild cluster bootstrap",
    estimand: "p-value from t statistics of samples in which each cluster's residuals are multiplied by a random weight; interval: the hypothesized effects that are not rejected; for effects by event time also a band that covers all of them at once",
    assumptions: "clusters are independent; with few treated clusters the null-imposed form rejects too rarely, the free form too often",
    when: "few clusters, beside cluster:cr2",
    needs: "",
    contrast: "",
    options: &[
        OptionSpec {
            key: "replicates",
            values: Values::Draws { default: 9999 },
            meaning: "number of draws; when all patterns of weights are no more than this, each is used once",
            positional: false,
        },
        OptionSpec {
            key: "weights",
            values: Values::OneOf(&["rademacher", "webb", "mammen", "normal"]),
            meaning: "rademacher: ±1; webb: six points, for very few clusters; mammen: two skewed points; normal: standard normal",
            positional: false,
        },
        OptionSpec {
            key: "null",
            values: Values::OneOf(&["imposed", "free"]),
            meaning: "whether residuals are those under the hypothesis (restricted) or of the estimate",
            positional: false,
        },
        OptionSpec {
            key: "ties",
            values: Values::OneOf(&["strict", "count"]),
            meaning: "strict counts replicates beyond the statistic, as boottest does; count adds those equal to it (conservative, never zero when enumerated)",
            positional: false,
        },
        OptionSpec {
            key: "p",
            values: Values::OneOf(&["symmetric", "equal-tail"]),
            meaning: "symmetric: the share of |t*| beyond |t|; equal-tail: twice the smaller of the two one-sided shares",
            positional: false,
        },
        OptionSpec {
            key: "subcluster",
            values: Values::OneOf(&["none", "level", "units"]),
            meaning: "for few treated clusters: one random weight for each group of the first of --levels, or for each unit, while errors stay clustered",
            positional: false,
        },
    ],
    source: "Cameron, Gelbach and Miller (2008); Roodman, Nielsen, MacKinnon and Webb (2019); Webb (2023); subclusters: MacKinnon and Webb (2018); bands: Montiel Olea and Plagborg-Møller (2019); for estimators known by their influence: Kline and Santos (2012)",
    reference_call: "boottest, fwildclusterboot::boottest; enumerated: refitting every pattern of signs",
    version: 2,
};

/// The streams of the draws.
pub(super) fn root(options: &Options, setting: &Setting<'_>) -> Stream {
    Stream::new(setting.seed, &["infer", "wild-bootstrap", options.get("weights")], 0)
}

impl Inference for WildBootstrap {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn needs_sums_only(&self, _: &Fit, options: &Options) -> bool {
        options.get("subcluster") == "none"
    }

    fn infer(&self, fit: &Fit, options: &Options, setting: &Setting<'_>) -> Result<Inferred, Faults> {
        across(fit, options)?;
        let parts = subclusters(fit, options, setting)?;
        let asked = Asked::of(options);
        let imposed = options.get("null") == "imposed";
        let counting = counting(options);
        let root = root(options, setting);
        let alpha = 1.0 - setting.level;
        let mut out = Inferred::default();
        let (mut open, mut disconnected, mut settled, mut patterns) = (Vec::new(), Vec::new(), true, None);
        let mut tied: Vec<String> = Vec::new();
        for (t, estimate) in setting.identified(fit) {
            let (Some(problem), Some(influence)) = (problem(fit, t, imposed, parts.as_deref(), setting)?, fit.influence(t)) else {
                continue;
            };
            let mut row = Estimate::bare(t, estimate);
            let variance: f64 = influence.iter().map(|a| a * a).sum();
            let error = variance.sqrt();
            if error.is_finite() && error > 1e-14 * estimate.abs() && error > 0.0 {
                let m = problem.n_weights();
                let named = Source::named(options.get("weights"));
                let enumerated = named.enumerated(m, |n| asked.allows(n));
                let (source, asked) = enumerated.map_or((named, asked), |(s, n)| (s, Asked::Fixed(n)));
                let mut curves = Curves::default();
                let (n, sure) = asked.draw(|range| {
                    replicates(&problem, source, &root, range, setting).into_iter().for_each(|c| curves.push(c));
                    let (count, of, factor) = curves.count(estimate, variance, counting);
                    Share { count, of, level: alpha / factor }.is_settled()
                });
                settled &= sure;
                let accepted = curves.accepted(estimate, variance, error, alpha, counting);
                row.interval = accepted.interval;
                if row.interval.is_open() {
                    open.push(fit.targets[t].label.clone());
                }
                if accepted.disconnected {
                    disconnected.push(fit.targets[t].label.clone());
                }
                row.std_error = Some(error);
                row.statistic = Some(estimate / error);
                let p = curves.p_value(estimate, variance, counting);
                row.p_value = Some(p);
                if enumerated.is_some() && !counting.ties {
                    let with = curves.p_value(estimate, variance, Counting { ties: true, ..counting });
                    if with - p > 0.02 {
                        tied.push(format!("{} ({with:.4})", fit.targets[t].label));
                    }
                }
                let statistics = curves.statistics(estimate);
                let sizes = finite_sorted(statistics.iter().map(|t| t.abs()));
                let exact = enumerated.is_some();
                row.simulated = Some(Simulated {
                    replicates: n,
                    critical: Some(quantile_type1(&sizes, setting.level)),
                    of_p_value: Some(if exact { 0.0 } else { of_p(p, counting, n) }),
                    of_critical: if exact { Some(0.0) } else { of_quantile(&sizes, setting.level) },
                    ..Simulated::default()
                });
                // Finer groups have an order of their own in each outcome: a draw is then not the same for all.
                if parts.is_none() {
                    out.draws.push(Draws { target: t, observed: estimate / error, statistics });
                }
                if let (Source::Patterns(points), true) = (source, patterns.is_none()) {
                    patterns = Some((points.len(), n, m));
                }
            }
            out.estimates.push(row);
        }
        bands(fit, options, parts.as_deref(), setting, &mut out)?;
        if let Some((2, n, m)) = patterns {
            out.warnings.extend(few_patterns(n / 2, m, counting.ties));
        }
        if !tied.is_empty() {
            out.warnings.push(Warning::new(
                "ties-decide",
                format!(
                    "many patterns of signs give the very statistic observed, because few clusters say anything on the effect; p-values count only those beyond it, as boottest does, and so does the interval. With ties counted (ties=count), which is the safe way here, p is: {}",
                    tied.join(", ")
                ),
            ));
        }
        if let Body::Influence(_) = fit.body
            && fit.n_clusters() < 25
        {
            out.warnings.push(Warning::new(
                "score-bootstrap-few-clusters",
                format!("for this estimator the wild bootstrap works on each cluster's influence; with 10 to 20 clusters it rejects a true null in 6 to 8 % of studies instead of 5 % (here: {}); where jackknife exists for it, that rejects less often", fit.n_clusters()),
            ));
        }
        out.warnings.extend(shapes(&open, &disconnected));
        out.warnings.extend(undecided(settled));
        Ok(out)
    }

    fn crossing_effects(&self, options: &Options) -> bool {
        options.get("subcluster") == "none"
    }

    fn uses_levels(&self, options: &Options) -> bool {
        options.get("subcluster") == "level"
    }

    fn joint(&self, fit: &Fit, targets: &[usize], options: &Options, setting: &Setting<'_>) -> Result<Option<JointTest>, Faults> {
        wild_joint::test(fit, targets, options, setting)
    }
}

fn problem(fit: &Fit, t: usize, imposed: bool, parts: Option<&[Part]>, setting: &Setting<'_>) -> Result<Option<Problem>, Faults> {
    match (parts, &fit.body) {
        (None, Body::Linear(body)) if body.crossing().is_some() => Problem::across(fit, t, imposed, setting),
        (Some(parts), _) => Ok(Problem::finer(fit, t, imposed, parts, setting)),
        (None, _) => Ok(Problem::clusters(fit, t, imposed, setting)),
    }
}

/// Refuses what would take minutes where effects cross clusters: they are taken off anew for each cluster, and a draw goes
/// through all pairs of clusters.
fn across(fit: &Fit, options: &Options) -> Result<(), Faults> {
    let Body::Linear(body) = &fit.body else { return Ok(()) };
    let Some(crossing) = body.crossing() else { return Ok(()) };
    let (n, targets) = (fit.n_clusters(), fit.targets.len() as f64);
    let remedy = "use  cluster:cr1  or  multiplier-bootstrap,  or fewer levels";
    let place = format!("{n} clusters, {} rows", fit.n_rows);
    Asked::Fixed(1).price(
        targets * crossing.price(n),
        "the wild bootstrap",
        place.clone(),
        "effects that cross clusters are taken off for each of them",
        remedy,
    )?;
    Asked::of(options).price(
        targets * 2.0 * (n * n) as f64,
        "the wild bootstrap",
        place,
        "beside such effects every draw goes through all pairs of clusters",
        remedy,
    )
}

/// The coefficients of a range of replicates.
fn replicates(problem: &Problem, source: Source, root: &Stream, range: Range<usize>, setting: &Setting<'_>) -> Vec<[f64; 5]> {
    let scratch = || (vec![0.0; problem.n_weights()], problem.scratch());
    in_blocks(range, setting, scratch, |r, (v, scratch)| {
        source.fill(root, r, v);
        problem.replicate(v, scratch)
    })
}

/// Simultaneous bands for effects that stand side by side: estimate ± c·standard error, c the quantile of the largest |t*| of a
/// replicate around the estimates (no null imposed: each effect has another one), with the same weights for all
/// (Montiel Olea and Plagborg-Møller 2019, algorithm 2, with wild cluster draws).
fn bands(fit: &Fit, options: &Options, parts: Option<&[Part]>, setting: &Setting<'_>, out: &mut Inferred) -> Result<(), Faults> {
    let root = root(options, setting);
    for family in setting.families(fit) {
        let usable = |t: &usize| out.estimates.iter().any(|row| row.target == *t && row.std_error.is_some());
        let family: Vec<usize> = family.into_iter().filter(usable).collect();
        let draws = |t: usize| out.estimates.iter().find(|row| row.target == t).and_then(|row| row.simulated).map_or(0, |s| s.replicates);
        let n = family.iter().map(|&t| draws(t)).max().unwrap_or(0);
        if family.len() < 2 || n == 0 {
            continue;
        }
        let mut largest = vec![0.0_f64; n];
        for &t in &family {
            let Some(problem) = problem(fit, t, false, parts, setting)? else { continue };
            let named = Source::named(options.get("weights"));
            let source = named.enumerated(problem.n_weights(), |patterns| patterns <= n).map_or(named, |(s, _)| s);
            for (l, [p0, _, q0, ..]) in largest.iter_mut().zip(replicates(&problem, source, &root, 0..n, setting)) {
                let statistic = p0.abs() / q0.sqrt();
                if statistic.is_finite() {
                    *l = l.max(statistic);
                }
            }
        }
        let c = quantile_type1(&finite_sorted(largest.into_iter()), setting.level);
        let rows = || out.estimates.iter().filter(|row| family.contains(&row.target));
        if rows().any(|row| row.std_error.is_some_and(|e| row.interval.is_wider(2.0 * c * e))) {
            out.warnings.push(narrower());
            continue;
        }
        for row in out.estimates.iter_mut().filter(|row| family.contains(&row.target)) {
            row.band = row.std_error.map(|e| Interval::between(row.estimate - c * e, row.estimate + c * e));
        }
    }
    Ok(())
}

/// The Monte Carlo standard error of a p-value from n draws; one of none is judged as if one had been beyond.
fn of_p(p: f64, counting: Counting, n: usize) -> f64 {
    let tails = if counting.equal_tails { 2.0 } else { 1.0 };
    tails * of_share((p / tails).max(1.0 / (n + 1) as f64), n)
}

pub(super) fn counting(options: &Options) -> Counting {
    Counting { ties: options.get("ties") == "count", equal_tails: options.get("p") == "equal-tail", plus_one: false }
}

/// The groups that get a weight each, where that is not the clusters.
fn subclusters(fit: &Fit, options: &Options, setting: &Setting<'_>) -> Result<Option<Vec<Part>>, Faults> {
    let by = match options.get("subcluster") {
        "level" => Finer::Level(0),
        "units" => Finer::Units,
        _ => return Ok(None),
    };
    let Body::Linear(body) = &fit.body else {
        return Err(Fault::new(
            "INF-003",
            "the subcluster variant does not exist for this estimator",
            "it is not a least-squares coefficient",
            "weights within clusters need the residuals of finer groups, and this estimator is known by its clusters' influence",
            "leave subcluster out, or use  few-treated",
        )
        .into());
    };
    if by == Finer::Level(0) && body.rows()?.levels() == 0 {
        return Err(Fault::new(
            "INF-002",
            "subcluster=level needs levels",
            "options of wild-bootstrap",
            "no groups within clusters are named",
            "name them:  --levels classroom_id  (levels = [\"classroom_id\"] under [roles]), or use subcluster=units",
        )
        .into());
    }
    let parts = body.rows()?.parts(by, setting.executor);
    if parts.len() == fit.n_clusters() {
        return Err(Fault::new(
            "INF-002",
            "the subclusters are the clusters",
            format!("{} groups in {} clusters", parts.len(), fit.n_clusters()),
            "one weight for each of them is the bootstrap without subclusters",
            "name a larger cluster, or leave subcluster out",
        )
        .into());
    }
    Asked::of(options).price(
        (parts.len() * (2 * body.beta.len() + 2) * fit.targets.len()) as f64,
        "the subcluster variant",
        format!("{} groups, {} replicates", parts.len(), options.get("replicates")),
        "every replicate draws a weight for each",
        "use coarser groups (subcluster=level with --levels), or fewer replicates",
    )?;
    Ok(Some(parts))
}

fn few_patterns(distinct: usize, groups: usize, ties: bool) -> Option<Warning> {
    (distinct < 512).then(|| {
        let steps = 1.0 / distinct as f64;
        let remedy = if ties { "weights=webb has more values" } else { "with ties=count it never falls below it, weights=webb has more values" };
        Warning::new(
            "few-patterns",
            format!("{groups} clusters allow only {distinct} distinct values of the bootstrap statistic, so the p-value moves in steps of {steps:.4} and one below that only says: beyond all others; {remedy}"),
        )
    })
}

/// What to say of intervals that have no end, or a gap.
pub(super) fn shapes(open: &[String], disconnected: &[String]) -> Vec<Warning> {
    let mut out = Vec::new();
    if !open.is_empty() {
        out.push(Warning::new(
            "interval-open",
            format!("the test rejects no value on one side, or on neither, so the interval has no end there: {}", open.join(", ")),
        ));
    }
    if !disconnected.is_empty() {
        out.push(Warning::new(
            "interval-disconnected",
            format!("the test accepts some values beyond an end of the interval again, so what is not rejected is not one stretch; shown is the stretch around the estimate: {}", disconnected.join(", ")),
        ));
    }
    out
}
