//! Lines over a position, each labelled at its end.

use super::axis::{Axis, Grid, extent};
use super::canvas::{Anchor, Canvas, Ink, bold, plain};
use super::measure::{fit, width};
use crate::table::number::{self, Glyphs};
use crate::table::{Digits, Series, SeriesPoint};

/// The height of a label's line.
const LABEL: f64 = 18.0;

/// Draws the figure below `top`.
pub fn draw(canvas: &mut Canvas, top: f64, series: &[Series], marks: &[(f64, String)], x_title: &str, y_title: &str) {
    let bottom = canvas.height - 54.0;
    panel(canvas, (top, bottom), series, marks, x_title, y_title);
}

/// Draws lines from `top` to the horizontal axis at `bottom`; gives back where the horizontal axis lies.
pub(super) fn panel(
    canvas: &mut Canvas,
    (top, bottom): (f64, f64),
    series: &[Series],
    marks: &[(f64, String)],
    x_title: &str,
    y_title: &str,
) -> Option<Axis> {
    let lines: Vec<(&str, Vec<SeriesPoint>)> = series.iter().map(|s| (s.name.as_str(), finite(&s.points))).collect();
    let points = || lines.iter().flat_map(|(_, points)| points);
    let ends = points().flat_map(|&(_, y, i)| [Some(y), i.map(|i| i.0), i.map(|i| i.1)]).flatten();
    let (Some((low, high)), Some((first, last))) = (extent(ends), extent(points().map(|p| p.0))) else {
        canvas.nothing();
        return None;
    };

    let named = canvas.is_narrow();
    let y = Axis::over(low, high, 6);
    let left = if named { 14.0 } else { 28.0 } + y.label_width(13.0);
    let widest = lines.iter().map(|(name, _)| width(name, 13.0, true)).fold(0.0, f64::max);
    let room = widest.clamp(40.0, 190.0);
    // Beside the lines where there is room, else in rows above them.
    let (right, above) =
        if named { (canvas.width - 8.0, top + 36.0 + LABEL * lines.len() as f64) } else { (canvas.width - 52.0 - room, top + 38.0) };
    let x_ticks = if named { 6 } else { 12 };
    let is_whole = points().all(|p| p.0 as i64 as f64 == p.0);
    let x = if is_whole {
        Axis::whole(first as i64, last as i64, 0.02 * (last - first) + 0.05, x_ticks)
    } else {
        Axis::over(first, last, x_ticks)
    };
    let grid = Grid { x: x.between(left, right), y: y.between(bottom, above) };
    if named {
        let y_words = fit(y_title, 13.0, false, canvas.width - 12.0);
        canvas.text(4.0, top + 12.0, &y_words, Ink::Text, plain(13.0), Anchor::Start);
    }
    canvas.axes(&grid, x_title, if named { "" } else { y_title });

    for (x, words) in marks.iter().filter(|(x, _)| x.is_finite() && (first..=last).contains(x)) {
        let at = grid.x.at(*x);
        canvas.dashed((at, grid.y.to - 4.0), (at, grid.y.from), Ink::Muted, 1.2);
        let mark_at = if at + width(words, 12.5, false) + 8.0 < right { (at + 7.0, Anchor::Start) } else { (at - 7.0, Anchor::End) };
        canvas.text(mark_at.0, grid.y.to + 8.0, &fit(words, 12.5, false, 220.0), Ink::Muted, plain(12.5), mark_at.1);
    }
    for (ix, (_, points)) in lines.iter().enumerate() {
        ribbon(canvas, &grid, points, ix);
    }
    for (ix, (name, points)) in lines.iter().enumerate() {
        let places: Vec<(f64, f64)> = points.iter().map(|p| (grid.x.at(p.0), grid.y.at(p.1))).collect();
        if places.len() > 1 {
            canvas.polyline(&places, ix);
        }
        for (point, place) in points.iter().zip(places) {
            canvas.open(&says(name, point));
            canvas.target((place.0 - 11.0, place.1 - 11.0), (22.0, 22.0));
            canvas.dot(place, 4.5, ix);
            canvas.close();
        }
    }
    if named {
        for (ix, (name, _)) in lines.iter().enumerate() {
            let y = top + 16.0 + LABEL * (ix + 1) as f64;
            canvas.dot((10.0, y - 4.5), 5.0, ix);
            canvas.text(22.0, y, &fit(name, 13.0, true, canvas.width - 30.0), Ink::Text, bold(13.0), Anchor::Start);
        }
    } else {
        labels(canvas, &grid, &lines, room);
    }
    Some(grid.x)
}

