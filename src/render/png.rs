//! Pictures from figures, with the fonts the program brings: the same bytes on any machine.

use std::sync::{Arc, OnceLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{ImageHrefResolver, Options, Tree, fontdb};

use super::RenderError;

/// Pixels for each unit of the figure.
const SCALE: f32 = 2.0;

/// The longest side of a picture in pixels.
const LONGEST: f32 = 20_000.0;

static REGULAR: &[u8] = include_bytes!("fonts/DejaVuSans.ttf");
static BOLD: &[u8] = include_bytes!("fonts/DejaVuSans-Bold.ttf");

/// A standalone SVG as PNG at twice its size.
///
/// Only the embedded DejaVu Sans is used, never a font of the system, and nothing the SVG refers to is loaded.
///
/// # Errors
/// The text is not an SVG, or the picture has no size or one too large.
pub fn png(svg: &str) -> Result<Vec<u8>, RenderError> {
    let options = Options {
        font_family: "DejaVu Sans".to_string(),
        fontdb: fonts(),
        image_href_resolver: ImageHrefResolver { resolve_data: Box::new(|_, _, _| None), resolve_string: Box::new(|_, _| None) },
        ..Options::default()
    };
    let tree = Tree::from_str(svg, &options).map_err(|why| RenderError::Svg(why.to_string()))?;
    let (width, height) = (tree.size().width() * SCALE, tree.size().height() * SCALE);
    if !(width <= LONGEST && height <= LONGEST) {
        return Err(RenderError::Size);
    }
    let mut pixels = Pixmap::new(width.ceil() as u32, height.ceil() as u32).ok_or(RenderError::Size)?;
    resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut pixels.as_mut());
    pixels.encode_png().map_err(|why| RenderError::Png(why.to_string()))
}

/// The embedded fonts, read once.
fn fonts() -> Arc<fontdb::Database> {
    static FONTS: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    let load = || {
        let mut fonts = fontdb::Database::new();
        fonts.load_font_data(REGULAR.to_vec());
        fonts.load_font_data(BOLD.to_vec());
        fonts.set_sans_serif_family("DejaVu Sans");
        Arc::new(fonts)
    };
    Arc::clone(FONTS.get_or_init(load))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::samples::{NAMES, hostile_figures};
    use crate::render::svg::{Style, svg};

    #[test]
    fn bytes_are_the_same_twice() {
        for figure in hostile_figures(NAMES[0]) {
            let drawn = svg(&figure, Style::Standalone);
            let first = png(&drawn).unwrap();
            assert_eq!(first, png(&drawn).unwrap());
            assert_eq!(first[..8], *b"\x89PNG\r\n\x1a\n");
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
