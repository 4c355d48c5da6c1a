//! Estimators: one a file, each with its card, all handing on a [`Fit`].
//!
//! A point estimate can never depend on a seed: nothing here sees randomness.

mod absorbed;
mod alike;
mod ancova;
mod arithmetic;
mod asks;
mod base_period;
mod blind;
mod callaway_santanna;
mod card;
mod chaisemartin_dhaultfoeuille;
mod changes_in_changes;
mod comparable;
mod compliance;
mod crossed;
mod dealt;
mod design;
mod did;
mod dose_response;
mod event_study;
mod fit;
mod imputation;
mod influence;
mod left_out;
mod linear;
mod mixed_model;
mod model_fit;
mod nest;
mod observations;
mod price;
mod reassign;
mod regression;
mod reweighted;
mod roth_santanna;
mod sample;
mod saturated;
mod spline;
mod stacked;
mod sun_abraham;
mod synthetic;
mod target;
mod triple_difference;
mod twfe;
mod two_groups;
mod two_stage;
mod untreated;
mod wooldridge;

pub use absorbed::Crossing;
pub use asks::{Asks, Beside};
pub use card::{Card, Choice, OptionSpec, Options, Values};
pub use changes_in_changes::OUTSIDE_SUPPORT;
pub use crossed::Crossed;
pub use dealt::Dealt;
pub use design::{Design, Part, Row};
pub use fit::{
    ALIKE_BEFORE, Absorbed, AbsorbedUnit, Body, DegreesOfFreedom, Exposure, Fit, FitCluster, InfluenceFit, LinearCluster, LinearFit,
    NotIdentified, Placebo, Refit, Side, Weighted, without_rows,
};
pub use left_out::{LEFT_OUT, LeftOut, Lost};
pub use model_fit::{Component, Components, Ends, Intervals, ModelFit, ModelVariance};
pub use nest::Nest;
pub use price::{Price, Size};
pub use reassign::{Reassign, Shifted, Treatment};
pub use sample::Sample;
pub use synthetic::INSTEAD_OF_PLACEBO;
pub use target::{DosePlace, Estimand, Target};
pub use two_groups::propensity;

use crate::cohort::{Fault, Faults, did_you_mean};
use crate::panel::{Panel, Paths};

/// A way to estimate effects from an analytic sample.
pub trait Estimator: Sync {
    /// What it is, what it assumes, what it can be told.
    fn card(&self) -> &'static Card;

    /// Whether it asks for a column that most estimators do not use.
    fn asks_for(&self, _: Role) -> bool {
        false
    }

    /// Whether it rests on two-way fixed effects: a regression on levels of units (or cohorts) and periods with one coefficient, or one
    /// path of them, for all cohorts, to which units treated already serve as comparison where starts differ.
    fn is_two_way(&self) -> bool {
        false
    }

    /// Which question its overall effect answers, given what was estimated on a panel: on one design two estimators may ask the same, on
    /// another not.
    fn asks(&self, fit: &Fit, panel: &Panel, _: &Options) -> Asks {
        Asks::by_target(fit, panel)
    }

    /// Whether covariates are used as they stand after the start, rather than before it.
    fn uses_later_covariates(&self, _: &Options) -> bool {
        false
    }

    /// Whether each row has an influence of its own, whatever its cluster, and a cluster's is their sum: then two crossed clusterings can be
    /// told apart.
    fn adds_up_rows(&self) -> bool {
        false
    }

    /// How large its tables are on a panel, where they grow with cohorts times periods.
    fn size(&self, _panel: &Panel, _: &Options) -> Option<Size> {
        None
    }

    /// Its options that change nothing beside an inference method of this name, and why.
    fn idle_beside(&self, _inference: &str) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    /// Estimates every target it knows.
    ///
    /// # Errors
    /// When the sample does not have what the estimator needs (a cell that cannot be estimated is data, not an error).
    fn fit(&self, sample: &Sample<'_>, options: &Options) -> Result<Fit, Faults>;
}

/// Columns that only some estimators use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Two subgroups whose effects are compared.
    Third,
    /// How much of the treatment a unit had.
    Dose,
    /// Who really used it.
    TakeUp,
    /// Levels between cluster and unit.
    Levels,
    /// A treatment that may switch off again, be there from the start, or take other values than 0 and 1.
    Status,
    /// Effects that are absorbed in the place of the unit's and the period's.
    FixedEffects,
}

