//! Weights for resampling clusters.

use super::Stream;

/// √(1/2), the smallest of Webb's points.
const ROOT_HALF: f64 = std::f64::consts::FRAC_1_SQRT_2;
/// √(3/2), the largest.
const ROOT_THREE_HALVES: f64 = 1.224_744_871_391_589;
/// Webb's six points.
pub const WEBB: [f64; 6] = [-ROOT_THREE_HALVES, -1.0, -ROOT_HALF, ROOT_HALF, 1.0, ROOT_THREE_HALVES];

/// Sixty-four Rademacher signs: bit 1 stands for +1, bit 0 for −1.
#[inline]
pub fn rademacher_bits(stream: &mut Stream) -> u64 {
    stream.next_u64()
}

/// One of Webb's six points ±√(1/2), ±1, ±√(3/2), equally likely: mean 0, variance 1.
///
/// Source: Webb (2014, 2023), "Reworking wild bootstrap-based inference for clustered errors": with few clusters
/// two-point weights give too few distinct samples.
#[inline]
pub fn webb(stream: &mut Stream) -> f64 {
    WEBB[stream.below(6) as usize]
}

/// Draws n out of n clusters with replacement and names each one drawn.
///
/// Two draws from each 64 random bits, each by Lemire's multiply–shift with rejection, so every cluster is equally likely
/// to the last bit.
#[inline]
pub fn multinomial(stream: &mut Stream, n: u32, mut drawn: impl FnMut(usize)) {
    if n == 0 {
        return;
    }
    let threshold = n.wrapping_neg() % n;
    let mut left = n;
    while left > 0 {
        let bits = stream.next_u64();
        for half in [bits as u32, (bits >> 32) as u32] {
            let product = u64::from(half) * u64::from(n);
            if product as u32 >= threshold && left > 0 {
                drawn((product >> 32) as usize);
                left -= 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(name: &str) -> Stream {
        Stream::new(20210126, &["test", "resample", name], 0)
    }

    #[test]
    fn values_are_pinned() {
        let mut s = stream("pinned");
        assert_eq!(rademacher_bits(&mut s), 4_946_873_926_552_055_888);
        let mut counts = [0; 7];
        multinomial(&mut s, 7, |i| counts[i] += 1);
        assert_eq!(counts, [0, 0, 2, 2, 1, 0, 2]);
        let signs: Vec<f64> = (0..4).map(|_| webb(&mut s)).collect();
        assert_eq!(signs, [-ROOT_THREE_HALVES, ROOT_HALF, -1.0, -1.0]);
    }

    #[test]
    fn webb_has_mean_zero_and_variance_one() {
        assert!(WEBB.iter().sum::<f64>().abs() < 1e-15);
        assert!((WEBB.iter().map(|w| w * w).sum::<f64>() / 6.0 - 1.0).abs() < 1e-15);
    }

    #[test]
    fn counts_add_up_and_are_even() {
        let mut s = stream("even");
        let mut totals = [0u32; 5];
        let mut squares = 0u32;
        for _ in 0..20_000 {
            let mut counts = [0; 5];
            multinomial(&mut s, 5, |i| counts[i] += 1);
            assert_eq!(counts.iter().sum::<u32>(), 5);
            squares += counts[0] * counts[0];
            totals.iter_mut().zip(counts).for_each(|(t, c)| *t += c);
        }
        assert!(totals.iter().all(|t| t.abs_diff(20_000) < 600), "{totals:?}");
        // E[count²] = variance + mean² = 5·(1/5)(4/5) + 1
        assert!((f64::from(squares) / 20_000.0 - 1.8).abs() < 0.06);
        multinomial(&mut s, 0, |_| panic!("nobody to draw"));
    }
}
