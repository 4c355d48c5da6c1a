//! Effects, tests and signs of a run that rest on too few students.

use super::{Gate, Untold};
use crate::cohort::same_value;
use crate::diagnose::Finding;
use crate::estimate::{Estimand, LEFT_OUT, NotIdentified, Target};
use crate::study::{Analysis, Run, Values};
use crate::table::disclosure::{Item, WITHHELD, coded, few_of, hidden};
use std::collections::BTreeSet;

/// Takes them out.
pub(super) fn withhold(run: &mut Run, gate: &Gate) {
    signs(run, gate);
    if !gate.is_open() {
        labels(run, gate);
    }
    if !gate.students {
        return;
    }
    let untold: Vec<Untold> = run.analyses.iter().map(|a| Untold::of(run, &a.outcome, gate)).collect();
    let headline = run.analyses.first().is_some_and(|a| is_few(a, gate));
    let mut partly = false;
    for (a, untold) in run.analyses.iter_mut().zip(&untold) {
        if is_few(a, gate) {
            all(a);
        } else {
            partly |= some(a, untold, gate);
        }
        // It counts the units of single cohorts.
        let few = a.left_out.as_ref().is_some_and(|l| l.cohorts.iter().chain(&l.partly).any(|c| gate.few(c.units as u64)));
        if few {
            a.left_out = None;
        }
        for w in &mut a.warnings {
            if few && w.code == LEFT_OUT {
                w.message = format!(
                    "the averages leave out cohorts on which no effect is known, and how many treated units these have is {WITHHELD}"
                );
            }
            // It names the students that the weights are on.
            if w.code.starts_with("synthetic") {
                w.message = format!("{WITHHELD}.");
            }
        }
    }
    subgroups(run, gate);
    thirds(run, gate);
    let names: BTreeSet<String> = run
        .subgroups
        .iter()
        .filter_map(|s| s.result.as_ref().ok())
        .filter_map(label)
        .map(|(column, value)| format!("{column} = {value}"))
        .collect();
    run.signs.subgroups.retain(|t| names.iter().any(|n| t.label.ends_with(&format!(" among {n}"))));
    if partly || headline {
        run.signs.path = None;
    }
    if headline {
        // Nothing on the groups as a whole may be told, so nothing that was computed from them.
        run.trust = None;
        run.multiverse = run.multiverse.take().map(|_| Err(WITHHELD.into()));
        let s = &mut run.signs;
        (s.before, s.effect, s.sector, s.poverty) = (None, None, None, None);
        (s.pretrend_p, s.pretrend_power) = (None, None);
        s.strata.clear();
        s.overall.clear();
        s.extremes.clear();
    }
    run.signs.outcomes.retain(|t| run.analyses.iter().any(|a| a.outcome == t.label && a.overall().is_some()));
}

/// Whether one of an analysis's groups is of few: then every effect is one of few.
pub(super) fn is_few(a: &Analysis, gate: &Gate) -> bool {
    let s = &a.sample;
    let treated = s.switching.map_or(s.treated_units, |s| s.0) as u64;
    let others = (s.units as u64).saturating_sub(treated);
    // Where several cohorts start, they are compared with each other, too.
    let starts: BTreeSet<i64> = a.effects.iter().filter_map(|e| e.target.group).collect();
    // With an outcome of two values, an effect and the means it is computed from count who has the rarer one.
    let rarest = s.rarest.is_some_and(|n| gate.few(n as u64));
    gate.few(treated) || (gate.few(others) && starts.len() < 2) || rarest
}

fn withheld() -> NotIdentified {
    NotIdentified(WITHHELD.into())
}

fn all(a: &mut Analysis) {
    a.effects.iter_mut().for_each(|e| e.result = Err(withheld()));
    a.tests.clear();
    a.components.clear();
    a.versus = None;
    a.criterion = None;
}

/// Takes out the effects by cohort, period and time since the start that rest on few, and the others that would give them away.
fn some(a: &mut Analysis, untold: &Untold, gate: &Gate) -> bool {
    let kind = |e: Estimand| a.effects.iter().filter(move |f| f.target.estimand == e).map(|f| f.target.clone()).collect::<Vec<_>>();
    let mut out: Vec<Target> = Vec::new();
    // The first period has an effect of its own with some estimators only: what is few without it stays.
    let told: BTreeSet<(i64, i64)> = kind(Estimand::GroupTime).iter().filter_map(|t| t.group.zip(t.period)).collect();
    let first = untold.first();
    let reported = |i: &Item| if told.is_empty() { i.period > first } else { told.contains(&(i.start, i.period)) };
    for t in kind(Estimand::GroupTime) {
        if t.group.zip(t.period).is_some_and(|(g, p)| untold.cell(g, p)) {
            out.push(t);
        }
    }
    for t in kind(Estimand::Group) {
        if t.group.is_some_and(|g| untold.cohort(g)) {
            out.push(t);
        }
    }
    // Plain means over periods, and over event times, are told: one of these alone would be the mean less the others.
    for (of, estimand) in [(line_event as Line, Estimand::Event), (line_period as Line, Estimand::Calendar)] {
        let mut counted: Vec<(u64, bool, Target)> = Vec::new();
        for t in kind(estimand) {
            if counted.iter().any(|(_, _, known)| *known == t) {
                continue;
            }
            let (n, alone) = of(untold, &t, &|_| true);
            let (fewest, single) = of(untold, &t, &reported);
            counted.push((n, alone || single || gate.few(n) || gate.few(fewest), t));
        }
        let after = |t: &Target| estimand == Estimand::Calendar || t.event_time.is_some_and(|e| e >= 0);
        if counted.iter().filter(|(_, h, t)| *h && after(t)).count() == 1
            && let Some(next) = counted.iter_mut().filter(|(_, h, t)| !h && after(t)).min_by_key(|(n, ..)| *n)
        {
            next.1 = true;
        }
        out.extend(counted.into_iter().filter(|(_, h, _)| *h).map(|(.., t)| t));
    }
    for e in a.effects.iter_mut().filter(|e| out.contains(&e.target)) {
        e.result = Err(withheld());
    }
    if !out.is_empty() {
        // A test of one or two effects is as good as telling them.
        a.tests.retain(|t| t.df1 > 2);
    }
    !out.is_empty()
}

