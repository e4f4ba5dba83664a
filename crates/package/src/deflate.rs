//! Deflate on every core: the input is cut into chunks, each is compressed on its own with the last 32 KiB before
//! it as dictionary and ends on a byte boundary, so that their concatenation is one stream (as pigz does it).
//! At most a few chunks are in memory, whatever the length of the input.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::sync::mpsc::{Receiver, sync_channel};

use flate2::{Compress, Compression, FlushCompress, Status};

/// Bytes of input compressed at a time.
const CHUNK: usize = 512 * 1024;
/// How far back deflate can refer (RFC 1951, section 2).
const WINDOW: usize = 32 * 1024;
/// Chunks under way at most: with their output about 35 MB, however many cores there are.
const MOST_UNDER_WAY: usize = 34;
/// Measured on tables of numbers and words by `cargo xtask bench package`.
const LEVEL: u32 = 5;

/// How an entry's bytes are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// As they are, because deflate does not make them shorter.
    Stored,
    /// Deflated.
    Deflated,
}

/// Input whose first chunk has been tried, so that the method is known before anything is written.
pub(crate) struct Body<R> {
    source: R,
    first: Vec<u8>,
    second: Vec<u8>,
    packed: Vec<u8>,
    method: Method,
}

impl<R: Read> Body<R> {
    /// Reads and tries the first chunk.
    pub(crate) fn open(mut source: R) -> io::Result<Self> {
        let first = read_chunk(&mut source)?;
        let second = read_chunk(&mut source)?;
        let packed = deflate(&first, &[], second.is_empty())?;
        let method = if packed.len() < first.len() { Method::Deflated } else { Method::Stored };
        Ok(Self { source, first, second, packed, method })
    }

    pub(crate) fn method(&self) -> Method {
        self.method
    }

    /// Writes the whole input to `out` by its method.
    pub(crate) fn write_to(self, out: &mut impl Write) -> io::Result<()> {
        match self.method {
            Method::Stored => self.store(out),
            Method::Deflated => self.deflate(out),
        }
    }

    fn store(mut self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(&self.first)?;
        while !self.second.is_empty() {
            out.write_all(&self.second)?;
            self.second = read_chunk(&mut self.source)?;
        }
        Ok(())
    }

    fn deflate(mut self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(&self.packed)?;
        let under_way = (2 * rayon::current_num_threads() + 2).min(MOST_UNDER_WAY);
        rayon::in_place_scope(|scope| {
            let mut results: VecDeque<Receiver<io::Result<Vec<u8>>>> = VecDeque::new();
            let mut before = self.first;
            let mut chunk = self.second;
            while !chunk.is_empty() {
                let next = read_chunk(&mut self.source)?;
                let last = next.is_empty();
                let dictionary = before[before.len().saturating_sub(WINDOW)..].to_vec();
                before.clear();
                before.extend_from_slice(&chunk[chunk.len().saturating_sub(WINDOW)..]);
                let (done, result) = sync_channel(1);
                scope.spawn(move |_| {
                    // Nobody listens any more only after another error, which is the one reported.
                    let _ = done.send(deflate(&chunk, &dictionary, last));
                });
                results.push_back(result);
                if results.len() >= under_way {
                    write_first(&mut results, out)?;
                }
                chunk = next;
            }
            while !results.is_empty() {
                write_first(&mut results, out)?;
            }
            Ok(())
        })
    }
}

fn write_first(
    results: &mut VecDeque<Receiver<io::Result<Vec<u8>>>>,
    out: &mut impl Write,
) -> io::Result<()> {
    let Some(result) = results.pop_front() else { return Ok(()) };
    out.write_all(&result.recv().map_err(io::Error::other)??)
}

/// A full chunk, or what is left; empty at the end.
fn read_chunk(source: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut chunk = Vec::with_capacity(CHUNK);
    source.by_ref().take(CHUNK as u64).read_to_end(&mut chunk)?;
    Ok(chunk)
}

