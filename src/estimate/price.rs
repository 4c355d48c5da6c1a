//! What an estimate takes, told before it is begun: memory and time from the size of its tables.
//!
//! A regression of k terms keeps k² cross-products for each of G clusters and solves k³; its base columns, an indicator for each
//! cohort and period that a cluster holds, are kept too. CR2 takes the roots of a k × k matrix for each cluster, and for each of T
//! effects a k × k sum.
//!
//! What is refused or left out is decided by counted operations, the same on every machine. What is told is a time: each kind of
//! work has a rate of its own, fitted to the processor time and peak memory of eight estimators with each of their usual methods on
//! panels of 30 to 1,400 clusters and 300 to 560,000 rows (one thread of a 2023 server): nearly all within a factor of 1.6, none
//! beyond 2.

use super::Chosen;
use crate::cohort::{Fault, Faults};
use crate::panel::Panel;

/// How large an estimator's tables are.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Size {
    /// Rows of the sample.
    pub rows: usize,
    /// Terms of a regression; 0 where it is none.
    pub terms: usize,
    /// Effects.
    pub targets: usize,
    /// Clusters.
    pub clusters: usize,
    /// About how many products and sums one fit takes beside the regression.
    pub fit: f64,
    /// The same of a fit without one cluster, where that is less.
    pub less: Option<f64>,
    /// How many effects are tested at once, by hypothesis; fewer than two are no joint test.
    pub tested: [usize; 3],
}

/// Memory and time.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Price {
    /// Bytes that are held at once.
    pub bytes: f64,
    /// Products and sums, by which it is decided what is begun.
    pub operations: f64,
    /// Processor time: about.
    pub seconds: f64,
}

/// How many times before the start, and from it on, a window holds, where there are at most so many.
pub(super) fn times_within((low, high): (i64, i64), [early, late]: [usize; 2]) -> [usize; 2] {
    let at_most = |from: i64, to: i64, most: usize| usize::try_from(to.saturating_sub(from)).unwrap_or(0).min(most);
    [at_most(low, 0, early), at_most(-1, high, late)]
}

/// What the program holds before it reads anything, bytes.
const PROGRAM: f64 = 28e6;
/// What a row takes, read and as part of a panel, bytes and seconds.
const ROW: (f64, f64) = (120.0, 5e-7);
/// How often a regression's cross-products are held while it is fitted.
const HELD: f64 = 1.5;

impl Price {
    /// The most memory that an estimate may take: more is refused before it is begun.
    pub const MOST_BYTES: f64 = 16e9;
    /// Seconds a product and sum of a regression's cross-products takes, on one thread.
    pub const EACH: f64 = 1e-9;
    /// The same of fitting without a regression's table, where odds are searched and units looked up.
    pub const EACH_FIT: f64 = 2.5e-9;

    /// Both together.
    pub fn and(self, other: Price) -> Price {
        Price { bytes: self.bytes + other.bytes, operations: self.operations + other.operations, seconds: self.seconds + other.seconds }
    }

    /// A fit of this size.
    pub fn of(size: &Size) -> Price {
        let (k, g) = (size.terms as f64, size.clusters as f64);
        let table = k * k * (4.0 * g + 2.0 * k);
        Price { bytes: 8.0 * k * k * (g + 4.0), operations: table + size.fit, seconds: Price::EACH * table + Price::EACH_FIT * size.fit }
    }

    /// What goes before and along with a fit: the program, the rows, and copies of the table while it is made.
    pub fn around(size: &Size) -> Price {
        let rows = size.rows as f64;
        Price { bytes: PROGRAM + ROW.0 * rows + (HELD - 1.0) * Price::of(size).bytes, operations: 0.0, seconds: ROW.1 * rows }
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
