//! The desk that a command works with: the one that lies here, or one elsewhere that is reached over the network. Either
//! gives the same documents, so that what is printed is the same.

mod client;
mod here;
mod there;

use std::path::{Path, PathBuf};

use exeat_desk::document::{DecidedDocument, RequestDocument, Requests, ReviewDocument, Window};
use exeat_domain::context::Context;
use exeat_domain::path::SharePath;
use exeat_domain::request::RequestId;
use exeat_domain::review::Choice;
use serde::{Deserialize, Serialize};

use crate::cli::{Acting, Elsewhere};
use crate::config::ServerSection;
use crate::out::Failed;
use client::Client;
use here::{Asker, Judge};
use there::There;

/// What is asked for, as the API takes it.
#[derive(Debug, Serialize)]
pub(crate) struct NewRequest {
    pub(crate) project: Option<String>,
    pub(crate) purpose: String,
    #[serde(flatten)]
    pub(crate) round: NewRound,
    pub(crate) message_id: Option<String>,
    pub(crate) subject: Option<String>,
}

/// The files of a round.
#[derive(Debug, Serialize)]
pub(crate) struct NewRound {
    pub(crate) files: Vec<String>,
    pub(crate) supporting: Vec<String>,
    pub(crate) context: Context,
}

/// A decision.
#[derive(Debug, Serialize)]
pub(crate) struct Deciding {
    pub(crate) choice: Choice,
    pub(crate) files: Vec<SharePath>,
    pub(crate) reason: Option<String>,
    pub(crate) hold: bool,
}

/// Where a table of a file is to be looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot {
    pub(crate) request: RequestId,
    pub(crate) round: u32,
    /// The file of the round, from 1.
    pub(crate) file: usize,
    pub(crate) table: u32,
    pub(crate) from: u64,
    pub(crate) count: usize,
}

/// What a requester does.
pub(crate) trait Asking {
    /// Asks, and gives how it stands once the files are checked.
    fn ask(&self, new: NewRequest) -> Result<RequestDocument, Failed>;
    /// Opens the next round, and gives the same.
    fn correct(&self, id: RequestId, round: NewRound) -> Result<RequestDocument, Failed>;
    fn list(&self, after: Option<RequestId>, limit: u64) -> Result<Requests, Failed>;
    fn show(&self, id: RequestId) -> Result<RequestDocument, Failed>;
    /// Takes the request back, or these files of it.
    fn withdraw(&self, id: RequestId, paths: &[String]) -> Result<RequestDocument, Failed>;
}

/// What an output checker does.
pub(crate) trait Reviewing {
    fn next(&self) -> Result<Option<RequestId>, Failed>;
    /// What waits, or every request.
    fn list(&self, all: bool, after: Option<RequestId>, limit: u64) -> Result<Requests, Failed>;
    fn show(&self, id: RequestId) -> Result<ReviewDocument, Failed>;
    /// Rows of a table; none where there are none to be shown.
    fn rows(&self, spot: Spot) -> Result<Option<Window>, Failed>;
    /// Decides, and gives how it stands once what follows is done.
    fn decide(&self, id: RequestId, deciding: Deciding) -> Result<DecidedDocument, Failed>;
    /// Tries again what waits.
    fn retry(&self, id: RequestId) -> Result<(), Failed>;
}

/// Opens the desk for a requester.
///
/// # Errors
/// [`Failed`] where it cannot be had.
pub(crate) fn asking(
    acting: &Acting,
    elsewhere: &Elsewhere,
    config: Option<PathBuf>,
) -> Result<Box<dyn Asking>, Failed> {
    Ok(match there(acting, elsewhere, config.as_ref())? {
        Some(there) => Box::new(there),
        None => Box::new(Asker::open(acting, config)?),
    })
}

/// Opens the desk for an output checker.
///
/// # Errors
/// [`Failed`] where it cannot be had.
pub(crate) fn reviewing(
    acting: &Acting,
    elsewhere: &Elsewhere,
    config: Option<PathBuf>,
) -> Result<Box<dyn Reviewing>, Failed> {
    Ok(match there(acting, elsewhere, config.as_ref())? {
        Some(there) => Box::new(there),
        None => Box::new(Judge::open(acting, config)?),
    })
}

/// Whose token it is, as the desk elsewhere says.
///
/// # Errors
/// [`Failed`] where the desk cannot be reached, or does not know the token.
pub(crate) fn knock(server: &ServerSection, base: &Path) -> Result<String, Failed> {
    #[derive(Deserialize)]
    struct Account {
        account: String,
    }
    let token = server.token.read(base).map_err(|why| Failed::usage("token", why))?;
    Ok(Client::new(&server.url, token)?.get::<Account>("account")?.account)
}

/// The desk elsewhere, where the command line or the configuration names one.
fn there(acting: &Acting, elsewhere: &Elsewhere, config: Option<&PathBuf>) -> Result<Option<There>, Failed> {
    let named = match &elsewhere.server {
        Some(url) => Some((ServerSection::at(url.clone(), elsewhere.token.clone()), PathBuf::from("."))),
        None => ServerSection::of(config)?,
    };
    let Some((server, base)) = named else { return Ok(None) };
    if acting.account.is_some() {
        return Err(Failed::usage(
            "usage",
            "--as is for the desk that lies here: elsewhere the token says who you are",
        ));
    }
    let token = server.token.read(&base).map_err(|why| Failed::usage("token", why))?;
    Ok(Some(There(Client::new(&server.url, token)?)))
}
