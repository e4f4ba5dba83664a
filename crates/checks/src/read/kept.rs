//! The lines of a small file as fields, kept in memory so that they are split once.

use super::record::{Record, RecordError};

/// Lines with their fields.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    text: String,
    /// Where each field begins and ends in the text of its line.
    spans: Vec<(u32, u32)>,
    rows: Vec<Row>,
}

/// Where a line ends in the text and the spans, and its number in the file.
#[derive(Clone, Copy, Debug)]
struct Row {
    text: usize,
    spans: usize,
    line: u64,
    /// Whether an empty line stands before it.
    gap: bool,
}

/// The text of a line, its fields in it, and where it stands.
type Line<'a> = (&'a str, &'a [(u32, u32)], Row);

impl Kept {
    /// One with room for a text of so many bytes.
    pub(crate) fn of_about(bytes: usize) -> Self {
        let (text, spans) = (String::with_capacity(bytes), Vec::with_capacity(bytes / 6));
        Self { text, spans, rows: Vec::with_capacity(bytes / 60) }
    }

    /// Gives back the room that was not needed.
    pub(crate) fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.spans.shrink_to_fit();
        self.rows.shrink_to_fit();
    }

    /// How many lines there are.
    pub(crate) fn len(&self) -> u64 {
        self.rows.len() as u64
    }

    /// Keeps one more line.
    pub(crate) fn push(&mut self, record: &Record) {
        let (text, spans) = record.parts();
        self.text.push_str(text);
        self.spans.extend_from_slice(spans);
        self.rows.push(Row {
            text: self.text.len(),
            spans: self.spans.len(),
            line: record.line,
            gap: record.gap,
        });
    }

    /// Keeps the lines of another, until there are so many.
    pub(crate) fn extend(&mut self, other: &Self, most: u64) {
        for number in 0..other.len().min(most.saturating_sub(self.len())) {
            let Some((text, spans, Row { line, gap, .. })) = other.row(number) else { return };
            self.text.push_str(text);
            self.spans.extend_from_slice(spans);
            self.rows.push(Row { text: self.text.len(), spans: self.spans.len(), line, gap });
        }
    }

    /// Calls `each` with the lines from `start` until before `end`, and their numbers, until it says false.
    pub(crate) fn each(
        &self,
        start: u64,
        end: u64,
        mut each: impl FnMut(u64, &Record) -> bool,
    ) -> Result<(), RecordError> {
        let mut record = Record::default();
        for number in start..end.min(self.len()) {
            let Some((text, spans, Row { line, gap, .. })) = self.row(number) else { break };
            record.set(text, spans.iter().copied(), line, gap);
            if !each(number, &record) {
                break;
            }
        }
        Ok(())
    }

    /// The field of a line, without the blanks around it; empty where there is none.
    pub(crate) fn get(&self, number: u64, at: usize) -> &str {
        let Some((text, spans, _)) = self.row(number) else { return "" };
        let Some((start, end)) = spans.get(at) else { return "" };
        super::record::trimmed(text.get(*start as usize..*end as usize).unwrap_or_default())
    }

    /// How far the field of a line is set in: the blanks before it.
    pub(crate) fn indent(&self, number: u64, at: usize) -> usize {
        let Some((text, spans, _)) = self.row(number) else { return 0 };
        let Some((start, end)) = spans.get(at) else { return 0 };
        let field = text.get(*start as usize..*end as usize).unwrap_or_default();
        let blanks = field.chars().take_while(|character| character.is_whitespace());
        blanks.map(|blank| if blank == '\t' { 4 } else { 1 }).sum()
    }

    fn row(&self, number: u64) -> Option<Line<'_>> {
        let at = usize::try_from(number).ok()?;
        let row = self.rows.get(at)?;
        let (text, spans) =
            at.checked_sub(1).map_or((0, 0), |before| (self.rows[before].text, self.rows[before].spans));
        Some((self.text.get(text..row.text)?, self.spans.get(spans..row.spans)?, *row))
    }
}
