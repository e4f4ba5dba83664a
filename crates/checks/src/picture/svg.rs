//! SVG: drawn with our own font, reading nothing from outside, within a budget of work.

mod budget;
mod hidden;

use std::sync::{Arc, LazyLock, Mutex};

use image::RgbImage;
use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::{self, ImageHrefResolver, ImageKind, Options, Tree, fontdb, roxmltree};

use super::dropped::{self, Dropped, Loss};
use super::{Format, Picture, PictureError, raster};
use crate::policy::Limits;

/// Liberation Sans has the widths of Arial and Helvetica, which figures name most, so words take the room that they were
/// given; DejaVu Sans has the signs that it lacks. Both are free (their licences stand beside them).
const FACES: [&[u8]; 2] = [
    include_bytes!("../../assets/LiberationSans-Regular.ttf"),
    include_bytes!("../../assets/DejaVuSans.ttf"),
];
const FAMILY: &str = "Liberation Sans";

static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    for face in FACES {
        fonts.load_font_data(face.to_vec());
    }
    fonts.set_serif_family(FAMILY);
    fonts.set_sans_serif_family(FAMILY);
    fonts.set_monospace_family(FAMILY);
    fonts.set_cursive_family(FAMILY);
    fonts.set_fantasy_family(FAMILY);
    Arc::new(fonts)
});

/// The longer side of a drawing, in pixels: small ones are drawn up to four times their size, so that small print can be
/// read, and large ones are drawn smaller.
const LONGER_SIDE: std::ops::RangeInclusive<f32> = 1600.0..=4096.0;
const LARGEST_SCALE: f32 = 4.0;
/// Elements nested deeper than this are no figure; drawing recurses.
const DEEPEST: usize = 128;
/// Elements: a scatter plot of a hundred thousand marks has fewer.
const MOST_NODES: u32 = 1_000_000;
/// Bytes of text: beyond, a figure is not drawn.
const LONGEST: usize = 64 << 20;

/// Whether text has `svg` as its first element, behind any declaration, comment and document type.
pub(super) fn begins(bytes: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(64 << 10)]);
    let mut rest = head.trim_start_matches('\u{feff}').trim_start();
    loop {
        let end = if rest.starts_with("<!--") {
            "-->"
        } else if rest.starts_with("<?") {
            "?>"
        } else if rest.starts_with("<!") {
            // A document type may hold declarations in brackets.
            if rest.find('[').is_some_and(|open| rest.find('>').is_some_and(|close| open < close)) {
                "]>"
            } else {
                ">"
            }
        } else {
            let name = rest.strip_prefix('<').unwrap_or_default();
            let name =
                name.split(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).next().unwrap_or_default();
            return name == "svg" || name.ends_with(":svg");
        };
        match rest.find(end) {
            Some(at) => rest = rest[at + end.len()..].trim_start(),
            None => return false,
        }
    }
}

/// Draws an SVG.
pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Picture, PictureError> {
    let broken = |why: String| PictureError::Broken { format: Format::Svg, why };
    if bytes.len() > LONGEST {
        return Err(complex(format!("it has {} bytes, more than {LONGEST}", bytes.len())));
    }
    let text = str::from_utf8(bytes)
        .map_err(|_| broken("its text is not UTF-8".to_owned()))?
        .trim_start_matches('\u{feff}');
    let options = roxmltree::ParsingOptions {
        allow_dtd: true,
        nodes_limit: MOST_NODES,
        ..roxmltree::ParsingOptions::default()
    };
    let document =
        roxmltree::Document::parse_with_options(text, options).map_err(|error| broken(error.to_string()))?;
    // Not `ancestors()` for each node: that is quadratic in the depth of a bomb.
    if depth(&document) > DEEPEST {
        return Err(complex(format!("its elements are nested deeper than {DEEPEST}")));
    }
    let embedded = Mutex::new(Embedded { pixels_left: limits.pixels, refused: Vec::new() });
    let options = options_for(&embedded, *limits);
    let tree = Tree::from_xmltree(&document, &options).map_err(|error| broken(error.to_string()))?;
    drop(options);
    let scale = scale_of(&tree);
    budget::check(&tree, scale, limits).map_err(complex)?;
    let pixels = draw(&tree, scale).ok_or_else(|| complex("it has no size that can be drawn".to_owned()))?;
    let mut lost = hidden::list(&document, &tree);
    lost.extend(embedded.into_inner().map(|embedded| embedded.refused).unwrap_or_default());
    let png = raster::encode(&pixels).map_err(|error| broken(error.to_string()))?;
    let text = hidden::words(&tree);
    Ok(Picture {
        format: Format::Svg,
        width: pixels.width(),
        height: pixels.height(),
        png,
        text,
        dropped: dropped::bounded(lost),
    })
}

