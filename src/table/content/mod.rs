//! What a run says, as typed content: its tables, figures, and the report's answer. One file a table.

mod answer;
mod balance;
pub mod calibration;
pub mod capsule;
mod checks;
mod codebook;
mod compared;
mod components;
mod descriptives;
pub mod diagnose;
mod disclosure;
mod effects;
pub mod evidence;
pub mod export;
mod figures;
mod flow;
mod headline;
mod implementation;
mod joint;
mod judge;
mod parameters;
pub mod plan;
mod planned;
mod redo;
mod report;
mod side_by_side;
mod specifications;
mod subgroups;
mod truth;
mod units;
mod words;
mod wwc;

pub use checks::checked;
pub use components::components;
pub use disclosure::{Gate, Published, PublishedCalibration, opened, publish, publish_calibration, state};
pub use effects::effects;
pub use headline::Headline;
pub use joint::joint;
pub use judge::judge;
pub use report::{Provenance, report};
pub use side_by_side::{comparison, side_by_side};
pub use units::in_units;
pub use words::terminal;

use super::Table;
use crate::study::Run;

/// All tables of a run, past the disclosure gate, in the order in which they are shown.
pub fn tables(run: &Run) -> Vec<Table> {
    let level = run.study.study.level;
    let mut tables = vec![
        effects::main(run, level),
        compared::compared(&run.analyses, level, Gate::of(run)),
        side_by_side::side_by_side(&run.analyses, level),
        effects::events(run, level),
        effects::cohorts(run, level),
        effects::distribution(run, level),
        evidence::alarms(&run.alarms()),
        planned::planned(run),
        checks::summary(run),
        joint::joint(&run.analyses),
        components::components(&run.analyses),
        subgroups::subgroups(run),
        subgroups::differences(run),
        flow::flow(run),
        descriptives::descriptives(run),
        balance::balance(run),
    ];
    tables.extend(specifications::tables(run));
    tables.extend(checks::tables(run));
    tables.extend(implementation::tables(run));
    tables.extend(truth::truth(run));
    tables.extend(wwc::wwc(run));
    tables.push(codebook::codebook(run));
    tables.extend(parameters::parameters(run));
    tables.retain(|t| !t.rows.is_empty());
    let gate = Gate::of(run);
    for table in &mut tables {
        in_units(run, table);
        gate.table(table);
    }
    tables
}
