//! What several worlds have in common: settings, and parameters that mean nothing there.

use super::super::Parameters;

impl Parameters {
    /// One year before, one year after; all start together, and the effect is that of the first year.
    pub(in super::super) fn two_years(self) -> Self {
        self.with("first_year", 2018.0)
            .with("last_year", 2019.0)
            .with("first_take_up", 2019.0)
            .with("last_take_up", 2019.0)
            .with("never_share", 0.0)
            .with("second_year_multiple", 1.0)
            .with("later_years_multiple", 1.0)
    }

    /// No school differs from the others because it brings profiles in.
    fn alike(self, why: &'static str) -> Self {
        self.fixed("poverty_gap", 0.0, why).fixed("trend_gap", 0.0, why)
    }

    /// A lot decides which schools bring profiles in.
    pub(in super::super) fn schools_by_lot(self) -> Self {
        self.alike("has no part in this world: a lot decides")
    }

    /// A lot decides within each school.
    pub(in super::super) fn lots_within_schools(self) -> Self {
        self.fixed("profile_schools", 1.0, "has no part in this world: a lot decides within schools")
            .fixed("never_share", 0.0, "has no part in this world: see profile_share")
            .alike("has no part in this world: no schools differ")
    }

    /// Students start one by one, all in the first year of take-up.
    pub(in super::super) fn by_student(self) -> Self {
        self.without("last_take_up")
            .without("cohort_step")
            .fixed("spillover", 0.0, "has no part in this world")
            .fixed("never_share", 0.0, "has no part in this world")
            .fixed("profile_schools", 1.0, "has no part in this world: who gets profiles is not decided by school")
            .alike("has no part in this world: no schools differ")
    }
}
