//! Loss and recovery that differ by poverty.

use super::super::defaults::{pandemic, school_study};
use super::super::{Design, Parameters, World, WorldCard};

/// A shock that hits poor schools harder, and profile schools are poorer.
pub struct PandemicYears;

static CARD: WorldCard = WorldCard {
    id: "pandemic",
    title: "Through the pandemic",
    teaches: "Poor schools lost more in the pandemic and recover more slowly; where profile schools are poorer, \
              their recovery or loss looks like the work of profiles.",
    source: "Kuhfeld et al. 2022; Goldhaber et al. 2022; NAEP 2022 and 2024.",
    version: 1,
};

impl World for PandemicYears {
    fn card(&self) -> &'static WorldCard {
        &CARD
    }

    fn parameters(&self) -> Parameters {
        school_study()
            .and(pandemic())
            .with("first_year", 2018.0)
            .with("last_year", 2023.0)
            .with("first_take_up", 2022.0)
            .with("last_take_up", 2023.0)
            .with("effect", 0.05)
    }

    fn design(&self) -> Design {
        Design::PROFILE_SCHOOLS
    }
}
