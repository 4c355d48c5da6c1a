//! Effect sizes as percentile points, the translation readers misunderstand least (Baird and Pane 2019).

use crate::num::normal;

/// WWC's improvement index, 100·(Φ(g) − 0.5): by how many percentile points the average comparison student would rise.
pub fn improvement_index(g: f64) -> f64 {
    100.0 * (normal::cdf(g) - 0.5)
}

/// The percentile, among comparison students, of the average treated student: 50 + the improvement index.
pub fn percentile_of(g: f64) -> f64 {
    50.0 + improvement_index(g)
}

/// The effect that lifts a student from one percentile to another: Φ⁻¹(to) − Φ⁻¹(from). `None` unless both lie within 0 and 100.
pub fn from_percentiles(from: f64, to: f64) -> Option<f64> {
    let inside = |p: f64| p > 0.0 && p < 100.0;
    (inside(from) && inside(to)).then(|| normal::quantile(to / 100.0) - normal::quantile(from / 100.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_values() {
        for (g, points) in [(0.05, 2.0), (0.10, 4.0), (0.20, 7.9), (0.25, 9.9)] {
            assert!((improvement_index(g) - points).abs() < 0.05, "{g}");
        }
    }

    #[test]
    fn there_and_back() {
        for g in [-2.0, -0.1, 0.0, 0.08, 1.3] {
            assert!((from_percentiles(50.0, percentile_of(g)).unwrap() - g).abs() < 1e-12, "{g}");
        }
        for (from, to) in [(0.0, 50.0), (50.0, 100.0), (f64::NAN, 50.0), (-3.0, 4.0)] {
            assert_eq!(from_percentiles(from, to), None);
        }
    }
}
