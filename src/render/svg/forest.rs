//! Estimates below one another, with their intervals and the line of the value they are held against.

use super::axis::{Axis, extent};
use super::canvas::{Anchor, Canvas, Font, Ink, bold, plain};
use super::measure::{fit, width, wrap};
use crate::table::number::{self, Glyphs};
use crate::table::{Against, Digits, ForestRow};

/// Draws the figure below `top`; its height follows the number of rows.
pub fn draw(canvas: &mut Canvas, top: f64, rows: &[ForestRow], against: &Against, x_title: &str) {
    let rows: Vec<&ForestRow> = rows.iter().filter(|row| row.estimate.is_finite()).collect();
    let digits = common_digits(&rows);
    let rows: Vec<Row> = rows.into_iter().map(|row| Row::new(row, digits)).collect();
    let ends = rows.iter().flat_map(|row| [Some(row.source.estimate), row.low, row.high]).flatten();
    let held = Some(against.value).filter(|v| v.is_finite()).unwrap_or(0.0);
    let Some((low, high)) = extent(ends.chain([held])).filter(|_| !rows.is_empty()) else {
        return canvas.nothing();
    };
    let narrow = canvas.is_narrow();
    let detailed = rows.iter().any(|row| !row.source.detail.is_empty());
    let (pitch, first) = match (narrow, detailed) {
        (true, _) => (72.0, top + 8.0),
        (false, true) => (58.0, top + 30.0),
        (false, false) => (42.0, top + 30.0),
    };
    let bottom = first + pitch * rows.len() as f64 + 4.0;
    canvas.height = bottom + 54.0;

    let label = rows.iter().map(Row::label_width).fold(0.0, f64::max).clamp(80.0, 270.0);
    let printed = rows.iter().map(|row| width(&row.printed, 13.0, row.source.headline)).fold(90.0, f64::max);
    let (left, right) = if narrow { (14.0, canvas.width - 14.0) } else { (20.0 + label + 24.0, canvas.width - 20.0 - printed - 24.0) };
    let x = Axis::over(low, high, if narrow { 5 } else { 6 }).between(left, right);

    // Where the words stand above the marks, lines are drawn between the words only.
    let spans: Vec<(f64, f64)> = if narrow {
        (1..=rows.len()).map(|n| first + pitch * n as f64).map(|end| (end - 27.0, end - 5.0)).collect()
    } else {
        vec![(first - 2.0, bottom)]
    };
    for (value, _) in &x.ticks {
        for (from, to) in &spans {
            canvas.line((x.at(*value), *from), (x.at(*value), *to), Ink::Grid, 1.0);
        }
    }
    for (ix, row) in rows.iter().enumerate() {
        let y = first + pitch * ix as f64;
        if row.source.headline {
            let (from, wide) = if narrow { (0.0, canvas.width) } else { (10.0, canvas.width - 20.0) };
            canvas.rect((from, y + 2.0), (wide, pitch - 4.0), Ink::Series(0), 0.09);
        }
    }
    for (from, to) in spans {
        canvas.zero((x.at(held), from), (x.at(held), to));
    }
    canvas.x_axis(&x, bottom, x_title);
    if !narrow {
        let heading = "Estimate [interval]";
        canvas.text(canvas.width - 20.0, first - 12.0, heading, Ink::Muted, plain(12.0), Anchor::End);
        canvas.text_inside(x.at(held), first - 12.0, &against.words, Ink::Muted, plain(12.0));
    }
    for (ix, row) in rows.iter().enumerate() {
        let y = first + pitch * ix as f64;
        canvas.open(&row.says());
        canvas.target((0.0, y), (canvas.width, pitch));
        if narrow {
            let words = fit(&row.source.label, 13.0, row.source.headline, canvas.width - 16.0);
            canvas.text(8.0, y + 20.0, &words, Ink::Text, row.font(13.0), Anchor::Start);
            canvas.text(canvas.width - 8.0, y + 37.0, &row.printed, Ink::Text, row.font(12.0), Anchor::End);
            let room = canvas.width - 26.0 - width(&row.printed, 12.0, row.source.headline);
            let detail = fit(&row.source.detail, 11.5, false, room);
            canvas.text(8.0, y + 37.0, &detail, Ink::Muted, plain(11.5), Anchor::Start);
            row.mark(canvas, &x, y + pitch - 16.0);
        } else {
            let middle = y + pitch / 2.0;
            row.words(canvas, middle, label);
            canvas.text(canvas.width - 20.0, middle + 4.5, &row.printed, Ink::Text, row.font(13.0), Anchor::End);
            row.mark(canvas, &x, middle);
        }
        canvas.close();
    }
}

