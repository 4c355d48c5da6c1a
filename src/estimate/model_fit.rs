//! What a model of the variance says: components of variance, and its own standard errors.

use crate::num::normal;

/// A part of the outcome's variance.
#[derive(Debug, Clone, PartialEq)]
pub struct Component {
    /// What varies: `cluster`, a level's name, `unit`, `residual`; `cluster:period` for groups in a period, `cluster:treatment`
    /// for the effect of treatment.
    pub name: String,
    /// Its variance, in the outcome's units squared.
    pub variance: f64,
    /// Its share of the whole (of untreated rows, where the effect varies): the intraclass correlation. `None` of an effect.
    pub share: Option<f64>,
    /// The standard error of the share's logit; `None` at the boundary.
    pub logit_error: Option<f64>,
    /// The correlation with the cluster's intercept, of an effect that varies.
    pub correlation: Option<f64>,
}

impl Component {
    /// The share's interval at a level: symmetric on the scale of the logit, where the likelihood is closest to quadratic.
    pub fn interval(&self, level: f64) -> Option<(f64, f64)> {
        let half = self.logit_error? * -normal::quantile(0.5 * (1.0 - level));
        let logit = libm::log(self.share?) - libm::log1p(-self.share?);
        let at = |x: f64| 1.0 / (1.0 + libm::exp(-x));
        (half.is_finite() && logit.is_finite()).then(|| (at(logit - half), at(logit + half)))
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
