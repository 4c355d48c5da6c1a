//! The true effects of a draw, and which of them an estimate is about.

use crate::estimate::{Chosen, DosePlace, Estimand, Fit, Role, Target};
use crate::panel::{Cells, FirstTreated, Panel};
use crate::simulate::{DoseEffect, OtherEffect, TrueEffect};

/// The true effects of a draw.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Truths {
    /// On those treated, and on subgroups of them.
    pub effects: Vec<TrueEffect>,
    /// Of other kinds: among them that on those who take part because they may.
    pub others: Vec<OtherEffect>,
    /// By dose.
    pub doses: Vec<DoseEffect>,
}

/// What an estimator averages by its card and options, where that is not every cohort at every time since the start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Scope {
    /// The times from the start on that its plain mean takes in; none: all.
    later: Vec<i64>,
    /// Only cohorts that are seen from the first to the second of these times since the start, each at its size.
    seen: Option<(i64, i64)>,
    /// Times beyond these share the effect at the edge.
    binned: Option<(i64, i64)>,
    /// Whether its overall effect is the plain mean over its times.
    overall_is_plain: bool,
    /// Whose effect its overall one is.
    whose: Whose,
}

/// Whose effect an overall effect is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Whose {
    /// Of all that are treated.
    #[default]
    Treated,
    /// Of one subgroup, less that of the other.
    Gap,
    /// Of those who take part because they may.
    Compliers,
}

impl Scope {
    /// Of an estimator with its options, from what it has estimated.
    pub(super) fn of(chosen: &Chosen, fit: &Fit) -> Scope {
        let events = (0..fit.targets.len()).filter(|&t| fit.targets[t].estimand == Estimand::Event && fit.estimates[t].is_ok());
        let times: Vec<i64> = events.filter_map(|t| fit.targets[t].event_time).collect();
        let later = times.iter().copied().filter(|e| *e >= 0).collect();
        let whose = match chosen.estimator {
            e if e.asks_for(Role::Third) => Whose::Gap,
            e if e.asks_for(Role::TakeUp) => Whose::Compliers,
            _ => Whose::Treated,
        };
        let plain = Scope { later, whose, ..Scope::default() };
        let option = |key: &str| chosen.estimator.card().options.iter().any(|o| o.key == key);
        match chosen.estimator.card().id {
            "stacked" => Scope { seen: times.iter().min().copied().zip(times.iter().max().copied()), overall_is_plain: true, ..plain },
            "callaway-santanna" if chosen.options.whole("balance") >= 0 => {
                Scope { seen: Some((0, chosen.options.whole("balance"))), ..plain }
            }
            _ if option("bin") && chosen.options.get("bin") == "true" => Scope { binned: chosen.options.window("window"), ..plain },
            _ => plain,
        }
    }
}

impl Truths {
    /// The true effects of one outcome, in one subgroup or in all students.
    pub(super) fn of<'a>(&'a self, outcome: &'a str, subgroup: Option<&'a (String, String)>) -> impl Iterator<Item = &'a TrueEffect> + 'a {
        self.effects.iter().filter(move |t| t.outcome == outcome && t.subgroup.as_ref() == subgroup)
    }
}

/// What the targets of the fits to one sample are really worth.
pub(super) struct Answers<'a> {
    /// The two subgroups of a third difference: the one whose effect is larger where it is positive, and the other.
    gap: Option<Box<[Answers<'a>; 2]>>,
    /// The effect on those who take part because they may.
    compliers: Option<f64>,
    /// The effect by the dose that the sample has.
    dose: Option<Line>,
    own: Vec<&'a TrueEffect>,
    /// The effects of cohorts in periods that a comparison with the untreated can show: (cohort, period, value, rows).
    cells: Vec<(i64, i64, f64, f64)>,
    /// Whether those are all.
    complete: bool,
    periods: (i64, i64),
}

/// An effect that grows with the dose in proportion, up to the full one.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Line {
    /// The effect of the full dose.
    value: f64,
    full: f64,
    /// The share of the sample's treated rows whose dose is below the full one.
    below: f64,
}

