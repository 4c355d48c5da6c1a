//! What could be wrong with an estimate: the checks a good referee runs, as numbers.
//!
//! Each check takes typed input and gives typed results or a reason; none knows of files, words of a verdict, or pictures.

pub mod bacon;
mod cells;
mod event_study;
pub mod honest;
pub mod pretrends;
pub mod twfe_weights;

pub use event_study::EventStudy;
