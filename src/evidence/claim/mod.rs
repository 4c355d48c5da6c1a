//! A published claim, put on one footing: an effect in standard deviations with its uncertainty, clusters heeded.
//!
//! ```
//! use didact::evidence::claim::{Claim, Printed, assess};
//! use didact::evidence::facts::Design;
//! use didact::evidence::standard::Standards;
//! let mut claim = Claim { effect: Printed::parse("0.27"), std_error: Printed::parse("0.06"), ..Claim::default() };
//! (claim.students, claim.schools) = (Some(11_000), Some(62));
//! claim.facts.design = Some(Design::QuasiExperiment);
//! let assessed = assess(&claim, &Standards::default()).unwrap();
//! assert!((assessed.shrunk.g - 0.214).abs() < 0.001);
//! assert!(!assessed.questions.is_empty());
//! ```

mod assess;
mod consistency;
mod footing;
mod given;
mod grim;
mod printed;
mod question;
mod refuse;
mod route;
mod shrink;
mod span;
#[cfg(test)]
mod tests;

pub use assess::{Assessment, assess};
pub use consistency::{Agreement, Check, checks};
pub use footing::{ClusterStory, ErrorFrom, Footing, Uncertainty};
pub use given::{Claim, GrowthClaim, Scores};
pub use grim::{Grim, grim};
pub use printed::{PValue, Printed};
pub use question::{Question, questions};
pub use route::Route;
pub use shrink::{Shrunk, independent_expectation, shrink};

use route::Way;
use span::Span;
