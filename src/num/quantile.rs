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

/// Quantile as R's `boot::boot.ci` takes it: the order statistic of rank (n + 1)p; between two ranks by linear
/// interpolation on the normal scale, beyond the first and last the first and last. Same demands as [`quantile_type7`].
pub fn quantile_boot(sorted: &[f64], p: f64) -> f64 {
    let n = sorted.len();
    let rank = (n + 1) as f64 * p;
    let k = libm::floor(rank + 1e-12) as usize;
    if k == 0 || k >= n {
        return sorted[if k == 0 { 0 } else { n - 1 }];
    }
    if (rank - libm::round(rank)).abs() < 1e-9 {
        return sorted[libm::round(rank) as usize - 1];
    }
    let z = |share: f64| super::normal::quantile(share);
    let below = z(k as f64 / (n + 1) as f64);
    let above = z((k + 1) as f64 / (n + 1) as f64);
    sorted[k - 1] + (z(p) - below) / (above - below) * (sorted[k] - sorted[k - 1])
}
