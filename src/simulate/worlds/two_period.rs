//! The simplest world: two years, and half of the schools take up profiles in the second.

use super::super::defaults::school_study;
use super::super::{Design, Parameters, World, WorldCard};

/// Two groups, two periods, whole schools, a constant effect.
pub struct TwoPeriod;

static CARD: WorldCard = WorldCard {
    id: "two-period",
    title: "Two years, before and after",
    teaches: "The textbook case: half of the schools start in the second year, and the change there minus the \
              change elsewhere is the effect.",
    source: "The two-group, two-period design of every textbook; a scenario",
    version: 2,
};

impl World for TwoPeriod {
    fn card(&self) -> &'static WorldCard {
        &CARD
    }

    fn parameters(&self) -> Parameters {
        school_study().with("schools", 40.0).with("profile_schools", 20.0).with("effect", 0.15).two_years()
    }

    fn design(&self) -> Design {
        Design::PROFILE_SCHOOLS
    }
}
