//! Axes with ticks at round numbers.

use super::measure::width;
use crate::table::Digits;
use crate::table::number::{self, Glyphs};

/// A straight scale from values to coordinates, with its ticks.
pub struct Axis {
    /// Where ticks are, and their labels.
    pub ticks: Vec<(f64, String)>,
    /// The coordinate of the lowest value.
    pub from: f64,
    /// The coordinate of the highest value.
    pub to: f64,
    low: f64,
    high: f64,
}

/// A horizontal and a vertical axis.
pub struct Grid {
    /// From left to right.
    pub x: Axis,
    /// From bottom to top.
    pub y: Axis,
}

impl Axis {
    /// An axis over the values, with a margin and about `n` ticks.
    pub fn over(low: f64, high: f64, n: usize) -> Axis {
        let (low, high) = widened(low, high);
        let (values, decimals) = ticks(low, high, n);
        let labels = values.iter().map(|&v| {
            let digits = if v != 0.0 && v.abs() < 1e-4 { Digits::Auto } else { Digits::Decimals(decimals) };
            (v, number::number(v, digits, Glyphs::Typographic))
        });
        Axis { ticks: labels.collect(), from: 0.0, to: 1.0, low, high }
    }

    /// An axis over whole numbers that are labels, such as years, with a margin in their unit.
    pub fn whole(low: i64, high: i64, margin: f64, n: usize) -> Axis {
        let span = high.saturating_sub(low).max(1);
        let mut step = 1;
        'search: for power in 0..19 {
            for lead in [1, 2, 5] {
                step = lead * 10_i64.pow(power);
                if span / step < n.max(1) as i64 {
                    break 'search;
                }
            }
        }
        let mut at = low.div_euclid(step).saturating_mul(step);
        let mut ticks = Vec::new();
        while at <= high && ticks.len() <= n {
            if at >= low {
                ticks.push((at as f64, number::whole(at, Glyphs::Typographic)));
            }
            at = at.saturating_add(step);
        }
        Axis { ticks, from: 0.0, to: 1.0, low: low as f64 - margin, high: high as f64 + margin }
    }

    /// The axis laid from one coordinate to another.
    pub fn between(mut self, from: f64, to: f64) -> Axis {
        (self.from, self.to) = (from, to);
        self
    }

    /// The coordinate of a value, held to the axis.
    pub fn at(&self, value: f64) -> f64 {
        let share = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        self.from + share * (self.to - self.from)
    }

    /// The width of the widest label.
    pub fn label_width(&self, size: f64) -> f64 {
        self.ticks.iter().map(|(_, label)| width(label, size, false)).fold(0.0, f64::max)
    }
}

/// The lowest and highest of the finite values, if any.
pub fn extent(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    values.filter(|v| v.is_finite()).fold(None, |seen, v| match seen {
        None => Some((v, v)),
        Some((low, high)) => Some((f64::min(low, v), f64::max(high, v))),
    })
}

/// A range with room on both sides, never empty and never too large to subtract.
fn widened(low: f64, high: f64) -> (f64, f64) {
    let (low, high) = (low.max(-1e100), high.min(1e100));
    let span = high - low;
    let size = low.abs().max(high.abs());
    let least = if size == 0.0 { 1.0 } else { size * 1e-9 };
    let margin = if span > least { span * 0.06 } else { size.max(1.0) * 0.5 };
    (low - margin, high + margin)
}

/// Round numbers within a range, no more than about `n`, and the decimals they need.
fn ticks(low: f64, high: f64, n: usize) -> (Vec<f64>, u8) {
    for power in -120..=120_i32 {
        for lead in [1.0, 2.0, 5.0] {
            let step = round(lead, power);
            if !(step > 0.0 && (high - low) / step <= n as f64) {
                continue;
            }
            let (first, last) = ((low / step).ceil(), (high / step).floor());
            let count = (last - first) as usize;
            // Each is read from its decimal digits, so 3 × 0.1 is 0.3.
            let values = (0..=count).map(|i| round((first + i as f64) * lead, power)).map(|v| if v == 0.0 { 0.0 } else { v });
            return (values.collect(), (-power).clamp(0, 15) as u8);
        }
    }
    (Vec::new(), 0)
}

/// A whole number times a power of ten, correctly rounded.
fn round(whole: f64, power: i32) -> f64 {
    format!("{whole:.0}e{power}").parse().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, label)| label.as_str()).collect()
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(labels(&Axis::over(-0.12, 0.33, 6)), ["\u{2212}0.1", "0.0", "0.1", "0.2", "0.3"]);
        assert_eq!(labels(&Axis::over(0.0, 9000.0, 6)), ["0", "2,000", "4,000", "6,000", "8,000"]);
        assert_eq!(labels(&Axis::whole(2015, 2022, 0.5, 12)).len(), 8);
        assert_eq!(labels(&Axis::whole(-1, 30, 0.5, 8)), ["0", "5", "10", "15", "20", "25", "30"]);
    }

    #[test]
    fn strange_ranges_do_no_harm() {
        for (low, high) in [(0.0, 0.0), (1e300, 1e300), (-1e308, 1e308), (5e-324, 5e-324), (1e-12, 2e-12)] {
            let axis = Axis::over(low, high, 6).between(0.0, 100.0);
            assert!(axis.ticks.len() <= 8);
            for v in [low, high, (low + high) / 2.0] {
                assert!((0.0..=100.0).contains(&axis.at(v)), "{low} {high}");
            }
        }
        assert!(Axis::whole(i64::MIN, i64::MAX, 0.5, 8).ticks.len() <= 9);
    }
}
