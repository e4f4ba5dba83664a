//! Pictures: decoded whole, within limits, and written again as a PNG that holds what is seen and nothing else.
//!
//! What leaves in place of a stranger's bytes is [`Picture::png`]. What the original carried beside its pixels is listed in
//! [`Picture::dropped`], for the rules to judge.

mod dropped;
mod raster;
mod svg;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

pub use dropped::{Dropped, Loss};

use exeat_domain::drawn::{self, Drawn};

use crate::policy::Limits;

/// A picture format that may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are the formats' own")]
pub enum Format {
    Png,
    Jpeg,
    Gif,
    Bmp,
    Tiff,
    WebP,
    Svg,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 7] =
        [Self::Png, Self::Jpeg, Self::Gif, Self::Bmp, Self::Tiff, Self::WebP, Self::Svg];

    /// The format that these bytes begin as; for SVG, text whose first element is `svg`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => Some(Self::Tiff),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::WebP),
            // "BM" alone begins many a text: the size of the header behind it is one of few.
            [b'B', b'M', ..]
                if matches!(bytes.get(14..18), Some([12 | 16 | 40 | 52 | 56 | 64 | 108 | 124, 0, 0, 0])) =>
            {
                Some(Self::Bmp)
            }
            _ => svg::begins(bytes).then_some(Self::Svg),
        }
    }

    /// The name in reports: `png`, `jpeg`, ….
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpeg",
            Self::Gif => "gif",
            Self::Bmp => "bmp",
            Self::Tiff => "tiff",
            Self::WebP => "webp",
            Self::Svg => "svg",
        }
    }

    /// Whether a file of this format may bear the extension, whatever its case.
    #[must_use]
    pub fn agrees_with(self, extension: &str) -> bool {
        let extension = extension.to_ascii_lowercase();
        match self {
            Self::Jpeg => matches!(extension.as_str(), "jpg" | "jpeg"),
            Self::Tiff => matches!(extension.as_str(), "tif" | "tiff"),
            _ => extension == self.name(),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Svg => "SVG",
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::Gif => "GIF",
            Self::Bmp => "BMP",
            Self::Tiff => "TIFF",
            Self::WebP => "WebP",
        })
    }
}

/// A picture that was decoded whole.
#[derive(Clone)]
pub struct Picture {
    /// What it was.
    pub format: Format,
    /// Width in pixels, as it leaves.
    pub width: u32,
    /// Height in pixels, as it leaves.
    pub height: u32,
    /// The canonical re-encoding: a PNG of opaque 8-bit RGB on white, without metadata; the same input gives the same bytes.
    pub png: Vec<u8>,
    /// Text that the picture shows, where its format has text; pixels are not read here.
    pub text: Vec<String>,
    /// What the original carried beside what is seen, and the re-encoding does not.
    pub dropped: Vec<Dropped>,
}

impl Picture {
    /// How large it is, and what was left out of it.
    #[must_use]
    pub fn drawn(&self) -> Drawn {
        let dropped = self.dropped.iter().map(|one| drawn::Dropped {
            loss: one.loss,
            detail: one.detail.clone(),
            bytes: one.bytes,
        });
        let (width, height) = (self.width, self.height);
        Drawn { format: self.format.to_string(), width, height, dropped: dropped.collect() }.bounded()
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Picture({} {}x{}, {:?})", self.format, self.width, self.height, self.dropped)
    }
}

/// Why a picture cannot be shown; each reads on from "it", for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// No format that may leave.
    #[error("it is no PNG, JPEG, GIF, BMP, TIFF, WebP or SVG picture")]
    Unknown,
    /// The decoder refused it.
    #[error("it begins as a {format} picture but cannot be decoded: {why}")]
    Broken {
        /// What it begins as.
        format: Format,
        /// What the decoder says.
        why: String,
    },
    /// It ends before its end.
    #[error("it is a {0} picture that was cut off: its end is missing")]
    CutOff(Format),
    /// More pixels than the limit.
    #[error("it is a picture of {width} × {height} pixels, more than the limit of {limit}")]
    TooLarge {
        /// Its width in pixels.
        width: u64,
        /// Its height in pixels.
        height: u64,
        /// The limit, width times height.
        limit: u64,
    },
    /// Drawing or decoding it takes more time or memory than a figure has need of.
    #[error("it is a {format} picture that is too complex to be drawn: {why}")]
    TooComplex {
        /// What it is.
        format: Format,
        /// What there is too much of.
        why: String,
    },
}

/// Decodes a picture whole, within the limits, and writes it again.
///
/// # Errors
/// Why it cannot be shown: no format that may leave, broken, cut off, or over a limit.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Picture, PictureError> {
    let format = Format::of(bytes).ok_or(PictureError::Unknown)?;
    // The decoders are fuzzed by their makers, yet a panic in one must not take the other files of a request with it.
    let decoded = catch_unwind(AssertUnwindSafe(|| match format {
        Format::Svg => svg::decode(bytes, limits),
        _ => raster::decode(bytes, format, limits),
    }));
    decoded.unwrap_or_else(|_| Err(PictureError::Broken { format, why: "the decoder failed".to_owned() }))
}

#[cfg(test)]
mod tests;
