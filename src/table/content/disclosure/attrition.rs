//! What the check of attrition counted, as it may be told: who left, who came late, and what is missing.

use super::Gate;
use super::checks::periods;
use super::two_samples::Samples;
use crate::diagnose::Attrited;
use crate::table::content::diagnose::{LOSSES, Told};
use crate::table::disclosure::{few_of, hidden, share};
use crate::table::{Cell, Table};

impl Gate {
    /// Whether so few left, or came late, that how many were there at first stays: beside the number of units it would tell them.
    pub(super) fn hides_lost(&self, found: &Attrited) -> bool {
        self.hides_left(found) || found.joiners.iter().any(|n| self.few(*n as u64))
    }

    /// Whether so few left, or stayed, that how many stayed stays.
    fn hides_left(&self, found: &Attrited) -> bool {
        found.units.as_ref().is_some_and(|lost| {
            let (all, left) = (lost.counts.assigned, lost.counts.analysed);
            few_of(left.treated, all.treated, self.least) || few_of(left.comparison, all.comparison, self.least)
        })
    }

    /// How many were lost, who came late, and what is missing in a period.
    pub(super) fn attrition(&self, told: &mut Told, found: &Attrited, samples: &Samples) {
        let periods_stay = samples.periods_stay;
        let all = found.units.as_ref().map(|lost| lost.counts.assigned);
        let near = all.is_some_and(|n| samples.assigned_near(n.treated, n.comparison, self.least));
        let (left, joined) = (self.hides_left(found), near || found.joiners.iter().any(|n| self.few(*n as u64)));
        if let Some(table) = &mut told.summary {
            let at = |key: &str| table.at(key);
            let pairs = [at("treated_n").zip(at("treated_analysed_n")), at("comparison_n").zip(at("comparison_analysed_n"))];
            let overall = at("overall");
            let mut stays = false;
            let assigned = found.units.as_ref().map(|lost| lost.counts.assigned);
            let students = assigned.map_or(0, |n| n.treated + n.comparison);
            for row in &mut table.rows {
                let n = |c: usize| if let Cell::Count(n) = row[c] { n } else { 0 };
                let units = row[0] == Cell::text("units");
                // Where clusters are hardly larger than students, one that is lost is a student or a few.
                let lost = pairs.iter().flatten().any(|&(all, left)| self.few(n(all).saturating_sub(n(left))));
                let all: u64 = pairs.iter().flatten().map(|p| n(p.0)).sum();
                let hardly_larger = self.small_clusters && all.saturating_mul(self.least) > students;
                if !(if units { left || joined } else { (self.small_clusters && lost) || (hardly_larger && joined) }) {
                    continue;
                }
                stays = true;
                for &(all, left) in pairs.iter().flatten() {
                    row[left] = Cell::Suppressed;
                    // The units less those there at first are those who came late.
                    if joined {
                        row[all] = Cell::Suppressed;
                    }
                }
                let from = overall.unwrap_or(row.len());
                for (c, cell) in row.iter_mut().enumerate().skip(from) {
                    *cell = match cell {
                        Cell::Percent(p) if c == from => share(Some(*p), all, self.least, ""),
                        _ => Cell::Suppressed,
                    };
                    // A share to its last digit tells of how many it is one.
                    if joined && matches!(cell, Cell::Percent(_)) {
                        *cell = Cell::Suppressed;
                    }
                }
            }
            if stays {
                // What the losses could do is computed from them.
                table.notes.retain(|note| !note.starts_with(LOSSES));
            }
        }
        self.followed(&mut told.table, found);
        self.missing(&mut told.table, periods_stay);
    }

    /// Of those there at first, who is seen in a period: less than all of them by those who left, less than the rows by those who came.
    fn followed(&self, table: &mut Table, found: &Attrited) {
        let Some(at) = table.at("analysed_n") else { return };
        let assigned = found.units.as_ref().map(|lost| lost.counts.assigned);
        for (row, seen) in table.rows.iter_mut().zip(&found.rows) {
            let (Some(n), Some(all)) = (seen.analysed, assigned) else { continue };
            let all = if seen.treated { all.treated } else { all.comparison } as usize;
            if [all, seen.used].iter().any(|whole| self.few(whole.saturating_sub(n) as u64)) {
                row[at] = Cell::Suppressed;
            }
        }
    }

    /// Rows that are missing, by group and period: the counts of rows read stay where few are missing, and the share is a bound.
    fn missing(&self, table: &mut Table, periods_stay: bool) {
        let at = |key: &str| table.at(key);
        let (Some(rows), Some(used), Some(missing)) = (at("n"), at("used_n"), at("missing")) else { return };
        let n = |row: &[Cell], c: usize| if let Cell::Count(n) = row[c] { n } else { 0 };
        let lost: Vec<u64> = table.rows.iter().map(|r| n(r, rows).saturating_sub(n(r, used))).collect();
        let stays = hidden(&lost, self.least);
        let few: Vec<bool> = table.rows.iter().map(|r| self.few(n(r, rows)) || self.few(n(r, used))).collect();
        for (row, stays) in table.rows.iter_mut().zip(stays.parts) {
            if stays {
                if let Cell::Percent(p) = row[missing] {
                    row[missing] = match share(Some(p), n(row, rows), self.least, "") {
                        Cell::Percent(_) => Cell::Suppressed,
                        other => other,
                    };
                }
                row[rows] = Cell::Suppressed;
            }
        }
        // Not where few stand behind a row: its count takes with it what follows.
        if periods_stay && !few.contains(&true) {
            periods(table);
        }
    }
}
