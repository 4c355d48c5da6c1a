//! A mean over draws with its Monte Carlo standard error.

/// A measure and by how much it would typically change with other draws.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// The value.
    pub value: f64,
    /// Its Monte Carlo standard error; `None` where too few draws tell it.
    pub mc_error: Option<f64>,
}

impl Measured {
    /// A measure, where it is a finite number.
    pub(super) fn new(value: f64, mc_error: f64) -> Option<Measured> {
        // No −0.
        value.is_finite().then(|| Measured { value: value + 0.0, mc_error: Some(mc_error).filter(|e| e.is_finite()) })
    }

    /// The mean of values, with error √(s²/n).
    pub(super) fn mean(values: &[f64]) -> Option<Measured> {
        Measured::new(mean(values), libm::sqrt(variance(values) / values.len() as f64))
    }

    /// The share of values that hold, with the error of [`share_error`].
    pub(super) fn share(holds: usize, of: usize) -> Option<Measured> {
        Measured::new(holds as f64 / of as f64, share_error(holds, of))
    }

    /// The ratio of two means, with error by the delta method: that of the mean of (a − ρb)/b̄.
    pub(super) fn ratio(a: &[f64], b: &[f64]) -> Option<Measured> {
        let bottom = mean(b);
        if bottom == 0.0 {
            return None;
        }
        let ratio = mean(a) / bottom;
        let influence: Vec<f64> = a.iter().zip(b).map(|(a, b)| (a - ratio * b) / bottom).collect();
        Measured::new(ratio, libm::sqrt(variance(&influence) / a.len() as f64))
    }
}

/// The Monte Carlo standard error of a share p of n draws, √(p(1 − p)/n), where p is kept half a draw away from 0 and 1.
///
/// Draws that all hold do not show that the next one must: the plain formula would say that nothing is uncertain. Half a count
/// for an empty cell is Haldane's (1956), "The estimation and significance of the logarithm of a ratio of frequencies", Annals of
/// Human Genetics 20; all other shares have the formula of Morris, White and Crowther (2019), table 6.
pub(super) fn share_error(holds: usize, of: usize) -> f64 {
    let n = of as f64;
    let p = (holds as f64 / n).max(0.5 / n).min(1.0 - 0.5 / n);
    libm::sqrt(p * (1.0 - p) / n)
}

/// The mean; NaN of nothing.
pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The variance with divisor n − 1, in two passes; NaN of fewer than two values.
pub(super) fn variance(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return f64::NAN;
    }
    let centre = mean(values);
    values.iter().map(|v| (v - centre) * (v - centre)).sum::<f64>() / (values.len() - 1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_never_certain() {
        assert_eq!(share_error(5, 20), libm::sqrt(0.25 * 0.75 / 20.0));
        assert!((share_error(20, 20) - share_error(0, 20)).abs() < 1e-15);
        assert!((share_error(0, 20) - libm::sqrt(0.025 * 0.975 / 20.0)).abs() < 1e-15);
        assert_eq!(share_error(1, 1), 0.5);
        assert!(Measured::share(0, 0).is_none(), "of nothing there is no share");
    }
}
