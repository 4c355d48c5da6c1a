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
        school_study().and(lottery()).and(compliance()).with("schools", 12.0).with("classrooms", 3.0).two_years().lots_within_schools()
    }

    fn design(&self) -> Design {
        Design::by(Mechanism::StudentLottery)
    }
}
