//! Many districts in many states, a million students and more.

use super::super::defaults::{hierarchy, school_study};
use super::super::{Design, Mechanism, Parameters, World, WorldCard};

/// The largest world.
pub struct FortyStates;

static CARD: WorldCard = WorldCard {
    id: "forty-states",
    title: "A nation of schools",
    teaches: "A million students in forty states: with so many, even a tiny gain can be seen, and so can a tiny \
              bias.",
    source: "More than 40 states promote personalized learning (Gonser 2021); SD between districts .07–.14. A \
              scenario.",
    version: 1,
};

impl World for FortyStates {
    fn card(&self) -> &'static WorldCard {
        &CARD
    }

    fn parameters(&self) -> Parameters {
        school_study()
            .and(hierarchy())
            .with("districts", 400.0)
            .with("schools", 12000.0)
            .with("profile_schools", 4000.0)
            .with("first_year", 2016.0)
            .with("last_year", 2019.0)
            .with("first_take_up", 2017.0)
            .with("last_take_up", 2019.0)
            .with("effect", 0.05)
            .schools_by_lot()
    }

    fn design(&self) -> Design {
        Design::by(Mechanism::SchoolLottery)
    }
}
