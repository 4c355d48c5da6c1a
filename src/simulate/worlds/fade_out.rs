//! Profiles used for one year, and what is left of the gain.

use super::super::defaults::school_study;
use super::super::{Design, Parameters, World, WorldCard};

/// An effect that fades.
pub struct FadeOut;

static CARD: WorldCard = WorldCard {
    id: "fade-out",
    title: "Given up after a year",
    teaches: "Profiles are used for one year only: of the gain, less than half is left a year later, which a study \
              that stops in the first spring never sees.",
    source: "Hart et al. (87 trials): 43 % of the effect left after 6–12 months, 37 % after 1–2 years.",
    version: 1,
};

impl World for FadeOut {
    fn card(&self) -> &'static WorldCard {
        &CARD
    }

    fn parameters(&self) -> Parameters {
        school_study()
            .with("use_years", 1.0)
            .with("effect", 0.2)
            .with("second_year_multiple", 1.0)
            .with("later_years_multiple", 1.0)
            .with("last_take_up", 2016.0)
    }

    fn design(&self) -> Design {
        Design::PROFILE_SCHOOLS
    }
}
