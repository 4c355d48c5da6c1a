//! How far apart the groups were before, variable by variable, with the sizes that divide small from large.

use super::axis::{Axis, extent};
use super::canvas::{Anchor, Canvas, Ink, bold, plain};
use super::measure::{fit, width};
use crate::table::number::{self, Glyphs};
use crate::table::{BalanceRow, Digits};

/// The height of a row.
const ROW: f64 = 34.0;
/// The height of a row on a phone, where the words stand above the marks.
const NARROW: f64 = 50.0;

/// Draws the figure below `top`; its height follows the number of variables.
pub fn draw(canvas: &mut Canvas, top: f64, samples: &[String], rows: &[BalanceRow], limits: [f64; 2], x_title: &str) {
    let finite = |v: Option<f64>| v.filter(|v| v.is_finite());
    let values = rows.iter().flat_map(|r| r.values.iter().filter_map(|v| finite(*v)));
    let edge = if limits[1].is_finite() { limits[1] * 1.2 } else { 1.0 };
    let Some((low, high)) = extent(values.chain([-edge, edge])).filter(|_| !rows.is_empty()) else {
        return canvas.nothing();
    };
    let narrow = canvas.is_narrow();
    let mut y = top + 14.0;
    for (ix, sample) in samples.iter().enumerate() {
        mark(canvas, (20.0, y - 4.5), ix);
        canvas.text(32.0, y, &fit(sample, 12.5, false, canvas.width - 40.0), Ink::Text, plain(12.5), Anchor::Start);
        y += 18.0;
    }
    let (pitch, first) = if narrow { (NARROW, y + 20.0) } else { (ROW, y + 20.0) };
    let bottom = first + pitch * rows.len() as f64;
    canvas.height = bottom + 54.0;
    let label = rows.iter().map(|r| width(&r.label, 13.0, false).max(width(&r.detail, 11.0, false))).fold(60.0, f64::max).min(250.0);
    let left = if narrow { 14.0 } else { 20.0 + label + 20.0 };
    let x = Axis::over(low, high, if narrow { 5 } else { 8 }).between(left, canvas.width - 20.0);

    let shade = |canvas: &mut Canvas, size: f64, ink: Ink, opacity: f64| {
        let (from, to) = (x.at(-size), x.at(size));
        canvas.rect((from, first - 6.0), (to - from, bottom - first + 6.0), ink, opacity);
    };
    shade(canvas, limits[1], Ink::Series(5), 0.10);
    shade(canvas, limits[0], Ink::Series(2), 0.16);
    for size in limits.iter().flat_map(|l| [-l, *l]).filter(|v| v.is_finite()) {
        canvas.dashed((x.at(size), first - 6.0), (x.at(size), bottom), Ink::Muted, 1.0);
        let words = number::number(size, Digits::Decimals(2), Glyphs::Typographic);
        if size.abs() == limits[1].abs() || !narrow {
            let anchor = if size < 0.0 { Anchor::End } else { Anchor::Start };
            let away = if size < 0.0 { 3.0 } else { -3.0 };
            canvas.text(x.at(size) + away, first - 10.0, &words, Ink::Muted, plain(11.0), anchor);
        }
    }
    for r in 0..rows.len() {
        let from = first + pitch * r as f64;
        let middle = if narrow { from + pitch - 14.0 } else { from + pitch / 2.0 };
        canvas.line((left, middle), (canvas.width - 20.0, middle), Ink::Grid, 1.0);
    }
    canvas.zero((x.at(0.0), first - 6.0), (x.at(0.0), bottom));
    canvas.x_axis(&x, bottom, x_title);
    for (r, row) in rows.iter().enumerate() {
        let from = first + pitch * r as f64;
        let middle = if narrow { from + pitch - 14.0 } else { from + pitch / 2.0 };
        let heading = if row.detail.is_empty() || narrow { middle } else { middle - 6.0 };
        let (at, base) = if narrow { (14.0, from + 16.0) } else { (20.0, heading + 4.5) };
        let room = if narrow { canvas.width - 28.0 } else { label };
        canvas.text(
            at,
            base,
            &fit(&row.label, 13.0, r == 0, room),
            Ink::Text,
            if r == 0 { bold(13.0) } else { plain(13.0) },
            Anchor::Start,
        );
        if !row.detail.is_empty() && !narrow {
            canvas.text(at, base + 14.0, &fit(&row.detail, 11.0, false, room), Ink::Muted, plain(11.0), Anchor::Start);
        }
        for (ix, sample) in samples.iter().enumerate() {
            let Some(value) = row.values.get(ix).and_then(|v| finite(*v)) else { continue };
            canvas.open(&format!("{}, {sample}: {} SD", row.label, number::number(value, Digits::Decimals(3), Glyphs::Typographic)));
            canvas.target((x.at(value) - 9.0, middle - 9.0), (18.0, 18.0));
            mark(canvas, (x.at(value), middle), ix);
            canvas.close();
        }
    }
}

/// The mark of a sample: the first hollow, the second filled.
fn mark(canvas: &mut Canvas, at: (f64, f64), ix: usize) {
    match ix {
        0 => canvas.ring(at, 5.0, Ink::Text),
        _ => canvas.dot(at, 5.5, ix - 1),
    }
}
