//! Which question an overall effect answers.
//!
//! Two estimates of one quantity disagree or do not. Two estimates of different quantities differ for that reason alone: how far they
//! lie apart tests nothing.

use super::{Estimand, Fit};
use crate::panel::Panel;
use std::collections::BTreeMap;

/// What an overall effect is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asks {
    /// The average effect over the treated rows.
    Treated,
    /// The plain mean over times since the start: its first and last.
    Times(i64, i64),
    /// The plain mean over the times from the start on within a window, over the cohorts seen in all of it: its first and last time.
    Window(i64, i64),
    /// The average effect over the treated rows of the first periods from the start on: how many.
    FirstPeriods(usize),
    /// An average with the weights of a regression, where starts differ: which estimator's.
    OwnWeights(&'static str),
    /// The effect in one subgroup less that in the other.
    Gap,
    /// The effect on those who take part because they may.
    Compliers,
    /// The total effect per unit and period of a treatment that does not simply stay on: whose switches count.
    PerUnit(String),
}

/// How one question stands to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    /// It is the same: their answers can be tested against each other.
    Same,
    /// Both average the effects on the treated, with other weights.
    OtherWeights,
    /// They are about other effects.
    OtherEffect,
}

impl Asks {
    /// What an average over all treated rows, or else over all times since the start, asks.
    pub(super) fn by_target(fit: &Fit, panel: &Panel) -> Asks {
        let known = |kind: Estimand| (0..fit.targets.len()).any(|t| fit.targets[t].estimand == kind && fit.estimates[t].is_ok());
        let by_time = !known(Estimand::Overall) && known(Estimand::OverallDynamic);
        let times = times(fit);
        match (times.first(), times.last()) {
            (Some(&low), Some(&high)) if by_time && !counts_alike(&times, panel) => Asks::Times(low, high),
            _ => Asks::Treated,
        }
    }

    /// What a plain mean within a window asks.
    pub(super) fn within(fit: &Fit, panel: &Panel) -> Asks {
        let times = times(fit);
        match (times.first(), times.last()) {
            (Some(&low), Some(&high)) if !counts_alike(&times, panel) => Asks::Window(low.min(-1), high),
            _ => Asks::Treated,
        }
    }

    /// What the coefficient of a regression asks that is one for all cohorts.
    pub(super) fn one_coefficient(estimator: &'static str, panel: &Panel) -> Asks {
        if panel.cells.treated_cohorts().count() > 1 { Asks::OwnWeights(estimator) } else { Asks::Treated }
    }

    /// How it stands to another.
    pub fn beside(&self, other: &Asks) -> Beside {
        let about_the_treated = |q: &Asks| !matches!(q, Asks::Gap | Asks::Compliers | Asks::PerUnit(_));
        match self == other {
            true => Beside::Same,
            false if about_the_treated(self) && about_the_treated(other) => Beside::OtherWeights,
            false => Beside::OtherEffect,
        }
    }

    /// The quantity in words.
    pub fn words(&self) -> String {
        match self {
            Asks::Treated => "the average effect over all treated periods of the treated".into(),
            Asks::Times(_, high) => format!("the plain mean of the effects at each time since the start, {}", until(*high)),
            Asks::Window(low, high) => {
                format!("the plain mean of the effects from the start on, {}, over the cohorts seen from {low} to {high}", until(*high))
            }
            Asks::FirstPeriods(1) => "the average effect in the first treated period of the treated".into(),
            Asks::FirstPeriods(k) => format!("the average effect in the first {k} treated periods of the treated"),
            Asks::OwnWeights(_) => {
                "an average of the effects with weights of the regression's own, where cohorts start at different times".into()
            }
            Asks::Gap => "the effect in one subgroup less that in the other".into(),
            Asks::Compliers => "the effect on those who take part because they may".into(),
            Asks::PerUnit(switches) => format!("the total effect per unit and period of treatment, over {switches}"),
        }
    }
}

fn until(high: i64) -> String {
    match high {
        ..=0 => "in its period only".into(),
        1 => "to the period after it".into(),
        _ => format!("to {high} periods later"),
    }
}

/// The times since the start at which an effect is estimated, ascending.
fn times(fit: &Fit) -> Vec<i64> {
    let events = (0..fit.targets.len()).filter(|&t| fit.targets[t].estimand == Estimand::Event && fit.estimates[t].is_ok());
    let mut out: Vec<i64> = events.filter_map(|t| fit.targets[t].event_time).collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// Whether the plain mean over the times from the start on is the mean over the treated rows: all of these stand at one of the times, and
/// each time has as many. Rows of those treated from the first period on show no effect, and count nowhere.
fn counts_alike(times: &[i64], panel: &Panel) -> bool {
    let cells = &panel.cells;
    let mut weight: BTreeMap<i64, f64> = times.iter().filter(|e| **e >= 0).map(|e| (*e, 0.0)).collect();
    let always = |c: u32| cells.always_treated().any(|(cohort, _)| cohort == cells.cohort_ix(c));
    for (c, size) in (0u32..).zip(panel.cell_sizes()).filter(|(_, size)| *size > 0.0) {
        let Some(e) = cells.event_time(c).filter(|e| *e >= 0 && !always(c)) else { continue };
        match weight.get_mut(&e) {
            Some(sum) => *sum += size,
            None => return false,
        }
    }
    let least = weight.values().copied().fold(f64::INFINITY, f64::min);
    let most = weight.values().copied().fold(0.0, f64::max);
    most - least <= 1e-9 * most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averages_of_the_same_effects_are_set_apart_from_other_effects() {
        let two = [Asks::Treated, Asks::OwnWeights("twfe")];
        assert_eq!(two[0].beside(&two[0]), Beside::Same);
        assert_eq!(two[0].beside(&two[1]), Beside::OtherWeights);
        assert_eq!(two[1].beside(&Asks::OwnWeights("mixed-model")), Beside::OtherWeights);
        assert_eq!(Asks::Window(-2, 1).beside(&Asks::Window(-1, 1)), Beside::OtherWeights);
        for other in [Asks::Gap, Asks::Compliers, Asks::PerUnit("all switches".into())] {
            assert_eq!((other.beside(&two[0]), two[0].beside(&other)), (Beside::OtherEffect, Beside::OtherEffect));
            assert_eq!(other.beside(&other), Beside::Same);
        }
    }
}
