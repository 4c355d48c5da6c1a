//! Which effect is meant.

use super::reassign::Treatment;

/// The kind of effect, as JSON names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Estimand {
    /// The average effect on the treated, over all their treated periods.
    Overall,
    /// The plain mean of the effects at event times 0 and later.
    OverallDynamic,
    /// The effect on a cohort in a period.
    GroupTime,
    /// The effect a number of periods after the start.
    Event,
    /// A regression coefficient.
    Coefficient,
}

impl Estimand {
    /// The name in JSON and tables.
    pub fn name(self) -> &'static str {
        match self {
            Estimand::Overall => "overall",
            Estimand::OverallDynamic => "overall-dynamic",
            Estimand::GroupTime => "group-time",
            Estimand::Event => "event",
            Estimand::Coefficient => "coefficient",
        }
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
}

impl Target {
    /// What a constant effect of this kind adds to the outcome; `None` when it is not an effect of treatment.
    pub fn treatment(&self) -> Option<Treatment> {
        match (self.estimand, self.event_time) {
            (Estimand::Coefficient, _) => None,
            (Estimand::Event, Some(e)) if e < 0 => Some(Treatment::At(e)),
            _ => Some(Treatment::Treated),
        }
    }

    /// The overall effect.
    pub fn overall() -> Target {
        Target { estimand: Estimand::Overall, label: "ATT".into(), group: None, period: None, event_time: None }
    }

    /// The effect at an event time.
    pub fn event(e: i64) -> Target {
        Target { estimand: Estimand::Event, label: format!("event time {e}"), group: None, period: None, event_time: Some(e) }
    }

    /// The mean effect over event times 0 and later.
    pub fn overall_dynamic() -> Target {
        Target {
            estimand: Estimand::OverallDynamic,
            label: "mean of event times 0 and later".into(),
            group: None,
            period: None,
            event_time: None,
        }
    }

    /// A regression coefficient.
    pub fn coefficient(term: &str) -> Target {
        Target { estimand: Estimand::Coefficient, label: term.into(), group: None, period: None, event_time: None }
    }
}
