//! Reading numbers and pieces from a stranger's bytes, where every read may find the end.

/// A place in bytes.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The same bytes from `at` on.
    pub(super) fn seek(self, at: usize) -> Option<Self> {
        (at <= self.bytes.len()).then_some(Self { at, ..self })
    }

    pub(super) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(length)?;
        let piece = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(piece)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|piece| piece[0])
    }

    pub(super) fn number<const N: usize>(&mut self, big: bool) -> Option<u64> {
        let piece = self.take(N)?;
        let join = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
        Some(if big { piece.iter().fold(0, join) } else { piece.iter().rev().fold(0, join) })
    }

    pub(super) fn size<const N: usize>(&mut self, big: bool) -> Option<usize> {
        usize::try_from(self.number::<N>(big)?).ok()
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at..]
    }
}