type Line = fn(&Untold, &Target, &dyn Fn(&Item) -> bool) -> (u64, bool);

fn line_event(untold: &Untold, t: &Target, among: &dyn Fn(&Item) -> bool) -> (u64, bool) {
    t.event_time.map_or((0, false), |e| untold.along(|i| i.period - i.start == e && among(i)))
}

fn line_period(untold: &Untold, t: &Target, among: &dyn Fn(&Item) -> bool) -> (u64, bool) {
    t.period.map_or((0, false), |p| untold.along(|i| i.period == p && i.start <= p && among(i)))
}

fn label(a: &Analysis) -> Option<(String, String)> {
    a.overall()?;
    a.subgroup.clone()
}

/// Subgroups of few, and the next smallest of the same column where one alone would be the whole less the others.
fn subgroups(run: &mut Run, gate: &Gate) {
    let mut families: BTreeSet<(String, String)> = BTreeSet::new();
    for s in &run.subgroups {
        if let Ok(a) = &s.result {
            families.insert((a.outcome.clone(), s.column.clone()));
        }
    }
    // Why there is none, such as an outcome that is the same in all of them, tells of each.
    run.subgroups.iter_mut().filter(|s| s.result.is_err()).for_each(|s| s.result = Err(WITHHELD.into()));
    for (outcome, column) in families {
        let own: Vec<usize> = (0..run.subgroups.len())
            .filter(|&i| run.subgroups[i].column == column && run.subgroups[i].result.as_ref().is_ok_and(|a| a.outcome == outcome))
            .collect();
        let counts: Vec<(u64, u64, u64)> = own
            .iter()
            .filter_map(|&i| run.subgroups[i].result.as_ref().ok())
            .map(|a| (a.sample.units as u64, a.sample.treated_units as u64, a.sample.rarest.map_or(u64::MAX, |n| n as u64)))
            .collect();
        let whole = run.analyses.iter().find(|a| a.outcome == outcome).map_or(0, |a| a.sample.units as u64);
        // Values without an analysis stand behind what is left of the whole.
        let rest = whole.saturating_sub(counts.iter().map(|c| c.0).sum());
        let size = |&(n, treated, rarest): &(u64, u64, u64)| match few_of(treated, n, gate.least) {
            true => treated.min(n.saturating_sub(treated)).max(1),
            false if gate.few(rarest) => rarest,
            false => n,
        };
        let parts: Vec<u64> = counts.iter().map(size).chain([rest]).collect();
        let out = hidden(&parts, gate.least);
        for (&i, _) in own.iter().zip(&out.parts).filter(|(_, h)| **h) {
            if let Ok(a) = &mut run.subgroups[i].result {
                all(a);
            }
        }
    }
}

/// Labels of values that few units have, or that are not listed; and what the source notes of a column, which counts missing values.
fn labels(run: &mut Run, gate: &Gate) {
    for e in &mut run.codebook.entries {
        e.unit = e.measured_in().unwrap_or_default().to_string();
        e.notes.clear();
        let levels = run.variables.iter().find(|v| v.column == e.column).map(|v| &v.values);
        let told = |value: &str| match levels {
            Some(Values::Levels(levels)) => levels.iter().any(|(v, n)| same_value(v, value) && *n as u64 >= gate.least),
            _ => false,
        };
        e.labels.retain(|(value, _)| told(value));
    }
}

/// The effects by fidelity, all of them where one rests on few: the whole less the others would tell it.
fn thirds(run: &mut Run, gate: &Gate) {
    let Some(Ok(found)) = &mut run.implementation else { return };
    let few = |t: &crate::study::Third| t.result.as_ref().is_ok_and(|a| is_few(a, gate));
    if found.thirds.iter().any(few) {
        found.thirds.iter_mut().for_each(|t| t.result = Err(WITHHELD.into()));
    }
}

fn signs(run: &mut Run, gate: &Gate) {
    let arms = run.signs.arms;
    for shares in [&mut run.signs.sector, &mut run.signs.poverty].into_iter().flatten() {
        if let Some(arms) = arms {
            shares.treated = coded(shares.treated, arms.treated, gate.least);
            shares.comparison = coded(shares.comparison, arms.comparison, gate.least);
        }
    }
    for end in &mut run.signs.extremes {
        end.share = coded(end.share, end.of, gate.least);
    }
    let lost = run.checks.iter().any(|c| matches!(&c.answer, Ok(Finding::Attrition(found)) if gate.hides_lost(found)));
    if gate.students && lost {
        run.signs.attrition = None;
    }
}
