//! A file too large to be kept in memory: its head tells how it is laid out, and one pass over all bytes what it holds.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::sync::Arc;

use encoding_rs::UTF_8;

use super::record::Delimiter;
use super::stream::{self, Body, Shape};
use super::{HEAD, Held, Lines, Rows, TextLine, dialect, layout, sniff, understand};
use crate::input::{Content, NotRead};
use crate::policy::{Limits, Policy};

/// What is known of a large file after one pass: its content, and what it holds if its lines are all of one table.
pub(super) fn read(
    file: File,
    extension: &str,
    policy: &Policy,
) -> Result<(Arc<Content>, Option<Held>), NotRead> {
    let failed = |error: io::Error| NotRead::Unread(format!("it could not be read: {error}"));
    let Some(head) = head(&file, extension, policy).map_err(failed)? else {
        return Ok((Arc::new(Content::hashed(file, policy.limits())?), None));
    };
    let pass = stream::pass(&file, &head.shape).map_err(failed)?;
    if pass.bytes > policy.limits().bytes {
        return Err(NotRead::TooLarge(pass.bytes));
    }
    let content = Arc::new(Content::passed(file, pass.sha256, pass.bytes));
    let held = pass.body.map(|body| head.held(body, &content, policy));
    Ok((content, held))
}

/// What the first lines tell.
struct Head {
    shape: Shape,
    header: Vec<String>,
    outside: Vec<TextLine>,
}

impl Head {
    fn held(self, body: Body, content: &Arc<Content>, policy: &Policy) -> Held {
        let Self { shape, header, outside } = self;
        let lines = Lines {
            content: content.clone(),
            encoding: UTF_8,
            delimiter: Delimiter::Byte(shape.delimiter),
            limits: shape.limits,
            kept: None,
        };
        let rows = Rows { lines, start: shape.start, end: shape.start + body.rows };
        understand::of_large(header, body, rows, shape.decimal, policy).map_or_else(
            |error| super::unreadable(&error),
            |table| Held::Tables { tables: vec![table], outside },
        )
    }
}

/// Looks at the first lines; none where they are not those of one table in UTF-8.
fn head(mut file: &File, extension: &str, policy: &Policy) -> io::Result<Option<Head>> {
    if !matches!(extension, "csv" | "tsv" | "txt") {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(HEAD).read_to_end(&mut bytes)?;
    let Some(end) = stream::end_of_lines(&bytes) else { return Ok(None) };
    bytes.truncate(end);
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes).to_vec();
    Ok(String::from_utf8(text).ok().and_then(|text| told(text, *policy.limits())))
}

fn told(text: String, limits: Limits) -> Option<Head> {
    let Delimiter::Byte(delimiter) = dialect::delimiter(&text) else { return None };
    if text.contains('\0') || sniff::text(&text) != sniff::Kind::Unknown {
        return None;
    }
    let content = Content::of_text(text);
    let delimited = Delimiter::Byte(delimiter);
    let mut lines =
        Lines { content: Arc::new(content), encoding: UTF_8, delimiter: delimited, limits, kept: None };
    lines.keep().ok()?;
    let all = lines.kept.as_ref()?.len();
    let layout = layout::layout(&lines).ok()?;
    let outside = layout.outside.into_iter().map(|(line, text)| TextLine { line, text }).collect();
    let mut tables = layout.tables;
    let found = tables.pop().filter(|found| tables.is_empty() && found.end == all)?;
    let (start, width) = (found.start, found.header.len());
    let shape = Shape { delimiter, decimal: layout.decimal, start, width, limits };
    Some(Head { shape, header: found.header, outside })
}
