//! Growth against a national norm, without a comparison group.

use super::super::defaults::{norm, school_study};
use super::super::{Design, Mechanism, Parameters, Twins, World, WorldCard};

/// A norm that these schools would beat anyway.
pub struct Norms;

static CARD: WorldCard = WorldCard {
    id: "norms",
    title: "Growth against a national norm",
    teaches: "No comparison school at all: growth is set against a national norm, and whatever else sets these \
              schools apart from the nation counts as the programme.",
    source: "Teach to One evaluations against national norms (Ready 2014: .12 and .35, the authors: not causal); \
              New Classrooms 2019. The shift of the norm is a scenario choice.",
    version: 1,
};

impl World for Norms {
    fn card(&self) -> &'static WorldCard {
        &CARD
    }

    fn parameters(&self) -> Parameters {
        school_study()
            .and(norm())
            .with("schools", 15.0)
            .with("classrooms", 4.0)
            .with("first_year", 2012.0)
            .with("last_year", 2014.0)
            .with("first_take_up", 2013.0)
            .with("last_take_up", 2013.0)
            .with("never_share", 0.0)
            .with("effect", 0.05)
            .with("poverty_gap", 0.0)
            .with("norm_shift", -0.1)
            .fixed("profile_schools", 200000.0, "all schools are profile schools in this world")
    }

    fn design(&self) -> Design {
        Design { mechanism: Mechanism::ProfileSchools, twins: Twins::Norm }
    }
}
