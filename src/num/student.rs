//! Student's t distribution, for any positive (also fractional) degrees of freedom.

use super::{normal, regularized_incomplete_beta};

/// The two-sided p-value P(|T| ≥ |t|).
pub fn two_sided(t: f64, df: f64) -> f64 {
    if df.is_infinite() {
        return normal::two_sided(t);
    }
    let square = t * t;
    if square.is_infinite() {
        return 0.0;
    }
    regularized_incomplete_beta(0.5 * df, 0.5, df / (df + square), square / (df + square))
}

/// P(T ≤ t).
pub fn cdf(t: f64, df: f64) -> f64 {
    let tail = 0.5 * two_sided(t, df);
    if t > 0.0 { 1.0 - tail } else { tail }
}

/// The critical value c with P(|T| ≤ c) = `level`, 0 < level < 1.
pub fn critical(level: f64, df: f64) -> f64 {
    beyond(1.0 - level, df)
}

/// The value c with P(|T| ≥ c) = `alpha`, 0 < alpha < 1; keeps its digits also where `alpha` is tiny.
pub fn beyond(alpha: f64, df: f64) -> f64 {
    if df.is_infinite() {
        return -normal::quantile(0.5 * alpha);
    }
    let (mut low, mut high) = (0.0, -normal::quantile(0.5 * alpha) + 1.0);
    while two_sided(high, df) > alpha && high < 1e300 {
        low = high;
        high *= 2.0;
    }
    // Newton on the monotone p-value, kept inside the bracket.
    let log_constant = libm::lgamma(0.5 * (df + 1.0)) - libm::lgamma(0.5 * df) - 0.5 * libm::log(df * std::f64::consts::PI);
    let density = |t: f64| libm::exp(log_constant - 0.5 * (df + 1.0) * libm::log1p(t * t / df));
    let mut t = 0.5 * (low + high);
    for _ in 0..200 {
        let gap = two_sided(t, df) - alpha;
        if gap > 0.0 {
            low = t
        } else {
            high = t
        }
        let step = t + gap / (2.0 * density(t));
        let next = if step > low && step < high { step } else { 0.5 * (low + high) };
        if (next - t).abs() <= 1e-15 * t {
            return next;
        }
        t = next;
    }
    t
}

/// The value below which T falls with probability `p` in (0, 1).
pub fn quantile(p: f64, df: f64) -> f64 {
    let size = |level: f64| if level > 0.0 { critical(level, df) } else { 0.0 };
    if p < 0.5 { -size(1.0 - 2.0 * p) } else { size(2.0 * p - 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_r() {
        // 2*pt(-c(2, .1, 9.576270719310875), c(5, 3.3, 107)), R 4.2.2 for the last: fixest's p
        assert!((two_sided(2.0, 5.0) - 0.1019394788298583).abs() < 1e-12);
        assert!((two_sided(9.576270719310875, 107.0) / 4.650231950544046e-16 - 1.0).abs() < 1e-10);
        // qt(.975, c(1, 4, 9, 107))
        for (df, c) in [(1.0, 12.706204736174694), (4.0, 2.776445105197793), (9.0, 2.262157162798205), (107.0, 1.9823833701756908)] {
            assert!((critical(0.95, df) / c - 1.0).abs() < 1e-12, "{df} {}", critical(0.95, df));
        }
        for p in [1e-8, 1e-30, 1e-200] {
            assert!((two_sided(beyond(p, 60.0), 60.0) / p - 1.0).abs() < 1e-9);
        }
        assert!((critical(0.95, 1e9) - 1.959963984540054).abs() < 1e-8);
    }
}
