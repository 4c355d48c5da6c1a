//! Effects by cohort and period that stay, and the averages of them that would give them away.

use super::Gate;
use crate::estimate::{Estimand, Target};
use crate::study::{Effect, Run, Seen};
use crate::table::disclosure::{Audit, Weights, few};
use std::collections::BTreeSet;

/// The effect on a cohort in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Single {
    start: i64,
    period: i64,
    /// Rows then; of an outcome of two values, of which few have one, those.
    n: u64,
    /// Units of the cohort.
    units: u64,
}

impl Single {
    fn is_after(&self) -> bool {
        self.period >= self.start
    }

    fn time(&self) -> i64 {
        self.period - self.start
    }
}

/// What stays of an outcome's effects.
pub(super) struct Untold {
    all: Vec<Single>,
    /// Single effects and averages that stay, of all that some estimator has.
    stay: Vec<Target>,
    /// Cohorts of few, and the next smallest where it is one: from all and the others it could be computed.
    cohorts: BTreeSet<i64>,
    least: u64,
}

impl Untold {
    /// Of all estimators of an outcome together: what one tells is known beside what another does.
    pub(super) fn of(run: &Run, outcome: &str, gate: &Gate) -> Untold {
        let seen = run.descriptions.iter().find(|d| d.outcome == outcome).map_or(&[][..], |d| &d.seen);
        Untold::of_seen(seen, &Targets::of(run, outcome), gate)
    }

    /// Of the effects in these cohorts and periods.
    pub(super) fn of_seen(seen: &[Seen], targets: &Targets, gate: &Gate) -> Untold {
        let mut out = Untold { all: Vec::new(), stay: Vec::new(), cohorts: BTreeSet::new(), least: gate.least };
        if gate.is_open() || !gate.students {
            return out;
        }
        // Of an outcome that takes two values they are as few as have the rarer one: here in a period, and before its start, on which
        // all effects on a cohort rest.
        let rarer = |s: &Seen| s.rarer.map(|n| n as u64).filter(|n| gate.few(*n));
        let size = |s: &Seen, start: i64| rarer(s).filter(|_| s.period < start).unwrap_or(s.units as u64);
        let single = |s: &Seen| {
            let start = s.start.filter(|_| s.rows > 0)?;
            Some(Single { start, period: s.period, n: rarer(s).unwrap_or(s.rows as u64), units: s.units as u64 })
        };
        out.all = seen.iter().filter_map(single).collect();
        let mut sizes: Vec<(u64, i64)> = seen.iter().filter_map(|s| s.start.map(|start| (size(s, start), start))).collect();
        // Of each cohort the smallest.
        sizes.sort_unstable_by_key(|(n, start)| (*start, *n));
        sizes.dedup_by_key(|(_, start)| *start);
        sizes.sort_unstable();
        let small = sizes.iter().filter(|(n, _)| gate.few(*n)).count();
        out.cohorts = sizes.iter().take(if small == 1 { 2 } else { small }).map(|(_, start)| *start).collect();
        if small > 0 || out.all.iter().any(|s| gate.few(s.n)) {
            out.stay = out.staying(targets, &sizes[..small]);
        }
        out
    }

    /// Whether an effect stays.
    pub(super) fn target(&self, t: &Target) -> bool {
        self.stay.iter().any(|s| key(s) == key(t))
    }

    /// Whether what is known of a cohort in a period by itself stays.
    pub(super) fn cell(&self, start: i64, period: i64) -> bool {
        self.cohort(start) || self.target(&Target::group_time(start, period))
    }

    /// Whether what is known of a cohort by itself stays.
    pub(super) fn cohort(&self, start: i64) -> bool {
        self.cohorts.contains(&start)
    }

    /// Whether what is known of a time since the start stays.
    pub(super) fn event(&self, time: i64) -> bool {
        let on: Vec<&Single> = self.all.iter().filter(|s| s.time() == time).collect();
        self.target(&Target::event(time))
            || few(on.iter().map(|s| s.n).sum(), self.least)
            || (on.len() == 1 && self.cell(on[0].start, on[0].period))
    }

    /// Whether anything stays.
    pub(super) fn any(&self) -> bool {
        !self.stay.is_empty() || !self.cohorts.is_empty()
    }

