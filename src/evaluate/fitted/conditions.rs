//! What is put on top of a fitted design: an effect, and what may go wrong.

use crate::cohort::{Fault, Faults};
use crate::evaluate::Point;

/// A condition that may be set, or varied along a grid.
pub struct Condition {
    /// The name.
    pub name: &'static str,
    /// What it is, with its unit.
    pub meaning: &'static str,
    /// What it may be.
    pub range: (f64, f64),
    /// What it is where nobody says otherwise.
    pub default: f64,
}

/// All conditions. None of them is an estimate: they are what-if.
pub static CONDITIONS: [Condition; 5] = [
    Condition {
        name: "effect",
        meaning: "the effect on everyone treated, from the start on, in SD of the outcome",
        range: (-10.0, 10.0),
        default: 0.0,
    },
    Condition {
        name: "drift",
        meaning: "how much more those treated at some time gain without treatment, in SD for each unit of the period column",
        range: (-10.0, 10.0),
        default: 0.0,
    },
    Condition {
        name: "attrition",
        meaning: "the share of treated units that leave when treatment starts",
        range: (0.0, 0.9),
        default: 0.0,
    },
    Condition {
        name: "attrition_by_outcome",
        meaning: "whether those leave who would have scored lowest (1), or anybody (0); between: the correlation of leaving's score with the outcome",
        range: (0.0, 1.0),
        default: 1.0,
    },
    Condition {
        name: "contamination",
        meaning: "the share of untreated units that have the effect all the same, once treatment has started somewhere",
        range: (0.0, 1.0),
        default: 0.0,
    },
];

/// The values of all conditions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Conditions {
    pub effect: f64,
    pub drift: f64,
    pub attrition: f64,
    pub attrition_by_outcome: f64,
    pub contamination: f64,
}

impl Conditions {
    /// The conditions as set, with those of a point in their place.
    ///
    /// # Errors
    /// Unknown names, values out of range, and conditions that do nothing, all at once.
    pub(super) fn at(settings: &[(String, f64)], point: &Point) -> Result<Conditions, Faults> {
        let mut faults = Faults::default();
        let mut refuse = |what: String, remedy: String| {
            faults.push(Fault::new("CAL-001", what, format!("--set or --grid: {point}"), "there is no such design to draw from", remedy));
        };
        let mut values = CONDITIONS.each_ref().map(|c| c.default);
        for (name, value) in settings.iter().chain(&point.values) {
            match CONDITIONS.iter().position(|c| c.name == name) {
                None => {
                    refuse(format!("there is no condition {name:?}"), crate::cohort::did_you_mean(name, CONDITIONS.iter().map(|c| c.name)))
                }
                Some(i) if !(CONDITIONS[i].range.0..=CONDITIONS[i].range.1).contains(value) => refuse(
                    format!("{name} = {value} is not between {} and {}", CONDITIONS[i].range.0, CONDITIONS[i].range.1),
                    format!("it is {}", CONDITIONS[i].meaning),
                ),
                Some(i) => values[i] = *value,
            }
        }
        let [effect, drift, attrition, attrition_by_outcome, contamination] = values;
        if contamination > 0.0 && effect == 0.0 {
            refuse("contamination without an effect does nothing".into(), "give an effect too:  --set effect=0.2".into());
        }
        let by_outcome = |list: &[(String, f64)]| list.iter().any(|(name, _)| name == "attrition_by_outcome");
        if attrition == 0.0 && (by_outcome(settings) || by_outcome(&point.values)) {
            refuse("attrition_by_outcome without attrition does nothing".into(), "say how many leave too:  --set attrition=0.1".into());
        }
        faults.into_result().map(|()| Conditions { effect, drift, attrition, attrition_by_outcome, contamination })
    }
}
