//! What a calibration tells of the data that its design was fitted to.
//!
//! Outcomes are drawn anew, but who is in which group, when, is as in the data: the spread of estimates on a cohort of few tells how few
//! they are. What rests on few is left out, as the effects of a run are, and counted.

use super::Gate;
use super::effects::{Size, is_of_few, of_parts};
use super::untold::{Targets, Untold};
use crate::estimate::Target;
use crate::evaluate::{Effect, Performance};
use crate::study::{Behind, Calibrated};
use crate::table::disclosure::{coded, hidden};
use std::collections::BTreeSet;
use std::ops::Deref;

/// A calibration from which what rests on too few students was taken out.
pub struct PublishedCalibration(Calibrated);

impl Deref for PublishedCalibration {
    type Target = Calibrated;

    fn deref(&self) -> &Calibrated {
        &self.0
    }
}

/// Takes out of a calibration what may not be told. The makers of its folder and its words take what this makes only.
pub fn publish_calibration(mut c: Calibrated) -> PublishedCalibration {
    let gate = Gate::of_calibration(&c);
    if gate.source
        && let Some(input) = &mut c.input
    {
        input.rows = None;
    }
    if !gate.is_open() && gate.students {
        withhold(&mut c, &gate);
    }
    PublishedCalibration(c)
}

impl Gate {
    /// The gate of a calibration: open where students are simulated, or the study says so.
    fn of_calibration(c: &Calibrated) -> Gate {
        let privacy = &c.calibration.study.privacy;
        if !c.is_fitted() || !privacy.on {
            return Gate::open();
        }
        let least = privacy.minimum_cell;
        let known = || c.behind.iter().flatten();
        let dropped = |b: &Behind| b.dropped.iter().map(|n| *n as u64).collect::<Vec<u64>>();
        Gate {
            least,
            students: c.calibration.study.roles.as_ref().is_none_or(|r| r.unit.is_none()),
            source: known().any(|b| hidden(&dropped(b), least).total),
            small_clusters: known().any(|b| (b.smallest_cluster as u64) < least),
        }
    }
}

fn withhold(c: &mut Calibrated, gate: &Gate) {
    let few = of_few(c, gate);
    let untold: Vec<Vec<Effect>> = (0..c.questions.len())
        .map(|q| {
            let Some(behind) = c.behind[q].as_ref().filter(|_| !few[q]) else { return Vec::new() };
            let mut targets: Vec<Target> = Vec::new();
            for effect in c.performances.iter().filter(|p| p.question == q).filter_map(|p| p.effect) {
                let target = target(effect);
                if !targets.contains(&target) {
                    targets.push(target);
                }
            }
            let untold = Untold::of_seen(&behind.seen, &Targets::listed(&targets), gate);
            targets.iter().filter(|t| untold.target(t)).map(Effect::from).collect()
        })
        .collect();
    let all = c.performances.len();
    let stays = |p: &Performance| !few[p.question] && !p.effect.is_some_and(|e| untold[p.question].contains(&e));
    c.performances.retain(stays);
    c.rankings.retain(|r| !few[r.question] && !untold[r.question].contains(&r.effect));
    c.withheld = all - c.performances.len();
    // Of an outcome with a group of few nothing is told that was computed from its values.
    let silent: BTreeSet<&str> =
        c.questions.iter().zip(&few).filter(|(q, few)| q.spec.subgroup.is_none() && **few).map(|(q, _)| q.spec.outcome.as_str()).collect();
    c.facts.retain(|f| !silent.contains(f.outcome.as_str()));
    for fact in &mut c.facts {
        if let Some(rows) = fact.share_of {
            fact.value = coded(fact.value, rows as u64, gate.least);
        }
    }
}

/// Which questions have a group of few; and of the subgroups by a column also the next ones, where one alone would be the whole less the
/// others.
fn of_few(c: &Calibrated, gate: &Gate) -> Vec<bool> {
    let starts = |b: &Behind| b.seen.iter().filter(|s| s.rows > 0).filter_map(|s| s.start).collect::<BTreeSet<i64>>().len();
    let size = |b: &Behind| Size { units: b.units as u64, treated: b.treated as u64, rarest: b.rarest.map(|n| n as u64) };
    let mut out: Vec<bool> = c
        .questions
        .iter()
        .zip(&c.behind)
        // A subgroup of which no sample can be built is one of whom nothing can be told.
        .map(|(q, behind)| behind.as_ref().map_or(q.spec.subgroup.is_some(), |b| is_of_few(size(b), starts(b), gate)))
        .collect();
    let column = |q: usize| c.questions[q].spec.subgroup.as_ref().map(|(column, _)| column.clone());
    let families: BTreeSet<(&str, &str, String)> = (0..c.questions.len())
        .filter_map(|q| Some((c.questions[q].section.as_str(), c.questions[q].spec.outcome.as_str(), column(q)?)))
        .collect();
    for (section, outcome, own) in families {
        let same = |q: &usize| c.questions[*q].section == section && c.questions[*q].spec.outcome == outcome;
        let whole = (0..c.questions.len()).filter(same).find(|q| column(*q).is_none());
        let whole = whole.and_then(|q| c.behind[q].as_ref()).map_or(0, |b| b.units as u64);
        let parts: Vec<(usize, Size)> = (0..c.questions.len())
            .filter(same)
            .filter(|q| column(*q).as_ref() == Some(&own))
            .filter_map(|q| Some((q, size(c.behind[q].as_ref()?))))
            .collect();
        for ((q, _), hide) in parts.iter().zip(of_parts(&parts.iter().map(|(_, size)| *size).collect::<Vec<_>>(), whole, gate)) {
            out[*q] |= hide;
        }
    }
    out
}

/// An effect by cohort and period, or a mean of them, as a target without its label: doses do not matter there.
fn target(effect: Effect) -> Target {
    let Effect { estimand, group, period, event_time, dose_percent: _ } = effect;
    Target { estimand, label: String::new(), group, period, event_time, dose: None }
}
