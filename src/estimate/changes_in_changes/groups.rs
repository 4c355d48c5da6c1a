//! The rows of the four groups (treated or not, before or after), and their outcomes sorted.

use super::counterfactual::{Four, Place, places};
use super::distribution::Ordered;
use crate::panel::Panel;

/// The rows of one group in one period; with covariates in an order that depends on their values only.
#[derive(Default)]
pub(super) struct Group {
    pub outcome: Vec<f64>,
    pub cluster: Vec<u32>,
    pub weight: Vec<f64>,
    /// Covariates × rows.
    pub covariates: Vec<Vec<f64>>,
}

impl Group {
    fn push(&mut self, outcome: f64, cluster: usize, weight: f64, covariates: impl Iterator<Item = f64>) {
        self.outcome.push(outcome);
        self.cluster.push(cluster as u32);
        self.weight.push(weight);
        for (i, x) in covariates.enumerate() {
            if i == self.covariates.len() {
                self.covariates.push(Vec::new());
            }
            self.covariates[i].push(x);
        }
    }

    /// The rows by their values, so that plain sums over them do not depend on names.
    fn sorted(self) -> Group {
        let mut order: Vec<usize> = (0..self.outcome.len()).collect();
        let columns = || [&self.outcome, &self.weight].into_iter().chain(&self.covariates);
        order.sort_by(|&a, &b| {
            let differs = columns().map(|c| c[a].total_cmp(&c[b])).find(|o| o.is_ne());
            differs.unwrap_or_else(|| self.cluster[a].cmp(&self.cluster[b]))
        });
        let pick = |values: &Vec<f64>| order.iter().map(|&r| values[r]).collect();
        Group {
            outcome: pick(&self.outcome),
            cluster: order.iter().map(|&r| self.cluster[r]).collect(),
            weight: pick(&self.weight),
            covariates: self.covariates.iter().map(pick).collect(),
        }
    }
}

/// What one row of the panel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A unit: its outcome after, and as first covariate its outcome before.
    Units,
    /// An observation before or after.
    Observations,
}

/// The rows of the four groups.
#[derive(Default)]
pub(super) struct Rows {
    pub comparison_before: Group,
    pub comparison_after: Group,
    pub treated_before: Group,
    pub treated_after: Group,
}

impl Rows {
    /// The rows of a panel collapsed to before and after. A unit's covariates stand at both its outcomes.
    pub fn of(panel: &Panel, form: Form) -> Rows {
        let mut rows = Rows::default();
        let from = usize::from(form == Form::Units);
        for g in 0..panel.n_clusters() {
            for r in panel.units_of(g) {
                let covariates = || panel.covariates[from..].iter().map(|c| c.values[r]);
                let (y, weight) = (panel.outcome[r], panel.weight_of(r));
                if form == Form::Units {
                    let (before, after) = if panel.cells.is_treated(panel.cell[r]) {
                        (&mut rows.treated_before, &mut rows.treated_after)
                    } else {
                        (&mut rows.comparison_before, &mut rows.comparison_after)
                    };
                    before.push(panel.covariates[0].values[r], g, weight, covariates());
                    after.push(y, g, weight, covariates());
                } else {
                    let to = match panel.cell[r] {
                        0 => &mut rows.treated_before,
                        1 => &mut rows.treated_after,
                        2 => &mut rows.comparison_before,
                        _ => &mut rows.comparison_after,
                    };
                    to.push(y, g, weight, covariates());
                }
            }
        }
        if panel.covariates.len() == from {
            return rows;
        }
        Rows {
            comparison_before: rows.comparison_before.sorted(),
            comparison_after: rows.comparison_after.sorted(),
            treated_before: rows.treated_before.sorted(),
            treated_after: rows.treated_after.sorted(),
        }
    }

    /// The groups: comparison before and after, treated before and after.
    pub fn all(&self) -> [&Group; 4] {
        [&self.comparison_before, &self.comparison_after, &self.treated_before, &self.treated_after]
    }

    /// The outcomes as they were observed.
    pub fn outcomes(&self) -> [Vec<f64>; 4] {
        self.all().map(|g| g.outcome.clone())
    }

    /// Whether all weights are alike.
    fn counted(&self) -> bool {
        let mut weights = self.all().into_iter().flat_map(|g| &g.weight);
        weights.next().is_none_or(|first| weights.all(|w| w == first))
    }
}

/// The outcomes of the four groups, sorted.
pub(super) struct Groups {
    comparison_before: Ordered,
    comparison_after: Ordered,
    treated_before: Ordered,
    treated_after: Ordered,
    /// Where the outcomes of the treated before stand among the comparison group's.
    pub places: Vec<Place>,
}

impl Groups {
    /// The rows with these outcomes, one list a group in the order of [`Rows::all`].
    pub fn new(rows: &Rows, outcomes: &[Vec<f64>; 4]) -> Groups {
        let counted = rows.counted();
        let ordered = |i: usize| Ordered::new(rows.all()[i], &outcomes[i], counted);
        let [comparison_before, comparison_after, treated_before, treated_after] = std::array::from_fn(ordered);
        let places = places(&treated_before.values, &comparison_before.values);
        Groups { comparison_before, comparison_after, treated_before, treated_after, places }
    }

    fn all(&self) -> [&Ordered; 4] {
        [&self.comparison_before, &self.comparison_after, &self.treated_before, &self.treated_after]
    }

    /// Number of rows in all.
    pub fn n_rows(&self) -> usize {
        self.all().iter().map(|g| g.n_rows()).sum()
    }

    /// Rows of the treated before whose outcome lies below and above the range of the comparison group's, and all.
    pub fn outside(&self) -> (usize, usize, usize) {
        let count = |test: &dyn Fn(f64) -> bool| -> usize {
            let values = &self.treated_before.values;
            (0..values.len()).filter(|&v| test(values[v])).map(|v| self.treated_before.rows(v).len()).sum()
        };
        let (low, high) = match self.comparison_before.values.as_slice() {
            [low, .., high] => (*low, *high),
            [only] => (*only, *only),
            [] => return (0, 0, self.treated_before.n_rows()),
        };
        (count(&|y| y < low), count(&|y| y > high), self.treated_before.n_rows())
    }

    /// The distinct outcomes of the treated before and the comparison group before, and their rows.
    pub fn distinct(&self) -> (usize, usize) {
        let groups = [&self.comparison_before, &self.treated_before];
        (groups.iter().map(|g| g.values.len()).sum(), groups.iter().map(|g| g.n_rows()).sum())
    }

    /// The distributions when cluster g counts `counts[g]` times; `None` where a group is empty.
    pub fn under(&self, counts: &[f64]) -> Option<Four<'_>> {
        let four = Four {
            comparison_before: self.comparison_before.under(counts),
            comparison_after: self.comparison_after.under(counts),
            treated_before: self.treated_before.under(counts),
            treated_after: self.treated_after.under(counts),
        };
        four.all().iter().all(|g| g.total > 0.0).then_some(four)
    }
}