fn complex(why: String) -> PictureError {
    PictureError::TooComplex { format: Format::Svg, why }
}

fn depth(document: &roxmltree::Document<'_>) -> usize {
    let (mut node, mut depth, mut deepest) = (document.root(), 0, 0);
    loop {
        if let Some(child) = node.first_child() {
            (node, depth) = (child, depth + 1);
            deepest = deepest.max(depth);
            continue;
        }
        while node.next_sibling().is_none() {
            match node.parent() {
                Some(parent) => (node, depth) = (parent, depth - 1),
                None => return deepest,
            }
        }
        if let Some(sibling) = node.next_sibling() {
            node = sibling;
        }
    }
}

/// What pictures within the drawing have taken, and which were left out.
struct Embedded {
    pixels_left: u64,
    refused: Vec<Dropped>,
}

fn options_for(embedded: &Mutex<Embedded>, limits: Limits) -> Options<'_> {
    Options {
        font_family: FAMILY.to_owned(),
        fontdb: FONTS.clone(),
        image_href_resolver: ImageHrefResolver {
            resolve_data: Box::new(move |_, data, _| within(embedded, &data, limits)),
            // A path or an address: nothing outside the file is ever read.
            resolve_string: Box::new(|href, _| {
                if let Ok(mut embedded) = embedded.lock() {
                    embedded.refused.push(Dropped::saying(
                        Loss::External,
                        "picture outside the file",
                        href.as_bytes(),
                        href.len(),
                    ));
                }
                None
            }),
        },
        ..Options::default()
    }
}

/// A picture embedded in the drawing, through our own decoder, so that the limits hold for it too.
fn within(embedded: &Mutex<Embedded>, data: &[u8], limits: Limits) -> Option<ImageKind> {
    let mut embedded = embedded.lock().ok()?;
    let pixels = embedded.pixels_left;
    let decoded = Format::of(data)
        .filter(|format| *format != Format::Svg)
        .and_then(|format| Some((format, raster::open(data, format, &Limits { pixels, ..limits }).ok()?)));
    let Some((format, decoded)) = decoded else {
        embedded.refused.push(Dropped::new(
            Loss::Foreign,
            "embedded content that is no picture, or too large a one",
            data.len(),
        ));
        return None;
    };
    embedded.pixels_left = pixels.saturating_sub(u64::from(decoded.width()) * u64::from(decoded.height()));
    if let Ok(lost) = dropped::list(data, format) {
        embedded.refused.extend(lost);
    }
    let mut png = std::io::Cursor::new(Vec::new());
    decoded.to_rgba8().write_to(&mut png, image::ImageFormat::Png).ok()?;
    Some(ImageKind::PNG(Arc::new(png.into_inner())))
}

fn scale_of(tree: &Tree) -> f32 {
    let longer = tree.size().width().max(tree.size().height());
    (LONGER_SIDE.start() / longer).clamp(1.0, LARGEST_SCALE).min(LONGER_SIDE.end() / longer)
}

fn draw(tree: &Tree, scale: f32) -> Option<RgbImage> {
    let size: usvg::Size = tree.size();
    let canvas =
        usvg::Size::from_wh((size.width() * scale).max(1.0), (size.height() * scale).max(1.0))?.to_int_size();
    let mut pixmap = Pixmap::new(canvas.width(), canvas.height())?;
    pixmap.fill(Color::WHITE);
    resvg::render(tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    // On white every pixel is opaque, so nothing is multiplied by its transparency.
    let rgb = pixmap.data().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    RgbImage::from_raw(canvas.width(), canvas.height(), rgb)
}
