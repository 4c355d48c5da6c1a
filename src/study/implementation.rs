//! How well the treatment was carried out: staffing, training and the like by classroom, and the effect by fidelity.
//!
//! None of it is causal: nobody was assigned to a fidelity, and classrooms that carry something out well differ from others in
//! more than that.

use super::analyse::{Analysis, Question, analyse_panel, only};
use super::family::Leader;
use super::file::Roles;
use crate::cohort::{Cohort, Faults, Reason};
use crate::num::{Centre, TwoValues, normal, quantile_type7, sorted};
use crate::panel::{Executor, Panel, PanelSpec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Columns that tell how well the treatment was carried out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImplementationSection {
    /// How well each classroom works with the treatment: a number, the higher the better.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fidelity: Option<String>,
    /// What it may hang on: staffing, training, family collaboration, technology for staff.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drivers: Vec<String>,
}

impl ImplementationSection {
    /// The columns of a simulated cohort.
    pub(super) fn of_world() -> Self {
        let drivers = ["staffing", "training", "family", "technology_for_staff"];
        ImplementationSection { fidelity: Some("fidelity".into()), drivers: drivers.map(String::from).to_vec() }
    }

    /// Whether it names a column.
    pub(super) fn tells(&self) -> bool {
        self.fidelity.is_some() || !self.drivers.is_empty()
    }

    fn measures(&self) -> impl Iterator<Item = &String> {
        self.fidelity.iter().chain(&self.drivers)
    }

    /// The columns it reads: those it names, and that of the classroom.
    pub(super) fn columns(&self, roles: &Roles) -> Vec<String> {
        if !self.tells() {
            return Vec::new();
        }
        self.measures().chain(group(roles)).cloned().collect()
    }
}

/// Where a treatment is carried out: in classrooms, else schools, else clusters.
fn group(roles: &Roles) -> Option<&String> {
    roles.classroom.as_ref().or(roles.school.as_ref()).or(roles.cluster.as_ref())
}

/// How well the treatment was carried out.
#[derive(Debug)]
pub struct Implementation {
    /// The column of classrooms.
    pub group: String,
    /// The names of the columns: fidelity first, where there is one.
    pub columns: Vec<String>,
    /// Whether the first of them is fidelity.
    pub has_fidelity: bool,
    /// Classrooms with treated students, the lowest fidelity first.
    pub rooms: Vec<Room>,
    /// Each column over classrooms.
    pub measures: Vec<Measure>,
    /// The headline's effect by thirds of fidelity.
    pub thirds: Vec<Third>,
}

/// A classroom with treated students.
#[derive(Debug, Clone, PartialEq)]
pub struct Room {
    /// Its students.
    pub students: usize,
    /// Those treated at some time.
    pub treated: usize,
    /// The mean of each column; `None` where it is missing.
    pub values: Vec<Option<f64>>,
    /// Of each column that takes two values: how many of its students have the rarer one, where some do.
    pub rarer: Vec<Option<usize>>,
}

/// A column over classrooms.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    /// The column.
    pub column: String,
    /// Over classrooms with treated students.
    pub treated: Option<Spread>,
    /// Over the others.
    pub comparison: Option<Spread>,
    /// With fidelity, over classrooms with treated students.
    pub with_fidelity: Option<Relation>,
}

/// How a column spreads over classrooms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Classrooms with a value.
    pub n: usize,
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation; `None` of one.
    pub sd: Option<f64>,
    /// A quarter lie below.
    pub low: f64,
    /// A quarter lie above.
    pub high: f64,
}

/// A correlation with its 95 % interval by Fisher's z.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Relation {
    /// Pearson's correlation.
    pub r: f64,
    /// Its interval; `None` of fewer than four classrooms.
    pub interval: Option<(f64, f64)>,
}

/// The effect on a third of treated units by their fidelity, against all comparison units.
pub struct Third {
    /// Lowest and highest fidelity in it.
    pub between: (f64, f64),
    /// The analysis, or why there is none.
    pub result: Result<Analysis, String>,
}

