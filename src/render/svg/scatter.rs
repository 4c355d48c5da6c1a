//! Points by two numbers, with the lines they are held against.

use super::axis::{Axis, Grid, extent};
use super::canvas::{Anchor, Canvas, Ink, bold, plain};
use super::lines::{finite, says};
use super::measure::fit;
use crate::table::{Series, SeriesPoint};

/// The height of a row of names above the points.
const NAME: f64 = 18.0;

/// Draws the figure below `top`. `held`: values on the vertical axis, each with what it means.
pub fn draw(canvas: &mut Canvas, top: f64, series: &[Series], held: &[(f64, String)], x_title: &str, y_title: &str) {
    let groups: Vec<(&str, Vec<SeriesPoint>)> = series.iter().map(|s| (s.name.as_str(), finite(&s.points))).collect();
    let held: Vec<&(f64, String)> = held.iter().filter(|(value, _)| value.is_finite()).collect();
    let points = || groups.iter().flat_map(|(_, points)| points);
    let heights = points().map(|p| p.1).chain(held.iter().map(|h| h.0).filter(|_| points().next().is_some()));
    let (Some((low, high)), Some((first, last))) = (extent(heights), extent(points().map(|p| p.0))) else {
        return canvas.nothing();
    };
    let narrow = canvas.is_narrow();
    let y = Axis::over(low, high, 6);
    let left = if narrow { 14.0 } else { 28.0 } + y.label_width(13.0);
    let (right, bottom) = (canvas.width - if narrow { 8.0 } else { 28.0 }, canvas.height - 54.0);
    let above = top + 38.0 + NAME * groups.len() as f64;
    let ticks = if narrow { 6 } else { 12 };
    let x = if points().all(|p| p.0 as i64 as f64 == p.0) {
        Axis::whole(first as i64, last as i64, 0.02 * (last - first) + 0.05, ticks)
    } else {
        Axis::over(first, last, ticks)
    };
    let grid = Grid { x: x.between(left, right), y: y.between(bottom, above) };
    if narrow {
        canvas.text(4.0, top + 12.0, &fit(y_title, 13.0, false, canvas.width - 12.0), Ink::Text, plain(13.0), Anchor::Start);
    }
    canvas.axes(&grid, x_title, if narrow { "" } else { y_title });
    for (value, words) in held {
        let at = grid.y.at(*value);
        canvas.dashed((left, at), (right, at), Ink::Muted, 1.2);
        canvas.text(right - 4.0, at - 6.0, &fit(words, 12.5, false, right - left - 8.0), Ink::Muted, plain(12.5), Anchor::End);
    }
    for (ix, (name, points)) in groups.iter().enumerate() {
        for point in points {
            let place = (grid.x.at(point.0), grid.y.at(point.1));
            canvas.open(&says(name, point));
            canvas.target((place.0 - 11.0, place.1 - 11.0), (22.0, 22.0));
            canvas.dot(place, 4.5, ix);
            canvas.close();
        }
    }
    for (ix, (name, _)) in groups.iter().enumerate() {
        let row = top + 16.0 + NAME * (ix + usize::from(narrow)) as f64;
        canvas.dot((if narrow { 10.0 } else { left + 6.0 }, row - 4.5), 5.0, ix);
        let from = if narrow { 22.0 } else { left + 18.0 };
        canvas.text(from, row, &fit(name, 13.0, true, canvas.width - from - 8.0), Ink::Text, bold(13.0), Anchor::Start);
    }
}
