//! A variable of a love plot, and the numbers behind it.

use super::Content;
use crate::table::{Cell, Column, Digits};
use serde::Serialize;

/// One variable in both groups before treatment.
#[derive(Debug, Clone, PartialEq, Serialize, serde::Deserialize)]
pub struct BalanceRow {
    /// The variable.
    pub label: String,
    /// A second, smaller line: whether the estimate is adjusted for it. May be empty.
    pub detail: String,
    /// Treated less comparison in standard deviations, one a sample; `None` where there is none, or it is withheld.
    pub values: Vec<Option<f64>>,
}

/// One row a variable and sample.
pub(super) fn data(samples: &[String], rows: &[BalanceRow], x_title: &str) -> Content {
    let columns = vec![
        Column::new("variable", "Variable"),
        Column::new("sample", "Among"),
        Column::new("difference", x_title).explain("Treated less comparison, divided by the standard deviation within the groups."),
        Column::new("detail", "Detail"),
    ];
    let mut out = Vec::new();
    for row in rows {
        for (sample, value) in samples.iter().zip(&row.values) {
            out.push(vec![
                Cell::text(&row.label),
                Cell::text(sample),
                Cell::number_with(*value, Digits::Decimals(3), "it cannot be computed here, or is withheld"),
                Cell::text(&row.detail),
            ]);
        }
    }
    (columns, out, Vec::new())
}
