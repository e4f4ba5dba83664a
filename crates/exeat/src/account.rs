//! `exeat account`: who may sign in at the web desk. Nobody but the person ever knows a password: a code invites them.

mod token;

use std::path::PathBuf;

use clap::Subcommand;
use exeat_desk::ports::Accounts as _;
use exeat_web::sign_in::{Invited, change, invite};
use serde_json::json;

use crate::cli::{Ended, Format};
use crate::out::{self, Failed};
use crate::wiring::Site;
use crate::{identity, words};
use token::Token;

/// Who may sign in at the web desk.
///
/// What a person may do there is the roster's. An invitation is a code that the person turns into a password and a
/// second factor of their own; hand it over on a way that only they read.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// For people, or for scripts.
    #[arg(long, global = true, value_enum, default_value_t)]
    format: Format,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Invite a person of the roster.
    Add {
        /// The account, as the roster has it.
        account: String,
    },
    /// Every account, and how it stands.
    List,
    /// Invite a person anew: password, second factor and sessions are gone.
    Reset {
        /// The account.
        account: String,
    },
    /// Shut an account: it opens nothing, and its sessions end.
    Disable {
        /// The account.
        account: String,
    },
    /// Open an account that was shut.
    Enable {
        /// The account.
        account: String,
    },
    /// Make a token for a script that works in a person's name. It is told this once.
    Token(Token),
    /// Every token that is not revoked: whose, how far it reaches, until when, when it was last used.
    Tokens {
        /// Only this account's.
        account: Option<String>,
    },
    /// Revoke a token: nothing is done with it any more.
    Revoke {
        /// Its number, as `exeat account tokens` shows it.
        token: u64,
    },
}

impl Args {
    pub(crate) fn format(&self) -> Format {
        self.format
    }
}

pub(crate) fn run(args: Args, config: Option<PathBuf>) -> Ended {
    let site = Site::open(config)?;
    let Args { format, what } = args;
    let actor = identity::actor(None, &site.loaded.config.desk.operators)?;
    let (people, now) = (site.ports.people.as_ref(), site.ports.clock.now());
    let store = site.store.as_ref();
    site.block_on(async {
        match what {
            What::Add { account } => invited(
                &site,
                &invite(store, people, (&actor, &account), false, now).await.map_err(failed)?,
                format,
            ),
            What::Reset { account } => invited(
                &site,
                &invite(store, people, (&actor, &account), true, now).await.map_err(failed)?,
                format,
            ),
            What::Disable { account } => {
                let changed = change(store, (&actor, &account), true, now).await.map_err(failed)?;
                said(format, &changed.account, "shut", "may no longer sign in; every session has ended")
            }
            What::Enable { account } => {
                let changed = change(store, (&actor, &account), false, now).await.map_err(failed)?;
                said(format, &changed.account, "open", "may sign in again")
            }
            What::List => list(&site, format).await,
            What::Token(wanted) => token::make_one(&site, wanted, format).await,
            What::Tokens { account } => token::list(&site, account.as_deref(), format).await,
            What::Revoke { token } => token::revoke(&site, &actor, token, format).await,
        }
    })
}

fn failed(error: exeat_web::sign_in::SignInError) -> Failed {
    Failed::refused("account", error)
}

fn invited(site: &Site, invited: &Invited, format: Format) -> Ended {
    let url = site.loaded.config.web.as_ref().map_or("", |web| web.public_url.as_str());
    let Invited { account, code, until } = invited;
    if format == Format::Json {
        return out::json(
            &json!({ "account": account, "code": code, "until": until, "url": format!("{url}/enrol") }),
        );
    }
    out::text(&format!(
        "{account} is invited until {}. Hand this over on a way that only they read:\n\n  {url}/enrol\n  {code}\n",
        words::time(*until)
    ))
}

fn said(format: Format, account: &str, state: &str, words: &str) -> Ended {
    match format {
        Format::Json => out::json(&json!({ "account": account, "state": state })),
        Format::Text => out::text(&format!("{account} {words}.")),
    }
}

async fn list(site: &Site, format: Format) -> Ended {
    let accounts = site.store.accounts().await?;
    let roster = site.ports.people.roster().await?;
    let now = site.ports.clock.now();
    let state = |account: &exeat_desk::ports::Account| match account.invitation {
        _ if account.shut => "shut",
        _ if !roster.person(&account.account).is_some_and(|person| person.active) => "not on the roster",
        Some(invitation) if invitation.until > now => "invited",
        Some(_) => "invitation lapsed",
        None => "open",
    };
    if format == Format::Json {
        let all: Vec<_> = accounts
            .iter()
            .map(|one| json!({ "account": one.account, "state": state(one), "second_factor": one.totp.is_some() }))
            .collect();
        return out::json(&json!({ "accounts": all }));
    }
    if accounts.is_empty() {
        return out::text("Nobody may sign in yet. Invite someone with: exeat account add NAME");
    }
    let line = |one: &exeat_desk::ports::Account| {
        let factor = if one.totp.is_some() { "second factor" } else { "" };
        format!("{:<20} {:<18} {factor}", one.account, state(one)).trim_end().to_owned()
    };
    out::text(&accounts.iter().map(line).collect::<Vec<_>>().join("\n"))
}
