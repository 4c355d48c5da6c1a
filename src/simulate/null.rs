//! The world in which profiles do nothing.

use super::cohort::school_study;
use super::defaults;
use super::{Detail, Draw, Parameters, World, WorldCard};

/// The design of `belmont-cragin` with no effect at all.
pub struct Null;

static CARD: WorldCard = WorldCard {
    id: "null",
    title: "Profiles that do nothing",
    teaches: "Nothing happens here; a method that finds an effect more often than it promises is not to be trusted.",
    source: "Design of belmont-cragin; a scenario",
    version: 1,
};

impl World for Null {
    fn card(&self) -> &'static WorldCard {
        &CARD
    }

    fn parameters(&self) -> Parameters {
        defaults::school_study().fixed("effect", 0.0, "the world without an effect")
    }

    fn draw_with(&self, parameters: &Parameters, seed: u64, detail: Detail) -> Draw {
        school_study(&CARD, parameters, seed, detail)
    }
}
