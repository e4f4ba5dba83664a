//! ClamAV as the virus scanner: sealed bytes go to `clamd` over its socket (`INSTREAM`), and its word comes back.

use std::fs::File;
use std::future::Future;
use std::io::{self, Seek as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use clamav_client::tokio as clamd;
use exeat_desk::ports::{Clock, Failure, Port, Probe, Scanned, Scanner, Sign};
use exeat_domain::path::shown;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, Join, Take};
use tokio::net::{TcpStream, UnixStream};
use tokio_util::io::ReaderStream;

/// The longest answer, in bytes.
const LONGEST: u64 = 4096;
/// The longest name of a signature that is repeated, in characters.
const NAMED: usize = 200;
/// Signatures that are older than this protect from nothing new.
const STALE: TimeDelta = TimeDelta::days(7);
/// What begins the name of what clamd reports of a file that it has not looked through (`AlertExceedsMax`).
const LIMITS: &str = "Heuristics.Limits.Exceeded";
/// The EICAR test file, in two parts: every scanner finds it, and it does nothing.
const EICAR: [&str; 2] = [r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*"];
/// How often a connection is tried, and after which wait again.
const TRIES: u32 = 3;
const BETWEEN: Duration = Duration::from_millis(500);

/// Where clamd listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clamd {
    /// A socket in the file system.
    Socket(PathBuf),
    /// An address of this machine: what goes there is not protected.
    Address(SocketAddr),
}

/// A scanner that is `clamd`.
#[derive(Clone)]
pub struct ClamAv {
    /// Where it listens.
    pub at: Clamd,
    /// Larger files are not sent, in bytes: at most its `StreamMaxLength`.
    pub largest: u64,
    /// How long one file may take.
    pub timeout: Duration,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
}

type Answer = Take<Box<dyn AsyncRead + Send + Unpin>>;
type Question = Box<dyn AsyncWrite + Send + Unpin>;

/// What it answers is cut: whoever took its socket's place could answer without end.
impl clamd::TransportProtocol for &ClamAv {
    type Stream = Join<Answer, Question>;

    async fn connect(&self) -> io::Result<Self::Stream> {
        let (answer, question): (Box<dyn AsyncRead + Send + Unpin>, Question) = match &self.at {
            Clamd::Socket(path) => {
                let (answer, question) = UnixStream::connect(path).await?.into_split();
                (Box::new(answer), Box::new(question))
            }
            Clamd::Address(address) => {
                let (answer, question) = TcpStream::connect(address).await?.into_split();
                (Box::new(answer), Box::new(question))
            }
        };
        Ok(tokio::io::join(answer.take(LONGEST), question))
    }
}

impl ClamAv {
    /// Where it is, for people.
    #[must_use]
    pub fn place(&self) -> String {
        match &self.at {
            Clamd::Socket(path) => path.display().to_string(),
            Clamd::Address(address) => address.to_string(),
        }
    }

    /// What it answers, in time and in one line.
    async fn said(&self, asked: impl Future<Output = io::Result<Vec<u8>>>) -> Result<String, Failure> {
        let answer = tokio::time::timeout(self.timeout, asked).await;
        let answer = answer.map_err(|_| self.down("no answer in time"))?.map_err(|error| self.down(error))?;
        let text = String::from_utf8_lossy(&answer);
        let line = text.trim_end_matches(['\0', '\n', '\r', ' ']);
        if line.is_empty() || line.chars().any(char::is_control) || answer.len() as u64 >= LONGEST {
            return Err(self.down(format!("it answers {:?}", line.chars().take(NAMED).collect::<String>())));
        }
        Ok(shown(line))
    }

    fn down(&self, detail: impl std::fmt::Display) -> Failure {
        let message = format!(
            "The virus scanner at {} does not answer; check that clamd runs, and that the desk may open its socket.",
            self.place()
        );
        Failure::new(Port::Scanner, "scanner-down", message, detail)
    }

    /// Tries again where it does not answer at all: it is away for a moment when it takes new signatures up.
    async fn awake(&self) -> Result<(), Failure> {
        for tried in 1.. {
            match self.said(clamd::ping(self)).await {
                Ok(line) if line == "PONG" => return Ok(()),
                Ok(line) => return Err(self.down(format!("it answers {line:?}"))),
                Err(failure) if tried >= TRIES => return Err(failure),
                Err(_) => tokio::time::sleep(BETWEEN).await,
            }
        }
        Ok(())
    }

    async fn stream(&self, bytes: File) -> Result<Scanned, Failure> {
        let stream = ReaderStream::new(tokio::fs::File::from_std(bytes));
        match self.said(clamd::scan_stream(stream, self, None)).await {
            Ok(line) => Ok(word(&line)),
            // It closes the connection on what is longer than it takes, often before it has said so.
            Err(failure) if self.said(clamd::ping(self)).await.is_ok() => {
                tracing::warn!(detail = failure.detail, "the virus scanner broke off");
                Ok(Scanned::Not("the virus scanner broke off".to_owned()))
            }
            Err(failure) => Err(failure),
        }
    }
}

