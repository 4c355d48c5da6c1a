//! Tests of several effects at once.

use crate::infer::floor;
use crate::study::Analysis;
use crate::table::{Cell, Column, Digits, Table};

/// One row a hypothesis and method; no rows when nothing was tested jointly.
pub fn joint(analyses: &[Analysis]) -> Table {
    let mut out = Table::new(
        "joint-tests",
        "Several effects at once",
        vec![
            Column::new("outcome", "Outcome"),
            Column::new("estimator", "Estimator"),
            Column::new("hypothesis", "Hypothesis").explain("what is taken to be true when p is computed"),
            Column::new("kind", "Test"),
            Column::new("statistic", "Statistic"),
            Column::new("df1", "Effects").explain("number of effects that are tested at once"),
            Column::new("df2", "df").explain("degrees of freedom of an F statistic: how much independent information it rests on"),
            Column::new("p_value", "p").explain("how often differences at least this large would appear if the hypothesis were true"),
            Column::new("inference", "Method"),
        ],
    );
    for analysis in analyses {
        for test in &analysis.tests {
            let why = test.note.clone().unwrap_or_default();
            out.push(vec![
                Cell::text(&analysis.outcome),
                Cell::text(analysis.label()),
                Cell::text(&test.hypothesis),
                Cell::text(test.kind),
                Cell::number_with(test.statistic, Digits::Decimals(2), &why),
                Cell::Count(test.df1 as u64),
                Cell::number_with(test.df2, Digits::Decimals(1), "the p-value comes from resampling"),
                Cell::p_value_above(test.p_value, floor(test.p_value, test.draws), &why),
                Cell::text(&test.inference),
            ]);
        }
    }
    if !out.rows.is_empty() {
        out.note("A test of all effects before the start that does not reject is no proof of parallel trends: with few clusters it would often miss a difference that matters.");
    }
    out
}
