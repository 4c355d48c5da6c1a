//! Fits recomputed under weights on the clusters: what the bootstraps share.

use super::Setting;
use super::estimate::{Draws, Estimate, Inferred, Interval, identified};
use super::interval::{Kind, Replicated, Rule};
use super::jackknife::acceleration;
use super::replicates::{Asked, MOST_AUTO};
use crate::cohort::{Faults, Warning};
use crate::estimate::{Body, Fit, LinearFit, Options};
use crate::num::{PackedSolver, dot, four_lanes, sorted, upper_triangle};
use crate::panel::spread;
use std::ops::Range;

/// One replicate: estimate and t statistic of each target; `None` where the replicate did not identify it.
pub(super) type Replicate = Vec<Option<(f64, f64)>>;

/// Replicates are computed in blocks of this many.
const BLOCK: usize = 256;

/// A regression's small table: rows [upper triangle of S, b].
pub(super) struct Table<'a> {
    body: &'a LinearFit,
    full: Vec<Option<f64>>,
    k: usize,
    pub width: usize,
    studentized: bool,
    /// For each target the least variance that is more than rounding.
    floor: Vec<f64>,
}

/// What a thread needs to compute replicates without allocating.
pub(super) struct Scratch {
    sum: Vec<f64>,
    mix: Vec<f64>,
    solver: PackedSolver,
}

impl<'a> Table<'a> {
    pub(super) fn new(fit: &Fit, body: &'a LinearFit, studentized: bool) -> Table<'a> {
        let k = body.beta.len();
        let full = fit.estimates.iter().map(|e| e.as_ref().ok().copied()).collect();
        Table { body, full, k, width: k * (k + 1) / 2 + k, studentized, floor: floors(fit) }
    }

    /// The clusters' rows, in an order.
    pub(super) fn rows(&self, order: &[u32]) -> Vec<f64> {
        let mut packed = Vec::with_capacity(order.len() * self.width);
        for &g in order {
            let cluster = &self.body.clusters[g as usize];
            packed.extend(upper_triangle(&cluster.s));
            packed.extend_from_slice(&cluster.b);
        }
        packed
    }

    pub(super) fn scratch(&self) -> Scratch {
        Scratch { sum: vec![0.0; self.width], mix: vec![0.0; self.width], solver: PackedSolver::new(self.k) }
    }

    /// The fit in which the r-th row counts `weights[r]` times.
    pub(super) fn replicate(&self, rows: &[f64], weights: &[f64], scratch: &mut Scratch) -> Replicate {
        let (k, triangle) = (self.k, self.width - self.k);
        let Scratch { sum, mix, solver } = scratch;
        // No branch on rows that were not drawn: adding zero is cheaper than guessing.
        sum.fill(0.0);
        for (row, &w) in rows.chunks_exact(self.width).zip(weights) {
            sum.iter_mut().zip(row).for_each(|(s, x)| *s += w * x);
        }
        if !solver.factor(&sum[..triangle]) {
            return vec![None; self.full.len()];
        }
        let beta = solver.solve(&sum[triangle..]);
        let one = |((contrast, full), floor): ((&Option<Vec<f64>>, &Option<f64>), &f64)| {
            let (contrast, full) = (contrast.as_ref()?, (*full)?);
            let estimate = dot(contrast, &beta);
            if !self.studentized {
                return Some((estimate, 0.0));
            }
            // h's = h'b − h'Sβ as one inner product with the packed row.
            let h = solver.solve(contrast);
            let mut at = 0;
            for i in 0..k {
                for j in i..k {
                    mix[at] = if i == j { -h[i] * beta[i] } else { -(h[i] * beta[j] + h[j] * beta[i]) };
                    at += 1;
                }
            }
            mix[at..].copy_from_slice(&h);
            let mut variance = 0.0;
            for (row, &w) in rows.chunks_exact(self.width).zip(weights) {
                let score = four_lanes(row, mix);
                variance += w * score * score;
            }
            // One cluster drawn again and again leaves no variance: no statistic.
            (variance > *floor).then(|| (estimate, (estimate - full) / variance.sqrt()))
        };
        self.body.contrasts.iter().zip(&self.full).zip(&self.floor).map(one).collect()
    }
}

/// Refuses replicates that would take minutes because the estimator goes through its rows each time.
pub(super) fn affordable(fit: &Fit, asked: Asked, what: &str, fits: f64) -> Result<(), Faults> {
    let Body::Influence(_) = fit.body else { return Ok(()) };
    asked.price(
        fits * fit.refit_price(),
        what,
        format!("{} clusters, {} rows", fit.n_clusters(), fit.n_rows),
        "every replicate estimates again from the rows",
        "ask for fewer replicates, or use wild-bootstrap or multiplier-bootstrap, which work on each cluster's influence",
    )
}

/// The replicates of a range under weights on the clusters; `weigh` gives those of one replicate, in the order in which
/// clusters get their draws.
pub(super) fn under_weights(
    fit: &Fit,
    range: Range<usize>,
    studentized: bool,
    setting: &Setting<'_>,
    weigh: &(dyn Fn(usize, &mut [f64]) + Sync),
) -> Vec<Replicate> {
    let order = setting.order_of(fit);
    let n = order.len();
    match &fit.body {
        Body::Linear(body) => {
            let table = Table::new(fit, body, studentized);
            let rows = table.rows(order);
            in_blocks(
                range,
                setting,
                || (vec![0.0; n], table.scratch()),
                |r, (weights, scratch)| {
                    weigh(r, weights);
                    table.replicate(&rows, weights, scratch)
                },
            )
        }
        Body::Influence(body) => {
            let floor = floors(fit);
            in_blocks(
                range,
                setting,
                || (vec![0.0; n], vec![0.0; n]),
                |r, (drawn, weights)| {
                    weigh(r, drawn);
                    order.iter().zip(drawn.iter()).for_each(|(&g, &w)| weights[g as usize] = w);
                    if !studentized {
                        let plain =
                            |(t, e): (usize, Option<f64>)| e.filter(|e| e.is_finite() && fit.estimates[t].is_ok()).map(|e| (e, 0.0));
                        return body.refit.refit(weights).into_iter().enumerate().map(plain).collect();
                    }
                    let refits = body.refit.refit_with_variance(weights);
                    let one = |t: usize| {
                        let ((estimate, variance), full) = (refits[t]?, fit.estimates[t].as_ref().ok()?);
                        (variance > floor[t]).then(|| (estimate, (estimate - full) / variance.sqrt()))
                    };
                    (0..refits.len()).map(one).collect()
                },
            )
        }
    }
}

/// Replicates in blocks spread over threads; each thread's scratch is made once a block.
pub(super) fn in_blocks<S, T: Send + Sync>(
    range: Range<usize>,
    setting: &Setting<'_>,
    scratch: impl Fn() -> S + Sync,
    replicate: impl Fn(usize, &mut S) -> T + Sync,
) -> Vec<T> {
    let n = range.len();
    spread(setting.executor, n.div_ceil(BLOCK), |b| {
        let mut state = scratch();
        (b * BLOCK..n.min((b + 1) * BLOCK)).map(|i| replicate(range.start + i, &mut state)).collect::<Vec<_>>()
    })
    .into_iter()
    .flatten()
    .collect()
}

/// What is made of the replicates.
pub(super) struct Summary {
    pub kind: Kind,
    pub rule: Rule,
}

impl Summary {
    pub(super) fn of(options: &Options) -> Summary {
        Summary { kind: Kind::parse(options.get("interval")), rule: Rule::parse(options.get("rule")) }
    }

