//! Effects by event time, and beside them on the same scale the sets that hold where trends were not parallel.

use super::axis::Axis;
use super::canvas::{Anchor, Canvas, Ink, bold, plain};
use super::event_study;
use super::measure::{fit, wrap};
use crate::table::number::{self, Glyphs};
use crate::table::{Bounds, Digits, EventPoint, Sensitivity};

/// The share of the width that the effects take.
const EFFECTS: f64 = 0.6;
/// The height of the sets on a phone, where they stand below.
const BELOW: f64 = 300.0;

/// Draws both below `top`; on a phone the sets stand below the effects.
pub fn draw(canvas: &mut Canvas, top: f64, points: &[EventPoint], beside: &Sensitivity, x_title: &str, y_title: &str) {
    let ends: Vec<f64> = beside.bounds.iter().flat_map(|b| [b.low, b.high]).flatten().filter(|v| v.is_finite()).collect();
    let (narrow, width, bottom) = (canvas.is_narrow(), canvas.width, canvas.height - 54.0);
    let right = if narrow { width - 6.0 } else { width * EFFECTS };
    let Some(y) = event_study::panel(canvas, (top, bottom), right, points, &ends, x_title, y_title) else { return };
    if narrow {
        let (from, to) = (canvas.height + 44.0, canvas.height + BELOW - 54.0);
        canvas.height += BELOW;
        let y = y.between(to, from);
        for (value, label) in &y.ticks {
            canvas.line((14.0 + y.label_width(13.0), y.at(*value)), (right, y.at(*value)), Ink::Grid, 1.0);
            canvas.text(6.0 + y.label_width(13.0), y.at(*value) + 4.5, label, Ink::Muted, plain(13.0), Anchor::End);
        }
        sets(canvas, (14.0 + y.label_width(13.0), right), &y, beside);
    } else {
        let (left, right) = (right + 28.0, width - 14.0);
        for (value, _) in &y.ticks {
            canvas.line((left, y.at(*value)), (right, y.at(*value)), Ink::Grid, 1.0);
        }
        sets(canvas, (left, right), &y, beside);
    }
}

fn sets(canvas: &mut Canvas, (left, right): (f64, f64), y: &Axis, s: &Sensitivity) {
    let (ceiling, floor) = (y.to, y.from);
    let room = right - left;
    let mut height = ceiling - 14.0 - 14.0 * (wrap(&s.title, 12.0, true, room, 2).len() as f64 - 1.0);
    for line in wrap(&s.title, 12.0, true, room, 2) {
        canvas.text(left, height, &line, Ink::Text, bold(12.0), Anchor::Start);
        height += 14.0;
    }
    canvas.zero((left, y.at(0.0)), (right, y.at(0.0)));
    canvas.line((left, floor), (right, floor), Ink::Muted, 1.0);
    let step = room / s.bounds.len().max(1) as f64;
    for (ix, b) in s.bounds.iter().enumerate() {
        let x = left + step * (ix as f64 + 0.5);
        canvas.open(&says(s, b));
        canvas.target((x - step / 2.0, ceiling), (step, floor - ceiling));
        bar(canvas, x, y, b, ix);
        canvas.close();
        let label = fit(&b.label, 12.0, false, step * 1.3);
        canvas.text(x, floor + 20.0, &label, Ink::Muted, plain(12.0), Anchor::Middle);
    }
    let mut height = floor + 38.0;
    for line in wrap(&s.x_title, 12.0, false, room, 2) {
        canvas.text(left + room / 2.0, height, &line, Ink::Text, plain(12.0), Anchor::Middle);
        height += 14.0;
    }
}

/// The set as a bar; the usual interval is drawn as the effects are.
fn bar(canvas: &mut Canvas, x: f64, y: &Axis, b: &Bounds, ix: usize) {
    let (low, high) = (b.low.filter(|v| v.is_finite()), b.high.filter(|v| v.is_finite()));
    if low.is_none() && high.is_none() {
        return canvas.text(x, y.at(0.0) - 6.0, "?", Ink::Muted, plain(13.0), Anchor::Middle);
    }
    let ink = if ix == 0 { Ink::Series(0) } else { Ink::Series(1) };
    let (bottom, top) = (low.map_or(y.from, |v| y.at(v)), high.map_or(y.to, |v| y.at(v)));
    canvas.line((x, bottom), (x, top), ink, 3.5);
    match low {
        Some(_) => canvas.line((x - 6.0, bottom), (x + 6.0, bottom), ink, 2.0),
        None => canvas.polygon(&[(x - 6.0, bottom - 9.0), (x + 6.0, bottom - 9.0), (x, bottom)], ink, 1.0),
    }
    match high {
        Some(_) => canvas.line((x - 6.0, top), (x + 6.0, top), ink, 2.0),
        None => canvas.polygon(&[(x - 6.0, top + 9.0), (x + 6.0, top + 9.0), (x, top)], ink, 1.0),
    }
}

fn says(s: &Sensitivity, b: &Bounds) -> String {
    let (low, high) = (b.low.filter(|v| v.is_finite()), b.high.filter(|v| v.is_finite()));
    let size = match b.size {
        Some(_) => format!("{} {}", s.x_title, b.label),
        None => b.label.clone(),
    };
    if low.is_none() && high.is_none() {
        return format!("{size}: no set");
    }
    let middle = low.zip(high).map_or(0.0, |(a, b)| a / 2.0 + b / 2.0);
    let digits = Digits::for_interval(middle, low, high);
    format!("{size}: {}", number::interval(low, high, digits, Glyphs::Typographic))
}
