//! The world in which profiles do nothing.

use super::super::defaults::school_study;
use super::super::{Design, Parameters, World, WorldCard};

/// The design of `belmont-cragin` with no effect at all.
pub struct Null;

static CARD: WorldCard = WorldCard {
    id: "null",
    title: "Profiles that do nothing",
    teaches: "Nothing happens here; a method that finds an effect more often than it promises is not to be \
              trusted.",
    source: "Design of belmont-cragin; a scenario",
    version: 2,
};

impl World for Null {
    fn card(&self) -> &'static WorldCard {
        &CARD
    }

    fn parameters(&self) -> Parameters {
        school_study().fixed("effect", 0.0, "the world without an effect").fixed("effect_sd", 0.0, "the world without an effect")
    }

    fn design(&self) -> Design {
        Design::PROFILE_SCHOOLS
    }
}
