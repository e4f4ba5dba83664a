//! PNG and WebP: named chunks, one behind the other.

use super::cursor::Cursor;
use super::{Dropped, Loss, exif, trailing};

/// Chunks of a PNG that say how its own pixels look.
const LOOKS: [&[u8; 4]; 10] =
    [b"IHDR", b"PLTE", b"IDAT", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"pHYs", b"sBIT", b"bKGD"];

pub(super) fn png(bytes: &[u8]) -> Option<Vec<Dropped>> {
    let (mut cursor, mut found) = (Cursor::new(bytes).seek(8)?, Vec::new());
    let mut frames = 0_usize;
    loop {
        let length = cursor.size::<4>(true)?;
        let name: &[u8; 4] = cursor.take(4)?.try_into().ok()?;
        let data = cursor.take(length)?;
        cursor.take(4)?;
        match name {
            b"IEND" => break,
            // The first frame of an animation is the picture; the others are not seen.
            b"fcTL" => frames += 1,
            b"acTL" | b"fdAT" => {}
            b"eXIf" => exif(data, &mut found),
            b"iCCP" => found.push(Dropped::new(Loss::Profile, "colour profile (iCCP)", length)),
            b"tEXt" | b"zTXt" | b"iTXt" => found.push(text(name, data)),
            b"tIME" => found.push(Dropped::new(Loss::Metadata, "time of change (tIME)", length)),
            _ if LOOKS.contains(&name) => {}
            _ => found.push(Dropped::saying(Loss::Unknown, "chunk", name, length)),
        }
    }
    if frames > 1 {
        found.push(Dropped::new(Loss::Frames, format!("animation of {frames} frames"), 0));
    }
    found.extend(trailing(cursor.rest()));
    Some(found)
}

/// A text chunk: its keyword, and what it says where it is not compressed.
fn text(name: &[u8; 4], data: &[u8]) -> Dropped {
    let (keyword, says) = data.split_at(data.iter().position(|byte| *byte == 0).unwrap_or(data.len()));
    let says = says.get(1..).unwrap_or_default();
    let compressed = name == b"zTXt" || name == b"iTXt" && says.first() == Some(&1);
    let says = match name {
        b"tEXt" => says,
        _ if compressed => b"compressed words",
        // Two bytes of compression, then two empty or short names of the language.
        b"iTXt" if says.first() == Some(&0) => {
            let mut parts = says.get(2..).unwrap_or_default().splitn(3, |byte| *byte == 0);
            parts.nth(2).unwrap_or_default()
        }
        _ => &[],
    };
    // A program that names itself has no need to compress it.
    let keyword = if compressed { [keyword, b" (zTXt)"].concat() } else { keyword.to_vec() };
    let loss = if keyword.starts_with(b"Raw profile type") { Loss::Exif } else { Loss::Metadata };
    let keyword: String =
        String::from_utf8_lossy(&keyword).chars().filter(|c| !c.is_control()).take(79).collect();
    Dropped::saying(loss, &keyword, says, data.len())
}

pub(super) fn webp(bytes: &[u8]) -> Option<Vec<Dropped>> {
    let (mut cursor, mut found) = (Cursor::new(bytes).seek(4)?, Vec::new());
    let riff = cursor.size::<4>(false)?;
    let body = cursor.take(riff)?;
    let mut chunks = Cursor::new(body).seek(4)?;
    let mut frames = 0_usize;
    while !chunks.rest().is_empty() {
        let name: &[u8; 4] = chunks.take(4)?.try_into().ok()?;
        let length = chunks.size::<4>(false)?;
        let data = chunks.take(length)?;
        // Chunks are laid on even places; the last one's filling byte may be missing.
        if length % 2 == 1 {
            chunks.byte();
        }
        match name {
            b"VP8 " | b"VP8L" | b"VP8X" | b"ALPH" | b"ANIM" => {}
            b"ANMF" => frames += 1,
            b"EXIF" => exif(data.strip_prefix(b"Exif\0\0").unwrap_or(data), &mut found),
            b"XMP " => found.push(Dropped::saying(Loss::Metadata, "XMP", data, length)),
            b"ICCP" => found.push(Dropped::new(Loss::Profile, "colour profile (ICCP)", length)),
            _ => found.push(Dropped::saying(Loss::Unknown, "chunk", name, length)),
        }
    }
    if frames > 1 {
        found.push(Dropped::new(Loss::Frames, format!("animation of {frames} frames"), 0));
    }
    found.extend(trailing(cursor.rest()));
    Some(found)
}
