//! A flow diagram: boxes from the rows of the source down to those analysed, and beside them those who leave.

use super::canvas::{Anchor, Canvas, Ink, bold, plain};
use super::measure::wrap;
use crate::table::number::{self, Glyphs};
use crate::table::{FlowCount, FlowStage, FlowStep};

/// Words below one another, and how large.
type Lines = Vec<(String, bool)>;

/// The height of a line in a box.
const LINE: f64 = 16.0;
/// The room between boxes.
const GAP: f64 = 26.0;
/// The room inside a box above and below its words.
const PAD: f64 = 9.0;

/// Draws the figure below `top`; its height follows the number of boxes.
pub fn draw(canvas: &mut Canvas, top: f64, steps: &[FlowStep], arms: &[String], stages: &[FlowStage]) {
    if steps.is_empty() && (arms.is_empty() || stages.is_empty()) {
        return canvas.nothing();
    }
    let narrow = canvas.is_narrow();
    let (left, right) = if narrow { (8.0, canvas.width - 8.0) } else { (20.0, canvas.width - 20.0) };
    let wide = (right - left) * if narrow { 0.56 } else { 0.42 };
    let mut y = top + 6.0;
    let mut last: Option<f64> = None;
    let centre = if narrow { left + wide / 2.0 } else { (left + right) / 2.0 - wide * 0.25 };
    for step in steps {
        let words = counted(&step.label, step.n, wide - 16.0);
        if step.leaves {
            let from = last.unwrap_or(y);
            let (at, room) = (centre + wide / 2.0 + 14.0, right - centre - wide / 2.0 - 14.0);
            let words = counted(&step.label, step.n, room - 16.0);
            let tall = height(&words);
            let middle = from + 8.0 + tall / 2.0;
            canvas.line((centre, middle), (at, middle), Ink::Muted, 1.2);
            boxed(canvas, (at, from + 8.0), room, &words, Ink::Muted);
            canvas.line((centre, from), (centre, from + tall + 16.0), Ink::Muted, 1.2);
            last = Some(from + tall + 16.0);
            continue;
        }
        y = last.map_or(y, |from| arrow(canvas, centre, from));
        boxed(canvas, (centre - wide / 2.0, y), wide, &words, Ink::Series(0));
        last = Some(y + height(&words));
    }
    let mut lowest = last.unwrap_or(y);
    let start = lowest;
    let room = (right - left - 20.0 * (arms.len().max(1) - 1) as f64) / arms.len().max(1) as f64;
    for (ix, arm) in arms.iter().enumerate() {
        let from = left + (room + 20.0) * ix as f64;
        let middle = from + room / 2.0;
        let mut y = start;
        if last.is_some() {
            // Down, across, and down again.
            canvas.line((centre, start), (centre, start + 12.0), Ink::Muted, 1.2);
            canvas.line((centre, start + 12.0), (middle, start + 12.0), Ink::Muted, 1.2);
            y = arrow(canvas, middle, start + 12.0);
        }
        let name: Lines = wrap(arm, 13.0, true, room - 16.0, 2).into_iter().map(|l| (l, true)).collect();
        canvas.text(
            middle,
            y + 13.0,
            &name.iter().map(|l| l.0.as_str()).collect::<Vec<_>>().join(" "),
            Ink::Text,
            bold(13.0),
            Anchor::Middle,
        );
        y += 22.0;
        for (s, stage) in stages.iter().enumerate() {
            let Some(at) = stage.arms.get(ix) else { continue };
            if s > 0 {
                if !stage.lost.is_empty() {
                    let words = left_out(stage, at, room * 0.8 - 16.0);
                    let tall = height(&words);
                    canvas.line((middle, y), (middle, y + 10.0), Ink::Muted, 1.2);
                    boxed(canvas, (from + room * 0.1, y + 10.0), room * 0.8, &words, Ink::Muted);
                    y += tall + 10.0;
                }
                y = arrow(canvas, middle, y);
            }
            let words = counted(&stage.label, at.n, room - 16.0);
            boxed(canvas, (from, y), room, &words, Ink::Series(ix));
            y += height(&words);
        }
        lowest = lowest.max(y);
    }
    canvas.height = lowest + 16.0;
}

/// A count in words.
fn shown(n: Option<u64>) -> String {
    n.map_or_else(|| "withheld".to_string(), number::count)
}

fn counted(label: &str, n: Option<u64>, room: f64) -> Lines {
    let words = wrap(label, 12.5, false, room, 3).into_iter().map(|l| (l, false));
    std::iter::once((shown(n), true)).chain(words).collect()
}

fn left_out(stage: &FlowStage, at: &FlowCount, room: f64) -> Lines {
    let share = at.share.map_or_else(String::new, |s| format!(" ({})", number::percent(s, Glyphs::Typographic)));
    let words = wrap(&stage.lost, 12.5, false, room, 3).into_iter().map(|l| (l, false));
    std::iter::once((format!("{}{share}", shown(at.lost)), true)).chain(words).collect()
}

fn height(words: &Lines) -> f64 {
    words.len() as f64 * LINE + 2.0 * PAD
}

/// A box with words in its middle.
fn boxed(canvas: &mut Canvas, (x, y): (f64, f64), wide: f64, words: &Lines, ink: Ink) {
    let tall = height(words);
    canvas.open(&words.iter().map(|l| l.0.as_str()).collect::<Vec<_>>().join(" "));
    canvas.rect((x, y), (wide, tall), ink, 0.1);
    for (from, to) in
        [((x, y), (x + wide, y)), ((x + wide, y), (x + wide, y + tall)), ((x + wide, y + tall), (x, y + tall)), ((x, y + tall), (x, y))]
    {
        canvas.line(from, to, ink, 1.2);
    }
    let mut at = y + PAD + 12.0;
    for (line, strong) in words {
        canvas.text(x + wide / 2.0, at, line, Ink::Text, if *strong { bold(14.0) } else { plain(12.5) }, Anchor::Middle);
        at += LINE;
    }
    canvas.close();
}

/// An arrow down; gives back where it ends.
fn arrow(canvas: &mut Canvas, x: f64, from: f64) -> f64 {
    let to = from + GAP;
    canvas.line((x, from), (x, to - 5.0), Ink::Muted, 1.2);
    canvas.polygon(&[(x - 4.5, to - 7.0), (x + 4.5, to - 7.0), (x, to)], Ink::Muted, 1.0);
    to
}