    /// The effects that stay: of few, or such that beside those told before them the effects of few could be solved for.
    fn staying(&self, targets: &Targets, small: &[(u64, i64)]) -> Vec<Target> {
        let mut audit = Audit::new(self.secret(targets, small));
        // The means of both groups are told in each period, and so is how the treated changed against the others.
        if targets.means {
            for row in self.changes(targets.zero.is_empty()) {
                audit.tells(&row);
            }
        }
        // What matters most first; of single effects those on the largest cohorts.
        let units = |t: &Target| self.all.iter().find(|s| Some(s.start) == t.group).map_or(0, |s| s.units);
        let mut all: Vec<&(Target, Vec<i64>)> = targets.all.iter().collect();
        all.sort_by_key(|(t, _)| (rank(t), std::cmp::Reverse(if t.estimand == Estimand::GroupTime { units(t) } else { 0 })));
        let stays = |(t, without): &&(Target, Vec<i64>)| self.is_of_few(t, targets) || !audit.tells(&self.weights(t, without));
        all.into_iter().filter(stays).map(|(t, _)| t.clone()).collect()
    }

    /// From each period to the next: by effects each from the last period before the start; before it each from the period before
    /// (`varying`), or from that last one, too.
    fn changes(&self, varying: bool) -> Vec<Weights> {
        let mut periods: Vec<i64> = self.all.iter().map(|s| s.period).collect();
        periods.sort_unstable();
        periods.dedup();
        let change = |from: i64, to: i64| -> Weights {
            let one = |s: &Single| match s.period {
                p if p == to => s.units as f64,
                p if p == from && (s.is_after() || !varying) => -(s.units as f64),
                _ => 0.0,
            };
            self.all.iter().map(one).collect()
        };
        periods.windows(2).map(|w| change(w[0], w[1])).collect()
    }

    /// Whether few stand behind the mean at a time since the start, or in a period.
    fn is_of_few(&self, t: &Target, targets: &Targets) -> bool {
        let line = |s: &Single| match t.estimand {
            Estimand::Event => t.event_time == Some(s.time()),
            Estimand::Calendar => t.period == Some(s.period) && s.is_after(),
            _ => false,
        };
        if !matches!(t.estimand, Estimand::Event | Estimand::Calendar) {
            return false;
        }
        // The first period has an effect of its own with some estimators only: what is few without it stays.
        let first = self.first();
        let n = |counts: &dyn Fn(&Single) -> bool| self.all.iter().filter(|s| line(s) && counts(s)).map(|s| s.n).sum::<u64>();
        few(n(&|_| true), self.least) || few(n(&|s| targets.reported(s, first)), self.least)
    }

    /// Sets of effects of which no weighted sum may be known: those of each small cohort, of the smallest together as far as they are of
    /// few, and those that rest on few by themselves. Effects that are not estimated, or are 0 as the base, hide nothing: they are in every set.
    fn secret(&self, targets: &Targets, small: &[(u64, i64)]) -> Vec<Vec<bool>> {
        let first = self.first();
        let set = |own: &dyn Fn(&Single) -> bool| -> Vec<bool> {
            self.all.iter().map(|s| own(s) || targets.zero.contains(&(s.start, s.period)) || !targets.reported(s, first)).collect()
        };
        let mut together = 0;
        let few_together: Vec<i64> = small
            .iter()
            .take_while(|(n, _)| {
                together += n;
                few(together, self.least)
            })
            .map(|(_, start)| *start)
            .collect();
        let mut out: Vec<Vec<bool>> = small.iter().map(|(_, start)| set(&|s| s.start == *start)).collect();
        out.push(set(&|s| few_together.contains(&s.start)));
        let alone: BTreeSet<i64> = self.all.iter().filter(|s| few(s.n, self.least)).map(|s| s.start).collect();
        out.extend(alone.into_iter().map(|start| set(&|s| s.start == start && few(s.n, self.least))));
        out
    }

    /// What an average gives each effect: cohorts weigh by their units, those left out not at all, periods and times since the start alike.
    fn weights(&self, t: &Target, without: &[i64]) -> Weights {
        let n = |s: &Single| if without.contains(&s.start) { 0.0 } else { s.units as f64 };
        // The share of an effect among those that a line averages.
        let share = |s: &Single, on: &dyn Fn(&Single) -> bool| n(s) / self.all.iter().filter(|o| on(o)).map(n).sum::<f64>().max(1.0);
        self.all
            .iter()
            .map(|s| match t.estimand {
                Estimand::GroupTime if (t.group, t.period) == (Some(s.start), Some(s.period)) => 1.0,
                Estimand::Event if t.event_time == Some(s.time()) => n(s),
                Estimand::Calendar if t.period == Some(s.period) && s.is_after() => n(s),
                Estimand::Group if t.group == Some(s.start) && s.is_after() => 1.0,
                Estimand::Overall if s.is_after() => n(s),
                Estimand::OverallDynamic if s.is_after() => share(s, &|o| o.time() == s.time()),
                Estimand::OverallCalendar if s.is_after() => share(s, &|o| o.is_after() && o.period == s.period),
                Estimand::OverallGroup if s.is_after() => {
                    n(s) / self.all.iter().filter(|o| o.is_after() && o.start == s.start).count().max(1) as f64
                }
                _ => 0.0,
            })
            .collect()
    }

