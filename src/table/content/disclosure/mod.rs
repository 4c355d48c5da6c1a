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
mod untold;

pub use calibration::{PublishedCalibration, publish_calibration};

use crate::study::Run;
use crate::table::disclosure::{few, hidden, near};
use std::ops::Deref;
use untold::Untold;

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
        let source = run.analyses.iter().any(|a| a.sample.withheld.rows || hidden(&dropped(a), privacy.minimum_cell).total);
        let students = run.study.roles.as_ref().is_none_or(|r| r.unit.is_none());
        let small_clusters = run.analyses.iter().any(|a| (a.sample.smallest_cluster as u64) < privacy.minimum_cell);
        Gate { least: privacy.minimum_cell, students, source, small_clusters }
    }

    /// Whether everything passes.
    pub fn is_open(&self) -> bool {
        self.least < 2
    }

    /// Whether two counts differ by so few that they must not stand beside each other.
    pub fn near(&self, a: usize, b: usize) -> bool {
        near(a as u64, b as u64, self.least)
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
    let before = Gate::of(&run);
    if before.students && !before.is_open() {
        sizes::withhold(&mut run, &before);
    }
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
