//! The Anderson–Rubin interval: which effects on users are compatible with the data, however weak take-up is.
//!
//! An effect r is compatible when intention to treat − r × difference in take-up does not differ from zero:
//! (δ − rπ)² ≤ t²·V(r), V(r) = Σ_g (ψ_δ − rψ_π)²·G/(G−1), t Student's with G−1 degrees of freedom. That is a quadratic in r:
//! the interval may be an ordinary one, everything, or everything but a middle.

use super::estimate::{Bound, Estimate, Inferred, Interval};
use super::{Inference, Setting};
use crate::cohort::{Fault, Faults, Warning};
use crate::estimate::{Body, Card, Fit, Options};
use crate::num::{dot, student};

/// The test by Anderson and Rubin, by clusters.
pub struct AndersonRubin;

static CARD: Card = Card {
    id: "anderson-rubin",
    title: "Anderson–Rubin interval",
    estimand: "p-value and interval of a ratio (the effect on users) that hold their promise however weak the difference in take-up is",
    assumptions: "clusters are independent, and not too few",
    when: "with compliance, when the difference in take-up is uncertain; beside the usual intervals by default where it is weak (F below 10)",
    needs: "",
    contrast: "",
    options: &[],
    source: "Anderson and Rubin (1949); Chernozhukov and Hansen (2008) for the robust form; Fieller (1954)",
    reference_call: "Stata's ivreg2 with cluster(), weakiv; test of (y − r·take_up) on the instrument with CR1 and t(G−1)",
    version: 1,
};

impl Inference for AndersonRubin {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn needs_sums_only(&self, _: &Fit, _: &Options) -> bool {
        true
    }

    fn infer(&self, fit: &Fit, _: &Options, setting: &Setting<'_>) -> Result<Inferred, Faults> {
        let ratio = match &fit.body {
            Body::Influence(body) => body.ratio,
            Body::Linear(_) => None,
        };
        let Some([above, below]) = ratio else {
            return Err(Fault::new(
                "INF-003",
                "anderson-rubin does not exist for this estimator",
                "it is no ratio of two effects",
                "it is about effects that are divided by a difference in take-up",
                "use it with compliance; here  cluster:cr2,  jackknife  or  wild-bootstrap",
            )
            .into());
        };
        let mut out = Inferred::default();
        let known = |t: usize| fit.estimates[t].as_ref().ok().copied().zip(fit.influence(t));
        let (Some(theta), Some((delta, a)), Some((pi, b))) = (fit.estimates[0].as_ref().ok().copied(), known(above), known(below)) else {
            return Ok(out);
        };
        let g = a.len() as f64;
        let factor = g / (g - 1.0);
        let (v11, v12, v22) = (factor * dot(&a, &a), factor * dot(&a, &b), factor * dot(&b, &b));
        let mut row = Estimate::bare(0, theta);
        if v11.sqrt() > fit.rounding(0) {
            let t = student::critical(setting.level, g - 1.0);
            let statistic = delta / v11.sqrt();
            row.statistic = Some(statistic);
            row.df = Some(g - 1.0);
            row.p_value = Some(student::two_sided(statistic, g - 1.0));
            let (interval, hole) = accepted(pi * pi - t * t * v22, delta * pi - t * t * v12, delta * delta - t * t * v11);
            row.interval = interval;
            if let Some((low, high)) = hole {
                out.warnings.push(Warning::new(
                    "interval-with-hole",
                    format!("compatible with the data is every effect but those between {low:.4} and {high:.4}: the difference in take-up may as well be zero"),
                ));
            } else if interval.is_open() {
                out.warnings.push(Warning::new(
                    "interval-unbounded",
                    "the difference in take-up may as well be zero, so no effect on users can be ruled out",
                ));
            }
        }
        out.estimates.push(row);
        Ok(out)
    }
}

/// Below this F of the difference in take-up an effect on users leans towards the naive comparison, and its usual interval does not
/// hold (Staiger and Stock 1997).
pub(super) const WEAK: f64 = 10.0;

/// F by clusters of what a ratio is divided by; `None` where an effect is no ratio, or that is not known.
pub(super) fn strength(fit: &Fit) -> Option<f64> {
    let Body::Influence(body) = &fit.body else { return None };
    let below = body.ratio?[1];
    let value = *fit.estimates[below].as_ref().ok()?;
    let variance: f64 = fit.influence(below)?.iter().map(|x| x * x).sum();
    let g = fit.n_clusters() as f64;
    Some(value * value / (variance * g / (g - 1.0)))
}

/// The r with a r² − 2 b r + c ≤ 0: an interval, everything, or everything but a hole.
fn accepted(a: f64, b: f64, c: f64) -> (Interval, Option<(f64, f64)>) {
    let open = Interval { low: Bound::Unbounded, high: Bound::Unbounded };
    let discriminant = b * b - a * c;
    if a == 0.0 || discriminant < 0.0 {
        return (open, None);
    }
    let root = discriminant.sqrt();
    // The larger root in absolute value first, so that nothing cancels.
    let q = b + if b >= 0.0 { root } else { -root };
    if q == 0.0 {
        return if a > 0.0 { (Interval::between(0.0, 0.0), None) } else { (open, None) };
    }
    let (x, y) = (q / a, c / q);
    let (low, high) = (x.min(y), x.max(y));
    if a > 0.0 { (Interval::between(low, high), None) } else { (open, Some((low, high))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_three_shapes() {
        // (r − 1)(r − 3) ≤ 0
        assert_eq!(accepted(1.0, 2.0, 3.0), (Interval::between(1.0, 3.0), None));
        // −(r − 1)(r − 3) ≤ 0: outside.
        let (interval, hole) = accepted(-1.0, -2.0, -3.0);
        assert!(interval.is_open());
        assert_eq!(hole, Some((1.0, 3.0)));
        // −r² − 1 ≤ 0: everything.
        assert_eq!(accepted(-1.0, 0.0, -1.0).1, None);
        assert!(accepted(-1.0, 0.0, -1.0).0.is_open());
    }
}
