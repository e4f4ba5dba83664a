//! A site with a mailbox on a real server, and mails as people and servers make them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use chrono::Utc;
use exeat_channels::mailbox::{Clerk, Inbox, Judge, Names, Ours, TrustConfig, Unanswered, reading};
use exeat_desk::ports::Courier;
use exeat_desk::{Desk, Ports};

use crate::dovecot::Dovecot;
use crate::site::{Oops, Site};

/// What the site's own mail server says of a mail of its own domain.
pub const SIGNED: &str = "Authentication-Results: mx.example.org; dkim=pass header.d=example.org header.i=@example.org; \
                          dmarc=pass header.from=example.org\r\n";

/// A site whose mailbox is on a server of its own.
pub struct Post {
    /// The site; its share is known as `\\\\files.example.org\\results`.
    pub site: Site,
    /// Its desk.
    pub desk: Desk,
    /// The mail server.
    pub server: Dovecot,
    /// The mailbox.
    pub inbox: Inbox,
}

/// A name service that knows nothing: the site's own mail server says what it found.
struct NoNames;

#[async_trait::async_trait]
impl Names for NoNames {
    async fn txt(&self, _: &str) -> Result<Vec<Vec<u8>>, Unanswered> {
        Ok(vec![])
    }
}

impl Post {
    /// Makes the site in an empty folder, and starts the server.
    ///
    /// # Errors
    /// What the site or the server says.
    pub async fn furnish(root: &Path) -> Result<Self, Oops> {
        let mut site = Site::furnish(root).await?;
        site.unc = vec![r"\\files.example.org\results".into()];
        let server = Dovecot::with_password("")?;
        let trust = TrustConfig { authserv_ids: vec!["mx.example.org".into()], ..TrustConfig::default() };
        let desk = site.desk(|ports| ports).await?;
        let inbox = inbox(&site, &desk, &server, trust, Arc::new(NoNames)).await?;
        Ok(Self { site, desk, server, inbox })
    }

    /// Has the desk answer by another courier, and believe signatures alone, by these names' keys.
    ///
    /// # Errors
    /// What the site says.
    pub async fn answer_by(&mut self, courier: Arc<dyn Courier>, names: Arc<dyn Names>) -> Result<(), Oops> {
        self.desk = self.site.desk(|ports| Ports { courier, ..ports }).await?;
        self.inbox = inbox(&self.site, &self.desk, &self.server, TrustConfig::default(), names).await?;
        Ok(())
    }
}

async fn inbox(
    site: &Site,
    desk: &Desk,
    server: &Dovecot,
    trust: TrustConfig,
    names: Arc<dyn Names>,
) -> Result<Inbox, Oops> {
    let ports = site.ports().await?;
    let ours = Ours { addresses: vec!["desk@example.org".parse()?], desk: "test".into() };
    let clerk = Clerk {
        desk: desk.clone(),
        people: ports.people,
        clock: ports.clock,
        judge: Judge::new(trust, ours, regex::Regex::new("_P$")?, names)?,
        settings: reading::Settings::new(&site.unc, &BTreeMap::new(), None)?,
    };
    Ok(Inbox::new(server.config(), Arc::new(clerk))?)
}

/// A mail of `ann_P`, as the site's mail server leaves it in the mailbox: with these results, in answer to another.
#[must_use]
pub fn mail(name: &str, results: &str, answers: Option<&str>, body: &str) -> String {
    let answers =
        answers.map(|id| format!("In-Reply-To: <{id}>\r\nReferences: <{id}>\r\n")).unwrap_or_default();
    let date = Utc::now().to_rfc2822();
    let body = body.replace('\n', "\r\n");
    format!(
        "Return-Path: <ann_P@example.org>\r\n{results}\
         Received: from client.example.org by mx.example.org; {date}\r\n\
         From: Ann <ann_P@example.org>\r\nTo: desk@example.org\r\nSubject: tables for the paper\r\nDate: {date}\r\n\
         Message-ID: <{name}@mail.example.org>\r\n{answers}MIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n"
    )
}
