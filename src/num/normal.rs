//! The normal distribution.

use std::f64::consts::FRAC_1_SQRT_2;

/// P(Z ≤ x) for a standard normal Z, accurate in both tails.
pub fn cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

/// ln P(Z > x), also where the probability itself is too small to be told from zero.
///
/// Beyond 30 by the asymptotic series φ(x)/x · (1 − x⁻² + 3x⁻⁴ − 15x⁻⁶ + 105x⁻⁸), exact there to 1e-11.
pub fn ln_upper_tail(x: f64) -> f64 {
    if x < 30.0 {
        return libm::log(0.5 * libm::erfc(x * FRAC_1_SQRT_2));
    }
    if x == f64::INFINITY {
        return f64::NEG_INFINITY;
    }
    let r = 1.0 / (x * x);
    let series = -r * (1.0 - r * (3.0 - r * (15.0 - r * 105.0)));
    -0.5 * x * x - libm::log(x) - 0.918_938_533_204_672_8 + libm::log1p(series)
}

/// ln P(a < Z < b), accurate in both tails; −∞ when b ≤ a.
pub fn ln_between(a: f64, b: f64) -> f64 {
    if b <= a {
        return f64::NEG_INFINITY;
    }
    if b <= 0.0 {
        return ln_between(-b, -a);
    }
    if a <= 0.0 {
        return libm::log1p(-libm::exp(ln_upper_tail(b)) - libm::exp(ln_upper_tail(-a)));
    }
    let upper = ln_upper_tail(a);
    upper + libm::log(-libm::expm1(ln_upper_tail(b) - upper))
}

/// The density at x.
pub fn density(x: f64) -> f64 {
    0.398_942_280_401_432_7 * libm::exp(-0.5 * x * x)
}

/// The two-sided p-value of a standard normal statistic.
pub fn two_sided(statistic: f64) -> f64 {
    libm::erfc(statistic.abs() * FRAC_1_SQRT_2)
}

/// The value below which a standard normal falls with probability `p` in (0, 1).
///
/// Source: Wichura (1988), Algorithm AS 241 (PPND16), relative accuracy about 1e-16.
pub fn quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180625 - q * q;
        return q * ratio(&A, &B, r);
    }
    let tail = if q < 0.0 { p } else { 1.0 - p };
    let r = libm::sqrt(-libm::log(tail));
    let x = if r <= 5.0 { ratio(&C, &D, r - 1.6) } else { ratio(&E, &F, r - 5.0) };
    if q < 0.0 { -x } else { x }
}

fn ratio(top: &[f64; 8], bottom: &[f64; 8], r: f64) -> f64 {
    let horner = |c: &[f64; 8]| c.iter().rev().fold(0.0, |acc, &k| acc * r + k);
    horner(top) / horner(bottom)
}

const A: [f64; 8] = [
    3.387_132_872_796_366_5,
    133.141_667_891_784_38,
    1_971.590_950_306_551_4,
    13_731.693_765_509_46,
    45_921.953_931_549_87,
    67_265.770_927_008_7,
    33_430.575_583_588_13,
    2_509.080_928_730_122_7,
];
const B: [f64; 8] = [
    1.0,
    42.313_330_701_600_91,
    687.187_007_492_057_9,
    5_394.196_021_424_751,
    21_213.794_301_586_597,
    39_307.895_800_092_71,
    28_729.085_735_721_943,
    5_226.495_278_852_545,
];
const C: [f64; 8] = [
    1.423_437_110_749_683_5,
    4.630_337_846_156_546,
    5.769_497_221_460_691,
    3.647_848_324_763_204_5,
    1.270_458_252_452_368_4,
    0.241_780_725_177_450_6,
    0.022_723_844_989_269_184,
    7.745_450_142_783_414e-4,
];
const D: [f64; 8] = [
    1.0,
    2.053_191_626_637_759,
    1.676_384_830_183_803_8,
    0.689_767_334_985_1,
    0.148_103_976_427_480_08,
    0.015_198_666_563_616_457,
    5.475_938_084_995_345e-4,
    1.050_750_071_644_416_9e-9,
];
const E: [f64; 8] = [
    6.657_904_643_501_103,
    5.463_784_911_164_114,
    1.784_826_539_917_291_3,
    0.296_560_571_828_504_87,
    0.026_532_189_526_576_124,
    0.001_242_660_947_388_078_4,
    2.711_555_568_743_487_6e-5,
    2.010_334_399_292_288_1e-7,
];
const F: [f64; 8] = [
    1.0,
    0.599_832_206_555_888,
    0.136_929_880_922_735_8,
    0.014_875_361_290_850_615,
    7.868_691_311_456_133e-4,
    1.846_318_317_510_054_8e-5,
    1.421_511_758_316_446e-7,
    2.044_263_103_389_939_8e-15,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_hold_in_the_tails() {
        // Abramowitz and Stegun (1964), 26.2.14, with 50 digits.
        for (x, expected) in [(3.0, -6.607726221510349), (5.0, -15.064998393988726), (50.0, -1254.8313611394199)] {
            assert!((ln_upper_tail(x) / expected - 1.0).abs() < 1e-11, "{x}: {}", ln_upper_tail(x));
        }
        let (below, above) = (ln_upper_tail(30.0 - 1e-9), ln_upper_tail(30.0 + 1e-9));
        assert!((below - above - 2e-9 * 30.03).abs() < 1e-8, "a jump where the series begins");
        assert!((ln_between(-1.0, 2.0) - libm::log(cdf(2.0) - cdf(-1.0))).abs() < 1e-14);
        assert!((ln_between(40.0, 41.0) - ln_upper_tail(40.0)).abs() < 1e-15 * 800.0);
        assert_eq!(ln_between(-41.0, -40.0), ln_between(40.0, 41.0));
        assert_eq!(ln_between(1.0, 1.0), f64::NEG_INFINITY);
    }

    #[test]
    fn quantile_and_cdf_agree_with_r() {
        // qnorm(c(.025, .3, .975, 1e-10)), R 4.2.2
        for (p, x) in [(0.025, -1.959963984540054), (0.3, -0.5244005127080409), (0.975, 1.959963984540054), (1e-10, -6.361340902404056)] {
            assert!((quantile(p) - x).abs() < 1e-14 * x.abs().max(1.0), "{p}: {}", quantile(p));
            assert!((cdf(quantile(p)) - p).abs() < 1e-13 * p);
        }
    }
}
