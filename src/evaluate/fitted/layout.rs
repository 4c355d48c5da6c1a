//! The rows of the data that one outcome's analyses use, and which of them belong together.

use crate::cohort::{Cohort, Column, Data, Fault, Faults};
use crate::panel::{Cells, Keys, Kind, Panel, PanelSpec, Sequence, missing_column, nests_periods};
use std::collections::BTreeMap;

/// Rows that share something: those of a unit, a classroom, a school.
pub(super) struct Grouping {
    /// The column; for rows that are units of their own, "row".
    pub name: String,
    /// The group of each row.
    pub codes: Vec<u32>,
    /// Number of groups.
    pub n: usize,
    /// Rows that name no group: each is one of its own.
    pub missing: usize,
}

/// The design of the data: rows in the order cluster, unit, period, whatever the order of the source.
pub(super) struct Layout {
    /// The outcome.
    pub outcome: Vec<f64>,
    /// The row of the source.
    pub source: Vec<u32>,
    /// The (cohort, period) cell of each row.
    pub cell: Vec<u32>,
    /// The cells.
    pub cells: Cells,
    /// What rows share, the units first.
    pub groupings: Vec<Grouping>,
    /// Covariates, each less its mean; 0 where it is not known.
    pub covariates: Vec<Vec<f64>>,
    /// Clusters of the analysis.
    pub clusters: usize,
}

impl Layout {
    /// The layout of an outcome.
    ///
    /// # Errors
    /// All faults of the sample; treatments that do not simply stay on; units that are seen twice in a period.
    pub(super) fn new(given: &super::Design<'_>, spec: &PanelSpec) -> Result<Layout, Faults> {
        let cohort = given.cohort;
        let mut name = "row of the source".to_string();
        while cohort.column(&name).is_some() {
            name.push('\'');
        }
        let mut numbered = cohort.clone();
        numbered.push(Column { name: name.clone(), data: Data::Number((0..cohort.n_rows).map(|r| r as f64).collect()) });
        // Only what makes the design: rows that some analysis leaves out for want of a covariate or weight are drawn all the same.
        let design = PanelSpec {
            covariates: Vec::new(),
            weights: None,
            block: None,
            third: None,
            take_up: None,
            fixed_effects: Vec::new(),
            subgroup: None,
            dose: Some(name),
            ..spec.clone()
        };
        let panel = Panel::build(&numbered, &design)?;
        refuse(&panel, spec)?;
        let source = rows_of(&panel);
        let mut layout = Layout {
            outcome: panel.outcome.to_vec(),
            cell: panel.cell.to_vec(),
            cells: panel.cells.clone(),
            groupings: vec![units(&panel, spec)],
            covariates: Vec::new(),
            clusters: panel.n_clusters(),
            source,
        };
        if panel.kind == Kind::CrossSections {
            layout.sort_by_content(cohort, &panel);
        }
        let raw =
            |layout: &mut Layout, column: &Option<String>| column.as_ref().map(|column| layout.group_by(cohort, column, None)).transpose();
        let cluster = raw(&mut layout, &spec.cluster)?;
        let mut outer = cluster.clone();
        for level in &given.levels {
            outer = Some(layout.group_by(cohort, level, outer.as_deref())?);
        }
        raw(&mut layout, &spec.second_cluster)?;
        let school = raw(&mut layout, &given.school)?;
        if let Some(classroom) = &given.classroom {
            layout.group_by(cohort, classroom, school.or(cluster).as_deref())?;
        }
        if !given.covariates.is_empty() {
            let known = Panel::build(&numbered, &PanelSpec { covariates: given.covariates.clone(), ..design })?;
            layout.covariates = layout.placed(&known);
        }
        Ok(layout)
    }

    /// Number of rows.
    pub(super) fn n_rows(&self) -> usize {
        self.outcome.len()
    }

    /// The period of a row.
    pub(super) fn period(&self, row: usize) -> i64 {
        self.cells.periods[self.cells.period_ix(self.cell[row])]
    }

