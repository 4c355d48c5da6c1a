//! A fit without its rows: what its clusters sum up to, as bytes, from which the same inference can be done again elsewhere.
//!
//! Of a regression these are each cluster's cross-products of regressors and outcome, of another estimator each cluster's influence
//! on each effect, and what it would be without the cluster where that was asked for; with the order in which clusters get their
//! random weights, the seed and the level. Names of clusters and students' rows are not among them, and neither are replicates: a
//! seed that is known beside replicates would give the sums of every cluster away to any digit.
//!
//! There is no second way to compute: [`redo`] reads the bytes into a [`Fit`] and asks the [`Method`] as a run does, so every bit is
//! that of the run.

mod bytes;
mod offer;
mod read;
mod told;
mod write;

pub use offer::{Offer, OfferedChoice};
pub use read::{Reread, read};
pub use told::told;

use super::{Inferred, Method, Setting};
use crate::cohort::{Faults, Ledger};
use crate::estimate::{Body, Fit};
use crate::panel::{Executor, Panel, Serial};

/// What a fit's clusters sum up to, and what must be known before it is handed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// The sums.
    pub bytes: Vec<u8>,
    /// The fewest units that any cluster holds of a cohort in a period.
    pub fewest: usize,
    /// Whether some sums are of a part of such a cell: under a covariate or another column that divides it, or of single units.
    pub divided: bool,
    /// The methods asked for that can be done again, as they are spelled.
    pub methods: Vec<String>,
    /// The methods asked for that need the rows.
    pub needing_rows: Vec<String>,
    /// What else can be asked of it.
    pub offers: Vec<Offer>,
}

/// Why a fit cannot be carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotCarried {
    /// Two clusterings cross, and what they have in common is summed from the rows.
    TwoClusterings,
    /// Effects that cross clusters were taken off, which every cluster needs all rows for.
    CrossingEffects,
    /// Every method asked for needs the rows.
    MethodsNeedRows,
    /// Some sum is no finite number.
    Undefined,
    /// It takes more bytes than a page should hold: so many.
    TooLarge(usize),
}

/// More than this is no small table.
const MOST_BYTES: usize = 400_000;

impl Carried {
    /// What is carried of a fit on a sample that these methods were asked of.
    ///
    /// # Errors
    /// Why it cannot be.
    pub fn of(fit: &Fit, panel: &Panel, methods: &[Method], setting: &Setting<'_>) -> Result<Carried, NotCarried> {
        let second = matches!(&fit.body, Body::Linear(l) if l.second().is_some());
        if second || panel.second.is_some() {
            return Err(NotCarried::TwoClusterings);
        }
        if matches!(&fit.body, Body::Linear(l) if l.crossing().is_some()) {
            return Err(NotCarried::CrossingEffects);
        }
        let (enough, rest): (Vec<&Method>, Vec<&Method>) = methods.iter().partition(|m| m.needs_sums_only(fit));
        if enough.is_empty() {
            return Err(NotCarried::MethodsNeedRows);
        }
        let bytes = write::bytes(fit, setting);
        if bytes.len() > MOST_BYTES {
            return Err(NotCarried::TooLarge(bytes.len()));
        }
        // What cannot be read again is not handed on.
        let reread = read(&bytes).map_err(|_| NotCarried::Undefined)?;
        let label = |m: &&Method| m.label();
        Ok(Carried {
            bytes,
            fewest: fewest(panel),
            divided: divided(fit, panel),
            methods: enough.iter().map(label).collect(),
            needing_rows: rest.iter().map(label).collect(),
            offers: offer::offers(&reread),
        })
    }
}

/// The fewest units that any cluster holds of a cohort in a period, of those of which it holds some.
fn fewest(panel: &Panel) -> usize {
    let mut here = vec![0usize; panel.cells.len()];
    let of = |g: usize| {
        here.fill(0);
        panel.units_of(g).flat_map(|u| panel.rows_of(u)).for_each(|r| here[panel.cell[r] as usize] += 1);
        here.iter().copied().filter(|n| *n > 0).min()
    };
    (0..panel.n_clusters()).filter_map(of).min().unwrap_or(0)
}

fn divided(fit: &Fit, panel: &Panel) -> bool {
    match &fit.body {
        Body::Linear(l) => {
            let of_units = l.clusters.iter().any(|c| c.weighted.as_ref().is_some_and(|w| w.absorbed.is_some()));
            of_units || l.absorbed.is_some() || l.design.as_ref().is_none_or(|d| !d.is_of_cells())
        }
        Body::Influence(_) => {
            let e = &panel.extras;
            e.third.is_some() || e.dose.is_some() || e.take_up.is_some() || e.status.is_some()
        }
    }
}

/// Does the inference of a run again: a method as it is usually spelled, at the run's level or another one.
///
/// # Errors
/// INF-022: bytes that are none of ours, or damaged; INF-021: the method needs the rows; and as [`Method::parse`] and
/// [`Method::infer`].
pub fn redo(bytes: &[u8], method: &str, level: Option<f64>) -> Result<Inferred, Faults> {
    let reread = read(bytes)?;
    let level = level.filter(|l| *l > 0.0 && *l < 1.0).unwrap_or(reread.level);
    Method::parse(method)?.infer(&reread.fit, &Setting::new(level, reread.seed, &Serial as &dyn Executor))
}

/// A page's request carried out: the level as eight bytes (0: the run's), the length of the method's spelling as four, the spelling,
/// and the carried bytes. The answer is as [`told`] tells it.
pub fn asked(request: &[u8]) -> String {
    let parts = || {
        let (level, rest) = request.split_first_chunk::<8>()?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let (method, bytes) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        Some((f64::from_le_bytes(*level), std::str::from_utf8(method).ok()?, bytes))
    };
    told(&match parts() {
        Some((level, method, bytes)) => redo(bytes, method, Some(level)),
        None => read(&[]).and_then(|r| redo(&[], "", Some(r.level))),
    })
}

/// Where no row was read, none was left out.
fn no_rows() -> Ledger {
    Ledger::new(0)
}