impl std::fmt::Debug for Third {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Third").field("between", &self.between).finish_non_exhaustive()
    }
}

/// Tells how well the treatment was carried out on the headline's sample.
///
/// # Errors
/// As for the headline's sample.
pub(super) fn implementation(
    section: &ImplementationSection,
    roles: &Roles,
    headline: &Question,
    cohort: &Cohort,
    executor: &dyn Executor,
) -> Result<Implementation, Faults> {
    let columns: Vec<String> = section.measures().cloned().collect();
    let group = group(roles).cloned();
    let marks = columns.iter().chain(&group).cloned().collect();
    let panel = Panel::build(cohort, &PanelSpec { marks, ..headline.spec.clone() })?;
    let units = Units::read(&panel, columns.len(), group.is_some(), section.fidelity.is_some());
    let (mut rooms, others) = units.rooms();
    if section.fidelity.is_some() {
        let key = |room: &Room| room.values[0].unwrap_or(f64::NEG_INFINITY);
        rooms.sort_by(|a, b| key(a).total_cmp(&key(b)));
    }
    let of = |rooms: &[Room], k: usize| spread(rooms.iter().filter_map(|r| r.values[k]).collect());
    let measure = |(k, column): (usize, &String)| Measure {
        column: column.clone(),
        treated: of(&rooms, k),
        // Fidelity is fidelity to the treatment.
        comparison: if k == 0 && section.fidelity.is_some() { None } else { of(&others, k) },
        with_fidelity: if k > 0 && section.fidelity.is_some() { relation(&rooms, k) } else { None },
    };
    Ok(Implementation {
        group: group.unwrap_or_default(),
        has_fidelity: section.fidelity.is_some(),
        measures: columns.iter().enumerate().map(measure).collect(),
        thirds: if section.fidelity.is_some() { units.thirds(&panel, headline, executor) } else { Vec::new() },
        columns,
        rooms,
    })
}

/// What is known of each unit.
struct Units {
    treated: Vec<bool>,
    /// The classroom where it was first seen, as a number.
    group: Vec<Option<u64>>,
    /// The mean of each column over its rows.
    values: Vec<Vec<Option<f64>>>,
}

impl Units {
    /// Fidelity, the first column where `fidelity` says so, is that of treated units only.
    fn read(panel: &Panel, n_columns: usize, grouped: bool, fidelity: bool) -> Units {
        let marks = &panel.extras.marks;
        let mean = |k: usize, u: usize| Centre::of(panel.rows_of(u).map(|r| marks[k].values[r]).filter(|v| v.is_finite())).mean;
        let n = panel.n_units();
        let treated: Vec<bool> = (0..n).map(|u| panel.cells.is_ever_treated(panel.cohort_of(u))).collect();
        let seen = |u: usize| panel.rows_of(u).map(|r| marks[n_columns].values[r]).find(|v| v.is_finite());
        // 0 and -0 are one classroom.
        let whole = |v: f64| (v + 0.0).to_bits();
        let own = |k: usize, u: usize| if k == 0 && fidelity && !treated[u] { None } else { mean(k, u) };
        Units {
            group: (0..n).map(|u| if grouped { seen(u).map(whole) } else { None }).collect(),
            values: (0..n_columns).map(|k| (0..n).map(|u| own(k, u)).collect()).collect(),
            treated,
        }
    }

    /// Classrooms with treated units, and the others. Units without a classroom are in none.
    fn rooms(&self) -> (Vec<Room>, Vec<Room>) {
        let mut members: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        for (u, group) in self.group.iter().enumerate() {
            if let Some(group) = group {
                members.entry(*group).or_default().push(u);
            }
        }
        let two: Vec<bool> = self.values.iter().map(|values| TwoValues::of(values.iter().flatten().copied()).is_some()).collect();
        let room = |units: &Vec<usize>| {
            let centres: Vec<Centre> = self.values.iter().map(|values| Centre::of(units.iter().filter_map(|u| values[*u]))).collect();
            Room {
                students: units.len(),
                treated: units.iter().filter(|u| self.treated[**u]).count(),
                values: centres.iter().map(|c| c.mean).collect(),
                rarer: centres.iter().zip(&two).map(|(c, two)| c.two.filter(|_| *two).map(|two| two.rarer())).collect(),
            }
        };
        members.values().map(room).partition(|room| room.treated > 0)
    }

