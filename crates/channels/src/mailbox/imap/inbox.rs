//! Going through a mailbox: each mail is read, then moved to where it belongs; what is new is waited for.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_imap::extensions::idle::IdleResponse;
use async_imap::types::Fetch;
use async_trait::async_trait;
use exeat_desk::ports::{Failure, Probe, Sign};
use futures_util::StreamExt as _;
use tokio::sync::Mutex;

use super::connect::{Open, Trouble, Way, within};
use super::{Fate, Fetched, Folders, ImapConfig, ImapError, LARGEST, Reader};
use crate::smtp::Tls;

/// Mails that are fetched together, and how many bytes of them at most; one is fetched whatever its size.
const BATCH: usize = 50;
const BATCH_BYTES: u64 = 8 << 20;
/// How much of the header of a mail is fetched that is too large to be read, in bytes.
const HEADER: u32 = 64 << 10;
/// The shortest and the longest time before a mail is tried again that could not be taken in.
const SOON: Duration = Duration::from_secs(30);
const LATE: Duration = Duration::from_secs(3600);
/// How soon a server that failed is tried again, at first and at last.
const AGAIN: Duration = Duration::from_secs(5);
const SELDOM: Duration = Duration::from_secs(300);

/// What one look through the mailbox came to, in mails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Passed {
    /// Taken in or refused.
    pub done: usize,
    /// For a person.
    pub parked: usize,
    /// To be tried again.
    pub later: usize,
}

/// Mails that are to be tried again: by the mailbox's validity and their number in it, when, and after how long a wait.
type Waits = HashMap<(u32, u32), (Instant, Duration)>;

/// A mailbox.
pub struct Inbox {
    way: Way,
    reader: Arc<dyn Reader>,
    waits: Mutex<Waits>,
}

/// What a session knows of its server.
struct Known {
    validity: u32,
    moves: bool,
    removes_by_number: bool,
    idles: bool,
}

impl Inbox {
    /// A mailbox whose mails go to this reader. Nothing is connected yet.
    ///
    /// # Errors
    /// [`ImapError`] where it cannot be used as configured.
    pub fn new(config: ImapConfig, reader: Arc<dyn Reader>) -> Result<Self, ImapError> {
        Ok(Self { way: Way::new(config)?, reader, waits: Mutex::default() })
    }

    /// Whose mailbox it is, and where.
    #[must_use]
    pub fn place(&self) -> String {
        format!("{} at {}", self.way.config.user, self.way.server())
    }

    /// Looks through the mailbox once.
    ///
    /// # Errors
    /// [`Failure`] where the server fails: what was not taken in is still there.
    pub async fn pass(&self) -> Result<Passed, Failure> {
        let (mut session, known) = self.enter().await?;
        let passed = self.go_through(&mut session, &known).await?;
        // The mails are where they belong; how the conversation ends does not matter.
        let _ = self.way.step(session.logout()).await;
        Ok(passed)
    }

    /// Looks through the mailbox for ever: at once when the server says that something came, and otherwise every so often.
    /// A server that fails is tried again, less and less often. Ends only by being dropped, which loses nothing.
    pub async fn watch(&self) {
        let mut pause = AGAIN;
        loop {
            match self.stay().await {
                Ok(()) => pause = AGAIN,
                Err(failure) => {
                    let (code, detail) = (failure.code, &failure.detail);
                    tracing::warn!(code, detail, "{}", failure.message);
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(SELDOM);
                }
            }
        }
    }

    /// One connection: as long as the server keeps it, where it says that something came.
    async fn stay(&self) -> Result<(), Failure> {
        let (mut session, known) = self.enter().await?;
        loop {
            let passed = self.go_through(&mut session, &known).await?;
            if passed != Passed::default() {
                tracing::info!(
                    done = passed.done,
                    parked = passed.parked,
                    later = passed.later,
                    "mails read"
                );
            }
            let patience = self.patience().await;
            if !known.idles {
                let _ = self.way.step(session.logout()).await;
                tokio::time::sleep(patience).await;
                return Ok(());
            }
            session = self.idle(session, patience).await.map_err(|trouble| self.way.broken(&trouble))?;
        }
    }

    /// Waits until the server says that something came, for so long at most.
    async fn idle(&self, session: Open, patience: Duration) -> Result<Open, Trouble> {
        let mut idle = session.idle();
        self.way.step(idle.init()).await?;
        {
            let (came, _stop) = idle.wait_with_timeout(patience);
            // Words that keep the connection alive are no news, and end the wait for it all the same.
            if let Ok(IdleResponse::NewData(_)) = within(patience, came).await {
                tracing::debug!("the mailbox has something new");
            }
        }
        self.way.step(idle.done()).await
    }

