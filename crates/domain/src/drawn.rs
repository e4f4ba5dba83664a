//! A picture as it was encoded anew: how large it is, and what of the original is not in it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Things that are kept of what was dropped; the reader counts the rest in the last of them.
const MOST: usize = 201;
/// Characters that are kept of what a thing says.
const LONGEST: usize = 400;

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Drawn {
    /// What it was: `PNG`, `JPEG`, ….
    pub format: String,
    /// Width in pixels, as it leaves.
    pub width: u32,
    /// Height in pixels, as it leaves.
    pub height: u32,
    /// What the original carried beside what is seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<Dropped>,
}

/// One thing that was left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Dropped {
    /// What kind of thing.
    pub loss: Loss,
    /// Its name in the format, and the beginning of what it says; a stranger's text.
    pub detail: String,
    /// Its size in bytes; 0 where it has none of its own.
    pub bytes: u64,
}

/// Kinds of what is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Loss {
    /// Words about the picture: title, author, software, comment, XMP, IPTC.
    Metadata,
    /// What a camera or scanner writes (EXIF), but for the place.
    Exif,
    /// Where the picture was taken.
    Location,
    /// A second, small picture, which may show what the large one no longer does.
    Thumbnail,
    /// A colour profile.
    Profile,
    /// Further frames, pages or layers.
    Frames,
    /// Bytes behind the end of the picture, or that no part of it names.
    Trailing,
    /// Private or unknown parts.
    Unknown,
    /// Pixels that let the page through.
    Transparency,
    /// Script, or an action on an event.
    Script,
    /// A reference to something outside the file.
    External,
    /// Foreign content, such as HTML within SVG.
    Foreign,
    /// Text or a picture that is in the file and is not seen.
    Hidden,
}

impl Drawn {
    /// The same, held to its limits: whoever made it had read a stranger's file.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        self.format.truncate(self.format.char_indices().nth(16).map_or(self.format.len(), |(at, _)| at));
        self.dropped.truncate(MOST);
        for one in &mut self.dropped {
            if let Some((end, _)) = one.detail.char_indices().nth(LONGEST) {
                one.detail.truncate(end);
                one.detail.push('…');
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_of_a_picture_is_bounded() {
        let one = Dropped { loss: Loss::Metadata, detail: "é".repeat(1000), bytes: 2000 };
        let drawn = Drawn { format: "x".repeat(99), dropped: vec![one; 500], ..Drawn::default() }.bounded();
        assert_eq!((drawn.format.len(), drawn.dropped.len()), (16, MOST));
        assert_eq!(drawn.dropped[0].detail.chars().count(), LONGEST + 1);
    }
}
