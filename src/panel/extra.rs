//! Columns that only some estimators ask for: they go with the rows wherever these go.

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
    /// The same columns with their values rearranged.
    pub(super) fn map(&self, pick: impl Fn(&[f64]) -> Vec<f64>) -> Extras {
        let one = |extra: &Option<Extra>| extra.as_ref().map(|e| Extra { values: Arc::new(pick(&e.values)), ..e.clone() });
        Extras { third: one(&self.third), dose: one(&self.dose), take_up: one(&self.take_up) }
    }
}
