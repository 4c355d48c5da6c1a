//! How an outcome's variance is divided between levels.

use crate::estimate::Ends;
use crate::study::Analysis;
use crate::table::{Cell, Column, Digits, Table};

const PROFILE: &str = "by profile likelihood, of the criterion that the estimates minimize";
const NO_SHARE: &str = "an effect that varies is no share of the outcome's variance";

/// One row a level of each model.
pub fn components(analyses: &[Analysis]) -> Table {
    let correlated = analyses.iter().flat_map(|a| &a.components).any(|c| c.correlation.is_some());
    let mut columns = vec![
        Column::new("outcome", "Outcome"),
        Column::new("estimator", "Estimator"),
        Column::new("level", "Level"),
        Column::new("variance", "Variance"),
        Column::new("variance_interval", "Interval of the variance").explain(PROFILE),
        Column::new("share", "Share").explain("share of the variance: between clusters it is the intraclass correlation"),
        Column::new("interval", "Interval of the share").explain(PROFILE),
    ];
    if correlated {
        columns.push(
            Column::new("correlation", "Correlation")
                .explain("with the cluster's intercept: positive where clusters with high outcomes have large effects"),
        );
    }
    let mut out = Table::new("variance-components", "Where the outcome varies", columns);
    for analysis in analyses {
        for component in &analysis.components {
            let interval = |ends: Option<Ends>, digits: Digits| match ends {
                Some(Ends { low, high }) => Cell::interval(Some(low), high, digits),
                None => Cell::undefined("the profile of the likelihood was not found"),
            };
            let of_share = match component.share {
                Some(_) => interval(component.share_ends, Digits::Decimals(3)),
                None => Cell::undefined(NO_SHARE),
            };
            let of_variance = component.variance_ends.and_then(|e| e.high);
            let digits = Digits::for_interval(component.variance, component.variance_ends.map(|e| e.low), of_variance);
            let mut row = vec![
                Cell::text(&analysis.outcome),
                Cell::text(analysis.label()),
                Cell::text(&component.name),
                Cell::number(Some(component.variance), ""),
                interval(component.variance_ends, digits),
                Cell::number_with(component.share, Digits::Decimals(3), NO_SHARE),
                of_share,
            ];
            if correlated {
                row.push(Cell::number_with(component.correlation, Digits::Decimals(2), "only an effect that varies has one"));
            }
            out.push(row);
        }
    }
    out
}
