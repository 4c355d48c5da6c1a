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
        school_study()
            .and(mastery())
            .with("schools", 20.0)
            .with("profile_schools", 10.0)
            .with("classrooms", 3.0)
            .with("first_year", 2018.0)
            .with("last_year", 2019.0)
            .with("first_take_up", 2019.0)
            .with("last_take_up", 2019.0)
            .with("never_share", 0.0)
            .with("second_year_multiple", 1.0)
            .with("later_years_multiple", 1.0)
    }

    fn design(&self) -> Design {
        Design::PROFILE_SCHOOLS
    }
}
