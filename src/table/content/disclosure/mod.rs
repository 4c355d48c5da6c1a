//! The gate: everything that is written of a run of loaded data passes here first.
//!
//! [`publish`] withholds effects, tests, subgroups and signs that rest on too few students; the tables, checks and `results.json` made
//! of what is left pass [`Gate::table`], [`super::checked`] and [`Gate::document`]. The makers of a run's folder take a [`Published`]
//! run only, which nothing else makes.

mod attrition;
mod calibration;
mod carried;
mod checks;
mod document;
mod effects;
mod measures;
mod sizes;
mod tables;
mod two_samples;
mod two_values;

pub use calibration::{PublishedCalibration, publish_calibration};

use crate::study::{Run, Seen};
use crate::table::disclosure::{Item, few, hidden, withheld};
use std::ops::Deref;

/// The gate of a run: what may pass it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gate {
    /// Counts of students below this stay; 0 or 1: everything passes.
    pub least: u64,
    /// Whether the units are students: effects on few schools tell of no student.
    pub students: bool,
    /// Whether the number of rows read would give away how many were left out.
    pub source: bool,
    /// Whether a lost cluster can be a handful of lost students: some cluster holds fewer than `least`.
    pub small_clusters: bool,
}

impl Gate {
    /// A gate through which everything passes.
    pub fn open() -> Gate {
        Gate { least: 0, students: false, source: false, small_clusters: false }
    }

    /// The gate of a run: open where students are simulated, or the study says so.
    pub fn of(run: &Run) -> Gate {
        let privacy = &run.study.privacy;
        if run.truth.is_some() || !privacy.on {
            return Gate::open();
        }
        let dropped = |a: &crate::study::Analysis| a.sample.dropped.iter().map(|(_, n)| *n as u64).collect::<Vec<u64>>();
        let source = run.analyses.iter().any(|a| hidden(&dropped(a), privacy.minimum_cell).total);
        let students = run.study.roles.as_ref().is_none_or(|r| r.unit.is_none());
        let small_clusters = run.analyses.iter().any(|a| (a.sample.smallest_cluster as u64) < privacy.minimum_cell);
        Gate { least: privacy.minimum_cell, students, source, small_clusters }
    }

    /// Whether everything passes.
    pub fn is_open(&self) -> bool {
        self.least < 2
    }

    /// Whether a count stays.
    pub fn few(&self, n: u64) -> bool {
        few(n, self.least)
    }
}

/// A run whose numbers on too few students were taken out.
pub struct Published(Run);

impl Deref for Published {
    type Target = Run;

    fn deref(&self) -> &Run {
        &self.0
    }
}

/// Takes out of a run what may not be told.
pub fn publish(mut run: Run) -> Published {
    let gate = Gate::of(&run);
    if !gate.is_open() {
        effects::withhold(&mut run, &gate);
        carried::withhold(&mut run, &gate);
    }
    Published(run)
}

/// The words for a reader where the gate of loaded data was opened; `None` where it is closed, or students are simulated.
pub fn opened(run: &Run) -> Option<&'static str> {
    (run.truth.is_none() && Gate::of(run).is_open()).then_some(
        "Disclosure control was turned off in the study file: counts of few students, and what is computed from them, are printed. Share this folder only with those who may see the students' rows.",
    )
}

/// How a run of this gate is described in its manifest.
pub fn state(run: &Run) -> &'static str {
    match (run.truth.is_some(), Gate::of(run).is_open()) {
        (true, _) => "not needed: the students are simulated",
        (false, true) => "off: the study file says so",
        (false, false) => "on",
    }
}

/// Cohorts and periods of an outcome whose effects stay.
pub(super) struct Untold {
    items: Vec<(Item, bool)>,
    least: u64,
}

impl Untold {
    /// What stays of an outcome's cohorts.
    pub(super) fn of(run: &Run, outcome: &str, gate: &Gate) -> Untold {
        Untold::of_seen(run.descriptions.iter().find(|d| d.outcome == outcome).map_or(&[][..], |d| &d.seen), gate)
    }

    /// What stays of the cohorts that are seen.
    fn of_seen(seen: &[Seen], gate: &Gate) -> Untold {
        // Of an outcome that takes two values they are as few as have the rarer one: here in a period, and before its start, on which
        // all effects on a cohort rest.
        let rarer = |s: &Seen| s.rarer.map(|n| n as u64).filter(|n| gate.few(*n));
        let size = |s: &Seen, start: i64| rarer(s).filter(|_| s.period < start).unwrap_or(s.units as u64);
        let items: Vec<Item> = seen
            .iter()
            .filter_map(|s| {
                s.start.filter(|_| s.rows > 0).map(|start| Item { start, period: s.period, n: rarer(s).unwrap_or(s.rows as u64) })
            })
            .collect();
        // One cohort of few could be computed from the mean over cohorts, so the next smallest stays, too.
        let mut sizes: Vec<(u64, i64)> = seen.iter().filter_map(|s| s.start.map(|start| (size(s, start), start))).collect();
        // Of each cohort the smallest.
        sizes.sort_unstable_by_key(|(n, start)| (*start, *n));
        sizes.dedup_by_key(|(_, start)| *start);
        sizes.sort_unstable();
        let small = sizes.iter().filter(|(n, _)| gate.few(*n)).count();
        let cohorts: Vec<i64> = sizes.iter().take(if small == 1 { 2 } else { small }).map(|(_, start)| *start).collect();
        let hidden = if gate.students && !gate.is_open() { withheld(&items, &cohorts, gate.least) } else { vec![false; items.len()] };
        Untold { items: items.into_iter().zip(hidden).collect(), least: if gate.students { gate.least } else { 0 } }
    }

    /// Whether the effect on a cohort in a period stays.
    pub(super) fn cell(&self, start: i64, period: i64) -> bool {
        self.items.iter().any(|(i, hidden)| *hidden && i.start == start && i.period == period)
    }

    /// Whether the effect on a cohort stays: all its effects by period do.
    pub(super) fn cohort(&self, start: i64) -> bool {
        let mut own = self.items.iter().filter(|(i, _)| i.start == start && i.period >= start).peekable();
        own.peek().is_some() && own.all(|(_, hidden)| *hidden)
    }

    /// Whether the effect at a time since the start stays.
    pub(super) fn event(&self, time: i64) -> bool {
        let (n, alone) = self.along(|i| i.period - i.start == time);
        alone || few(n, self.least)
    }

    /// Whether anything stays.
    pub(super) fn any(&self) -> bool {
        self.items.iter().any(|(_, hidden)| *hidden)
    }

    /// The first period.
    fn first(&self) -> i64 {
        self.items.iter().map(|(i, _)| i.period).min().unwrap_or(i64::MIN)
    }

    /// How many stand behind a mean along a line, and whether it is that of one effect which stays.
    fn along(&self, on: impl Fn(&Item) -> bool) -> (u64, bool) {
        let on: Vec<&(Item, bool)> = self.items.iter().filter(|(i, _)| on(i)).collect();
        (on.iter().map(|(i, _)| i.n).sum(), on.len() == 1 && on[0].1)
    }
}
