//! What a source tells.

use super::{PValue, Printed};
use crate::evidence::effect::{Proportions, Sizes};
use crate::evidence::facts::{Facts, Unit};

/// One arm's scores as printed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scores {
    /// Mean, in points.
    pub mean: Printed,
    /// Standard deviation, in points.
    pub sd: Printed,
}

/// "Grew x percent more": the difference of growth over the comparison's growth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GrowthClaim {
    /// Percent more growth.
    pub percent: Printed,
    /// The comparison's growth, in points.
    pub comparison_growth: Option<Printed>,
    /// Standard deviation of scores, in points.
    pub sd: Option<Printed>,
}

/// A claim: everything the source tells, nothing it does not.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Claim {
    /// Effect in SD.
    pub effect: Option<Printed>,
    /// Its standard error, SD.
    pub std_error: Option<Printed>,
    /// t or z statistic.
    pub t: Option<Printed>,
    /// F statistic with one numerator degree of freedom.
    pub f: Option<Printed>,
    /// Two-sided p-value.
    pub p_value: Option<PValue>,
    /// Confidence interval, SD; or of the odds ratio ([`Claim::interval_is_of_odds`]).
    pub interval: Option<(Printed, Printed)>,
    /// Its level; none: 0.95.
    pub level: Option<f64>,
    /// The treated arm's scores after treatment.
    pub treated: Option<Scores>,
    /// The comparison arm's.
    pub comparison: Option<Scores>,
    /// Whether single scores are whole numbers, so that only some means are possible.
    pub whole_scores: bool,
    /// Percent growth.
    pub growth: Option<GrowthClaim>,
    /// From this percentile to that.
    pub percentiles: Option<(Printed, Printed)>,
    /// How many reached an outcome.
    pub counts: Option<Proportions>,
    /// Odds ratio.
    pub odds_ratio: Option<Printed>,
    /// Whether the effect is below zero, where the source gives only F or p.
    pub negative: bool,
    /// Students analysed.
    pub students: Option<u64>,
    /// Of those treated.
    pub treated_students: Option<u64>,
    /// Of those not.
    pub comparison_students: Option<u64>,
    /// Classrooms.
    pub classrooms: Option<u64>,
    /// Schools.
    pub schools: Option<u64>,
    /// Whether standard errors heed classrooms or schools.
    pub heeded: Option<bool>,
    /// Intraclass correlation.
    pub icc: Option<f64>,
    /// Whether the outcome is not achievement, for which another correlation is assumed.
    pub not_achievement: bool,
    /// All else: design, comparison, who measured and who ran it. Effect, students, units, sites and clustering are filled in by
    /// [`assess`](fn@super::assess) where they are `None`.
    pub facts: Facts,
}

impl Claim {
    /// Students by arm: as told, else the total split evenly. `None` when neither is told.
    pub fn sizes(&self) -> Option<Sizes> {
        match (self.treated_students, self.comparison_students, self.students) {
            (Some(i), Some(c), _) => Some(Sizes::new(i, c)),
            (Some(i), None, Some(all)) => Some(Sizes::new(i, all.checked_sub(i)?)),
            (None, Some(c), Some(all)) => Some(Sizes::new(all.checked_sub(c)?, c)),
            (_, _, Some(all)) => Some(Sizes::even(all)),
            _ => self.counts.map(|c| c.of),
        }
    }

    /// Whether the arms' sizes are told, not split evenly.
    pub fn knows_arms(&self) -> bool {
        let arms = [self.treated_students, self.comparison_students, self.students].iter().flatten().count() >= 2;
        arms || self.students.is_none()
    }

    /// What was assigned: as told, else schools where they are counted, else classrooms.
    pub fn unit(&self) -> Option<Unit> {
        let counted = || match (self.schools, self.classrooms) {
            (Some(_), _) => Some(Unit::School),
            (None, Some(_)) => Some(Unit::Classroom),
            _ => None,
        };
        self.facts.unit.or_else(counted)
    }

    /// How many of them there are.
    pub fn clusters(&self) -> Option<u64> {
        match self.unit()? {
            Unit::Student => None,
            Unit::Classroom => self.classrooms,
            Unit::School => self.schools,
        }
    }

    /// Whether the interval is of the odds ratio: where one is told, and no effect in SD or one that the interval does not hold as it does the
    /// odds ratio.
    pub fn interval_is_of_odds(&self) -> bool {
        let holds = |x: f64| self.interval.is_some_and(|(low, high)| low.low() <= x && x <= high.high());
        match (self.effect, self.odds_ratio) {
            (None, odds) => odds.is_some(),
            (Some(effect), Some(odds)) => holds(odds.value) && !holds(effect.value),
            (Some(_), None) => false,
        }
    }

    /// The interval's level.
    pub fn interval_level(&self) -> f64 {
        self.level.unwrap_or(0.95)
    }
}