    /// Draws by `sample` as often as asked, and intervals for every target.
    pub(super) fn infer(
        &self,
        fit: &Fit,
        asked: Asked,
        setting: &Setting<'_>,
        mut sample: impl FnMut(Range<usize>) -> Vec<Replicate>,
    ) -> Inferred {
        let plain: Vec<Option<f64>> = (0..fit.targets.len()).map(|t| plain_error(fit, t)).collect();
        let left = if self.kind == Kind::Bca { fit.leave_one_out(setting.executor) } else { Vec::new() };
        let acceleration: Vec<Option<f64>> =
            (0..fit.targets.len())
                .map(|t| {
                    if left.is_empty() {
                        None
                    } else {
                        left.iter().map(|row| row[t]).collect::<Option<Vec<f64>>>().map(|v| acceleration(&v))
                    }
                })
                .collect();
        let mut drawn: Vec<Collected> = fit.targets.iter().map(|_| Collected::default()).collect();
        let level = setting.level;
        let (n, settled) = asked.draw(|range| {
            for replicate in sample(range) {
                drawn.iter_mut().zip(replicate).for_each(|(c, r)| c.push(r));
            }
            identified(fit).all(|(t, e)| {
                plain[t].is_none_or(|plain| drawn[t].replicated(e, plain, acceleration[t]).is_settled(self.kind, self.rule, level))
            })
        });
        let mut out = Inferred::default();
        let mut failures = 0;
        for (t, estimate) in identified(fit) {
            let Some(plain_error) = plain[t] else { continue };
            failures = failures.max(drawn[t].failures);
            if drawn[t].values.len() < 50 {
                out.estimates.push(Estimate::bare(t, estimate));
                continue;
            }
            let mut row = drawn[t].replicated(estimate, plain_error, acceleration[t]).summarize(t, self.kind, self.rule, level);
            row.simulated = row.simulated.map(|s| super::Simulated { failures: drawn[t].failures, ..s });
            out.estimates.push(row);
        }
        let without: Vec<String> = identified(fit)
            .filter(|(t, _)| {
                self.kind == Kind::Bca && out.estimates.iter().any(|e| e.target == *t && e.std_error.is_some() && e.p_value.is_none())
            })
            .map(|(t, _)| fit.targets[t].label.clone())
            .collect();
        if !without.is_empty() {
            out.warnings.push(Warning::new(
                "bca-undefined",
                format!("without some one cluster these effects cannot be estimated, or all replicates lie on one side of the estimate, so there is no BCa interval for them: {}", without.join(", ")),
            ));
        }
        if self.kind == Kind::Studentized {
            self.bands(setting.families(fit), &drawn, &plain, level, &mut out);
            for (t, estimate) in identified(fit) {
                if drawn[t].failures > 0 {
                    continue;
                }
                let Some(error) = plain[t] else { continue };
                out.draws.push(Draws { target: t, observed: estimate / error, statistics: std::mem::take(&mut drawn[t].statistics) });
            }
        }
        if failures > 0 {
            out.warnings.push(Warning::new(
                "bootstrap-failures",
                format!("{failures} of {n} bootstrap samples did not identify some effect and do not enter its interval"),
            ));
        }
        out.warnings.extend(self.kind.few_clusters(fit));
        out.warnings.extend(undecided(settled));
        out
    }