/// All estimators, in the order in which they are listed.
pub static ESTIMATORS: &[&dyn Estimator] = &[
    &did::Did,
    &twfe::Twfe,
    &event_study::EventStudy,
    &ancova::Ancova,
    &callaway_santanna::CallawaySantanna,
    &sun_abraham::SunAbraham,
    &imputation::Imputation,
    &two_stage::TwoStage,
    &wooldridge::Wooldridge,
    &stacked::Stacked,
    &roth_santanna::RothSantanna,
    &chaisemartin_dhaultfoeuille::ChaisemartinDhaultfoeuille,
    &synthetic::SyntheticDid,
    &synthetic::SyntheticControl,
    &changes_in_changes::ChangesInChanges,
    &triple_difference::TripleDifference,
    &compliance::Compliance,
    &dose_response::DoseResponse,
    &mixed_model::MixedModel,
];

/// An estimator with its options: `name[:key=value,…]`, resolved.
#[derive(Clone)]
pub struct Chosen {
    /// The estimator.
    pub estimator: &'static dyn Estimator,
    /// Its options, defaults filled in.
    pub options: Options,
}

impl Chosen {
    /// Reads `name[:key=value,…]`.
    ///
    /// # Errors
    /// An unknown name or option, with the nearest known one.
    pub fn parse(text: &str) -> Result<Chosen, Faults> {
        let (name, rest) = text.split_once(':').map_or((text, ""), |(n, r)| (n, r));
        let name = name.trim();
        let Some(estimator) = ESTIMATORS.iter().find(|e| e.card().id == name) else {
            return Err(Fault::new(
                "EST-001",
                format!("there is no estimator {name:?}"),
                format!("estimator {text}"),
                "nothing can be estimated with it",
                format!("{};  didact list estimators  shows them all", did_you_mean(name, ESTIMATORS.iter().map(|e| e.card().id))),
            )
            .into());
        };
        Ok(Chosen { estimator: *estimator, options: Options::parse(estimator.card(), rest)? })
    }

    /// Estimates with these options.
    ///
    /// # Errors
    /// A sample of treatments that this estimator cannot follow; and as [`Estimator::fit`].
    pub fn fit(&self, sample: &Sample<'_>) -> Result<Fit, Faults> {
        if sample.panel.extras.status.is_some() && !self.estimator.asks_for(Role::Status) {
            return Err(Fault::new(
                "EST-060",
                format!("{} follows treatments that stay on", self.estimator.card().id),
                format!("estimator {}", self.label()),
                "this sample was built with treatments that switch off, are there from the start or take other values",
                "build it for this estimator, or ask for  chaisemartin-dhaultfoeuille",
            )
            .into());
        }
        let mut fit = self.estimator.fit(sample, &self.options)?;
        if let (Body::Influence(body), true) = (&mut fit.body, self.estimator.adds_up_rows()) {
            body.crossed = Crossed::of(sample.panel, |panel| self.estimator.fit(&Sample::new(panel, sample.executor), &self.options))?;
        }
        let told = fit.warnings.iter().any(|w| ["covariates-vary", "covariates-not-used"].contains(&w.code));
        fit.warnings
            .extend(observations::of_covariates(&sample.varying(), self.estimator.uses_later_covariates(&self.options)).filter(|_| !told));
        Ok(fit)
    }

    /// Which question the overall effect of a fit to a panel answers.
    pub fn asks(&self, fit: &Fit, panel: &Panel) -> Asks {
        self.estimator.asks(fit, panel, &self.options)
    }

    /// The estimator's name with the options that differ from the defaults.
    pub fn label(&self) -> String {
        self.options.label(self.estimator.card())
    }

    /// Which paths a treatment status may take so that all of these can follow it.
    pub fn paths(all: &[Chosen]) -> Paths {
        let cannot: Vec<String> =
            all.iter().filter(|c| !c.estimator.asks_for(Role::Status)).map(|c| c.estimator.card().id.to_string()).collect();
        if cannot.is_empty() && !all.is_empty() { Paths::Any } else { Paths::StayOn(cannot) }
    }
}
