//! Classrooms randomized within schools.

use super::super::defaults::{lottery, school_study};
use super::super::{Design, Mechanism, Parameters, World, WorldCard};

/// A trial in which the lot falls on classrooms, with some spillover.
pub struct ClassroomTrial;

static CARD: WorldCard = WorldCard {
    id: "classroom-trial",
    title: "Classrooms drawn by lot",
    teaches: "In each school a lot picks half of the classrooms: schools no longer differ, so fewer are needed, \
              but teachers talk and profiles spread next door.",
    source: "Design: trials within schools; classroom variance Palardy & Rumberger. A scenario.",
    version: 1,
};

impl World for ClassroomTrial {
    fn card(&self) -> &'static WorldCard {
        &CARD
    }

    fn parameters(&self) -> Parameters {
        school_study().and(lottery()).with("schools", 20.0).with("spillover", 0.1).two_years().lots_within_schools()
    }

    fn design(&self) -> Design {
        Design::by(Mechanism::ClassroomLottery)
    }
}
