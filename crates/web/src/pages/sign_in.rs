//! The sign-in page.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use tower_sessions::Session;

use super::{Shell, page as write};
use crate::app::App;
use crate::error::PageError;
use crate::form::{Form, Query};
use crate::sign_in::{SignInError, Tried};
use crate::visitor::{From, Reads, SignedIn};
use crate::words::{Words, fill};

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Page<'a> {
    shell: Shell<'a>,
    second_factor: bool,
    notice: Option<&'static str>,
    wrong: Option<String>,
    account: String,
    to: String,
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    to: String,
    #[serde(default)]
    done: String,
}

/// The page.
pub(crate) async fn page(
    State(app): State<App>,
    Reads(w): Reads,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let notice = match asked.done.as_str() {
        "out" => Some(w.sign_in.signed_out),
        "enrolled" => Some(w.sign_in.enrolled),
        _ => None,
    };
    write(&of(&app, w, notice, asked.to))
}

fn of<'a>(app: &'a App, w: &'static Words, notice: Option<&'static str>, to: String) -> Page<'a> {
    let shell = Shell::new(app, w, None).titled(w.sign_in.title);
    Page {
        shell,
        second_factor: app.settings().second_factor,
        notice,
        wrong: None,
        account: String::new(),
        to,
    }
}

#[derive(Deserialize)]
pub(crate) struct Sent {
    account: String,
    password: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    to: String,
}

/// Signs in; the session gets a new id, so that one that was known before opens nothing.
pub(crate) async fn send(
    State(app): State<App>,
    Reads(w): Reads,
    From(from): From,
    session: Session,
    Form(sent): Form<Sent>,
) -> Result<Response, PageError> {
    let tried = Tried { account: &sent.account, password: &sent.password, code: &sent.code };
    let wrong = match app.sign_in(from, tried).await {
        Ok(person) => {
            SignedIn::begin(&app, &session, &person, false).await?;
            return Ok(Redirect::to(within(&sent.to)).into_response());
        }
        Err(SignInError::Refused) => w.sign_in.refused.to_owned(),
        Err(SignInError::Wait(seconds)) => fill(w.sign_in.wait, &[("n", &seconds.div_ceil(60))]),
        Err(other) => return Err(other.into()),
    };
    let page = Page { wrong: Some(wrong), account: sent.account, ..of(&app, w, None, sent.to) };
    let mut response = write(&page)?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

/// An address of this desk; whatever leads elsewhere leads to the start.
fn within(to: &str) -> &str {
    let here = to.starts_with('/')
        && !to.starts_with("//")
        && !to.contains('\\')
        && !to.chars().any(char::is_control);
    if here { to } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::within;

    #[test]
    fn no_sign_in_leads_elsewhere() {
        for to in [
            "",
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "\\/x",
            "/a\r\nSet-Cookie: x",
            "x",
        ] {
            assert_eq!(within(to), "/", "{to:?}");
        }
        assert_eq!(within("/requests/EX-7?file=2"), "/requests/EX-7?file=2");
    }
}
