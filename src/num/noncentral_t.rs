//! The noncentral t distribution: what a t statistic follows when there is an effect.

use super::normal;

/// Half of the nodes and weights of Gauss–Legendre quadrature with 20 nodes on [−1, 1].
const NODES: [(f64, f64); 10] = [
    (0.07652652113349734, 0.15275338713072628),
    (0.22778585114164507, 0.14917298647260424),
    (0.37370608871541955, 0.1420961093183824),
    (0.5108670019508271, 0.1316886384491769),
    (0.636053680726515, 0.1181945319615186),
    (0.7463319064601508, 0.1019301198172407),
    (0.8391169718222188, 0.08327674157670471),
    (0.912234428251326, 0.06267204833410879),
    (0.9639719272779138, 0.040601429800386446),
    (0.993128599185095, 0.017614007139150893),
];
/// Pieces of equal length that each smooth stretch is cut into.
const PIECES: usize = 12;
/// From here on Student's t is normal to 1e-10.
const NORMAL_FROM: f64 = 1e10;

/// P(T ≤ t) for a noncentral t with `df` ≥ 1 degrees of freedom (also fractional) and noncentrality `delta`.
///
/// With s² = χ²/df it is the mean of Φ(ts − δ) over s (Johnson, Kotz and Balakrishnan 1995, chapter 31). The integral is by
/// Gauss–Legendre quadrature over where s has its mass, cut where Φ turns from 0 to 1; the density's constant cancels, as it
/// is integrated with the same nodes. Absolute error below 1e-12 for whole and below 1e-10 for fractional degrees of freedom.
pub fn cdf(t: f64, df: f64, delta: f64) -> f64 {
    mean_over_scale(t, df, delta, |s| normal::cdf(t * s - delta))
}

/// P(T > t), without loss of digits where it is small.
pub fn upper_tail(t: f64, df: f64, delta: f64) -> f64 {
    mean_over_scale(t, df, delta, |s| normal::cdf(delta - t * s))
}

/// The mean of `f(s)` over s = √(χ²/df), where `f` changes within about 1/|t| of δ/t and is flat elsewhere.
fn mean_over_scale(t: f64, df: f64, delta: f64, f: impl Fn(f64) -> f64) -> f64 {
    if df >= NORMAL_FROM {
        return f(1.0);
    }
    let sd = 1.0 / libm::sqrt(2.0 * df);
    // Deviations of s from 1; beyond these the density is below 1e-17 of its peak.
    let (low, high) = (f64::max(-1.0, -9.0 * sd), 12.0 * sd);
    let (turn, width) = if t == 0.0 { (0.0, f64::INFINITY) } else { (delta / t - 1.0, 9.0 / t.abs()) };
    let cuts = [low, (turn - width).clamp(low, high), (turn + width).clamp(low, high), high];
    let (mut value, mut mass) = (0.0, 0.0);
    for stretch in cuts.windows(2) {
        for piece in edges(stretch[0], stretch[1]).windows(2) {
            let (middle, half) = (0.5 * (piece[0] + piece[1]), 0.5 * (piece[1] - piece[0]));
            for (node, weight) in NODES {
                for d in [middle - half * node, middle + half * node] {
                    // Density of s up to a constant: s^(df − 1) exp(−df s²/2), its peak near s = 1.
                    let s = 1.0 + d;
                    let density = half * weight * libm::exp(df * (libm::log1p(d) - d - 0.5 * d * d)) / s;
                    mass += density;
                    value += density * f(s);
                }
            }
        }
    }
    value / mass
}

/// The ends of the pieces of a stretch of deviations; from s = 0 on they grow from very short, as s^(df − 1) is not smooth there
/// for fractional degrees of freedom.
fn edges(low: f64, high: f64) -> Vec<f64> {
    if high <= low {
        return Vec::new();
    }
    let width = (high - low) / PIECES as f64;
    let mut out = vec![low];
    if low <= -1.0 {
        out.extend((1..9).rev().map(|i| low + width * libm::pow(8.0, -f64::from(i))));
    }
    out.extend((1..PIECES).map(|i| low + width * i as f64));
    out.push(high);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::num::student;

    #[test]
    fn without_noncentrality_it_is_student_s() {
        for df in [1.0, 2.0, 3.5, 18.0, 400.0, 1e5] {
            for t in [-60.0, -2.1, -0.3, 0.0, 0.7, 1.96, 5.0, 900.0] {
                let (got, exact) = (cdf(t, df, 0.0), student::cdf(t, df));
                assert!((got - exact).abs() < 1e-12, "{t} {df}: {got}, not {exact}");
            }
        }
    }

    #[test]
    fn at_zero_and_in_the_limit_it_is_normal() {
        for delta in [-30.0, -1.5, 0.2, 4.0] {
            assert!((cdf(0.0, 7.0, delta) - normal::cdf(-delta)).abs() < 1e-14);
            assert_eq!(cdf(1.3, 1e12, delta), normal::cdf(1.3 - delta));
        }
    }

    #[test]
    fn it_mirrors_and_the_tails_add_up() {
        for (t, df, delta) in [(2.0, 1.0, 3.0), (2.0, 38.0, 2.8), (-1.0, 5.5, 4.0), (250.0, 12.0, 240.0), (40.0, 1e5, 39.0)] {
            assert!((cdf(t, df, delta) - upper_tail(-t, df, -delta)).abs() < 1e-13);
            assert!((cdf(t, df, delta) + upper_tail(t, df, delta) - 1.0).abs() < 1e-13);
        }
    }
}
