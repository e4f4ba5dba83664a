//! Trying couriers: whether a message could leave now. None does.
#![allow(clippy::disallowed_methods, reason = "a folder that messages are written into is tried by writing")]

use std::fs::{self, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;

use async_trait::async_trait;
use exeat_desk::ports::{Probe, Sign};

use crate::maildir::{MaildirCourier, unwritable};
use crate::smtp::{SmtpCourier, Tls};

/// What is written into a Maildir to try it. Only the desk may write there, and whoever reads mail does not look here.
const DRAFT: &str = "tmp/exeat-probe";

/// Connects, logs in, asks for nothing and says goodbye.
#[async_trait]
impl Probe for SmtpCourier {
    async fn probe(&self) -> Vec<Sign> {
        let knocked = match self.knock().await {
            Ok(knocked) => knocked,
            Err(failure) => return vec![failure.into()],
        };
        let config = self.config();
        let tls = match config.tls {
            Tls::None => "The connection is not protected, and leads to this machine only.",
            Tls::Starttls | Tls::Tls => {
                "The connection is protected by TLS, with a certificate that is trusted for this name."
            }
        };
        let login = match &config.login {
            Some(login) => format!("It lets the desk in as {}.", login.user),
            None => "The desk has no account there, and none was asked for yet.".to_owned(),
        };
        let mut signs = vec![
            Sign::fine(format!("The mail server calls itself {}.", knocked.name)),
            Sign::fine(tls),
            Sign::fine(login),
        ];
        if !knocked.answers {
            signs.push(Sign::broken(
                "It breaks off when it is asked for something.",
                "See the log of the mail server.",
            ));
        }
        signs
    }
}

#[async_trait]
impl Probe for MaildirCourier {
    async fn probe(&self) -> Vec<Sign> {
        let draft = self.root().join(DRAFT);
        let tried = tokio::task::spawn_blocking(move || {
            // What an interrupted try has left is taken over.
            let made = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft);
            made.and_then(|_| fs::remove_file(&draft))
        });
        vec![match tried.await.map_err(std::io::Error::other).and_then(|tried| tried) {
            Ok(()) => Sign::fine("Messages can be written into the folder."),
            Err(error) => unwritable(self.root(), &error).into(),
        }]
    }
}
