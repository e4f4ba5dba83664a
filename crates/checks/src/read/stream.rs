//! A large file in one pass: its bytes are hashed, and blocks of its lines gathered on all cores, in bounded memory.
//!
//! Only a file whose lines are all of one table is read so: whatever else turns up, the pass says so, and the file is read
//! again in the way that knows every layout.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::sync::Mutex;

use exeat_domain::digest::Sha256;
use rayon::prelude::*;
use sha2::Digest as _;

use super::kept::Kept;
use super::persons::LOOKED_AT;
use super::profile::{Order, Profile, Profiler};
use super::record::{Delimiter, Record, Records};
use super::value::Decimal;
use crate::identifier::Tally;
use crate::policy::Limits;

/// Bytes of a block, more where a line is longer.
const BLOCK: usize = 1 << 18;
/// Blocks that are read ahead.
const AHEAD: usize = 32;
/// Bytes of a block without the end of a line, from which the file is read in the other way.
const LONGEST: usize = 16 << 20;

/// How the lines of the file are to be read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) delimiter: u8,
    pub(crate) decimal: Decimal,
    /// Lines before the body.
    pub(crate) start: u64,
    /// Columns of each line of the body.
    pub(crate) width: usize,
    pub(crate) limits: Limits,
}

/// What a pass over all bytes came to.
#[derive(Debug)]
pub(crate) struct Pass {
    pub(crate) sha256: Sha256,
    pub(crate) bytes: u64,
    /// What the lines hold; none where they are not all of the shape.
    pub(crate) body: Option<Body>,
}

/// What the lines of a body hold.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) rows: u64,
    pub(crate) profiles: Vec<Profile>,
    pub(crate) tallies: Vec<Tally>,
    /// The first rows.
    pub(crate) sample: Kept,
}

/// Reads the file from its start.
///
/// # Errors
/// The file cannot be read.
pub(crate) fn pass(mut file: &File, shape: &Shape) -> io::Result<Pass> {
    file.seek(SeekFrom::Start(0))?;
    let mut reader = Reader { file, hasher: sha2::Sha256::new(), bytes: 0, carry: Vec::new(), regular: true };
    let mut gathering = Gathering::new(shape);
    let mut blocks = reader.blocks()?;
    while !blocks.is_empty() {
        let (next, ()) = rayon::join(|| reader.blocks(), || gathering.take(&blocks));
        blocks = next?;
        reader.regular &= gathering.regular;
    }
    let Reader { hasher, bytes, regular, .. } = reader;
    let body = (regular && gathering.regular).then(|| gathering.done());
    Ok(Pass { sha256: Sha256(hasher.finalize().into()), bytes, body: body.flatten() })
}

/// Reads bytes, hashes them, and cuts them at ends of lines.
struct Reader<'a> {
    file: &'a File,
    hasher: sha2::Sha256,
    bytes: u64,
    /// The beginning of a line whose end was not read yet.
    carry: Vec<u8>,
    /// Whether blocks are still of use, or only the hash is.
    regular: bool,
}

impl Reader<'_> {
    /// The next blocks; none at the end.
    fn blocks(&mut self) -> io::Result<Vec<Vec<u8>>> {
        let mut blocks = Vec::new();
        while blocks.len() < AHEAD {
            let Some(block) = self.block()? else { break };
            if self.regular {
                blocks.push(block);
            }
        }
        Ok(blocks)
    }

    fn block(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut block = std::mem::take(&mut self.carry);
        loop {
            let from = block.len();
            block.resize(from + BLOCK, 0);
            let got = self.fill(&mut block[from..])?;
            block.truncate(from + got);
            if got < BLOCK {
                return Ok((!block.is_empty()).then_some(block));
            }
            if let Some(end) = end_of_lines(&block) {
                self.carry = block.split_off(end);
                return Ok(Some(block));
            }
            if block.len() > LONGEST {
                self.regular = false;
                block.clear();
            }
        }
    }

    fn fill(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.file.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(got) => filled += got,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.hasher.update(&buffer[..filled]);
        self.bytes += filled as u64;
        Ok(filled)
    }
}

/// Where the last line ends that ends outside quotes, in text that begins outside them.
pub(crate) fn end_of_lines(block: &[u8]) -> Option<usize> {
    if memchr::memchr(b'"', block).is_none() {
        return memchr::memrchr(b'\n', block).map(|at| at + 1);
    }
    let (mut quoted, mut end) = (false, None);
    for at in memchr::memchr2_iter(b'"', b'\n', block) {
        if block[at] == b'"' {
            quoted = !quoted;
        } else if !quoted {
            end = Some(at + 1);
        }
    }
    end
}

/// Gathers blocks on all cores.
struct Gathering<'a> {
    shape: &'a Shape,
    /// One for each core that has worked so far.
    profilers: Mutex<Vec<Profiler>>,
    /// One that the others are made after.
    first: Profiler,
    orders: Vec<Order>,
    /// Rows of each block.
    rows: Vec<u64>,
    sample: Kept,
    regular: bool,
}

/// What one block came to.
struct Block {
    rows: u64,
    orders: Vec<Order>,
    sample: Kept,
}

impl<'a> Gathering<'a> {
    fn new(shape: &'a Shape) -> Self {
        Self {
            shape,
            profilers: Mutex::new(Vec::new()),
            first: Profiler::new(shape.width, shape.decimal),
            orders: vec![Order::default(); shape.width],
            rows: Vec::new(),
            sample: Kept::default(),
            regular: true,
        }
    }

