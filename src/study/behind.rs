//! How many students stand behind what is asked of data.

use super::analyse::rarest;
use super::describe::{Seen, seen};
use crate::panel::Panel;

/// The counts of a question's sample by which it is decided what may be told of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Behind {
    /// Units.
    pub units: usize,
    /// Units treated at some time; where treatments do not simply stay on, those whose treatment changes.
    pub treated: usize,
    /// Of an outcome that takes two values: how many rows of a group in a period have the rarer one, where these are fewest but not
    /// none.
    pub rarest: Option<usize>,
    /// The fewest units in a cluster.
    pub smallest_cluster: usize,
    /// Rows left out, by reason.
    pub dropped: Vec<usize>,
    /// By cohort and period.
    pub seen: Vec<Seen>,
}

impl Behind {
    /// The counts of a sample.
    pub fn of(panel: &Panel) -> Behind {
        Behind {
            units: panel.n_units(),
            treated: panel.n_treated_units(),
            rarest: rarest(panel),
            smallest_cluster: (0..panel.n_clusters()).map(|g| panel.units_of(g).len()).min().unwrap_or_default(),
            dropped: panel.ledger.dropped.iter().map(|(_, n)| *n).collect(),
            seen: seen(panel),
        }
    }
}
