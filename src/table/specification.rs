//! The points of a specification curve and the rows of choices below it.

use super::cell::{Cell, Digits};
use super::table::Column;
use serde::Serialize;

/// One specification of a curve.
#[derive(Debug, Clone, PartialEq, Serialize, serde::Deserialize)]
pub struct SpecificationPoint {
    /// The estimate.
    pub estimate: f64,
    /// The lower bound; missing beside an upper bound: unbounded.
    pub low: Option<f64>,
    /// The upper bound; missing beside a lower bound: unbounded.
    pub high: Option<f64>,
    /// Whether it is significant.
    pub significant: bool,
    /// Whether it is the headline.
    pub headline: bool,
    /// The choices it makes, as places among the rows.
    pub choices: Vec<usize>,
}

/// A choice: a row below the curve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct ChoiceRow {
    /// The decision.
    pub group: String,
    /// The choice.
    pub label: String,
}

/// The data behind the figure: a row a specification, a column a choice.
pub(super) fn data(points: &[SpecificationPoint], rows: &[ChoiceRow], y_title: &str) -> (Vec<Column>, Vec<Vec<Cell>>) {
    let mut columns = vec![
        Column::new("place", "Place").explain("From the smallest estimate to the largest."),
        Column::new("estimate", y_title),
        Column::new("conf_low", "Low").explain("Lower end of the interval for this number alone."),
        Column::new("conf_high", "High").explain("Upper end of the interval for this number alone."),
        Column::new("significant", "Significant"),
        Column::new("headline", "Headline").explain("Whether the answer rests on this estimate."),
    ];
    for r in rows {
        let name = format!("{}: {}", r.group, r.label);
        let same = columns.iter().filter(|c| c.title == name).count();
        let key = if same == 0 { name.clone() } else { format!("{name} ({})", same + 1) };
        columns.push(Column::new(key, name));
    }
    let word = |yes: bool| Cell::text(if yes { "yes" } else { "no" });
    let row = |(place, p): (usize, &SpecificationPoint)| {
        let digits = Digits::for_interval(p.estimate, p.low, p.high);
        let bound = |own: Option<f64>, other: Option<f64>| {
            Cell::number_with(own, digits, if other.is_some() { "unbounded on this side" } else { "no interval" })
        };
        let mut cells = vec![
            Cell::Count(place as u64 + 1),
            Cell::number_with(Some(p.estimate), digits, ""),
            bound(p.low, p.high),
            bound(p.high, p.low),
            word(p.significant),
            word(p.headline),
        ];
        cells.extend((0..rows.len()).map(|r| word(p.choices.contains(&r))));
        cells
    };
    (columns, points.iter().enumerate().map(row).collect())
}
