//! A drawing of ours read by usvg, with the fonts the program brings: the same on any machine.

use std::sync::{Arc, OnceLock};

use resvg::usvg::{ImageHrefResolver, Options, Tree, fontdb};

use super::RenderError;

/// Points (1/72 inch) for each unit of a figure: a figure of 760 units is 6.3 inches wide, the text of a page.
pub const POINTS: f32 = 0.6;

/// The longest side of a figure, in its units.
const LONGEST: f32 = 8_000.0;

static REGULAR: &[u8] = include_bytes!("fonts/DejaVuSans.ttf");
static BOLD: &[u8] = include_bytes!("fonts/DejaVuSans-Bold.ttf");

/// The tree of a standalone SVG.
///
/// Only the embedded DejaVu Sans is used, never a font of the system, and nothing the SVG refers to is loaded.
///
/// # Errors
/// The text is not an SVG, or has no size or one too large.
pub fn tree(svg: &str) -> Result<Tree, RenderError> {
    let options = Options {
        font_family: "DejaVu Sans".to_string(),
        fontdb: fonts(),
        image_href_resolver: ImageHrefResolver { resolve_data: Box::new(|_, _, _| None), resolve_string: Box::new(|_, _| None) },
        ..Options::default()
    };
    let tree = Tree::from_str(svg, &options).map_err(|why| RenderError::Svg(why.to_string()))?;
    if tree.size().width() <= LONGEST && tree.size().height() <= LONGEST { Ok(tree) } else { Err(RenderError::Size) }
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
