//! Shares of students: told as a bound at the ends, where few stand behind them.

use super::few_of;
use crate::table::Cell;

/// Shares up to this, and from one less this on, are told as bounds.
const END: f64 = 0.05;

/// How many a share of `n` is.
fn count(share: f64, n: u64) -> u64 {
    if share.is_finite() && share >= 0.0 { libm::round(share * n as f64) as u64 } else { 0 }
}

/// The cell of a share of `n` students: a bound where few stand on one side of it and it lies at an end, suppressed where it lies
/// elsewhere.
pub fn share(share: Option<f64>, n: u64, least: u64, reason: &str) -> Cell {
    let Some(p) = share.filter(|p| p.is_finite()) else { return Cell::undefined(reason) };
    match few_of(count(p, n), n, least) {
        false => Cell::Percent(p),
        true if p <= END => Cell::text("5 % or less"),
        true if p >= 1.0 - END => Cell::text("95 % or more"),
        true => Cell::Suppressed,
    }
}

/// A share of `n` students for a sentence: moved to the bound where few stand behind it, or to the nearest twentieth.
pub fn coded(share: f64, n: u64, least: u64) -> f64 {
    if !few_of(count(share, n), n, least) {
        return share;
    }
    (libm::round(share / END) * END).clamp(END, 1.0 - END)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_few_is_a_bound_or_nothing() {
        assert_eq!(share(Some(0.02), 200, 10, ""), Cell::text("5 % or less"));
        assert_eq!(share(Some(0.98), 200, 10, ""), Cell::text("95 % or more"));
        assert_eq!(share(Some(0.2), 20, 10, ""), Cell::Suppressed);
        assert_eq!(share(Some(0.5), 200, 10, ""), Cell::Percent(0.5));
        assert_eq!(share(Some(0.0), 200, 10, ""), Cell::Percent(0.0));
        assert_eq!(share(Some(0.02), 200, 0, ""), Cell::Percent(0.02));
        assert_eq!((coded(0.016, 184, 10), coded(0.5, 184, 10)), (0.05, 0.5));
    }
}
