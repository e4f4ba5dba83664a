//! TIFF, and the EXIF block of other formats: directories of tags that point at their values.

use super::cursor::Cursor;
use super::{Dropped, Loss, trailing};

/// Directories that are followed, chained or nested: more than any camera writes.
const MOST_DIRECTORIES: usize = 64;

/// One tag of a directory.
struct Tag {
    number: u64,
    /// Bytes of one number of its value.
    width: usize,
    /// Bytes of its value.
    length: usize,
    /// Where its value stands.
    at: usize,
}

struct Tiff<'a> {
    bytes: &'a [u8],
    big: bool,
    /// BigTIFF, whose offsets have eight bytes.
    wide: bool,
}

pub(super) fn tiff(bytes: &[u8]) -> Option<Vec<Dropped>> {
    let (tiff, first) = Tiff::open(bytes)?;
    let (mut found, mut end, mut pages, mut next) = (Vec::new(), 0, 0_usize, first);
    while next != 0 && pages < MOST_DIRECTORIES {
        let (tags, behind, directory_end) = tiff.directory(next)?;
        pages += 1;
        end = end.max(directory_end).max(tiff.reach(&tags)?);
        for tag in &tags {
            found.extend(tiff.loss(tag));
        }
        next = behind;
    }
    if pages > 1 || next != 0 {
        found.push(Dropped::new(Loss::Frames, format!("{pages} pages"), 0));
    }
    let behind = bytes.get(end..)?;
    // A byte or more may round the file up.
    if behind.len() > 3 {
        found.extend(trailing(behind));
    }
    Some(found)
}

/// The parts of an EXIF block that weigh more than a camera's settings: a place, a thumbnail.
pub(super) fn within_exif(block: &[u8]) -> Vec<Dropped> {
    let mut found = Vec::new();
    let Some((tiff, first)) = Tiff::open(block) else { return found };
    let (mut next, mut seen) = (first, 0);
    while next != 0 && seen < MOST_DIRECTORIES {
        let Some((tags, behind, _)) = tiff.directory(next) else { break };
        seen += 1;
        for tag in &tags {
            match tag.number {
                0x8825 => found.push(Dropped::new(Loss::Location, "place (GPS)", 0)),
                0x0201 => found.push(Dropped::new(Loss::Thumbnail, "thumbnail (EXIF)", 0)),
                _ => {}
            }
        }
        next = behind;
    }
    found
}

/// Whether an EXIF block says no more than how large the picture is and which side is up, as drawing programs write it.
pub(super) fn says_sizes_alone(block: &[u8]) -> bool {
    // Size, orientation and resolution, the place of the block for them, its version, colours and sizes.
    const SIZES: [u64; 13] = [
        0x0100, 0x0101, 0x0112, 0x011a, 0x011b, 0x0128, 0x0213, 0x8769, 0x9000, 0x9101, 0xa000, 0xa001,
        0xa002,
    ];
    let Some((tiff, first)) = Tiff::open(block) else { return false };
    let mut open = vec![first];
    let mut seen = 0;
    while let Some(at) = open.pop() {
        let Some((tags, behind, _)) = tiff.directory(at).filter(|_| seen < MOST_DIRECTORIES) else {
            return false;
        };
        seen += 1;
        if tags.iter().any(|tag| !SIZES.contains(&tag.number) && tag.number != 0xa003) {
            return false;
        }
        open.extend(
            tags.iter()
                .filter(|tag| tag.number == 0x8769)
                .filter_map(|tag| tiff.numbers(tag).first().copied()),
        );
        open.extend((behind != 0).then_some(behind));
    }
    true
}

impl<'a> Tiff<'a> {
    fn open(bytes: &'a [u8]) -> Option<(Self, usize)> {
        let mut cursor = Cursor::new(bytes);
        let big = match cursor.take(2)? {
            b"MM" => true,
            b"II" => false,
            _ => return None,
        };
        let wide = match cursor.number::<2>(big)? {
            42 => false,
            43 => true,
            _ => return None,
        };
        let tiff = Self { bytes, big, wide };
        if wide {
            cursor.take(4)?;
        }
        let first = tiff.offset(&mut cursor)?;
        Some((tiff, first))
    }

