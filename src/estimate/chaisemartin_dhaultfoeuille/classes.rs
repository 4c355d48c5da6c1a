//! Units whose treatment was the same at first, and first changed in the same period and direction.

use crate::panel::{FirstTreated, Panel};

/// One such class. Where treatments switch on once and stay, the classes are the cohorts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Class {
    /// The treatment at first, D₁.
    pub baseline: f64,
    /// The period of the first change, F.
    pub start: FirstTreated,
    /// Whether the change is to more treatment; `true` also where there is none.
    pub up: bool,
}

/// The classes in order of baseline, first change and direction, and that of each unit.
pub(super) struct Classes {
    pub list: Vec<Class>,
    pub of_unit: Vec<u32>,
}

impl Classes {
    pub(super) fn of(panel: &Panel) -> Classes {
        let cells = &panel.cells;
        let Some(status) = &panel.extras.status else {
            let list = cells.cohorts.iter().map(|&start| Class { baseline: 0.0, start, up: true }).collect();
            return Classes { list, of_unit: (0..panel.n_units()).map(|u| panel.cohort_of(u) as u32).collect() };
        };
        let class = |u: usize| {
            let r = panel.rows_of(u).start;
            let (baseline, changed) = (status.baseline[r], status.changed[r]);
            Class { baseline, start: cells.cohorts[panel.cohort_of(u)], up: changed >= baseline }
        };
        let order = |a: &Class, b: &Class| a.baseline.total_cmp(&b.baseline).then(a.start.cmp(&b.start)).then(a.up.cmp(&b.up));
        let mut list: Vec<Class> = (0..panel.n_units()).map(class).collect();
        list.sort_unstable_by(order);
        list.dedup_by(|a, b| order(a, b).is_eq());
        let find = |u: usize| list.binary_search_by(|c| order(c, &class(u))).expect("listed") as u32;
        let of_unit = (0..panel.n_units()).map(find).collect();
        Classes { list, of_unit }
    }

    /// The places of those with the same baseline as the class at a place.
    pub(super) fn alike(&self, place: usize) -> std::ops::Range<usize> {
        let baseline = self.list[place].baseline;
        self.list.partition_point(|c| c.baseline < baseline)..self.list.partition_point(|c| c.baseline <= baseline)
    }
}