/// Compresses one chunk; every chunk but the last ends with an empty stored block, on a byte boundary.
fn deflate(chunk: &[u8], dictionary: &[u8], last: bool) -> io::Result<Vec<u8>> {
    let mut stream = Compress::new(Compression::new(LEVEL), false);
    if !dictionary.is_empty() {
        stream.set_dictionary(dictionary)?;
    }
    let mut packed = Vec::with_capacity(chunk.len() / 3 + 64);
    let flush = if last { FlushCompress::Finish } else { FlushCompress::Sync };
    loop {
        let read = stream.total_in() as usize;
        let status = stream.compress_vec(&chunk[read..], &mut packed, flush)?;
        // A flush is complete once it leaves room in the output (zlib.h, deflate()).
        let complete = if last { status == Status::StreamEnd } else { packed.len() < packed.capacity() };
        if complete {
            return Ok(packed);
        }
        packed.reserve(packed.capacity() / 2);
    }
}

#[cfg(test)]
mod tests {
    use flate2::read::DeflateDecoder;
    use proptest::prelude::{any, prop};
    use proptest::{prop_assert_eq, proptest};

    use super::*;

    fn round_trip(input: &[u8]) -> (Method, Vec<u8>) {
        let body = Body::open(input).unwrap();
        let method = body.method();
        let mut out = Vec::new();
        body.write_to(&mut out).unwrap();
        let mut back = Vec::new();
        match method {
            Method::Stored => back = out.clone(),
            Method::Deflated => drop(DeflateDecoder::new(&*out).read_to_end(&mut back).unwrap()),
        }
        assert!(back == input, "{} bytes came back as {}", input.len(), back.len());
        (method, out)
    }

    fn table(lines: usize) -> Vec<u8> {
        (0..lines).flat_map(|n| format!("{},North,{}\n", n % 97, n * n % 1009).into_bytes()).collect()
    }

    /// Bytes without any pattern that deflate could use.
    fn noise(length: usize) -> Vec<u8> {
        let mut state = 1_u64;
        std::iter::repeat_with(|| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[3]
        })
        .take(length)
        .collect()
    }

    #[test]
    fn lengths_around_a_chunk_come_back() {
        let table = table(300_000);
        assert!(table.len() > 5 * CHUNK);
        for length in [1, 2, 3, 4, 6].into_iter().flat_map(|n| [n * CHUNK - 1, n * CHUNK, n * CHUNK + 1]) {
            let (method, _) = round_trip(&table[..length.min(table.len())]);
            assert_eq!(method, Method::Deflated);
        }
    }

    #[test]
    fn what_does_not_shrink_is_stored() {
        for length in [0, 1, 19, 1000, CHUNK, 2 * CHUNK + 5] {
            assert_eq!(round_trip(&noise(length)).0, Method::Stored, "{length}");
        }
    }

    #[test]
    fn noise_after_a_table_comes_back() {
        let mut input = table(100_000);
        input.extend(noise(3 * CHUNK));
        round_trip(&input);
    }

    #[test]
    fn the_chunks_cost_next_to_nothing() {
        let table = table(300_000);
        let whole = deflate(&table, &[], true).unwrap();
        let (_, cut) = round_trip(&table);
        assert!(cut.len() < whole.len() + whole.len() / 100, "{} against {}", cut.len(), whole.len());
    }

    #[test]
    fn the_result_is_the_same_every_time() {
        let table = table(300_000);
        assert!(round_trip(&table) == round_trip(&table));
    }

    #[test]
    fn a_source_that_fails_fails_the_whole() {
        struct Broken(usize);
        impl Read for Broken {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                self.0 = self.0.checked_sub(buffer.len()).ok_or_else(|| io::Error::other("gone"))?;
                buffer.fill(b'7');
                Ok(buffer.len())
            }
        }
        let body = Body::open(Broken(10 * CHUNK)).unwrap();
        assert_eq!(body.write_to(&mut io::sink()).unwrap_err().to_string(), "gone");
    }

    proptest! {
        #[test]
        fn anything_comes_back(input in prop::collection::vec(any::<u8>(), 0..5000), repeat in 1_usize..400) {
            let input = input.repeat(repeat);
            let body = Body::open(&*input).unwrap();
            let method = body.method();
            let mut out = Vec::new();
            body.write_to(&mut out).unwrap();
            if method == Method::Deflated {
                let mut back = Vec::new();
                DeflateDecoder::new(&*out).read_to_end(&mut back).unwrap();
                out = back;
            }
            prop_assert_eq!(out.len(), input.len());
            prop_assert_eq!(out, input);
        }
    }
}
