//! Effects, tests and signs of a run that rest on too few students.

use super::{Gate, Untold};
use crate::cohort::same_value;
use crate::diagnose::Finding;
use crate::estimate::{LEFT_OUT, NotIdentified};
use crate::study::{Analysis, Run, Values};
use crate::table::disclosure::{WITHHELD, coded, few_of, hidden};
use std::collections::{BTreeMap, BTreeSet};

/// Takes them out.
pub(super) fn withhold(run: &mut Run, gate: &Gate) {
    signs(run, gate);
    if !gate.is_open() {
        labels(run, gate);
    }
    if !gate.students {
        return;
    }
    let outcomes: BTreeSet<&str> = run.analyses.iter().map(|a| a.outcome.as_str()).collect();
    let untold: BTreeMap<String, Untold> = outcomes.into_iter().map(|o| (o.to_string(), Untold::of(run, o, gate))).collect();
    let headline = run.analyses.first().is_some_and(|a| is_few(a, gate));
    let mut partly = false;
    for a in &mut run.analyses {
        if is_few(a, gate) {
            all(a);
        } else if let Some(untold) = untold.get(&a.outcome) {
            partly |= some(a, untold);
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
    let treated = s.groups().0 as u64;
    let starts: BTreeSet<i64> = a.effects.iter().filter_map(|e| e.target.group).collect();
    is_of_few(Size { units: s.units as u64, treated, rarest: s.rarest.map(|n| n as u64) }, starts.len(), gate)
}

/// The size of a sample: its units, those treated, and of an outcome of two values how many have the rarer one in the group in which
/// these are fewest.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub units: u64,
    pub treated: u64,
    pub rarest: Option<u64>,
}

/// Whether one of the groups of a sample with so many starts is of few.
pub(super) fn is_of_few(s: Size, starts: usize, gate: &Gate) -> bool {
    let others = s.units.saturating_sub(s.treated);
    // Where several cohorts start, they are compared with each other, too. With an outcome of two values, an effect and the means it is
    // computed from count who has the rarer one.
    gate.few(s.treated) || (gate.few(others) && starts < 2) || s.rarest.is_some_and(|n| gate.few(n))
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

/// Takes out the effects by cohort, period and time since the start that rest on few, and the averages that would give them away.
fn some(a: &mut Analysis, untold: &Untold) -> bool {
    let mut any = false;
    for e in a.effects.iter_mut().filter(|e| untold.target(&e.target)) {
        e.result = Err(withheld());
        any = true;
    }
    if any {
        // A test of one or two effects is as good as telling them.
        a.tests.retain(|t| t.df1 > 2);
    }
    any
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
        let sizes: Vec<Size> = own
            .iter()
            .filter_map(|&i| run.subgroups[i].result.as_ref().ok())
            .map(|a| &a.sample)
            .map(|s| Size { units: s.units as u64, treated: s.treated_units as u64, rarest: s.rarest.map(|n| n as u64) })
            .collect();
        let whole = run.analyses.iter().find(|a| a.outcome == outcome).map_or(0, |a| a.sample.units as u64);
        for (&i, _) in own.iter().zip(of_parts(&sizes, whole, gate)).filter(|(_, hide)| *hide) {
            if let Ok(a) = &mut run.subgroups[i].result {
                all(a);
            }
        }
    }
}

/// Which of the subgroups by a column stay.
pub(super) fn of_parts(sizes: &[Size], whole: u64, gate: &Gate) -> Vec<bool> {
    // Values without an analysis stand behind what is left of the whole.
    let rest = whole.saturating_sub(sizes.iter().map(|s| s.units).sum());
    let size = |s: &Size| match (few_of(s.treated, s.units, gate.least), s.rarest) {
        (true, _) => s.treated.min(s.units.saturating_sub(s.treated)).max(1),
        (false, Some(rarest)) if gate.few(rarest) => rarest,
        (false, _) => s.units,
    };
    let parts: Vec<u64> = sizes.iter().map(size).chain([rest]).collect();
    let mut out = hidden(&parts, gate.least).parts;
    out.truncate(sizes.len());
    out
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
