//! What a check found, as it may be told.

use super::effects::is_few;
use super::two_samples::{Samples, keep_differences, rounded};
use super::{Gate, Untold};
use crate::diagnose::{Answered, Finding};
use crate::study::{Analysis, Run};
use crate::table::content::diagnose::{Checked, Told};
use crate::table::{Cell, Table};
use std::collections::BTreeSet;

impl Gate {
    /// The checks of a run in words.
    pub fn checks(&self, run: &Run) -> Vec<Checked> {
        run.checks.iter().map(self.teller(run, run.analyses.first())).collect()
    }

    /// A check of the headline in words; of several with this name the first.
    pub fn found(&self, run: &Run, check: &str, outcome: &str) -> Option<Checked> {
        let named = |a: &&Answered| a.asked.check.card.id == check && a.outcome.as_deref() == Some(outcome);
        run.checks.iter().find(named).map(self.teller(run, run.analyses.first()))
    }

    /// Who was lost of an outcome in an analysis that is not the headline's.
    pub fn lost(&self, run: &Run, analysis: &str, outcome: &str) -> Option<Checked> {
        let own = run.losses.iter().find(|l| l.analysis == analysis && l.found.outcome.as_deref() == Some(outcome))?;
        let section = |a: &&Analysis| a.section.as_deref().is_none_or(|name| name == analysis);
        let of = run.analyses.iter().filter(section).find(|a| a.outcome == outcome);
        Some(self.teller(run, of)(&own.found))
    }

    /// What puts a check of an analysis into words.
    fn teller<'a>(&'a self, run: &'a Run, of: Option<&'a Analysis>) -> impl Fn(&Answered) -> Checked {
        let closed = (!self.is_open()).then(|| {
            let outcome = of.map_or("", |a| a.outcome.as_str());
            let few = self.students && of.is_some_and(|a| is_few(a, self));
            (Samples::of(run, outcome, self), large_clusters(run, self.least), Untold::of(run, outcome, self), few)
        });
        move |a| match &closed {
            None => Checked::of(a),
            Some((samples, large, untold, few)) => self.check(a, samples, large, untold, *few),
        }
    }

    fn check(&self, a: &Answered, samples: &Samples, large: &BTreeSet<&str>, untold: &Untold, few: bool) -> Checked {
        let near = matches!(&a.answer, Ok(Finding::Balance(found)) if samples.near(found, self.least));
        let mut checked = match &a.answer {
            Ok(Finding::LeaveOneOut(found)) => Checked::of_large(a, found, self.least),
            Ok(Finding::Balance(found)) if near => Checked::of(&Answered { answer: Ok(Finding::Balance(rounded(found))), ..a.clone() }),
            _ => Checked::of(a),
        };
        let told = &mut checked.told;
        let before = suppressed(told);
        match &a.answer {
            Ok(Finding::Attrition(found)) => self.attrition(told, found, samples),
            Ok(Finding::Balance(found)) => self.balance(told, found),
            Ok(Finding::Sample(found)) => self.sample(told, found),
            Ok(Finding::Overlap(found)) => {
                extremes(&mut told.table);
                self.overlap(told, found);
            }
            Ok(Finding::SmallestSet(_)) => self.smallest(told, large),
            Ok(_) => cohorts(told, untold),
            // The reason may be spelt with a value of the data.
            Err(_) => {}
        }
        for table in told.summary.iter_mut().chain([&mut told.table]) {
            self.table(table);
            if few {
                table.rows.clear();
            }
        }
        if near {
            keep_differences(told);
        }
        let stays = match &a.answer {
            Err(_) => false,
            // One has words of its own; the other's are of effects, and what stays of it is the size of samples.
            Ok(Finding::SmallestSet(_) | Finding::Multiverse(_)) => false,
            Ok(Finding::Balance(found)) => !self.tells_worst(found),
            // The reason is about those in the summary, not about single periods.
            Ok(Finding::Attrition(_)) => told.summary.iter().flat_map(|t| t.rows.iter().flatten()).any(|c| matches!(c, Cell::Suppressed)),
            Ok(_) => suppressed(told) > before,
        };
        if samples.periods_stay && matches!(a.answer, Ok(Finding::Overlap(_))) {
            periods(&mut told.table);
            told.numbers.retain(|(key, _)| !["treated_n", "comparison_n"].contains(key));
            told.reason =
                "How many were seen then stays, and with it what is said of their shares; the quantiles stand in the table.".into();
        }
        if a.answer.is_ok() && (few || stays) {
            told.reason = self.untold_reason();
            told.numbers.clear();
            told.decided.iter_mut().for_each(|d| d.value = None);
        }
        checked
    }

    /// In place of a reason whose numbers stay.
    pub(super) fn untold_reason(&self) -> String {
        format!("What decided rests on fewer than {} units in a group, so its numbers are not shown.", self.least)
    }

    /// Sets of few units, and clusters of few.
    fn smallest(&self, told: &mut Told, large: &BTreeSet<&str>) {
        let table = &mut told.table;
        let at = |key: &str| table.at(key);
        let (Some(of), Some(size), Some(members)) = (at("of"), at("size"), at("members")) else { return };
        let numbers: Vec<usize> = ["estimate", "std_error", "p_value"].into_iter().filter_map(at).collect();
        for row in &mut table.rows {
            let units = row[of] == Cell::text("units");
            let few = match (&row[size], &row[members]) {
                (Cell::Count(n), _) if units => self.few(*n),
                (_, Cell::Text(names)) if !units => !names.split(", ").all(|name| large.contains(name)),
                _ => false,
            };
            if few {
                numbers.iter().for_each(|&c| row[c] = Cell::Suppressed);
                row[members] = Cell::Suppressed;
            }
        }
        if table.rows.iter().flatten().any(|c| matches!(c, Cell::Suppressed)) {
            told.reason = "How many it takes stands in the table; who they are, and the effect without them, would tell of few.".into();
        }
        told.numbers.retain(|(key, _)| *key != "without_carrier");
    }
}

