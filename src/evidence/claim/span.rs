//! A number and what rounding leaves open of it.

use super::{PValue, Printed};
use crate::num::student;

/// A number as printed, between the least and the most that it can have been.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Span {
    /// The least.
    pub low: f64,
    /// As printed.
    pub value: f64,
    /// The most.
    pub high: f64,
}

impl Span {
    /// A number that was not rounded.
    pub fn exact(value: f64) -> Span {
        Span { low: value, value, high: value }
    }

    /// A number as printed.
    pub fn printed(p: Printed) -> Span {
        Span { low: p.low(), value: p.value, high: p.high() }
    }

    /// A number as printed that is known to be above zero.
    pub fn above_zero(p: Printed) -> Span {
        Span { low: p.low().max(0.5 * p.value), ..Span::printed(p) }
    }

    /// Its size, |x|.
    pub fn size(self) -> Span {
        let (low, high) = (self.low.abs().min(self.high.abs()), self.low.abs().max(self.high.abs()));
        Span { low: if self.low <= 0.0 && self.high >= 0.0 { 0.0 } else { low }, value: self.value.abs(), high }
    }

    /// Each of its three numbers changed by a function that does not fall.
    pub fn map(self, rising: impl Fn(f64) -> f64) -> Span {
        Span { low: rising(self.low), value: rising(self.value), high: rising(self.high) }
    }

    /// As [`Span::map`], `None` where one of the three does not exist.
    pub fn try_map(self, rising: impl Fn(f64) -> Option<f64>) -> Option<Span> {
        Some(Span { low: rising(self.low)?, value: rising(self.value)?, high: rising(self.high)? })
    }

    /// A value with all others that it can be.
    pub fn around(value: f64, others: &[f64]) -> Span {
        Span { low: others.iter().copied().fold(value, f64::min), value, high: others.iter().copied().fold(value, f64::max) }
    }

    /// The product of two.
    pub fn times(self, other: Span) -> Span {
        let ends = [self.low * other.low, self.low * other.high, self.high * other.low, self.high * other.high];
        Span::around(self.value * other.value, &ends)
    }

    /// The quotient of two that are not below zero; infinite where the divisor may be zero.
    pub fn over(self, other: Span) -> Span {
        let by = |x: f64, d: f64| if d > 0.0 { x / d } else { f64::INFINITY };
        Span { low: by(self.low, other.high), value: by(self.value, other.value), high: by(self.high, other.low) }
    }

    /// A size from this share less to this share more.
    pub fn wider(self, share: f64) -> Span {
        Span { low: self.low * (1.0 - share), high: self.high * (1.0 + share), ..self }
    }

    /// How far two lie apart even when rounding is taken as kindly as it can be; zero when they meet.
    pub fn gap(self, other: Span) -> f64 {
        (self.low - other.high).max(other.low - self.high).max(0.0)
    }

    /// Whether both can be the same number.
    pub fn meets(self, other: Span) -> bool {
        self.low <= other.high && other.low <= self.high
    }

    /// The |t| that a p-value tells of, with at least `fewest` and at most `most` degrees of freedom.
    pub fn of_p(p: PValue, fewest: f64, most: f64) -> Span {
        let size = |p: f64, df: f64| match p {
            p if p >= 1.0 => 0.0,
            p if p <= 0.0 => f64::INFINITY,
            p => student::beyond(p, df),
        };
        let (low, high) = (size(p.range().1, most), size(p.range().0, fewest));
        Span { low, value: p.value().map_or(low, |p| size(p, most)), high }
    }
}
