//! What comes back from the child: reports and pictures are held, tables as text go straight into a file.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read, Seek as _, SeekFrom, Write};
use std::sync::Arc;

use exeat_desk::ports::{Encoded, Inspected, Part, Spooled};
use exeat_domain::finding::{FileReport, Verdict};

use super::{Announced, Answer};

/// The most that a child may answer in reports and pictures, in bytes.
const LONGEST: u64 = 1 << 30;
/// The most that it may answer in tables as text.
const LONGEST_SPOOL: u64 = 8 << 30;
/// The longest frame.
const FRAME: usize = 1 << 20;

/// Writes frames: a length, so many bytes, and at the end a length of 0.
pub(super) struct Framed<'a> {
    out: &'a mut dyn Write,
    buffer: Vec<u8>,
}

impl<'a> Framed<'a> {
    pub(super) fn new(out: &'a mut dyn Write) -> Self {
        Self { out, buffer: vec![] }
    }

    /// Writes what is left, and the end.
    pub(super) fn end(mut self) -> io::Result<()> {
        self.frame()?;
        self.out.write_all(&0_u32.to_le_bytes())
    }

    fn frame(&mut self) -> io::Result<()> {
        if !self.buffer.is_empty() {
            let length = u32::try_from(self.buffer.len()).map_err(io::Error::other)?;
            self.out.write_all(&length.to_le_bytes())?;
            self.out.write_all(&self.buffer)?;
            self.buffer.clear();
        }
        Ok(())
    }
}

impl Write for Framed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(FRAME - self.buffer.len());
        self.buffer.extend(&bytes[..taken]);
        if self.buffer.len() == FRAME {
            self.frame()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The child's answer over so many files, trusted no further than its form.
///
/// # Errors
/// What is odd about it.
pub(super) fn take(from: impl Read, files: usize, mut spool: File) -> io::Result<Vec<Inspected>> {
    let mut from = BufReader::with_capacity(64 << 10, from);
    let mut line = vec![];
    from.by_ref().take(LONGEST).read_until(b'\n', &mut line)?;
    if line.pop() != Some(b'\n') {
        return Err(odd("no line"));
    }
    let answer: Answer = serde_json::from_slice(&line)?;
    let mut lengths = answer.pictures.iter().flatten().map(|picture| picture.length);
    let held = lengths.try_fold(line.len() as u64, |sum, length| sum.checked_add(length as u64));
    if answer.reports.len() != files
        || answer.pictures.len() != files
        || held.is_none_or(|held| held > LONGEST)
    {
        return Err(odd("another number of files, or too much"));
    }
    drop(line);
    let mut pictures = vec![];
    for announced in answer.pictures {
        let Some(Announced { length, drawn }) = announced else {
            pictures.push(None);
            continue;
        };
        let mut png = vec![0; length];
        from.read_exact(&mut png)?;
        pictures.push(Some(Encoded { png, drawn: drawn.bounded() }));
    }
    let mut parts = vec![];
    let mut at = 0;
    for _ in 0..files {
        let start = at;
        unframe(&mut from, &mut spool, &mut at)?;
        parts.push((at > start).then_some(Part { start, length: at - start }));
    }
    spool.flush()?;
    spool.seek(SeekFrom::Start(0))?;
    let file = Arc::new(spool);
    let spooled = |part| Spooled { file: Arc::clone(&file), part };
    let all = answer.reports.into_iter().zip(pictures).zip(parts);
    Ok(all
        .map(|((report, picture), part)| {
            let verdict = Verdict::of(&report.findings);
            Inspected { report: FileReport { verdict, ..report }, picture, rendition: part.map(spooled) }
        })
        .collect())
}

/// Copies frames up to their end.
fn unframe(from: &mut impl Read, into: &mut File, at: &mut u64) -> io::Result<()> {
    let mut block = vec![];
    loop {
        let mut length = [0; 4];
        from.read_exact(&mut length)?;
        let length = u32::from_le_bytes(length) as usize;
        if length == 0 {
            return Ok(());
        }
        *at += length as u64;
        if length > FRAME || *at > LONGEST_SPOOL {
            return Err(odd("too much text"));
        }
        block.resize(length, 0);
        from.read_exact(&mut block)?;
        into.write_all(&block)?;
    }
}

fn odd(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(frames: &[u8]) -> io::Result<Vec<Inspected>> {
        let report =
            br#"{"path":"a.csv","sha256":null,"bytes":1,"kind":"csv","verdict":"clear","findings":[]}"#;
        let report = std::str::from_utf8(report).unwrap();
        let drawn = r#"{"length":3,"drawn":{"format":"PNG","width":1,"height":1}}"#;
        let mut bytes =
            format!("{{\"reports\":[{report},{report}],\"pictures\":[{drawn},null]}}\nPNG").into_bytes();
        bytes.extend(frames);
        take(bytes.as_slice(), 2, tempfile::tempfile().unwrap())
    }

    #[test]
    fn frames_come_apart_as_they_were_put_together() {
        let mut bytes = vec![];
        Framed::new(&mut bytes).end().unwrap();
        let long = vec![7; FRAME + 5];
        let mut framed = Framed::new(&mut bytes);
        framed.write_all(&long).unwrap();
        framed.end().unwrap();
        let inspected = answered(&bytes).unwrap();
        assert_eq!(inspected[0].picture.as_ref().map(|one| one.png.as_slice()), Some(&b"PNG"[..]));
        assert!(inspected[0].rendition.is_none());
        let mut copy = vec![];
        inspected[1].rendition.as_ref().unwrap().copy(&mut copy).unwrap();
        assert_eq!(copy, long);
    }

    #[test]
    fn an_answer_that_is_cut_off_or_swells_is_refused() {
        for frames in [&b""[..], &[0, 0, 0, 0], &[5, 0, 0, 0, 1], &[0xff, 0xff, 0xff, 0xff, 1, 2]] {
            assert!(answered(frames).is_err(), "{frames:?}");
        }
    }
}