/// Names of clusters of enough units, as far as it is known.
fn large_clusters(run: &Run, least: u64) -> BTreeSet<&str> {
    let mut out = BTreeSet::new();
    for a in &run.checks {
        if let Ok(Finding::LeaveOneOut(found)) = &a.answer {
            out.extend(found.without.iter().filter(|w| w.units as u64 >= least).map(|w| w.cluster.as_str()));
        }
    }
    out
}

fn suppressed(told: &Told) -> usize {
    let tables = told.summary.iter().chain([&told.table]);
    tables.flat_map(|t| t.rows.iter().flatten()).filter(|cell| matches!(cell, Cell::Suppressed)).count()
}

/// The lowest and the highest of a group are each one unit's.
fn extremes(table: &mut Table) {
    for key in ["min", "max"] {
        if let Some(at) = table.at(key) {
            table.rows.iter_mut().for_each(|row| {
                if matches!(row[at], Cell::Number { .. }) {
                    row[at] = Cell::undefined("it is one unit's");
                }
            });
        }
    }
}

/// Takes out how many are seen in a period.
pub(super) fn periods(table: &mut Table) {
    for at in ["n", "used_n", "analysed_n"].into_iter().filter_map(|key| table.at(key)).collect::<Vec<_>>() {
        table.rows.iter_mut().for_each(|row| row[at] = Cell::Suppressed);
    }
}

/// Rows of a cohort, a period or a time since the start that stay.
fn cohorts(told: &mut Told, untold: &Untold) {
    if !untold.any() {
        return;
    }
    for table in told.summary.iter_mut().chain([&mut told.table]) {
        let at = |key: &str| table.at(key);
        let (cohort, period, treated, untreated, event) = (at("cohort"), at("period"), at("treated"), at("untreated"), at("event_time"));
        for row in &mut table.rows {
            let whole = |c: Option<usize>| c.and_then(|c| if let Cell::Whole(n) = row[c] { Some(n) } else { None });
            let stays = match (whole(cohort), whole(period), whole(event)) {
                (Some(g), Some(p), _) => untold.cell(g, p),
                (Some(g), None, _) => untold.cohort(g),
                (_, _, Some(e)) => untold.event(e),
                _ => [treated, untreated].into_iter().filter_map(whole).any(|g| untold.cohort(g)),
            };
            if stays {
                for cell in row.iter_mut().filter(|c| {
                    matches!(c, Cell::Number { .. } | Cell::Percent(_) | Cell::PValue(_) | Cell::PBelow { .. } | Cell::Interval { .. })
                }) {
                    *cell = Cell::Suppressed;
                }
            }
        }
    }
}
