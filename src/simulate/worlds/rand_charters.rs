//! Schools picked by funders for their drive, with a virtual comparison group.

use super::super::defaults::{school_study, virtual_comparison};
use super::super::{Design, Mechanism, Parameters, Twins, World, WorldCard};

/// Selection on growth that no matching on scores removes.
pub struct RandCharters;

static CARD: WorldCard = WorldCard {
    id: "rand-charters",
    title: "Schools picked by funders",
    teaches: "Funders pick schools that were on the rise, and a virtual comparison group is matched on scores but \
              not on drive: the schools look good whatever the profiles do.",
    source: "RAND RR1365 (62 schools, about 11,000 students; up to 51 matches each, WR-1061) and the NEPC review \
              of it. The rise is a scenario choice.",
    version: 2,
};

impl World for RandCharters {
    fn card(&self) -> &'static WorldCard {
        &CARD
    }

    fn parameters(&self) -> Parameters {
        school_study()
            .and(virtual_comparison())
            .with("schools", 62.0)
            .with("classrooms", 4.0)
            .with("first_year", 2013.0)
            .with("last_year", 2015.0)
            .with("first_take_up", 2014.0)
            .with("last_take_up", 2014.0)
            .with("never_share", 0.0)
            .with("trend_gap", 0.08)
            .with("effect", 0.08)
            .with("poverty_share", 0.8)
            .with("poverty_gap", 0.0)
            .with("school_growth_variance", 0.0025)
            .fixed("profile_schools", 200000.0, "all schools are profile schools in this world")
    }

    fn design(&self) -> Design {
        Design { mechanism: Mechanism::ProfileSchools, twins: Twins::Virtual }
    }
}
