//! What could be wrong with an estimate: the checks a good referee runs, as numbers.
//!
//! Each check takes typed input and gives typed results or a reason; none knows of files, words of a verdict, or pictures. [`CHECKS`] lists those
//! that can be asked for by name.

mod answered;
pub mod bacon;
mod cells;
mod check;
mod checks;
pub mod disagreement;
mod event_study;
mod ground;
mod groups;
pub mod honest;
pub mod multiverse;
pub mod pretrends;
pub mod smallest;
mod subject;
mod trends;
pub mod twfe_weights;
mod verdict;

pub use answered::Answered;
pub use check::{Asked, CHECKS, Check, Finding, Look};
pub use checks::{
    ASSUMPTIONS, Aim, Aspect, Attrited, Balanced, Bounded, Breakable, CHANGED, Carried, Carrier, Changed, Detectable, Disagreed, Drift,
    EFFECTIVE, EFFECTS, EXTREME, Ends, FEW, FORBIDDEN, LeftOut, Lost, Measured, NEGATIVE, OUTSIDE, Overlapping, POWER, Place, Placebo,
    Pretence, Pretended, Probabilities, QUANTILES, RATIO, RISING, Rising, Rows, SAME_SIGN, SEEN, Sampled, Seeing, Seen, Specified, Tested,
    Turn, Weighted, Without,
};
pub use event_study::EventStudy;
pub use ground::{Ground, Otherwise, Rebuild};
pub use subject::{Another, Estimated, Path, Subject, With};
pub use trends::Trends;
pub use verdict::Verdict;
