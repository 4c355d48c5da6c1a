//! The F distribution.

use super::{first_reaching, regularized_incomplete_beta};

/// P(F ≥ f) with `df1` and `df2` degrees of freedom, both positive, also fractional.
pub fn upper_tail(f: f64, df1: f64, df2: f64) -> f64 {
    if f <= 0.0 {
        return 1.0;
    }
    if f.is_infinite() {
        return 0.0;
    }
    let sum = df2 + df1 * f;
    regularized_incomplete_beta(0.5 * df2, 0.5 * df1, df2 / sum, df1 * f / sum)
}

/// The critical value c with P(F ≤ c) = `level`, 0 < level < 1.
pub fn critical(level: f64, df1: f64, df2: f64) -> f64 {
    // To the last bit: once a design, so speed does not matter.
    first_reaching(level - 1.0, 1.0, |c| -upper_tail(c, df1, df2))
}

#[cfg(test)]
mod tests {
    use super::upper_tail;

    #[test]
    fn agrees_with_closed_forms() {
        // With one numerator degree of freedom it is the two-sided t test.
        let t = crate::num::student::two_sided(2.1, 7.3);
        assert!((upper_tail(2.1 * 2.1, 1.0, 7.3) / t - 1.0).abs() < 1e-12);
        // Closed form for two numerator degrees of freedom: (1 + 2f/ν)^(−ν/2).
        let exact = libm::pow(1.0 + 2.0 * 1.7 / 9.0, -4.5);
        assert!((upper_tail(1.7, 2.0, 9.0) / exact - 1.0).abs() < 1e-12);
    }

    #[test]
    fn critical_values_are_where_the_tail_is() {
        // scipy.stats.f.ppf(.95, [1, 2, 3], [18, 17, 400])
        for (df1, df2, c) in [(1.0, 18.0, 4.413873419170566), (2.0, 17.0, 3.5915305684750805), (3.0, 400.0, 2.627214285732791)] {
            assert!((super::critical(0.95, df1, df2) / c - 1.0).abs() < 1e-12, "{df1} {df2} {}", super::critical(0.95, df1, df2));
        }
    }
}
