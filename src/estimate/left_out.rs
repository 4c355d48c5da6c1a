//! Cohorts that averages leave out, because no effect on them is known.
//!
//! An average over the cohorts and periods with an estimate is one over other units wherever some have none: it must say over whom.

use crate::cohort::Warning;
use crate::num::named;
use crate::panel::Panel;

/// What the averages of a fit leave out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Cohorts without an effect in any treated period.
    pub cohorts: Vec<Lost>,
    /// Cohorts without an effect in some of their treated periods.
    pub partly: Vec<Lost>,
    /// The treated units of all cohorts.
    pub treated_units: usize,
}

/// A cohort of which something is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// Its first treated period.
    pub group: i64,
    /// Its units.
    pub units: usize,
    /// The treated periods without an effect.
    pub periods: Vec<i64>,
    /// Why the first of them has none.
    pub why: String,
}

/// The code of the warning that averages leave cohorts out.
pub const LEFT_OUT: &str = "cohorts-left-out";

/// How many cohorts are told of with their periods.
const SHOWN: usize = 5;

impl LeftOut {
    /// What is left out of a panel's treated cohorts and periods: `known` says of a cohort in a treated period whether averages hold
    /// its effect, or why not. Cohorts in `told` are another warning's. `None` where nothing is left out.
    pub(super) fn of(panel: &Panel, told: &[i64], known: impl Fn(i64, i64) -> Result<(), String>) -> Option<LeftOut> {
        let cells = &panel.cells;
        let occupied = panel.occupied();
        let units = &panel.survey().units;
        let mut out = LeftOut { cohorts: Vec::new(), partly: Vec::new(), treated_units: 0 };
        for (cohort, group) in cells.treated_cohorts().filter(|(_, g)| !told.contains(g)) {
            out.treated_units += units[cohort];
            let seen: Vec<i64> = (0..cells.periods.len())
                .filter(|&p| cells.periods[p] >= group && occupied[cells.cell(cohort, p) as usize])
                .map(|p| cells.periods[p])
                .collect();
            let missing: Vec<(i64, String)> = seen.iter().filter_map(|&t| known(group, t).err().map(|why| (t, why))).collect();
            let why = match missing.first() {
                Some((_, why)) => why.clone(),
                None if seen.is_empty() => "nobody of it is seen after the start".into(),
                None => continue,
            };
            let lost = Lost { group, units: units[cohort], periods: missing.iter().map(|(t, _)| *t).collect(), why };
            if missing.len() == seen.len() { out.cohorts.push(lost) } else { out.partly.push(lost) }
        }
        (!out.cohorts.is_empty() || !out.partly.is_empty()).then_some(out)
    }

    /// The cohorts that are left out as a whole, and how many treated units they have.
    pub fn whole(&self) -> Option<String> {
        let names: Vec<String> = self.cohorts.iter().map(|c| c.group.to_string()).collect();
        let units: usize = self.cohorts.iter().map(|c| c.units).sum();
        let noun = if names.len() == 1 { "cohort" } else { "cohorts" };
        (!names.is_empty()).then(|| format!("{noun} {} ({units} of {} treated units)", names.join(", "), self.treated_units))
    }

    /// What the reader of an average should know.
    pub fn warning(&self) -> Warning {
        let mut parts = Vec::new();
        if let Some(whole) = self.whole() {
            parts.push(format!("{whole}, on which no effect is known: {}", reasons(&self.cohorts)));
        }
        if !self.partly.is_empty() {
            let one = |c: &Lost| format!("cohort {} in {}", c.group, c.periods.iter().map(i64::to_string).collect::<Vec<_>>().join(", "));
            let all = self.partly.len();
            let shown = named(all, SHOWN);
            let mut each: Vec<String> = self.partly.iter().take(shown).map(one).collect();
            if all > shown {
                each.push(format!("{} cohorts more", all - shown));
            }
            parts.push(format!("some treated periods ({}): {}", each.join("; "), reasons(&self.partly)));
        }
        Warning::new(LEFT_OUT, format!("the averages are over what can be estimated, and leave out {}", parts.join("; and ")))
    }
}

/// Why they are left out, each reason once.
fn reasons(lost: &[Lost]) -> String {
    let mut distinct: Vec<&str> = Vec::new();
    lost.iter().for_each(|c| {
        if !distinct.contains(&c.why.as_str()) {
            distinct.push(&c.why);
        }
    });
    let more = distinct.len().saturating_sub(2);
    let shown = distinct[..distinct.len().min(2)].join("; or ");
    if more > 0 { format!("{shown}; or for {more} other reasons") } else { shown }
}
