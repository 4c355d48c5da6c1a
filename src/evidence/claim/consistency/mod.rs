//! Whether a claim's numbers fit each other, given how far they were rounded: each that it allows against each other.

mod differences;
mod error;
mod fit;
mod interval;
mod raw;
mod sign;
mod statistic;
mod students;
mod whole;

use super::{Claim, Route, Span, Way};
use crate::evidence::facts::Design;
use serde::Serialize;

/// How two numbers fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Agreement {
    /// They do.
    Agrees,
    /// They may, where something is so that is not told (an adjustment, say).
    Doubtful,
    /// They cannot.
    Contradicts,
}

/// One comparison of two numbers of a claim.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Check {
    /// Which numbers.
    pub between: String,
    /// How they fit.
    pub agreement: Agreement,
    /// What was found, with the numbers.
    pub found: String,
}

/// All checks that the claim's numbers allow: numbers of students and clusters with each other; the effect by every route (as told, means,
/// counts, odds, percentiles, growth) with each other; t, F, p and the standard error (as told, of the interval) with the effect and each
/// other; all of these with the number of students; and whether means of whole scores can be.
pub fn checks(claim: &Claim) -> Vec<Check> {
    let told = Told::of(claim);
    let mut notes = Notes::default();
    students::check(claim, &mut notes);
    differences::check(&told, &mut notes);
    sign::check(&told, &mut notes);
    statistic::check(&told, &mut notes);
    raw::check(&told, &mut notes);
    interval::check(&told, &mut notes);
    error::check(&told, &mut notes);
    whole::check(claim, &mut notes);
    notes.0
}

/// The checks made so far.
#[derive(Default)]
struct Notes(Vec<Check>);

impl Notes {
    /// Notes a comparison; a number that takes part twice is named once.
    fn add(&mut self, between: &[&str], agreement: Agreement, found: String) {
        let mut names: Vec<&str> = Vec::new();
        for name in between {
            if !names.contains(name) {
                names.push(name);
            }
        }
        let between = match names.split_last() {
            Some((last, [])) => (*last).to_string(),
            Some((last, first)) => format!("{} and {last}", first.join(", ")),
            None => String::new(),
        };
        self.0.push(Check { between, agreement, found });
    }
}

/// The claim, with what several checks need of it.
struct Told<'a> {
    claim: &'a Claim,
    /// All ways by which the difference is told.
    ways: Vec<Way>,
    /// The interval in SD, where there is one.
    interval: Option<(Span, Span)>,
}

impl Told<'_> {
    fn of(claim: &Claim) -> Told<'_> {
        Told { claim, ways: Way::all(claim), interval: interval::in_sd(claim) }
    }

    /// The difference that standard error and statistics are of: by the way preferred, else the middle of the interval.
    fn difference(&self) -> Option<Difference> {
        if let Some(way) = self.ways.first() {
            return Some(Difference { name: way.name(), g: way.g, way: Some(*way) });
        }
        let (low, high) = self.interval?;
        Some(Difference { name: "interval", g: Told::middle(low, high), way: None })
    }

    /// The fewest degrees of freedom that any sound analysis could have used.
    fn fewest_df(&self) -> f64 {
        let claim = self.claim;
        let clusters = [claim.classrooms, claim.schools].into_iter().flatten().min().map(|m| m as f64 - 2.0);
        clusters.or_else(|| claim.sizes().map(|s| s.df())).unwrap_or(10.0).max(1.0)
    }

    /// The most that so many students allow.
    fn most_df(&self) -> f64 {
        self.claim.sizes().map_or(f64::INFINITY, |s| s.df().max(1.0))
    }

    /// t, F and p as sizes of t.
    fn statistics(&self) -> Vec<(&'static str, Span)> {
        let claim = self.claim;
        let t = claim.t.map(|t| ("t", Span::printed(t).size()));
        let f = claim.f.map(|f| ("F", Span::printed(f).map(|f| f.max(0.0).sqrt())));
        let p = claim.p_value.map(|p| ("p", Span::of_p(p, self.fewest_df(), self.most_df())));
        [t, f, p].into_iter().flatten().collect()
    }

    /// Whether the source tells that its analysis was adjusted.
    fn is_adjusted(&self) -> bool {
        let facts = &self.claim.facts;
        let designs = [Design::DifferenceInDifferences, Design::QuasiExperiment, Design::Controlled];
        facts.baseline.iter().any(|b| b.adjusted == Some(true)) || facts.design.is_some_and(|d| designs.contains(&d))
    }
}

/// The difference that statistics are of.
struct Difference {
    name: &'static str,
    g: Span,
    /// None: the middle of the interval.
    way: Option<Way>,
}

impl Difference {
    /// Means or counts, of which adjusted analyses give other numbers.
    fn is_raw(&self) -> bool {
        self.way.is_some_and(|w| w.is_raw())
    }

    /// What it says, as a clause.
    fn says(&self) -> String {
        self.way.map_or_else(|| format!("the middle of the interval is {:.3}", self.g.value), |w| w.says())
    }
}
