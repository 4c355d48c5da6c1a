//! Figures as data: what is drawn, not how.

use serde::Serialize;

mod balance;
mod flow;
mod means;
mod sensitivity;

pub use balance::BalanceRow;
pub use flow::{FlowCount, FlowStage, FlowStep};
pub use sensitivity::{Bounds, Sensitivity};

use super::cell::{Cell, Digits};
use super::specification::{self, ChoiceRow, SpecificationPoint};
use super::table::{Column, Table};

/// A figure: its words and its data.
#[derive(Debug, Clone, PartialEq, Serialize, serde::Deserialize)]
pub struct Figure {
    /// A stable name, also the stem of its file: `event-study`.
    pub id: String,
    /// The heading people read; best a sentence that says what is seen.
    pub title: String,
    /// What the figure shows, for those who cannot see it.
    pub alt: String,
    /// How to read it, and where the numbers are from.
    pub caption: String,
    /// The data and the kind of drawing.
    pub kind: FigureKind,
}

/// The kinds of figure and their data.
#[derive(Debug, Clone, PartialEq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FigureKind {
    /// Effects by event time.
    EventStudy {
        /// One point an event time.
        points: Vec<EventPoint>,
        /// How the effect holds where trends were not parallel, drawn beside it on the same scale.
        #[serde(default)]
        sensitivity: Option<Sensitivity>,
        /// The words under the horizontal axis.
        x_title: String,
        /// The words over the vertical axis, with the unit.
        y_title: String,
    },
    /// Lines over a position: paths of effects, curves of power.
    Lines {
        /// One line an arm.
        series: Vec<Series>,
        /// Vertical marks: where and what.
        marks: Vec<(f64, String)>,
        /// The words under the horizontal axis.
        x_title: String,
        /// The words over the vertical axis, with the unit.
        y_title: String,
    },
    /// Outcome means of both arms over time, and below them the difference between the arms.
    Means {
        /// One line an arm.
        arms: Vec<Series>,
        /// The first arm less the second.
        difference: Series,
        /// Vertical marks: where and what.
        marks: Vec<(f64, String)>,
        /// The words under the horizontal axis.
        x_title: String,
        /// The words over the vertical axis, with the unit.
        y_title: String,
    },
    /// How far apart the groups were before, variable by variable (a love plot).
    Balance {
        /// Whose differences are drawn: one mark a row each.
        samples: Vec<String>,
        /// One variable a row.
        rows: Vec<BalanceRow>,
        /// The sizes up to which a difference is small, and beyond which it is large.
        limits: [f64; 2],
        /// The words under the horizontal axis, with the unit.
        x_title: String,
    },
    /// From the rows of the source to those analysed: a flow diagram.
    Flow {
        /// What all have in common, from the top.
        steps: Vec<FlowStep>,
        /// The names of the arms.
        arms: Vec<String>,
        /// What follows arm by arm.
        stages: Vec<FlowStage>,
    },
    /// Points by two numbers: comparisons by weight and estimate, weights by time.
    Scatter {
        /// Points of one kind.
        series: Vec<Series>,
        /// Values on the vertical axis that they are held against, and what each means.
        held: Vec<(f64, String)>,
        /// The words under the horizontal axis, with the unit.
        x_title: String,
        /// The words over the vertical axis, with the unit.
        y_title: String,
    },
    /// Estimates below one another.
    Forest {
        /// One estimate a row.
        rows: Vec<ForestRow>,
        /// The value that estimates are held against, and what it means.
        #[serde(default)]
        against: Against,
        /// The words under the horizontal axis, with the unit.
        x_title: String,
    },
    /// All specifications by estimate, and the choices each of them makes.
    Specifications {
        /// One point a specification.
        points: Vec<SpecificationPoint>,
        /// One row a choice, those of one decision together.
        rows: Vec<ChoiceRow>,
        /// The words over the vertical axis, with the unit.
        y_title: String,
    },
}

/// An effect at one event time. Without both bounds of an interval, none is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, serde::Deserialize)]
pub struct EventPoint {
    /// Periods since the first treated period.
    pub event_time: i64,
    /// The effect.
    pub estimate: f64,
    /// The lower bound of the pointwise interval; missing beside an upper bound: unbounded.
    pub low: Option<f64>,
    /// The upper bound of the pointwise interval; missing beside a lower bound: unbounded.
    pub high: Option<f64>,
    /// The lower bound of the simultaneous band.
    pub band_low: Option<f64>,
    /// The upper bound of the simultaneous band.
    pub band_high: Option<f64>,
    /// Whether this is the reference, zero by construction.
    pub reference: bool,
}

