//! Columns that only some estimators ask for: they go with the rows wherever these go.

use super::Effect;
use std::sync::Arc;

/// Columns beside outcome and covariates.
#[derive(Debug, Clone, Default)]
pub struct Extras {
    /// A column with two values whose effects are compared: 0 and 1, with their names.
    pub third: Option<Extra>,
    /// How much of the treatment a unit had; 0 where nothing is said.
    pub dose: Option<Extra>,
    /// Who really used the treatment: 0 to 1.
    pub take_up: Option<Extra>,
    /// The fixed effects that are named, where they are not just the unit's and the period's.
    pub effects: Vec<Effect>,
    /// The treatment itself, where it does not simply switch on once: then a cohort is named by the period in which the treatment
    /// first changed, and those whose treatment never does are the [`Never`](super::FirstTreated::Never).
    pub status: Option<Status>,
    /// Columns that go with the rows and that no estimator looks at; NaN where a value is missing, as in the data. Text as the number
    /// of its level.
    pub marks: Vec<Extra>,
}

/// A treatment that may switch off again, be there from the start, or take other values than 0 and 1; and what follows from a
/// unit's whole path for each of its rows.
#[derive(Debug, Clone)]
pub struct Status {
    /// The column's name.
    pub name: String,
    /// The treatment in each row.
    pub now: Arc<Vec<f64>>,
    /// The unit's treatment when it was first seen.
    pub baseline: Arc<Vec<f64>>,
    /// Its treatment in the period of its first change; the baseline where it never changes.
    pub changed: Arc<Vec<f64>>,
    /// Treatment less baseline, summed over the periods from the first change to the row's own; a period in which the status is
    /// not known counts as that of the first change.
    pub cumulated: Arc<Vec<f64>>,
}

/// One such column.
#[derive(Debug, Clone)]
pub struct Extra {
    /// Its name.
    pub name: String,
    /// What its values mean: the names of 0 and 1 of a column with two values, else empty.
    pub labels: Vec<String>,
    /// A value for each row.
    pub values: Arc<Vec<f64>>,
}

impl Extras {
    /// The same columns on these rows.
    pub(super) fn pick(&self, rows: &[usize]) -> Extras {
        let numbers = self.numbers(|values| rows.iter().map(|&r| values[r]).collect());
        Extras { effects: self.effects.iter().map(|e| e.pick(rows)).collect(), ..numbers }
    }

    /// The columns of numbers with their values rearranged; effects stay as they are.
    pub(super) fn numbers(&self, values: impl Fn(&[f64]) -> Vec<f64>) -> Extras {
        let one = |extra: &Option<Extra>| extra.as_ref().map(|e| Extra { values: Arc::new(values(&e.values)), ..e.clone() });
        let status = self.status.as_ref().map(|s| Status {
            name: s.name.clone(),
            now: Arc::new(values(&s.now)),
            baseline: Arc::new(values(&s.baseline)),
            changed: Arc::new(values(&s.changed)),
            cumulated: Arc::new(values(&s.cumulated)),
        });
        let mark = |e: &Extra| Extra { values: Arc::new(values(&e.values)), ..e.clone() };
        Extras {
            third: one(&self.third),
            dose: one(&self.dose),
            take_up: one(&self.take_up),
            effects: self.effects.clone(),
            status,
            marks: self.marks.iter().map(mark).collect(),
        }
    }
}
