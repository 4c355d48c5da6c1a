//! Figures as SVG, drawn by hand, the same to the byte everywhere.
//!
//! Coordinates come of `+ − × ÷` alone and are written with two decimals. Colours are those of Okabe and Ito
//! (2008), which colour-blind readers tell apart; shapes and dashes differ too, so print in black works as well.

mod axis;
mod balance;
mod canvas;
mod event_study;
mod flow;
mod forest;
mod lines;
mod means;
mod measure;
mod scatter;
mod sensitivity;
mod specifications;

use crate::table::{Figure, FigureKind};
use canvas::Canvas;

pub use canvas::escape;

/// Where a figure will stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// A file of its own: title inside, white paper, fixed colours and font.
    Standalone,
    /// Inside a page that gives title, font and colours (`--fig-…` variables, so dark mode works).
    Inline,
    /// As [`Style::Inline`], drawn narrow for a phone.
    Narrow,
}

/// The figure as SVG. The text is well-formed whatever the names and numbers; what is not finite is not drawn.
pub fn svg(figure: &Figure, style: Style) -> String {
    let mut canvas = Canvas::new(style);
    let top = canvas.heading(&figure.title);
    match &figure.kind {
        FigureKind::EventStudy { points, sensitivity, x_title, y_title } => match sensitivity {
            Some(beside) => sensitivity::draw(&mut canvas, top, points, beside, x_title, y_title),
            None => event_study::draw(&mut canvas, top, points, x_title, y_title),
        },
        FigureKind::Lines { series, marks, x_title, y_title } => {
            lines::draw(&mut canvas, top, series, marks, x_title, y_title);
        }
        FigureKind::Means { arms, difference, marks, x_title, y_title } => {
            means::draw(&mut canvas, top, (arms, difference), marks, x_title, y_title)
        }
        FigureKind::Balance { samples, rows, limits, x_title } => balance::draw(&mut canvas, top, samples, rows, *limits, x_title),
        FigureKind::Flow { steps, arms, stages } => flow::draw(&mut canvas, top, steps, arms, stages),
        FigureKind::Scatter { series, held, x_title, y_title } => scatter::draw(&mut canvas, top, series, held, x_title, y_title),
        FigureKind::Forest { rows, against, x_title } => forest::draw(&mut canvas, top, rows, against, x_title),
        FigureKind::Specifications { points, rows, y_title } => specifications::draw(&mut canvas, top, points, rows, y_title),
    }
    canvas.finish(figure)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::samples::{NAMES, hostile_figures};
    use resvg::usvg::{Options, Tree};

    #[test]
    fn every_figure_is_well_formed_and_finite() {
        for name in NAMES {
            for figure in hostile_figures(name) {
                for style in [Style::Standalone, Style::Inline, Style::Narrow] {
                    let drawn = svg(&figure, style);
                    let alone = drawn.replacen("<svg ", "<svg xmlns=\"http://www.w3.org/2000/svg\" ", 1);
                    let alone = if style == Style::Standalone { &drawn } else { &alone };
                    Tree::from_str(alone, &Options::default()).unwrap_or_else(|why| panic!("{why}: {drawn}"));
                    assert!(!drawn.contains("NaN") && !drawn.contains("inf"), "{drawn}");
                    assert!(!drawn.contains("<script") && !drawn.contains("<img"));
                    assert_eq!(drawn, svg(&figure, style));
                }
            }
        }
    }
}
