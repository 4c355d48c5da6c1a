//! Standard errors for rows that are independent of each other: classical, and HC0 to HC3.

use super::estimate::{Estimate, Inferred, JointTest, identified};
use super::{Inference, Setting, wald};
use crate::cohort::{Fault, Faults, Warning};
use crate::estimate::{Body, Card, Fit, LinearFit, OptionSpec, Options, Values};
use crate::num::{Exact, ExactRow, Matrix, dot, sorted};

/// Heteroskedasticity-robust, and classical.
pub struct Robust;

static CARD: Card = Card {
    id: "robust",
    title: "heteroskedasticity-robust standard error",
    estimand: "standard error, t test and interval that allow each row its own variance (hc0 to hc3), or one variance for all (classical)",
    assumptions: "rows are independent of each other: students of one school are not, and then the interval is far too narrow (false-positive rate 24 to 28 % at a nominal 5 %)",
    when: "to compare with published numbers that ignore schools; never as the main interval of a school study",
    needs: "",
    contrast: "",
    options: &[OptionSpec {
        key: "type",
        values: Values::OneOf(&["hc2", "hc0", "hc1", "hc3", "classical"]),
        meaning: "hc0: squared residuals; hc1: times N/(N−K), as Stata's robust and fixest's hetero; hc2, hc3: over 1−h and (1−h)², h the row's leverage, absorbed effects included; classical: one variance, RSS/(N−K)",
        positional: true,
    }],
    source: "White (1980); MacKinnon and White (1985)",
    reference_call: "fixest::feols(…, vcov = \"hetero\") for hc1, vcov = \"iid\" for classical; sandwich::vcovHC for hc0, hc2, hc3",
    version: 1,
};

impl Inference for Robust {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn infer(&self, fit: &Fit, options: &Options, setting: &Setting<'_>) -> Result<Inferred, Faults> {
        let body = linear(fit)?;
        let parts = covariance(body, options.get("type"), setting)?;
        let mut out = Inferred::default();
        for (t, estimate) in identified(fit) {
            let contrast = body.contrasts[t].as_ref().expect("identified");
            out.estimates.push(Estimate::from_variance(t, estimate, parts.matrix.quadratic(contrast), parts.df, setting.level));
        }
        if parts.leverage_one > 0 {
            out.warnings.push(Warning::new(
                "leverage-one",
                format!("{} rows decide some coefficient alone (leverage 1); they add nothing to the variance", parts.leverage_one),
            ));
        }
        if fit.n_clusters() < body.rows()?.panel().n_rows() {
            out.warnings.push(Warning::new(
                "unit-of-analysis",
                "this standard error takes every row for independent; students of one cluster are not, and with no effect such an interval misses zero about a quarter of the time instead of 5 %: rely on cluster:cr2",
            ));
        }
        Ok(out)
    }

    fn crossing_effects(&self, _: &Options) -> bool {
        true
    }

    fn joint(&self, fit: &Fit, targets: &[usize], options: &Options, setting: &Setting<'_>) -> Result<Option<JointTest>, Faults> {
        let body = linear(fit)?;
        let parts = covariance(body, options.get("type"), setting)?;
        let estimates = wald::estimates(fit, targets);
        let contrasts: Vec<&Vec<f64>> = targets.iter().filter_map(|&t| body.contrasts[t].as_ref()).collect();
        let covariance = Matrix::from_fn(targets.len(), targets.len(), |i, j| dot(&parts.matrix.apply(contrasts[j]), contrasts[i]));
        Ok(Some(wald::f_test(&estimates, &covariance.symmetrized(), parts.df)))
    }
}

fn linear(fit: &Fit) -> Result<&LinearFit, Faults> {
    match &fit.body {
        Body::Linear(body) => Ok(body),
        Body::Influence(_) => Err(Fault::new(
            "INF-003",
            "robust does not exist for this estimator",
            "it is not a least-squares coefficient",
            "there are no residuals of rows, but an influence for each cluster",
            "use  cluster:cr1  with the unit as cluster (leave --cluster out): that is the same idea",
        )
        .into()),
    }
}

struct Parts {
    /// The covariance of the coefficients, in scaled units.
    matrix: Matrix,
    df: f64,
    leverage_one: usize,
}