    /// How long to wait before the next look: until the next mail is due again, or the time between two looks.
    async fn patience(&self) -> Duration {
        let waits = self.waits.lock().await;
        let due = waits.values().map(|(due, _)| due.saturating_duration_since(Instant::now())).min();
        due.map_or(self.way.config.poll, |due| due.clamp(Duration::from_secs(1), self.way.config.poll))
    }

    /// Connects, makes the folders that are not there, and opens the first.
    async fn enter(&self) -> Result<(Open, Known), Failure> {
        let mut session = self.way.open().await?;
        let known = self.get_ready(&mut session).await.map_err(|trouble| self.way.broken(&trouble))?;
        Ok((session, known))
    }

    async fn get_ready(&self, session: &mut Open) -> Result<Known, Trouble> {
        let way = &self.way;
        let can = way.step(session.capabilities()).await?;
        for folder in [&way.config.folders.done, &way.config.folders.parked] {
            let listed = way
                .step(async {
                    let names = session.list(None, Some(&format!("\"{folder}\""))).await?;
                    let names: Vec<_> = names.collect().await;
                    names.into_iter().collect::<Result<Vec<_>, _>>()
                })
                .await?;
            if listed.is_empty() {
                way.step(session.create(folder)).await?;
            }
        }
        let inbox = way.step(session.select(&way.config.folders.inbox)).await?;
        Ok(Known {
            validity: inbox.uid_validity.unwrap_or(0),
            moves: can.has_str("MOVE"),
            removes_by_number: can.has_str("UIDPLUS"),
            idles: can.has_str("IDLE"),
        })
    }

    async fn go_through(&self, session: &mut Open, known: &Known) -> Result<Passed, Failure> {
        let told = |trouble: Trouble| self.way.broken(&trouble);
        let mails = self.waiting(session, known).await.map_err(told)?;
        let mut passed = Passed::default();
        let mut rest = mails.as_slice();
        while !rest.is_empty() {
            let (batch, behind) = rest.split_at(batch(rest));
            rest = behind;
            let fetched = self.fetch(session, batch).await.map_err(told)?;
            let mut moved: [Vec<u32>; 2] = Default::default();
            for (uid, mail) in fetched {
                match self.reader.read(mail).await {
                    Fate::Done => moved[0].push(uid),
                    Fate::Parked(why) => {
                        tracing::warn!(why, "a mail is put aside for a person");
                        moved[1].push(uid);
                    }
                    Fate::Later => {
                        passed.later += 1;
                        self.put_off(known, uid).await;
                    }
                }
            }
            passed.done += moved[0].len();
            passed.parked += moved[1].len();
            let folders = &self.way.config.folders;
            for (uids, folder) in moved.iter().zip([&folders.done, &folders.parked]) {
                self.move_to(session, known, uids, folder).await.map_err(told)?;
            }
        }
        Ok(passed)
    }

    /// The mails of the folder that are due, with their sizes, the oldest first.
    async fn waiting(&self, session: &mut Open, known: &Known) -> Result<Vec<(u32, u32)>, Trouble> {
        // A server that was told nothing may not have looked.
        self.way.step(session.noop()).await?;
        let mut mails = vec![];
        let mut listed = self.way.step(session.uid_fetch("1:*", "(UID RFC822.SIZE)")).await?;
        while let Some(one) = self.way.step(async { listed.next().await.transpose() }).await? {
            if let (Some(uid), Some(size)) = (one.uid, one.size) {
                mails.push((uid, size));
            }
        }
        drop(listed);
        mails.sort_unstable();
        let mut waits = self.waits.lock().await;
        waits.retain(|(validity, uid), _| {
            *validity == known.validity && mails.binary_search_by_key(uid, |(uid, _)| *uid).is_ok()
        });
        let now = Instant::now();
        mails.retain(|(uid, _)| waits.get(&(known.validity, *uid)).is_none_or(|(due, _)| *due <= now));
        Ok(mails)
    }

    async fn put_off(&self, known: &Known, uid: u32) {
        let mut waits = self.waits.lock().await;
        let wait = waits.get(&(known.validity, uid)).map_or(SOON, |(_, wait)| (*wait * 2).min(LATE));
        waits.insert((known.validity, uid), (Instant::now() + wait, wait));
    }

