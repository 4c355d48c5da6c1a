//! The same question within each value of a column.

use super::analyse::{Analysis, Question, analyse_first};
use super::family::Leader;
use crate::cohort::{Cohort, Fault, Faults};
use crate::estimate::Role;
use crate::infer::Overall;
use crate::panel::{Executor, Keys, Panel, Sequence};

/// What was found within one value.
pub struct Subgroup {
    /// The value.
    pub value: String,
    /// The analyses, or why there are none.
    pub result: Result<Vec<Analysis>, Faults>,
    /// The first estimator's overall effect with the clusters' influence on it.
    pub overall: Option<Overall>,
}

/// The values of a column of subgroups, in order.
///
/// # Errors
/// When the column is not there, or has more than 50 values.
pub fn subgroups(cohort: &Cohort, column: &str) -> Result<Vec<String>, Faults> {
    let Some(data) = cohort.column(column).map(|c| &c.data) else {
        return Err(Fault::new(
            "DATA-001",
            format!("there is no column {column:?}"),
            "subgroup",
            "a role of the analysis names it",
            crate::cohort::did_you_mean(column, cohort.names.iter().map(String::as_str)),
        )
        .into());
    };
    let rows: Vec<u32> = (0..cohort.n_rows as u32).filter(|&r| !data.is_missing(r as usize)).collect();
    let (keys, _) = Keys::index(data, &Sequence::Listed(rows));
    if keys.len() > 50 {
        return Err(Fault::new(
            "PANEL-022",
            format!("the subgroup column has {} values", keys.len()),
            format!("column {column}"),
            "an estimate in each would be noise, and some would look significant by chance",
            "name a column with few categories",
        )
        .into());
    }
    Ok((0..keys.len()).map(|k| keys.label(k)).collect())
}

/// The question about one subgroup alone.
pub(super) fn within(question: &Question, column: &str, value: &str) -> Question {
    let mut own = question.clone();
    own.spec.subgroup = Some((column.to_string(), value.to_string()));
    // Within it the column is one value, which tells nobody apart.
    own.spec.covariates.retain(|c| c.column != column);
    // Within one subgroup there is no other to compare with.
    own.estimators.retain(|e| !e.estimator.asks_for(Role::Third));
    own.spec.third = None;
    own
}

/// Answers the question within each value of a column.
///
/// # Errors
/// As [`subgroups`].
pub fn by_subgroup(cohort: &Cohort, question: &Question, column: &str, executor: &dyn Executor) -> Result<Vec<Subgroup>, Faults> {
    let answer = |value: String| {
        let own = within(question, column, &value);
        let found = Panel::build(cohort, &own.spec).and_then(|panel| analyse_first(&panel, &own, &Leader::default(), executor));
        let (result, overall) = match found {
            Ok((analyses, overall)) => (Ok(analyses), overall),
            Err(faults) => (Err(faults), None),
        };
        Subgroup { value, result, overall }
    };
    Ok(subgroups(cohort, column)?.into_iter().map(answer).collect())
}
