//! The effect as it is judged.

use crate::num::student;
use serde::Serialize;

/// The effect in SD, with what is known of its uncertainty, clusters heeded as [`Facts::clustering`](super::Facts::clustering) says.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Effect {
    /// The estimate.
    pub estimate: f64,
    /// Its standard error.
    pub std_error: Option<f64>,
    /// Degrees of freedom; none: normal.
    pub df: Option<f64>,
    /// Two-sided p-value of no effect.
    pub p_value: Option<f64>,
    /// The draws among which it was counted, where it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub draws: Option<u64>,
    /// Lower end of the interval at 1 − `alpha`, if other than estimate ± t·SE.
    pub low: Option<f64>,
    /// Its upper end.
    pub high: Option<f64>,
}

impl Effect {
    /// The interval: as given, else estimate ± t·SE. `None` without either.
    pub fn interval(&self, alpha: f64) -> Option<(f64, f64)> {
        if let (Some(low), Some(high)) = (self.low, self.high) {
            return (low <= high).then_some((low, high));
        }
        let se = self.std_error.filter(|se| *se >= 0.0 && se.is_finite())?;
        let half = student::beyond(alpha, self.df.filter(|df| *df > 0.0).unwrap_or(f64::INFINITY)) * se;
        self.estimate.is_finite().then_some((self.estimate - half, self.estimate + half))
    }

    /// The standard error: as given, else from the interval's width.
    pub fn error(&self, alpha: f64) -> Option<f64> {
        self.std_error.or_else(|| {
            let (low, high) = self.interval(alpha)?;
            Some((high - low) / (2.0 * student::beyond(alpha, self.df.filter(|df| *df > 0.0).unwrap_or(f64::INFINITY))))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interval_and_error_go_back_and_forth() {
        let of = Effect { estimate: 0.3, std_error: Some(0.1), df: Some(20.0), ..Effect::default() };
        let (low, high) = of.interval(0.05).unwrap();
        let back = Effect { std_error: None, low: Some(low), high: Some(high), ..of };
        assert!((back.error(0.05).unwrap() - 0.1).abs() < 1e-12);
        assert_eq!(Effect { estimate: 0.3, ..Effect::default() }.interval(0.05), None);
        assert_eq!(Effect { low: Some(1.0), high: Some(0.0), ..of }.interval(0.05), None);
    }
}
