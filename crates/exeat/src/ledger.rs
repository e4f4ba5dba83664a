//! `exeat ledger`: show it, export it, verify it.

use std::fmt::Write as _;
use std::io::BufReader;
use std::path::PathBuf;

use clap::Subcommand;
use exeat_desk::ReleaseRecord;
use exeat_domain::digest::Sha256;
use exeat_domain::request::RequestId;
use exeat_store::{Anchor, PublicKey, Report, verify};
use serde_json::json;

use crate::cli::{Acting, Ended, Format};
use crate::config::display;
use crate::out::{self, Failed};
use crate::wiring::{Site, SystemClock, state};
use crate::words;

/// The signed record of everything that happened.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    acting: Acting,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// What happened, oldest first.
    Show {
        /// Only this request's.
        id: Option<RequestId>,
        /// Start after this entry.
        #[arg(long, value_name = "SEQ", default_value_t = 0)]
        after: u64,
        /// At most so many.
        #[arg(long, default_value_t = 1000)]
        limit: u64,
    },
    /// Write it to a file that anyone can verify with the public key.
    Export {
        /// The file (JSON Lines); it must not exist yet.
        file: PathBuf,
    },
    /// What left, for whom, who decided and where it went: the record of one release, as JSON.
    Record {
        /// The request.
        id: RequestId,
        /// Write it as an RO-Crate (a ZIP) to this file instead; it must not exist yet.
        #[arg(long = "crate", value_name = "FILE")]
        research_object: Option<PathBuf>,
    },
    /// Find every entry changed, removed, reordered or cut off: in this desk's ledger, or in an export, offline.
    Verify {
        /// An export.
        #[arg(requires = "key")]
        export: Option<PathBuf>,
        /// The desk's public key (ledger.pub), for an export.
        #[arg(long, value_name = "FILE")]
        key: Option<PathBuf>,
        /// An entry that was written down elsewhere: the ledger must still hold it.
        #[arg(long, value_name = "SEQ:HASH", value_parser = anchor)]
        anchor: Option<Anchor>,
    },
}

impl Args {
    pub(crate) fn format(&self) -> Format {
        self.acting.format
    }
}

pub(crate) fn run(args: Args, config: Option<PathBuf>) -> Ended {
    let Args { acting, what } = args;
    let format = acting.format;
    match what {
        What::Verify { export: Some(export), key: Some(key), anchor } => {
            verify_export(&export, &key, anchor, format)
        }
        What::Verify { anchor, .. } => {
            let site = Site::open(config)?;
            let report = site.block_on(async {
                site.store.verify_store(anchor).await.map_err(|error| Failed::refused("ledger-broken", error))
            })?;
            sound(&report, anchor.is_some(), format)
        }
        What::Show { id, after, limit } => {
            let site = Site::open(config)?;
            let entries = site
                .block_on(async { Ok(site.desk.ledger(&site.actor(&acting)?, id, after, limit).await?) })?;
            show(&entries, format)
        }
        What::Record { id, research_object } => {
            let site = Site::open(config)?;
            let record = site
                .block_on(async { Ok(site.desk.auditor(site.actor(&acting)?).await?.record(id).await?) })?;
            match research_object {
                Some(file) => research_object_to(&record, &file, format),
                None => out::json(&record),
            }
        }
        What::Export { file } => {
            let site = Site::open(config)?;
            export(&site, &acting, &file)
        }
    }
}

fn anchor(text: &str) -> Result<Anchor, String> {
    let (seq, hash) = text.split_once(':').ok_or("write it as SEQ:HASH, such as 12:9f86d0…")?;
    let seq = seq.parse().map_err(|_| format!("{seq:?} is not the number of an entry"))?;
    Ok(Anchor { seq, hash: hash.parse::<Sha256>().map_err(|error| error.to_string())? })
}

