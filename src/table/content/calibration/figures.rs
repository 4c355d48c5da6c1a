//! Coverage, bias and power along the grid, or side by side where there is none.

use super::super::figures::slug;
use super::estimator;
use super::words::headlines;
use crate::evaluate::{Measured, Performance};
use crate::study::Calibrated;
use crate::table::{Against, Figure, FigureKind, ForestRow, Series, SeriesPoint};
use std::collections::BTreeSet;

/// What is drawn along the grid: id, title, vertical axis, the measure, whether it is a share, whether methods differ in it.
type Curve = (&'static str, &'static str, &'static str, fn(&Performance) -> Option<Measured>, bool, bool);

const CURVES: [Curve; 3] = [
    ("coverage", "How often the interval contains the truth", "coverage, percent", |p| p.coverage, true, true),
    ("bias", "How far the estimate is off on average", "bias, outcome units", |p| p.bias, false, false),
    ("power", "How often an effect is seen", "rejections of no effect, percent", |p| p.power.or(p.size), true, true),
];

/// All figures.
pub fn figures(c: &Calibrated) -> Vec<Figure> {
    let mut out = Vec::new();
    for axis in 0..c.points[0].values.len() {
        for curve in &CURVES {
            out.extend(along(c, axis, curve));
        }
    }
    if out.is_empty() {
        out.extend(side_by_side(c));
    }
    out
}

fn along(c: &Calibrated, axis: usize, &(id, title, y_title, measure, is_share, by_method): &Curve) -> Option<Figure> {
    let parameter = &c.points[0].values[axis].0;
    let mut series: Vec<Series> = Vec::new();
    let mut seen = BTreeSet::new();
    for p in headlines(c) {
        let (name, x) = (name(c, p, axis, by_method), c.points[p.point].values[axis].1);
        let Some(m) = measure(p).filter(|_| seen.insert((name.clone(), x.to_bits()))) else { continue };
        let point = point(x, m, is_share);
        match series.iter_mut().find(|s| s.name == name) {
            Some(own) => own.points.push(point),
            None => series.push(Series { name, points: vec![point] }),
        }
    }
    series.iter_mut().for_each(|s| s.points.sort_by(|a, b| a.0.total_cmp(&b.0)));
    series.retain(|s| s.points.len() > 1);
    let ends = |pick: fn(f64, f64) -> f64| series.iter().flat_map(|s| &s.points).map(|p| p.0).reduce(pick);
    let (first, last) = (ends(f64::min)?, ends(f64::max)?);
    if id == "coverage" {
        let promised = 100.0 * c.level();
        series.push(Series { name: "promised".into(), points: vec![(first, promised, None), (last, promised, None)] });
    }
    Some(Figure {
        id: format!("{id}-by-{}", slug(parameter)),
        title: format!("{title}, by {parameter}"),
        alt: format!("{y_title} of each estimator and method for each value of {parameter}"),
        caption: format!(
            "Over {} draws at each value. Shaded: two Monte Carlo standard errors on either side. All values share the draws' seeds, so differences between them are sharper than each by itself.",
            c.calibration.replicates
        ),
        kind: FigureKind::Lines { series, marks: Vec::new(), x_title: parameter.clone(), y_title: y_title.into() },
    })
}

/// A measure with two Monte Carlo errors on either side; shares in percent.
fn point(x: f64, m: Measured, is_share: bool) -> SeriesPoint {
    let scale = if is_share { 100.0 } else { 1.0 };
    let bound = |v: f64| if is_share { v.clamp(0.0, 100.0) } else { v };
    let ends = m.mc_error.map(|e| (bound(scale * (m.value - 2.0 * e)), bound(scale * (m.value + 2.0 * e))));
    (x, scale * m.value, ends)
}

/// A share in percent, with two Monte Carlo errors on either side.
pub fn in_percent(m: Measured) -> (f64, Option<(f64, f64)>) {
    let (_, value, ends) = point(0.0, m, true);
    (value, ends)
}

/// The name of a line: estimator, method, outcome, and the other parameters of the grid.
fn name(c: &Calibrated, p: &Performance, axis: usize, by_method: bool) -> String {
    let mut parts = vec![estimator(c, p)];
    parts.extend(p.method.clone().filter(|_| by_method));
    if c.calibration.study.roles.as_ref().is_some_and(|r| r.outcomes.len() > 1) {
        parts.push(c.questions[p.question].spec.outcome.clone());
    }
    let others = c.points[p.point].values.iter().enumerate().filter(|(i, _)| *i != axis);
    parts.extend(others.map(|(_, (name, value))| format!("{name} {value}")));
    parts.join(", ")
}

fn side_by_side(c: &Calibrated) -> Option<Figure> {
    let rows: Vec<ForestRow> = headlines(c)
        .into_iter()
        .enumerate()
        .filter_map(|(i, p)| {
            let (_, value, ends) = point(0.0, p.coverage?, true);
            let (low, high) = ends.unzip();
            Some(ForestRow {
                label: name(c, p, usize::MAX, true),
                detail: format!("{} draws", p.n),
                estimate: value,
                low,
                high,
                headline: i == 0,
            })
        })
        .collect();
    (!rows.is_empty()).then(|| Figure {
        id: "coverage".into(),
        title: format!("How often each interval contains the truth; all promise {} %", 100.0 * c.level()),
        alt: "Coverage of each estimator and method, in percent".into(),
        caption: "Bars: two Monte Carlo standard errors on either side.".into(),
        kind: FigureKind::Forest {
            rows,
            against: Against { value: 100.0 * c.level(), words: "promised".into() },
            x_title: "coverage, percent".into(),
        },
    })
}