    /// Simultaneous bands: estimate ± c·standard error, c the quantile of the largest |t| of a replicate, within each family.
    fn bands(&self, families: Vec<Vec<usize>>, drawn: &[Collected], plain: &[Option<f64>], level: f64, out: &mut Inferred) {
        for family in families {
            let family: Vec<usize> = family.into_iter().filter(|&t| plain[t].is_some() && drawn[t].failures == 0).collect();
            if family.len() < 2 {
                continue;
            }
            let n = drawn[family[0]].statistics.len();
            let largest = sorted((0..n).map(|r| family.iter().map(|&t| drawn[t].statistics[r].abs()).fold(0.0, f64::max)).collect());
            let c = self.rule.quantile(&largest, level);
            let rows = || out.estimates.iter().filter(|row| family.contains(&row.target) && row.std_error.is_some());
            if rows().any(|row| row.interval.is_wider(2.0 * c * plain[row.target].expect("filtered"))) {
                out.warnings.push(narrower());
                continue;
            }
            for row in out.estimates.iter_mut().filter(|row| family.contains(&row.target) && row.std_error.is_some()) {
                let half = c * plain[row.target].expect("filtered");
                row.band = Some(Interval::between(row.estimate - half, row.estimate + half));
            }
        }
    }
}

/// The replicates of one target so far.
#[derive(Default)]
struct Collected {
    values: Vec<f64>,
    statistics: Vec<f64>,
    failures: usize,
}

impl Collected {
    fn push(&mut self, replicate: Option<(f64, f64)>) {
        match replicate {
            Some((value, statistic)) => {
                self.values.push(value);
                self.statistics.push(statistic);
            }
            None => self.failures += 1,
        }
    }

    fn replicated(&self, estimate: f64, plain_error: f64, acceleration: Option<f64>) -> Replicated<'_> {
        Replicated { estimate, values: &self.values, statistics: &self.statistics, plain_error, acceleration }
    }
}

/// For each target the variance below which a replicate's is only rounding.
fn floors(fit: &Fit) -> Vec<f64> {
    (0..fit.targets.len()).map(|t| plain_error(fit, t).map_or(0.0, |e| 1e-20 * e * e)).collect()
}

/// The CR0 standard error by which replicates are studentized.
pub(super) fn plain_error(fit: &Fit, t: usize) -> Option<f64> {
    Some(fit.influence(t)?.iter().map(|c| c * c).sum::<f64>().sqrt())
}

/// What to say when a band for all effects would be narrower than the interval of one.
pub(super) fn narrower() -> Warning {
    Warning::new(
        "band-narrower",
        "a simultaneous band would be narrower than some interval of a single effect: there are too few treated clusters for it, so none is given",
    )
}

/// What to say when `auto` stopped at its limit.
pub(super) fn undecided(settled: bool) -> Option<Warning> {
    (!settled).then(|| {
        Warning::new(
            "replicates-undecided",
            format!("after {MOST_AUTO} draws some p-value still lies so close to the level that more could turn the verdict: treat it as undecided"),
        )
    })
}
