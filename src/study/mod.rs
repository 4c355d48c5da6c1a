//! The study file, built-in studies, and the pipeline from a study to a finished run.

mod analyse;
mod builtin;
mod calibrated;
mod calibration;
mod cards;
mod checks;
mod describe;
mod facts;
mod family;
mod file;
mod results;
mod run;
mod subgroup;
mod trust;
mod versus;

pub use analyse::{Analysis, Effect, Question, SampleCounts, analyse, analyse_panel};
pub use builtin::{BuiltIn, STUDIES};
pub use calibrated::{Calibrated, FittedTo, measures};
pub use calibration::Calibration;
pub use describe::{ArmPeriod, Baseline, Description, describe};
pub use facts::{KnownFact, RunFacts, run_facts};
pub use family::{Leader, adjust};
pub use file::{
    About, AnalysisSection, CalibrationSection, ChecksSection, DataSection, DuplicatesRule, Empty, Multiplicity, Output, Privacy, Roles,
    StudyFile,
};
pub use results::document;
pub use run::{Loaded, Run, SubgroupResult, carry_out, columns, draw, questions, resolve};
pub use subgroup::{Subgroup, by_subgroup, subgroups};
pub use trust::Trust;
pub use versus::Versus;
