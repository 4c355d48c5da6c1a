//! What effects are compared with: months, Kraft's sizes, growth from grade to grade, costs. Context, never a verdict.

mod cost;
mod growth;
mod kraft;
mod months;

pub use cost::{CostEffectiveness, cost_effectiveness};
pub use growth::{Grade, Growth, SPECIAL_EDUCATION, SpecialEducation, Subject, growth};
pub use kraft::{CostClass, SizeClass, cost_class, size_class};
pub use months::{MONTHS_WARNING, MonthsTable, months};
