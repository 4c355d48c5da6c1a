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
        school_study()
            .and(lottery())
            .with("schools", 20.0)
            .with("spillover", 0.1)
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
