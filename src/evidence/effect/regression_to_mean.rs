//! The gain that appears, without any treatment, where those are taken in who had just scored low.

use crate::num::normal;

/// The mean, in SD, of the lowest share of a normal population: −φ(Φ⁻¹(share))/share. `None` unless 0 < share < 1.
pub fn mean_of_lowest(share: f64) -> Option<f64> {
    (share > 0.0 && share < 1.0).then(|| -normal::density(normal::quantile(share)) / share)
}

/// The gain without treatment, in SD, of a group whose first score lies `gap` SD from the mean of all, when scores correlate `r` from
/// one test to the next: −(1 − r)·gap. `None` unless −1 ≤ r ≤ 1.
pub fn apparent_gain(gap: f64, r: f64) -> Option<f64> {
    (gap.is_finite() && (-1.0..=1.0).contains(&r)).then(|| -(1.0 - r) * gap)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_perfect_test_does_not_regress() {
        assert_eq!(apparent_gain(-1.0, 1.0), Some(0.0));
        assert_eq!(apparent_gain(-1.0, 1.5), None);
        assert_eq!(mean_of_lowest(0.0), None);
        assert!((mean_of_lowest(0.5).unwrap() + 0.797_884_560_802_865_4).abs() < 1e-12);
    }
}
