//! One place where two documents differ, and in which order such places are told.

use crate::infer::floor;
use crate::table::{Cell, Digits};

/// Which part of a run's results a difference is in, in the order in which they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The headline's effect.
    Headline,
    /// The verdict's word and grade.
    Verdict,
    /// Other effects.
    Estimates,
    /// Samples, tests, warnings and random draws of the estimates, and what the verdict rests on.
    Rest,
    /// Checks.
    Checks,
    /// Tables.
    Tables,
}

impl Part {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Part::Verdict => "verdict",
            Part::Headline => "headline",
            Part::Estimates => "estimates",
            Part::Rest => "rest",
            Part::Checks => "checks",
            Part::Tables => "tables",
        }
    }
}

/// Which of the two documents alone holds something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Only {
    /// The first.
    First,
    /// The second.
    Second,
}

/// How people read a number that differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// As a whole number without separators: a count or a period.
    Whole,
    /// As a p-value, counted among so many draws in the first and in the second, where it was.
    PValue([Option<u64>; 2]),
    /// With these digits: by the standard error beside it, where there is one.
    With(Digits),
}

/// One place where two documents differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// In which part of the results.
    pub part: Part,
    /// Where, in plain words: outcome, estimator, effect and method, then which number.
    pub place: String,
    /// What the first says, at full precision.
    pub before: String,
    /// What the second says, at full precision.
    pub after: String,
    /// What the first and the second say, where it is a number.
    pub numbers: [Option<f64>; 2],
    /// How people read these numbers.
    pub shown: Shown,
    /// The difference, when both are numbers.
    pub by: Option<f64>,
    /// The difference as a share of the first, when both are numbers and the first is not zero.
    pub share: Option<f64>,
    /// The difference of two estimates in standard errors of the first; of the second where the first has none.
    pub std_errors: Option<f64>,
    /// Which of the two alone has it; `None`: both.
    pub only: Option<Only>,
}

impl Difference {
    /// What the first and what the second says, as people read it.
    pub fn cells(&self) -> [Cell; 2] {
        let cell = |side: usize, words: &str| match (self.numbers[side], self.shown) {
            (None, _) => Cell::text(words),
            (Some(n), Shown::Whole) => Cell::Whole(n as i64),
            (p, Shown::PValue(draws)) => Cell::p_value_above(p, floor(p, draws[side].map(|n| n as usize)), ""),
            (x, Shown::With(digits)) => Cell::number_with(x, digits, ""),
        };
        [cell(0, &self.before), cell(1, &self.after)]
    }
}

/// Part by part. The headline as it stands in its document: its effect by its first method first. In other parts first estimates, by
/// their difference in standard errors, then the largest first: by their share of the first value, then those from zero by their size,
/// then what is no number, as it stood, and what only one of the two has.
pub fn by_size(found: &mut [Difference]) {
    let rank = |d: &Difference| match (d.only, d.std_errors, d.share, d.by) {
        (Some(_), ..) => (4, 0.0),
        _ if d.part == Part::Headline => (0, 0.0),
        (_, Some(n), ..) => (0, n.abs()),
        (_, _, Some(share), _) => (1, share.abs()),
        (_, _, None, Some(by)) => (2, by.abs()),
        (_, _, None, None) => (3, 0.0),
    };
    found.sort_by(|a, b| {
        let ((x, p), (y, q)) = (rank(a), rank(b));
        a.part.cmp(&b.part).then(x.cmp(&y)).then(q.total_cmp(&p))
    });
}
