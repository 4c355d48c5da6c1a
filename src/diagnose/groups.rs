//! The two groups of a sample before treatment: who is compared with whom, and when.

use crate::cohort::Fault;
use crate::num::student;
use crate::panel::{FirstTreated, Panel};

/// Treated and comparison units, and the last period in which nobody was treated.
///
/// One period for everybody: that before the first start of all. There each unit counts once, no one is treated yet, and what sets
/// periods apart cannot pass for a difference between groups. Cohorts treated from the first period on are in neither group; where
/// nobody is never treated the cohort that starts last is the comparison group.
pub(super) struct Groups {
    /// For each cohort whether it is treated; `None`: in neither group.
    side: Vec<Option<bool>>,
    /// The last period before the first start, as an index.
    pub before: usize,
    /// The first start.
    pub start: i64,
    /// Whether the comparison group starts last, since nobody is never treated.
    pub stand_in: bool,
}

impl Groups {
    /// Of a sample.
    ///
    /// # Errors
    /// DIAG-021: treatments that do not simply stay on, no period before the first start, or no second group.
    pub fn of(panel: &Panel) -> Result<Groups, Fault> {
        let cells = &panel.cells;
        if panel.extras.status.is_some() {
            return Err(none("treatments that do not simply stay on"));
        }
        let first = cells.periods[0];
        let starts: Vec<i64> = cells.treated_cohorts().map(|(_, g)| g).filter(|g| *g > first).collect();
        let (Some(&start), Some(&last)) = (starts.iter().min(), starts.iter().max()) else {
            return Err(none("no period before treatment"));
        };
        let before = cells.periods.iter().rposition(|t| *t < start).ok_or_else(|| none("no period before treatment"))?;
        let stand_in = !cells.has_never();
        if stand_in && start == last {
            return Err(none("nobody to compare with"));
        }
        let side = |cohort: &FirstTreated| match *cohort {
            FirstTreated::Never => Some(false),
            FirstTreated::At(g) if g <= first => None,
            FirstTreated::At(g) if stand_in && g == last => Some(false),
            FirstTreated::At(_) => Some(true),
        };
        Ok(Groups { side: cells.cohorts.iter().map(side).collect(), before, start, stand_in })
    }

    /// The group of a row.
    pub fn side(&self, panel: &Panel, row: usize) -> Option<bool> {
        self.side[panel.cells.cohort_ix(panel.cell[row])]
    }

    /// The rows of a period in a group.
    pub fn rows<'a>(&'a self, panel: &'a Panel, period: usize, treated: bool) -> impl Iterator<Item = usize> + Clone + 'a {
        let of_period = move |r: &usize| panel.cells.period_ix(panel.cell[*r]) == period;
        (0..panel.n_rows()).filter(of_period).filter(move |&r| self.side(panel, r) == Some(treated))
    }

    /// Clusters that hold treated, and comparison units.
    pub fn clusters(&self, panel: &Panel) -> (usize, usize) {
        let holds = |treated: bool| {
            let of_side = |u: usize| self.side(panel, panel.rows_of(u).start) == Some(treated);
            (0..panel.n_clusters()).filter(|&g| panel.units_of(g).any(of_side)).count()
        };
        (holds(true), holds(false))
    }

    /// Who is compared with whom at what time, for a note.
    pub fn words(&self, panel: &Panel) -> String {
        let others = if self.stand_in { "the cohort that starts last, since nobody is never treated" } else { "those never treated" };
        format!(
            "period {}, the last before the first start ({}); treated units against {others}",
            panel.cells.periods[self.before], self.start
        )
    }
}

fn none(place: &str) -> Fault {
    Fault::new(
        "DIAG-021",
        "there are no two groups to look at before treatment",
        place,
        "groups are compared in the last period in which nobody is treated yet",
        "include earlier periods and units that are not treated, and a treatment that stays on",
    )
}

/// Two-sided p-value of a difference of means from each cluster's influence on it: t = difference/√(G/(G − 1)·Σψ²) with G − 2 degrees of
/// freedom, G the clusters that have any. `None` with fewer than three clusters or without variation.
pub(super) fn p_of_clusters(difference: f64, influence: &[f64]) -> Option<f64> {
    let g = influence.iter().filter(|x| **x != 0.0).count() as f64;
    let squares: f64 = crate::num::sorted(influence.iter().map(|x| x * x).collect()).iter().sum();
    let se = libm::sqrt(squares * g / (g - 1.0));
    (g >= 3.0 && se > 0.0 && se.is_finite()).then(|| student::two_sided(difference / se, g - 2.0))
}
