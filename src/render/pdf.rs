//! Figures as PDF: lines and letters as paths, so that they print sharp at any size and need no font.

use std::collections::BTreeSet;
use std::io::Write;

use flate2::{Compression, write::ZlibEncoder};
use pdf_writer::types::{LineCapStyle, LineJoinStyle};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, TextStr};
use resvg::tiny_skia::{PathSegment, Point, Transform};
use resvg::usvg::{Color, Fill, FillRule, Group, LineCap, LineJoin, Node, Paint, PaintOrder, Path, Stroke};

use super::RenderError;
use super::tree::{POINTS, tree};

/// A standalone SVG of ours as a PDF of one page, as large in print as the PNG.
///
/// Shapes, lines, their colours and opacities are drawn, and words as the outlines of their letters; anything else an SVG
/// can hold (pictures, gradients, masks) is none of ours and refused.
///
/// # Errors
/// The text is not an SVG, has no size or one too large, or holds what is not drawn here.
pub fn pdf(svg: &str, title: &str) -> Result<Vec<u8>, RenderError> {
    let tree = tree(svg)?;
    let (width, height) = (near(tree.size().width() * POINTS), near(tree.size().height() * POINTS));
    let mut drawing = Drawing { content: Content::new(), opacities: BTreeSet::new() };
    // A PDF's origin is below on the left.
    drawing.content.transform([POINTS, 0.0, 0.0, -POINTS, 0.0, height]);
    drawing.group(tree.root())?;
    let Drawing { content, opacities } = drawing;

    let [catalog, pages, leaf, stream, about] = [1, 2, 3, 4, 5].map(Ref::new);
    let state = |ix: usize| Ref::new(6 + ix as i32);
    let mut out = Pdf::new();
    out.catalog(catalog).pages(pages);
    out.pages(pages).kids([leaf]).count(1);
    let mut page = out.page(leaf);
    page.media_box(Rect::new(0.0, 0.0, width, height)).parent(pages).contents(stream);
    let mut resources = page.resources();
    let mut states = resources.ext_g_states();
    for (ix, &opacity) in opacities.iter().enumerate() {
        states.pair(Name(state_name(opacity).as_bytes()), state(ix));
    }
    states.finish();
    resources.finish();
    page.finish();
    for (ix, &opacity) in opacities.iter().enumerate() {
        let alpha = f32::from(opacity) / 1000.0;
        out.ext_graphics(state(ix)).non_stroking_alpha(alpha).stroking_alpha(alpha);
    }
    // No date: the bytes depend on the figure alone.
    out.document_info(about).title(TextStr(title)).producer(TextStr("didact"));
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
    let packed = packed.write_all(&content.finish()).and_then(|()| packed.finish()).map_err(|why| RenderError::Pdf(why.to_string()))?;
    out.stream(stream, &packed).filter(Filter::FlateDecode);
    Ok(out.finish())
}

/// What is drawn so far, and the opacities it needs, in thousandths.
struct Drawing {
    content: Content,
    opacities: BTreeSet<u16>,
}

impl Drawing {
    fn group(&mut self, group: &Group) -> Result<(), RenderError> {
        if group.should_isolate() {
            return Err(RenderError::Pdf("it has a group with a mask, a filter or an opacity".into()));
        }
        for node in group.children() {
            match node {
                Node::Group(inner) => self.group(inner)?,
                Node::Path(path) => self.path(path)?,
                Node::Text(text) => self.group(text.flattened())?,
                Node::Image(_) => return Err(RenderError::Pdf("it holds a picture".into())),
            }
        }
        Ok(())
    }

    fn path(&mut self, path: &Path) -> Result<(), RenderError> {
        if !path.is_visible() {
            return Ok(());
        }
        let fill = |drawing: &mut Drawing| path.fill().map_or(Ok(()), |fill| drawing.fill(path, fill));
        let stroke = |drawing: &mut Drawing| path.stroke().map_or(Ok(()), |stroke| drawing.stroke(path, stroke));
        match path.paint_order() {
            PaintOrder::FillAndStroke => fill(self).and_then(|()| stroke(self)),
            PaintOrder::StrokeAndFill => stroke(self).and_then(|()| fill(self)),
        }
    }

    fn fill(&mut self, path: &Path, fill: &Fill) -> Result<(), RenderError> {
        let [r, g, b] = rgb(colour(fill.paint())?);
        self.content.save_state().set_fill_rgb(r, g, b);
        self.opacity(fill.opacity().get());
        self.outline(path);
        match fill.rule() {
            FillRule::NonZero => self.content.fill_nonzero(),
            FillRule::EvenOdd => self.content.fill_even_odd(),
        };
        self.content.restore_state();
        Ok(())
    }

    fn stroke(&mut self, path: &Path, stroke: &Stroke) -> Result<(), RenderError> {
        let [r, g, b] = rgb(colour(stroke.paint())?);
        self.content.save_state().set_stroke_rgb(r, g, b);
        self.opacity(stroke.opacity().get());
        let at = path.abs_transform();
        let scale = (at.sx * at.sy - at.kx * at.ky).abs().sqrt();
        self.content.set_line_width(stroke.width().get() * scale).set_miter_limit(stroke.miterlimit().get());
        self.content.set_line_cap(match stroke.linecap() {
            LineCap::Butt => LineCapStyle::ButtCap,
            LineCap::Round => LineCapStyle::RoundCap,
            LineCap::Square => LineCapStyle::ProjectingSquareCap,
        });
        self.content.set_line_join(match stroke.linejoin() {
            LineJoin::Miter | LineJoin::MiterClip => LineJoinStyle::MiterJoin,
            LineJoin::Round => LineJoinStyle::RoundJoin,
            LineJoin::Bevel => LineJoinStyle::BevelJoin,
        });
        if let Some(dashes) = stroke.dasharray() {
            self.content.set_dash_pattern(dashes.iter().map(|dash| dash * scale), stroke.dashoffset() * scale);
        }
        self.outline(path);
        self.content.stroke().restore_state();
        Ok(())
    }

