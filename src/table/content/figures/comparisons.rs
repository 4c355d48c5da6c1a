//! What two-way fixed effects compare, and how they weigh it.

use crate::study::Run;
use crate::table::content::diagnose::Checked;
use crate::table::content::disclosure::Gate;
use crate::table::content::units::unit;
use crate::table::number::{self, Glyphs};
use crate::table::{Cell, Digits, Figure, FigureKind, Series, Table};

/// The comparisons of two groups by their weight (Goodman-Bacon), and the weights of effects by time since the start (de Chaisemartin and
/// D'Haultfœuille), where those checks answered.
pub(super) fn comparisons(run: &Run) -> Vec<Figure> {
    let Some(headline) = run.descriptions.first() else { return Vec::new() };
    let gate = Gate::of(run);
    let found = |check: &str| gate.found(run, check, &headline.outcome);
    let unit = unit(run, &headline.outcome);
    [found("bacon").and_then(|c| bacon(&c, unit)), found("twfe-weights").and_then(|c| weights(&c))].into_iter().flatten().collect()
}

fn value(table: &Table, row: &[Cell], column: &str) -> Option<f64> {
    match row.get(table.at(column)?)? {
        Cell::Number { value, .. } => Some(*value),
        Cell::Whole(n) => Some(*n as f64),
        _ => None,
    }
}

fn number_of(c: &Checked, name: &str) -> Option<f64> {
    c.told.numbers.iter().find(|n| n.0 == name)?.1
}

fn shown(x: f64) -> String {
    number::number(x, Digits::Auto, Glyphs::Typographic)
}

fn push(series: &mut Vec<Series>, name: &str, point: (f64, f64)) {
    let at = series.iter().position(|s| s.name == name).unwrap_or_else(|| {
        series.push(Series { name: name.into(), points: Vec::new() });
        series.len() - 1
    });
    series[at].points.push((point.0, point.1, None));
}

fn bacon(c: &Checked, unit: &str) -> Option<Figure> {
    let (table, coefficient) = (&c.told.table, number_of(c, "coefficient")?);
    let mut series: Vec<Series> = Vec::new();
    for row in &table.rows {
        let (Some(Cell::Text(kind)), Some(weight), Some(estimate)) =
            (row.first(), value(table, row, "weight"), value(table, row, "estimate"))
        else {
            continue;
        };
        push(&mut series, kind, (weight, estimate));
    }
    (!series.is_empty()).then(|| Figure {
        id: "bacon".into(),
        title: "Which comparisons make two-way fixed effects?".into(),
        alt: format!(
            "Each comparison of two groups by its weight and its estimate; weighted together they give {}. {}",
            shown(coefficient),
            c.told.reason
        ),
        caption: format!(
            "Each mark is one comparison of two groups: to the right what counts more, higher what finds more. Their weighted mean is the coefficient of two-way fixed effects ({}). Comparisons with units that are treated already (later with earlier) take the change of an effect for a trend.",
            shown(coefficient)
        ),
        kind: FigureKind::Scatter {
            series,
            held: vec![(coefficient, "two-way fixed effects".into())],
            x_title: "Weight".into(),
            y_title: format!("Estimate ({unit})"),
        },
    })
}

fn weights(c: &Checked) -> Option<Figure> {
    let table = &c.told.table;
    let mut series: Vec<Series> = Vec::new();
    for row in &table.rows {
        let (Some(start), Some(period), Some(weight)) =
            (value(table, row, "cohort"), value(table, row, "period"), value(table, row, "weight"))
        else {
            continue;
        };
        push(
            &mut series,
            if weight < 0.0 { "below zero: a larger effect lowers the result" } else { "above zero" },
            (period - start, weight),
        );
    }
    (!series.is_empty()).then(|| Figure {
        id: "twfe-weights".into(),
        title: "How do two-way fixed effects weigh the effects?".into(),
        alt: format!("The weight of the effect of each cohort and period, by time since its start. {}", c.told.reason),
        caption: "Each mark is the effect on one cohort in one period. An average gives each a weight above zero; where one lies below, a larger effect there makes the result smaller.".into(),
        kind: FigureKind::Scatter {
            series,
            held: vec![(0.0, "no weight".into())],
            x_title: "Periods since the start".into(),
            y_title: "Weight".into(),
        },
    })
}
