//! What a significant result overstates when the study is small: errors of sign and of magnitude.

use crate::num::normal;
use serde::Serialize;

/// What happens, over many studies alike, to those whose result is significant.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Exaggeration {
    /// The share of studies that are significant.
    pub power: f64,
    /// Among those, the share with the wrong sign (type S).
    pub type_s: f64,
    /// Among those, the mean of |estimate| over |true effect| (type M).
    pub type_m: f64,
}

/// Power, type S and type M for a true effect other than zero and a standard error, in the same unit, at two-sided level `alpha`.
/// `None` when the effect is zero or a number cannot be.
///
/// With λ = |effect|/s and z the critical value: power = Φ(λ−z) + Φ(−λ−z); S = Φ(−λ−z)/power;
/// M = [λΦ(λ−z) + φ(λ−z) − λΦ(−λ−z) + φ(λ+z)] / (λ·power).
///
/// Source: Gelman and Carlin (2014); closed form: Lu, Qiu and Deng (2019).
pub fn exaggeration(effect: f64, std_error: f64, alpha: f64) -> Option<Exaggeration> {
    let possible = effect.is_finite() && effect != 0.0 && std_error.is_finite() && std_error > 0.0 && alpha > 0.0 && alpha < 1.0;
    if !possible {
        return None;
    }
    let (lambda, z) = (effect.abs() / std_error, -normal::quantile(0.5 * alpha));
    let (right, wrong) = (normal::cdf(lambda - z), normal::cdf(-lambda - z));
    let power = right + wrong;
    let size = lambda * right + normal::density(lambda - z) - lambda * wrong + normal::density(lambda + z);
    let type_m = size / (lambda * power);
    type_m.is_finite().then_some(Exaggeration { power, type_s: wrong / power, type_m })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_better_the_study_the_smaller_the_errors() {
        let of = |se: f64| exaggeration(0.1, se, 0.05).unwrap();
        assert!(of(0.2).type_m > of(0.1).type_m && of(0.2).type_s > of(0.1).type_s);
        let sure = of(0.005);
        assert!((sure.power - 1.0).abs() < 1e-12 && (sure.type_m - 1.0).abs() < 1e-12 && sure.type_s < 1e-12);
        assert_eq!(exaggeration(-0.1, 0.2, 0.05), exaggeration(0.1, 0.2, 0.05));
    }

    #[test]
    fn what_cannot_be_has_none() {
        for (effect, se, alpha) in [(0.0, 0.1, 0.05), (0.1, 0.0, 0.05), (0.1, -1.0, 0.05), (f64::NAN, 0.1, 0.05), (0.1, 0.1, 1.0)] {
            assert_eq!(exaggeration(effect, se, alpha), None);
        }
    }
}
