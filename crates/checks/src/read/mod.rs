//! Reading a stranger's bytes into evidence: what they are, and the tables that they hold.

pub(crate) mod dates;
mod dialect;
mod grid;
mod groups;
mod header;
mod items;
mod kept;
mod large;
mod layout;
pub(crate) mod names;
pub(crate) mod persons;
mod phrases;
pub(crate) mod profile;
pub mod record;
pub(crate) mod roles;
mod rows;
mod separator;
mod sniff;
mod stream;
mod text;
mod understand;
pub mod value;

use std::sync::Arc;

use exeat_domain::digest::Sha256;
use exeat_domain::finding::Place;

use crate::acro::{self, Session};
use crate::input::{Content, Input, NotRead, Opened, Source};
use crate::picture::{self, Picture};
use crate::policy::Policy;
use crate::table::Table;
pub(crate) use grid::Grid;
use record::RecordError;
pub(crate) use roles::DECLARED;
pub(crate) use rows::{Lines, Rows};

/// Bytes that are looked at to tell what content is.
const HEAD: u64 = 256 << 10;

/// One file, read.
#[derive(Debug)]
pub struct Read {
    /// Its name as it was asked for.
    pub path: String,
    /// Checked as evidence only.
    pub supporting: bool,
    /// Digest of its bytes; none where it was not read.
    pub sha256: Option<Sha256>,
    /// Size in bytes.
    pub bytes: u64,
    /// What the content is: `csv`, `png`, …, `unknown`.
    pub kind: String,
    /// What it holds.
    pub held: Held,
    /// What it claims of other files, if it is the record of acro's session; or why that cannot be read.
    pub(crate) record: Option<Result<Session, String>>,
}

/// What a file holds.
#[derive(Debug)]
pub enum Held {
    /// Tables, and text outside them.
    Tables {
        /// The tables, in the order of the file.
        tables: Vec<Table>,
        /// Titles, notes and footnotes.
        outside: Vec<TextLine>,
    },
    /// A picture.
    Picture(Picture),
    /// Something that is not released.
    Refused {
        /// Why, for people.
        why: String,
        /// Where, if it is one place.
        place: Place,
    },
    /// Something that could not be understood.
    Undecided {
        /// Why, for people.
        why: String,
        /// Where, if it is one place.
        place: Place,
    },
    /// Nothing: it was not read.
    Unread {
        /// Why, for people.
        why: String,
        /// Whether that is because it is larger than the limit.
        too_large: bool,
    },
}

impl Held {
    /// The tables, if it holds any.
    #[must_use]
    pub fn tables(&self) -> &[Table] {
        match self {
            Self::Tables { tables, .. } => tables,
            Self::Picture(_) | Self::Refused { .. } | Self::Undecided { .. } | Self::Unread { .. } => &[],
        }
    }
}

/// A line outside the tables of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextLine {
    /// Its number in the file, from 1.
    pub line: u64,
    /// What it says.
    pub text: String,
}

/// A table for display: the first rows as text.
#[derive(Debug)]
pub struct View {
    /// The table, its columns and their roles.
    pub table: Table,
    /// The first rows of the body, as written.
    pub rows: Vec<Vec<String>>,
}

/// The tables of a file as text, with at most `most` rows each, as the rules see them.
///
/// # Errors
/// Why the file holds no table that can be shown, for people.
pub fn tables(source: Source, path: &str, policy: &Policy, most: u64) -> Result<Vec<View>, String> {
    let read = read(Input { path: path.to_owned(), supporting: false, source }, policy);
    match read.held {
        Held::Tables { tables, .. } => tables.into_iter().map(|table| view(table, most)).collect(),
        Held::Picture(_) => Err("it is a picture".to_owned()),
        Held::Refused { why, .. } | Held::Undecided { why, .. } | Held::Unread { why, .. } => Err(why),
    }
}

fn view(mut table: Table, most: u64) -> Result<View, String> {
    let mut rows = Vec::new();
    let all = table.body.end;
    table.body.end = all.min(table.body.start + most);
    let read = table
        .body
        .each(|_, record| rows.push((0..record.len()).map(|at| record.raw(at).to_owned()).collect()));
    table.body.end = all;
    read.map_err(|error| error.to_string())?;
    Ok(View { table, rows })
}

/// Reads one file.
pub(crate) fn read(input: Input, policy: &Policy) -> Read {
    let Input { path, supporting, source } = input;
    let mut record = None;
    let opened = Content::open_source(source, policy.limits()).and_then(|opened| match opened {
        Opened::Small(content) => Ok((Arc::new(content), None)),
        Opened::Large(file) => large::read(file, &extension(&path), policy),
    });
    let (sha256, bytes, kind, held) = match opened {
        Err(NotRead::Unread(why)) => (None, 0, "unknown".to_owned(), Held::Unread { why, too_large: false }),
        Err(NotRead::TooLarge(bytes)) => {
            let why = format!("it has {bytes} bytes, more than the limit of {}", policy.limits().bytes);
            (None, bytes, "unknown".to_owned(), Held::Unread { why, too_large: true })
        }
        Ok((content, held)) => {
            let (sha256, bytes) = (content.sha256, content.bytes);
            record = acro::is_record(&path).then(|| claims(&content));
            let (kind, held) = match held {
                Some(held) => (extension(&path), held),
                None => understand(&content, &extension(&path), policy).unwrap_or_else(|error| {
                    let why = format!("it could not be read again: {error}");
                    ("unknown".to_owned(), Held::Undecided { why, place: Place::default() })
                }),
            };
            (Some(sha256), bytes, kind, held)
        }
    };
    Read { path, supporting, sha256, bytes, kind, held, record }
}

