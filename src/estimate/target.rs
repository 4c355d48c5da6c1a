//! Which effect is meant.

use super::reassign::Treatment;

/// The kind of effect, as JSON names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Estimand {
    /// The average effect on the treated, over all their treated periods.
    Overall,
    /// The plain mean of the effects at event times 0 and later.
    OverallDynamic,
    /// The mean over cohorts, by their size, of each one's mean effect over its treated periods.
    OverallGroup,
    /// The mean over periods of the effect on those treated then.
    OverallCalendar,
    /// The effect on a cohort in a period.
    GroupTime,
    /// The mean effect on a cohort over its treated periods.
    Group,
    /// The effect in a period on all that are treated then.
    Calendar,
    /// The effect a number of periods after the start.
    Event,
    /// The effect at a quantile of the outcome.
    Quantile,
    /// A bound on an effect that is known within limits only.
    Bound,
    /// The effect at a dose.
    Dose,
    /// How the effect changes with the dose.
    DoseSlope,
    /// A regression coefficient.
    Coefficient,
}

impl Estimand {
    /// The name in JSON and tables.
    pub fn name(self) -> &'static str {
        match self {
            Estimand::Overall => "overall",
            Estimand::OverallDynamic => "overall-dynamic",
            Estimand::OverallGroup => "overall-group",
            Estimand::OverallCalendar => "overall-calendar",
            Estimand::GroupTime => "group-time",
            Estimand::Group => "group",
            Estimand::Calendar => "calendar",
            Estimand::Quantile => "quantile",
            Estimand::Bound => "bound",
            Estimand::Dose => "dose",
            Estimand::DoseSlope => "dose-slope",
            Estimand::Event => "event",
            Estimand::Coefficient => "coefficient",
        }
    }
}

/// The dose at which an effect is meant, and the percentage of the treated that have less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DosePlace {
    /// The bits of the dose: two places are the same where these are.
    bits: u64,
    /// The percentage of the treated that have less.
    pub percent: u8,
}

impl DosePlace {
    /// A dose, and the percentage of the treated that have less.
    pub fn new(dose: f64, percent: u8) -> DosePlace {
        DosePlace { bits: dose.to_bits(), percent }
    }

    /// The dose.
    pub fn dose(self) -> f64 {
        f64::from_bits(self.bits)
    }
}

/// One effect to be estimated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The kind.
    pub estimand: Estimand,
    /// A label for people.
    pub label: String,
    /// The cohort, by its first treated period.
    pub group: Option<i64>,
    /// The period.
    pub period: Option<i64>,
    /// Periods since the start.
    pub event_time: Option<i64>,
    /// The dose, where the effect is meant at one.
    pub dose: Option<DosePlace>,
}

impl Target {
    /// What a constant effect of this kind adds to the outcome; `None` when it is not an effect of treatment.
    pub fn treatment(&self) -> Option<Treatment> {
        match (self.estimand, self.event_time) {
            (Estimand::Coefficient | Estimand::Dose | Estimand::DoseSlope, _) => None,
            (Estimand::Event | Estimand::GroupTime, Some(e)) if e < 0 => Some(Treatment::At(e)),
            _ => Some(Treatment::Treated),
        }
    }

    fn plain(estimand: Estimand, label: &str) -> Target {
        Target { estimand, label: label.into(), group: None, period: None, event_time: None, dose: None }
    }

    /// The overall effect.
    pub fn overall() -> Target {
        Target::plain(Estimand::Overall, "ATT")
    }

    /// The overall effect of a unit of treatment in a period.
    pub fn per_unit() -> Target {
        Target::plain(Estimand::Overall, "per unit and period of treatment")
    }

    /// The effect at an event time.
    pub fn event(e: i64) -> Target {
        Target { event_time: Some(e), ..Target::plain(Estimand::Event, &format!("event time {e}")) }
    }

    /// The effect on the cohort first treated in `group`, in `period`.
    pub fn group_time(group: i64, period: i64) -> Target {
        let label = format!("cohort {group}, period {period}");
        Target { group: Some(group), period: Some(period), event_time: Some(period - group), ..Target::plain(Estimand::GroupTime, &label) }
    }

    /// The mean effect on a cohort over its treated periods.
    pub fn group(group: i64) -> Target {
        Target { group: Some(group), ..Target::plain(Estimand::Group, &format!("cohort {group}")) }
    }

    /// The effect in a period on all that are treated then.
    pub fn calendar(period: i64) -> Target {
        Target { period: Some(period), ..Target::plain(Estimand::Calendar, &format!("period {period}")) }
    }

    /// The mean effect over event times 0 and later.
    pub fn overall_dynamic() -> Target {
        Target::plain(Estimand::OverallDynamic, "mean of event times 0 and later")
    }

    /// The mean over cohorts, by their size, of each one's mean effect.
    pub fn overall_group() -> Target {
        Target::plain(Estimand::OverallGroup, "mean over cohorts")
    }

    /// The mean over periods of the effect on those treated then.
    pub fn overall_calendar() -> Target {
        Target::plain(Estimand::OverallCalendar, "mean over periods")
    }

    /// The effect at a quantile, in percent.
    pub fn quantile(percent: f64) -> Target {
        Target::plain(Estimand::Quantile, &format!("quantile {percent} %"))
    }

    /// The effect at a dose, in words.
    pub fn dose(label: &str, place: DosePlace) -> Target {
        Target { dose: Some(place), ..Target::plain(Estimand::Dose, label) }
    }

    /// A slope in the dose, in words: at a dose, or in the mean over those of the treated.
    pub fn dose_slope(label: &str, place: Option<DosePlace>) -> Target {
        Target { dose: place, ..Target::plain(Estimand::DoseSlope, label) }
    }

    /// A regression coefficient.
    pub fn coefficient(term: &str) -> Target {
        Target::plain(Estimand::Coefficient, term)
    }
}
