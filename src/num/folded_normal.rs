//! The folded normal distribution: the size of a normal variable whose mean is not zero.

use super::normal;

/// The value below which |N(mean, 1)| falls with probability `level`, 0 < level < 1: the c > 0 with
/// Φ(c − |mean|) − Φ(−c − |mean|) = level.
///
/// Solved to the last bits; by simulation with a million draws, as often done, it is off in the third decimal.
pub fn quantile(level: f64, mean: f64) -> f64 {
    let (b, alpha) = (mean.abs(), 1.0 - level);
    let outside =
        |c: f64| 0.5 * (libm::erfc((c - b) * std::f64::consts::FRAC_1_SQRT_2) + libm::erfc((c + b) * std::f64::consts::FRAC_1_SQRT_2));
    // One tail alone holds at least half of α and at most all of it.
    let (mut low, mut high) = ((b - normal::quantile(alpha)).max(0.0), b - normal::quantile(0.5 * alpha));
    let mut c = high;
    for _ in 0..200 {
        let excess = outside(c) - alpha;
        if excess > 0.0 {
            low = c
        } else {
            high = c
        }
        let next = c + excess / (normal::density(c - b) + normal::density(c + b));
        let next = if next > low && next < high { next } else { 0.5 * (low + high) };
        if (next - c).abs() <= 2.0 * f64::EPSILON * c {
            return next;
        }
        c = next;
    }
    c
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solves_its_equation_at_any_mean() {
        assert!((quantile(0.95, 0.0) - 1.959963984540054).abs() < 1e-14);
        for level in [0.5, 0.9, 0.95, 0.995] {
            for mean in [0.0, 1e-8, 0.3, -1.0, 3.0, 40.0, 1e6] {
                let (c, b) = (quantile(level, mean), f64::abs(mean));
                let inside = normal::cdf(c - b) - normal::cdf(-c - b);
                assert!((inside - level).abs() < 1e-9_f64.max(b * 1e-15), "{level} {mean}: {inside}");
            }
        }
        assert!((quantile(0.95, 1e6) - 1e6 - 1.6448536269514722).abs() < 1e-9);
    }
}