/// What the record of a session claims.
fn claims(content: &Content) -> Result<Session, String> {
    if content.bytes > acro::LARGEST {
        return Err(format!("it has {} bytes, more than such a record", content.bytes));
    }
    let bytes = content.head(acro::LARGEST).map_err(|error| error.to_string())?;
    acro::read(&bytes)
}

/// The extension of a name, in lower case; empty where it has none.
fn extension(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    name.rsplit_once('.').map_or_else(String::new, |(_, extension)| extension.to_lowercase())
}

fn refused(kind: &str, why: impl Into<String>) -> (String, Held) {
    (kind.to_owned(), Held::Refused { why: why.into(), place: Place::default() })
}

/// The kind of picture that an extension promises.
fn promised_picture(extension: &str) -> Option<&'static str> {
    Some(match extension {
        "png" => "png",
        "jpg" | "jpeg" => "jpeg",
        "gif" => "gif",
        "bmp" => "bmp",
        "tif" | "tiff" => "tiff",
        "webp" => "webp",
        "svg" => "svg",
        _ => return None,
    })
}

fn understand(content: &Arc<Content>, extension: &str, policy: &Policy) -> std::io::Result<(String, Held)> {
    if content.bytes == 0 {
        return Ok(refused("unknown", "it is empty"));
    }
    let survey = text::survey(content)?;
    let (kind, encoding) = match survey {
        text::Survey::Text(encoding) => {
            let mut head = Vec::new();
            std::io::Read::read_to_end(
                &mut std::io::Read::take(text::open(content, encoding)?, HEAD),
                &mut head,
            )?;
            let head = String::from_utf8_lossy(&head).into_owned();
            (sniff::text(&head), Some((encoding, head)))
        }
        text::Survey::Nul | text::Survey::Undecodable => (sniff::binary(&content.head(HEAD)?), None),
    };
    let named =
        if extension.is_empty() { "has no extension".to_owned() } else { format!("is named .{extension}") };
    Ok(match (kind, encoding) {
        (sniff::Kind::Picture(kind), _) if promised_picture(extension) == Some(kind) => {
            picture(content, kind, policy)?
        }
        (sniff::Kind::Picture(kind), _) => refused(kind, format!("it holds a picture ({kind}) and {named}")),
        (sniff::Kind::Other(kind, name), _) => {
            refused(&kind, format!("it holds {name}, which is not a table or a picture"))
        }
        (sniff::Kind::Unknown, None) if survey == text::Survey::Nul => {
            refused("unknown", "it holds NUL bytes, which no text has")
        }
        (sniff::Kind::Unknown, None) => refused("unknown", "it is not text in UTF-8, UTF-16 or Windows-1252"),
        (sniff::Kind::Unknown, Some(_)) if promised_picture(extension).is_some() => {
            refused("unknown", format!("it {named} but holds no picture"))
        }
        (sniff::Kind::Unknown, Some(_)) if !matches!(extension, "csv" | "tsv" | "txt") => {
            refused("unknown", format!("it {named}, which is not among the extensions that may leave"))
        }
        (sniff::Kind::Unknown, Some((_, head))) if extension == "txt" && sniff::is_prose(&head) => {
            refused("txt", "it does not read as a table: its lines are sentences")
        }
        (sniff::Kind::Unknown, Some((encoding, head))) => {
            let mut lines = Lines {
                kept: None,
                delimiter: dialect::delimiter(&head),
                content: content.clone(),
                encoding,
                limits: *policy.limits(),
            };
            let held = lines.keep().and_then(|()| understand::tables(&lines, policy));
            let held = held.unwrap_or_else(|error| unreadable(&error));
            (extension.to_owned(), held)
        }
    })
}

fn picture(content: &Content, kind: &str, policy: &Policy) -> std::io::Result<(String, Held)> {
    let bytes = content.head(content.bytes)?;
    Ok(match picture::decode(&bytes, policy.limits()) {
        Ok(picture) => (kind.to_owned(), Held::Picture(picture)),
        Err(error) => refused(kind, error.to_string()),
    })
}

/// A text that cannot be read as a table: over a limit is refused, the rest is undecided.
fn unreadable(error: &RecordError) -> Held {
    let (why, at) = (error.to_string(), |line| Place { line: Some(line), ..Place::default() });
    match error {
        RecordError::Quotes(line) => Held::Undecided { why, place: at(*line) },
        RecordError::Io(_) => Held::Undecided { why, place: Place::default() },
        RecordError::CellTooLong { line, .. }
        | RecordError::TooManyColumns { line, .. }
        | RecordError::LineTooLong(line) => Held::Refused { why, place: at(*line) },
        RecordError::TooManyRows(_) => Held::Refused { why, place: Place::default() },
    }
}
