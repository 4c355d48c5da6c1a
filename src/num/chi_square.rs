//! The χ² distribution with a whole number of degrees of freedom.

use super::first_reaching;

/// P(χ²_q > x). With no degrees of freedom the variable is 0.
///
/// By the finite sums of Abramowitz and Stegun (1964), 26.4.4 and 26.4.5.
pub fn upper_tail(x: f64, q: usize) -> f64 {
    if x <= 0.0 {
        return f64::from(u8::from(q > 0 || x < 0.0));
    }
    if q == 0 || x.is_infinite() {
        return 0.0;
    }
    let half = 0.5 * x;
    let (mut term, mut sum, mut k) = if q.is_multiple_of(2) {
        (libm::exp(-half), libm::exp(-half), 1.0)
    } else {
        let first = libm::exp(-half) * libm::sqrt(half) * std::f64::consts::FRAC_2_SQRT_PI;
        (first, libm::erfc(libm::sqrt(half)) + if q > 1 { first } else { 0.0 }, 1.5)
    };
    for _ in 1..q / 2 {
        term *= half / k;
        sum += term;
        k += 1.0;
    }
    sum.min(1.0)
}

/// The critical value c with P(χ²_q ≤ c) = `level`, 0 < level < 1; 0 without degrees of freedom.
pub fn critical(level: f64, q: usize) -> f64 {
    if q == 0 { 0.0 } else { first_reaching(level - 1.0, 1.0, |c| -upper_tail(c, q)) }
}

/// P(χ²_q(λ) > x) with noncentrality λ: χ² variables with q + 2j degrees of freedom, j being a Poisson variable of mean λ/2.
pub fn noncentral_upper_tail(x: f64, q: usize, lambda: f64) -> f64 {
    let half = 0.5 * lambda;
    if half > 700.0 {
        // The approximation of Sankaran (1963) where the Poisson weights leave the range of numbers; it is 1 or 0 to all practical ends.
        let (n, r) = (q as f64, lambda / (q as f64 + lambda));
        let centre = (x - n - lambda) / libm::sqrt(2.0 * (n + lambda) * (1.0 + r));
        return 0.5 * libm::erfc(centre * std::f64::consts::FRAC_1_SQRT_2);
    }
    let (mut weight, mut left, mut sum) = (libm::exp(-half), 1.0, 0.0);
    let mut j = 0;
    while left > 1e-17 && j < 4_000 {
        sum += weight * upper_tail(x, q + 2 * j);
        left -= weight;
        j += 1;
        weight *= half / j as f64;
        if weight < 1e-18 && j as f64 > half {
            break;
        }
    }
    sum.min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::num::normal;

    #[test]
    fn agrees_with_closed_forms_and_tables() {
        assert!((upper_tail(3.7 * 3.7, 1) / normal::two_sided(3.7) - 1.0).abs() < 1e-13);
        assert!((upper_tail(5.0, 2) / libm::exp(-2.5) - 1.0).abs() < 1e-15);
        // Abramowitz and Stegun (1964), table 26.8: the upper 5 % points.
        for (q, c) in [(1, 3.84146), (2, 5.99147), (3, 7.81473), (4, 9.48773), (5, 11.0705), (10, 18.3070), (29, 42.5569), (30, 43.7729)] {
            assert!((critical(0.95, q) - c).abs() < 1e-4, "{q}: {}", critical(0.95, q));
        }
        // With one degree of freedom it is the square of a normal variable with mean √λ.
        for lambda in [0.0, 0.3, 4.0, 30.0] {
            let (c, m) = (1.959963984540054, libm::sqrt(lambda));
            let exact = normal::cdf(m - c) + normal::cdf(-m - c);
            assert!((noncentral_upper_tail(c * c, 1, lambda) - exact).abs() < 1e-13, "{lambda}");
        }
        assert!((noncentral_upper_tail(4.0, 3, 0.0) - upper_tail(4.0, 3)).abs() < 1e-15);
        assert!(noncentral_upper_tail(10.0, 3, 2000.0) > 1.0 - 1e-9);
        assert_eq!((upper_tail(0.0, 3), upper_tail(1.0, 0), critical(0.95, 0)), (1.0, 0.0, 0.0));
    }
}
