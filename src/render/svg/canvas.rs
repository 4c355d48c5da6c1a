//! Marks on paper: lines, shapes and words as SVG elements.

use std::fmt::Write;

use super::Style;
use super::axis::{Axis, Grid};
use super::measure::{fit, width, wrap};
use crate::table::Figure;

/// The colours by role. Inline, a page's variable comes first and the fixed colour is the fallback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// Words and the zero line.
    Text,
    /// Words of less weight.
    Muted,
    /// Grid lines.
    Grid,
    /// The paper.
    Paper,
    /// The colour of the n-th thing.
    Series(usize),
}

/// Okabe and Ito's colours with enough contrast on white, most different first.
const SERIES: [&str; 6] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00"];

const FONT: &str = "DejaVu Sans, Verdana, Geneva, sans-serif";

/// Horizontal alignment of words at their position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// They start there.
    Start,
    /// They are centred there.
    Middle,
    /// They end there.
    End,
}

/// Size and weight of words.
#[derive(Debug, Clone, Copy)]
pub struct Font {
    /// Font size in units of the figure.
    pub size: f64,
    /// Whether bold.
    pub bold: bool,
}

/// A font of regular weight.
pub const fn plain(size: f64) -> Font {
    Font { size, bold: false }
}

/// A bold font.
pub const fn bold(size: f64) -> Font {
    Font { size, bold: true }
}

/// A drawing in the making.
pub struct Canvas {
    style: Style,
    /// Its width.
    pub width: f64,
    /// Its height; a figure with rows sets its own.
    pub height: f64,
    body: String,
}

impl Canvas {
    /// An empty drawing of the size that suits its place.
    pub fn new(style: Style) -> Canvas {
        let width = if style == Style::Narrow { 360.0 } else { 760.0 };
        let height = if style == Style::Narrow { 340.0 } else { 420.0 };
        Canvas { style, width, height, body: String::new() }
    }

    /// Whether there is little room.
    pub fn is_narrow(&self) -> bool {
        self.style == Style::Narrow
    }

    /// Draws the title if the figure stands alone; gives back where the drawing begins.
    pub fn heading(&mut self, title: &str) -> f64 {
        if self.style != Style::Standalone {
            return 6.0;
        }
        let mut y = 12.0;
        for line in wrap(title, 16.0, true, self.width - 40.0, 2) {
            y += 21.0;
            self.text(20.0, y, &line, Ink::Text, bold(16.0), Anchor::Start);
        }
        y + 12.0
    }

    /// Opens a group that says its numbers on hover.
    pub fn open(&mut self, says: &str) {
        let _ = write!(self.body, "<g class=\"mark\"><title>{}</title>", escape(says));
    }

    /// Closes the group.
    pub fn close(&mut self) {
        self.body.push_str("</g>\n");
    }

