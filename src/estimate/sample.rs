//! An analytic sample with its moments, computed once and shared by all estimators, by the samples with fewer covariates, and, in what
//! does not depend on it, by those with another outcome.

use super::blind::Blind;
use super::observations::varying;
use crate::panel::{Absorb, Executor, Kind, Moments, Panel};
use std::sync::{Arc, OnceLock};

/// What an estimator sees.
pub struct Sample<'a> {
    /// The panel.
    pub panel: &'a Panel,
    /// How work is spread.
    pub executor: &'a dyn Executor,
    /// The sample with more covariates of which this one is a part, and which of them are kept.
    whole: Option<(&'a Sample<'a>, Vec<usize>)>,
    within: OnceLock<Arc<Moments>>,
    plain: OnceLock<Arc<Moments>>,
    changes: OnceLock<Arc<Collapsed>>,
    levels: OnceLock<Arc<Collapsed>>,
    varying: OnceLock<Vec<String>>,
    /// What is known of its changes before their outcome, where it is kept for others.
    blind: Option<Arc<Blind>>,
}

/// A panel with one row a unit, or its rows before and after, made once.
pub(super) struct Collapsed {
    /// The panel.
    pub panel: Panel,
    of: Option<(Arc<Collapsed>, Vec<usize>)>,
    full: OnceLock<Arc<Moments>>,
    bare: OnceLock<Arc<Moments>>,
    cells: OnceLock<Arc<Vec<Moments>>>,
    canonical: OnceLock<Panel>,
}

impl<'a> Sample<'a> {
    /// A sample of a panel.
    pub fn new(panel: &'a Panel, executor: &'a dyn Executor) -> Self {
        Sample {
            panel,
            executor,
            whole: None,
            within: OnceLock::new(),
            plain: OnceLock::new(),
            changes: OnceLock::new(),
            levels: OnceLock::new(),
            varying: OnceLock::new(),
            blind: None,
        }
    }

    /// The same rows with only these covariates (`panel` is made by [`Panel::with_covariates`]): its moments are parts of this sample's,
    /// so the rows are not read again, and every number is to the bit what it would be without this sample.
    pub fn among<'b>(&'b self, panel: &'b Panel, covariates: Vec<usize>) -> Sample<'b> {
        Sample { whole: Some((self, covariates)), blind: Some(Arc::default()), ..Sample::new(panel, self.executor) }
    }

    /// The same sample, sharing with `other` what does not depend on the outcome: `other` has the same rows in the same order with the same
    /// weights and covariates, and was made by [`Sample::among`] too. No number changes by it.
    pub fn beside(self, other: &Sample<'_>) -> Sample<'a> {
        debug_assert!(
            self.panel.cell == other.panel.cell
                && self.panel.weight == other.panel.weight
                && self.panel.covariates.len() == other.panel.covariates.len()
        );
        Sample { blind: other.blind.clone(), ..self }
    }

    /// What is known of its changes before their outcome.
    pub(super) fn blind(&self) -> Arc<Blind> {
        self.blind.clone().unwrap_or_default()
    }

    /// The covariates that vary within units.
    pub(super) fn varying(&self) -> Vec<&str> {
        let all = match &self.whole {
            Some((whole, _)) => whole.varying(),
            None => self
                .varying
                .get_or_init(|| varying(self.panel).into_iter().map(String::from).collect())
                .iter()
                .map(String::as_str)
                .collect(),
        };
        all.into_iter().filter(|name| self.panel.covariates.iter().any(|c| c.name == *name)).collect()
    }

    /// The moments of all rows.
    pub fn moments(&self, absorb: Absorb) -> &Arc<Moments> {
        let slot = match absorb {
            Absorb::Unit => &self.within,
            Absorb::Nothing => &self.plain,
        };
        slot.get_or_init(|| {
            Arc::new(match &self.whole {
                Some((whole, covariates)) => whole.moments(absorb).among(covariates),
                None => Moments::accumulate(self.panel, absorb, &|_| true, self.executor),
            })
        })
    }

    /// One row a unit: its change, or with `levels` its outcome after and, as first covariate, before. Cross-sections have no changes: their
    /// rows, told apart by arm and before or after.
    pub(super) fn collapsed(&self, start: i64, levels: bool) -> &Arc<Collapsed> {
        let slot = if levels { &self.levels } else { &self.changes };
        slot.get_or_init(|| {
            let (panel, of) = match &self.whole {
                Some((whole, covariates)) => {
                    let all = whole.collapsed(start, levels);
                    let own = covariates.iter().map(|i| i + usize::from(levels));
                    let columns: Vec<usize> = levels.then_some(0).into_iter().chain(own).collect();
                    (all.panel.with_covariates(&columns), Some((all.clone(), columns)))
                }
                None if levels => (self.panel.last_and_first(start), None),
                None if self.panel.kind == Kind::CrossSections => (self.panel.before_and_after(start), None),
                None => (self.panel.differences(start), None),
            };
            let (full, bare, cells, canonical) = (OnceLock::new(), OnceLock::new(), OnceLock::new(), OnceLock::new());
            Arc::new(Collapsed { panel, of, full, bare, cells, canonical })
        })
    }
}

impl Collapsed {
    /// Its moments.
    pub fn moments(&self, executor: &dyn Executor) -> &Arc<Moments> {
        self.full.get_or_init(|| {
            Arc::new(match &self.of {
                Some((all, columns)) => all.moments(executor).among(columns),
                None => Moments::accumulate(&self.panel, Absorb::Nothing, &|_| true, executor),
            })
        })
    }

    /// Its moments without covariates.
    pub fn bare(&self, executor: &dyn Executor) -> &Arc<Moments> {
        self.bare.get_or_init(|| match &self.of {
            Some((all, _)) => all.bare(executor).clone(),
            None => Arc::new(Moments::accumulate(&self.panel.with_covariates(&[]), Absorb::Nothing, &|_| true, executor)),
        })
    }

    /// The moments of each cell by itself.
    pub fn cells(&self, executor: &dyn Executor) -> &Arc<Vec<Moments>> {
        self.cells.get_or_init(|| {
            Arc::new(match &self.of {
                Some((all, columns)) => all.cells(executor).iter().map(|m| m.among(columns)).collect(),
                None => (0..self.panel.cells.len() as u32)
                    .map(|cell| Moments::accumulate(&self.panel, Absorb::Nothing, &|c| c == cell, executor))
                    .collect(),
            })
        })
    }

    /// The same rows in an order that depends on their values only.
    pub fn canonical(&self) -> &Panel {
        self.canonical.get_or_init(|| match &self.of {
            // Rows that other covariates put in another order differ in no sum: they are alike in cell, outcome and weight.
            Some((all, columns)) => all.canonical().with_covariates(columns),
            None => self.panel.canonical(),
        })
    }
}
