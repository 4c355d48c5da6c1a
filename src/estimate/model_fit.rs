//! What a model of the variance says: components of variance, and its own standard errors.

use crate::panel::Executor;

/// The ends of an interval of a variance or a share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ends {
    /// The lower end.
    pub low: f64,
    /// The upper end; `None` where no variance is too large for the data.
    pub high: Option<f64>,
}

/// A part of the outcome's variance.
#[derive(Debug, Clone, PartialEq)]
pub struct Component {
    /// What varies: `cluster`, a level's name, `unit`, `residual`; `cluster:period` for groups in a period, `cluster:treatment`
    /// for the effect of treatment.
    pub name: String,
    /// Its variance, in the outcome's units squared.
    pub variance: f64,
    /// The variance's interval; `None` where the profile of the likelihood was not found, or not asked for.
    pub variance_ends: Option<Ends>,
    /// Its share of the whole (of untreated rows, where the effect varies): the intraclass correlation. `None` of an effect.
    pub share: Option<f64>,
    /// The share's interval.
    pub share_ends: Option<Ends>,
    /// The correlation with the cluster's intercept, of an effect that varies.
    pub correlation: Option<f64>,
}

/// Intervals of components, computed when asked for: they cost a hundred times the fit.
pub trait Intervals: Send + Sync {
    /// For each component the ends of its variance and of its share at a level.
    fn ends(&self, level: f64, executor: &dyn Executor) -> Vec<[Option<Ends>; 2]>;
}

/// Components of variance, with what their intervals need.
#[derive(Default)]
pub struct Components {
    /// The components without intervals.
    pub list: Vec<Component>,
    /// How to find the intervals.
    pub intervals: Option<Box<dyn Intervals>>,
}

impl Components {
    /// The components with their intervals at a level.
    pub fn at(&self, level: f64, executor: &dyn Executor) -> Vec<Component> {
        let ends = self.intervals.as_ref().map_or_else(Vec::new, |i| i.ends(level, executor));
        let mut out = self.list.clone();
        for (component, [variance_ends, share_ends]) in out.iter_mut().zip(ends) {
            (component.variance_ends, component.share_ends) = (variance_ends, share_ends);
        }
        out
    }
}

/// A target's variance by the model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ModelVariance {
    /// c'(X'V⁻¹X)⁻¹c at the estimated variances.
    pub variance: f64,
    /// Satterthwaite's degrees of freedom.
    pub satterthwaite: f64,
    /// Kenward and Roger's adjusted variance and degrees of freedom; `None` by maximum likelihood.
    pub kenward_roger: Option<(f64, f64)>,
}

/// The model behind a fit.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelFit {
    /// One entry a target; `None` where it is not identified.
    pub variances: Vec<Option<ModelVariance>>,
    /// The name of the criterion, and its value at the estimate (a deviance: −2 log likelihood).
    pub criterion: (&'static str, f64),
}
