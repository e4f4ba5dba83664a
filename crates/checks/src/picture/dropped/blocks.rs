//! GIF and BMP: blocks whose sizes lead from one to the next.

use super::cursor::Cursor;
use super::{Dropped, Loss, trailing};

pub(super) fn gif(bytes: &[u8]) -> Option<Vec<Dropped>> {
    let (mut cursor, mut found) = (Cursor::new(bytes).seek(10)?, Vec::new());
    let flags = cursor.byte()?;
    cursor.take(2)?;
    skip_colours(&mut cursor, flags)?;
    let mut frames = 0_usize;
    loop {
        match cursor.byte()? {
            0x3b => break,
            0x2c => {
                frames += 1;
                cursor.take(8)?;
                let flags = cursor.byte()?;
                skip_colours(&mut cursor, flags)?;
                cursor.byte()?;
                blocks(&mut cursor)?;
            }
            0x21 => {
                let label = cursor.byte()?;
                extension(label, &blocks(&mut cursor)?, &mut found);
            }
            _ => return None,
        }
    }
    if frames > 1 {
        found.push(Dropped::new(Loss::Frames, format!("animation of {frames} frames"), 0));
    }
    found.extend(trailing(cursor.rest()));
    Some(found)
}

fn skip_colours(cursor: &mut Cursor<'_>, flags: u8) -> Option<()> {
    if flags & 0x80 != 0 {
        cursor.take(3 << ((flags & 7) + 1))?;
    }
    Some(())
}

fn blocks(cursor: &mut Cursor<'_>) -> Option<Vec<u8>> {
    let mut data = Vec::new();
    loop {
        match cursor.byte()? {
            0 => return Some(data),
            length => data.extend_from_slice(cursor.take(length.into())?),
        }
    }
}

fn extension(label: u8, data: &[u8], found: &mut Vec<Dropped>) {
    let length = data.len();
    match label {
        // How a frame is shown, and how often an animation is.
        0xf9 => {}
        0xff if data.starts_with(b"NETSCAPE2.0") && length <= 16 => {}
        0xfe => found.push(Dropped::saying(Loss::Metadata, "comment", data, length)),
        0xff if data.starts_with(b"XMP Data") => {
            found.push(Dropped::saying(Loss::Metadata, "XMP", &data[11.min(length)..], length));
        }
        0xff if data.starts_with(b"ICCRGBG1") => {
            found.push(Dropped::new(Loss::Profile, "colour profile (ICC)", length));
        }
        0x01 => found.push(Dropped::saying(Loss::Hidden, "plain text", &data[12.min(length)..], length)),
        _ => found.push(Dropped::new(Loss::Unknown, format!("extension {label:#04x}"), length)),
    }
}

pub(super) fn bmp(bytes: &[u8]) -> Option<Vec<Dropped>> {
    let mut cursor = Cursor::new(bytes).seek(10)?;
    let pixels = cursor.size::<4>(false)?;
    let header = cursor.size::<4>(false)?;
    let (wide, high, bits, coded, size, colours) = if header == 12 {
        let (wide, high) = (cursor.size::<2>(false)?, cursor.size::<2>(false)?);
        cursor.take(2)?;
        (wide, high, cursor.size::<2>(false)?, 0, 0, 0)
    } else {
        let (wide, high) = (cursor.size::<4>(false)?, cursor.size::<4>(false)?);
        cursor.take(2)?;
        let (bits, coded, size) =
            (cursor.size::<2>(false)?, cursor.size::<4>(false)?, cursor.size::<4>(false)?);
        cursor.take(8)?;
        (wide, high, bits, coded, size, cursor.size::<4>(false)?)
    };
    // A negative height, as 32 bits, means rows from the top down.
    let high = u32::try_from(high).map_or(high, |high| high.cast_signed().unsigned_abs() as usize);
    let plain = (wide.checked_mul(bits)?.div_ceil(32) * 4).checked_mul(high)?;
    // Run-length coded pixels (1, 2) say their own size.
    let length = if matches!(coded, 1 | 2) { size } else { plain };
    let end = pixels.checked_add(length)?;
    let mut found = Vec::new();
    let table = match (bits, colours) {
        (9.., _) => 0,
        (_, 0) => 1 << bits,
        _ => colours.min(256),
    };
    let masks = if header == 40 && coded == 3 { 12 } else { 0 };
    let named = 14 + header.min(1 << 10) + table * (if header == 12 { 3 } else { 4 }) + masks;
    // Pixels begin on a multiple of four, at times of sixteen.
    if pixels > named + 16 {
        found.push(Dropped::new(Loss::Trailing, "bytes between its header and its pixels", pixels - named));
    }
    let behind = Cursor::new(bytes).seek(end)?.rest();
    // Up to three bytes round the file up.
    if behind.len() > 3 || behind.iter().any(|byte| *byte != 0) {
        found.extend(trailing(behind));
    }
    Some(found)
}
