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
        school_study()
            .and(lottery())
            .with("schools", 30.0)
            .with("spillover", 0.25)
            .with("effect", 0.15)
            .with("first_year", 2018.0)
            .with("last_year", 2019.0)
            .with("first_take_up", 2019.0)
            .with("last_take_up", 2019.0)
            .with("second_year_multiple", 1.0)
            .with("later_years_multiple", 1.0)
            .fixed("profile_schools", 1.0, "has no part in this world: a lot decides within schools")
            .fixed("never_share", 0.0, "has no part in this world: see profile_share")
            .fixed("poverty_gap", 0.0, "has no part in this world: no schools differ")
            .fixed("trend_gap", 0.0, "has no part in this world: no schools differ")
    }

    fn design(&self) -> Design {
        Design::by(Mechanism::ClassroomLottery)
    }
}
