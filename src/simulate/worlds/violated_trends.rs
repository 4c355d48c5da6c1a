//! Trends that are not parallel.

use super::super::defaults::school_study;
use super::super::{Design, Parameters, World, WorldCard};

/// Profile schools whose scores rise faster, profiles or not.
pub struct ViolatedTrends;

static CARD: WorldCard = WorldCard {
    id: "violated-trends",
    title: "Already on the rise",
    teaches: "Profile schools were rising faster before profiles came; the comparison of changes counts the rise \
              as the work of profiles, and the years before give it away.",
    source: "Selection on growth: correlation .1–.4 of drive and growth is thought likely; a scenario",
    version: 2,
};

impl World for ViolatedTrends {
    fn card(&self) -> &'static WorldCard {
        &CARD
    }

    fn parameters(&self) -> Parameters {
        school_study().with("trend_gap", 0.04).with("school_growth_variance", 0.0016).with("effect", 0.05)
    }

    fn design(&self) -> Design {
        Design::PROFILE_SCHOOLS
    }
}
