//! One school in which half of the classrooms take profiles up.

use super::super::defaults::{lottery, school_study};
use super::super::{Design, Mechanism, Parameters, World, WorldCard};

/// A single school: few clusters, spillover between neighbours.
pub struct SingleSchool;

static CARD: WorldCard = WorldCard {
    id: "single-school",
    title: "One school on its own",
    teaches: "One enthusiastic school, half of its classrooms with profiles: with six classrooms almost any \
              difference can be chance, and nobody can tell the profiles from what else that school does.",
    source: "Idea: Gonser, The Hechinger Report, 26 January 2021; one unit a condition: WWC Standards, \
              confounding factors. A scenario.",
    version: 1,
};

impl World for SingleSchool {
    fn card(&self) -> &'static WorldCard {
        &CARD
    }

    fn parameters(&self) -> Parameters {
        school_study()
            .and(lottery())
            .with("schools", 1.0)
            .with("classrooms", 6.0)
            .with("first_year", 2016.0)
            .with("first_take_up", 2018.0)
            .with("last_take_up", 2018.0)
            .with("spillover", 0.15)
            .lots_within_schools()
    }

    fn design(&self) -> Design {
        Design::by(Mechanism::ClassroomLottery)
    }
}
