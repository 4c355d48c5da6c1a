//! Gauss–Legendre quadrature.

/// Nodes and weights of the rule with `n` points on (−1, 1): exact for polynomials of degree 2n − 1.
///
/// The nodes are the zeros of Legendre's polynomial, by Newton's method from Chebyshev's guess (Abramowitz and Stegun 1964, 25.4.29).
pub fn gauss_legendre(n: usize) -> Vec<(f64, f64)> {
    (0..n)
        .map(|i| {
            let mut x = libm::cos(std::f64::consts::PI * (i as f64 + 0.75) / (n as f64 + 0.5));
            let mut slope = 1.0;
            for _ in 0..100 {
                let (mut before, mut p) = (1.0, x);
                for k in 2..=n {
                    let k = k as f64;
                    (before, p) = (p, ((2.0 * k - 1.0) * x * p - (k - 1.0) * before) / k);
                }
                slope = n as f64 * (x * p - before) / (x * x - 1.0);
                let step = p / slope;
                x -= step;
                if step.abs() < 1e-15 {
                    break;
                }
            }
            (x, 2.0 / ((1.0 - x * x) * slope * slope))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::gauss_legendre;

    #[test]
    fn polynomials_are_integrated_exactly() {
        for n in [1, 2, 5, 16, 40] {
            let rule = gauss_legendre(n);
            for degree in 0..2 * n as i32 {
                let power = |x: f64| (0..degree).fold(1.0, |p, _| p * x);
                let found: f64 = rule.iter().map(|(x, w)| w * power(*x)).sum();
                let exact = if degree % 2 == 0 { 2.0 / f64::from(degree + 1) } else { 0.0 };
                assert!((found - exact).abs() < 1e-13, "{n} {degree}: {found}");
            }
        }
        // Abramowitz and Stegun, table 25.4.
        assert!((gauss_legendre(16)[0].0 - 0.989_400_934_991_649_9).abs() < 1e-15);
    }
}
