//! A specification curve: all estimates by size with their intervals, and below which choices each of them makes.

use super::axis::{Axis, extent};
use super::canvas::{Anchor, Canvas, Ink, bold, plain};
use super::measure::{fit, width};
use crate::table::number::{self, Glyphs};
use crate::table::{ChoiceRow, Digits, SpecificationPoint};

/// The height of the curve.
const CURVE: f64 = 230.0;
/// The height of a row of choices.
const ROW: f64 = 15.0;
/// Above this many, intervals are one ribbon and marks have no words of their own.
const SINGLE: usize = 300;

/// Draws the figure below `top`; its height follows the number of choices.
pub fn draw(canvas: &mut Canvas, top: f64, points: &[SpecificationPoint], rows: &[ChoiceRow], y_title: &str) {
    let mut points: Vec<&SpecificationPoint> = points.iter().filter(|p| p.estimate.is_finite()).collect();
    points.sort_by(|a, b| a.estimate.total_cmp(&b.estimate));
    let ends = points.iter().flat_map(|p| [Some(p.estimate), p.low, p.high]).flatten();
    let Some((low, high)) = extent(ends.chain([0.0])).filter(|_| !points.is_empty()) else {
        return canvas.nothing();
    };
    let narrow = canvas.is_narrow();
    let y = Axis::over(low, high, 6);
    let label = rows.iter().map(|r| width(&r.label, 11.5, false)).fold(0.0, f64::max).min(if narrow { 110.0 } else { 220.0 });
    let left = (label + 24.0).max(28.0 + y.label_width(13.0));
    let right = canvas.width - 14.0;
    let (above, below) = (top + 36.0, top + 36.0 + CURVE);
    let y = y.between(below, above);
    let step = (right - left) / points.len() as f64;
    let at = |i: usize| left + step * (i as f64 + 0.5);

    for (value, words) in &y.ticks {
        let height = y.at(*value);
        canvas.line((left, height), (right, height), Ink::Grid, 1.0);
        canvas.text(left - 8.0, height + 4.5, words, Ink::Muted, plain(13.0), Anchor::End);
    }
    let title = fit(y_title, 13.0, false, canvas.width - 28.0);
    canvas.text(if narrow { 4.0 } else { 20.0 }, above - 14.0, &title, Ink::Text, plain(13.0), Anchor::Start);
    canvas.zero((left, y.at(0.0)), (right, y.at(0.0)));

    let ends = |p: &SpecificationPoint| {
        let own = |end: Option<f64>, open: f64| end.filter(|e| e.is_finite()).map_or(open, |e| y.at(e));
        (p.low.is_some() || p.high.is_some()).then(|| (own(p.low, below), own(p.high, above)))
    };
    if points.len() > SINGLE {
        let bounded: Vec<(f64, (f64, f64))> = points.iter().enumerate().filter_map(|(i, p)| Some((at(i), ends(p)?))).collect();
        let shape: Vec<(f64, f64)> =
            bounded.iter().map(|&(x, (_, h))| (x, h)).chain(bounded.iter().rev().map(|&(x, (l, _))| (x, l))).collect();
        canvas.polygon(&shape, Ink::Muted, 0.2);
        let places: Vec<(f64, f64)> = points.iter().enumerate().map(|(i, p)| (at(i), y.at(p.estimate))).collect();
        canvas.polyline(&places, 0);
    } else {
        for (i, p) in points.iter().enumerate() {
            canvas.open(&says(p));
            canvas.target((at(i) - step / 2.0, above), (step, CURVE));
            let ink = if p.significant { Ink::Series(0) } else { Ink::Muted };
            if let Some((from, to)) = ends(p) {
                canvas.line((at(i), from), (at(i), to), ink, (step * 0.5).clamp(0.6, 2.0));
            }
            let size = (step * 0.4).clamp(1.2, 4.0);
            if p.significant {
                canvas.dot((at(i), y.at(p.estimate)), size, 0);
            } else {
                canvas.ring((at(i), y.at(p.estimate)), size, Ink::Muted);
            }
            canvas.close();
        }
    }
    if let Some((i, p)) = points.iter().enumerate().find(|(_, p)| p.headline) {
        canvas.dashed((at(i), above), (at(i), below), Ink::Series(1), 1.2);
        canvas.dot((at(i), y.at(p.estimate)), 6.0, 1);
        canvas.text_inside(at(i), below + 13.0, "headline", Ink::Series(1), bold(12.0));
    }

    let mut height = below + 14.0;
    let mut group = "";
    for (r, row) in rows.iter().enumerate() {
        if row.group != group {
            group = &row.group;
            height += 18.0;
            canvas.text(8.0, height, &fit(group, 12.0, true, canvas.width - 16.0), Ink::Text, bold(12.0), Anchor::Start);
        }
        height += ROW;
        canvas.line((left, height - 4.0), (right, height - 4.0), Ink::Grid, 0.6);
        canvas.text(left - 8.0, height, &fit(&row.label, 11.5, false, label), Ink::Muted, plain(11.5), Anchor::End);
        for (from, to) in runs(&points, r) {
            let wide = (step * (to - from) as f64).max(0.8);
            canvas.rect((left + step * from as f64, height - 8.5), (wide, 9.0), Ink::Text, 0.75);
        }
    }
    canvas.height = height + 20.0;
}

/// From where to where neighbouring points make a choice.
fn runs(points: &[&SpecificationPoint], row: usize) -> Vec<(usize, usize)> {
    let mut out: Vec<(usize, usize)> = Vec::new();
    for (i, _) in points.iter().enumerate().filter(|(_, p)| p.choices.contains(&row)) {
        match out.last_mut() {
            Some(last) if last.1 == i => last.1 = i + 1,
            _ => out.push((i, i + 1)),
        }
    }
    out
}

fn says(p: &SpecificationPoint) -> String {
    let digits = Digits::for_interval(p.estimate, p.low, p.high);
    let estimate = number::number(p.estimate, digits, Glyphs::Typographic);
    if p.low.is_none() && p.high.is_none() {
        return format!("{estimate} (no interval)");
    }
    format!("{estimate} {}", number::interval(p.low, p.high, digits, Glyphs::Typographic))
}
