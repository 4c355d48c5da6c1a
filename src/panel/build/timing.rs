//! The period of each row and the first treated period, however the source says it.

use super::rows::Used;
use crate::cohort::{Cohort, Data, Fault, Faults};
use crate::panel::key::dense;
use crate::panel::{FirstTreated, PanelSpec, Paths, Sequence, TreatmentRule};

/// Period and treatment of each used row.
pub(super) struct Timing {
    /// The periods, ascending.
    pub periods: Vec<i64>,
    /// The period of each used row, as an index.
    pub period: Vec<u32>,
    /// What is known of each used row's treatment.
    pub treated: Treated,
}

pub(super) enum Treated {
    /// The first treated period, known from the row itself: an index into the list for each used row.
    Since { codes: Vec<u32>, list: Vec<FirstTreated> },
    /// Whether the row is treated; the first such row of a unit tells the rest.
    Now(Vec<bool>),
    /// The treatment in the row, which may change more than once.
    Path(Vec<f64>),
}

pub(super) fn read(cohort: &Cohort, spec: &PanelSpec, used: &Used) -> Result<Timing, Faults> {
    let data = |name: &str| &cohort.column(name).expect("checked by roles").data;
    let period = match &spec.period {
        Some(name) => Some(periods(cohort, name, data(name), &used.rows)?),
        None => None,
    };
    match &spec.treatment {
        TreatmentRule::Cohort(name) => {
            let (periods, period) = coded(period.ok_or_else(|| needs_period("--cohort"))?);
            Ok(Timing { periods, period, treated: cohorts(cohort, name, data(name), &used.rows)? })
        }
        TreatmentRule::Status(name) => {
            let (periods, period) = coded(period.ok_or_else(|| needs_period("--treatment"))?);
            if spec.unit.is_none() {
                return Err(Fault::new(
                    "PANEL-018",
                    "a treatment status needs a unit",
                    format!("column {name}"),
                    "without a unit nobody can say when the treatment began for whom",
                    "name the unit (--unit), or use --cohort, or --arm with --post",
                )
                .into());
            }
            let treated = match &spec.paths {
                Paths::StayOn(_) => Treated::Now(flags(cohort, name, data(name), &used.rows).map_err(other_treatments)?),
                Paths::Any => Treated::Path(statuses(cohort, name, data(name), &used.rows)?),
            };
            Ok(Timing { periods, period, treated })
        }
        TreatmentRule::Arm { arm, post } => {
            let in_arm = flags(cohort, arm, data(arm), &used.rows)?;
            let after = match post {
                Some(name) => Some(flags(cohort, name, data(name), &used.rows)?),
                None => None,
            };
            let ((periods, period), start) = match (period, after) {
                (None, Some(after)) => (switched(&after), 1),
                (Some(period), Some(after)) => {
                    let start = start_of(&period, &after, post.as_deref().unwrap_or_default())?;
                    (coded(period), start)
                }
                (Some(period), None) => {
                    let start = later_of_two(&period, spec.period.as_deref().unwrap_or_default())?;
                    (coded(period), start)
                }
                (None, None) => return Err(needs_period("--arm").into()),
            };
            let codes = in_arm.iter().map(|&a| u32::from(!a)).collect();
            Ok(Timing { periods, period, treated: Treated::Since { codes, list: vec![FirstTreated::At(start), FirstTreated::Never] } })
        }
    }
}

/// The distinct periods and each row's index.
fn coded(period: Vec<i64>) -> (Vec<i64>, Vec<u32>) {
    dense(period.len(), || period.iter().copied()).unwrap_or_else(|| {
        let mut keys = period.clone();
        keys.sort_unstable();
        keys.dedup();
        let codes = period.iter().map(|p| keys.partition_point(|k| k < p) as u32).collect();
        (keys, codes)
    })
}

/// Periods 0 (before) and 1 (after), those that occur.
fn switched(after: &[bool]) -> (Vec<i64>, Vec<u32>) {
    match (after.contains(&false), after.contains(&true)) {
        (true, true) => (vec![0, 1], after.iter().map(|&a| u32::from(a)).collect()),
        (before, _) => (vec![i64::from(!before)], vec![0; after.len()]),
    }
}

fn needs_period(flag: &str) -> Fault {
    Fault::new(
        "PANEL-019",
        format!("{flag} needs a period"),
        "roles",
        "a difference-in-differences compares before with after",
        "name the period (--period), or give --arm with --post",
    )
}

/// The period of each of these rows.
pub(super) fn periods(cohort: &Cohort, name: &str, data: &Data, rows: &Sequence) -> Result<Vec<i64>, Faults> {
    match data {
        Data::Flag(v) => Ok(rows.iter().map(|r| i64::from(v[r])).collect()),
        Data::Whole(w) => Ok(rows.iter().map(|r| w.values.at(r)).collect()),
        Data::Number(v) => {
            let whole = |x: f64| libm::floor(x) == x && x.abs() < 9e15;
            if let Some(r) = rows.iter().find(|&r| !whole(v[r])) {
                return Err(Fault::new(
                    "PANEL-002",
                    "a period is not a whole number",
                    format!("column {name}, first at row {}", cohort.first_row + r),
                    "periods are compared by counting from one to the next",
                    "write periods as whole numbers (2021 for the school year ending in 2021)",
                )
                .into());
            }
            Ok(rows.iter().map(|r| v[r] as i64).collect())
        }
        Data::Text(_) => unreachable!("roles::check refuses text here"),
    }
}