#[async_trait]
impl Scanner for ClamAv {
    async fn version(&self) -> Result<String, Failure> {
        self.awake().await?;
        let said = self.said(clamd::get_version(self)).await?;
        if !said.starts_with("ClamAV ") {
            return Err(self.down(format!("it answers {said:?}")));
        }
        // The date of the signatures is in their number.
        Ok(said.splitn(3, '/').take(2).collect::<Vec<_>>().join("/"))
    }

    async fn scan(&self, mut bytes: File) -> Result<Scanned, Failure> {
        let unread = |error: io::Error| Scanned::Not(format!("the sealed copy cannot be read ({error})"));
        let length = match bytes.rewind().and_then(|()| bytes.metadata()) {
            Ok(metadata) => metadata.len(),
            Err(error) => return Ok(unread(error)),
        };
        if length > self.largest {
            return Ok(Scanned::Not("it is larger than what the virus scanner is given".to_owned()));
        }
        self.awake().await?;
        self.stream(bytes).await
    }
}

/// What one line of clamd says of a stream.
fn word(line: &str) -> Scanned {
    let said = line.strip_prefix("stream: ").unwrap_or(line);
    if said == "OK" {
        return Scanned::Clean;
    }
    match said.strip_suffix(" FOUND") {
        Some(name) if name.starts_with(LIMITS) => {
            Scanned::Not("it is larger or deeper than the virus scanner looks".to_owned())
        }
        Some(name) => Scanned::Infected(name.chars().take(NAMED).collect()),
        None if said.contains("size limit exceeded") => {
            Scanned::Not("it is larger than what the virus scanner takes".to_owned())
        }
        None => Scanned::Not("the virus scanner does not say what it found".to_owned()),
    }
}

/// When the signatures were made, where clamd says it: `ClamAV 1.4.6/27823/Mon Nov 23 09:26:11 2026`.
fn made(version: &str) -> Option<DateTime<Utc>> {
    let date = version.splitn(3, '/').nth(2)?;
    NaiveDateTime::parse_from_str(date, "%a %b %e %H:%M:%S %Y").ok().map(|date| date.and_utc())
}

#[async_trait]
impl Probe for ClamAv {
    async fn probe(&self) -> Vec<Sign> {
        let said = match self.awake().await {
            Ok(()) => self.said(clamd::get_version(self)).await,
            Err(failure) => Err(failure),
        };
        let version = match said {
            Ok(version) => version,
            Err(failure) => return vec![failure.into()],
        };
        let mut signs = vec![Sign::fine(format!("It calls itself {version}."))];
        let renew = "See that freshclam runs, and that clamd takes up what it fetches.";
        signs.push(match made(&version) {
            Some(at) if self.clock.now() - at > STALE => {
                Sign::warning(format!("Its signatures are of {}.", at.format("%Y-%m-%d")), renew)
            }
            Some(at) => Sign::fine(format!("Its signatures are of {}.", at.format("%Y-%m-%d"))),
            None => Sign::warning("It does not say of when its signatures are.", renew),
        });
        let harmless = EICAR.concat();
        let found = self.said(clamd::scan_buffer(harmless.as_bytes(), self, None)).await;
        signs.push(match found.map(|line| word(&line)) {
            Ok(Scanned::Infected(_)) => Sign::fine("It finds the EICAR test file."),
            Ok(_) => Sign::broken("It does not find the EICAR test file.", renew),
            Err(failure) => failure.into(),
        });
        signs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ok_is_clean() {
        assert_eq!(word("stream: OK"), Scanned::Clean);
        let found = Scanned::Infected("Win.Test.EICAR_HDB-1".to_owned());
        assert_eq!(word("stream: Win.Test.EICAR_HDB-1 FOUND"), found);
        for said in [
            "",
            "stream: ",
            "OK then",
            "stream: not OK",
            "INSTREAM size limit exceeded. ERROR",
            "stream: Can't allocate memory ERROR",
            "stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND",
            "UNKNOWN COMMAND",
            "<html>",
        ] {
            assert!(matches!(word(said), Scanned::Not(_)), "{said}");
        }
    }

    #[test]
    fn the_age_of_the_signatures_is_read() {
        let version = "ClamAV 1.4.6/27823/Mon Nov 23 09:26:11 2026";
        assert_eq!(made(version).unwrap().to_rfc3339(), "2026-11-23T09:26:11+00:00");
        assert_eq!(made("ClamAV 1.4.6/27823/Sun Nov  1 09:26:11 2026").unwrap().timestamp(), 1_793_525_171);
        assert_eq!(made("ClamAV 1.4.6"), None);
    }
}
