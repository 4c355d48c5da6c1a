//! Test statistics as functions of the hypothesized effect.
//!
//! With the null r imposed and δ = θ̂ − r, a replicate's numerator is p₀ + p₁δ and its variance q₀ + q₁δ + q₂δ², so the
//! p-value at any r costs one pass over five numbers a replicate, and inverting the test needs no new draws.

use super::estimate::{Bound, Interval};

/// The coefficients of all replicates, side by side.
#[derive(Debug, Default)]
pub(super) struct Curves {
    pub p0: Vec<f64>,
    pub p1: Vec<f64>,
    pub q0: Vec<f64>,
    pub q1: Vec<f64>,
    pub q2: Vec<f64>,
}

/// Two statistics closer than this share are tied.
const TIE: f64 = 1e-9;

/// How replicates are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counting {
    /// Whether replicates equal to the statistic count.
    pub ties: bool,
    /// Twice the smaller tail instead of the absolute value.
    pub equal_tails: bool,
    /// Whether the statistic itself counts as one more replicate: (k + 1)/(R + 1).
    pub plus_one: bool,
}

/// The values that a test does not reject.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Accepted {
    /// From the first value rejected below the estimate to the first above.
    pub interval: Interval,
    /// Whether values beyond an end are accepted again.
    pub disconnected: bool,
}

impl Curves {
    pub(super) fn push(&mut self, [p0, p1, q0, q1, q2]: [f64; 5]) {
        self.p0.push(p0);
        self.p1.push(p1);
        self.q0.push(q0);
        self.q1.push(q1);
        self.q2.push(q2);
    }

    pub(super) fn len(&self) -> usize {
        self.p0.len()
    }

    #[inline(always)]
    fn at(&self, i: usize, delta: f64, square: f64) -> (f64, f64) {
        (self.p0[i] + self.p1[i] * delta, self.q0[i] + self.q1[i] * delta + self.q2[i] * square)
    }

    /// How many replicates exceed |δ|/√variance in absolute value, and how many tie with it.
    pub(super) fn exceeding(&self, delta: f64, variance: f64) -> (usize, usize) {
        let square = delta * delta;
        let threshold = square / variance;
        let (strict, loose) = (threshold * (1.0 + 2.0 * TIE), threshold * (1.0 - 2.0 * TIE));
        let (mut above, mut not_below) = (0usize, 0usize);
        for i in 0..self.len() {
            let (top, bottom) = self.at(i, delta, square);
            let top = top * top;
            above += usize::from(top > strict * bottom);
            not_below += usize::from(top > loose * bottom);
        }
        (above, not_below - above)
    }

    /// How many replicates lie below δ/√variance, how many tie with it, and how many lie above.
    fn sides(&self, delta: f64, variance: f64) -> (usize, usize, usize) {
        let square = delta * delta;
        let threshold = delta * delta.abs() / variance;
        let (mut below, mut above) = (0usize, 0usize);
        for i in 0..self.len() {
            let (top, bottom) = self.at(i, delta, square);
            let (value, edge) = (top * top.abs(), threshold * bottom);
            let slack = 2.0 * TIE * edge.abs();
            above += usize::from(value > edge + slack);
            below += usize::from(value < edge - slack);
        }
        (below, self.len() - below - above, above)
    }

    /// The replicates that speak against δ, of how many, and the factor of their share: p = factor · count / of.
    pub(super) fn count(&self, delta: f64, variance: f64, counting: Counting) -> (usize, usize, f64) {
        let extra = usize::from(counting.plus_one);
        let of = self.len() + extra;
        if counting.equal_tails {
            let (below, tied, above) = self.sides(delta, variance);
            (below.min(above) + if counting.ties { tied } else { 0 } + extra, of, 2.0)
        } else {
            let (above, tied) = self.exceeding(delta, variance);
            (above + if counting.ties { tied } else { 0 } + extra, of, 1.0)
        }
    }

    /// The p-value.
    pub(super) fn p_value(&self, delta: f64, variance: f64, counting: Counting) -> f64 {
        let (count, of, factor) = self.count(delta, variance, counting);
        (factor * count as f64 / of as f64).min(1.0)
    }

    /// The replicates' statistics when the hypothesized effect is θ̂ − δ; one without variance is 0.
    pub(super) fn statistics(&self, delta: f64) -> Vec<f64> {
        let value = |i: usize| {
            let (top, bottom) = self.at(i, delta, delta * delta);
            let t = top / bottom.sqrt();
            if t.is_finite() { t } else { 0.0 }
        };
        (0..self.len()).map(value).collect()
    }

    /// The hypothesized effects that are not rejected at `alpha`. `error` is the scale of the search; the statistic is
    /// δ/√variance.
    pub(super) fn accepted(&self, estimate: f64, variance: f64, error: f64, alpha: f64, counting: Counting) -> Accepted {
        let side = |sign: f64| self.crossing(estimate, variance, sign * error, alpha, counting);
        let ((low, again_low), (high, again_high)) = (side(-1.0), side(1.0));
        Accepted { interval: Interval { low, high }, disconnected: again_low || again_high }
    }

    /// The first hypothesized value outwards from the estimate at which the p-value falls to `alpha` or below, on one side
    /// (`error` with a sign): steps of a twentieth of a standard error, then bisection to the step of the p-value. Unbounded when
    /// there is none within 200 standard errors. Also whether some value beyond is accepted again.
    fn crossing(&self, estimate: f64, variance: f64, error: f64, alpha: f64, counting: Counting) -> (Bound, bool) {
        const STEP: f64 = 0.05;
        const FARTHEST: u32 = 4000;
        let rejected = |r: f64| self.p_value(estimate - r, variance, counting) <= alpha;
        let at = |k: f64| estimate + k * STEP * error;
        let Some(first) = (1..FARTHEST).find(|&k| rejected(at(f64::from(k)))) else { return (Bound::Unbounded, false) };
        let (mut inside, mut outside) = (at(f64::from(first - 1)), at(f64::from(first)));
        for _ in 0..60 {
            let middle = 0.5 * (inside + outside);
            if middle == inside || middle == outside {
                break;
            }
            if rejected(middle) { outside = middle } else { inside = middle }
        }
        let mut beyond = f64::from(first);
        let mut again = false;
        while !again && beyond < f64::from(FARTHEST) {
            beyond = beyond * 1.2 + 1.0;
            again = !rejected(at(beyond));
        }
        (Bound::At(0.5 * (inside + outside)), again)
    }
}
