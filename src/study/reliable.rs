//! How reliable the outcome's test is, as the study file tells it.

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
    fn all(&self) -> [(&'static str, Option<f64>); 3] {
        [("internal consistency", self.internal_consistency), ("test-retest", self.test_retest), ("inter-rater", self.inter_rater)]
    }

    /// Whether nothing is told.
    pub fn is_untold(&self) -> bool {
        self.all().iter().all(|(_, r)| r.is_none())
    }

    /// What is told, and is no number from 0 to 1.
    pub(super) fn wrong(&self) -> Option<(&'static str, f64)> {
        self.all().into_iter().filter_map(|(what, r)| Some((what, r?))).find(|(_, r)| !(0.0..=1.0).contains(r))
    }

    /// In words: "internal consistency .91".
    pub fn words(&self) -> String {
        let told = self.all().into_iter().filter_map(|(what, r)| Some(format!("{what} {:.2}", r?)));
        told.collect::<Vec<_>>().join(", ")
    }
}