    fn opacity(&mut self, opacity: f32) {
        let thousandths = (opacity * 1000.0).round() as u16;
        if thousandths < 1000 {
            self.opacities.insert(thousandths);
            self.content.set_parameters(Name(state_name(thousandths).as_bytes()));
        }
    }

    fn outline(&mut self, path: &Path) {
        let at = path.abs_transform();
        let mut last = Point::default();
        for segment in path.data().segments() {
            match segment {
                PathSegment::MoveTo(p) => {
                    let (x, y) = placed(at, p);
                    self.content.move_to(x, y);
                    last = p;
                }
                PathSegment::LineTo(p) => {
                    let (x, y) = placed(at, p);
                    self.content.line_to(x, y);
                    last = p;
                }
                PathSegment::QuadTo(c, p) => {
                    // A PDF has cubic curves alone; this one is the same curve.
                    let third = |from: Point| Point::from_xy(from.x + (c.x - from.x) * 2.0 / 3.0, from.y + (c.y - from.y) * 2.0 / 3.0);
                    self.curve(at, third(last), third(p), p);
                    last = p;
                }
                PathSegment::CubicTo(a, b, p) => {
                    self.curve(at, a, b, p);
                    last = p;
                }
                PathSegment::Close => {
                    self.content.close_path();
                }
            }
        }
    }

    fn curve(&mut self, at: Transform, a: Point, b: Point, p: Point) {
        let ((ax, ay), (bx, by), (x, y)) = (placed(at, a), placed(at, b), placed(at, p));
        self.content.cubic_to(ax, ay, bx, by, x, y);
    }
}

fn state_name(thousandths: u16) -> String {
    format!("O{thousandths}")
}

/// A point where it lies on the page, to a thousandth of a unit.
fn placed(at: Transform, mut p: Point) -> (f32, f32) {
    at.map_point(&mut p);
    (near(p.x), near(p.y))
}

fn near(v: f32) -> f32 {
    (v * 1000.0).round() / 1000.0
}

fn colour(paint: &Paint) -> Result<Color, RenderError> {
    match paint {
        Paint::Color(colour) => Ok(*colour),
        _ => Err(RenderError::Pdf("it has a gradient or a pattern".into())),
    }
}

fn rgb(colour: Color) -> [f32; 3] {
    [colour.red, colour.green, colour.blue].map(|part| f32::from(part) / 255.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::samples::{NAMES, hostile_figures};
    use crate::render::svg::{Style, svg};
    use flate2::read::ZlibDecoder;
    use std::io::Read;

    /// The operators of the page.
    fn page(bytes: &[u8]) -> String {
        let find = |what: &[u8]| bytes.windows(what.len()).position(|w| w == what).unwrap();
        let (from, to) = (find(b"stream\n") + 7, find(b"\nendstream"));
        let mut text = String::new();
        ZlibDecoder::new(&bytes[from..to]).read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn figures_are_paths_and_bear_no_date() {
        for name in NAMES {
            for figure in hostile_figures(name) {
                let bytes = pdf(&svg(&figure, Style::Standalone), name).unwrap();
                assert!(bytes.starts_with(b"%PDF-") && bytes.ends_with(b"%%EOF"));
                let raw = String::from_utf8_lossy(&bytes);
                assert!(!raw.contains("CreationDate") && !raw.contains("/Font") && raw.contains("/MediaBox [0 0 456 "));
                let drawn = page(&bytes);
                assert!(!drawn.contains("NaN") && !drawn.contains("inf"));
                assert_eq!(drawn.lines().filter(|l| *l == "q").count(), drawn.lines().filter(|l| *l == "Q").count());
                assert!(drawn.lines().filter(|l| l.ends_with(" c")).count() > 20, "letters are curves");
            }
        }
    }

    #[test]
    fn shapes_colours_and_opacities_come_through() {
        let shape = "<rect x=\"10\" y=\"20\" width=\"30\" height=\"40\" fill=\"#0072b2\" fill-opacity=\"0.16\" stroke=\"#000\" stroke-dasharray=\"4 4\"/>";
        let bytes = pdf(&format!("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"100\" height=\"100\">{shape}</svg>"), "t").unwrap();
        let drawn = page(&bytes);
        for line in ["0.6 0 0 -0.6 0 60 cm", "/O160 gs", "10 20 m", "40 20 l", "[4 4] 0 d", "f", "S"] {
            assert!(drawn.lines().any(|l| l == line), "{line} in {drawn}");
        }
        assert!(String::from_utf8_lossy(&bytes).contains("/ca 0.16"));
        let masked = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"><g opacity=\"0.5\"><path d=\"M0 0h9v9z\"/><path d=\"M0 0h5v9z\"/></g></svg>";
        assert!(matches!(pdf(masked, "t"), Err(RenderError::Pdf(_))));
        assert!(matches!(pdf("no", "t"), Err(RenderError::Svg(_))));
    }
}
