//! Hedges' g from what a source printed instead: t, F, p, a regression coefficient.

use super::{Sizes, hedges_g, small_sample_factor};
use crate::num::student;

/// g = ω·t·√(1/n_i + 1/n_c), from the t statistic of an unadjusted comparison of two groups. `None` when an arm is empty or N < 4.
///
/// Source: WWC Procedures 4.1, appendix E. An adjusted t gives a g that is too large by 1/√(1 − R²).
pub fn from_t(t: f64, sizes: Sizes) -> Option<f64> {
    t.is_finite().then(|| Some(small_sample_factor(sizes.df())? * t * sizes.reciprocal()?.sqrt()))?
}

/// As [`from_t`] with |t| = √F, for one numerator degree of freedom; F does not know the sign, so it is said apart.
pub fn from_f(f: f64, positive: bool, sizes: Sizes) -> Option<f64> {
    let t = (f >= 0.0).then(|| f.sqrt())?;
    from_t(if positive { t } else { -t }, sizes)
}

/// As [`from_t`] with the |t| whose two-sided p-value with N − 2 degrees of freedom is `p`, in (0, 1].
pub fn from_p(p: f64, positive: bool, sizes: Sizes) -> Option<f64> {
    let t = t_with_p(p, sizes.df())?;
    from_t(if positive { t } else { -t }, sizes)
}

/// The |t| whose two-sided p-value is `p` with `df` degrees of freedom (infinite: normal). `None` outside (0, 1] or for df < 1.
pub fn t_with_p(p: f64, df: f64) -> Option<f64> {
    if !(p > 0.0 && p <= 1.0 && df >= 1.0) {
        return None;
    }
    Some(if p == 1.0 { 0.0 } else { student::beyond(p, df) })
}

/// g = ω·b/S from a regression coefficient and the outcome's pooled, unadjusted SD, both in points.
pub fn from_regression(coefficient: f64, sd: f64, sizes: Sizes) -> Option<f64> {
    hedges_g(coefficient, sd, sizes)
}

/// t = g / √(N/(n_i·n_c) + g²/(2N)), by which WWC tests a g. `None` when an arm is empty.
///
/// Source: WWC Procedures 4.1, appendix F.
pub fn t_statistic(g: f64, sizes: Sizes) -> Option<f64> {
    g.is_finite().then(|| Some(g / (sizes.reciprocal()? + g * g / (2.0 * sizes.total())).sqrt()))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_there_and_back_agree() {
        let sizes = Sizes::new(45, 55);
        let g = from_t(-2.5, sizes).unwrap();
        assert!((from_f(6.25, false, sizes).unwrap() - g).abs() < 1e-15);
        let p = student::two_sided(2.5, 98.0);
        assert!((from_p(p, false, sizes).unwrap() - g).abs() < 1e-13);
        // A difference of t·S·√(1/n_i + 1/n_c) has that t.
        let sd = 7.0;
        let b = -2.5 * sd * sizes.reciprocal().unwrap().sqrt();
        assert!((from_regression(b, sd, sizes).unwrap() - g).abs() < 1e-15);
    }

    #[test]
    fn tiny_p_values_keep_their_digits() {
        for p in [1e-8, 1e-30, 1e-200] {
            let t = t_with_p(p, 60.0).unwrap();
            assert!((student::two_sided(t, 60.0) / p - 1.0).abs() < 1e-9, "{p}");
        }
        for p in [0.0, -0.1, 1.1, f64::NAN] {
            assert_eq!(t_with_p(p, 60.0), None);
        }
        assert_eq!(from_f(-1.0, true, Sizes::new(5, 5)), None);
        assert_eq!(from_t(f64::NAN, Sizes::new(5, 5)), None);
    }
}
