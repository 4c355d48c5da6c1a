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
        Extras { third: one(&self.third), dose: one(&self.dose), take_up: one(&self.take_up), effects: self.effects.clone() }
    }
}
