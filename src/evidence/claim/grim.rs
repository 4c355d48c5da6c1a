//! Whether a mean of whole numbers can be.

use super::Printed;
use serde::Serialize;

/// What the test says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grim {
    /// Some sum of whole scores gives this mean.
    Possible,
    /// None does.
    Impossible,
    /// With so many students every printed mean is possible.
    SaysNothing,
}

/// Whether `n` whole-numbered scores can have this printed mean: some whole sum k has k/n within half a unit of the last digit. Says
/// something only while n < 10^decimals.
///
/// Source: Brown and Heathers (2017), the GRIM test.
pub fn grim(mean: Printed, n: u64) -> Grim {
    let n = n as f64;
    if n < 1.0 || n >= libm::pow(10.0, f64::from(mean.decimals)) {
        return Grim::SaysNothing;
    }
    // Half a unit, and a little for rounding either way of halves.
    let slack = mean.half() * (1.0 + 1e-9) + 1e-12 * mean.value.abs();
    let nearest = libm::round(mean.value * n);
    let near = [nearest - 1.0, nearest, nearest + 1.0].into_iter().any(|k| (k / n - mean.value).abs() <= slack);
    if near { Grim::Possible } else { Grim::Impossible }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_example() {
        // Brown and Heathers (2017): 28 participants, mean 5.19 on whole numbers cannot be; 5.18 (145/28) and 5.21 (146/28) can.
        for (mean, says) in [("5.19", Grim::Impossible), ("5.18", Grim::Possible), ("5.21", Grim::Possible)] {
            assert_eq!(grim(Printed::parse(mean).unwrap(), 28), says, "{mean}");
        }
    }

    #[test]
    fn every_mean_that_is_one_is_possible() {
        for n in 1..60_u32 {
            for k in 0..200_u32 {
                let text = format!("{:.2}", f64::from(k) / f64::from(n));
                assert_eq!(grim(Printed::parse(&text).unwrap(), u64::from(n)), Grim::Possible, "{k}/{n}");
            }
        }
        assert_eq!(grim(Printed::parse("5.19").unwrap(), 100), Grim::SaysNothing);
        assert_eq!(grim(Printed::parse("5.19").unwrap(), 0), Grim::SaysNothing);
        assert_eq!(grim(Printed::parse("5").unwrap(), 28), Grim::SaysNothing);
    }
}
