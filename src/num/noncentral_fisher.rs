//! The noncentral F distribution: what an F statistic follows when the hypothesis is false.

use super::regularized_incomplete_beta;

/// P(F > f) with `df1` and `df2` degrees of freedom and noncentrality `lambda` ≥ 0.
///
/// A mixture of beta distributions with Poisson weights (Johnson, Kotz and Balakrishnan 1995, chapter 30), summed from the
/// largest weight outwards. Absolute error below 1e-12.
pub fn upper_tail(f: f64, df1: f64, df2: f64, lambda: f64) -> f64 {
    if f <= 0.0 {
        return 1.0;
    }
    let half = 0.5 * lambda;
    let sum = df2 + df1 * f;
    let tail = |j: f64| regularized_incomplete_beta(0.5 * df2, 0.5 * df1 + j, df2 / sum, df1 * f / sum);
    if half == 0.0 {
        return tail(0.0);
    }
    let mode = half.floor();
    let at_mode = libm::exp(mode * libm::log(half) - half - libm::lgamma(mode + 1.0));
    let (mut value, mut mass) = (0.0, 0.0);
    let mut add = |weight: f64, j: f64| {
        mass += weight;
        value += weight * tail(j);
        weight > 1e-18
    };
    let (mut weight, mut j) = (at_mode, mode);
    while add(weight, j) {
        j += 1.0;
        weight *= half / j;
    }
    (weight, j) = (at_mode, mode);
    while j > 0.0 {
        weight *= j / half;
        j -= 1.0;
        if !add(weight, j) {
            break;
        }
    }
    value / mass
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::num::noncentral_t;

    #[test]
    fn with_one_numerator_degree_it_is_the_two_sided_noncentral_t() {
        for (t, df, delta) in [(2.0, 5.0, 1.0), (2.1, 40.0, 2.8), (1.96, 1e5, 0.3), (30.0, 18.0, 31.0), (2.0, 3.0, 0.0)] {
            let two_sided = noncentral_t::upper_tail(t, df, delta) + noncentral_t::cdf(-t, df, delta);
            let got = upper_tail(t * t, 1.0, df, delta * delta);
            assert!((got - two_sided).abs() < 1e-12, "{t} {df} {delta}: {got}, not {two_sided}");
        }
    }
}
