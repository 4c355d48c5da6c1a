//! The numbers of `results.json`, as they may be told.

use super::Gate;
use crate::study::Run;
use crate::table::disclosure::WITHHELD;
use serde_json::{Value, json};

/// What stands in place of a number that stays: neither 0 nor missing.
fn mark() -> Value {
    json!({ "suppressed": true })
}

impl Gate {
    /// Marks in the document of a published run what stays.
    pub fn document(&self, run: &Run, results: &mut Value) {
        if self.is_open() {
            return;
        }
        for (a, result) in run.analyses.iter().zip(results["results"].as_array_mut().into_iter().flatten()) {
            let sample = &mut result["sample"];
            if self.hides_treated(&a.sample) {
                for key in ["treated_units", "switching_units"] {
                    if sample[key].is_u64() {
                        sample[key] = mark();
                    }
                }
            }
            if self.hides_clusters(&a.sample) {
                for key in ["treated_clusters", "comparison_clusters"] {
                    sample[key] = mark();
                }
                if !sample["switching_clusters"].is_null() {
                    sample["switching_clusters"] = mark();
                }
            }
            if self.source {
                sample["rows"] = mark();
            }
            if a.sample.withheld.rows {
                sample["rows_used"] = mark();
            }
            if a.sample.withheld.units {
                sample["units"] = mark();
            }
            for (hide, row) in self.hides_dropped(&a.sample).into_iter().zip(sample["dropped"].as_array_mut().into_iter().flatten()) {
                if hide {
                    row["rows"] = mark();
                }
            }
            for effect in result["effects"].as_array_mut().into_iter().flatten().filter(|e| e["not_identified"] == WITHHELD) {
                for key in ["estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high"] {
                    effect[key] = mark();
                }
            }
        }
        // Subgroup results leave in their table only.
        results["subgroups"] = json!([]);
    }
}
