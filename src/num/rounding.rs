//! What rounding leaves where there is nothing.

/// Beside numbers of a size, what is smaller than this share of it is rounding.
const NOISE: f64 = 1e-12;

/// A number, or 0 where it is no more than rounding beside numbers of this size, such as those whose difference it is or the standard
/// deviation it is measured against.
///
/// ```
/// # use didact::num::settled;
/// assert_eq!(settled(3.55e-15, 14.0), 0.0);
/// assert_eq!(settled(3.55e-15, 1e-14), 3.55e-15);
/// ```
pub fn settled(x: f64, size: f64) -> f64 {
    if x.abs() <= NOISE * size.abs() { 0.0 } else { x }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rounding_is_nothing() {
        assert_eq!(settled(-2.99e-14, 16.0).to_bits(), 0);
        assert_eq!(settled(1e-9, 1.0), 1e-9);
        assert_eq!(settled(1e-300, 0.0), 1e-300);
        assert!(settled(f64::NAN, 1.0).is_nan());
    }
}
