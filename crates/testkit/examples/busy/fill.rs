//! Requests in numbers: a few go through the whole desk, and the store keeps each of them many times over.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use chrono::{TimeDelta, Utc};
use exeat_desk::ports::{Effects, Store};
use exeat_desk::{Ask, Desk};
use exeat_domain::context::Context;
use exeat_domain::ledger::{Actor, Event, Fact};
use exeat_domain::request::{Asked, Door, Purpose, Request, RequestId, Thread};
use exeat_domain::review::Choice;
use exeat_testkit::site::{Oops, decide, run};

/// One in so many requests still waits for a checker.
const WAITING: usize = 40;
/// How many different requests go through the desk.
const KINDS: usize = 8;

/// What there is to look at.
pub(crate) struct Filled {
    /// A request of five clear files that waits.
    pub(crate) clear: RequestId,
    /// One with findings.
    pub(crate) found: RequestId,
    /// One with a table of a million cells.
    pub(crate) big: RequestId,
}

/// Fills the desk until it holds this many requests.
///
/// # Errors
/// What the desk or the store says.
pub(crate) async fn fill(
    root: &Path,
    desk: &Desk,
    store: &Arc<dyn Store>,
    requests: usize,
) -> Result<Filled, Oops> {
    furnish(&root.join("share"))?;
    let mut kinds = vec![];
    for kind in 0..KINDS {
        kinds.push(ask(desk, &format!("clear-{kind}")).await?);
    }
    let (found, big) = (ask(desk, "found").await?, ask(desk, "big").await?);
    run(desk).await?;
    let mut ended = vec![];
    for choice in [Choice::Approve, Choice::Return, Choice::Approve, Choice::Reject] {
        let id = ask(desk, "clear-0").await?;
        run(desk).await?;
        decide(desk, id, choice).await?;
        run(desk).await?;
        ended.push(store.load(id).await?);
    }
    let mut waiting = vec![store.load(found).await?];
    for id in &kinds {
        waiting.push(store.load(*id).await?);
    }
    for at in kinds.len() + ended.len() + 2..requests {
        let from = if at % WAITING == 0 { &waiting } else { &ended };
        let Some(kind) = from.get(at / WAITING % from.len()) else { break };
        copy(store, kind, at, requests).await?;
    }
    Ok(Filled { clear: *kinds.first().ok_or("nothing was asked")?, found, big })
}

/// Keeps a request once more, as asked by another person at another time.
async fn copy(store: &Arc<dyn Store>, kind: &Request, at: usize, of: usize) -> Result<(), Oops> {
    let mut copy = kind.clone();
    copy.id = store.reserve().await?;
    copy.revision = 0;
    copy.requester = format!("person{:03}_P", at % 200);
    copy.project = Some(format!("PRJ-{}", at % 60));
    copy.purpose = format!("{} of study {}", kind.purpose, at % 997);
    let ago = TimeDelta::minutes(i64::try_from(of - at)? * 5);
    copy.created_at = Utc::now() - ago;
    copy.updated_at = copy.created_at;
    for round in &mut copy.rounds {
        round.opened_at = copy.created_at;
    }
    let fact = Fact::Requested {
        door: Door::Web,
        requester: copy.requester.clone(),
        project: copy.project.clone(),
        round: 1,
        asked: 1,
    };
    let event = Event { at: Utc::now(), actor: Actor::desk(), request: Some(copy.id), fact };
    Ok(store.insert(&copy, Effects::of(event)).await?)
}

async fn ask(desk: &Desk, folder: &str) -> Result<RequestId, Oops> {
    let asked = vec![Asked { line: folder.into(), purpose: Purpose::Output }];
    let ask = Ask {
        door: Door::Web,
        project: None,
        purpose: format!("Tables {folder}"),
        context: Context::default(),
        thread: Thread::default(),
        asked,
    };
    Ok(desk.requester(Actor::person("ann_P")).ask(ask).await?.id)
}

fn furnish(share: &Path) -> Result<(), Oops> {
    for kind in 0..KINDS {
        for table in 0..5 {
            let mut text = String::from("region,year,patients\n");
            for row in 0..20 {
                let patients = 210 + row * 37 + table * 11 + kind;
                writeln!(text, "Region {},{},{patients}", row % 5 + 1, 2019 + row / 5)?;
            }
            put(share, &format!("clear-{kind}/table {table}.csv"), &text)?;
        }
    }
    let mut found = String::from("age group,women,men\n");
    for age in 0..40 {
        writeln!(found, "{}-{},{},{}", age * 2, age * 2 + 1, age % 13, 400 + age * 7)?;
    }
    put(share, "found/table 1.csv", &found)?;
    let columns: Vec<String> = (2010..2020).map(|year| format!("cases {year}")).collect();
    let mut million = format!("municipality,{}\n", columns.join(","));
    for row in 0..100_000_u32 {
        write!(million, "M{row}")?;
        for column in 0..10 {
            write!(million, ",{}", 100 + (row * 31 + column * 17) % 9000)?;
        }
        million.push('\n');
    }
    put(share, "big/million.csv", &million)
}

fn put(share: &Path, path: &str, text: &str) -> Result<(), Oops> {
    let path = share.join(path);
    std::fs::create_dir_all(path.parent().ok_or("a file lies in a folder")?)?;
    Ok(std::fs::write(path, text)?)
}
