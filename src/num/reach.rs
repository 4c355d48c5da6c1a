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

#[cfg(test)]
mod tests {
    use super::first_reaching;

    #[test]
    fn a_square_root() {
        assert!((first_reaching(2.0, 0.01, |x| x * x) - std::f64::consts::SQRT_2).abs() < 1e-15);
        assert!(first_reaching(0.0, 1.0, |x| x) < 1e-29);
    }
}
