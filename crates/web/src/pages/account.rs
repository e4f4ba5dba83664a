//! A visitor's own account: who they are here, the tokens of their scripts, and leaving.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use exeat_desk::DeskError;
use exeat_desk::ports::Token;
use exeat_domain::roster::Role;
use exeat_domain::token::Reach;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use tower_sessions::Session;

use super::{Shell, page as write};
use crate::api::problem::role_name;
use crate::app::App;
use crate::error::PageError;
use crate::form::{Form, Path, Query};
use crate::moments::Moments;
use crate::tokens::{TokenError, USUAL_DAYS, Wanted, make};
use crate::visitor::{Reads, Visitor};
use crate::words::{Words, fill};

/// Every role, in the order of their names.
const ROLES: [Role; 4] = [Role::Requester, Role::Checker, Role::Auditor, Role::Admin];

#[derive(Template)]
#[template(path = "account.html")]
struct Page<'a> {
    shell: Shell<'a>,
    name: &'a str,
    account: &'a str,
    roles: Vec<Tick>,
    reaches: Vec<Tick>,
    tokens: Vec<Line>,
    most_days: u32,
    days_hint: String,
    typed: Typed,
    said: Said,
}

/// Something that can be chosen.
struct Tick {
    name: &'static str,
    word: &'static str,
    on: bool,
}

/// A token in the list.
struct Line {
    id: u64,
    name: String,
    reach: &'static str,
    roles: String,
    until: String,
    exact: String,
    past: bool,
    used: Option<String>,
    revoke: String,
}

/// What was typed, to be mended.
struct Typed {
    name: String,
    days: u32,
}

/// What is said at the top.
#[derive(Default)]
struct Said {
    /// A token that was made: what is said of it, and its secret.
    made: Option<(String, SecretString)>,
    wrong: Option<String>,
    done: Option<&'static str>,
}

/// What the address asks for.
#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    done: String,
}

/// The page.
pub(crate) async fn page(
    State(app): State<App>,
    Reads(w): Reads,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let done = (asked.done == "revoked").then_some(w.tokens.revoked);
    let typed = Typed { name: String::new(), days: USUAL_DAYS.min(app.settings().token_days) };
    show(&app, w, &visitor, (typed, Reach::Read), Said { done, ..Said::default() }).await
}

async fn show(
    app: &App,
    w: &'static Words,
    visitor: &Visitor,
    (typed, chosen): (Typed, Reach),
    said: Said,
) -> Result<Response, PageError> {
    let account = &visitor.person.account;
    let tokens = app.inner.accounts.tokens(Some(account)).await.map_err(DeskError::Store)?;
    let shell = Shell::new(app, w, Some(visitor)).titled(w.common.account).at("/account");
    let moments = shell.moments();
    let roles = ROLES.into_iter().zip(w.common.role_names).filter(|(role, _)| visitor.may(*role));
    let reaches = Reach::ALL.into_iter().zip(w.tokens.reaches);
    // Who decides on nothing needs no token that does.
    let reaches = reaches.filter(|(reach, _)| *reach != Reach::Decide || visitor.may(Role::Checker));
    let most_days = app.settings().token_days;
    write(&Page {
        name: &visitor.person.name,
        account,
        roles: roles.map(|(role, word)| Tick { name: role_name(role), word, on: true }).collect(),
        reaches: reaches
            .map(|(reach, word)| Tick { name: reach.name(), word, on: reach == chosen })
            .collect(),
        tokens: tokens.iter().map(|token| line(app, token, moments, w)).collect(),
        most_days,
        days_hint: fill(w.tokens.days_hint, &[("n", &most_days)]),
        typed,
        said,
        shell,
    })
}

fn line(app: &App, token: &Token, moments: Moments<'_>, w: &'static Words) -> Line {
    let named = ROLES.into_iter().zip(w.admin.roles).filter(|(role, _)| token.roles.contains(role));
    let names: Vec<&str> = named.map(|(_, name)| name).collect();
    Line {
        id: token.id,
        name: token.name.clone(),
        reach: w.reach(token.reach),
        roles: names.join(", "),
        until: moments.at(token.until),
        exact: Moments::exact(token.until),
        past: !token.is_good(app.now()),
        used: token.used_at.map(|at| moments.at(at)),
        revoke: fill(w.tokens.revoke_one, &[("name", &token.name)]),
    }
}

/// Makes a token, and shows it this once.
pub(crate) async fn make_token(
    State(app): State<App>,
    Reads(w): Reads,
    visitor: Visitor,
    Form(sent): Form<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let text = |name: &str| sent.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    let ticked = |role: &Role| sent.iter().any(|(key, value)| key == "role" && value == role_name(*role));
    let roles: BTreeSet<Role> = ROLES.into_iter().filter(ticked).collect();
    let (name, days) = (text("name"), text("days").parse().unwrap_or(0));
    let reach = Reach::named(text("reach")).unwrap_or_default();
    let (account, most_days) = (visitor.person.account.as_str(), app.settings().token_days);
    let wanted = Wanted { account, name, reach, roles: roles.clone(), days, most_days };
    let (accounts, people) = (app.inner.accounts.as_ref(), app.inner.people.as_ref());
    let made = match roles.is_empty() {
        true => Err(TokenError::Roles(account.to_owned())),
        false => make(accounts, people, &visitor.actor(), wanted, app.now()).await,
    };
    let typed = |name: &str, days| Typed { name: name.chars().take(80).collect(), days };
    match made {
        Ok(made) => {
            let said = Said {
                made: Some((fill(w.tokens.made, &[("name", &made.token.name)]), made.secret)),
                ..Said::default()
            };
            let fresh = typed("", USUAL_DAYS.min(most_days));
            show(&app, w, &visitor, (fresh, Reach::Read), said).await
        }
        Err(error) => {
            let Some(wrong) = w.no_token(&error) else { return Err(failed(error)) };
            let said = Said { wrong: Some(wrong), ..Said::default() };
            let page = show(&app, w, &visitor, (typed(name, days), reach), said).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

fn failed(error: TokenError) -> PageError {
    match error {
        TokenError::SignIn(error) => error.into(),
        other => PageError::System(other.to_string()),
    }
}

/// Revokes one of the visitor's tokens.
pub(crate) async fn revoke_token(
    State(app): State<App>,
    visitor: Visitor,
    Path(token): Path<String>,
) -> Result<Redirect, PageError> {
    let id = token.parse().map_err(|_| PageError::NotFound)?;
    let account = Some(visitor.person.account.as_str());
    let revoked = app.inner.accounts.revoke_token(id, account, &visitor.actor(), app.now()).await;
    revoked.map_err(DeskError::Store)?.ok_or(PageError::NotFound)?;
    Ok(Redirect::to("/account?done=revoked"))
}

/// Ends this session.
pub(crate) async fn sign_out(session: Session) -> Result<Redirect, PageError> {
    session.flush().await?;
    Ok(Redirect::to("/sign-in?done=out"))
}

/// Ends every session of the visitor.
pub(crate) async fn sign_out_everywhere(
    State(app): State<App>,
    visitor: Visitor,
    session: Session,
) -> Result<Redirect, PageError> {
    let ended = app.inner.accounts.end_sessions(&visitor.person.account).await;
    ended.map_err(DeskError::Store)?;
    session.flush().await?;
    Ok(Redirect::to("/sign-in?done=out"))
}
