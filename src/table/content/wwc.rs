//! The eight tables that the What Works Clearinghouse asks study authors for, as far as the run knows them.
//!
//! They follow the WWC Reporting Guide for Study Authors: Group Design Studies (version 4.1, July 2021), tables 1 to 8. What no data
//! tell is [`Cell::ToFill`]: for the author to fill in, never invented.

mod account;
mod conditions;
mod design;
mod numbers;
mod words;

use super::disclosure::Gate;
use crate::study::Run;
use crate::table::{Cell, Column, Table};

/// All eight, in their order.
pub(super) fn wwc(run: &Run) -> Vec<Table> {
    vec![
        conditions::conditions(run),
        conditions::sample(run),
        account::registration(run),
        design::design(run),
        design::analysis(run),
        numbers::descriptives(run),
        numbers::results(run),
        numbers::attrition(run),
    ]
}

/// A table of the guide, under its name there.
fn table(number: u8, id: &str, title: &str, columns: Vec<Column>) -> Table {
    Table::new(format!("wwc-{number}-{id}"), format!("WWC table {number}: {title}"), columns)
}

/// The note below each.
fn source(out: &mut Table) {
    let open = out.rows.iter().flatten().any(|cell| matches!(cell, Cell::ToFill(_)));
    let fill = if open { " Cells marked «to fill in» no data tell: they are the author's." } else { "" };
    out.note(format!("After the WWC Reporting Guide for Study Authors, group designs, version 4.1 (2021).{fill}"));
}

/// In the place of a count that may not be told.
const HELD: &str = "withheld";

/// A table of two columns: what is asked, and what is known.
struct Asked(Table);

impl Asked {
    fn new(number: u8, id: &str, title: &str) -> Asked {
        Asked(table(number, id, title, vec![Column::new("item", "What is asked"), Column::new("answer", "Answer")]))
    }

    /// What the run knows.
    fn known(&mut self, item: &str, answer: impl Into<String>) {
        self.0.push(vec![Cell::text(item), Cell::text(answer)]);
    }

    /// A count, as a number where it may be told.
    fn counted(&mut self, item: &str, count: Cell) {
        let count = if matches!(count, Cell::Count(_)) { count } else { Cell::text(HELD) };
        self.0.push(vec![Cell::text(item), count]);
    }

    /// What it knows, or what the author is asked.
    fn maybe(&mut self, item: &str, answer: Option<String>, asked: &str) {
        self.0.push(vec![Cell::text(item), answer.map_or_else(|| Cell::to_fill(asked), Cell::text)]);
    }

    /// What only the author knows.
    fn open(&mut self, item: &str, asked: &str) {
        self.maybe(item, None, asked);
    }

    fn done(mut self) -> Table {
        source(&mut self.0);
        self.0
    }
}

/// A count in words, or that it is withheld.
fn counted(gate: &Gate, hide: bool, n: usize) -> String {
    match gate.count(hide, n) {
        Cell::Count(n) => crate::table::number::count(n),
        _ => HELD.into(),
    }
}
