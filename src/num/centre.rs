//! Count, mean and standard deviation, summed exactly: no order of the values changes a bit.

use super::{Exact, power_of_two_above};

/// Count, mean and standard deviation of some values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Centre {
    /// How many there are.
    pub n: usize,
    /// Their mean; `None` of none.
    pub mean: Option<f64>,
    /// Their standard deviation, with the divisor n − 1; `None` of fewer than two.
    pub sd: Option<f64>,
    /// The two values they take; `None` where they take one, or more than two.
    pub two: Option<TwoValues>,
}

/// Values that are one of two numbers, as 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TwoValues {
    /// The lower.
    pub low: f64,
    /// The higher.
    pub high: f64,
    /// How many are the lower, and the higher.
    pub counts: [usize; 2],
}

impl TwoValues {
    /// Of these values; `None` where they take one, or more than two: it looks no further than the third.
    pub fn of(mut values: impl Iterator<Item = f64>) -> Option<TwoValues> {
        let one = values.next()?;
        let (mut other, mut counts) = (None, [1usize, 0]);
        for v in values {
            if v == one {
                counts[0] += 1;
            } else if v == *other.get_or_insert(v) {
                counts[1] += 1;
            } else {
                return None;
            }
        }
        let other = other?;
        Some(if one < other {
            TwoValues { low: one, high: other, counts }
        } else {
            TwoValues { low: other, high: one, counts: [counts[1], counts[0]] }
        })
    }

    /// How many are the rarer of the two.
    pub fn rarer(&self) -> usize {
        self.counts[0].min(self.counts[1])
    }

    /// Whether they are 0 and 1: then the mean is a share.
    pub fn is_share(&self) -> bool {
        self.low == 0.0 && self.high == 1.0
    }
}

impl Centre {
    /// Of these values, which are finite.
    pub fn of(values: impl Iterator<Item = f64> + Clone) -> Centre {
        let (n, largest) = values.clone().fold((0usize, 0.0_f64), |(n, m), v| (n + 1, m.max(v.abs())));
        if n == 0 {
            return Centre { n, mean: None, sd: None, two: None };
        }
        let scale = power_of_two_above(largest);
        let sum = |terms: &mut dyn Iterator<Item = f64>| {
            let mut s = Exact::default();
            terms.for_each(|t| s.add(t));
            s.value()
        };
        let mean = sum(&mut values.clone().map(|v| v / scale)) / n as f64;
        let square = sum(&mut values.clone().map(|v| (v / scale - mean) * (v / scale - mean)));
        let sd = (n > 1).then(|| (square / (n as f64 - 1.0)).sqrt() * scale);
        Centre { n, mean: Some(mean * scale), sd, two: TwoValues::of(values) }
    }

    /// Pearson's correlation of pairs; `None` where one side does not vary or there are fewer than three.
    pub fn correlation(pairs: impl Iterator<Item = (f64, f64)> + Clone) -> Option<f64> {
        let (a, b) = (Centre::of(pairs.clone().map(|p| p.0)), Centre::of(pairs.clone().map(|p| p.1)));
        let (ma, mb, sa, sb) = (a.mean?, b.mean?, a.sd?, b.sd?);
        if a.n < 3 || sa <= 0.0 || sb <= 0.0 {
            return None;
        }
        // Standardised products add up to (n − 1) times the correlation.
        let products = Centre::of(pairs.map(|(x, y)| (x - ma) / sa * ((y - mb) / sb)));
        Some((products.mean? * a.n as f64 / (a.n as f64 - 1.0)).clamp(-1.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_few_values() {
        let of = Centre::of([1e9 + 1.0, 1e9 + 2.0, 1e9 + 6.0].into_iter());
        assert_eq!((of.n, of.mean), (3, Some(1e9 + 3.0)));
        assert!((of.sd.unwrap() - 7f64.sqrt()).abs() < 1e-6);
        assert_eq!(Centre::of([2.0].into_iter()), Centre { n: 1, mean: Some(2.0), sd: None, two: None });
        assert_eq!(Centre::of(std::iter::empty()).mean, None);
    }

    #[test]
    fn two_values_are_counted() {
        let of = |values: &[f64]| TwoValues::of(values.iter().copied());
        let found = of(&[1.0, 0.0, 0.0, 1.0, 0.0]).unwrap();
        assert_eq!((found.low, found.high, found.counts, found.rarer()), (0.0, 1.0, [3, 2], 2));
        assert!(found.is_share() && !of(&[2.0, 1.0]).unwrap().is_share());
        assert_eq!((of(&[1.0, 1.0]), of(&[0.0, 1.0, 2.0]), of(&[])), (None, None, None));
        assert_eq!(Centre::of([0.0, 1.0, 1.0].into_iter()).two.map(|t| t.counts), Some([1, 2]));
    }

    #[test]
    fn correlations() {
        let r = |pairs: &[(f64, f64)]| Centre::correlation(pairs.iter().copied());
        assert!((r(&[(1.0, 2.0), (2.0, 4.0), (3.0, 6.0)]).unwrap() - 1.0).abs() < 1e-12);
        // 0.5 by hand: deviations (−1, 0, 1) and (−1/3, −1/3, 2/3)·3 of y = (0, 0, 1) give 1/(√2·√(2/3)).
        assert!((r(&[(0.0, 0.0), (1.0, 0.0), (2.0, 1.0)]).unwrap() - 0.75f64.sqrt()).abs() < 1e-12);
        assert_eq!(r(&[(1.0, 1.0), (1.0, 2.0), (1.0, 3.0)]), None);
        assert_eq!(r(&[(1.0, 1.0), (2.0, 2.0)]), None);
    }
}
