//! How reliable the outcome's test is, as the study file tells it.

use crate::evidence::facts::Reliability;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How reliable a test is, each from 0 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reliable {
    /// Internal consistency (Cronbach's alpha).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub internal_consistency: Option<f64>,
    /// Test-retest reliability.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_retest: Option<f64>,
    /// Inter-rater reliability.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inter_rater: Option<f64>,
}

impl Reliable {
    /// As facts have it.
    pub fn facts(self) -> Reliability {
        let Reliable { internal_consistency, test_retest, inter_rater } = self;
        Reliability { internal_consistency, test_retest, inter_rater }
    }

    /// Whether nothing is told.
    pub fn is_untold(&self) -> bool {
        self.facts().told().is_empty()
    }

    /// What is told, and is no number from 0 to 1.
    pub(super) fn wrong(self) -> Option<(&'static str, f64)> {
        let wrong = self.facts().told().into_iter().find(|(_, r)| !(0.0..=1.0).contains(r));
        wrong.map(|(kind, r)| (Reliability::KINDS[kind], r))
    }
}
