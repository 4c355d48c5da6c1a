//! Effects by cohort and period that stay, and the averages of them that would give them away.

use super::Gate;
use crate::estimate::{Estimand, Target};
use crate::study::{Run, Seen};
use crate::table::disclosure::{Item, Weights, few, told, withheld};
use std::collections::BTreeMap;

/// What stays of an outcome's effects.
pub(super) struct Untold {
    items: Vec<(Item, bool)>,
    /// Averages that stay, of all that some estimator has.
    averages: Vec<Target>,
    least: u64,
}

impl Untold {
    /// Of all estimators of an outcome together: what one tells is known beside what another does.
    pub(super) fn of(run: &Run, outcome: &str, gate: &Gate) -> Untold {
        let seen = run.descriptions.iter().find(|d| d.outcome == outcome).map_or(&[][..], |d| &d.seen);
        // Of an outcome that takes two values they are as few as have the rarer one: here in a period, and before its start, on which
        // all effects on a cohort rest.
        let rarer = |s: &Seen| s.rarer.map(|n| n as u64).filter(|n| gate.few(*n));
        let size = |s: &Seen, start: i64| rarer(s).filter(|_| s.period < start).unwrap_or(s.units as u64);
        let items: Vec<Item> = seen
            .iter()
            .filter_map(|s| {
                s.start.filter(|_| s.rows > 0).map(|start| Item { start, period: s.period, n: rarer(s).unwrap_or(s.rows as u64) })
            })
            .collect();
        // One cohort of few could be computed from the mean over cohorts, so the next smallest stays, too.
        let mut sizes: Vec<(u64, i64)> = seen.iter().filter_map(|s| s.start.map(|start| (size(s, start), start))).collect();
        // Of each cohort the smallest.
        sizes.sort_unstable_by_key(|(n, start)| (*start, *n));
        sizes.dedup_by_key(|(_, start)| *start);
        sizes.sort_unstable();
        let small = sizes.iter().filter(|(n, _)| gate.few(*n)).count();
        let cohorts: Vec<i64> = sizes.iter().take(if small == 1 { 2 } else { small }).map(|(_, start)| *start).collect();
        let closed = gate.students && !gate.is_open();
        let hidden = if closed { withheld(&items, &cohorts, gate.least) } else { vec![false; items.len()] };
        let least = if gate.students { gate.least } else { 0 };
        let mut out = Untold { items: items.into_iter().zip(hidden).collect(), averages: Vec::new(), least };
        if closed && out.any() {
            let units: BTreeMap<i64, u64> = seen.iter().filter_map(|s| Some((s.start?, s.units as u64))).collect();
            out.averages = out.staying(&Targets::of(run, outcome), &units, &sizes[..small]);
        }
        out
    }

    /// Whether the effect on a cohort in a period stays.
    pub(super) fn cell(&self, start: i64, period: i64) -> bool {
        self.items.iter().any(|(i, hidden)| *hidden && i.start == start && i.period == period)
    }

    /// Whether the effect on a cohort stays: all its effects by period do.
    pub(super) fn cohort(&self, start: i64) -> bool {
        let mut own = self.items.iter().filter(|(i, _)| i.start == start && i.period >= start).peekable();
        own.peek().is_some() && own.all(|(_, hidden)| *hidden)
    }

    /// Whether the effect at a time since the start stays.
    pub(super) fn event(&self, time: i64) -> bool {
        self.target(&Target::event(time)) || self.few_along(|i| i.period - i.start == time)
    }

    /// Whether an effect stays.
    pub(super) fn target(&self, t: &Target) -> bool {
        match (t.estimand, t.group, t.period) {
            (Estimand::GroupTime, Some(start), Some(period)) => self.cell(start, period),
            (Estimand::Group, Some(start), _) if self.cohort(start) => true,
            _ => self.averages.contains(t),
        }
    }

    /// Whether anything stays.
    pub(super) fn any(&self) -> bool {
        self.items.iter().any(|(_, hidden)| *hidden)
    }

    /// Whether few stand behind a mean along a line, or it is that of one effect which stays.
    fn few_along(&self, on: impl Fn(&Item) -> bool) -> bool {
        let on: Vec<&(Item, bool)> = self.items.iter().filter(|(i, _)| on(i)).collect();
        few(on.iter().map(|(i, _)| i.n).sum(), self.least) || (on.len() == 1 && on[0].1)
    }

    /// The averages that stay: of few, of one effect that stays, or such that beside those told before them the effects of few could be
    /// solved for.
    fn staying(&self, targets: &Targets, units: &BTreeMap<i64, u64>, small: &[(u64, i64)]) -> Vec<Target> {
        let line = |t: &Target, i: &Item| match t.estimand {
            Estimand::Event => t.event_time == Some(i.period - i.start),
            _ => t.period == Some(i.period) && i.start <= i.period,
        };
        let on_line = |t: &Target| matches!(t.estimand, Estimand::Event | Estimand::Calendar);
        let few = |t: &Target| {
            on_line(t) && (self.few_along(|i| line(t, i)) || self.few_along(|i| line(t, i) && targets.reported(i, self.first())))
        };
        let (mut out, others): (Vec<Target>, Vec<Target>) = targets.averages.iter().cloned().partition(few);
        let weights: Vec<Weights> = others.iter().map(|t| self.weights(t, units)).collect();
        let hidden: Vec<bool> = self.items.iter().map(|(_, hidden)| *hidden).collect();
        let kept = told(&weights, &hidden, &self.secret(targets, small));
        out.extend(others.into_iter().zip(kept).filter(|(_, told)| !told).map(|(t, _)| t));
        out
    }

