//! Profiles for students who did badly: regression to the mean.

use super::super::defaults::{low_scores, school_study};
use super::super::{Design, Mechanism, Parameters, World, WorldCard};

/// Selection on last year’s score, without any effect by default.
pub struct AdoptAfterDip;

static CARD: WorldCard = WorldCard {
    id: "adopt-after-dip",
    title: "After a bad year",
    teaches: "Profiles go to the students who did worst last year; part of that was bad luck, so they do better \
              next year with or without profiles.",
    source: "Regression to the mean; Ashenfelter 1978. Lowest quarter: E(z) = −1.27, so a correlation of .77 \
              between years makes a gain of .29 SD out of nothing.",
    version: 1,
};

impl World for AdoptAfterDip {
    fn card(&self) -> &'static WorldCard {
        &CARD
    }

    fn parameters(&self) -> Parameters {
        school_study()
            .and(low_scores())
            .with("schools", 30.0)
            .with("effect", 0.0)
            .with("first_year", 2018.0)
            .with("last_year", 2019.0)
            .with("first_take_up", 2019.0)
            .with("second_year_multiple", 1.0)
            .with("later_years_multiple", 1.0)
            .fixed("spillover", 0.0, "has no part in this world")
            .without("last_take_up")
            .without("cohort_step")
            .fixed("never_share", 0.0, "has no part in this world")
            .fixed("profile_schools", 1.0, "has no part in this world: who gets profiles is not decided by school")
            .fixed("poverty_gap", 0.0, "has no part in this world: no schools differ")
            .fixed("trend_gap", 0.0, "has no part in this world: no schools differ")
    }

    fn design(&self) -> Design {
        Design::by(Mechanism::LowScores)
    }
}
