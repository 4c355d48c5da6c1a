//! Where an increasing function reaches a level.

/// The least x ≥ 0 at which an increasing function is no lower than `level`, by doubling from `start` and bisection to the last bit.
///
/// The function must reach the level somewhere.
pub fn first_reaching(level: f64, start: f64, f: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0, start);
    while f(high) < level && high < 1e300 {
        low = high;
        high *= 2.0;
    }
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return high;
        }
        if f(middle) < level { low = middle } else { high = middle }
    }
}

/// The first number from `low` ≥ 1 to `high` of which something holds that goes on holding; `None` if it does not hold of `high`.
pub fn first_whole(low: u64, high: u64, holds: impl Fn(u64) -> bool) -> Option<u64> {
    // Doubling first, so that a few are not sought among a million.
    let (mut below, mut at) = (low - 1, low);
    while !holds(at) {
        if at >= high {
            return None;
        }
        below = at;
        at = (2 * at).min(high);
    }
    while at - below > 1 {
        let middle = below + (at - below) / 2;
        if holds(middle) { at = middle } else { below = middle }
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::{first_reaching, first_whole};

    #[test]
    fn the_first_of_many() {
        for wanted in [1, 2, 3, 17, 999, 1000] {
            assert_eq!(first_whole(1, 1000, |n| n >= wanted), Some(wanted));
        }
        assert_eq!(first_whole(1, 1000, |n| n > 1000), None);
        assert_eq!(first_whole(5, 1000, |_| true), Some(5));
    }

    #[test]
    fn a_square_root() {
        assert!((first_reaching(2.0, 0.01, |x| x * x) - std::f64::consts::SQRT_2).abs() < 1e-15);
        assert!(first_reaching(0.0, 1.0, |x| x) < 1e-29);
    }
}