fn verify_export(export: &PathBuf, key: &PathBuf, anchor: Option<Anchor>, format: Format) -> Ended {
    let unreadable = |path: &PathBuf, error: std::io::Error| {
        Failed::usage("input", format!("{} cannot be read: {error}", display(path)))
    };
    let pem = std::fs::read_to_string(key).map_err(|error| unreadable(key, error))?;
    let key = PublicKey::from_pem(&pem).map_err(|error| Failed::usage("ledger-key", error))?;
    let file = std::fs::File::open(export).map_err(|error| unreadable(export, error))?;
    let report = verify(BufReader::new(file), &key, anchor)
        .map_err(|error| Failed::refused("ledger-broken", error))?;
    sound(&report, anchor.is_some(), format)
}

fn sound(report: &Report, anchored: bool, format: Format) -> Ended {
    match format {
        Format::Json => out::json(report),
        Format::Text => {
            let exported = report
                .head
                .map(|head| format!(", exported {}", words::time(head.exported_at)))
                .unwrap_or_default();
            let end = match (report.head, anchored) {
                (None, false) => {
                    "\nWhether entries are missing at its end shows against one written down elsewhere: --anchor."
                }
                _ => "",
            };
            out::text(&format!(
                "The ledger is whole: {}, each as it was written and signed{exported}.\nIt ends at {}:{}{end}",
                entries(report.entries),
                report.end.seq,
                report.end.hash
            ))
        }
    }
}

fn entries(number: u64) -> String {
    words::count(usize::try_from(number).unwrap_or(usize::MAX), "entry")
}

fn show(entries: &[exeat_desk::ports::LedgerEntry], format: Format) -> Ended {
    if format == Format::Json {
        return entries.iter().try_for_each(out::json);
    }
    if entries.is_empty() {
        return out::text("Nothing here.");
    }
    let mut text = String::new();
    for entry in entries {
        let actor = &entry.event.actor;
        let by = match &actor.operator {
            Some(operator) => format!("{} ({operator})", actor.account),
            None => actor.account.clone(),
        };
        let _ = writeln!(
            text,
            "{:>5}  {}  {by}\n       {}",
            entry.seq,
            words::time(entry.event.at),
            words::event(&entry.event)
        );
    }
    if let Some(last) = entries.last() {
        let _ = writeln!(text, "\nThe last entry shown is {}:{}", last.seq, last.hash);
        let _ = writeln!(text, "Write it down elsewhere; ledger verify --anchor holds the ledger to it.");
    }
    out::text(&text)
}

fn research_object_to(record: &ReleaseRecord, file: &PathBuf, format: Format) -> Ended {
    use std::io::Write as _;
    let failed = |error: std::io::Error| {
        Failed::refused("output", format!("{} cannot be written: {error}", display(file)))
    };
    let zip = record.research_object().map_err(failed)?;
    let mut out = std::fs::File::create_new(file).map_err(failed)?;
    out.write_all(&zip).and_then(|()| out.sync_all()).map_err(failed)?;
    match format {
        Format::Json => out::json(&json!({ "file": display(file), "request": record.request })),
        Format::Text => out::text(&format!("The record of {} written to {}.", record.request, display(file))),
    }
}

fn export(site: &Site, acting: &Acting, file: &PathBuf) -> Ended {
    use exeat_desk::ports::Clock as _;
    let failed = |error: std::io::Error| {
        Failed::refused("output", format!("{} cannot be written: {error}", display(file)))
    };
    site.block_on(async {
        // Whoever may read the ledger may export it.
        site.desk.ledger(&site.actor(acting)?, None, 0, 1).await?;
        let mut out = std::fs::File::create_new(file).map_err(failed)?;
        let head = site
            .store
            .export(&mut out, SystemClock.now())
            .await
            .map_err(|error| Failed::refused("export", error))?;
        out.sync_all().map_err(failed)?;
        let key = display(&site.loaded.path(&site.loaded.config.desk.state).join(state::PUBLIC_KEY));
        match acting.format {
            Format::Json => out::json(&json!({ "file": display(file), "head": head, "key": key })),
            Format::Text => out::text(&format!(
                "{} written to {}.\nVerify it anywhere with: exeat ledger verify {} --key {key}",
                entries(head.seq),
                display(file),
                display(file)
            )),
        }
    })
}
