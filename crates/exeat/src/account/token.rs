//! Tokens for scripts: made, listed and revoked at the desk's own machine.

use std::fmt::Write as _;

use exeat_desk::ports::{Token as Kept, Tokens as _};
use exeat_domain::ledger::Actor;
use exeat_domain::path::shown;
use exeat_domain::roster::Role;
use exeat_domain::token::Reach;
use exeat_web::tokens::{Made, USUAL_DAYS, Wanted, make};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::cli::{Ended, Format};
use crate::out::{self, Failed};
use crate::wiring::Site;
use crate::{identity, words};

/// A token to make.
#[derive(Debug, clap::Args)]
pub(super) struct Token {
    /// In whose name the script works: your own account, or another's for users listed under desk.operators.
    account: String,
    /// What it is for.
    name: String,
    /// Days that it is good; web.token_days is the most.
    #[arg(long, default_value_t = USUAL_DAYS)]
    days: u32,
    /// How far it reaches: read; write, to also ask, correct, withdraw and comment; decide, to also decide.
    #[arg(long, default_value = "read", value_parser = reach, value_name = "HOW")]
    reach: Reach,
    /// Only this role of the person: requester, checker, auditor, admin. May be given several times.
    #[arg(long, value_parser = role, value_name = "NAME")]
    role: Vec<Role>,
}

fn reach(name: &str) -> Result<Reach, String> {
    Reach::named(name).ok_or_else(|| format!("one of: {}", Reach::ALL.map(Reach::name).join(", ")))
}

fn role(name: &str) -> Result<Role, String> {
    serde_json::from_value(json!(name)).map_err(|_| "one of: requester, checker, auditor, admin".to_owned())
}

pub(super) async fn make_one(site: &Site, wanted: Token, format: Format) -> Ended {
    let Token { account, name, days, reach, role } = wanted;
    // Whoever makes a token for another acts for them from then on.
    let actor = identity::actor(Some(&account), &site.loaded.config.desk.operators)?;
    let most_days = site.loaded.config.web.as_ref().map_or(USUAL_DAYS, |web| web.token_days);
    let roles = role.into_iter().collect();
    let wanted = Wanted { account: &account, name: &name, reach, roles, days, most_days };
    let (people, now) = (site.ports.people.as_ref(), site.ports.clock.now());
    let made = make(site.store.as_ref(), people, &actor, wanted, now).await;
    let Made { token, secret } = made.map_err(|error| Failed::refused("token", error))?;
    if format == Format::Json {
        let mut document = one(&token);
        document["secret"] = json!(secret.expose_secret());
        return out::json(&document);
    }
    out::text(&format!(
        "Token {} ({}) of {} is good until {}. Keep it where only the script can read it; it is not shown again:\n\n  {}\n",
        token.id,
        shown(&token.name),
        token.account,
        words::time(token.until),
        secret.expose_secret()
    ))
}

pub(super) async fn list(site: &Site, account: Option<&str>, format: Format) -> Ended {
    let tokens = site.store.tokens(account).await?;
    if format == Format::Json {
        let all: Vec<Value> = tokens.iter().map(one).collect();
        return out::json(&json!({ "tokens": all }));
    }
    if tokens.is_empty() {
        return out::text("No script has a token. Make one with: exeat account token ACCOUNT NAME");
    }
    let mut text = String::new();
    for token in &tokens {
        let used =
            token.used_at.map_or_else(|| "never used".to_owned(), |at| format!("used {}", words::time(at)));
        let until = if token.is_good(site.ports.clock.now()) {
            format!("until {}", token.until.date_naive())
        } else {
            "past its day".to_owned()
        };
        let (account, reach) = (&token.account, token.reach.name());
        let _ = writeln!(
            text,
            "{:>4}  {account:<16} {reach:<7} {until:<17} {used:<26} {}",
            token.id,
            shown(&token.name)
        );
    }
    out::text(&text)
}

pub(super) async fn revoke(site: &Site, actor: &Actor, id: u64, format: Format) -> Ended {
    let revoked = site.store.revoke_token(id, None, actor, site.ports.clock.now()).await?;
    let Some(token) = revoked else {
        let why = format!("there is no token {id} that is not revoked; see: exeat account tokens");
        return Err(Failed::refused("no-such-token", why));
    };
    match format {
        Format::Json => out::json(&one(&token)),
        Format::Text => out::text(&format!(
            "Token {id} ({}) of {} is revoked. Nothing is done with it any more.",
            shown(&token.name),
            token.account
        )),
    }
}

fn one(token: &Kept) -> Value {
    json!({
        "token": token.id,
        "account": token.account,
        "name": token.name,
        "reach": token.reach,
        "roles": token.roles,
        "created_at": token.created_at,
        "until": token.until,
        "used_at": token.used_at,
        "revoked_at": token.revoked_at,
    })
}
