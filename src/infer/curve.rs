//! Bootstrap t statistics as functions of the hypothesized effect.
//!
//! With the null r imposed and δ = θ̂ − r, a replicate's numerator is p₀ + p₁δ and its variance q₀ + q₁δ + q₂δ², so the
//! p-value at any r costs one pass over five numbers a replicate, and inverting the test needs no new draws.

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

impl Curves {
    pub(super) fn len(&self) -> usize {
        self.p0.len()
    }

    /// How many replicates exceed |δ|/√variance in absolute value, and how many tie with it.
    pub(super) fn exceeding(&self, delta: f64, variance: f64) -> (usize, usize) {
        let threshold = delta * delta / variance;
        let (strict, loose) = (threshold * (1.0 + 2.0 * TIE), threshold * (1.0 - 2.0 * TIE));
        let square = delta * delta;
        let (mut above, mut not_below) = (0usize, 0usize);
        for i in 0..self.len() {
            let top = self.p0[i] + self.p1[i] * delta;
            let bottom = self.q0[i] + self.q1[i] * delta + self.q2[i] * square;
            let top = top * top;
            above += usize::from(top > strict * bottom);
            not_below += usize::from(top > loose * bottom);
        }
        (above, not_below - above)
    }

    /// The p-value: the share that exceeds; ties count when `ties` is set.
    pub(super) fn p_value(&self, delta: f64, variance: f64, ties: bool) -> f64 {
        let (above, tied) = self.exceeding(delta, variance);
        (above + if ties { tied } else { 0 }) as f64 / self.len() as f64
    }

    /// The first hypothesized value outwards from the estimate at which the p-value falls to `alpha` or below, on one side
    /// (`sign` −1 or +1): steps of a twentieth of a standard error, then bisection to the step of the p-value.
    /// `None` when there is none within 200 standard errors.
    pub(super) fn crossing(&self, estimate: f64, variance: f64, sign: f64, alpha: f64, ties: bool) -> Option<f64> {
        const STEP: f64 = 0.05;
        let error = variance.sqrt();
        let rejected = |r: f64| self.p_value(estimate - r, variance, ties) <= alpha;
        let at = |k: u32| estimate + sign * f64::from(k) * STEP * error;
        let first = (1..4000u32).find(|&k| rejected(at(k)))?;
        let (mut inside, mut outside) = (at(first - 1), at(first));
        for _ in 0..60 {
            let middle = 0.5 * (inside + outside);
            if middle == inside || middle == outside {
                break;
            }
            if rejected(middle) { outside = middle } else { inside = middle }
        }
        Some(0.5 * (inside + outside))
    }
}