    fn take(&mut self, blocks: &[Vec<u8>]) {
        if !self.regular {
            return;
        }
        let before = self.rows.len();
        let sampled = self.sample.len() < LOOKED_AT;
        let gathered: Vec<Option<Block>> = blocks
            .par_iter()
            .enumerate()
            .map(|(at, block)| self.gather(before + at, block, sampled))
            .collect();
        for block in gathered {
            let Some(block) = block else {
                self.regular = false;
                return;
            };
            self.rows.push(block.rows);
            for (order, next) in self.orders.iter_mut().zip(&block.orders) {
                order.then(next);
            }
            self.sample.extend(&block.sample, LOOKED_AT);
        }
        self.regular &= self.rows.iter().sum::<u64>() <= self.shape.limits.rows;
    }

    /// Gathers one block; none where a line is not of the shape.
    fn gather(&self, number: usize, block: &[u8], sampled: bool) -> Option<Block> {
        // What is not UTF-8 is an error of the records.
        if memchr::memchr(0, block).is_some() {
            return None;
        }
        let kept = self.profilers.lock().ok()?.pop();
        let mut profiler = kept.unwrap_or_else(|| self.first.another());
        let Shape { delimiter, start, width, ref limits, .. } = *self.shape;
        let mut records = Records::new(block.len() as u64, block, Delimiter::Byte(delimiter), limits);
        let (mut record, mut sample, mut rows) = (Record::default(), Kept::default(), 0);
        let mut skip = if number == 0 { start } else { 0 };
        let place = (number as u64) << 32;
        while records.next(&mut record).ok()? {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let first = record.get(0);
            let gap = record.gap && place + rows > 0;
            if gap
                || record.len() != width
                || first.starts_with('#')
                || first.is_empty() && record.filled_len() == 0
            {
                return None;
            }
            profiler.add(place + rows, |at| record.get(at));
            if sampled && rows < LOOKED_AT {
                sample.push(&record);
            }
            rows += 1;
        }
        let orders = profiler.orders();
        self.profilers.lock().ok()?.push(profiler);
        Some(Block { rows, orders, sample })
    }

    fn done(self) -> Option<Body> {
        let mut whole = self.first;
        for part in self.profilers.into_inner().ok()? {
            whole.merge(part);
        }
        let mut before = Vec::with_capacity(self.rows.len());
        let mut rows = 0;
        for block in &self.rows {
            before.push(rows);
            rows += block;
        }
        let row = |place: u64| {
            let block = usize::try_from(place >> 32).unwrap_or(usize::MAX);
            before.get(block).copied().unwrap_or(0) + (place & u64::from(u32::MAX))
        };
        let (profiles, mut tallies) = whole.done(&self.orders);
        for tally in &mut tallies {
            tally.place(row);
        }
        Some(Body { rows, profiles, tallies, sample: self.sample })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn passed(text: &[u8], width: usize) -> Pass {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(text).unwrap();
        let shape =
            Shape { delimiter: b',', decimal: Decimal::Point, start: 1, width, limits: Limits::default() };
        pass(&file, &shape).unwrap()
    }

    /// Some 5 MB: several blocks.
    fn many(row: impl Fn(u32) -> String) -> String {
        let mut text = "a,b\n".to_owned();
        for at in 0..300_000 {
            text.push_str(&row(at));
        }
        text
    }

    #[test]
    fn blocks_come_to_what_one_pass_over_all_lines_does() {
        let text = many(|at| format!("{at},\"x, \"\"{}\"\"\n y\"\n", at % 7));
        let passed = passed(text.as_bytes(), 2);
        assert_eq!(passed.sha256.0.as_slice(), sha2::Sha256::digest(text.as_bytes()).as_slice());
        assert_eq!(passed.bytes, text.len() as u64);
        let body = passed.body.unwrap();
        assert_eq!((body.rows, body.sample.len()), (300_000, LOOKED_AT));
        assert!(body.profiles[0].steps && body.profiles[0].rising);
        assert_eq!((body.profiles[0].distinct, body.profiles[1].distinct), (300_000, 7));
        assert_eq!((body.profiles[1].texts, body.profiles[0].max), (300_000, 299_999.0));
    }

    #[test]
    fn different_values_beyond_the_memory_are_estimated() {
        let body =
            passed(many(|at| format!("{},{}\n", at % 200_000 * 7, at % 3)).as_bytes(), 2).body.unwrap();
        let near = |value: u64, of: u64| value * 20 > of * 19 && value * 20 < of * 21;
        assert!(near(body.profiles[0].distinct, 200_000), "{}", body.profiles[0].distinct);
        assert_eq!(body.profiles[1].distinct, 3);
    }

    #[test]
    fn the_first_identifier_is_placed_in_its_row() {
        let text = many(|at| format!("{},{}\n", at, if at == 250_000 { "an@example.org" } else { "x" }));
        let mut body = passed(text.as_bytes(), 2).body.unwrap();
        let crate::identifier::Told::Hits(hits) = body.tallies.remove(1).told() else { panic!("not seen") };
        assert_eq!(hits[0].at, 250_000);
    }

    #[test]
    fn what_is_not_of_the_shape_is_told_and_hashed_all_the_same() {
        for odd in ["1,2,3\n", "# a note,\n", ",\n", "\"open,1\n", "a\0,1\n"] {
            let text = many(|at| if at == 290_000 { odd.to_owned() } else { format!("{at},1\n") });
            let passed = passed(text.as_bytes(), 2);
            assert!(passed.body.is_none(), "{odd:?}");
            assert_eq!(
                passed.sha256.0.as_slice(),
                sha2::Sha256::digest(text.as_bytes()).as_slice(),
                "{odd:?}"
            );
        }
    }
}
