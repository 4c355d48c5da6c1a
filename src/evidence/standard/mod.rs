//! The field's standards: What Works Clearinghouse, ESSA, the Education Endowment Foundation. Each verdict carries the rule
//! that decided it, and each number a rule compares with is a named setting ([`Standards`]).

mod attrition;
mod attrition_model;
mod domain;
mod equivalence;
mod essa;
mod padlocks;
mod rating;
mod setting;
mod settings;
mod version;

pub use attrition::{Assumption, Attrition, AttritionLevel, boundary, last_with_boundary};
pub use attrition_model::{implied_bias, model_boundary};
pub use domain::{InDomain, within_domain};
pub use equivalence::{Baseline, Choice, Equivalence, Robustness, robustness, weakest};
pub use essa::{Condition, Essa, State, Tier};
pub use padlocks::{Padlocks, minimum_detectable};
pub use rating::{Rated, Rating, Rule};
pub use setting::{Key, Setting, Status};
pub use settings::Standards;
pub use version::Wwc;