    async fn fetch(&self, session: &mut Open, batch: &[(u32, u32)]) -> Result<Vec<(u32, Fetched)>, Trouble> {
        let large = batch.iter().any(|(_, size)| *size > LARGEST);
        let what = if large {
            format!("(UID BODY.PEEK[HEADER]<0.{HEADER}>)")
        } else {
            "(UID BODY.PEEK[])".to_owned()
        };
        let uids: Vec<u32> = batch.iter().map(|(uid, _)| *uid).collect();
        let sizes: HashMap<u32, u32> = batch.iter().copied().collect();
        let mut mails = vec![];
        let mut coming = self.way.step(session.uid_fetch(numbers(&uids), what)).await?;
        while let Some(one) = self.way.step(async { coming.next().await.transpose() }).await? {
            let bytes = if large { header(&one) } else { one.body().map(<[u8]>::to_vec) };
            if let (Some(uid), Some(bytes)) = (one.uid, bytes)
                && let Some(size) = sizes.get(&uid)
            {
                mails.push((uid, Fetched { bytes, size: *size }));
            }
        }
        Ok(mails)
    }

    async fn move_to(
        &self,
        session: &mut Open,
        known: &Known,
        uids: &[u32],
        folder: &str,
    ) -> Result<(), Trouble> {
        if uids.is_empty() {
            return Ok(());
        }
        let set = numbers(uids);
        if known.moves {
            return self.way.step(session.uid_mv(&set, folder)).await;
        }
        self.way.step(session.uid_copy(&set, folder)).await?;
        self.way
            .step(async {
                let flags = session.uid_store(&set, "+FLAGS.SILENT (\\Deleted)").await?;
                flags.for_each(|_| async {}).await;
                Ok(())
            })
            .await?;
        self.way
            .step(async {
                if known.removes_by_number {
                    session.uid_expunge(&set).await?.for_each(|_| async {}).await;
                } else {
                    session.expunge().await?.for_each(|_| async {}).await;
                }
                Ok(())
            })
            .await
    }
}

/// Connects, logs in, looks at the folders and reads no mail.
#[async_trait]
impl Probe for Inbox {
    async fn probe(&self) -> Vec<Sign> {
        let (mut session, known) = match self.enter().await {
            Ok(entered) => entered,
            Err(failure) => return vec![failure.into()],
        };
        let config = &self.way.config;
        let tls = match config.tls {
            Tls::None => "The connection is not protected, and leads to this machine only.",
            Tls::Starttls | Tls::Tls => {
                "The connection is protected by TLS, with a certificate that is trusted for this name."
            }
        };
        let Folders { inbox, done, parked } = &config.folders;
        let mut signs = vec![
            Sign::fine(tls),
            Sign::fine(format!("It lets the desk in as {}.", config.user)),
            Sign::fine(format!("The folders {inbox}, {done} and {parked} are there.")),
        ];
        let counted = self.way.step(session.uid_search("ALL")).await;
        signs.push(match counted {
            Ok(mails) => Sign::fine(format!("Mails that wait: {}.", mails.len())),
            Err(trouble) => self.way.broken(&trouble).into(),
        });
        signs.push(Sign::fine(if known.idles {
            "It says by itself when a mail comes (IDLE)."
        } else {
            "It does not say by itself when a mail comes, so the desk looks every so often."
        }));
        let _ = self.way.step(session.logout()).await;
        signs
    }
}

/// How many of the next mails are fetched together. One that is too large to be read is fetched alone.
fn batch(mails: &[(u32, u32)]) -> usize {
    let mut bytes = 0_u64;
    let fits = mails.iter().take(BATCH).take_while(|(_, size)| {
        bytes += u64::from(*size);
        bytes <= BATCH_BYTES
    });
    fits.count().max(1)
}

fn header(mail: &Fetch) -> Option<Vec<u8>> {
    mail.header().map(<[u8]>::to_vec)
}

/// Numbers as IMAP writes a set of them: runs as `first:last`.
fn numbers(uids: &[u32]) -> String {
    let mut runs: Vec<(u32, u32)> = vec![];
    for uid in uids {
        match runs.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(*uid) => *last = *uid,
            _ => runs.push((*uid, *uid)),
        }
    }
    let run = |(first, last): &(u32, u32)| {
        if first == last { first.to_string() } else { format!("{first}:{last}") }
    };
    runs.iter().map(run).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mails_are_fetched_together_as_far_as_they_fit_and_a_large_one_alone() {
        assert_eq!(batch(&[(1, 100), (2, 100), (3, LARGEST + 1), (4, 1)]), 2);
        assert_eq!(batch(&[(3, LARGEST + 1), (4, 1)]), 1);
        assert_eq!(batch(&[(3, LARGEST), (4, 1)]), 1);
        let many: Vec<(u32, u32)> = (1..=200).map(|uid| (uid, 1000)).collect();
        assert_eq!(batch(&many), BATCH);
    }

    #[test]
    fn numbers_in_a_row_are_written_as_a_run() {
        assert_eq!(numbers(&[1, 2, 3, 7, 9, 10]), "1:3,7,9:10");
        assert_eq!(numbers(&[u32::MAX]), "4294967295");
        assert_eq!(numbers(&[]), "");
    }
}
