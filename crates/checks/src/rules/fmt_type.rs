//! FMT-TYPE: the file is not a table or an allowed picture, or not what its name says.

use exeat_domain::finding::{Place, Severity};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::read::{Held, Read};
use crate::rule::{Check, Findings, Judgement, rule};

rule! {
    /// ## What it looks for
    /// Content that does not agree with the file's extension, by its first bytes and by decoding it whole. Allowed are
    /// `.csv`, `.tsv` and `.txt` that read as a table, and `.png`, `.jpg`, `.jpeg`, `.gif`, `.bmp`, `.tif`, `.tiff`,
    /// `.webp` and `.svg` pictures. Empty files, HTML, XML, JSON, Office, PDF, models, archives and scripts are not;
    /// nor is text with NUL bytes or in an unknown encoding, nor what is over the limits on bytes, rows, columns or
    /// the length of a cell.
    ///
    /// ## Why it matters
    /// What cannot be opened and looked at cannot be verified.
    pub struct FileType {
        id: "FMT-TYPE", title: "not a table or an allowed picture", severities: [Block], risk: None,
        fix: "Export tables as CSV and figures as PNG, each under its own extension.",
    }
}

/// FMT-TYPE takes no parameters; limits are set under `[limits]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Params {}

impl Check for FileType {
    type Params = Params;
    type Evidence = Read;

    fn check(_: &Params, read: &Read) -> Judgement {
        let mut found = Findings::default();
        match &read.held {
            Held::Refused { why, place } => {
                found.push(Severity::Block, place.clone(), format!("The file is not released: {why}."));
            }
            Held::Unread { why, too_large: true } => {
                found.push(Severity::Block, Place::default(), format!("The file is not released: {why}."));
            }
            // What was not understood is undecided: the engine says so once for all rules.
            Held::Unread { .. } | Held::Undecided { .. } | Held::Tables { .. } | Held::Picture(_) => {}
        }
        Judgement::Decided(found)
    }
}
