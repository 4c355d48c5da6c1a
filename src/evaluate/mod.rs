//! Before and after a study: what a design can see, and how its methods behave in worlds with known truth.

pub mod plan;
