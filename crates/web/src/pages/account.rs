//! A visitor's own account: who they are here, and leaving.

use askama::Template;
use axum::extract::State;
use axum::response::{Redirect, Response};
use exeat_domain::roster::Role;
use tower_sessions::Session;

use super::{Shell, page as write};
use crate::app::App;
use crate::error::PageError;
use crate::visitor::{Reads, Visitor};

#[derive(Template)]
#[template(path = "account.html")]
struct Page<'a> {
    shell: Shell<'a>,
    name: &'a str,
    account: &'a str,
    roles: Vec<&'static str>,
}

/// The page.
pub(crate) async fn page(
    State(app): State<App>,
    Reads(w): Reads,
    visitor: Visitor,
) -> Result<Response, PageError> {
    let all =
        [Role::Requester, Role::Checker, Role::Auditor, Role::Admin].into_iter().zip(w.common.role_names);
    write(&Page {
        shell: Shell::new(&app, w, Some(&visitor)).titled(w.common.account).at("/account"),
        name: &visitor.person.name,
        account: &visitor.person.account,
        roles: all.filter(|(role, _)| visitor.may(*role)).map(|(_, name)| name).collect(),
    })
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
    ended.map_err(exeat_desk::DeskError::Store)?;
    session.flush().await?;
    Ok(Redirect::to("/sign-in?done=out"))
}
