//! The short table for a terminal.

use super::{effect, estimator, is_overall, mark, number, outcome, percent, value};
use crate::study::Calibrated;
use crate::table::{Cell, Column, Table};

/// Overall effects, and those of subgroups: bias, error, coverage, size or power, with Monte Carlo errors in parentheses.
pub fn summary(c: &Calibrated) -> Table {
    let several = |n: usize| n > 1;
    let with_outcome =
        several(c.questions.iter().map(|q| (&q.spec.outcome, &q.spec.subgroup)).collect::<std::collections::BTreeSet<_>>().len());
    let mut columns: Vec<Column> = c.points[0].values.iter().map(|(name, _)| Column::new(name.clone(), name.clone())).collect();
    if with_outcome {
        columns.push(Column::new("outcome", "Outcome"));
    }
    columns.extend([
        Column::new("estimator", "Estimator"),
        Column::new("effect", "Effect"),
        Column::new("inference", "Inference"),
        Column::new("n", "Draws"),
        Column::new("bias", "Bias"),
        Column::new("rmse", "RMSE"),
        Column::new("std_error_off", "SE off %"),
        Column::new("coverage", "Covers %"),
        Column::new("rejects", "Rejects %"),
    ]);
    let mut out = Table::new("summary", format!("How far the methods can be trusted: {}", c.source), columns);
    for p in c.performances.iter().filter(|p| is_overall(p)) {
        let mut row: Vec<Cell> = c.points[p.point].values.iter().map(|(_, x)| value(*x)).collect();
        if with_outcome {
            row.push(Cell::text(outcome(c, p)));
        }
        let bias = match p.bias {
            Some(m) => Cell::text(format!("{} ({})", words(m.value), m.mc_error.map_or_else(|| "-".into(), words))),
            None => Cell::undefined("no truth to compare with"),
        };
        row.extend([
            Cell::text(estimator(c, p)),
            Cell::text(effect(p)),
            Cell::text(p.method.as_deref().unwrap_or("none")),
            Cell::Count(p.n as u64),
            bias,
            number(p.rmse, "no truth to compare with"),
            percent(p.std_error_off, ""),
            percent(p.coverage, mark(p.verdict)),
            percent(p.size.or(p.power), if p.size.is_some() { " size" } else { "" }),
        ]);
        out.push(row);
    }
    out.note(format!(
        "In parentheses: Monte Carlo standard errors. ▼ covers less than the {} % it promises, ▲ more, by more than 3 Monte Carlo errors of a kept promise.",
        100.0 * c.level()
    ));
    out.note("SE off: by how much the mean standard error misses the SD of the errors. Rejects: size where the true effect is 0 in every draw, else power.");
    out
}

fn words(x: f64) -> String {
    crate::table::number::number(x, crate::table::Digits::Decimals(3), crate::table::number::Glyphs::Ascii)
}
