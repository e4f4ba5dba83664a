//! JPEG: marked segments, with the pixels' bits between the last ones.

use super::cursor::Cursor;
use super::{Dropped, Loss, exif, trailing};

const END: u8 = 0xd9;
const SCAN: u8 = 0xda;

pub(super) fn jpeg(bytes: &[u8]) -> Option<Vec<Dropped>> {
    let (mut cursor, mut found) = (Cursor::new(bytes).seek(2)?, Vec::new());
    loop {
        let marker = marker(&mut cursor)?;
        match marker {
            END => break,
            // Restart marks and the like stand alone.
            0x01 | 0xd0..=0xd8 => continue,
            _ => {}
        }
        let length = cursor.size::<2>(true)?.checked_sub(2)?;
        let data = cursor.take(length)?;
        match marker {
            0xe0..=0xef => application(marker, data, &mut found),
            0xfe => found.push(Dropped::saying(Loss::Metadata, "comment", data, length)),
            SCAN => skip_scan(&mut cursor)?,
            _ => {}
        }
    }
    found.extend(trailing(cursor.rest()));
    Some(found)
}

/// The next marker; filling bytes before it are allowed, anything else is not a JPEG.
fn marker(cursor: &mut Cursor<'_>) -> Option<u8> {
    if cursor.byte()? != 0xff {
        return None;
    }
    loop {
        match cursor.byte()? {
            0xff => {}
            marker => return Some(marker),
        }
    }
}

/// Goes over the pixels' bits: up to a marker that is neither a stuffed byte nor a restart.
fn skip_scan(cursor: &mut Cursor<'_>) -> Option<()> {
    let bits = cursor.rest();
    let end =
        bits.windows(2).position(|pair| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xd0..=0xd7 | 0xff))?;
    cursor.take(end).map(drop)
}

fn application(marker: u8, data: &[u8], found: &mut Vec<Dropped>) {
    let length = data.len();
    if let Some(block) = data.strip_prefix(b"Exif\0\0") {
        exif(block, found);
    } else if data.starts_with(b"JFIF\0") {
        // Two bytes of version, five of density, then the size of a thumbnail, usually none.
        if let Some([wide, high]) = data.get(12..14)
            && *wide > 0
            && *high > 0
        {
            found.push(Dropped::new(Loss::Thumbnail, format!("thumbnail of {wide} × {high} pixels"), length));
        }
    } else if data.starts_with(b"JFXX\0") {
        found.push(Dropped::new(Loss::Thumbnail, "thumbnail (JFXX)", length));
    } else if data.starts_with(b"ICC_PROFILE\0") {
        found.push(Dropped::new(Loss::Profile, "colour profile (ICC)", length));
    } else if data.starts_with(b"MPF\0") {
        found.push(Dropped::new(Loss::Frames, "further pictures (MPF)", length));
    } else if data.starts_with(b"http://ns.adobe.com/") {
        let text = data.split(|byte| *byte == 0).nth(1).unwrap_or_default();
        found.push(Dropped::saying(Loss::Metadata, "XMP", text, length));
    } else if data.starts_with(b"Photoshop 3.0\0") {
        found.push(Dropped::new(Loss::Metadata, "IPTC (Photoshop)", length));
    } else if !data.starts_with(b"Adobe") {
        // The Adobe segment says how colours are coded.
        found.push(Dropped::new(Loss::Unknown, format!("application segment {}", marker - 0xe0), length));
    }
}
