//! The period of each row and the first treated period, however the source says it.

use super::rows::Used;
use crate::cohort::{Cohort, Data, Fault, Faults};
use crate::panel::{FirstTreated, PanelSpec, TreatmentRule};

/// Period and treatment of each used row.
pub(super) struct Timing {
    /// The period of each used row.
    pub period: Vec<i64>,
    /// What is known of each used row's treatment.
    pub treated: Treated,
}

pub(super) enum Treated {
    /// The first treated period, known from the row itself.
    Since(Vec<FirstTreated>),
    /// Whether the row is treated; the first such row of a unit tells the rest.
    Now(Vec<bool>),
}

pub(super) fn read(cohort: &Cohort, spec: &PanelSpec, used: &Used) -> Result<Timing, Faults> {
    let data = |name: &str| &cohort.column(name).expect("checked by roles").data;
    let period = match &spec.period {
        Some(name) => Some(periods(cohort, name, data(name), &used.rows)?),
        None => None,
    };
    match &spec.treatment {
        TreatmentRule::Cohort(name) => {
            let period = period.ok_or_else(|| needs_period("--cohort"))?;
            Ok(Timing { period, treated: Treated::Since(cohorts(cohort, name, data(name), &used.rows)?) })
        }
        TreatmentRule::Status(name) => {
            let period = period.ok_or_else(|| needs_period("--treatment"))?;
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
            Ok(Timing { period, treated: Treated::Now(flags(cohort, name, data(name), &used.rows)?) })
        }
        TreatmentRule::Arm { arm, post } => {
            let in_arm = flags(cohort, arm, data(arm), &used.rows)?;
            let after = match post {
                Some(name) => Some(flags(cohort, name, data(name), &used.rows)?),
                None => None,
            };
            let (period, start) = match (period, after) {
                (None, Some(after)) => (after.iter().map(|&a| i64::from(a)).collect(), 1),
                (Some(period), Some(after)) => {
                    let start = start_of(&period, &after, post.as_deref().unwrap_or_default())?;
                    (period, start)
                }
                (Some(period), None) => {
                    let start = later_of_two(&period, spec.period.as_deref().unwrap_or_default())?;
                    (period, start)
                }
                (None, None) => return Err(needs_period("--arm").into()),
            };
            let since = in_arm.iter().map(|&a| if a { FirstTreated::At(start) } else { FirstTreated::Never }).collect();
            Ok(Timing { period, treated: Treated::Since(since) })
        }
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

fn periods(cohort: &Cohort, name: &str, data: &Data, rows: &[u32]) -> Result<Vec<i64>, Faults> {
    match data {
        Data::Whole(w) => Ok(rows.iter().map(|&r| w.values[r as usize]).collect()),
        Data::Number(v) => {
            let whole = |x: f64| libm::floor(x) == x && x.abs() < 9e15;
            if let Some(&r) = rows.iter().find(|&&r| !whole(v[r as usize])) {
                return Err(Fault::new(
                    "PANEL-002",
                    "a period is not a whole number",
                    format!("column {name}, first at row {}", cohort.first_row + r as usize),
                    "periods are compared by counting from one to the next",
                    "write periods as whole numbers (2021 for the school year ending in 2021)",
                )
                .into());
            }
            Ok(rows.iter().map(|&r| v[r as usize] as i64).collect())
        }
        Data::Text(_) => unreachable!("roles::check refuses text here"),
    }
}

fn cohorts(cohort: &Cohort, name: &str, data: &Data, rows: &[u32]) -> Result<Vec<FirstTreated>, Faults> {
    let mut bad = None;
    let read = rows
        .iter()
        .map(|&r| match data.number(r as usize) {
            None => FirstTreated::Never,
            Some(x) if x == 0.0 || x == f64::INFINITY => FirstTreated::Never,
            Some(x) if libm::floor(x) == x && x.abs() < 9e15 => FirstTreated::At(x as i64),
            Some(_) => {
                bad.get_or_insert(r);
                FirstTreated::Never
            }
        })
        .collect();
    match bad {
        None => Ok(read),
        Some(r) => Err(Fault::new(
            "PANEL-002",
            "a first treated period is not a whole number",
            format!("column {name}, first at row {}", cohort.first_row + r as usize),
            "it must be one of the periods, or say never (0, empty, NA, Inf)",
            "write it in the same way as the periods",
        )
        .into()),
    }
}

fn flags(cohort: &Cohort, name: &str, data: &Data, rows: &[u32]) -> Result<Vec<bool>, Faults> {
    let mut bad = None;
    let read = rows
        .iter()
        .map(|&r| match data.number(r as usize) {
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
            format!("column {name}, first at row {}", cohort.first_row + r as usize),
            "it must say of each row yes or no",
            "code it as 0 and 1 (or false and true)",
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
