//! What is known of a study, from where, and what is not known.

use super::Judged;
use crate::study::KnownFact;
use crate::table::{Cell, Column, Table};

/// What a run's folder tells, and from which of its numbers.
pub fn facts(known: &[KnownFact]) -> Table {
    let columns = vec![Column::new("fact", "Fact"), Column::new("value", "What the folder tells"), Column::new("from", "From")];
    let mut out = Table::new("facts", "What the folder tells", columns);
    for f in known {
        let value = f.value.as_deref().unwrap_or("not known");
        out.push(vec![Cell::text(f.fact), Cell::told(value), Cell::text(&f.from)]);
    }
    out
}

/// What is not known, and how to ask for it.
pub fn unknown(judged: &Judged<'_>) -> Table {
    let columns = vec![Column::new("missing", "Not told"), Column::new("ask", "Question to ask")];
    let mut out = Table::new("questions", "What is not told, and what to ask", columns);
    judged.questions.iter().for_each(|q| out.push(vec![Cell::text(q.missing), Cell::text(q.ask)]));
    out
}
