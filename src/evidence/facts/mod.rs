//! What is known of a study when its evidence is judged. Whatever is not known stays `None`; the rules have an answer to that too.

mod conduct;
mod design;
mod effect;

pub use conduct::{Clustering, Conductor, Confound, Coverage, Measure, Plan, Reliability, SelectedLow, Specifications, Trends, Unit};
pub use design::{Comparison, Design};
pub use effect::Effect;

use super::benchmark::{Grade, Subject};
use super::effect::Sizes;
use super::standard::{Assumption, Attrition, Baseline, Standards};
use serde::Serialize;

/// What is known of a study. `Facts::default()` knows nothing.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Facts {
    /// How it came about who was treated.
    pub design: Option<Design>,
    /// Whether random assignment was compromised.
    pub compromised: Option<bool>,
    /// Whom the treated are compared with.
    pub comparison: Option<Comparison>,
    /// Something else that goes with the treatment.
    pub confound: Option<Confound>,
    /// What was assigned.
    pub unit: Option<Unit>,
    /// Units of assignment in each arm.
    pub units: Option<Sizes>,
    /// The fewest units of assignment that each arm can have, where [`Facts::units`] cannot be counted: clusters that hold students of the
    /// arm, some of both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub units_at_least: Option<Sizes>,
    /// Students analysed.
    pub students: Option<u64>,
    /// Schools or districts, whichever the standard counts as sites.
    pub sites: Option<u64>,
    /// Attrition of students.
    pub attrition: Option<Attrition>,
    /// Attrition of clusters, where clusters were assigned.
    pub cluster_attrition: Option<Attrition>,
    /// Which boundary the review protocol chooses. Unknown: cautious.
    pub assumption: Option<Assumption>,
    /// Baseline measures that the review requires; none known: empty.
    pub baseline: Vec<Baseline>,
    /// Whether the comparison group was chosen for the same low score or bad year as the treated, where these were chosen for theirs.
    /// `None`: not known whether they were chosen so at all.
    pub selected_low: Option<SelectedLow>,
    /// Whether the comparison comes from other cohorts or years and spans 2020 to 2022.
    pub spans_pandemic: Option<bool>,
    /// The effect.
    pub effect: Option<Effect>,
    /// Whether standard errors heed the unit of assignment.
    pub clustering: Option<Clustering>,
    /// The years before treatment.
    pub trends: Trends,
    /// Who made the outcome measure.
    pub measure: Option<Measure>,
    /// Whether the measure is eligible: valid on its face, reliable enough, not over-aligned, collected alike.
    pub measure_eligible: Option<bool>,
    /// How reliable the measure is, as far as that is told.
    pub reliability: Reliability,
    /// Who ran the study.
    pub conductor: Option<Conductor>,
    /// How often such an interval holds the truth on the study's own design, where that was tried.
    pub coverage: Option<Coverage>,
    /// The analysis plan.
    pub plan: Option<Plan>,
    /// All p-values of the headline's outcome domain, the headline's first, clusters heeded. `None`: not known how many
    /// outcomes were tested.
    pub domain: Option<Vec<f64>>,
    /// Specification curve.
    pub specifications: Option<Specifications>,
    /// Whether leaving out one school (or outliers) changes the result.
    pub hangs_on_one_school: Option<bool>,
    /// Whether significant negative evidence from another strong or moderate study overrides it.
    pub overridden: Option<bool>,
    /// Whether a logic model rests on research, and its effects are being studied.
    pub rationale: Option<bool>,
    /// What the treatment costs a student, in dollars.
    pub cost_per_student: Option<f64>,
    /// The outcome's subject.
    pub subject: Option<Subject>,
    /// The grade in which students began.
    pub school_grade: Option<Grade>,
}

impl Facts {
    /// The attrition boundary used.
    pub fn boundary(&self) -> Assumption {
        self.assumption.unwrap_or(Assumption::Cautious)
    }

    /// Whether it counts as a randomised trial: assigned at random, not known to be compromised, with a group to compare with.
    pub fn is_trial(&self) -> bool {
        self.design == Some(Design::Randomised) && self.compromised != Some(true)
    }
}

impl Facts {
    /// Whether the measure is eligible: as told, but never where it is less reliable than the standards ask.
    pub fn eligible_measure(&self, standards: &Standards) -> Option<bool> {
        if self.reliability.falls_short(standards).is_some() { Some(false) } else { self.measure_eligible }
    }
}