/// The value that the estimates of a forest plot are held against.
#[derive(Debug, Clone, PartialEq, Serialize, serde::Deserialize)]
pub struct Against {
    /// Where its line stands.
    pub value: f64,
    /// What it means.
    pub words: String,
}

impl Default for Against {
    fn default() -> Against {
        Against { value: 0.0, words: "no effect".into() }
    }
}

/// A point of a line: position, value, and its interval if known.
pub type SeriesPoint = (f64, f64, Option<(f64, f64)>);

/// A named line.
#[derive(Debug, Clone, PartialEq, Serialize, serde::Deserialize)]
pub struct Series {
    /// Its name, as the data spell it.
    pub name: String,
    /// Its points in order of position.
    pub points: Vec<SeriesPoint>,
}

/// One estimate of a forest plot.
#[derive(Debug, Clone, PartialEq, Serialize, serde::Deserialize)]
pub struct ForestRow {
    /// What was estimated, or by which method.
    pub label: String,
    /// A second, smaller line: sample, inference. May be empty.
    pub detail: String,
    /// The estimate.
    pub estimate: f64,
    /// The lower bound; missing beside an upper bound: unbounded.
    pub low: Option<f64>,
    /// The upper bound; missing beside a lower bound: unbounded.
    pub high: Option<f64>,
    /// Whether this is the estimate the report's answer rests on.
    pub headline: bool,
}

impl Figure {
    /// The table the figure was drawn from, under the figure's id and title.
    pub fn data(&self) -> Table {
        let (columns, rows, notes) = match &self.kind {
            FigureKind::EventStudy { points, sensitivity, x_title, y_title } => {
                let content = event_rows(points, x_title, y_title);
                match sensitivity {
                    Some(sensitivity) => sensitivity::beside(sensitivity, content),
                    None => content,
                }
            }
            FigureKind::Lines { series, marks, x_title, y_title } => line_rows(series, marks, x_title, y_title),
            FigureKind::Means { arms, difference, marks, x_title, y_title } => means::data((arms, difference), marks, x_title, y_title),
            FigureKind::Balance { samples, rows, x_title, .. } => balance::data(samples, rows, x_title),
            FigureKind::Flow { steps, arms, stages } => flow::data(steps, arms, stages),
            FigureKind::Scatter { series, held, x_title, y_title } => scatter_rows(series, held, x_title, y_title),
            FigureKind::Forest { rows, against, x_title } => forest_rows(rows, against, x_title),
            FigureKind::Specifications { points, rows, y_title } => {
                let (columns, rows) = specification::data(points, rows, y_title);
                (columns, rows, Vec::new())
            }
        };
        Table { id: self.id.clone(), title: self.title.clone(), columns, rows, notes }
    }
}

type Content = (Vec<Column>, Vec<Vec<Cell>>, Vec<String>);

fn bound(own: Option<f64>, other: Option<f64>, digits: Digits) -> Cell {
    let reason = if other.is_some() { "unbounded on this side" } else { "no interval" };
    Cell::number_with(own, digits, reason)
}

fn bound_columns() -> [Column; 2] {
    [
        Column::new("conf_low", "Low").explain("Lower end of the interval for this number alone."),
        Column::new("conf_high", "High").explain("Upper end of the interval for this number alone."),
    ]
}

fn event_rows(points: &[EventPoint], x_title: &str, y_title: &str) -> Content {
    let banded = points.iter().any(|p| p.band_low.is_some() || p.band_high.is_some());
    let mut columns = vec![Column::new("event_time", x_title), Column::new("estimate", y_title)];
    columns.extend(bound_columns());
    if banded {
        columns.push(Column::new("band_low", "Band low").explain("Lower end of the band for all event times at once."));
        columns.push(Column::new("band_high", "Band high").explain("Upper end of the band for all event times at once."));
    }
    columns.push(Column::new("role", "Role").explain("Whether the event time is before or after treatment begins."));
    let rows = points.iter().map(|p| {
        let digits = Digits::for_interval(p.estimate, p.low, p.high);
        let role = match (p.reference, p.event_time < 0) {
            (true, _) => "reference",
            (false, true) => "before",
            (false, false) => "after",
        };
        let mut row = vec![Cell::Whole(p.event_time), Cell::number_with(Some(p.estimate), digits, "")];
        row.extend([bound(p.low, p.high, digits), bound(p.high, p.low, digits)]);
        if banded {
            row.extend([bound(p.band_low, p.band_high, digits), bound(p.band_high, p.band_low, digits)]);
        }
        row.push(Cell::text(role));
        row
    });
    (columns, rows.collect(), Vec::new())
}