    /// The first period.
    fn first(&self) -> i64 {
        self.all.iter().map(|s| s.period).min().unwrap_or(i64::MIN)
    }
}

/// What the estimators of an outcome estimate.
#[derive(Default)]
pub(super) struct Targets {
    /// Effects on cohorts in periods and averages of them, in the order of the run; and the cohorts that these leave out.
    all: Vec<(Target, Vec<i64>)>,
    /// Effects on cohorts in periods, by each estimator that has them.
    single: Vec<BTreeSet<(i64, i64)>>,
    /// Those that are 0 since they are what others are compared with.
    zero: BTreeSet<(i64, i64)>,
    /// Whether the means of both groups by period are told beside them.
    means: bool,
}

impl Targets {
    fn of(run: &Run, outcome: &str) -> Targets {
        let mut out = Targets { means: true, ..Targets::default() };
        for a in run.analyses.iter().filter(|a| a.outcome == outcome) {
            let base = |e: &Effect| e.result.as_ref().is_ok_and(|found| found.estimate == 0.0 && found.std_error.is_none());
            let without: Vec<i64> = a.left_out.iter().flat_map(|l| l.cohorts.iter().chain(&l.partly)).map(|c| c.group).collect();
            out.add(a.effects.iter().map(|e| (&e.target, base(e))), &without);
        }
        out
    }

    /// Those of one estimator.
    pub(super) fn listed(targets: &[Target]) -> Targets {
        let mut out = Targets::default();
        out.add(targets.iter().map(|t| (t, false)), &[]);
        out
    }

    /// Adds those of an estimator, and whether each is 0 as the base.
    fn add<'a>(&mut self, targets: impl Iterator<Item = (&'a Target, bool)>, without: &[i64]) {
        let mut single = BTreeSet::new();
        for (t, base) in targets.filter(|(t, _)| rank(t).is_some()) {
            if let (Estimand::GroupTime, Some(start), Some(period)) = (t.estimand, t.group, t.period) {
                single.insert((start, period));
                if base {
                    self.zero.insert((start, period));
                }
            }
            if !base && self.all.iter().all(|(known, out)| key(known) != key(t) || out != without) {
                self.all.push((t.clone(), without.to_vec()));
            }
        }
        if !single.is_empty() {
            self.single.push(single);
        }
    }

    /// Whether an effect is estimated: by all who have single ones; where nobody has, none of the first period is.
    fn reported(&self, s: &Single, first: i64) -> bool {
        if self.single.is_empty() { s.period > first } else { self.single.iter().all(|known| known.contains(&(s.start, s.period))) }
    }
}

/// Which effect it is, whatever it is called.
fn key(t: &Target) -> (Estimand, Option<i64>, Option<i64>, Option<i64>) {
    (t.estimand, t.group, t.period, t.event_time)
}

/// In which order effects are told: the headline's, the path since the start and before it, then by cohort and period, and last the other means, by
/// period and by cohort. `None`: it is none of effects by cohort and period.
fn rank(t: &Target) -> Option<(u8, i64)> {
    match (t.estimand, t.event_time) {
        (Estimand::Overall, _) => Some((0, 0)),
        (Estimand::Event, Some(e)) if e >= 0 => Some((1, e)),
        (Estimand::Event, Some(e)) => Some((2, e.saturating_neg())),
        (Estimand::GroupTime, _) => Some((3, 0)),
        (Estimand::OverallDynamic, _) => Some((4, 0)),
        (Estimand::OverallGroup, _) => Some((5, 0)),
        (Estimand::OverallCalendar, _) => Some((6, 0)),
        (Estimand::Calendar, _) => Some((7, t.period.unwrap_or_default())),
        (Estimand::Group, _) => Some((8, t.group.unwrap_or_default())),
        _ => None,
    }
}
