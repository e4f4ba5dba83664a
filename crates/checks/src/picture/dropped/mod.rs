//! What a picture carries beside what is seen. The re-encoding leaves it all behind; the rules judge that it was there.
//!
//! Each format's file is walked by its own structure, apart from the decoder: what the decoder skips in silence is what is
//! looked for. A structure that cannot be walked to its end is an error, for nothing could be said of the rest.

mod blocks;
mod chunks;
mod cursor;
mod directories;
mod segments;

pub use exeat_domain::drawn::Loss;

use super::{Format, PictureError};

/// One thing that a picture carried beside what is seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dropped {
    /// What kind of thing.
    pub loss: Loss,
    /// Its name in the format, and the beginning of what it says; text of a stranger.
    pub detail: String,
    /// Its size in bytes.
    pub bytes: u64,
}

/// Most things that are listed; the last one counts the rest.
const MOST: usize = 200;
/// Most characters that are kept of what a thing says.
const SHOWN: usize = 200;

impl Dropped {
    pub(super) fn new(loss: Loss, detail: impl Into<String>, bytes: usize) -> Self {
        Self { loss, detail: detail.into(), bytes: bytes as u64 }
    }

    /// A thing with the text that it holds.
    pub(super) fn saying(loss: Loss, name: &str, text: &[u8], bytes: usize) -> Self {
        let text = String::from_utf8_lossy(&text[..text.len().min(4 * SHOWN)]);
        let text: String =
            text.split(char::is_whitespace).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        let shown: String = text.chars().filter(|c| !c.is_control()).take(SHOWN).collect();
        Self::new(loss, if shown.is_empty() { name.to_owned() } else { format!("{name}: {shown}") }, bytes)
    }
}

/// Everything that a picture of pixels carries beside them.
pub(super) fn list(bytes: &[u8], format: Format) -> Result<Vec<Dropped>, PictureError> {
    let walked = match format {
        Format::Png => chunks::png(bytes),
        Format::WebP => chunks::webp(bytes),
        Format::Jpeg => segments::jpeg(bytes),
        Format::Gif => blocks::gif(bytes),
        Format::Bmp => blocks::bmp(bytes),
        Format::Tiff => directories::tiff(bytes),
        Format::Svg => Some(Vec::new()),
    };
    walked.map(bounded).ok_or(PictureError::CutOff(format))
}

pub(super) fn bounded(mut all: Vec<Dropped>) -> Vec<Dropped> {
    if all.len() > MOST {
        let rest = all.split_off(MOST);
        let worst = rest.iter().map(|dropped| dropped.loss).max().unwrap_or(Loss::Unknown);
        let bytes = rest.iter().map(|dropped| dropped.bytes).sum();
        all.push(Dropped { loss: worst, detail: format!("{} more", rest.len()), bytes });
    }
    all
}

/// What stands behind the end of a picture.
fn trailing(rest: &[u8]) -> Option<Dropped> {
    (!rest.is_empty())
        .then(|| Dropped::saying(Loss::Trailing, "bytes behind its end", printable(rest), rest.len()))
}

/// Text that is worth showing; the bytes of an archive are not.
fn printable(bytes: &[u8]) -> &[u8] {
    let head = &bytes[..bytes.len().min(64)];
    if head.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r')) { bytes } else { &[] }
}

/// What an EXIF block holds: its directories are those of TIFF.
fn exif(block: &[u8], found: &mut Vec<Dropped>) {
    let what = if directories::says_sizes_alone(block) { "EXIF of sizes" } else { "EXIF" };
    found.push(Dropped::new(Loss::Exif, what, block.len()));
    found.extend(directories::within_exif(block));
}
