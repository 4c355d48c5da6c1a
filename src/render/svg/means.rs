//! Means of both arms over time, and the difference between them below, over the same periods.

use super::axis::{Axis, Grid, extent};
use super::canvas::{Anchor, Canvas, Ink, plain};
use super::lines;
use super::measure::fit;
use crate::table::Series;

/// The place of the difference among the colours and shapes: after the two arms.
const THIRD: usize = 2;
/// The height of the difference's panel.
const BELOW: f64 = 190.0;

/// Draws the figure below `top`.
pub fn draw(
    canvas: &mut Canvas,
    top: f64,
    (arms, difference): (&[Series], &Series),
    marks: &[(f64, String)],
    x_title: &str,
    y_title: &str,
) {
    let bottom = canvas.height - 54.0;
    let points = lines::finite(&difference.points);
    let ends = points.iter().flat_map(|p| [Some(p.1), p.2.map(|i| i.0), p.2.map(|i| i.1)]).flatten();
    let Some((low, high)) = extent(ends.chain([0.0])).filter(|_| !points.is_empty()) else {
        lines::panel(canvas, (top, bottom), arms, marks, x_title, y_title);
        return;
    };
    let Some(x) = lines::panel(canvas, (top, bottom), arms, marks, "", y_title) else { return };
    canvas.height += BELOW;
    let (ceiling, floor) = (bottom + 72.0, canvas.height - 54.0);
    let grid = Grid { x, y: Axis::over(low, high, 4).between(floor, ceiling) };
    let title = fit(&difference.name, 13.0, false, canvas.width - 28.0);
    canvas.axes(&grid, x_title, &title);
    canvas.zero((grid.x.from, grid.y.at(0.0)), (grid.x.to, grid.y.at(0.0)));
    if !canvas.is_narrow() {
        canvas.text(grid.x.to + 12.0, grid.y.at(0.0) + 4.5, "no difference", Ink::Muted, plain(12.5), Anchor::Start);
    }
    for (at, _) in marks.iter().filter(|(at, _)| points.iter().any(|p| p.0 <= *at) && points.iter().any(|p| p.0 >= *at)) {
        canvas.dashed((grid.x.at(*at), ceiling), (grid.x.at(*at), floor), Ink::Muted, 1.2);
    }
    for point in &points {
        let (x, y) = (grid.x.at(point.0), grid.y.at(point.1));
        canvas.open(&lines::says(&difference.name, point));
        canvas.target((x - 12.0, ceiling), (24.0, floor - ceiling));
        if let Some((low, high)) = point.2 {
            let (below, above) = (grid.y.at(low), grid.y.at(high));
            canvas.line((x, below), (x, above), Ink::Series(THIRD), 2.5);
            canvas.line((x - 5.0, below), (x + 5.0, below), Ink::Series(THIRD), 2.0);
            canvas.line((x - 5.0, above), (x + 5.0, above), Ink::Series(THIRD), 2.0);
        }
        canvas.dot((x, y), 5.0, THIRD);
        canvas.close();
    }
}
