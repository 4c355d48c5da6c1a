//! What the checks of balance, sample and overlap measured, as it may be told.

use super::Gate;
use crate::diagnose::{Balanced, EXTREME, Measured, Overlapping, Sampled};
use crate::table::Cell;
use crate::table::content::diagnose::{SEEN_TWICE, Told, change_of, overlap_reason};
use crate::table::disclosure::{few_of, share};

impl Gate {
    /// Measures of two values of which few have one, and who was not seen then and later.
    pub(super) fn balance(&self, told: &mut Told, found: &Balanced) {
        let table = &mut told.table;
        let at = |key: &str| table.at(key);
        let groups = [at("treated_mean").zip(at("treated_sd")), at("comparison_mean").zip(at("comparison_sd"))];
        for (row, m) in table.rows.iter_mut().zip(&found.measures) {
            for (columns, of) in groups.iter().zip([&m.treated, &m.comparison]) {
                if let Some((mean, sd)) = *columns {
                    row[mean] = self.mean(of, row[mean].clone());
                    row[sd] = self.spread(of, row[sd].clone());
                }
            }
        }
        if found.measures.first().is_some_and(|m| self.hides_measure(m)) {
            told.numbers.retain(|(key, _)| *key != "outcome_difference");
        }
        if few_of(found.seen.0 as u64, found.seen.1 as u64, self.least) {
            table.notes.retain(|note| !note.ends_with(SEEN_TWICE));
            told.numbers.retain(|(key, _)| *key != "units_of_groups");
        }
    }

    /// Whether how far apart the groups were in a measure stays.
    fn hides_measure(&self, m: &Measured) -> bool {
        [&m.treated, &m.comparison].iter().any(|of| self.hides_mean(of) || self.few(of.n as u64))
    }

    /// Whether the measure that decides may be told, whatever stays of others.
    pub(super) fn tells_worst(&self, found: &Balanced) -> bool {
        let stays = |m: &Measured| self.hides_measure(m);
        let unstable = found.measures.iter().filter(|m| m.stable == Some(false));
        found.worst.is_some_and(|i| !stays(&found.measures[i])) && !unstable.into_iter().any(stays)
    }

    /// Scores at the ends of the scale, and changes of covariates of two values of which few have one.
    pub(super) fn sample(&self, told: &mut Told, found: &Sampled) {
        let table = &mut told.table;
        let (Some(value), Some(unit), Some(p)) = (table.at("value"), table.at("unit"), table.at("p_value")) else { return };
        if let Some(ends) = found.ends {
            let told_of = |x: f64| share(Some(x), ends.rows as u64, self.least, "");
            for row in table.rows.iter_mut().filter(|r| r[unit] == Cell::text("share")) {
                if let Cell::Percent(x) = row[value] {
                    row[value] = told_of(x);
                }
            }
            for (key, x) in [("ceiling", ends.ceiling), ("floor", ends.floor)] {
                if !matches!(told_of(x), Cell::Percent(_)) {
                    told.numbers.retain(|(own, _)| *own != key);
                    if x > EXTREME[0] {
                        told.reason = self.untold_reason();
                    }
                }
            }
        }
        for c in found.changed.iter().filter(|c| c.rarest.is_some_and(|n| self.few(n as u64))) {
            let label = Cell::text(change_of(&c.covariate));
            for row in table.rows.iter_mut().filter(|r| r[0] == label) {
                row[value] = Cell::Suppressed;
                row[p] = Cell::Suppressed;
            }
        }
    }

    /// How many of the treated are outside the range of the others.
    pub(super) fn overlap(&self, told: &mut Told, found: &Overlapping) {
        let n = found.units[0] as u64;
        let Ok(outside) = found.found.as_ref().map(|p| p.outside) else { return };
        let bound = share(Some(outside), n, self.least, "");
        if matches!(bound, Cell::Percent(_)) {
            return;
        }
        told.reason = match bound {
            Cell::Text(words) => overlap_reason(found, &words),
            _ => overlap_reason(found, if outside < 0.5 { "Few" } else { "Most" }),
        };
        told.numbers.retain(|(key, _)| *key != "outside");
        told.decided.iter_mut().for_each(|d| d.value = None);
    }
}
