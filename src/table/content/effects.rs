//! Estimates with intervals, one row an effect and method.

use crate::study::{Analysis, Effect};
use crate::table::number;
use crate::table::{Cell, Column, Digits, Table};

/// Every effect of the given analyses.
pub fn effects(analyses: &[Analysis], level: f64) -> Table {
    let title = match analyses {
        [one] => match &one.subgroup {
            Some((c, v)) => format!("{}: {} ({c} = {v})", one.outcome, one.label()),
            None => format!("{}: {}", one.outcome, one.label()),
        },
        _ => "Estimated effects".to_string(),
    };
    table("effects", &title, analyses, level, |_| true, analyses.len() > 1, 0)
}

/// The columns that R users know, for the effects that `keep` keeps.
pub(super) fn table(
    id: &str,
    title: &str,
    analyses: &[Analysis],
    level: f64,
    keep: impl Fn(&Effect) -> bool,
    many: bool,
    minimum: u64,
) -> Table {
    let mut columns = Vec::new();
    if many {
        columns.push(Column::new("outcome", "Outcome"));
        columns.push(Column::new("estimator", "Estimator"));
    }
    columns.extend([
        Column::new("term", "Effect"),
        Column::new("estimate", "Estimate").unit("outcome units").explain("the estimated effect, in the outcome's own units"),
        Column::new("conf", format!("{} interval", super::words::percent(level)))
            .unit("outcome units")
            .explain("effects that the data do not rule out"),
        Column::new("std_error", "Standard error").unit("outcome units").explain("how far the estimate would typically be off"),
        Column::new("statistic", "t").explain("estimate divided by its standard error"),
        Column::new("df", "df").explain("degrees of freedom: how much independent information the interval rests on"),
        Column::new("p_value", "p").explain("how often a difference at least this large would appear if there were no effect"),
        Column::new("inference", "Method"),
    ]);
    let mut out = Table::new(id, title, columns);
    for analysis in analyses {
        for effect in analysis.effects.iter().filter(|e| keep(e)) {
            let mut row = Vec::new();
            if many {
                row.push(Cell::text(&analysis.outcome));
                row.push(Cell::text(analysis.label()));
            }
            row.push(Cell::text(&effect.target.label));
            match &effect.result {
                Ok(e) => {
                    let digits = match (e.std_error, e.interval.low.value(), e.interval.high.value()) {
                        (Some(se), ..) => Digits::for_uncertainty(se),
                        (None, low, high) => Digits::for_interval(e.estimate, low, high),
                    };
                    let undefined = "its standard error cannot be computed";
                    row.push(Cell::number_with(Some(e.estimate), digits, undefined));
                    row.push(interval(e.interval, digits));
                    row.push(Cell::number_with(e.std_error, digits, undefined));
                    row.push(Cell::number_with(e.statistic, Digits::Decimals(2), undefined));
                    row.push(match (e.df, e.p_value) {
                        (Some(df), _) => Cell::number_with(Some(df), Digits::Decimals(1), ""),
                        (None, Some(_)) => Cell::undefined("the p-value comes from resampling or the normal distribution"),
                        _ => Cell::undefined(undefined),
                    });
                    row.push(Cell::p_value(e.p_value, undefined));
                    row.push(Cell::text(&e.inference));
                }
                Err(reason) => {
                    row.extend((0..6).map(|_| Cell::undefined(&reason.0)));
                    row.push(Cell::text("–"));
                }
            }
            out.push(row);
        }
    }
    for analysis in analyses {
        let s = &analysis.sample;
        let treated = if (s.treated_units as u64) < minimum && s.treated_units > 0 {
            format!("fewer than {minimum}")
        } else {
            number::count(s.treated_units as u64)
        };
        let prefix = if many { format!("{}, {}: ", analysis.outcome, analysis.label()) } else { String::new() };
        out.note(format!(
            "{prefix}{} rows used of {}; {} units, {} of them treated; {} clusters ({} with treated, {} with never-treated units); {} periods.",
            number::count(s.rows_used as u64), number::count(s.rows as u64), number::count(s.units as u64), treated, number::count(s.clusters as u64), s.clusters_by_arm.0, s.clusters_by_arm.1, s.periods
        ));
    }
    out
}

pub(super) fn interval(interval: crate::infer::Interval, digits: Digits) -> Cell {
    use crate::infer::Bound;
    if interval.low == Bound::Undefined || interval.high == Bound::Undefined {
        return Cell::undefined("the interval cannot be computed");
    }
    Cell::interval(interval.low.value(), interval.high.value(), digits)
}

use crate::estimate::Estimand;
use crate::study::Run;

/// The overall effects and coefficients of all outcomes and estimators.
pub(super) fn main(run: &Run, level: f64) -> Table {
    table(
        "main-effects",
        "Main effects",
        &run.analyses,
        level,
        |e| matches!(e.target.estimand, Estimand::Overall | Estimand::OverallDynamic | Estimand::Coefficient),
        true,
        minimum(run),
    )
}

/// The effects by time since the start.
pub(super) fn events(run: &Run, level: f64) -> Table {
    let mut out = table(
        "event-study",
        "Effects by years since the start",
        &run.analyses,
        level,
        |e| e.target.estimand == Estimand::Event,
        true,
        minimum(run),
    );
    out.notes.clear();
    out.note("Effects before the start (negative times) show whether the groups moved apart already without profiles; the last period before is set to zero.");
    out
}

/// The smallest count that may be printed: students who are simulated need no protection.
fn minimum(run: &Run) -> u64 {
    if run.truth.is_some() { 0 } else { run.study.privacy.minimum_cell }
}
