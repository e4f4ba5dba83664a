//! What a picture carried beside what is seen: what programs write by themselves, and what a person put there.

use std::collections::BTreeMap;

use exeat_domain::finding::{Place, Severity};

use crate::picture::{Dropped, Loss, Picture};
use crate::rule::Findings;
use crate::table::shown;

/// Judges what was dropped from a picture: one finding for each kind of thing.
pub(super) fn judge(picture: &Picture, found: &mut Findings) {
    let drawn = picture.dropped.iter().any(|dropped| {
        let detail = dropped.detail.to_lowercase();
        let names = detail.starts_with("metadata: ") || detail.starts_with("comment: created with ");
        names && detail.contains("matplotlib") && is_boilerplate(&dropped.detail)
    });
    let mut said: BTreeMap<&str, (Severity, &Dropped, u64, u64)> = BTreeMap::new();
    for dropped in &picture.dropped {
        // Matplotlib draws words as shapes and says in a comment which words they are.
        let words = drawn && dropped.detail.starts_with("comment: ") && dropped.bytes <= WORDS;
        if let Some((severity, what)) = weigh(dropped).filter(|_| !words) {
            let (_, _, things, bytes) = said.entry(what).or_insert((severity, dropped, 0, 0));
            *things += 1;
            *bytes += dropped.bytes;
        }
    }
    for (what, (severity, first, things, bytes)) in said {
        let place = Place { value: Some(shown(&first.detail)), ..Place::default() };
        let times = if things > 1 { format!(" {things} times") } else { String::new() };
        found.push(severity, place, format!("The picture carries {what}{times} ({bytes} bytes)."));
    }
}

/// The longest words of a figure: an axis, a title.
const WORDS: u64 = 160;

/// An EXIF block that holds the size of the picture and its orientation is at most as long.
const SIZES: u64 = 200;

/// The largest colour profile that a screen or a program has; those of presses are larger, and could carry anything.
const PROFILE: u64 = 16 << 10;

fn weigh(dropped: &Dropped) -> Option<(Severity, &'static str)> {
    Some(match dropped.loss {
        Loss::Trailing => (Severity::Block, "bytes behind its end"),
        Loss::Frames => (Severity::Block, "further frames, pages or layers that are not seen"),
        Loss::Location => (Severity::Block, "the place where it was taken"),
        Loss::Thumbnail => (Severity::Block, "a second, small picture"),
        Loss::Script => (Severity::Block, "a script"),
        Loss::Foreign => (Severity::Block, "foreign content"),
        Loss::Hidden => (Severity::Block, "words or pictures that are not seen"),
        Loss::External => (Severity::Review, "a reference to something outside the file"),
        Loss::Exif if dropped.bytes > SIZES || dropped.detail != "EXIF of sizes" => {
            (Severity::Review, "what a camera, scanner or program wrote (EXIF)")
        }
        Loss::Unknown => (Severity::Review, "parts whose meaning is not known"),
        Loss::Profile if dropped.bytes > PROFILE => (Severity::Review, "a colour profile of unusual size"),
        Loss::Metadata if !is_boilerplate(&dropped.detail) => (Severity::Block, "words that are not seen"),
        Loss::Metadata | Loss::Profile | Loss::Exif | Loss::Transparency => return None,
    })
}

/// Programs that write their name and the date into what they draw.
const PROGRAMS: [&str; 22] = [
    "matplotlib",
    "ggplot",
    "r graphics",
    "rplot",
    "r (",
    "stata",
    "gnuplot",
    "adobe",
    "inkscape",
    "cairo",
    "imagemagick",
    "plotly",
    "svglite",
    "knitr",
    "graphviz",
    "sas",
    "spss",
    "python",
    "bokeh",
    "screenshot",
    "altair",
    "vega",
];

/// Names of fields that say which program wrote the picture, or when.
const FIELDS: [&str; 12] = [
    "software",
    "creation time",
    "create-date",
    "date:create",
    "date:modify",
    "date:timestamp",
    "time of change",
    "source",
    "creator",
    "generator",
    "producer",
    "xml:com.adobe.xmp",
];