    /// Takes a column for a grouping, where it says something that those before it do not, and tells the group of each row; `outer`:
    /// groups that it lies within, so that the same name in two of them is two groups.
    fn group_by(&mut self, cohort: &Cohort, column: &str, outer: Option<&[u32]>) -> Result<Vec<u32>, Faults> {
        let Some(data) = cohort.column(column).map(|c| &c.data) else {
            return Err(missing_column(cohort, column).into());
        };
        let known: Vec<usize> = (0..self.n_rows()).filter(|&r| !data.is_missing(self.source[r] as usize)).collect();
        let (_, named) = Keys::index(data, &Sequence::Listed(known.iter().map(|&r| self.source[r]).collect()));
        // A row without a name is a group of its own: its own number tells it from all others.
        let mut paths: Vec<(u32, u32, u32)> =
            (0..self.n_rows() as u32).map(|r| (outer.map_or(0, |o| o[r as usize]), u32::MAX, r)).collect();
        known.iter().zip(named).for_each(|(&r, code)| paths[r] = (paths[r].0, code, 0));
        let mut sorted = paths.clone();
        sorted.sort_unstable();
        sorted.dedup();
        let codes: Vec<u32> = paths.iter().map(|path| sorted.partition_point(|other| other < path) as u32).collect();
        let n = sorted.len();
        let told = self.groupings.iter().any(|g| same_groups(&g.codes, &codes));
        // What all of a period share is the period's.
        let periods = self.cell.iter().map(|&cell| self.cells.period_ix(cell));
        let of_periods = nests_periods(codes.iter().copied().zip(periods), self.cells.periods.len());
        if n > 1 && n < self.n_rows() && !told && !of_periods {
            self.groupings.push(Grouping { name: column.into(), codes: codes.clone(), n, missing: self.n_rows() - known.len() });
        }
        Ok(codes)
    }

    /// Puts rows that are units of their own into an order that depends on what they hold, not on where they stand in the source.
    fn sort_by_content(&mut self, cohort: &Cohort, panel: &Panel) {
        let mut order: Vec<usize> = (0..self.n_rows()).collect();
        for g in 0..panel.n_clusters() {
            order[panel.units_of(g)].sort_by(|&a, &b| {
                let first = self.cell[a].cmp(&self.cell[b]).then_with(|| self.outcome[a].total_cmp(&self.outcome[b]));
                first.then_with(|| {
                    let (a, b) = (self.source[a] as usize, self.source[b] as usize);
                    let differ = cohort.columns.iter().map(|c| c.data.display(a).cmp(&c.data.display(b)));
                    differ.into_iter().find(|o| o.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
                })
            });
        }
        self.outcome = order.iter().map(|&r| self.outcome[r]).collect();
        self.cell = order.iter().map(|&r| self.cell[r]).collect();
        self.source = order.iter().map(|&r| self.source[r]).collect();
    }

    /// The covariates of another sample of the same source, on these rows.
    fn placed(&self, known: &Panel) -> Vec<Vec<f64>> {
        let place: BTreeMap<u32, usize> = rows_of(known).into_iter().enumerate().map(|(i, r)| (r, i)).collect();
        let one = |values: &[f64]| {
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            self.source.iter().map(|r| place.get(r).map_or(0.0, |&i| values[i] - mean)).collect()
        };
        known.covariates.iter().map(|c| one(&c.values)).collect()
    }
}

/// What cannot be drawn anew.
fn refuse(panel: &Panel, spec: &PanelSpec) -> Result<(), Faults> {
    let fault = |what: &str, place: String, why: &str, remedy: &str| Err(Faults::from(Fault::new("CAL-015", what, place, why, remedy)));
    if panel.extras.status.is_some() {
        return fault(
            "the treatment does not simply stay on",
            "roles.treatment, in the study file".into(),
            "what one effect would mean for treatments of any size and order is not said",
            "calibrate a world whose treatment is like that:  didact list worlds  shows them",
        );
    }
    if spec.unit.is_some() && panel.warnings.iter().any(|w| w.code == "duplicates-averaged") {
        return fault(
            "units are seen twice in a period",
            format!("column {}", spec.unit.as_deref().unwrap_or_default()),
            "averages of several scores vary less than single ones, and the data do not say by how much",
            "average them in the file first",
        );
    }
    Ok(())
}

/// The row of the source, which was carried along as a dose.
fn rows_of(panel: &Panel) -> Vec<u32> {
    panel.extras.dose.iter().flat_map(|d| d.values.iter().map(|r| *r as u32)).collect()
}

fn units(panel: &Panel, spec: &PanelSpec) -> Grouping {
    let codes = (0..panel.n_units() as u32).flat_map(|u| panel.rows_of(u as usize).map(move |_| u)).collect();
    Grouping { name: spec.unit.clone().unwrap_or_else(|| "row".into()), codes, n: panel.n_units(), missing: 0 }
}

/// Whether two columns put the same rows together.
fn same_groups(a: &[u32], b: &[u32]) -> bool {
    let (mut there, mut back) = (BTreeMap::new(), BTreeMap::new());
    a.iter().zip(b).all(|(x, y)| there.entry(x).or_insert(y) == &y && back.entry(y).or_insert(x) == &x)
}
