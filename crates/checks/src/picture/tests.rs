//! What every format must give, and what no bytes may do.

use proptest::prelude::*;

use super::*;

fn limits() -> Limits {
    Limits { pixels: 4_000_000, ..Limits::default() }
}

fn sample(format: image::ImageFormat) -> Vec<u8> {
    let pixels = image::RgbImage::from_fn(40, 30, |x, y| {
        image::Rgb([u8::try_from(x * 6).unwrap(), u8::try_from(y * 8).unwrap(), 90])
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    pixels.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn samples() -> Vec<(Format, Vec<u8>)> {
    vec![
        (Format::Png, sample(image::ImageFormat::Png)),
        (Format::Jpeg, sample(image::ImageFormat::Jpeg)),
        (Format::Gif, sample(image::ImageFormat::Gif)),
        (Format::Bmp, sample(image::ImageFormat::Bmp)),
        (Format::Tiff, sample(image::ImageFormat::Tiff)),
        (Format::WebP, sample(image::ImageFormat::WebP)),
        (Format::Svg, svg("<rect width='9' height='9' fill='red'/>")),
    ]
}

fn svg(content: &str) -> Vec<u8> {
    format!("<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' width='200' height='100'>{content}</svg>").into_bytes()
}

fn decoded(bytes: &[u8]) -> Picture {
    decode(bytes, &limits()).unwrap()
}

fn pixels(picture: &Picture) -> image::RgbImage {
    image::load_from_memory(&picture.png).unwrap().to_rgb8()
}

/// A chunk of a PNG, put behind the header.
fn with_chunk(png: &[u8], name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut body = name.to_vec();
    body.extend_from_slice(data);
    let crc = body.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 },
        )
    });
    let mut out = png[..33].to_vec();
    out.extend_from_slice(&u32::try_from(data.len()).unwrap().to_be_bytes());
    out.extend_from_slice(&body);
    out.extend_from_slice(&(!crc).to_be_bytes());
    out.extend_from_slice(&png[33..]);
    out
}

fn losses(bytes: &[u8]) -> Vec<Loss> {
    let mut losses: Vec<Loss> = decoded(bytes).dropped.iter().map(|dropped| dropped.loss).collect();
    losses.sort();
    losses.dedup();
    losses
}

#[test]
fn every_format_is_told_decoded_and_written_again() {
    for (format, bytes) in samples() {
        assert_eq!(Format::of(&bytes), Some(format));
        let picture = decoded(&bytes);
        assert_eq!((picture.format, picture.dropped.as_slice()), (format, [].as_slice()), "{format}");
        assert_eq!(pixels(&picture).dimensions(), (picture.width, picture.height), "{format}");
        if format != Format::Svg {
            assert_eq!((picture.width, picture.height), (40, 30), "{format}");
        }
        assert_eq!(decoded(&bytes).png, picture.png, "{format}: the same input gives the same bytes");
    }
}

#[test]
fn the_re_encoding_is_a_fixed_point_with_three_kinds_of_chunk() {
    let first = decoded(&with_chunk(&sample(image::ImageFormat::Png), b"tEXt", b"Author\0someone"));
    let again = decoded(&first.png);
    assert_eq!(again.png, first.png);
    assert_eq!(again.dropped, []);
    for chunk in [b"tEXt".as_slice(), b"pHYs", b"iCCP", b"eXIf"] {
        assert!(!first.png.windows(4).any(|piece| piece == chunk));
    }
}

#[test]
fn the_extension_must_agree() {
    for (format, extension) in
        [(Format::Jpeg, "JPG"), (Format::Tiff, "tif"), (Format::Png, "png"), (Format::WebP, "webp")]
    {
        assert!(format.agrees_with(extension));
    }
    assert!(!Format::Png.agrees_with("jpg") && !Format::Svg.agrees_with(""));
}