    fn offset(&self, cursor: &mut Cursor<'_>) -> Option<usize> {
        if self.wide { cursor.size::<8>(self.big) } else { cursor.size::<4>(self.big) }
    }

    /// The tags of the directory at `at`, where the next one stands (0 for none), and where this one ends.
    fn directory(&self, at: usize) -> Option<(Vec<Tag>, usize, usize)> {
        let mut cursor = Cursor::new(self.bytes).seek(at)?;
        let count = if self.wide { cursor.size::<8>(self.big)? } else { cursor.size::<2>(self.big)? };
        if count > 4096 {
            return None;
        }
        let tags = (0..count).map(|_| self.tag(&mut cursor)).collect::<Option<Vec<Tag>>>()?;
        let next = self.offset(&mut cursor)?;
        Some((tags, next, self.bytes.len() - cursor.rest().len()))
    }

    fn tag(&self, cursor: &mut Cursor<'_>) -> Option<Tag> {
        let number = cursor.number::<2>(self.big)?;
        let width = match cursor.number::<2>(self.big)? {
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 | 16..=18 => 8,
            _ => 1,
        };
        let length = self.offset(cursor)?.checked_mul(width)?;
        let inline = if self.wide { 8 } else { 4 };
        let here = self.bytes.len() - cursor.rest().len();
        let mut field = Cursor::new(cursor.take(inline)?);
        let at = if length <= inline { here } else { self.offset(&mut field)? };
        Some(Tag { number, width, length, at })
    }

    /// Where the values and the pixels that the tags name end.
    fn reach(&self, tags: &[Tag]) -> Option<usize> {
        let mut reach = 0;
        for tag in tags {
            reach = reach.max(tag.at.checked_add(tag.length)?);
        }
        // Strips and tiles: where they stand, and how long they are.
        for (places, lengths) in [(273, 279), (324, 325)] {
            let of = |number| tags.iter().find(|tag| tag.number == number).map(|tag| self.numbers(tag));
            if let (Some(places), Some(lengths)) = (of(places), of(lengths)) {
                for (place, length) in places.into_iter().zip(lengths) {
                    reach = reach.max(place.checked_add(length)?);
                }
            }
        }
        Some(reach.min(self.bytes.len()))
    }

    fn value(&self, tag: &Tag) -> &'a [u8] {
        tag.at.checked_add(tag.length).and_then(|end| self.bytes.get(tag.at..end)).unwrap_or_default()
    }

    /// The numbers of a tag that holds offsets or lengths.
    fn numbers(&self, tag: &Tag) -> Vec<usize> {
        let read = |piece| {
            let mut cursor = Cursor::new(piece);
            match tag.width {
                2 => cursor.size::<2>(self.big),
                4 => cursor.size::<4>(self.big),
                8 => cursor.size::<8>(self.big),
                _ => cursor.size::<1>(self.big),
            }
        };
        self.value(tag).chunks_exact(tag.width).filter_map(read).collect()
    }

    fn loss(&self, tag: &Tag) -> Option<Dropped> {
        let says = |name: &str| Some(Dropped::saying(Loss::Metadata, name, self.value(tag), tag.length));
        match tag.number {
            269 => says("DocumentName"),
            270 => says("ImageDescription"),
            271 | 272 => says("Camera"),
            285 => says("PageName"),
            305 => says("Software"),
            306 => says("DateTime"),
            315 => says("Artist"),
            316 => says("HostComputer"),
            330 => Some(Dropped::new(Loss::Frames, "nested pictures (SubIFDs)", tag.length)),
            700 => says("XMP"),
            33432 => says("Copyright"),
            33723 => Some(Dropped::new(Loss::Metadata, "IPTC", tag.length)),
            34377 => Some(Dropped::new(Loss::Metadata, "Photoshop", tag.length)),
            34665 => Some(Dropped::new(Loss::Exif, "EXIF", tag.length)),
            34675 => Some(Dropped::new(Loss::Profile, "colour profile (ICC)", tag.length)),
            34853 => Some(Dropped::new(Loss::Location, "place (GPS)", tag.length)),
            number if number >= 32768 => {
                Some(Dropped::new(Loss::Unknown, format!("private tag {number}"), tag.length))
            }
            _ => None,
        }
    }
}