/// Codes values by a growing list; neighbouring rows mostly repeat, so the last code is tried first.
#[derive(Default)]
struct Coder {
    list: Vec<FirstTreated>,
    last: usize,
}

impl Coder {
    fn code(&mut self, since: FirstTreated) -> u32 {
        if self.list.get(self.last) != Some(&since) {
            self.last = self.list.iter().position(|s| *s == since).unwrap_or(self.list.len());
            if self.last == self.list.len() {
                self.list.push(since);
            }
        }
        self.last as u32
    }
}

fn cohorts(cohort: &Cohort, name: &str, data: &Data, rows: &Sequence) -> Result<Treated, Faults> {
    let mut bad = None;
    let mut coder = Coder::default();
    let codes = rows
        .iter()
        .map(|r| {
            let since = match data.number(r) {
                None => FirstTreated::Never,
                Some(x) if x == 0.0 || x == f64::INFINITY => FirstTreated::Never,
                Some(x) if libm::floor(x) == x && x.abs() < 9e15 => FirstTreated::At(x as i64),
                Some(_) => {
                    bad.get_or_insert(r);
                    FirstTreated::Never
                }
            };
            coder.code(since)
        })
        .collect();
    match bad {
        None => Ok(Treated::Since { codes, list: coder.list }),
        Some(r) => Err(Fault::new(
            "PANEL-002",
            "a first treated period is not a whole number",
            format!("column {name}, first at row {}", cohort.first_row + r),
            "it must be one of the periods, or say never (0, empty, NA, Inf)",
            "write it in the same way as the periods",
        )
        .into()),
    }
}

pub(super) fn flags(cohort: &Cohort, name: &str, data: &Data, rows: &Sequence) -> Result<Vec<bool>, Faults> {
    if let Data::Flag(v) = data {
        return Ok(rows.iter().map(|r| v[r]).collect());
    }
    let mut bad = None;
    let read = rows
        .iter()
        .map(|r| match data.number(r) {
            Some(1.0) => true,
            Some(0.0) => false,
            _ => {
                bad.get_or_insert(r);
                false
            }
        })
        .collect();
    match bad {
        None => Ok(read),
        Some(r) => Err(Fault::new(
            "PANEL-003",
            "a value other than 0 and 1 in a yes/no column",
            format!("column {name}, first at row {}", cohort.first_row + r),
            "it must say of each row yes or no",
            "code it as 0 and 1 (or false and true)",
        )
        .into()),
    }
}

/// Who can use a status with other values.
fn other_treatments(mut faults: Faults) -> Faults {
    let more = ", or ask for  chaisemartin-dhaultfoeuille  alone, which takes treatments of any size";
    faults.shown.iter_mut().for_each(|f| f.remedy.push_str(more));
    faults
}

/// A treatment status of any size in each of these rows.
pub(super) fn statuses(cohort: &Cohort, name: &str, data: &Data, rows: &Sequence) -> Result<Vec<f64>, Faults> {
    const ABSURD: f64 = 1e12;
    // 0 and -0 are one status.
    let value = |r: usize| data.number(r).unwrap_or(f64::NAN) + 0.0;
    match rows.iter().find(|&r| value(r).is_nan() || value(r).abs() > ABSURD) {
        None => Ok(rows.iter().map(value).collect()),
        Some(r) => Err(Fault::new(
            "PANEL-012",
            "an infinite or absurdly large treatment",
            format!("column {name}, first at row {}", cohort.first_row + r),
            "one such value decides how much treatment there was",
            "correct it, or declare it as missing:  missing = [\"…\"]  under [data] (flag --missing)",
        )
        .into()),
    }
}

/// The first period after the start, when `post` is a function of the period that switches on once.
fn start_of(period: &[i64], after: &[bool], post: &str) -> Result<i64, Faults> {
    let first_after = period.iter().zip(after).filter(|(_, a)| **a).map(|(p, _)| *p).min();
    let last_before = period.iter().zip(after).filter(|(_, a)| !**a).map(|(p, _)| *p).max();
    match (first_after, last_before) {
        (Some(start), Some(end)) if end < start => Ok(start),
        (Some(_), None) | (None, _) => Err(Fault::new(
            "PANEL-009",
            "there is no period before, or none after, the start",
            format!("column {post} has one value only"),
            "the change over time cannot be seen",
            "include earlier and later periods",
        )
        .into()),
        (Some(start), Some(end)) => Err(Fault::new(
            "PANEL-016",
            "the post column does not switch on once and for all",
            format!("column {post}: on in period {start}, off in period {end}"),
            "before and after would overlap",
            "correct the column, or describe staggered starts with --cohort",
        )
        .into()),
    }
}

fn later_of_two(period: &[i64], name: &str) -> Result<i64, Faults> {
    let (low, high) = (period.iter().min().copied().unwrap_or(0), period.iter().max().copied().unwrap_or(0));
    if low == high {
        return Err(Fault::new(
            "PANEL-015",
            "only one period",
            format!("column {name}: {low}"),
            "the change over time cannot be seen",
            "include a period before the start",
        )
        .into());
    }
    if period.iter().any(|&p| p != low && p != high) {
        return Err(Fault::new(
            "PANEL-020",
            "an arm without a start, and more than two periods",
            format!("column {name}: from {low} to {high}"),
            "nobody can say which periods are after the start",
            "give a post column (--post) or first treated periods (--cohort)",
        )
        .into());
    }
    Ok(high)
}
