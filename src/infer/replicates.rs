//! How many random draws, and how far they leave a number open.

use crate::cohort::{Fault, Faults};
use crate::estimate::Options;
use crate::num::sorted;
use std::ops::Range;

/// The number of draws asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// This many.
    Fixed(usize),
    /// As many as it takes until more cannot change the verdict.
    Auto,
}

/// The most draws that `auto` takes.
pub(super) const MOST_AUTO: usize = 1_023_999;

/// How many standard errors the share of extreme draws must lie from the level before `auto` stops: over all its stops a
/// wrong one then has a probability below 1 in 10,000.
pub(super) const SURE: f64 = 5.0;

/// A share of draws and the level it is compared with: the verdict is which is larger.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share {
    pub count: usize,
    pub of: usize,
    pub level: f64,
}

impl Share {
    /// Whether Wilson's interval of the share excludes the level.
    pub(super) fn is_settled(self) -> bool {
        if self.of == 0 {
            return true;
        }
        let (n, p, z) = (self.of as f64, self.count as f64 / self.of as f64, SURE);
        let centre = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
        let half = z / (1.0 + z * z / n) * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
        self.level < centre - half || self.level > centre + half
    }
}

impl Asked {
    pub(super) fn of(options: &Options) -> Asked {
        match options.get("replicates") {
            "auto" => Asked::Auto,
            _ => Asked::Fixed(options.whole("replicates") as usize),
        }
    }

    /// Refuses work that would take minutes: `each` sums a replicate. `what` is the method, `place` its size, `why` what every
    /// replicate does.
    ///
    /// # Errors
    /// Above 2·10¹¹ sums, `auto` counted as 100,000 replicates.
    pub(super) fn price(self, each: f64, what: &str, place: String, why: &str, remedy: &str) -> Result<(), Faults> {
        const MOST: f64 = 2e11;
        const A_MINUTE: f64 = 6e10;
        let draws = match self {
            Asked::Fixed(n) => n as f64,
            Asked::Auto => 1e5,
        };
        let sums = draws * each;
        if sums <= MOST {
            return Ok(());
        }
        let minutes = sums / A_MINUTE;
        Err(Fault::new("INF-009", format!("{what} would take very long here"), place, format!("{why}: about {minutes:.0} minutes"), remedy)
            .into())
    }

    /// Whether all of `patterns` may be used once each instead of drawing at random.
    pub(super) fn allows(self, patterns: usize) -> bool {
        match self {
            Asked::Fixed(n) => patterns <= n,
            Asked::Auto => patterns <= MOST_AUTO,
        }
    }

    /// Draws until done. `draw` adds the replicates of a range and says whether all verdicts are settled. Returns the number
    /// drawn, and whether all verdicts were settled (always true of a fixed number). The first replicates are the same
    /// whatever the number.
    pub(super) fn draw(self, mut draw: impl FnMut(Range<usize>) -> bool) -> (usize, bool) {
        match self {
            Asked::Fixed(n) => {
                draw(0..n);
                (n, true)
            }
            Asked::Auto => {
                let (mut done, mut next) = (0, 999);
                loop {
                    let settled = draw(done..next);
                    done = next;
                    if settled || done >= MOST_AUTO {
                        return (done, settled);
                    }
                    next = 2 * done + 1;
                }
            }
        }
    }
}

/// The Monte Carlo standard error of a share estimated from `n` draws.
pub(super) fn of_share(share: f64, n: usize) -> f64 {
    (share * (1.0 - share) / n as f64).sqrt()
}

/// The Monte Carlo standard error of a standard deviation: √(μ₄ − σ⁴) / (2σ√n).
pub(super) fn of_deviation(values: &[f64]) -> Option<f64> {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let (mut second, mut fourth) = (0.0, 0.0);
    for v in values {
        let square = (v - mean) * (v - mean);
        second += square;
        fourth += square * square;
    }
    let (second, fourth) = (second / n, fourth / n);
    (second > 0.0).then(|| ((fourth - second * second).max(0.0) / n).sqrt() / (2.0 * second.sqrt()))
}

/// The Monte Carlo standard error of a quantile: half the distance between the order statistics one binomial standard
/// deviation to either side.
pub(super) fn of_quantile(ascending: &[f64], p: f64) -> Option<f64> {
    let n = ascending.len() as f64;
    let spread = (n * p * (1.0 - p)).sqrt();
    let at = |rank: f64| ascending[(libm::round(rank) as usize).min(ascending.len() - 1)];
    let half = 0.5 * (at(n * p + spread) - at((n * p - spread).max(0.0)));
    (ascending.len() > 1 && half.is_finite()).then_some(half)
}

/// Values in ascending order, the finite ones.
pub(super) fn finite_sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    sorted(values.filter(|v| v.is_finite()).collect())
}