/// Whether metadata say no more than which program wrote the picture, and when.
fn is_boilerplate(detail: &str) -> bool {
    let (field, says) = detail.split_once(": ").unwrap_or((detail, ""));
    // An SVG's own comments are in small letters; a field that a person fills in a PNG is not.
    let drawn = field == "comment";
    let (field, says) = (field.to_lowercase(), says.to_lowercase());
    if FIELDS.iter().any(|known| field == *known || field.starts_with("time of change"))
        && field != "xml:com.adobe.xmp"
    {
        return says.len() <= 120;
    }
    let program = PROGRAMS.iter().any(|program| says.contains(program));
    match field.as_str() {
        // Dublin Core that a program wrote: its kind, the date, the program.
        "metadata" => says.is_empty() || says.split_whitespace().all(is_boilerplate_word),
        "comment" => {
            says.is_empty() || program && says.len() <= 120 || drawn && says.len() <= 40 && is_label(&says)
        }
        "title" | "desc" => says.is_empty() || program && says.len() <= 60,
        "xmp" | "xml:com.adobe.xmp" => false,
        _ => says.is_empty() || field.starts_with("aria-") || field.starts_with("data-") && is_label(&says),
    }
}

/// Words of the metadata that programs write into an SVG.
fn is_boilerplate_word(word: &str) -> bool {
    let word = word.trim_matches(|c: char| c.is_ascii_punctuation());
    word.is_empty()
        || PROGRAMS.iter().any(|program| word.starts_with(program))
        || matches!(word, "image/svg+xml" | "http" | "https" | "https://matplotlib.org" | "matplotlib.org")
        || word.starts_with("http")
        || word.starts_with('v') && word[1..].starts_with(|c: char| c.is_ascii_digit())
        || word
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b':' | b'.' | b't' | b'z' | b'+'))
}

/// Whether a text is a short label of a program's own parts, such as `axes_1`: no numbers that could be data.
fn is_label(says: &str) -> bool {
    says.split_whitespace().count() <= 3 && says.bytes().filter(u8::is_ascii_digit).count() <= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn severity(loss: Loss, detail: &str, bytes: u64) -> Option<Severity> {
        weigh(&Dropped { loss, detail: detail.to_owned(), bytes }).map(|(severity, _)| severity)
    }

    #[test]
    fn what_is_carried_unseen_blocks() {
        for loss in [
            Loss::Trailing,
            Loss::Frames,
            Loss::Location,
            Loss::Thumbnail,
            Loss::Script,
            Loss::Foreign,
            Loss::Hidden,
        ] {
            assert_eq!(severity(loss, "x", 9), Some(Severity::Block), "{loss:?}");
        }
        for detail in [
            "Comment: patient 12 was left out",
            "Comment: patient 12",
            "Comment (zTXt): compressed words",
            "Software (zTXt): compressed words",
            "Description: 3 women",
            "Author: A. Peeters",
            "XMP: <x:xmpmeta><rdf:RDF>secret</rdf:RDF></x:xmpmeta>",
            "desc: x=3, y=17.5",
            "metadata: patient 12",
            "title: 17.5 (n = 3)",
        ] {
            assert_eq!(severity(Loss::Metadata, detail, 40), Some(Severity::Block), "{detail}");
        }
    }

    #[test]
    fn what_programs_write_is_nothing() {
        for detail in [
            "Software: Matplotlib version3.7.1, https://matplotlib.org/",
            "Creation Time: 2023-01-01",
            "time of change (tIME)",
            "metadata: 2023-06-18T19:32:21.123456 image/svg+xml Matplotlib v3.7.1, https://matplotlib.org/",
            "comment: Created with matplotlib",
            "comment: Stata graph",
            "date:create: 2023-06-18T19:32:21+00:00",
        ] {
            assert_eq!(severity(Loss::Metadata, detail, 40), None, "{detail}");
        }
        assert_eq!(severity(Loss::Profile, "colour profile (iCCP)", 3144), None);
        assert_eq!(severity(Loss::Profile, "colour profile (iCCP)", 900_000), Some(Severity::Review));
        assert_eq!(severity(Loss::Transparency, "", 0), None);
        assert_eq!(severity(Loss::Exif, "EXIF", 90), Some(Severity::Review));
        assert_eq!(severity(Loss::Exif, "EXIF", 30), Some(Severity::Review));
        assert_eq!(severity(Loss::Exif, "EXIF of sizes", 56), None);
    }
}
