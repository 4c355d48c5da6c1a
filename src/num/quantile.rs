//! Quantiles of a list of numbers.

/// The values in ascending order. Total order, so that it never depends on the input's order.
pub fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_unstable_by(f64::total_cmp);
    values
}

/// Quantile by linear interpolation of order statistics (Hyndman and Fan type 7, R's and NumPy's default).
/// `sorted` must be ascending and not empty; `p` in [0, 1].
pub fn quantile_type7(sorted: &[f64], p: f64) -> f64 {
    let h = (sorted.len() - 1) as f64 * p;
    let low = libm::floor(h);
    let i = low as usize;
    let next = sorted[(i + 1).min(sorted.len() - 1)];
    sorted[i] + (h - low) * (next - sorted[i])
}

/// Quantile as the inverse of the empirical distribution function (type 1). Same demands as [`quantile_type7`].
pub fn quantile_type1(sorted: &[f64], p: f64) -> f64 {
    let n = sorted.len();
    let rank = libm::ceil(p * n as f64 - 1e-9) as usize;
    sorted[rank.clamp(1, n) - 1]
}
