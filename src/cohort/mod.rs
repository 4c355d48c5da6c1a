//! Students as they were read or simulated: columns, learner profiles, a codebook, and a ledger of rows not used.
//!
//! A [`Cohort`] is columnar. It knows nothing of estimators; [`crate::panel`] turns it into the checked analytic
//! sample.

mod codebook;
mod column;
mod fault;
mod fingerprint;
mod ledger;
mod name;
mod profile;
mod sentinel;

pub use codebook::{Codebook, Entry, same_value};
pub use column::{Column, Data, Integers, MISSING_CODE, Texts, Wholes};
pub use fault::{Fault, Faults, Warning};
pub use ledger::{Ledger, Reason};
pub use name::{did_you_mean, nearest};
pub use profile::{Goal, GoalKind, Profile, Quarter};
#[cfg(feature = "program")]
pub(crate) use sentinel::is_missing_word;
pub use sentinel::{Suspect, suspects};

/// Students, one row a student and period, with whatever else the source knows of them.
#[derive(Debug, Clone, Default)]
pub struct Cohort {
    /// The columns, all of the same length, in the source's order.
    pub columns: Vec<Column>,
    /// Number of rows.
    pub n_rows: usize,
    /// The learner profiles' side table (strengths, goals, interests), one entry a student; empty when the source has none.
    pub profiles: Vec<Profile>,
    /// What each column means.
    pub codebook: Codebook,
    /// The number by which the source calls its first row of data: 2 where a header line comes first, else 1.
    pub first_row: usize,
    /// All column names of the source, also of columns not read.
    pub names: Vec<String>,
    /// Words met in columns of numbers that look like "missing" and were not declared.
    pub undeclared: Vec<Suspect>,
    /// Values that look like missing codes and were declared real, as (column, value); no column: all.
    pub declared_real: Vec<(Option<String>, String)>,
}

impl Cohort {
    /// The column of this name, if there is one.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == name)
    }

    /// Whether a value that looks like a missing code was declared real.
    pub fn is_declared_real(&self, column: &str, code: &str) -> bool {
        self.declared_real.iter().any(|(c, v)| {
            c.as_deref().is_none_or(|c| c == column)
                && (v == code || matches!((v.parse::<f64>(), code.parse::<f64>()), (Ok(a), Ok(b)) if a == b))
        })
    }

    /// Adds a column. All columns of a cohort have the same length.
    ///
    /// # Panics
    /// When the length differs from that of the columns already there (a bug in the caller, not a fault of the input).
    pub fn push(&mut self, column: Column) {
        let n = column.data.len();
        assert!(self.columns.is_empty() || n == self.n_rows, "column {} has {n} rows, not {}", column.name, self.n_rows);
        self.n_rows = n;
        self.columns.push(column);
    }
}
