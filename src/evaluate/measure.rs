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

    /// The share of values that hold, with error √(p(1 − p)/n).
    pub(super) fn share(holds: usize, of: usize) -> Option<Measured> {
        let p = holds as f64 / of as f64;
        Measured::new(p, libm::sqrt(p * (1.0 - p) / of as f64))
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