    /// A straight line.
    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), ink: Ink, thickness: f64) {
        self.stroke(from, to, ink, thickness, "");
    }

    /// A dashed line.
    pub fn dashed(&mut self, from: (f64, f64), to: (f64, f64), ink: Ink, thickness: f64) {
        self.stroke(from, to, ink, thickness, " stroke-dasharray=\"4 4\"");
    }

    fn stroke(&mut self, from: (f64, f64), to: (f64, f64), ink: Ink, thickness: f64, more: &str) {
        let (colour, thickness) = (self.colour(ink), xy(thickness));
        let ((x1, y1), (x2, y2)) = ((xy(from.0), xy(from.1)), (xy(to.0), xy(to.1)));
        let _ = writeln!(
            self.body,
            "<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" stroke=\"{colour}\" stroke-width=\"{thickness}\"{more}/>"
        );
    }

    /// A line through points, dashed after the pattern of the n-th series.
    pub fn polyline(&mut self, points: &[(f64, f64)], series: usize) {
        let colour = self.colour(Ink::Series(series));
        let dash = ["", " stroke-dasharray=\"9 4\"", " stroke-dasharray=\"2 3\""][series % 3];
        let _ = writeln!(
            self.body,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2.50\" stroke-linejoin=\"round\"{dash}/>",
            path(points)
        );
    }

    /// A filled shape through points, lightly coloured below 1 opacity.
    pub fn polygon(&mut self, points: &[(f64, f64)], ink: Ink, opacity: f64) {
        let colour = self.colour(ink);
        let faint = if opacity < 1.0 { format!(" fill-opacity=\"{}\"", xy(opacity)) } else { String::new() };
        let _ = writeln!(self.body, "<polygon points=\"{}\" fill=\"{colour}\"{faint}/>", path(points));
    }

    /// A filled rectangle.
    pub fn rect(&mut self, (x, y): (f64, f64), (w, h): (f64, f64), ink: Ink, opacity: f64) {
        self.polygon(&[(x, y), (x + w, y), (x + w, y + h), (x, y + h)], ink, opacity);
    }

    /// An invisible area that makes a small mark easy to point at.
    pub fn target(&mut self, (x, y): (f64, f64), (w, h): (f64, f64)) {
        let _ = writeln!(
            self.body,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"none\" pointer-events=\"all\"/>",
            xy(x),
            xy(y),
            xy(w),
            xy(h)
        );
    }

    /// The point mark of the n-th series: disc, square, triangle, diamond in turn.
    pub fn dot(&mut self, (x, y): (f64, f64), r: f64, series: usize) {
        let ink = Ink::Series(series);
        match series % 4 {
            0 => {
                let colour = self.colour(ink);
                let _ = writeln!(self.body, "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{colour}\"/>", xy(x), xy(y), xy(r));
            }
            1 => self.rect((x - r * 0.9, y - r * 0.9), (r * 1.8, r * 1.8), ink, 1.0),
            2 => self.polygon(&[(x, y - r * 1.2), (x + r * 1.15, y + r * 0.8), (x - r * 1.15, y + r * 0.8)], ink, 1.0),
            _ => self.polygon(&[(x, y - r * 1.3), (x + r * 1.3, y), (x, y + r * 1.3), (x - r * 1.3, y)], ink, 1.0),
        }
    }

    /// A hollow disc.
    pub fn ring(&mut self, (x, y): (f64, f64), r: f64, ink: Ink) {
        let (colour, paper) = (self.colour(ink), self.colour(Ink::Paper));
        let _ = writeln!(
            self.body,
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{paper}\" stroke=\"{colour}\" stroke-width=\"2.00\"/>",
            xy(x),
            xy(y),
            xy(r)
        );
    }

    /// Words at a position on their baseline.
    pub fn text(&mut self, x: f64, y: f64, words: &str, ink: Ink, font: Font, anchor: Anchor) {
        let colour = self.colour(ink);
        let weight = if font.bold { " font-weight=\"700\"" } else { "" };
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let (x, y, size, words) = (xy(x), xy(y), xy(font.size), escape(words));
        let _ = writeln!(self.body, "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" fill=\"{colour}\"{weight}{anchor}>{words}</text>");
    }

    /// Centred words, moved so that they stay inside the paper.
    pub fn text_inside(&mut self, x: f64, y: f64, words: &str, ink: Ink, font: Font) {
        let words = fit(words, font.size, font.bold, self.width - 16.0);
        let half = width(&words, font.size, font.bold) / 2.0;
        let x = x.max(8.0 + half).min(self.width - 8.0 - half);
        self.text(x, y, &words, ink, font, Anchor::Middle);
    }

    /// What is drawn when there is nothing to draw.
    pub fn nothing(&mut self) {
        self.height = 120.0;
        self.text(self.width / 2.0, 68.0, "No numbers to draw", Ink::Muted, plain(14.0), Anchor::Middle);
    }

    /// Grid lines and labels of both axes, and the words beside them.
    pub fn axes(&mut self, grid: &Grid, x_title: &str, y_title: &str) {
        let (x, y) = (&grid.x, &grid.y);
        let (left, right, bottom, top) = (x.from, x.to, y.from, y.to);
        for (value, label) in &y.ticks {
            let at = y.at(*value);
            self.line((left, at), (right, at), Ink::Grid, 1.0);
            self.text(left - 8.0, at + 4.5, label, Ink::Muted, plain(13.0), Anchor::End);
        }
        self.x_axis(x, bottom, x_title);
        let y_title = fit(y_title, 13.0, false, self.width - 28.0);
        self.text(if self.is_narrow() { 4.0 } else { 20.0 }, top - 14.0, &y_title, Ink::Text, plain(13.0), Anchor::Start);
    }

    /// The horizontal axis at a height: line, ticks, labels, and the words below.
    pub fn x_axis(&mut self, x: &Axis, bottom: f64, x_title: &str) {
        self.line((x.from, bottom), (x.to, bottom), Ink::Muted, 1.0);
        for (value, label) in &x.ticks {
            let at = x.at(*value);
            self.line((at, bottom), (at, bottom + 5.0), Ink::Muted, 1.0);
            self.text(at, bottom + 20.0, label, Ink::Muted, plain(13.0), Anchor::Middle);
        }
        self.text_inside((x.from + x.to) / 2.0, bottom + 41.0, x_title, Ink::Text, plain(13.0));
    }

    /// A line where the effect is zero.
    pub fn zero(&mut self, from: (f64, f64), to: (f64, f64)) {
        self.line(from, to, Ink::Text, 1.5);
    }

    /// The finished element, with its words for those who cannot see it.
    pub fn finish(self, figure: &Figure) -> String {
        let (w, h) = (xy(self.width), xy(self.height));
        let mut out = String::with_capacity(self.body.len() + 600);
        let label = escape(&figure.title);
        match self.style {
            Style::Standalone => {
                let _ = writeln!(
                    out,
                    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" \
                     role=\"img\" font-family=\"{FONT}\">"
                );
            }
            Style::Inline | Style::Narrow => {
                let class = if self.is_narrow() { "narrow" } else { "wide" };
                let _ = writeln!(
                    out,
                    "<svg class=\"drawing {class}\" viewBox=\"0 0 {w} {h}\" role=\"img\" aria-label=\"{}. {}\">",
                    label,
                    escape(&figure.alt)
                );
            }
        }
        if self.style == Style::Standalone {
            let _ = writeln!(out, "<title>{label}</title>\n<desc>{}</desc>", escape(&figure.alt));
            let _ = writeln!(out, "<rect width=\"{w}\" height=\"{h}\" fill=\"#ffffff\"/>");
        } else {
            // A title element here would pop up over the whole drawing; the label above says the same.
            let _ = writeln!(out, "<desc>{}</desc>", escape(&figure.alt));
        }
        out.push_str(&self.body);
        out.push_str("</svg>\n");
        out
    }

    fn colour(&self, ink: Ink) -> String {
        let (role, fixed) = match ink {
            Ink::Text => ("text".to_string(), "#1b1f24"),
            Ink::Muted => ("muted".to_string(), "#57606a"),
            Ink::Grid => ("grid".to_string(), "#e3e6ea"),
            Ink::Paper => ("paper".to_string(), "#ffffff"),
            Ink::Series(n) => ((n % SERIES.len()).to_string(), SERIES[n % SERIES.len()]),
        };
        if self.style == Style::Standalone { fixed.to_string() } else { format!("var(--fig-{role},{fixed})") }
    }
}

/// A coordinate with two decimals; what is not finite (nothing should be) is drawn at the edge.
pub fn xy(value: f64) -> String {
    let value = if value.is_finite() { value.clamp(-1e5, 1e5) } else { 0.0 };
    let written = format!("{value:.2}");
    if written == "-0.00" { "0.00".to_string() } else { written }
}

fn path(points: &[(f64, f64)]) -> String {
    points.iter().map(|&(x, y)| format!("{},{}", xy(x), xy(y))).collect::<Vec<_>>().join(" ")
}

/// Words that XML prints as they are; characters XML forbids become U+FFFD, line breaks spaces.
pub fn escape(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' | '\r' => out.push(' '),
            c if c.is_control() || c == '\u{fffe}' || c == '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
