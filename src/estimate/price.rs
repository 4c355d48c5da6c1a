//! What an estimate takes, told before it is begun: memory and time from the size of its tables.
//!
//! A regression of k terms keeps k² cross-products for each of G clusters and solves k³; its base columns, an indicator for each
//! cohort and period that a cluster holds, are kept too. CR2 takes the roots of a k × k matrix for each cluster, and for each of T
//! effects a k × k sum.

use super::Chosen;
use crate::cohort::{Fault, Faults};
use crate::panel::Panel;

/// How large an estimator's tables are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Size {
    /// Terms of a regression; 0 where it is none.
    pub terms: usize,
    /// Effects.
    pub targets: usize,
    /// Clusters.
    pub clusters: usize,
    /// About how many products and sums one fit takes beside the regression.
    pub fit: f64,
}

/// Memory and time.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Price {
    /// Bytes that are held at once.
    pub bytes: f64,
    /// Products and sums.
    pub operations: f64,
}

impl Price {
    /// The most memory that an estimate may take: more is refused before it is begun.
    pub const MOST_BYTES: f64 = 16e9;
    /// Products and sums a second, on one thread of an ordinary machine; measured, and rough.
    pub const A_SECOND: f64 = 1e9;

    /// Both together.
    pub fn and(self, other: Price) -> Price {
        Price { bytes: self.bytes + other.bytes, operations: self.operations + other.operations }
    }

    /// About how long it takes.
    pub fn seconds(self) -> f64 {
        self.operations / Price::A_SECOND
    }

    /// A fit of this size.
    pub fn of(size: &Size) -> Price {
        let (k, g) = (size.terms as f64, size.clusters as f64);
        Price { bytes: 8.0 * k * k * (g + 4.0), operations: k * k * (4.0 * g + 2.0 * k) + size.fit }
    }
}

impl Chosen {
    /// How large this estimator's tables are on a panel, where they grow with cohorts times periods.
    pub fn size(&self, panel: &Panel) -> Option<Size> {
        self.estimator.size(panel, &self.options)
    }
}

/// Refuses a regression whose cross-products would not fit into memory, before they are formed.
///
/// # Errors
/// EST-011, with the number of terms and clusters.
pub(super) fn affordable(panel: &Panel, terms: usize) -> Result<(), Faults> {
    let clusters = panel.n_clusters();
    let powers = if panel.weight.is_empty() { 1.0 } else { 3.0 };
    let columns = |held: &Vec<u32>| (held.len() * panel.cells.periods.len() + panel.covariates.len() + 1) as f64;
    let base: f64 = panel.survey().clusters.iter().map(|held| columns(held) * columns(held) * 8.0).sum();
    let bytes = powers * (8.0 * (terms * terms) as f64 * clusters as f64 + base);
    if bytes <= Price::MOST_BYTES {
        return Ok(());
    }
    Err(Fault::new(
        "EST-011",
        "too many cohorts, periods and clusters for one regression",
        format!("{terms} terms, {clusters} clusters"),
        format!("their cross-products would take about {:.0} GB, and more than {:.0} GB are not begun", bytes / 1e9, Price::MOST_BYTES / 1e9),
        "group periods or cohorts, name a coarser unit of assignment as cluster (--cluster district_id), or use  callaway-santanna  or  imputation,  which need no such table",
    )
    .into())
}
