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
        school_study().and(low_scores()).with("schools", 30.0).with("effect", 0.0).two_years().by_student()
    }

    fn design(&self) -> Design {
        Design::by(Mechanism::LowScores)
    }
}
