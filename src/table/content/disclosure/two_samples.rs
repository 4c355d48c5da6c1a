//! Samples that differ by few: the means of both would tell of those few, the sum of the one less the sum of the other.

use super::Gate;
use crate::diagnose::{Balanced, Measured};
use crate::num::Centre;
use crate::study::Run;
use crate::table::Cell;
use crate::table::content::diagnose::Told;
use crate::table::disclosure::near;

/// What a table says whose differences are rounded.
pub(super) const ROUNDED: &str = "The units analysed are those of another table but for few. Differences are rounded up, and numbers, means and spreads left out: beside those of that table they would tell of the few.";

/// What a difference in standard deviations may be rounded to.
const STEPS: [f64; 6] = [0.01, 0.05, 0.1, 0.25, 0.5, 1.0];

/// How many of each group stand behind the means of an outcome and its covariates that are told.
pub(super) struct Samples {
    treated: Vec<u64>,
    comparison: Vec<u64>,
    /// Whether how many are seen in a period stays.
    pub(super) periods_stay: bool,
    /// Units of each group in the first estimate, where these are told.
    units: Option<[u64; 2]>,
}

impl Samples {
    /// By period, and at the first observation.
    pub(super) fn of(run: &Run, outcome: &str, gate: &Gate) -> Samples {
        let mut out = Samples { treated: Vec::new(), comparison: Vec::new(), periods_stay: false, units: None };
        let first = run.analyses.iter().find(|a| a.outcome == outcome).map(|a| &a.sample).filter(|s| !s.withheld.units);
        out.units = first.map(|s| <[usize; 2]>::from(s.groups()).map(|n| n as u64));
        for d in run.descriptions.iter().filter(|d| d.outcome == outcome) {
            out.periods_stay |= gate.hides_periods(d);
            for a in &d.by_period {
                if a.treated { &mut out.treated } else { &mut out.comparison }.push(a.outcome.n as u64);
            }
            out.treated.extend(d.baseline.iter().map(|b| b.treated.n as u64));
            out.comparison.extend(d.baseline.iter().map(|b| b.comparison.n as u64));
        }
        out
    }

    /// Whether as many units were there at first as are in the estimate but for few.
    pub(super) fn assigned_near(&self, treated: u64, comparison: u64, least: u64) -> bool {
        self.units.is_some_and(|[t, c]| near(t, treated, least) || near(c, comparison, least))
    }

    /// Whether the units analysed are another of these samples but for few.
    pub(super) fn near(&self, found: &Balanced, least: u64) -> bool {
        let close = |own: &Centre, others: &[u64]| others.iter().any(|n| near(*n, own.n as u64, least));
        found.measures.iter().any(|m| close(&m.treated, &self.treated) || close(&m.comparison, &self.comparison))
    }
}

/// The same with differences rounded away from zero, so coarsely that a sum of scores is known to no better than two standard deviations: to
/// the first of [`STEPS`] that times the units of the smaller group gives two.
pub(super) fn rounded(found: &Balanced) -> Balanced {
    let mut out = found.clone();
    for m in &mut out.measures {
        let step = step(m);
        if let Some(d) = m.baseline.difference {
            m.baseline.difference = Some(step * libm::ceil((d / step).abs() - 1e-9) * d.signum());
        }
    }
    out
}

fn step(m: &Measured) -> f64 {
    let n = m.treated.n.min(m.comparison.n) as f64;
    STEPS.into_iter().find(|step| step * n >= 2.0).unwrap_or(1.0)
}

/// Takes out what stands beside the rounded differences.
pub(super) fn keep_differences(told: &mut Told) {
    let hidden = ["treated_n", "treated_mean", "treated_sd", "comparison_n", "comparison_mean", "comparison_sd", "p_value"];
    for at in hidden.into_iter().filter_map(|key| told.table.at(key)).collect::<Vec<_>>() {
        told.table.rows.iter_mut().for_each(|row| row[at] = Cell::Suppressed);
    }
    told.table.notes.retain(|note| !note.ends_with(crate::table::content::diagnose::SEEN_TWICE));
    told.table.note(ROUNDED);
    told.numbers.retain(|(key, _)| !["treated_n", "comparison_n", "units_of_groups"].contains(key));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smaller_the_group_the_coarser() {
        let to = |n: usize| STEPS.into_iter().find(|step| step * n as f64 >= 2.0);
        assert_eq!([to(1000), to(60), to(20), to(8), to(2), to(1)], [Some(0.01), Some(0.05), Some(0.1), Some(0.25), Some(1.0), None]);
    }
}