/// M (Σ w²e²xx' / (1−h)^p) M; classical: M·RSS/(N−K). With absorbed units h = w x'Mx + the row's share of its unit's weight.
fn covariance(body: &LinearFit, kind: &str, setting: &Setting<'_>) -> Result<Parts, Faults> {
    let df = body.dof.n_rows as f64 - body.dof.full as f64;
    if df < 1.0 {
        return Err(Fault::new(
            "INF-010",
            "as many parameters as rows",
            format!("{} rows, {} parameters", body.dof.n_rows, body.dof.full),
            "no residual variation is left to measure uncertainty by",
            "use fewer covariates, or more data",
        )
        .into());
    }
    let k = body.beta.len();
    if kind == "classical" {
        // From the rows: c − 2β'b + β'Sβ loses the digits of a small remainder.
        let sums = body.rows()?.fold_rows(&body.beta, setting.executor, Sums::default, |sums, row| {
            sums.add(0, 1, row.weight * row.residual * row.residual);
        });
        let rss = Sums::joined(sums).value(0);
        return Ok(Parts { matrix: body.inverse.clone().scaled(rss.max(0.0) / df), df, leverage_one: 0 });
    }
    let power = match kind {
        "hc2" => 1,
        "hc3" => 2,
        _ => 0,
    };
    if power > 0 && body.absorbed.as_ref().is_some_and(|a| !a.leverage) {
        return Err(Fault::new(
            "INF-020",
            format!("robust:{kind} does not exist beside several fixed effects that were taken off"),
            "--fixed-effects",
            "it divides by each row's leverage, and that of several absorbed effects together is not known",
            "use  robust:hc1  (or hc0, classical)",
        )
        .into());
    }
    let width = k * (k + 1) / 2;
    let sums = body.rows()?.fold_rows(&body.beta, setting.executor, Sums::default, |sums, row| {
        sums.rows += 1;
        let mut square = row.weight * row.weight * row.residual * row.residual;
        if power > 0 {
            let left = 1.0 - row.weight * body.inverse.quadratic(row.x) - row.absorbed;
            if left < 1e-10 {
                sums.leverage_one += 1;
                return;
            }
            square /= if power == 1 { left } else { left * left };
        }
        let mut at = 0;
        for i in 0..k {
            let xi = square * row.x[i];
            for j in i..k {
                sums.add(at, width, xi * row.x[j]);
                at += 1;
            }
        }
    });
    let total = Sums::joined(sums);
    let triangle = |i: usize, j: usize| i * k - i * (i + 1) / 2 + j;
    let meat = Matrix::from_fn(k, k, |i, j| total.value(triangle(i.min(j), i.max(j))));
    let factor = if kind == "hc1" { total.rows as f64 / df } else { 1.0 };
    Ok(Parts { matrix: body.inverse.times(&meat).times(&body.inverse).scaled(factor), df, leverage_one: total.leverage_one })
}

/// Sums over rows that no order of the rows can change.
#[derive(Default)]
struct Sums {
    exact: ExactRow,
    /// Terms too large for the exact sums (a residual over a tiny 1 − h): kept, and added in ascending order.
    large: Vec<(usize, f64)>,
    rows: usize,
    leverage_one: usize,
}

impl Sums {
    fn add(&mut self, at: usize, width: usize, term: f64) {
        if self.exact.is_empty() {
            self.exact = ExactRow::zeros(width);
        }
        if term.abs() <= Exact::BOUND { self.exact.add(at, term) } else { self.large.push((at, term)) }
    }

    fn joined(parts: Vec<Sums>) -> Sums {
        let mut total = Sums::default();
        for part in parts {
            if total.exact.is_empty() {
                total.exact = part.exact;
            } else if !part.exact.is_empty() {
                total.exact.merge(&part.exact);
            }
            total.large.extend(part.large);
            total.rows += part.rows;
            total.leverage_one += part.leverage_one;
        }
        total
    }

    fn value(&self, at: usize) -> f64 {
        let exact = if self.exact.is_empty() { 0.0 } else { self.exact.value(at) };
        exact + sorted(self.large.iter().filter(|(a, _)| *a == at).map(|(_, term)| *term).collect()).iter().sum::<f64>()
    }
}