fn line_rows(series: &[Series], marks: &[(f64, String)], x_title: &str, y_title: &str) -> Content {
    let mut columns = vec![Column::new("series", "Group"), Column::new("x", x_title), Column::new("mean", y_title)];
    columns.extend(bound_columns());
    let mut rows = Vec::new();
    for line in series {
        for &(x, y, interval) in &line.points {
            let (low, high) = interval.unzip();
            let digits = Digits::for_interval(y, low, high);
            rows.push(vec![
                Cell::text(&line.name),
                position(x),
                Cell::number_with(Some(y), digits, ""),
                bound(low, high, digits),
                bound(high, low, digits),
            ]);
        }
    }
    let notes = marks.iter().filter(|(x, _)| x.is_finite()).map(|(x, words)| format!("Marked at {x}: {words}")).collect();
    (columns, rows, notes)
}

fn scatter_rows(series: &[Series], held: &[(f64, String)], x_title: &str, y_title: &str) -> Content {
    let columns = vec![Column::new("series", "Kind"), Column::new("x", x_title), Column::new("value", y_title)];
    let all = series.iter().flat_map(|s| s.points.iter().map(move |p| (s, p)));
    let rows = all.map(|(s, &(x, y, _))| vec![Cell::text(&s.name), position(x), Cell::number(Some(y), "")]).collect();
    let notes = held.iter().filter(|(y, _)| y.is_finite()).map(|(y, words)| format!("Held against {y}: {words}")).collect();
    (columns, rows, notes)
}

/// A position on an axis: a period where it is a whole number.
fn position(x: f64) -> Cell {
    let whole = x as i64;
    if whole as f64 == x { Cell::Whole(whole) } else { Cell::number(Some(x), "") }
}

fn forest_rows(rows: &[ForestRow], against: &Against, x_title: &str) -> Content {
    let mut columns = vec![Column::new("term", "Estimate of"), Column::new("detail", "Detail"), Column::new("estimate", x_title)];
    columns.extend(bound_columns());
    columns.push(Column::new("headline", "Headline").explain("Whether the answer rests on this estimate."));
    let held = against.value != 0.0;
    if held {
        columns.push(Column::new("against", &against.words).explain("The value that estimates are held against."));
    }
    let rows = rows.iter().map(|r| {
        let digits = Digits::for_interval(r.estimate, r.low, r.high);
        let mut row = vec![
            Cell::text(&r.label),
            Cell::text(&r.detail),
            Cell::number_with(Some(r.estimate), digits, ""),
            bound(r.low, r.high, digits),
            bound(r.high, r.low, digits),
            Cell::text(if r.headline { "yes" } else { "no" }),
        ];
        if held {
            row.push(Cell::number(Some(against.value), ""));
        }
        row
    });
    (columns, rows.collect(), Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_hold_every_point() {
        let point = |t: i64, reference: bool| EventPoint {
            event_time: t,
            estimate: 0.5,
            low: (!reference).then_some(0.1),
            high: (!reference).then_some(0.9),
            band_low: None,
            band_high: None,
            reference,
        };
        let kind = FigureKind::EventStudy {
            points: vec![point(-1, true), point(0, false)],
            sensitivity: None,
            x_title: "Years".into(),
            y_title: "Effect".into(),
        };
        let figure = Figure { id: "e".into(), title: "E".into(), alt: String::new(), caption: String::new(), kind };
        let data = figure.data();
        assert_eq!(data.rows.len(), 2);
        assert!(data.rows.iter().all(|row| row.len() == data.columns.len()));
        assert_eq!(data.rows[0][2], Cell::Undefined("no interval".into()));
        assert_eq!(data.rows[1][2], Cell::Number { value: 0.1, digits: Digits::Decimals(2) });
    }
}
