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
        school_study()
            .with("schools", 60.0)
            .with("profile_schools", 30.0)
            .with("classrooms", 3.0)
            .with("first_year", 2018.0)
            .with("last_year", 2019.0)
            .with("first_take_up", 2019.0)
            .with("last_take_up", 2019.0)
            .with("never_share", 0.0)
            .with("second_year_multiple", 1.0)
            .with("later_years_multiple", 1.0)
            .fixed("poverty_gap", 0.0, "has no part in this world: a lot decides")
            .fixed("trend_gap", 0.0, "has no part in this world: a lot decides")
    }

    fn design(&self) -> Design {
        Design::by(Mechanism::SchoolLottery)
    }
}
