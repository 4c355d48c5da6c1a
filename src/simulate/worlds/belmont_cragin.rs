//! The founding world: profiles taken up classroom by classroom in some schools, over three years.

use super::super::defaults::school_study;
use super::super::{Design, Parameters, World, WorldCard};

/// Staggered take-up in poorer schools, parallel trends, an effect that grows with years of use.
pub struct BelmontCragin;

static CARD: WorldCard = WorldCard {
    id: "belmont-cragin",
    title: "Learner profiles, taken up classroom by classroom",
    teaches: "Fourteen of 42 schools bring in learner profiles, the poorer ones; comparing levels misleads, \
              comparing changes does not, and even the true gain of a tenth of an SD is hard to see.",
    source: "Idea: Gonser, The Hechinger Report, 26 January 2021 (Belmont-Cragin elementary school, Chicago). \
              Size: RAND RR1365 and RR2042. Students, schools and numbers are made up.",
    version: 2,
};

impl World for BelmontCragin {
    fn card(&self) -> &'static WorldCard {
        &CARD
    }

    fn parameters(&self) -> Parameters {
        school_study()
    }

    fn design(&self) -> Design {
        Design::PROFILE_SCHOOLS
    }
}
