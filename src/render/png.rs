//! Pictures from figures, of 300 dots an inch: the same bytes on any machine.

use flate2::Crc;
use resvg::tiny_skia::{Pixmap, Transform};

use super::RenderError;
use super::tree::{POINTS, tree};

/// Dots an inch, as journals ask for.
const DOTS: f32 = 300.0;

/// Dots a metre: 300 an inch, as the picture says of itself.
const PER_METRE: u32 = 11_811;

/// Where the chunks after the header begin: eight bytes of signature, and a header of 25.
const AFTER_HEADER: usize = 33;

/// A standalone SVG as PNG at 300 dots an inch, as large in print as the PDF (760 units: 6.3 inches, 1,900 pixels).
///
/// # Errors
/// The text is not an SVG, or the picture has no size or one too large.
pub fn png(svg: &str) -> Result<Vec<u8>, RenderError> {
    let tree = tree(svg)?;
    let scale = POINTS * DOTS / 72.0;
    let (width, height) = (tree.size().width() * scale, tree.size().height() * scale);
    let mut pixels = Pixmap::new(width.ceil() as u32, height.ceil() as u32).ok_or(RenderError::Size)?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    let encoded = pixels.encode_png().map_err(|why| RenderError::Png(why.to_string()))?;
    let (header, rest) = encoded.split_at_checked(AFTER_HEADER).ok_or_else(|| RenderError::Png("it has no header".into()))?;
    Ok([header, &density(), rest].concat())
}

/// The chunk that says how large a dot is (PNG specification, 11.3.4.3).
fn density() -> Vec<u8> {
    let mut chunk = b"pHYs".to_vec();
    chunk.extend(PER_METRE.to_be_bytes());
    chunk.extend(PER_METRE.to_be_bytes());
    chunk.push(1);
    let mut sum = Crc::new();
    sum.update(&chunk);
    [&9_u32.to_be_bytes()[..], &chunk, &sum.sum().to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::samples::{NAMES, hostile_figures};
    use crate::render::svg::{Style, svg};

    #[test]
    fn pictures_have_300_dots_an_inch() {
        for figure in hostile_figures(NAMES[0]) {
            let picture = png(&svg(&figure, Style::Standalone)).unwrap();
            assert_eq!(picture[..8], *b"\x89PNG\r\n\x1a\n");
            assert_eq!(picture[16..20], 1900_u32.to_be_bytes());
            assert_eq!(picture[37..41], *b"pHYs");
            assert_eq!(picture[41..45], 11_811_u32.to_be_bytes());
            // The sum that the specification's own example of this chunk carries, as other software writes it.
            assert_eq!(picture[50..54], [0x78, 0xa5, 0x3f, 0x76]);
        }
    }

    #[test]
    fn words_are_drawn() {
        let with = |words: &str| {
            let text = format!("<text x=\"5\" y=\"30\" font-family=\"DejaVu Sans\">{words}</text>");
            png(&format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 60 40\">{text}</svg>")).unwrap()
        };
        assert_ne!(with("A"), with("B"));
        assert_ne!(with("A"), with(""));
    }

    #[test]
    fn faults_are_errors() {
        assert!(matches!(png("not an svg"), Err(RenderError::Svg(_))));
        let huge = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1e7\" height=\"1e7\"/>";
        assert_eq!(png(huge), Err(RenderError::Size));
    }
}
