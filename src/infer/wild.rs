//! The wild cluster bootstrap: clusters' residuals keep or change sign together.

use super::curve::Curves;
use super::estimate::{Bound, Estimate, Inferred, Interval, identified};
use super::{Inference, Setting};
use crate::cohort::{Faults, Warning};
use crate::estimate::{Body, Card, Fit, OptionSpec, Options, Values};
use crate::num::{Matrix, dot};
use crate::panel::spread;
use crate::random::{Stream, rademacher_bits, webb};

/// The wild cluster bootstrap.
pub struct WildBootstrap;

static CARD: Card = Card {
    id: "wild-bootstrap",
    title: "wild cluster bootstrap",
    estimand: "p-value from t statistics of samples in which each cluster's residuals are multiplied by a random weight; interval: the hypothesized effects that are not rejected",
    assumptions: "clusters are independent; with few treated clusters the null-imposed form rejects too rarely, the free form too often",
    when: "few clusters, beside cluster:cr2",
    options: &[
        OptionSpec {
            key: "replicates",
            values: Values::Whole { default: 9999, low: 99, high: 10_000_000 },
            meaning: "number of draws; when all patterns of signs are no more than this, each is used once",
            positional: false,
        },
        OptionSpec {
            key: "weights",
            values: Values::OneOf(&["rademacher", "webb", "mammen"]),
            meaning: "rademacher: ±1; webb: six points, for very few clusters; mammen: two skewed points",
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
    ],
    source: "Cameron, Gelbach and Miller (2008); Roodman, Nielsen, MacKinnon and Webb (2019); Webb (2023); for estimators known by their influence: Kline and Santos (2012)",
    reference_call: "boottest, fwildclusterboot::boottest; enumerated: refitting every pattern of signs",
    version: 1,
};

/// A vector for each cluster.
type Rows = Vec<Vec<f64>>;

/// What a target's test needs of each cluster.
struct Problem {
    /// Rows of 4k numbers: s, κ, αξ, γξ.
    table: Vec<f64>,
    width: usize,
    alpha: Vec<f64>,
    gamma: Vec<f64>,
    /// h: the contrast in the space of scores.
    h: Vec<f64>,
    /// Σ ξξ'.
    gram: Matrix,
    /// The plain (CR0) variance at the estimate.
    variance: f64,
}

impl Problem {
    /// s_g(δ) = s_g + κ_g δ, κ_g = S_g M c / (c'Mc); α = h's, γ = h'κ, ξ_g = M S_g h with h = Mc.
    fn new(fit: &Fit, t: usize, imposed: bool) -> Option<Problem> {
        let (scores, kappas, xis, h): (Rows, Rows, Rows, Vec<f64>) = match &fit.body {
            Body::Linear(body) => {
                let contrast = body.contrasts[t].as_ref()?;
                let h = body.inverse.apply(contrast);
                let scale: f64 = dot(contrast, &h);
                let sh: Vec<Vec<f64>> = body.clusters.iter().map(|c| c.s.apply(&h)).collect();
                (
                    (0..body.clusters.len()).map(|g| body.score(g)).collect(),
                    sh.iter().map(|v| v.iter().map(|x| x / scale).collect()).collect(),
                    sh.iter().map(|v| body.inverse.apply(v)).collect(),
                    h,
                )
            }
            // One parameter whose information is shared among the clusters.
            Body::Influence(body) => {
                let column = |m: &Matrix| (0..m.rows()).map(|g| vec![m[(g, t)]]).collect::<Vec<_>>();
                (column(&body.influence), column(&body.information), column(&body.information), vec![1.0])
            }
        };
        let k = h.len();
        let alpha: Vec<f64> = scores.iter().map(|s| dot(&h, s)).collect();
        let gamma: Vec<f64> = kappas.iter().map(|s| if imposed { dot(&h, s) } else { 0.0 }).collect();
        let mut table = Vec::with_capacity(scores.len() * 4 * k);
        let mut gram = Matrix::zeros(k, k);
        for g in 0..scores.len() {
            table.extend_from_slice(&scores[g]);
            table.extend(kappas[g].iter().map(|x| if imposed { *x } else { 0.0 }));
            table.extend(xis[g].iter().map(|x| alpha[g] * x));
            table.extend(xis[g].iter().map(|x| gamma[g] * x));
            gram.add_outer(&xis[g], 1.0);
        }
        let variance = alpha.iter().map(|a| a * a).sum();
        Some(Problem { table, width: 4 * k, alpha, gamma, h, gram, variance })
    }

    /// One replicate's coefficients under weights v.
    fn replicate(&self, v: &[f64], sum: &mut [f64]) -> [f64; 5] {
        let k = self.h.len();
        sum.fill(0.0);
        let (mut a0, mut a1, mut a2) = (0.0, 0.0, 0.0);
        for (g, (row, &w)) in self.table.chunks_exact(self.width).zip(v).enumerate() {
            sum.iter_mut().zip(row).for_each(|(s, x)| *s += w * x);
            let square = w * w;
            a0 += square * self.alpha[g] * self.alpha[g];
            a1 += square * self.alpha[g] * self.gamma[g];
            a2 += square * self.gamma[g] * self.gamma[g];
        }
        let (z0, rest) = sum.split_at(k);
        let (z1, rest) = rest.split_at(k);
        let (y0, y1) = rest.split_at(k);
        let bend = |u: &[f64], w: &[f64]| (0..k).map(|i| u[i] * dot(self.gram.row(i), w)).sum::<f64>();
        let q0 = a0 - 2.0 * dot(y0, z0) + bend(z0, z0);
        let q1 = 2.0 * a1 - 2.0 * (dot(y0, z1) + dot(y1, z0)) + 2.0 * bend(z0, z1);
        let q2 = a2 - 2.0 * dot(y1, z1) + bend(z1, z1);
        [dot(&self.h, z0), dot(&self.h, z1), q0, q1, q2]
    }
}

/// Where the weights of a replicate come from.
#[derive(Clone, Copy)]
enum Source {
    Patterns(&'static [f64]),
    Rademacher,
    Webb,
    Mammen,
}

const SIGNS: [f64; 2] = [-1.0, 1.0];
const SIX: [f64; 6] =
    [-1.224_744_871_391_589, -1.0, -std::f64::consts::FRAC_1_SQRT_2, std::f64::consts::FRAC_1_SQRT_2, 1.0, 1.224_744_871_391_589];

impl Source {
    fn fill(self, root: &Stream, replicate: usize, v: &mut [f64]) {
        match self {
            Source::Patterns(points) => {
                let mut code = replicate;
                for x in v {
                    *x = points[code % points.len()];
                    code /= points.len();
                }
            }
            Source::Rademacher => {
                let mut stream = root.at(replicate as u64);
                for chunk in v.chunks_mut(64) {
                    let mut bits = rademacher_bits(&mut stream);
                    for x in chunk {
                        *x = if bits & 1 == 1 { 1.0 } else { -1.0 };
                        bits >>= 1;
                    }
                }
            }
            Source::Webb => {
                let mut stream = root.at(replicate as u64);
                v.iter_mut().for_each(|x| *x = webb(&mut stream));
            }
            Source::Mammen => {
                let root5 = 5.0_f64.sqrt();
                let (low, high, p) = (0.5 * (1.0 - root5), 0.5 * (1.0 + root5), (1.0 + root5) / (2.0 * root5));
                let mut stream = root.at(replicate as u64);
                v.iter_mut().for_each(|x| *x = if stream.uniform() < p { low } else { high });
            }
        }
    }
}

impl Inference for WildBootstrap {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn infer(&self, fit: &Fit, options: &Options, setting: &Setting<'_>) -> Result<Inferred, Faults> {
        let asked = options.whole("replicates") as usize;
        let g = fit.n_clusters();
        let all = |points: usize| patterns(points, g, asked);
        let (source, n) = match options.get("weights") {
            "webb" => all(6).map_or((Source::Webb, asked), |n| (Source::Patterns(&SIX), n)),
            "mammen" => (Source::Mammen, asked),
            _ => all(2).map_or((Source::Rademacher, asked), |n| (Source::Patterns(&SIGNS), n)),
        };
        let imposed = options.get("null") == "imposed";
        let ties = options.get("ties") == "count";
        let root = Stream::new(setting.seed, &["infer", "wild-bootstrap", options.get("weights")], 0);
        let mut out = Inferred::default();
        let mut open = Vec::new();
        for (t, estimate) in identified(fit) {
            let Some(problem) = Problem::new(fit, t, imposed) else { continue };
            let mut row = Estimate::bare(t, estimate);
            let error = problem.variance.sqrt();
            if error.is_finite() && error > 1e-14 * estimate.abs() && error > 0.0 {
                let curves = draw(&problem, source, &root, n, g, setting);
                let alpha = 1.0 - setting.level;
                let end = |sign: f64| curves.crossing(estimate, problem.variance, sign, alpha, ties).map_or(Bound::Unbounded, Bound::At);
                row.interval = Interval { low: end(-1.0), high: end(1.0) };
                if row.interval.low == Bound::Unbounded || row.interval.high == Bound::Unbounded {
                    open.push(fit.targets[t].label.clone());
                }
                row.std_error = Some(error);
                row.statistic = Some(estimate / error);
                row.p_value = Some(curves.p_value(estimate, problem.variance, ties));
            }
            out.estimates.push(row);
        }
        warn(&mut out, source, n, g, &open);
        Ok(out)
    }
}

fn draw(problem: &Problem, source: Source, root: &Stream, n: usize, g: usize, setting: &Setting<'_>) -> Curves {
    const BLOCK: usize = 256;
    let blocks = spread(setting.executor, n.div_ceil(BLOCK), |b| {
        let (mut v, mut sum) = (vec![0.0; g], vec![0.0; problem.width]);
        (b * BLOCK..n.min((b + 1) * BLOCK))
            .map(|r| {
                source.fill(root, r, &mut v);
                problem.replicate(&v, &mut sum)
            })
            .collect::<Vec<_>>()
    });
    let mut curves = Curves::default();
    for [p0, p1, q0, q1, q2] in blocks.into_iter().flatten() {
        curves.p0.push(p0);
        curves.p1.push(p1);
        curves.q0.push(q0);
        curves.q1.push(q1);
        curves.q2.push(q2);
    }
    curves
}

fn warn(out: &mut Inferred, source: Source, n: usize, g: usize, open: &[String]) {
    let distinct = match source {
        Source::Patterns(points) if points.len() == 2 => Some(n / 2),
        _ => None,
    };
    if let Some(distinct) = distinct
        && distinct < 512
    {
        out.warnings.push(Warning::new(
            "few-patterns",
            format!("{g} clusters allow only {distinct} distinct values of the bootstrap statistic, so the p-value moves in steps of {:.4} and one below that only says: beyond all others; with ties=count it never falls below it, weights=webb has more values", 1.0 / distinct as f64),
        ));
    }
    if !open.is_empty() {
        out.warnings.push(Warning::new(
            "interval-open",
            format!("the bootstrap test rejects no value on one side, so the interval has no end there: {}", open.join(", ")),
        ));
    }
}

/// The number of patterns of `points` weights over all clusters, when it is no more than the replicates asked for.
fn patterns(points: usize, clusters: usize, most: usize) -> Option<usize> {
    let mut n = 1usize;
    for _ in 0..clusters {
        n = n.checked_mul(points).filter(|n| *n <= most)?;
    }
    Some(n)
}
