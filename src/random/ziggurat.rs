//! Normal numbers by the ziggurat.

use std::sync::LazyLock;

/// Layers of equal area under exp(−x²/2).
const LAYERS: usize = 256;
/// Where the tail begins, and the area of a layer. Source: Doornik (2005), "An improved ziggurat method to generate
/// normal random samples", for 256 layers.
const TAIL: f64 = 3.654_152_885_361_009;
const AREA: f64 = 0.004_928_673_233_99;

/// Right ends of the layers, the lowest first, and the density (without its constant) there.
struct Table {
    x: [f64; LAYERS + 1],
    f: [f64; LAYERS + 1],
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let density = |x: f64| libm::exp(-0.5 * x * x);
    let mut x = [0.0; LAYERS + 1];
    x[0] = AREA / density(TAIL);
    x[1] = TAIL;
    for i in 2..LAYERS {
        x[i] = libm::sqrt(-2.0 * libm::log(AREA / x[i - 1] + density(x[i - 1])));
    }
    Table { f: x.map(density), x }
});

/// A standard normal number from a source of 64 random bits, one draw of them in 98.8 % of all cases.
///
/// The lowest byte picks a layer, the upper 52 bits a place in it (Doornik 2005: they share no bit, as they do in the
/// original of Marsaglia and Tsang 2000). Table and rare cases use `libm`, so values are the same on every machine.
#[inline]
pub(super) fn normal(mut bits: impl FnMut() -> u64) -> f64 {
    let table = &*TABLE;
    loop {
        let drawn = bits();
        let layer = (drawn & 0xff) as usize;
        let x = symmetric(drawn) * table.x[layer];
        if x.abs() < table.x[layer + 1] {
            return x;
        }
        if layer == 0 {
            return tail(x < 0.0, bits);
        }
        let height = table.f[layer] + (table.f[layer + 1] - table.f[layer]) * open(bits());
        if height < libm::exp(-0.5 * x * x) {
            return x;
        }
    }
}

/// Beyond the last layer. Source: Marsaglia (1964), "Generating a variable from the tail of the normal distribution".
#[cold]
fn tail(negative: bool, mut bits: impl FnMut() -> u64) -> f64 {
    loop {
        let x = -libm::log(open(bits())) / TAIL;
        if -2.0 * libm::log(open(bits())) > x * x {
            return if negative { -(TAIL + x) } else { TAIL + x };
        }
    }
}

/// In (−1, 1), symmetric about 0 and never 0, from the upper 52 bits.
#[inline]
fn symmetric(bits: u64) -> f64 {
    ((bits >> 12) as f64 + 0.5) * (1.0 / 2_251_799_813_685_248.0) - 1.0
}

/// In (0, 1), from the upper 52 bits.
#[inline]
fn open(bits: u64) -> f64 {
    ((bits >> 12) as f64 + 0.5) * (1.0 / 4_503_599_627_370_496.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::num::normal::cdf;
    use crate::random::Stream;

    #[test]
    fn the_layers_close_at_the_top() {
        let t = &*TABLE;
        assert!(t.x.windows(2).all(|w| w[0] > w[1]) && t.x[LAYERS] == 0.0 && t.f[LAYERS] == 1.0);
        // The uppermost layer has the area of all others.
        assert!((t.x[LAYERS - 1] * (1.0 - t.f[LAYERS - 1]) - AREA).abs() < 1e-9);
    }

    /// Shares of two million draws in 80 cells of the distribution function, and in the far tails.
    #[test]
    fn the_distribution_is_normal() {
        let mut s = Stream::new(1, &["test", "ziggurat"], 0);
        let n = 2_000_000;
        let (mut cells, mut tails, mut fourth) = ([0u32; 80], [0u32; 2], 0.0);
        for _ in 0..n {
            let x = s.normal();
            cells[((cdf(x) * 80.0) as usize).min(79)] += 1;
            tails[usize::from(x > 0.0)] += u32::from(x.abs() > TAIL);
            fourth += x * x * x * x / f64::from(n);
        }
        let wanted = f64::from(n) / 80.0;
        let chi: f64 = cells.iter().map(|c| (f64::from(*c) - wanted) * (f64::from(*c) - wanted) / wanted).sum();
        assert!(chi < 130.0, "χ²(79) = {chi}");
        let beyond = f64::from(n) * cdf(-TAIL);
        assert!(tails.iter().all(|t| (f64::from(*t) - beyond).abs() < 4.0 * libm::sqrt(beyond)), "{tails:?} of {beyond}");
        assert!((fourth - 3.0).abs() < 0.03, "{fourth}");
    }
}
