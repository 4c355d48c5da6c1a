//! Staggered take-up with effects that grow, fade and differ by cohort.

use super::super::defaults::school_study;
use super::super::{Design, Parameters, World, WorldCard};

/// Where two-way fixed effects mislead.
pub struct StaggeredRollout;

static CARD: WorldCard = WorldCard {
    id: "staggered-rollout",
    title: "Year after year, more classrooms",
    teaches: "Early classrooms gain more than late ones, and the gain grows and then fades: the most common \
              regression mixes these up and can even turn the sign.",
    source: "Goodman-Bacon 2021; de Chaisemartin & D’Haultfœuille 2020: heterogeneous effects under staggered \
              take-up. A scenario.",
    version: 1,
};

impl World for StaggeredRollout {
    fn card(&self) -> &'static WorldCard {
        &CARD
    }

    fn parameters(&self) -> Parameters {
        school_study()
            .with("schools", 60.0)
            .with("profile_schools", 40.0)
            .with("classrooms", 3.0)
            .with("first_take_up", 2015.0)
            .with("last_take_up", 2018.0)
            .with("never_share", 0.1)
            .with("effect", 0.15)
            .with("second_year_multiple", 1.6)
            .with("later_years_multiple", 2.2)
            .with("cohort_step", -0.25)
            .with("novelty", 0.2)
    }

    fn design(&self) -> Design {
        Design::PROFILE_SCHOOLS
    }
}