/// The digits all rows share, so that numbers below one another compare: those of the headline, else the finest.
fn common_digits(rows: &[&ForestRow]) -> Digits {
    let of = |row: &&ForestRow| match Digits::for_interval(row.estimate, row.low, row.high) {
        Digits::Decimals(n) => Some(n),
        Digits::Auto => None,
    };
    let headline = rows.iter().filter(|row| row.headline).find_map(of);
    headline.or_else(|| rows.iter().filter_map(of).max()).map_or(Digits::Auto, Digits::Decimals)
}

/// A row with its bounds checked and its numbers printed.
struct Row<'a> {
    source: &'a ForestRow,
    low: Option<f64>,
    high: Option<f64>,
    printed: String,
}

impl Row<'_> {
    fn new(source: &ForestRow, digits: Digits) -> Row<'_> {
        let (low, high) = (source.low.filter(|v| v.is_finite()), source.high.filter(|v| v.is_finite()));
        let estimate = number::number(source.estimate, digits, Glyphs::Typographic);
        let printed = if low.is_some() || high.is_some() {
            format!("{estimate} {}", number::interval(low, high, digits, Glyphs::Typographic))
        } else {
            format!("{estimate} (no interval)")
        };
        Row { source, low, high, printed }
    }

    fn font(&self, size: f64) -> Font {
        if self.source.headline { bold(size) } else { plain(size) }
    }

    fn label_width(&self) -> f64 {
        let label = width(&self.source.label, 13.5, self.source.headline);
        label.max(width(&self.source.detail, 11.5, false)) + 1.0
    }

    /// The label on one line or two and the detail below, centred on a height.
    fn words(&self, canvas: &mut Canvas, middle: f64, room: f64) {
        let font = self.font(13.5);
        let label = wrap(&self.source.label, font.size, font.bold, room, 2);
        let detail = fit(&self.source.detail, 11.5, false, room);
        let lines = label.len() as f64 + if detail.is_empty() { 0.0 } else { 1.0 };
        let mut y = middle + 4.5 - (lines - 1.0) * 8.0;
        for line in label {
            canvas.text(20.0, y, &line, Ink::Text, font, Anchor::Start);
            y += 16.0;
        }
        canvas.text(20.0, y, &detail, Ink::Muted, plain(11.5), Anchor::Start);
    }

    fn says(&self) -> String {
        format!("{}: {}", self.source.label, self.printed)
    }

    fn mark(&self, canvas: &mut Canvas, x: &Axis, y: f64) {
        let ink = if self.source.headline { Ink::Series(0) } else { Ink::Muted };
        let (thick, cap) = if self.source.headline { (3.5, 7.0) } else { (2.0, 5.0) };
        if self.low.is_some() || self.high.is_some() {
            let from = self.low.map_or(x.from, |v| x.at(v));
            let to = self.high.map_or(x.to, |v| x.at(v));
            canvas.line((from, y), (to, y), ink, thick);
            match self.low {
                Some(_) => canvas.line((from, y - cap), (from, y + cap), ink, 2.0),
                None => canvas.polygon(&[(from + 10.0, y - 6.0), (from + 10.0, y + 6.0), (from, y)], ink, 1.0),
            }
            match self.high {
                Some(_) => canvas.line((to, y - cap), (to, y + cap), ink, 2.0),
                None => canvas.polygon(&[(to - 10.0, y - 6.0), (to - 10.0, y + 6.0), (to, y)], ink, 1.0),
            }
        }
        let at = (x.at(self.source.estimate), y);
        if self.source.headline {
            canvas.dot(at, 7.0, 0);
        } else {
            canvas.ring(at, 5.0, Ink::Muted);
        }
    }
}
