//! Staff vacancies, untrained teachers, software instead of staff.

use super::super::defaults::school_study;
use super::super::{Design, Parameters, World, WorldCard};

/// Low fidelity.
pub struct UnderResourced;

static CARD: WorldCard = WorldCard {
    id: "under-resourced",
    title: "Too few teachers",
    teaches: "Vacant posts, untrained teachers and software in place of staff: the idea may be good, but little of \
              it happens, and little comes of it.",
    source: "Staffing: 74 % of elementary and middle schools had difficulty filling special-education posts \
              entering 2024–25 (NCES). How much this lowers fidelity is a scenario choice.",
    version: 1,
};

impl World for UnderResourced {
    fn card(&self) -> &'static WorldCard {
        &CARD
    }

    fn parameters(&self) -> Parameters {
        school_study()
            .with("staffing_mean", -1.0)
            .with("training_mean", -0.7)
            .with("family_mean", -0.3)
            .with("technology_mean", 0.8)
            .with("teacher_turnover", 0.26)
    }

    fn design(&self) -> Design {
        Design::PROFILE_SCHOOLS
    }
}
