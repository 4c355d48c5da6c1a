//! Powers of two as units: dividing by them is exact.

/// The power of two just above a positive number; one for what is not positive or not finite.
pub fn power_of_two_above(x: f64) -> f64 {
    if x <= 0.0 || !x.is_finite() {
        return 1.0;
    }
    let (_, exponent) = libm::frexp(x);
    libm::ldexp(1.0, exponent)
}
