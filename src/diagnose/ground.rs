//! What a check stands on that estimates anew: the sample, the estimators named, and how to build the sample otherwise.

use crate::cohort::Faults;
use crate::estimate::{Chosen, Estimand, Fit};
use crate::panel::{Kind, Panel, PanelSpec};

/// A sample that was built with one thing changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Otherwise {
    /// Only rows with this value in this column.
    pub filter: Option<(String, String)>,
    /// Another column as cluster.
    pub cluster: Option<String>,
}

impl Otherwise {
    /// The specification of the sample with that changed.
    pub fn of(&self, spec: &PanelSpec) -> PanelSpec {
        let mut out = spec.clone();
        out.filter.extend(self.filter.clone());
        out.cluster = self.cluster.clone().or(out.cluster);
        out
    }
}

/// Builds the sample otherwise.
pub type Rebuild<'a> = dyn Fn(&Otherwise) -> Result<Panel, Faults> + Sync + 'a;

/// What a check stands on that estimates anew.
pub struct Ground<'a> {
    /// The analytic sample.
    pub panel: &'a Panel,
    /// The estimators named, in order; may be empty.
    pub named: &'a [Chosen],
    /// How to build the sample otherwise.
    pub rebuild: &'a Rebuild<'a>,
}

impl Ground<'_> {
    /// The estimators named; without any, those of the overall effect that suit the design, the usual one first.
    pub fn estimators(&self) -> Vec<Chosen> {
        if !self.named.is_empty() {
            return self.named.to_vec();
        }
        let panel = self.panel;
        let single = panel.cells.treated_cohorts().count() == 1 && panel.cells.has_never();
        let names: &[&str] = match (single, !panel.covariates.is_empty(), panel.kind) {
            (true, true, Kind::Panel) => &["did:method=dr", "did:method=regression", "ancova", "twfe", "did"],
            (true, true, Kind::CrossSections) => &["did:method=dr", "did:method=regression", "twfe", "did"],
            (true, false, Kind::Panel) => &["did", "twfe", "ancova"],
            (true, false, Kind::CrossSections) => &["did", "twfe"],
            (false, _, Kind::Panel) => &["callaway-santanna", "imputation"],
            (false, _, Kind::CrossSections) => &["callaway-santanna"],
        };
        names.iter().map(|e| Chosen::parse(e).expect("a known estimator")).collect()
    }

    /// The overall effect of a fit, as a place among its targets, with its estimate.
    pub fn overall(fit: &Fit) -> Option<(usize, f64)> {
        [Estimand::Overall, Estimand::OverallDynamic].iter().find_map(|kind| {
            let t = (0..fit.targets.len()).find(|&t| fit.targets[t].estimand == *kind)?;
            fit.estimates[t].as_ref().ok().filter(|e| e.is_finite()).map(|e| (t, *e))
        })
    }
}
