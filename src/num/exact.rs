//! Sums that do not depend on the order of their terms.
//!
//! A floating-point sum changes in its last digits when rows are shuffled or spread over threads differently. Here
//! every term is split into two fixed-point whole numbers and those are added, which is exact and associative: any
//! order, any number of threads, any processor gives the same bits. With terms of at most [`Exact::BOUND`] in
//! absolute value the resolution is 2⁻⁶⁰ and a billion terms fit, so the sum is *more* accurate than adding in
//! floating point. Compare the binned sums of Demmel and Nguyen (2015), "Parallel reproducible summation".

/// Coarse grid: 2²⁸ steps to the unit.
const COARSE: f64 = 268_435_456.0;
/// Fine grid: 2³² steps to a coarse step.
const FINE: f64 = 4_294_967_296.0;
/// Adding this to a number below 2⁵¹ rounds it to a whole number, which then stands in the low bits.
const MAGIC: f64 = 6_755_399_441_055_744.0;

#[inline(always)]
fn split(term: f64) -> (i64, i64) {
    let magic_bits = MAGIC.to_bits() as i64;
    let scaled = term * COARSE;
    let shifted = scaled + MAGIC;
    let rest = (scaled - (shifted - MAGIC)) * FINE;
    let rest_shifted = rest + MAGIC;
    ((shifted.to_bits() as i64).wrapping_sub(magic_bits), (rest_shifted.to_bits() as i64).wrapping_sub(magic_bits))
}

#[inline(always)]
fn join(coarse: i64, fine: i64) -> f64 {
    let whole = ((coarse as i128) << 32) + fine as i128;
    whole as f64 / (COARSE * FINE)
}

/// One exact sum.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Exact {
    coarse: i64,
    fine: i64,
}

impl Exact {
    /// The largest absolute value a term may have.
    pub const BOUND: f64 = 16.0;

    /// Adds a term of at most [`Exact::BOUND`] in absolute value.
    #[inline(always)]
    pub fn add(&mut self, term: f64) {
        debug_assert!(term.abs() <= Self::BOUND, "term {term} out of bounds");
        let (coarse, fine) = split(term);
        self.coarse += coarse;
        self.fine += fine;
    }

    /// Adds another sum.
    #[inline]
    pub fn merge(&mut self, other: Exact) {
        self.coarse += other.coarse;
        self.fine += other.fine;
    }

    /// The sum, rounded once.
    pub fn value(self) -> f64 {
        join(self.coarse, self.fine)
    }
}

/// Many exact sums side by side.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExactRow {
    sums: Vec<Exact>,
}

impl ExactRow {
    /// `n` sums, all zero.
    pub fn zeros(n: usize) -> Self {
        ExactRow { sums: vec![Exact::default(); n] }
    }

    /// Adds a term to sum `i`.
    #[inline(always)]
    pub fn add(&mut self, i: usize, term: f64) {
        self.sums[i].add(term);
    }

    /// Adds another row of sums.
    pub fn merge(&mut self, other: &ExactRow) {
        self.sums.iter_mut().zip(&other.sums).for_each(|(a, b)| a.merge(*b));
    }

    /// Sum `i`, rounded once.
    pub fn value(&self, i: usize) -> f64 {
        self.sums[i].value()
    }

    /// Number of sums.
    pub fn len(&self) -> usize {
        self.sums.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.sums.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_does_not_matter_and_cancellation_is_exact() {
        let terms: Vec<f64> = (0..10_000).map(|i| libm::sin(i as f64 * 0.7) * 3.9).collect();
        let forward = terms.iter().fold(Exact::default(), |mut s, &t| {
            s.add(t);
            s
        });
        let backward = terms.iter().rev().fold(Exact::default(), |mut s, &t| {
            s.add(t);
            s
        });
        assert_eq!(forward, backward);
        let mut zero = forward;
        terms.iter().for_each(|&t| zero.add(-t));
        assert_eq!(zero.value(), 0.0);
    }

    #[test]
    fn agrees_with_the_true_sum_to_the_last_digits() {
        let mut sum = Exact::default();
        for _ in 0..1_000_000 {
            sum.add(0.1);
        }
        assert!((sum.value() - 100_000.0).abs() < 1e-11, "{}", sum.value());
        let mut small = Exact::default();
        small.add(16.0);
        small.add(1e-12);
        small.add(-16.0);
        assert!((small.value() - 1e-12).abs() < 1e-18);
    }
}
