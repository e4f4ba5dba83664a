//! A picture as it leaves, at a size, with a box for each finding that names a place in it, and what was left out of it.

use exeat_domain::drawn::{Drawn, Dropped, Loss};
use exeat_domain::finding::{Finding, Outcome};
use exeat_domain::path::shown;

use crate::words::{Mark, Words, fill};

/// Things that were left out which are listed.
const LISTED: usize = 60;

/// How large a picture is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Zoom {
    /// As large as there is room for, and no larger than it is.
    #[default]
    Fit,
    /// A pixel a pixel.
    Whole,
    /// Four pixels a pixel.
    Twice,
}

/// A picture as a page shows it.
pub(crate) struct PictureView {
    /// Its address.
    pub(crate) src: String,
    /// Its size in pixels; none of one that was checked before sizes were kept.
    pub(crate) size: Option<(u32, u32)>,
    /// The size that it is drawn in.
    pub(crate) width: u64,
    pub(crate) height: u64,
    pub(crate) about: String,
    pub(crate) zooms: Vec<(&'static str, String, bool)>,
    pub(crate) fits: bool,
    pub(crate) boxes: Vec<BoxView>,
    pub(crate) dropped: Vec<DroppedView>,
    pub(crate) more: Option<String>,
}

/// A finding's place in a picture.
pub(crate) struct BoxView {
    /// The finding's number, from 1.
    pub(crate) finding: usize,
    pub(crate) mark: Mark,
    pub(crate) why: String,
    pub(crate) x: u32,
    pub(crate) y: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// Something that was left out.
pub(crate) struct DroppedView {
    pub(crate) what: &'static str,
    pub(crate) detail: String,
    pub(crate) size: Option<String>,
}

impl Zoom {
    /// The one that an address asks for.
    pub(crate) fn of(text: &str) -> Self {
        match text {
            "100" => Self::Whole,
            "200" => Self::Twice,
            _ => Self::Fit,
        }
    }
}

/// The view of a picture.
pub(crate) fn view(
    src: String,
    drawn: Option<&Drawn>,
    findings: &[Finding],
    zoom: Zoom,
    w: &Words,
) -> PictureView {
    let p = w.picture;
    let size =
        drawn.map(|drawn| (drawn.width, drawn.height)).filter(|(width, height)| *width > 0 && *height > 0);
    let times = if zoom == Zoom::Twice { 2 } else { 1 };
    let (width, height) = size.map_or((0, 0), |(w, h)| (u64::from(w) * times, u64::from(h) * times));
    let about = drawn
        .filter(|_| size.is_some())
        .map(|drawn| fill(p.about, &[("format", &drawn.format), ("w", &drawn.width), ("h", &drawn.height)]));
    let all: &[Dropped] = drawn.map_or(&[], |drawn| &drawn.dropped);
    let more = all.len().saturating_sub(LISTED);
    let zooms = [
        ("fit", p.fit.to_owned(), Zoom::Fit),
        ("100", percent(100), Zoom::Whole),
        ("200", percent(200), Zoom::Twice),
    ];
    PictureView {
        src,
        size,
        width,
        height,
        about: about.unwrap_or_default(),
        zooms: zooms.into_iter().map(|(name, words, one)| (name, words, one == zoom)).collect(),
        fits: zoom == Zoom::Fit,
        boxes: size.map(|size| boxes(findings, size, w)).unwrap_or_default(),
        dropped: all.iter().take(LISTED).map(|one| dropped(one, w)).collect(),
        more: (more > 0).then(|| fill(p.more, &[("n", &more)])),
    }
}

fn percent(n: u32) -> String {
    format!("{n}\u{a0}%")
}

/// The boxes of findings, cut to the picture. What lies outside of it has none.
fn boxes(findings: &[Finding], (wide, high): (u32, u32), w: &Words) -> Vec<BoxView> {
    let one = |(at, finding): (usize, &Finding)| {
        let [x, y, width, height] = finding.place.pixels?;
        let width = width.min(wide.checked_sub(x).filter(|left| *left > 0)?);
        let height = height.min(high.checked_sub(y).filter(|left| *left > 0)?);
        Some(BoxView {
            finding: at + 1,
            mark: w.severity(finding.severity, finding.outcome == Outcome::Undecided),
            why: format!("{}: {}", finding.rule, w.said(&finding.message).text),
            x,
            y,
            width: width.max(1),
            height: height.max(1),
        })
    };
    findings.iter().enumerate().filter_map(one).collect()
}

fn dropped(one: &Dropped, w: &Words) -> DroppedView {
    let [
        metadata,
        exif,
        location,
        thumbnail,
        profile,
        frames,
        trailing,
        unknown,
        transparency,
        script,
        external,
        foreign,
        hidden,
    ] = w.picture.losses;
    let what = match one.loss {
        Loss::Metadata => metadata,
        Loss::Exif => exif,
        Loss::Location => location,
        Loss::Thumbnail => thumbnail,
        Loss::Profile => profile,
        Loss::Frames => frames,
        Loss::Trailing => trailing,
        Loss::Unknown => unknown,
        Loss::Transparency => transparency,
        Loss::Script => script,
        Loss::External => external,
        Loss::Foreign => foreign,
        Loss::Hidden => hidden,
    };
    DroppedView { what, detail: shown(&one.detail), size: (one.bytes > 0).then(|| w.size(one.bytes)) }
}

#[cfg(test)]
mod tests {
    use exeat_domain::finding::{Place, Severity};
    use exeat_domain::roster::Language;

    use super::*;

    fn finding(pixels: Option<[u32; 4]>) -> Finding {
        Finding {
            rule: "IMG-TEXT".into(),
            risk: None,
            severity: Severity::Block,
            outcome: Outcome::Found,
            message: "A name is written there.".into(),
            fix: String::new(),
            place: Place { pixels, ..Place::default() },
            interval: None,
        }
    }

    #[test]
    fn each_finding_with_a_place_in_the_picture_has_a_box_within_it() {
        let all = [[10, 20, 30, 40], [90, 90, 50, 50], [100, 0, 5, 5], [0, 0, 0, 0]]
            .map(|place| finding(Some(place)));
        let found = boxes(&[&all[..], &[finding(None)]].concat(), (100, 100), Words::of(Language::En));
        let places: Vec<_> =
            found.iter().map(|one| (one.finding, one.x, one.y, one.width, one.height)).collect();
        assert_eq!(places, [(1, 10, 20, 30, 40), (2, 90, 90, 10, 10), (4, 0, 0, 1, 1)]);
        assert_eq!(
            (found[0].mark.class, found[0].why.as_str()),
            ("blocked", "IMG-TEXT: A name is written there.")
        );
    }

    #[test]
    fn a_picture_is_drawn_in_the_size_that_is_asked_for_and_says_what_it_lost() {
        let lost = Dropped { loss: Loss::Location, detail: "place (GPS)".into(), bytes: 40 };
        let drawn = Drawn { format: "JPEG".into(), width: 640, height: 480, dropped: vec![lost] };
        let of = |zoom: &str| view("/p".into(), Some(&drawn), &[], Zoom::of(zoom), Words::of(Language::Nl));
        assert_eq!((of("").width, of("").fits, of("100").fits), (640, true, false));
        assert_eq!((of("200").width, of("200").height, of("x").fits), (1280, 960, true));
        let [one] = of("").dropped.try_into().ok().unwrap();
        assert_eq!((one.what, one.detail.as_str()), ("waar ze genomen is", "place (GPS)"));
        assert_eq!(view("/p".into(), None, &[], Zoom::Fit, Words::of(Language::En)).size, None);
    }
}
