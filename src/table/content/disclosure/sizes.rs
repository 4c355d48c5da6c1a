//! The counts of a sample, as they may be told.

use super::Gate;
use crate::study::SampleCounts;
use crate::table::Cell;
use crate::table::disclosure::{few_of, hidden};

impl Gate {
    /// Whether the number of treated units stays: it, or that of the others, is too small.
    pub fn hides_treated(&self, s: &SampleCounts) -> bool {
        let treated = s.switching.map_or(s.treated_units, |s| s.0) as u64;
        few_of(treated, s.units as u64, self.least) || few_of(s.treated_units as u64, s.units as u64, self.least)
    }

    /// Whether the numbers of clusters with treated units, and with others, stay: where clusters are hardly larger than students they
    /// tell the numbers of students that stay.
    pub fn hides_clusters(&self, s: &SampleCounts) -> bool {
        self.hides_treated(s) && (s.smallest_cluster as u64) < self.least
    }

    /// A count, or the sign that it stays.
    pub fn count(&self, hide: bool, n: usize) -> Cell {
        if hide { Cell::Suppressed } else { Cell::Count(n as u64) }
    }

    /// Which of the rows left out, by reason, stay.
    pub fn hides_dropped(&self, s: &SampleCounts) -> Vec<bool> {
        let counts: Vec<u64> = s.dropped.iter().map(|(_, n)| *n as u64).collect();
        let mut out = hidden(&counts, self.least).parts;
        // Where the number of rows read stays, no analysis may give it away.
        if self.source
            && !out.contains(&true)
            && let Some(least) = (0..counts.len()).min_by_key(|i| counts[*i])
        {
            out[least] = true;
        }
        out
    }
}