    /// Sets of effects of which no weighted sum may be known: those of each small cohort and of the smallest together, as far as they are of
    /// few, and those that rest on few by themselves. Effects that are not estimated, or are 0 by their base, hide nothing: they are in every set.
    fn secret(&self, targets: &Targets, small: &[(u64, i64)]) -> Vec<Vec<bool>> {
        let first = self.first();
        let free = |i: &Item| i.period + 1 == i.start || !targets.reported(i, first);
        let set = |cohorts: &[i64]| -> Vec<bool> { self.items.iter().map(|(i, _)| cohorts.contains(&i.start) || free(i)).collect() };
        let alone =
            |start: i64| -> Vec<bool> { self.items.iter().map(|(i, _)| (i.start == start && few(i.n, self.least)) || free(i)).collect() };
        let mut together = 0;
        let few_together: Vec<i64> = small
            .iter()
            .take_while(|(n, _)| {
                together += n;
                few(together, self.least)
            })
            .map(|(_, start)| *start)
            .collect();
        let mut out: Vec<Vec<bool>> = small.iter().map(|(_, start)| set(&[*start])).chain([set(&few_together)]).collect();
        let mut starts: Vec<i64> = self.items.iter().map(|(i, _)| i.start).filter(|s| small.iter().all(|(_, small)| small != s)).collect();
        starts.dedup();
        out.extend(starts.into_iter().map(alone));
        out
    }

    /// What an average gives each effect: cohorts weigh by their units, periods and times since the start alike.
    fn weights(&self, t: &Target, units: &BTreeMap<i64, u64>) -> Weights {
        let n = |i: &Item| units.get(&i.start).map_or(0.0, |n| *n as f64);
        let after = |i: &Item| i.period >= i.start;
        let time = |i: &Item| i.period - i.start;
        let items = || self.items.iter().map(|(i, _)| i);
        // The share of an effect among those that a line averages.
        let share = |i: &Item, on: &dyn Fn(&Item) -> bool| n(i) / items().filter(|o| on(o)).map(n).sum::<f64>().max(1.0);
        items()
            .map(|i| match t.estimand {
                Estimand::Event if t.event_time == Some(time(i)) => n(i),
                Estimand::Calendar if t.period == Some(i.period) && after(i) => n(i),
                Estimand::Group if t.group == Some(i.start) && after(i) => 1.0,
                Estimand::Overall if after(i) => n(i),
                Estimand::OverallDynamic if after(i) => share(i, &|o| time(o) == time(i)),
                Estimand::OverallCalendar if after(i) => share(i, &|o| after(o) && o.period == i.period),
                Estimand::OverallGroup if after(i) => n(i) / items().filter(|o| after(o) && o.start == i.start).count().max(1) as f64,
                _ => 0.0,
            })
            .collect()
    }

    /// The first period.
    fn first(&self) -> i64 {
        self.items.iter().map(|(i, _)| i.period).min().unwrap_or(i64::MIN)
    }
}

/// What the estimators of an outcome estimate.
struct Targets {
    /// Averages over cohorts and periods, what matters most first: the effect of the headline, the path since the start, the other
    /// means, then by period and by cohort, and last what was before the start.
    averages: Vec<Target>,
    /// Effects on cohorts in periods, by each estimator that has them.
    single: Vec<Vec<(i64, i64)>>,
}

impl Targets {
    fn of(run: &Run, outcome: &str) -> Targets {
        let mut out = Targets { averages: Vec::new(), single: Vec::new() };
        for a in run.analyses.iter().filter(|a| a.outcome == outcome) {
            let mut single = Vec::new();
            for t in a.effects.iter().map(|e| &e.target) {
                match (t.estimand, t.group, t.period) {
                    (Estimand::GroupTime, Some(start), Some(period)) => single.push((start, period)),
                    _ if rank(t).is_some() && !out.averages.contains(t) => out.averages.push(t.clone()),
                    _ => {}
                }
            }
            if !single.is_empty() {
                out.single.push(single);
            }
        }
        // Stable: among means over everything the headline's comes first, as its analysis does.
        out.averages.sort_by_key(rank);
        out
    }

    /// Whether an effect is estimated: by all who have single ones; where nobody has, none of the first period is.
    fn reported(&self, i: &Item, first: i64) -> bool {
        if self.single.is_empty() { i.period > first } else { self.single.iter().all(|s| s.contains(&(i.start, i.period))) }
    }
}

/// In which order averages are told; `None`: it is none of effects by cohort and period.
fn rank(t: &Target) -> Option<(u8, i64)> {
    match (t.estimand, t.event_time) {
        (Estimand::Overall, _) => Some((0, 0)),
        (Estimand::Event, Some(e)) if e >= 0 => Some((1, e)),
        (Estimand::OverallDynamic, _) => Some((2, 0)),
        (Estimand::OverallGroup | Estimand::OverallCalendar, _) => Some((3, 0)),
        (Estimand::Calendar, _) => Some((4, t.period.unwrap_or_default())),
        (Estimand::Group, _) => Some((5, t.group.unwrap_or_default())),
        (Estimand::Event, Some(e)) => Some((6, e.saturating_neg())),
        _ => None,
    }
}
