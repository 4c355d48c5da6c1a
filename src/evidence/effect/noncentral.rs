//! The interval of a standardized difference of means by the noncentral t.

use super::Sizes;
use crate::num::{first_reaching, noncentral_t, student};

/// Both ends of the interval of Cohen's d = (ȳ_i − ȳ_c)/S, in SD: those δ at which the observed t = d/√(1/n_i + 1/n_c) has
/// probability (1 − level)/2 above, and below, it. Multiplied by the factor of g they are those of g.
///
/// Students count as independent and scores as normal with the same variance in both arms. `None` when N < 3, an arm is empty,
/// or `level` is not between 0 and 1. Ends are found by bisection to the last bits.
///
/// Source: Steiger and Fouladi (1997); Cumming and Finch (2001).
pub fn noncentral_interval(d: f64, sizes: Sizes, level: f64) -> Option<(f64, f64)> {
    let (root, df) = (sizes.reciprocal()?.sqrt(), sizes.df());
    if df < 1.0 || !d.is_finite() || !(level > 0.0 && level < 1.0) {
        return None;
    }
    let t = d / root;
    if !t.is_finite() {
        return None;
    }
    let tail = 0.5 * (1.0 - level);
    Some((root * low_end(t, df, tail)?, -root * low_end(-t, df, tail)?))
}

/// The noncentrality at which a t as large as this has probability `tail` above. That grows with the noncentrality.
fn low_end(t: f64, df: f64, tail: f64) -> Option<f64> {
    let above = |delta: f64| noncentral_t::upper_tail(t, df, delta);
    let reach = std::iter::successors(Some(student::quantile(0.999, df).max(4.0)), |reach| Some(2.0 * reach));
    let base = reach.take_while(|reach| *reach < 1e12).map(|reach| t - reach).find(|base| above(*base) < tail)?;
    // At the observed t itself about half lies above, which is more.
    Some(base + first_reaching(tail, t - base, |x| above(base + x)))
}

#[cfg(test)]
mod tests {
    use super::*;

    // scipy 1.17.1: brentq on nct.cdf(t, df, δ) − p with xtol = 1e-13.
    #[test]
    fn as_scipy_finds_it() {
        let known = [
            (0.5936112049666132, 144, 121, 0.34609734377631823, 0.8400422079546181),
            (0.03020626962417437, 102, 108, -0.24045676322200507, 0.30079674306506066),
            (0.8, 6, 5, -0.4613869732276175, 2.021460316595823),
            (-1.5, 10, 30, -2.2825461785540386, -0.7012084151621493),
            (0.2, 900, 1100, 0.11166330995781025, 0.28828687688657195),
            (0.0, 12, 20, -0.7156776574868697, 0.7156776574868697),
        ];
        for (d, n_i, n_c, low, high) in known {
            let found = noncentral_interval(d, Sizes::new(n_i, n_c), 0.95).unwrap();
            assert!((found.0 - low).abs() < 1e-9 && (found.1 - high).abs() < 1e-9, "{d}: {found:?}");
        }
    }

    #[test]
    fn mirrored_and_wider_with_the_level() {
        let sizes = Sizes::new(14, 23);
        let (a, b) = (noncentral_interval(0.7, sizes, 0.9).unwrap(), noncentral_interval(-0.7, sizes, 0.9).unwrap());
        assert!((a.0 + b.1).abs() < 1e-12 && (a.1 + b.0).abs() < 1e-12);
        let wide = noncentral_interval(0.7, sizes, 0.99).unwrap();
        assert!(wide.0 < a.0 && wide.1 > a.1);
    }

    #[test]
    fn nothing_is_made_of_nothing() {
        assert_eq!(noncentral_interval(0.5, Sizes::new(1, 1), 0.95), None);
        assert_eq!(noncentral_interval(0.5, Sizes::new(0, 9), 0.95), None);
        assert_eq!(noncentral_interval(f64::NAN, Sizes::new(5, 9), 0.95), None);
        assert_eq!(noncentral_interval(0.5, Sizes::new(5, 9), 1.0), None);
        assert_eq!(noncentral_interval(1e300, Sizes::new(5, 9), 0.95), None);
    }
}
