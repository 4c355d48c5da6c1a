//! How an outcome's variance is divided between levels.

use crate::study::Analysis;
use crate::table::{Cell, Column, Digits, Table};

/// One row a level of each model.
pub fn components(analyses: &[Analysis]) -> Table {
    let mut out = Table::new(
        "variance-components",
        "Where the outcome varies",
        vec![
            Column::new("outcome", "Outcome"),
            Column::new("estimator", "Estimator"),
            Column::new("level", "Level"),
            Column::new("variance", "Variance"),
            Column::new("share", "Share").explain("share of the variance: between clusters it is the intraclass correlation"),
            Column::new("interval", "Interval of the share").explain("from the curvature of the likelihood, on the scale of the logit"),
        ],
    );
    for analysis in analyses {
        for component in &analysis.components {
            let interval = match component.interval(analysis.level) {
                Some((low, high)) => Cell::interval(Some(low), Some(high), Digits::Decimals(3)),
                None => {
                    Cell::undefined("the variance is estimated as zero, at the boundary, where the likelihood has no curvature to go by")
                }
            };
            out.push(vec![
                Cell::text(&analysis.outcome),
                Cell::text(analysis.label()),
                Cell::text(&component.name),
                Cell::number(Some(component.variance), ""),
                Cell::number_with(component.share, Digits::Decimals(3), "an effect that varies is no share of the outcome's variance"),
                interval,
            ]);
        }
    }
    out
}