impl Line {
    /// The line of a sample's own dose column, where its truth is told.
    fn of(truths: &Truths, panel: &Panel, subgroup: Option<&(String, String)>) -> Option<Line> {
        let dose = panel.extras.dose.as_ref()?;
        let own = |t: &&DoseEffect| t.outcome == panel.outcome_name && t.column == dose.name && t.subgroup.as_ref() == subgroup;
        let told = truths.doses.iter().find(own)?;
        // Who had none is left out by those that ask for the dose.
        let treated = (0..panel.n_rows()).filter(|&r| panel.cells.is_treated(panel.cell[r]) && dose.values[r] > 0.0);
        let (below, all) = treated.fold((0.0, 0.0), |(below, all), r| {
            let weight = panel.weight_of(r);
            (below + if dose.values[r] < told.full { weight } else { 0.0 }, all + weight)
        });
        (all > 0.0).then(|| Line { value: told.value, full: told.full, below: below / all })
    }

    fn at(&self, dose: f64) -> f64 {
        self.value * (dose / self.full).min(1.0)
    }

    /// At a dose, or in the mean over the doses of the treated.
    fn slope(&self, dose: Option<f64>) -> f64 {
        let share = dose.map_or(self.below, |d| f64::from(u8::from(d < self.full)));
        self.value / self.full * share
    }
}