    /// The effect by thirds of treated units; none where fidelity is the same for all.
    fn thirds(&self, panel: &Panel, headline: &Question, executor: &dyn Executor) -> Vec<Third> {
        let fidelity = &self.values[0];
        let known = sorted(fidelity.iter().filter_map(|v| *v).collect());
        if known.len() < 3 {
            return Vec::new();
        }
        let cuts = [known[known.len() / 3], known[2 * known.len() / 3]];
        let third = |v: f64| cuts.iter().filter(|c| v >= **c).count();
        let present: std::collections::BTreeSet<usize> = known.iter().map(|v| third(*v)).collect();
        if present.len() < 2 {
            return Vec::new();
        }
        let question = headline.alone();
        let one = |k: usize| {
            let mut keep = vec![false; panel.n_rows()];
            for u in 0..panel.n_units() {
                let of_third = fidelity[u].is_some_and(|v| third(v) == k);
                if of_third || !self.treated[u] {
                    keep[panel.rows_of(u)].fill(true);
                }
            }
            let own: Vec<f64> = known.iter().copied().filter(|v| third(*v) == k).collect();
            let part = panel.keeping(|r| keep[r], Reason::OtherSubgroup);
            let result = only(analyse_panel(&part, &question, &Leader::default(), executor));
            Third { between: (own[0], own[own.len() - 1]), result }
        };
        present.into_iter().map(one).collect()
    }
}

fn spread(values: Vec<f64>) -> Option<Spread> {
    let values = sorted(values);
    let centre = Centre::of(values.iter().copied());
    let mean = centre.mean?;
    Some(Spread { n: centre.n, mean, sd: centre.sd, low: quantile_type7(&values, 0.25), high: quantile_type7(&values, 0.75) })
}

/// A column's correlation with fidelity; its interval is that of z = atanh r, SD 1/√(n − 3) (Fisher 1921).
fn relation(rooms: &[Room], k: usize) -> Option<Relation> {
    let pairs: Vec<(f64, f64)> = rooms.iter().filter_map(|r| r.values[0].zip(r.values[k])).collect();
    let n = pairs.len();
    let r = Centre::correlation(pairs.into_iter())?;
    let within = n > 3 && r.abs() < 1.0;
    let interval = within.then(|| {
        let z = 0.5 * libm::log((1.0 + r) / (1.0 - r));
        let half = normal::quantile(0.975) / ((n - 3) as f64).sqrt();
        (libm::tanh(z - half), libm::tanh(z + half))
    });
    Some(Relation { r, interval })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relations_and_spreads() {
        let room = |a: f64, b: f64| Room { students: 20, treated: 20, values: vec![Some(a), Some(b)], rarer: vec![None; 2] };
        let rooms: Vec<Room> = [(1.0, 2.0), (2.0, 1.0), (3.0, 4.0), (4.0, 3.0), (5.0, 5.0)].map(|(a, b)| room(a, b)).to_vec();
        let found = relation(&rooms, 1).unwrap();
        // numpy: tanh(arctanh(.8) ± 1.959963984540054 / sqrt(2)).
        assert!((found.r - 0.8).abs() < 1e-12);
        let (low, high) = found.interval.unwrap();
        assert!((low + 0.279_640_041_969_354_8).abs() < 1e-9 && (high - 0.986_196_193_301_271_4).abs() < 1e-9, "{low} {high}");
        assert_eq!(relation(&rooms[..3], 1).unwrap().interval, None);
        let of = spread(vec![4.0, 1.0, 3.0, 2.0]).unwrap();
        assert_eq!((of.n, of.mean, of.low, of.high), (4, 2.5, 1.75, 3.25));
        assert_eq!(spread(Vec::new()), None);
    }
}
