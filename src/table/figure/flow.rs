//! The boxes of a flow diagram, and the numbers behind it.

use super::Content;
use crate::table::{Cell, Column};
use serde::Serialize;

/// A step that the arms have in common.
#[derive(Debug, Clone, PartialEq, Serialize, serde::Deserialize)]
pub struct FlowStep {
    /// What is counted.
    pub label: String,
    /// How many; `None`: withheld.
    pub n: Option<u64>,
    /// Whether these leave here, and stand beside the flow.
    pub leaves: bool,
}

/// How many of an arm are at a stage; `None`: withheld.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, serde::Deserialize)]
pub struct FlowCount {
    /// Those who are there.
    pub n: Option<u64>,
    /// Those of the stage before who are no longer there; 0 at the first.
    pub lost: Option<u64>,
    /// The share of the stage before that was lost, in [0, 1].
    pub share: Option<f64>,
}

/// A stage of the flow, arm by arm.
#[derive(Debug, Clone, PartialEq, Serialize, serde::Deserialize)]
pub struct FlowStage {
    /// What is counted.
    pub label: String,
    /// What the loss on the way to it is called; empty: nothing is lost on the way.
    pub lost: String,
    /// One a count an arm.
    pub arms: Vec<FlowCount>,
}

/// One row a box, in the order of the flow.
pub(super) fn data(steps: &[FlowStep], arms: &[String], stages: &[FlowStage]) -> Content {
    let columns = vec![
        Column::new("group", "Group"),
        Column::new("step", "Step"),
        Column::new("count", "Count"),
        Column::new("share_lost", "Share lost").explain("Of those at the step before."),
    ];
    let count = |n: Option<u64>| n.map_or(Cell::Suppressed, Cell::Count);
    let none = || Cell::undefined("it is no loss");
    let mut rows: Vec<Vec<Cell>> = steps.iter().map(|s| vec![Cell::text("all"), Cell::text(&s.label), count(s.n), none()]).collect();
    for (ix, arm) in arms.iter().enumerate() {
        for stage in stages {
            let Some(at) = stage.arms.get(ix) else { continue };
            if !stage.lost.is_empty() {
                let share = at.share.map_or(Cell::Suppressed, |s| Cell::percent(Some(s), "nobody was there before"));
                rows.push(vec![Cell::text(arm), Cell::text(&stage.lost), count(at.lost), share]);
            }
            rows.push(vec![Cell::text(arm), Cell::text(&stage.label), count(at.n), none()]);
        }
    }
    (columns, rows, Vec::new())
}
