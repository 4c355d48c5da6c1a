//! The counts of a sample, as they may be told.

use super::Gate;
use crate::study::{Baseline, Description, Run, SampleCounts, Withheld};
use crate::table::disclosure::{few_of, hidden, near};
use crate::table::{Cell, Table};

/// Marks the sizes of samples that stay: rows that are fewer than all units in all periods by few, since so many are missing; and units or
/// rows that differ by few from those of a sample told before, since so few are in the one and not in the other.
pub(super) fn withhold(run: &mut Run, gate: &Gate) {
    let close = |n: usize, told: &[usize]| told.iter().any(|other| gate.near(n, *other));
    let (mut units, mut treated, mut comparison, mut rows) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for s in run.analyses.iter_mut().map(|a| &mut a.sample) {
        let arms = s.groups();
        let full = s.units.saturating_mul(s.periods);
        s.withheld = Withheld {
            units: close(s.units, &units) || close(arms.0, &treated) || close(arms.1, &comparison),
            rows: gate.near(full, s.rows_used) || close(s.rows_used, &rows),
        };
        if !s.withheld.units {
            units.push(s.units);
            treated.push(arms.0);
            comparison.push(arms.1);
        }
        if !s.withheld.rows {
            rows.push(s.rows_used);
        }
    }
}

impl Gate {
    /// Whether the number of treated units stays: it, or that of the others, is too small, or that of all units stays.
    pub fn hides_treated(&self, s: &SampleCounts) -> bool {
        let treated = s.groups().0 as u64;
        s.withheld.units || few_of(treated, s.units as u64, self.least) || few_of(s.treated_units as u64, s.units as u64, self.least)
    }

    /// Whether the numbers of clusters with treated units, and with others, stay: where clusters are hardly larger than students they
    /// tell the numbers of students that stay.
    pub fn hides_clusters(&self, s: &SampleCounts) -> bool {
        self.hides_treated(s) && (s.smallest_cluster as u64) < self.least
    }

    /// A count, or the sign that it stays.
    pub fn count(&self, hide: bool, n: usize) -> Cell {
        if hide { Cell::Suppressed } else { Cell::Count(n as u64) }
    }

    /// Which of the rows left out, by reason, stay.
    pub fn hides_dropped(&self, s: &SampleCounts) -> Vec<bool> {
        let counts: Vec<u64> = s.dropped.iter().map(|(_, n)| *n as u64).collect();
        let mut out = hidden(&counts, self.least).parts;
        // Where the number of rows read stays, no analysis may give it away.
        if self.source
            && !s.withheld.rows
            && !out.contains(&true)
            && let Some(least) = (0..counts.len()).min_by_key(|i| counts[*i])
        {
            out[least] = true;
        }
        out
    }

    /// Takes out how many of a sample's units were there, and what was computed from it, where a count of a row differs by few from that of
    /// one told before it (columns ending in `_n`, rows of one level).
    pub fn apart(&self, table: &mut Table) {
        let (Some(level), false) = (table.at("level"), self.is_open() || !self.students) else { return };
        let counts: Vec<usize> = (0..table.columns.len()).filter(|&c| table.columns[c].key.ends_with("_n")).collect();
        let n = |row: &[Cell], c: usize| if let Cell::Count(n) = row[c] { Some(n) } else { None };
        for at in 0..table.rows.len() {
            let (before, own) = table.rows.split_at_mut(at);
            let own = &mut own[0];
            let near = |other: &&Vec<Cell>| {
                let differ = |&c: &usize| n(other, c).zip(n(own, c)).is_some_and(|(a, b)| near(a, b, self.least));
                other[level] == own[level] && own[level] == Cell::text("units") && counts.iter().any(differ)
            };
            if before.iter().find(near).is_some() {
                own.iter_mut()
                    .skip(level + 1)
                    .filter(|c| matches!(c, Cell::Count(_) | Cell::Percent(_)))
                    .for_each(|c| *c = Cell::Suppressed);
            }
        }
    }

    /// Whether the means of a covariate before the start stay in an outcome's sample: it is that of an outcome before it but for few, whom
    /// the sums of both would tell.
    pub fn hides_baseline(&self, run: &Run, d: &Description, b: &Baseline) -> bool {
        let close = |a: &Baseline| a.name == b.name && (self.near(a.treated.n, b.treated.n) || self.near(a.comparison.n, b.comparison.n));
        let before = run.descriptions.iter().take_while(|other| other.outcome != d.outcome);
        !self.is_open() && self.students && before.flat_map(|other| &other.baseline).any(close)
    }

    /// Whether how many of an outcome's groups are seen in each period stays: in some period all of a group are seen but few, or one
    /// period has few more than another of those who are followed.
    pub fn hides_periods(&self, d: &Description) -> bool {
        if self.is_open() || !self.students {
            return false;
        }
        [true, false].into_iter().any(|treated| {
            let own = || d.seen.iter().filter(|s| s.start.is_some() == treated);
            let n: Vec<usize> = d.by_period.iter().filter(|a| a.treated == treated).map(|a| a.outcome.n).collect();
            // Of each cohort once.
            let first = own().map(|s| s.period).min();
            let units: usize = own().filter(|s| Some(s.period) == first).map(|s| s.units).sum();
            let followed = n.iter().sum::<usize>() > units;
            let differ = |n: usize, m: usize| followed && self.near(n, m);
            n.iter().enumerate().any(|(i, &own)| self.few(units.saturating_sub(own) as u64) || n[..i].iter().any(|&m| differ(own, m)))
        })
    }
}
