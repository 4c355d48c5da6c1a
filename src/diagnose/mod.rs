//! What could be wrong with an estimate: the checks a good referee runs, as numbers.
//!
//! Each check takes typed input and gives typed results or a reason; none knows of files, words of a verdict, or pictures. [`CHECKS`] lists those
//! that can be asked for by name.

pub mod bacon;
mod cells;
mod check;
mod checks;
pub mod disagreement;
mod event_study;
mod ground;
pub mod honest;
pub mod multiverse;
pub mod pretrends;
pub mod smallest;
mod trends;
pub mod twfe_weights;
mod verdict;

pub use check::{Asked, CHECKS, Check, Finding, Look};
pub use checks::{Aim, Bounded, Breakable, Carried, Carrier, Detectable, Disagreed, Drift, FORBIDDEN, LeftOut, NEGATIVE, POWER, RATIO, FEW, SAME_SIGN, Specified, Tested, Turn, Weighted, Without};
pub use event_study::EventStudy;
pub use ground::{Ground, Otherwise, Rebuild};
pub use trends::Trends;
pub use verdict::Verdict;
