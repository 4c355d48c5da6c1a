//! The headline effect within subgroups.

use super::effects::{self, UNDEFINED};
use crate::evidence::standard::minimum_detectable;
use crate::num::student;
use crate::study::Run;
use crate::table::disclosure::WITHHELD;
use crate::table::{Cell, Column, Digits, Table};

/// One row a subgroup and outcome.
pub(super) fn subgroups(run: &Run) -> Table {
    let level = run.study.study.level;
    let mut columns = vec![Column::new("outcome", "Outcome"), Column::new("subgroup", "Subgroup"), Column::new("value", "Value")];
    let labels = Labels::of(run);
    columns.extend(labels.column("label", "Meaning"));
    columns.extend(effects::part_columns(level));
    columns.extend([Column::new("smallest", "Smallest effect it could see").unit("outcome units"), Column::new("inference", "Method")]);
    let mut out = Table::new("subgroup-effects", "Subgroup effects", columns);
    for s in &run.subgroups {
        let outcome = s.result.as_ref().map_or_else(|_| String::new(), |a| a.outcome.clone());
        let mut row = vec![Cell::text(outcome), Cell::text(&s.column), Cell::text(&s.value)];
        row.extend(labels.cell(&s.column, &s.value));
        match effects::of_part(&s.result) {
            Ok((e, digits, cells)) => {
                row.extend(cells);
                row.push(Cell::number_with(smallest(e.std_error, e.df, level), digits, UNDEFINED));
                row.push(Cell::text(&e.inference));
            }
            Err(reason) => {
                row.extend((0..7).map(|_| Cell::undefined(reason)));
                row.push(Cell::text("–"));
            }
        }
        out.push(row);
    }
    out.note("The smallest effect it could see: one that would be told from none with 80 % power. A subgroup is smaller than the whole, so it sees less.");
    out.note("Subgroups were estimated apart. A difference between two of them is not shown by one being significant and the other not; and of many subgroups some look significant by chance.");
    out
}

/// How subgroups of a column differ: one row a value, against the first.
pub(super) fn differences(run: &Run) -> Table {
    let level = run.study.study.level;
    let labels = Labels::of(run);
    let mut columns = vec![Column::new("outcome", "Outcome"), Column::new("subgroup", "Subgroup"), Column::new("value", "Value")];
    columns.extend(labels.column("label", "Meaning"));
    columns.push(Column::new("reference", "Compared with"));
    columns.extend(labels.column("reference_label", "Its meaning"));
    columns.extend([
        Column::new("difference", "Difference of effects").unit("outcome units"),
        Column::new("conf", format!("{} interval", super::words::percent(level))).unit("outcome units"),
        Column::new("std_error", "Standard error").unit("outcome units"),
        Column::new("p_value", "p"),
        Column::new("smallest", "Smallest difference it could see").unit("outcome units"),
    ]);
    let mut out = Table::new("subgroup-differences", "How subgroups differ", columns);
    for d in &run.differences {
        let told = |value: &str| {
            let own = run
                .subgroups
                .iter()
                .find(|s| s.column == d.column && s.value == value && s.result.as_ref().is_ok_and(|a| a.outcome == d.outcome));
            own.and_then(|s| s.result.as_ref().ok()).is_some_and(|a| a.overall().is_some())
        };
        let mut row = vec![Cell::text(&d.outcome), Cell::text(&d.column), Cell::text(&d.value)];
        row.extend(labels.cell(&d.column, &d.value));
        row.push(Cell::text(&d.reference));
        row.extend(labels.cell(&d.column, &d.reference));
        if !(told(&d.value) && told(&d.reference)) {
            row.extend((0..5).map(|_| Cell::undefined(WITHHELD)));
            out.push(row);
            continue;
        }
        let v = &d.versus;
        let digits = Digits::for_uncertainty(v.std_error.unwrap_or(f64::NAN));
        let half = v.std_error.map(|se| se * student::critical(level, v.df));
        row.push(Cell::number_with(Some(v.estimate), digits, ""));
        row.push(match half {
            Some(half) => Cell::interval(Some(v.estimate - half), Some(v.estimate + half), digits),
            None => Cell::undefined("both give the same number"),
        });
        row.push(Cell::number_with(v.std_error, digits, "both give the same number"));
        row.push(Cell::p_value(v.p_value, "both give the same number"));
        row.push(Cell::number_with(smallest(v.std_error, Some(v.df), level), digits, UNDEFINED));
        out.push(row);
    }
    out.note("The difference of the two effects, from the clusters' joint influence on both: that one is significant and the other is not shows no difference.");
    out.note("The smallest difference it could see: one that would be told from none with 80 % power. One smaller than that may be there and unseen.");
    out
}

/// What the source calls the values of subgroups, beside the values themselves.
struct Labels<'a> {
    run: &'a Run,
    any: bool,
}

impl<'a> Labels<'a> {
    fn of(run: &'a Run) -> Labels<'a> {
        Labels { run, any: run.subgroups.iter().any(|s| run.codebook.label_of(&s.column, &s.value).is_some()) }
    }

    /// A column of labels, where the source has one.
    fn column(&self, key: &str, title: &str) -> Option<Column> {
        self.any.then(|| Column::new(key, title).explain("the value's label in the source"))
    }

    fn cell(&self, column: &str, value: &str) -> Option<Cell> {
        let label = self.run.codebook.label_of(column, value);
        self.any.then(|| {
            label.map_or_else(|| Cell::undefined("the source has no label for it"), |label| Cell::text(format!("{column}: {label}")))
        })
    }
}

/// The smallest effect told from none with 80 % power.
fn smallest(std_error: Option<f64>, df: Option<f64>, level: f64) -> Option<f64> {
    minimum_detectable(std_error?, df.unwrap_or(f64::INFINITY), 1.0 - level)
}
