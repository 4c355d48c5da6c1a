//! Profiles reach classrooms that have none.

use super::super::defaults::{lottery, school_study};
use super::super::{Design, Mechanism, Parameters, World, WorldCard};

/// Comparison classrooms that are half treated.
pub struct Spillover;

static CARD: WorldCard = WorldCard {
    id: "spillover",
    title: "Next door",
    teaches: "In schools where some classrooms have profiles the others pick up a quarter of their effect: a \
              comparison within the school sees too little, one with other schools more.",
    source: "Spillover of 0–25 % is thought likely; a scenario.",
    version: 1,
};

impl World for Spillover {
    fn card(&self) -> &'static WorldCard {
        &CARD
    }

    fn parameters(&self) -> Parameters {
        school_study().and(lottery()).with("schools", 30.0).with("spillover", 0.25).with("effect", 0.15).two_years().lots_within_schools()
    }

    fn design(&self) -> Design {
        Design::by(Mechanism::ClassroomLottery)
    }
}