pub(super) fn finite(points: &[SeriesPoint]) -> Vec<SeriesPoint> {
    let bounded = |i: Option<(f64, f64)>| i.filter(|(low, high)| low.is_finite() && high.is_finite());
    points.iter().filter(|p| p.0.is_finite() && p.1.is_finite()).map(|p| (p.0, p.1, bounded(p.2))).collect()
}

/// Names at the ends of the lines, moved apart where they would touch.
fn labels(canvas: &mut Canvas, grid: &Grid, lines: &[(&str, Vec<SeriesPoint>)], room: f64) {
    let ends =
        lines.iter().enumerate().filter_map(|(ix, (name, points))| points.last().map(|p| (grid.y.at(p.1), grid.x.at(p.0), ix, *name)));
    let mut ends: Vec<(f64, f64, usize, &str)> = ends.collect();
    ends.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.2.cmp(&b.2)));
    let mut heights: Vec<f64> = ends.iter().map(|end| end.0).collect();
    for i in 1..heights.len() {
        heights[i] = heights[i].max(heights[i - 1] + LABEL);
    }
    let mut ceiling = grid.y.from;
    for height in heights.iter_mut().rev() {
        *height = height.min(ceiling);
        ceiling = *height - LABEL;
    }
    for ((y, x, ix, name), height) in ends.into_iter().zip(heights) {
        let start = grid.x.to + 12.0;
        if (height - y).abs() > 1.0 {
            canvas.line((x + 7.0, y), (start + 1.0, height), Ink::Muted, 0.8);
        }
        canvas.dot((start + 7.0, height), 4.5, ix);
        canvas.text(start + 18.0, height + 4.5, &fit(name, 13.0, true, room), Ink::Text, bold(13.0), Anchor::Start);
    }
}

/// The interval as a ribbon; a lone one as a bar.
fn ribbon(canvas: &mut Canvas, grid: &Grid, points: &[SeriesPoint], ix: usize) {
    let bounded: Vec<(f64, f64, f64)> =
        points.iter().filter_map(|p| p.2.map(|i| (grid.x.at(p.0), grid.y.at(i.0), grid.y.at(i.1)))).collect();
    match bounded[..] {
        [] => {}
        [(x, low, high)] => canvas.line((x, low), (x, high), Ink::Series(ix), 1.5),
        _ => {
            let above = bounded.iter().map(|&(x, _, high)| (x, high));
            let below = bounded.iter().rev().map(|&(x, low, _)| (x, low));
            canvas.polygon(&above.chain(below).collect::<Vec<_>>(), Ink::Series(ix), 0.13);
        }
    }
}

pub(super) fn says(name: &str, &(x, y, interval): &SeriesPoint) -> String {
    let (low, high) = interval.unzip();
    let digits = Digits::for_interval(y, low, high);
    let when = if x as i64 as f64 == x {
        number::whole(x as i64, Glyphs::Typographic)
    } else {
        number::number(x, Digits::Auto, Glyphs::Typographic)
    };
    let mut words = format!("{name}, {when}: {}", number::number(y, digits, Glyphs::Typographic));
    if interval.is_some() {
        words.push_str(&format!(", interval {}", number::interval(low, high, digits, Glyphs::Typographic)));
    }
    words
}
