//! Correlated pairs of normal numbers (math, reading) and their paths over years.

use crate::random::Stream;

/// Two standard normal numbers with this correlation.
pub(super) fn pair(stream: &mut Stream, correlation: f64) -> [f64; 2] {
    let first = stream.normal();
    let second = stream.normal();
    [first, correlation * first + libm::sqrt(1.0 - correlation * correlation) * second]
}

/// A stationary path of standard normal pairs: each year carries over this part of the year before.
pub(super) fn path(stream: &mut Stream, n_years: usize, carry_over: f64, correlation: f64) -> Vec<[f64; 2]> {
    let fresh = libm::sqrt(1.0 - carry_over * carry_over);
    let mut state = pair(stream, correlation);
    let mut years = vec![state];
    while years.len() < n_years {
        let shock = pair(stream, correlation);
        state = [carry_over * state[0] + fresh * shock[0], carry_over * state[1] + fresh * shock[1]];
        years.push(state);
    }
    years
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_stationary_and_carry_over() {
        let mut s = Stream::new(1, &["test", "shocks"], 0);
        let years = path(&mut s, 40_000, 0.6, 0.8);
        let n = years.len() as f64;
        let mean = |f: &dyn Fn(usize) -> f64| (0..years.len() - 1).map(f).sum::<f64>() / n;
        assert!((mean(&|i| years[i][0] * years[i][0]) - 1.0).abs() < 0.05);
        assert!((mean(&|i| years[i][1] * years[i + 1][1]) - 0.6).abs() < 0.05);
        assert!((mean(&|i| years[i][0] * years[i][1]) - 0.8).abs() < 0.05);
    }
}
