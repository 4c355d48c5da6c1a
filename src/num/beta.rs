//! The regularized incomplete beta function, on which the t and F distributions rest.

/// ln Γ(a) + ln Γ(b) − ln Γ(a + b), accurate also when one argument is large.
fn ln_beta(a: f64, b: f64) -> f64 {
    let (small, large) = if a < b { (a, b) } else { (b, a) };
    if large < 1e3 {
        return libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b);
    }
    // ln Γ(large) − ln Γ(large + small) by Stirling's series, without subtracting two huge numbers.
    let correction = |x: f64| (1.0 / 12.0 - (1.0 / 360.0 - 1.0 / (1260.0 * x * x)) / (x * x)) / x;
    let sum = large + small;
    libm::lgamma(small) + (large - 0.5) * -libm::log1p(small / large) - small * libm::log(sum) + small + correction(large) - correction(sum)
}

/// I_x(a, b) for 0 ≤ x ≤ 1 and a, b > 0.
///
/// Continued fraction of DiDonato and Morris (1992) evaluated by the modified Lentz method; `complement` is 1 − x,
/// passed apart so that neither tail loses digits.
pub fn regularized_incomplete_beta(a: f64, b: f64, x: f64, complement: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if complement <= 0.0 {
        return 1.0;
    }
    let front = |a: f64, b: f64, x: f64, y: f64| libm::exp(a * libm::log(x) + b * libm::log(y) - ln_beta(a, b)) / a;
    if x < (a + 1.0) / (a + b + 2.0) {
        front(a, b, x, complement) * fraction(a, b, x)
    } else {
        1.0 - front(b, a, complement, x) * fraction(b, a, complement)
    }
}

fn fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let nonzero = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / nonzero(1.0 - (a + b) * x / (a + 1.0));
    let mut h = d;
    for m in 1..100_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / nonzero(1.0 + even * d);
        c = nonzero(1.0 + even / c);
        h *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / nonzero(1.0 + odd * d);
        c = nonzero(1.0 + odd / c);
        let step = d * c;
        h *= step;
        if (step - 1.0).abs() < 1e-16 {
            break;
        }
    }
    h
}
