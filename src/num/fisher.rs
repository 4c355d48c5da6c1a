//! The F distribution.

use super::regularized_incomplete_beta;

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
}
