//! Standard errors by the estimator's own model of the variance.

use super::estimate::{Estimate, Inferred, identified};
use super::{Inference, Setting};
use crate::cohort::{Fault, Faults};
use crate::estimate::{Card, Fit, OptionSpec, Options, Values};

/// The model's own standard errors.
pub struct Model;

static CARD: Card = Card {
    id: "model",
    title: "standard error of the mixed model",
    estimand: "standard error, t test and interval under the model's variances: random intercepts and residuals as estimated",
    assumptions: "the model of the variance is right: intercepts and residuals normal, with one variance a level, residuals of one student independent in time; cluster:cr1 and jackknife need none of that, and a large difference to them speaks against the model",
    when: "with mixed-model, and few clusters: kenward-roger also widens the standard error for having estimated the variances",
    needs: "",
    contrast: "",
    options: &[OptionSpec {
        key: "df",
        values: Values::OneOf(&["satterthwaite", "kenward-roger", "normal"]),
        meaning: "satterthwaite: t with as many degrees of freedom as the variance's own precision gives; kenward-roger: adjusted standard error and degrees of freedom from the expected information (REML only); normal: z",
        positional: true,
    }],
    source: "Giesbrecht and Burns (1985), Fai and Cornelius (1996) as in lmerTest; Kenward and Roger (1997)",
    reference_call: "lmerTest::lmer summary(ddf = \"Satterthwaite\" or \"Kenward-Roger\")",
    version: 1,
};

impl Inference for Model {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn infer(&self, fit: &Fit, options: &Options, setting: &Setting<'_>) -> Result<Inferred, Faults> {
        let fault = |what: &str, place: &str, why: &str, remedy: &str| Err(Fault::new("INF-003", what, place, why, remedy).into());
        let Some(model) = fit.model.as_ref() else {
            // The estimator has a model, and this fit left nothing to estimate it from.
            if fit.own_inference == Some("model") {
                let estimates = identified(fit).map(|(t, estimate)| Estimate::bare(t, estimate)).collect();
                return Ok(Inferred { estimates, ..Inferred::default() });
            }
            return fault(
                "model does not exist for this estimator",
                "it has no model of the variance",
                "its standard errors come from differences between clusters",
                "use  cluster:cr2  or  jackknife,  or the estimator mixed-model",
            );
        };
        let kind = options.get("df");
        let mut out = Inferred::default();
        for (t, estimate) in identified(fit) {
            let Some(own) = &model.variances[t] else { continue };
            let (variance, df) = match (kind, own.kenward_roger) {
                ("kenward-roger", Some(adjusted)) => adjusted,
                ("kenward-roger", None) => {
                    return fault(
                        "Kenward and Roger's method is not defined for this fit",
                        "model:kenward-roger",
                        "it adjusts variances estimated by REML, with an information that can be inverted",
                        "use criterion=reml, or model:satterthwaite",
                    );
                }
                ("normal", _) => (own.variance, f64::INFINITY),
                _ => (own.variance, own.satterthwaite),
            };
            out.estimates.push(Estimate::from_variance(t, estimate, variance, df, setting.level));
        }
        Ok(out)
    }
}
