//! Whole schools randomized.

use super::super::defaults::school_study;
use super::super::{Design, Mechanism, Parameters, World, WorldCard};

/// A trial in which the lot falls on schools.
pub struct SchoolTrial;

static CARD: WorldCard = WorldCard {
    id: "school-trial",
    title: "Schools drawn by lot",
    teaches: "Half of the schools are drawn by lot: fair, but it takes dozens of schools to see a tenth of an SD, \
              however many students they have.",
    source: "Design: cluster-randomized trials of schools, as most IES and EEF trials. A scenario.",
    version: 1,
};

impl World for SchoolTrial {
    fn card(&self) -> &'static WorldCard {
        &CARD
    }

    fn parameters(&self) -> Parameters {
        school_study().with("schools", 60.0).with("profile_schools", 30.0).with("classrooms", 3.0).two_years().schools_by_lot()
    }

    fn design(&self) -> Design {
        Design::by(Mechanism::SchoolLottery)
    }
}