#[test]
fn what_rides_along_is_listed() {
    let png = sample(image::ImageFormat::Png);
    let jpeg = sample(image::ImageFormat::Jpeg);
    let mut commented = jpeg[..2].to_vec();
    commented.extend_from_slice(b"\xff\xfe\x00\x08hidden");
    commented.extend_from_slice(&jpeg[2..]);
    let exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x25\x88\x04\0\x01\0\0\0\x1a\0\0\0\0\0\0\0";
    let mut located = jpeg[..2].to_vec();
    located.extend_from_slice(&[0xff, 0xe1, 0, u8::try_from(exif.len() + 2).unwrap()]);
    located.extend_from_slice(exif);
    located.extend_from_slice(&jpeg[2..]);
    let mut cases = vec![
        (with_chunk(&png, b"tEXt", b"Comment\0patient 12"), vec![Loss::Metadata]),
        (with_chunk(&png, b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x/>"), vec![Loss::Metadata]),
        (with_chunk(&png, b"eXIf", &exif[6..]), vec![Loss::Exif, Loss::Location]),
        (with_chunk(&png, b"prVt", b"anything"), vec![Loss::Unknown]),
        (commented, vec![Loss::Metadata]),
        (located, vec![Loss::Exif, Loss::Location]),
    ];
    for (format, bytes) in samples().into_iter().filter(|(format, _)| *format != Format::Svg) {
        let mut longer = bytes;
        longer.extend_from_slice(b"PK\x03\x04 an archive behind the picture");
        assert_eq!(losses(&longer), [Loss::Trailing], "{format}");
        cases.push((longer, vec![Loss::Trailing]));
    }
    for (bytes, expected) in cases {
        assert_eq!(losses(&bytes), expected);
    }
    let said = decoded(&with_chunk(&png, b"tEXt", b"Comment\0patient 12")).dropped;
    assert_eq!(said[0].detail, "Comment: patient 12");
}

#[test]
fn frames_beyond_the_first_are_listed() {
    let mut bytes = Vec::new();
    let mut encoder = image::codecs::gif::GifEncoder::new(&mut bytes);
    let frame = || image::Frame::new(image::RgbaImage::from_pixel(8, 8, image::Rgba([1, 2, 3, 255])));
    encoder.encode_frames([frame(), frame()]).unwrap();
    drop(encoder);
    assert_eq!(losses(&bytes), [Loss::Frames]);
}

#[test]
fn clear_pixels_carry_nothing_out() {
    let hidden = image::RgbaImage::from_pixel(8, 8, image::Rgba([10, 20, 30, 0]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    hidden.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    let picture = decoded(&bytes.into_inner());
    assert!(pixels(&picture).pixels().all(|pixel| pixel.0 == [255; 3]));
    assert_eq!(picture.dropped[0].loss, Loss::Transparency);
}

#[test]
fn a_bomb_is_refused_by_its_header() {
    let mut png = sample(image::ImageFormat::Png);
    png[16..24].copy_from_slice(&[0, 0, 0x70, 0, 0, 0, 0x70, 0]);
    let refused = decode(&png, &limits());
    assert!(refused.is_err(), "{refused:?}");
    let wide = image::GrayImage::new(3000, 3000);
    let mut bytes = std::io::Cursor::new(Vec::new());
    wide.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    assert_eq!(
        decode(&bytes.into_inner(), &limits()).unwrap_err(),
        PictureError::TooLarge { width: 3000, height: 3000, limit: 4_000_000 }
    );
}

#[test]
fn words_of_a_drawing_are_drawn_and_read() {
    let blank = pixels(&decoded(&svg("")));
    for family in ["Arial", "serif", "monospace", "No Such Font"] {
        let picture = decoded(&svg(&format!(
            "<text x='10' y='50' font-family='{family}' font-size='14'>n = 5 é β ≤ Ж</text>"
        )));
        assert_eq!(picture.text, ["n = 5 é β ≤ Ж"]);
        assert!(pixels(&picture).as_raw() != blank.as_raw(), "{family}");
        assert_eq!(picture.dropped, [], "{family}");
    }
}

#[test]
fn words_that_are_not_seen_are_listed() {
    for hidden in [
        "<text x='-900' y='50'>85.07.30-033.28</text>",
        "<text x='10' y='5000'>85.07.30-033.28</text>",
        "<text x='10' y='50' display='none'>85.07.30-033.28</text>",
        "<text x='10' y='50' visibility='hidden'>85.07.30-033.28</text>",
        "<text x='10' y='50' fill='none'>85.07.30-033.28</text>",
        "<g opacity='0'><text x='10' y='50'>85.07.30-033.28</text></g>",
        "<defs><text>85.07.30-033.28</text></defs>",
    ] {
        let picture = decoded(&svg(hidden));
        assert!(
            picture
                .dropped
                .iter()
                .any(|dropped| dropped.loss == Loss::Hidden && dropped.detail.contains("85.07.30-033.28")),
            "{hidden}: {picture:?}"
        );
        assert_eq!(picture.text, Vec::<String>::new(), "{hidden}");
    }
}

#[test]
fn active_and_foreign_content_is_listed() {
    for (content, loss) in [
        ("<script>alert(1)</script>", Loss::Script),
        ("<rect width='9' height='9' onclick='f()'/>", Loss::Script),
        ("<foreignObject><p>hidden</p></foreignObject>", Loss::Foreign),
        ("<metadata>who</metadata>", Loss::Metadata),
        ("<desc>who</desc>", Loss::Metadata),
        ("<!-- who -->", Loss::Metadata),
        ("<style>@import url(http://example.org/a.css);</style>", Loss::External),
        ("<image href='file:///etc/passwd' width='9' height='9'/>", Loss::External),
        ("<image xlink:href='/etc/hostname' width='9' height='9'/>", Loss::External),
        ("<use href='other.svg#a'/>", Loss::External),
        ("<a href='http://example.org/'><rect width='9' height='9'/></a>", Loss::External),
        ("<image href='data:image/svg+xml;base64,PHN2Zy8+' width='9' height='9'/>", Loss::Foreign),
    ] {
        assert!(losses(&svg(content)).contains(&loss), "{content}: {:?}", losses(&svg(content)));
    }
}

#[test]
#[allow(clippy::disallowed_methods, reason = "there must be a file that is not read")]
fn nothing_outside_the_file_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let outside = dir.path().join("secret.png");
    std::fs::write(&outside, sample(image::ImageFormat::Png)).unwrap();
    for scheme in ["", "file://"] {
        let picture =
            decoded(&svg(&format!("<image href='{scheme}{}' width='90' height='90'/>", outside.display())));
        assert!(pixels(&picture).pixels().all(|pixel| pixel.0 == [255; 3]));
    }
}

#[test]
fn drawings_that_would_take_for_ever_are_refused() {
    let deep = format!("{}{}", "<g>".repeat(100_000), "</g>".repeat(100_000));
    let mut doubled = String::from("<defs><rect id='a0' width='200' height='100'/>");
    for at in 1..40 {
        doubled.push_str(&format!("<g id='a{at}'><use href='#a{0}'/><use href='#a{0}'/></g>", at - 1));
    }
    doubled.push_str("</defs><use href='#a39'/>");
    let layers =
        format!("{}<rect width='200' height='100'/>{}", "<g opacity='0.5'>".repeat(100), "</g>".repeat(100));
    let covered = "<rect width='200' height='100' fill='red'/>".repeat(20_000);
    let pattern = "<defs><pattern id='p' width='90000' height='90000' patternUnits='userSpaceOnUse'><rect width='9' height='9'/></pattern></defs><rect width='200' height='100' fill='url(#p)'/>".to_owned();
    for bomb in [deep, doubled, layers, covered, pattern] {
        let start = std::time::Instant::now();
        let refused = decode(&svg(&bomb), &limits());
        assert!(refused.is_err(), "{}: {refused:?}", &bomb[..60]);
        assert!(start.elapsed().as_secs() < 20, "{}", &bomb[..60]);
    }
    let entities = "<!DOCTYPE svg [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>]><svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><text>&b;</text></svg>";
    assert_eq!(Format::of(entities.as_bytes()), Some(Format::Svg));
    assert!(decode(entities.as_bytes(), &limits()).is_ok());
}

#[test]
fn errors_are_for_people() {
    let jpeg = sample(image::ImageFormat::Jpeg);
    let cut = &jpeg[..jpeg.len() - 20];
    for (bytes, begins) in [
        (b"hello".as_slice(), "it is no PNG"),
        (cut, "it is a JPEG picture that was cut off"),
        (&[0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', 1, 2], "it "),
    ] {
        assert!(decode(bytes, &limits()).unwrap_err().to_string().starts_with(begins));
    }
}

#[test]
fn a_picture_cut_off_anywhere_is_refused() {
    for (format, bytes) in samples() {
        for end in (1..bytes.len()).step_by(bytes.len().div_ceil(150)) {
            let cut = decode(&bytes[..end], &limits());
            // A GIF or BMP may lack a byte that holds no pixel.
            assert!(cut.is_err() || bytes.len() - end < 4, "{format}: {end} of {} bytes", bytes.len());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn arbitrary_bytes_never_panic(which in 0_usize..7, head in 0_usize..60, tail in prop::collection::vec(any::<u8>(), 0..400)) {
        let (_, sample) = &samples()[which];
        let mut bytes = sample[..head.min(sample.len())].to_vec();
        bytes.extend(tail);
        drop(decode(&bytes, &limits()));
    }

    #[test]
    fn pictures_with_changed_bytes_never_panic(which in 0_usize..7, changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let (_, mut bytes) = samples()[which].clone();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        drop(decode(&bytes, &limits()));
    }
}
