//! Effects by event time: points, their intervals, the band for all of them, and the zero line.

use super::axis::{Axis, Grid, extent};
use super::canvas::{Anchor, Canvas, Ink, plain};
use crate::table::number::{self, Glyphs};
use crate::table::{Digits, EventPoint};

/// The colour of what came before treatment.
const BEFORE: Ink = Ink::Muted;
/// The colour of what came after.
const AFTER: Ink = Ink::Series(0);

/// Draws the figure below `top`.
pub fn draw(canvas: &mut Canvas, top: f64, points: &[EventPoint], x_title: &str, y_title: &str) {
    let right = canvas.width - if canvas.is_narrow() { 6.0 } else { 24.0 };
    panel(canvas, (top, canvas.height - 54.0), right, points, &[], x_title, y_title);
}

/// Draws the effects from `top` to the horizontal axis at `bottom`, and up to `right`, on a scale that holds `others`, too; gives back
/// that scale.
pub(super) fn panel(
    canvas: &mut Canvas,
    (top, bottom): (f64, f64),
    right: f64,
    points: &[EventPoint],
    others: &[f64],
    x_title: &str,
    y_title: &str,
) -> Option<Axis> {
    let mut points: Vec<&EventPoint> = points.iter().filter(|p| p.estimate.is_finite()).collect();
    points.sort_by_key(|p| p.event_time);
    let ends = points.iter().flat_map(|p| [Some(p.estimate), p.low, p.high, p.band_low, p.band_high]);
    let ends = ends.flatten().chain([0.0]).chain(others.iter().copied());
    let (Some((low, high)), Some(first), Some(last)) = (extent(ends), points.first(), points.last()) else {
        canvas.nothing();
        return None;
    };
    let (first, last) = (first.event_time, last.event_time);
    let y = Axis::over(low, high, 6);
    let left = if canvas.is_narrow() { 14.0 } else { 28.0 } + y.label_width(13.0);
    let most = if canvas.is_narrow() { 9 } else { 16 };
    let grid = Grid { x: Axis::whole(first, last, 0.6, most).between(left, right), y: y.between(bottom, top + 38.0) };
    canvas.axes(&grid, x_title, y_title);
    let (ceiling, floor) = (grid.y.to, grid.y.from);

    let begins = grid.x.at(-0.5);
    if first < 0 && last >= 0 {
        canvas.rect((left, ceiling), (begins - left, floor - ceiling), Ink::Muted, 0.06);
        canvas.dashed((begins, ceiling - 4.0), (begins, floor), Ink::Muted, 1.0);
        let tight = canvas.is_narrow() || !others.is_empty();
        let words = if tight { ["before", "after"] } else { ["before treatment", "after treatment begins"] };
        canvas.text(begins - 8.0, ceiling + 16.0, words[0], BEFORE, plain(12.5), Anchor::End);
        canvas.text(begins + 8.0, ceiling + 16.0, words[1], AFTER, plain(12.5), Anchor::Start);
    }
    let banded = ribbon(canvas, &grid, &points);
    if banded && !canvas.is_narrow() && others.is_empty() {
        let key = "bars: each time by itself · ribbon: all times at once";
        canvas.text(right, ceiling - 14.0, key, Ink::Muted, plain(11.5), Anchor::End);
    }
    let zero = grid.y.at(0.0);
    canvas.zero((left, zero), (right, zero));
    for point in points {
        mark(canvas, &grid, point);
    }
    Some(grid.y)
}

/// The band as ribbons through neighbouring points, pinched at the reference; whether there is any.
fn ribbon(canvas: &mut Canvas, grid: &Grid, points: &[&EventPoint]) -> bool {
    let mut banded = false;
    let mut run: Vec<(f64, f64, f64)> = Vec::new();
    let mut flush = |run: &mut Vec<(f64, f64, f64)>| {
        if let [(x, low, high)] = run[..] {
            *run = vec![(x - 7.0, low, high), (x + 7.0, low, high)];
        }
        if run.len() > 1 {
            let above = run.iter().map(|&(x, _, high)| (x, high));
            let below = run.iter().rev().map(|&(x, low, _)| (x, low));
            canvas.polygon(&above.chain(below).collect::<Vec<_>>(), AFTER, 0.16);
        }
        run.clear();
    };
    for point in points {
        let x = grid.x.at(point.event_time as f64);
        match (point.band_low, point.band_high) {
            (Some(low), Some(high)) if low.is_finite() && high.is_finite() => {
                banded = true;
                run.push((x, grid.y.at(low), grid.y.at(high)));
            }
            _ if point.reference => run.push((x, grid.y.at(point.estimate), grid.y.at(point.estimate))),
            _ => flush(&mut run),
        }
    }
    flush(&mut run);
    banded
}

fn mark(canvas: &mut Canvas, grid: &Grid, point: &EventPoint) {
    let (x, y) = (grid.x.at(point.event_time as f64), grid.y.at(point.estimate));
    let ink = if point.event_time < 0 { BEFORE } else { AFTER };
    canvas.open(&says(point));
    canvas.target((x - 12.0, grid.y.to), (24.0, grid.y.from - grid.y.to));
    let (low, high) = (point.low.filter(|v| v.is_finite()), point.high.filter(|v| v.is_finite()));
    if low.is_some() || high.is_some() {
        let bottom = low.map_or(grid.y.from, |v| grid.y.at(v));
        let top = high.map_or(grid.y.to, |v| grid.y.at(v));
        canvas.line((x, bottom), (x, top), ink, 2.5);
        match low {
            Some(_) => canvas.line((x - 5.0, bottom), (x + 5.0, bottom), ink, 2.0),
            None => canvas.polygon(&[(x - 6.0, bottom - 9.0), (x + 6.0, bottom - 9.0), (x, bottom)], ink, 1.0),
        }
        match high {
            Some(_) => canvas.line((x - 5.0, top), (x + 5.0, top), ink, 2.0),
            None => canvas.polygon(&[(x - 6.0, top + 9.0), (x + 6.0, top + 9.0), (x, top)], ink, 1.0),
        }
    }
    if point.reference {
        canvas.ring((x, y), 5.5, BEFORE);
        let words = if canvas.is_narrow() { "ref." } else { "reference" };
        canvas.text_inside(x, y + 22.0, words, Ink::Muted, plain(11.5));
    } else if point.event_time < 0 {
        canvas.ring((x, y), 4.5, BEFORE);
    } else {
        canvas.dot((x, y), 5.5, 0);
    }
    canvas.close();
}

fn says(point: &EventPoint) -> String {
    let when = number::whole(point.event_time, Glyphs::Typographic);
    if point.reference {
        return format!("{when}: reference, zero by construction");
    }
    let digits = Digits::for_interval(point.estimate, point.low, point.high);
    let show = |v| number::number(v, digits, Glyphs::Typographic);
    let interval = |low: Option<f64>, high: Option<f64>| {
        let exist = (low.is_some() || high.is_some()) && low.into_iter().chain(high).all(f64::is_finite);
        exist.then(|| number::interval(low, high, digits, Glyphs::Typographic))
    };
    let mut words = format!("{when}: {}", show(point.estimate));
    if let Some(own) = interval(point.low, point.high) {
        words.push_str(&format!(", interval {own}"));
    }
    if let Some(band) = interval(point.band_low, point.band_high) {
        words.push_str(&format!(", band {band}"));
    }
    words
}
