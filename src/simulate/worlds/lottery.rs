//! Students randomized within schools, with no-shows and crossovers.

use super::super::defaults::{compliance, lottery, school_study};
use super::super::{Design, Mechanism, Parameters, World, WorldCard};

/// A lottery among students, not all of whom do what it says.
pub struct Lottery;

static CARD: WorldCard = WorldCard {
    id: "lottery",
    title: "Students drawn by lot",
    teaches: "A lot decides which students get a profile: the fairest comparison there is, if one counts everybody \
              as drawn and not by what they then did.",
    source: "Design: lottery trials such as Mindspark (Muralidharan, Singh & Ganimian 2019). A scenario.",
    version: 1,
};

impl World for Lottery {
    fn card(&self) -> &'static WorldCard {
        &CARD
    }

    fn parameters(&self) -> Parameters {
        school_study()
            .and(lottery())
            .and(compliance())
            .with("schools", 12.0)
            .with("classrooms", 3.0)
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
        Design::by(Mechanism::StudentLottery)
    }
}