impl<'a> Answers<'a> {
    /// The truth about a sample.
    pub(super) fn of_panel(
        truths: &'a Truths,
        panel: &'a Panel,
        subgroup: Option<&'a (String, String)>,
        third: &'a [(String, String)],
    ) -> Answers<'a> {
        let outcome = &panel.outcome_name;
        let mut out = Answers::new(truths, outcome, subgroup, &panel.cells);
        let compliers = |o: &&OtherEffect| o.outcome == *outcome && o.estimand == "compliers" && o.subgroup.as_ref() == subgroup;
        out.dose = Line::of(truths, panel, subgroup);
        out.compliers = truths.others.iter().find(compliers).map(|o| o.value);
        if let ([other, own], None) = (third, subgroup) {
            out.gap = Some(Box::new([own, other].map(|s| Answers::new(truths, outcome, Some(s), &panel.cells))));
        }
        out
    }

    /// The truth about a sample with these cells.
    fn new(truths: &'a Truths, outcome: &'a str, subgroup: Option<&'a (String, String)>, cells: &Cells) -> Answers<'a> {
        let own: Vec<&TrueEffect> = truths.of(outcome, subgroup).collect();
        let (first, last) = (cells.periods[0], cells.periods[cells.periods.len() - 1]);
        let untreated_at = |t: i64| {
            cells.cohorts.iter().any(|c| match c {
                FirstTreated::Never => true,
                FirstTreated::At(g) => *g > t,
            })
        };
        let all = own.iter().filter(|t| t.estimand == Estimand::GroupTime.name());
        let all: Vec<(i64, i64, f64, f64)> = all.filter_map(|t| Some((t.group?, t.period?, t.value, t.n as f64))).collect();
        let shown: Vec<_> = all.iter().copied().filter(|&(g, t, _, _)| g > first && untreated_at(t)).collect();
        Answers { gap: None, compliers: None, dose: None, own, complete: shown.len() == all.len(), cells: shown, periods: (first, last) }
    }

    /// The true value of a target, where one is known: the one of the same estimand, cohort, period and time since the start.
    ///
    /// Before the start profiles change nothing, so the truth there is 0. Where some cohort or period cannot be compared with
    /// untreated units, averages are those over the cells that can be. What the estimator narrows its averages to is in `scope`.
    pub(super) fn of(&self, target: &Target, scope: &Scope) -> Option<f64> {
        let of_time = matches!(target.estimand, Estimand::Event | Estimand::GroupTime);
        if !self.own.is_empty() && of_time && target.event_time.is_some_and(|e| e < 0) {
            return Some(0.0);
        }
        match target.estimand {
            Estimand::Overall if scope.whose == Whose::Gap => {
                let [own, other] = &**self.gap.as_ref()?;
                let plain = Scope { whose: Whose::Treated, ..scope.clone() };
                Some(own.of(target, &plain)? - other.of(target, &plain)?)
            }
            Estimand::Overall if scope.whose == Whose::Compliers => self.compliers,
            Estimand::Overall if scope.overall_is_plain => self.plain_mean(scope),
            Estimand::OverallDynamic => self.plain_mean(scope),
            Estimand::Dose => Some(self.dose?.at(target.dose?.dose())),
            Estimand::DoseSlope => Some(self.dose?.slope(target.dose.map(DosePlace::dose))),
            Estimand::Event if scope.seen.is_some() || scope.binned.is_some() => self.at(target.event_time?, scope),
            _ if self.complete => self.told(target).or_else(|| self.compared(target)),
            _ => self.compared(target),
        }
    }

    /// What the source itself tells of a target.
    fn told(&self, target: &Target) -> Option<f64> {
        let same = |t: &&&TrueEffect| {
            t.estimand == target.estimand.name() && (t.group, t.period, t.event_time) == (target.group, target.period, target.event_time)
        };
        self.own.iter().find(same).map(|t| t.value)
    }

    /// The mean over the cells that fit, by their rows.
    fn mean(&self, fits: impl Fn(i64, i64) -> bool) -> Option<f64> {
        let mut own = self.cells.iter().filter(|c| fits(c.0, c.1)).peekable();
        // The mean of equal values is that value, to the last bit.
        if let Some(&&(_, _, first, _)) = own.peek()
            && own.clone().all(|c| c.2 == first)
        {
            return Some(first);
        }
        let (sum, n) = own.fold((0.0, 0.0), |(s, n), &(_, _, value, rows)| (s + rows * value, n + rows));
        (n > 0.0).then(|| sum / n)
    }

    fn plain(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
        let all: Vec<f64> = values.flatten().collect();
        (!all.is_empty()).then(|| all.iter().sum::<f64>() / all.len() as f64)
    }

    fn distinct(&self, key: impl Fn(i64, i64) -> i64) -> Vec<i64> {
        let mut all: Vec<i64> = self.cells.iter().map(|c| key(c.0, c.1)).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The value over the cells that can be compared.
    fn compared(&self, target: &Target) -> Option<f64> {
        match target.estimand {
            Estimand::Overall => self.mean(|_, _| true),
            Estimand::OverallCalendar => Self::plain(self.distinct(|_, t| t).into_iter().map(|p| self.mean(|_, t| t == p))),
            // By the size of the cohorts: their mean rows a period.
            Estimand::OverallGroup => {
                let groups = self.distinct(|g, _| g).into_iter().filter_map(|own| {
                    let of = self.cells.iter().filter(|c| c.0 == own);
                    let (rows, n) = of.fold((0.0, 0.0), |(s, n), c| (s + c.3, n + 1.0));
                    Some((self.mean(|g, _| g == own)?, rows / n))
                });
                let (sum, size) = groups.fold((0.0, 0.0), |(s, n), (value, size)| (s + size * value, n + size));
                (size > 0.0).then(|| sum / size)
            }
            Estimand::Group => self.mean(|g, _| Some(g) == target.group),
            Estimand::Calendar => self.mean(|_, t| Some(t) == target.period),
            Estimand::Event => self.mean(|g, t| Some(t - g) == target.event_time),
            Estimand::GroupTime => self.mean(|g, t| Some(g) == target.group && Some(t) == target.period),
            _ => None,
        }
    }

    /// The effect at a time since the start.
    fn at(&self, e: i64, scope: &Scope) -> Option<f64> {
        let time = |g: i64, t: i64| scope.binned.map_or(t - g, |(low, high)| (t - g).clamp(low, high));
        let Some((low, high)) = scope.seen else { return self.mean(|g, t| time(g, t) == e) };
        let (first, last) = self.periods;
        // A cohort counts by its size, the same at every time: its rows a period.
        let size = |own: i64| {
            let of = self.cells.iter().filter(|c| c.0 == own);
            let (rows, n) = of.fold((0.0, 0.0), |(s, n), c| (s + c.3, n + 1.0));
            rows / n
        };
        let own = self.cells.iter().filter(|c| time(c.0, c.1) == e && c.0 + low >= first && c.0 + high <= last);
        let (sum, n) = own.fold((0.0, 0.0), |(s, n), c| (s + size(c.0) * c.2, n + size(c.0)));
        (n > 0.0).then(|| sum / n)
    }

    /// The plain mean over the times from the start on.
    fn plain_mean(&self, scope: &Scope) -> Option<f64> {
        let all = if scope.later.is_empty() { self.distinct(|g, t| t - g) } else { scope.later.clone() };
        Self::plain(all.into_iter().map(|e| self.at(e, scope)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn truths() -> Truths {
        let one = |estimand: &str, group, period, event_time, value, n| TrueEffect {
            outcome: "y".into(),
            subgroup: None,
            estimand: estimand.into(),
            group,
            period,
            event_time,
            value,
            n,
        };
        let effects = vec![
            one("overall", None, None, None, 2.0, 40),
            one("group-time", Some(2), Some(2), Some(0), 1.0, 10),
            one("group-time", Some(2), Some(3), Some(1), 3.0, 10),
            one("group-time", Some(3), Some(3), Some(0), 2.0, 20),
        ];
        Truths { effects, ..Truths::default() }
    }

    #[test]
    fn a_target_is_matched_to_its_own_truth() {
        let truths = truths();
        let cells = Cells { periods: vec![1, 2, 3], cohorts: vec![FirstTreated::At(2), FirstTreated::At(3), FirstTreated::Never] };
        let all = Scope::default();
        let answers = Answers::new(&truths, "y", None, &cells);
        assert_eq!(answers.of(&Target::overall(), &all), Some(2.0));
        assert_eq!(answers.of(&Target::group_time(3, 3), &all), Some(2.0));
        assert_eq!(answers.of(&Target::event(-2), &all), Some(0.0));
        assert_eq!(answers.of(&Target::overall_dynamic(), &all), Some((5.0 / 3.0 + 3.0) / 2.0));
        assert_eq!(answers.of(&Target::overall_calendar(), &all), Some((1.0 + (30.0 + 40.0) / 30.0) / 2.0));
        assert_eq!(answers.of(&Target::coefficient("x"), &all), None);
        assert_eq!(Answers::new(&truths, "z", None, &cells).of(&Target::event(-2), &all), None);
        let window = Scope { later: vec![0, 1], seen: Some((-1, 1)), overall_is_plain: true, ..Scope::default() };
        assert_eq!(answers.of(&Target::event(0), &window), Some(1.0), "only cohort 2 is seen at all three times");
        assert_eq!(answers.of(&Target::overall(), &window), Some(2.0));
        let edge = Scope { binned: Some((-1, 0)), ..Scope::default() };
        assert_eq!(answers.of(&Target::event(0), &edge), Some(2.0), "times 0 and 1 share a coefficient");
    }

    #[test]
    fn an_effect_by_dose_grows_to_the_full_one() {
        let line = Line { value: 3.0, full: 30.0, below: 0.25 };
        assert_eq!([0.0, 15.0, 30.0, 60.0].map(|d| line.at(d)), [0.0, 1.5, 3.0, 3.0]);
        assert_eq!([Some(15.0), Some(30.0), None].map(|d| line.slope(d)), [0.1, 0.0, 0.025]);
        let cells = Cells { periods: vec![1, 2], cohorts: vec![FirstTreated::At(2), FirstTreated::Never] };
        let truths = truths();
        let (place, all) = (DosePlace::new(15.0, 50), Scope::default());
        let known = Answers { dose: Some(line), ..Answers::new(&truths, "y", None, &cells) };
        assert_eq!(known.of(&Target::dose("at the middle", place), &all), Some(1.5));
        assert_eq!(known.of(&Target::dose_slope("at the middle", Some(place)), &all), Some(0.1));
        let unknown = Answers::new(&truths, "y", None, &cells);
        assert_eq!(unknown.of(&Target::dose("at the middle", place), &all), None);
    }

    #[test]
    fn what_nobody_untreated_is_there_for_is_no_part_of_the_truth() {
        let truths = truths();
        let cells = Cells { periods: vec![1, 2, 3], cohorts: vec![FirstTreated::At(2), FirstTreated::At(3)] };
        let all = Scope::default();
        let answers = Answers::new(&truths, "y", None, &cells);
        assert_eq!(answers.of(&Target::overall(), &all), Some(1.0), "in period 3 all are treated");
        assert_eq!(answers.of(&Target::event(1), &all), None);
    }
}
