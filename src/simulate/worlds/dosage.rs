//! Heavy users of software against norms or against light users.

use super::super::defaults::{dosage, school_study};
use super::super::{Design, Mechanism, Parameters, Twins, World, WorldCard};

/// Use that follows an unmeasured drive, which makes students grow anyway.
pub struct Dosage;

static CARD: WorldCard = WorldCard {
    id: "dosage",
    title: "Those who use it most",
    teaches: "A vendor reports that students who used the software for 30 minutes a week gained .36 SD more than \
              the norm; most of it is the drive that made them use it.",
    source: "Khan Academy annual report 2023 (.36, 9 % of 350,000 students) beside a panel within teachers (PNAS \
              2026: .031 at actual use, .085 at the full dose).",
    version: 1,
};

impl World for Dosage {
    fn card(&self) -> &'static WorldCard {
        &CARD
    }

    fn parameters(&self) -> Parameters {
        school_study()
            .and(dosage())
            .with("schools", 60.0)
            .with("classrooms", 4.0)
            .with("effect", 0.085)
            .with("fidelity_intercept", 0.0)
            .with("staffing_weight", 0.0)
            .with("training_weight", 0.0)
            .with("family_weight", 0.0)
            .with("technology_weight", 0.0)
            .with("first_year", 2018.0)
            .with("last_year", 2019.0)
            .with("first_take_up", 2019.0)
            .with("second_year_multiple", 1.0)
            .with("later_years_multiple", 1.0)
            .fixed("spillover", 0.0, "has no part in this world")
            .without("last_take_up")
            .without("cohort_step")
            .fixed("never_share", 0.0, "has no part in this world")
            .fixed("profile_schools", 1.0, "has no part in this world: who gets profiles is not decided by school")
            .fixed("poverty_gap", 0.0, "has no part in this world: no schools differ")
            .fixed("trend_gap", 0.0, "has no part in this world: no schools differ")
    }

    fn design(&self) -> Design {
        Design { mechanism: Mechanism::Dosage, twins: Twins::Norm }
    }
}
