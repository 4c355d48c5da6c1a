//! An effect that differs by IEP, measured with accommodation.

use super::super::defaults::school_study;
use super::super::{Design, Parameters, World, WorldCard};

/// The IEP question: did students with an IEP gain as others did?
pub struct IepInclusion;

static CARD: WorldCard = WorldCard {
    id: "iep-inclusion",
    title: "Students with an IEP",
    teaches: "Students with an IEP gain twice as much from profiles, and are tested with new accommodations as \
              well: part of what is measured is no learning.",
    source: "IEP shares NCES; gaps Gilmour et al. 2019. The multiple and what accommodations add are scenario \
              choices.",
    version: 1,
};

impl World for IepInclusion {
    fn card(&self) -> &'static WorldCard {
        &CARD
    }

    fn parameters(&self) -> Parameters {
        school_study().with("iep_multiple", 2.0).with("accommodation_gain", 0.1).with("iep_share", 0.2)
    }

    fn design(&self) -> Design {
        Design::PROFILE_SCHOOLS
    }
}
