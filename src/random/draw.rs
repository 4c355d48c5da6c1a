//! Draws from distributions, value-stable: on integer arithmetic, `libm` and our own quantile functions only.

use super::{Stream, ziggurat};

/// 2⁻⁵².
const STEP: f64 = 1.0 / 4_503_599_627_370_496.0;

impl Stream {
    /// A uniform number in the open interval (0, 1): the midpoint of one of 2⁵² equal cells.
    ///
    /// Symmetric about one half, never 0 and never 1, so its normal quantile is always finite.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        ((self.next_u64() >> 12) as f64 + 0.5) * STEP
    }

    /// A standard normal number, by the ziggurat of Doornik (2005).
    #[inline]
    pub fn normal(&mut self) -> f64 {
        ziggurat::normal(|| self.next_u64())
    }

    /// A whole number in 0..n, every one equally likely.
    ///
    /// Source: Lemire (2019), "Fast random integer generation in an interval", with rejection.
    ///
    /// # Panics
    /// When `n` is 0.
    #[inline]
    pub fn below(&mut self, n: u32) -> u32 {
        assert!(n > 0, "below(0)");
        loop {
            let product = (self.next_u64() >> 32) * u64::from(n);
            let low = product as u32;
            if low >= n || low >= n.wrapping_neg() % n {
                return (product >> 32) as u32;
            }
        }
    }

    /// True with probability `p`; never for p ≤ 0, always for p ≥ 1.
    #[inline]
    pub fn bernoulli(&mut self, p: f64) -> bool {
        self.uniform() < p
    }

    /// A gamma number with this shape (> 0) and scale 1.
    ///
    /// Source: Marsaglia and Tsang (2000), "A simple method for generating gamma variables"; shapes below 1 by
    /// their boost Γ(a) = Γ(a + 1)·U^(1/a).
    pub fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            let boost = libm::pow(self.uniform(), 1.0 / shape);
            return self.gamma(shape + 1.0) * boost;
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / libm::sqrt(9.0 * d);
        loop {
            let x = self.normal();
            let root = 1.0 + c * x;
            if root <= 0.0 {
                continue;
            }
            let v = root * root * root;
            let u = self.uniform();
            if libm::log(u) < 0.5 * x * x + d - d * v + d * libm::log(v) {
                return d * v;
            }
        }
    }

    /// A beta number with these two shapes (> 0), in [0, 1].
    pub fn beta(&mut self, a: f64, b: f64) -> f64 {
        let x = self.gamma(a);
        let y = self.gamma(b);
        x / (x + y)
    }

    /// A lognormal number: the exponential of a normal with this mean and standard deviation.
    pub fn lognormal(&mut self, mean: f64, sd: f64) -> f64 {
        libm::exp(mean + sd * self.normal())
    }

    /// Brings a slice into random order, every order equally likely (Fisher–Yates, from the back).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i as u32 + 1) as usize);
        }
    }

    /// An index drawn with probability proportional to its weight (≥ 0, not all zero).
    ///
    /// # Panics
    /// When no weight is positive.
    pub fn choose_weighted(&mut self, weights: &[f64]) -> usize {
        weighted(weights, self.uniform())
    }
}

/// The index at this place of the line from 0 to 1 that the weights (≥ 0, not all zero) divide.
///
/// # Panics
/// When no weight is positive.
pub fn weighted(weights: &[f64], place: f64) -> usize {
    let last = weights.iter().rposition(|w| *w > 0.0).expect("a positive weight");
    let mut rest = place * weights.iter().sum::<f64>();
    for (i, w) in weights[..last].iter().enumerate() {
        if rest < *w {
            return i;
        }
        rest -= w;
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(name: &str) -> Stream {
        Stream::new(20210126, &["test", name], 0)
    }

    fn moments(n: usize, mut draw: impl FnMut() -> f64) -> (f64, f64) {
        let (mut sum, mut squares) = (0.0, 0.0);
        for _ in 0..n {
            let x = draw();
            sum += x;
            squares += x * x;
        }
        let mean = sum / n as f64;
        (mean, squares / n as f64 - mean * mean)
    }

    #[test]
    fn values_are_pinned() {
        let mut s = stream("pinned");
        let values = [s.uniform(), s.normal(), s.gamma(2.5), s.gamma(0.5), s.beta(2.0, 5.0), s.lognormal(0.0, 1.0)];
        let pinned =
            [0.48264382286756813, -0.8448437466686717, 2.2995827500530894, 0.004473953036497725, 0.14153597711434612, 0.695584285377258];
        assert_eq!(values, pinned);
        let below: Vec<u32> = (0..8).map(|_| s.below(10)).collect();
        assert_eq!(below, [0, 9, 3, 0, 6, 1, 8, 3]);
        let mut order = [0, 1, 2, 3, 4, 5];
        s.shuffle(&mut order);
        assert_eq!(order, [5, 3, 4, 2, 1, 0]);
        let chosen: Vec<usize> = (0..6).map(|_| s.choose_weighted(&[1.0, 0.0, 2.0, 3.0])).collect();
        assert_eq!(chosen, [3, 3, 2, 2, 0, 2]);
    }

    #[test]
    fn moments_are_those_of_the_distributions() {
        let mut s = stream("moments");
        let n = 100_000;
        let near = |(mean, variance): (f64, f64), m: f64, v: f64| {
            assert!((mean - m).abs() < 5.0 * libm::sqrt(v / n as f64), "mean {mean}, not {m}");
            assert!((variance / v - 1.0).abs() < 0.05, "variance {variance}, not {v}");
        };
        near(moments(n, || s.uniform()), 0.5, 1.0 / 12.0);
        near(moments(n, || s.normal()), 0.0, 1.0);
        near(moments(n, || s.gamma(2.5)), 2.5, 2.5);
        near(moments(n, || s.gamma(0.5)), 0.5, 0.5);
        near(moments(n, || s.beta(2.0, 5.0)), 2.0 / 7.0, 10.0 / 392.0);
        near(moments(n, || f64::from(s.below(6))), 2.5, 35.0 / 12.0);
        near(moments(n, || f64::from(s.bernoulli(0.3))), 0.3, 0.21);
        near(moments(n, || s.choose_weighted(&[1.0, 0.0, 3.0]) as f64), 1.5, 0.75);
        let half = libm::exp(0.125);
        near(moments(n, || s.lognormal(0.0, 0.5)), half, half * half * (libm::exp(0.25) - 1.0));
    }

    #[test]
    fn uniforms_stay_inside_and_edges_are_certain() {
        assert_eq!((0u64 as f64 + 0.5) * STEP, STEP / 2.0);
        assert!(((u64::MAX >> 12) as f64 + 0.5) * STEP < 1.0);
        let mut s = stream("edges");
        assert!((0..1000).all(|_| !s.bernoulli(0.0) && s.bernoulli(1.0) && s.below(1) == 0));
        assert!((0..1000).all(|_| s.choose_weighted(&[0.0, 1.0, 0.0]) == 1));
        s.shuffle::<u8>(&mut []);
    }

    #[test]
    fn every_order_is_equally_likely() {
        let mut s = stream("orders");
        let mut counts = std::collections::BTreeMap::new();
        for _ in 0..60_000 {
            let mut order = [0, 1, 2];
            s.shuffle(&mut order);
            *counts.entry(order).or_insert(0i32) += 1;
        }
        assert_eq!(counts.len(), 6);
        assert!(counts.values().all(|c| (c - 10_000).abs() < 500), "{counts:?}");
    }
}
