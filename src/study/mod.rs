//! The study file, built-in studies, and the pipeline from a study to a finished run.

mod analyse;
mod behind;
mod builtin;
mod calibrated;
mod calibration;
mod cards;
mod checks;
mod context;
mod describe;
mod effect_sizes;
mod facts;
mod family;
mod file;
mod idle;
mod idle_roles;
mod implementation;
mod losses;
mod multiverse;
mod plan;
mod price;
mod reliable;
mod resolve;
mod results;
mod run;
mod signs;
mod spread;
mod strata;
mod subgroup;
mod trust;
mod variables;

pub use analyse::{Analysis, Effect, Question, SampleCounts, Withheld, analyse, analyse_panel};
pub use behind::Behind;
pub use builtin::{BuiltIn, STUDIES};
pub use calibrated::{Calibrated, FittedTo, measures};
pub use calibration::{Calibration, USUAL};
pub use context::{AssignedBy, Boundary, ChosenLow, ComparedWith, ConductedBy, Context, MadeBy};
pub use describe::{ArmPeriod, Baseline, Description, Seen, describe};
pub use effect_sizes::EffectSizes;
pub use facts::{KnownFact, RunFacts, run_facts};
pub use family::{Leader, adjust};
pub use file::{
    About, AnalysisSection, CalibrationSection, ChecksSection, DataSection, DuplicatesRule, FIGURES, FORMATS, Multiplicity, Output,
    Privacy, Roles, StudyFile,
};
pub use implementation::{Implementation, ImplementationSection, Measure, Relation, Room, Spread, Third};
pub use losses::Losses;
pub use multiverse::{MultiverseSection, document as multiverse_document};
pub use plan::{Deviation, Kept, PlanSection, lock};
pub use price::prices;
pub use resolve::resolve;
pub use results::document;
pub use run::{Loaded, Run, Stage, SubgroupDifference, SubgroupResult, carry_out, columns, draw, questions};
pub use spread::Gap;
pub use subgroup::{Subgroup, by_subgroup, subgroups};
pub use trust::{Trust, for_comparison};
pub use variables::{Values, Variable};
