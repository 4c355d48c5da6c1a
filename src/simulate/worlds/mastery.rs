//! Explicit skills, each mastered or not, with a plan for each student.

use super::super::defaults::{mastery, school_study};
use super::super::{Design, Parameters, World, WorldCard};

/// What is planned is what is measured.
pub struct Mastery;

static CARD: WorldCard = WorldCard {
    id: "mastery",
    title: "Skill by skill",
    teaches: "Profiles plan each student’s next skills; counted in skills of the plan the gain looks large, on the \
              broad test of the year it is small.",
    source: "Independent broad tests .10, researcher-made .38, developer-made .41 (means of the WWC’s database). \
              Skills and plans are scenario choices.",
    version: 1,
};

impl World for Mastery {
    fn card(&self) -> &'static WorldCard {
        &CARD
    }

    fn parameters(&self) -> Parameters {
        school_study().and(mastery()).with("schools", 20.0).with("profile_schools", 10.0).with("classrooms", 3.0).two_years()
    }

    fn design(&self) -> Design {
        Design::PROFILE_SCHOOLS
    }
}
