//! What could be wrong with an estimate: the checks a good referee runs, as numbers.
//!
//! Each check takes typed input and gives typed results or a reason; none knows of files, words of a verdict, or pictures.

mod event_study;
pub mod honest;

pub use event_study::EventStudy;
