//! Lets in whom a token lets in. A cookie opens nothing here: no page of another site can act in a visitor's name.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Request};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use exeat_domain::digest::Sha256;
use exeat_domain::roster::{Person, Role};
use exeat_domain::token::Reach;

use super::ApiError;
use crate::app::App;
use crate::error::PageError;
use crate::rate::Asker;
use crate::sign_in::{may_sign_in, network};
use crate::tokens::presented;
use crate::visitor::{Visitor, behind};

/// How often the last use of a token is written down.
const TOUCH: TimeDelta = TimeDelta::minutes(1);

/// What a route takes of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// One of these roles; none: any.
    pub roles: &'static [Role],
    /// How far it must reach.
    pub reach: Reach,
}

/// Lets in who may come in, and says what goes wrong as a problem.
pub(crate) async fn guard(app: &App, takes: Token, mut request: Request, next: Next) -> Response {
    let sent = sent(&request);
    let caller = match address(app, &request) {
        Ok(from) => caller(app, takes, from, sent).await,
        Err(error) => Err(error),
    };
    let visitor = match caller {
        Ok(visitor) => visitor,
        Err(error) => return error.problem(),
    };
    request.extensions_mut().insert(visitor);
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<PageError>() {
        Some(error) => error.problem(),
        None => response,
    }
}

/// The digest of the token that was sent.
fn sent(request: &Request) -> Result<Sha256, ApiError> {
    let secret = bearer(request).ok_or(ApiError::NoToken)?;
    presented(secret).ok_or(ApiError::BadToken)
}

async fn caller(
    app: &App,
    takes: Token,
    from: IpAddr,
    sent: Result<Sha256, ApiError>,
) -> Result<Visitor, PageError> {
    let (rate, now) = (&app.inner.rate, app.now());
    // Who comes with a good token does not wait for those who guess from the same address.
    let wrong = |error: ApiError| {
        let error = rate.wait(Asker::Wrong(from), now).map_or(error, ApiError::Wait);
        rate.count(Asker::Wrong(from), now);
        Err(PageError::from(error))
    };
    let digest = match sent {
        Ok(digest) => digest,
        Err(error) => return wrong(error),
    };
    let known = app.inner.accounts.token(&digest).await.map_err(exeat_desk::DeskError::Store)?;
    let Some(token) = known.filter(|token| token.is_good(now)) else { return wrong(ApiError::BadToken) };
    if let Some(seconds) = rate.wait(Asker::Token(token.id), now) {
        return Err(ApiError::Wait(seconds).into());
    }
    rate.count(Asker::Token(token.id), now);
    let roster = app.inner.people.roster().await?;
    let person = roster.person(&token.account).filter(|person| may_sign_in(person)).cloned();
    let Some(person) = person else { return wrong(ApiError::BadToken) };
    // What the roster took away is gone, and what it gave since is not in the token.
    let roles: BTreeSet<Role> = person.roles.intersection(&token.roles).copied().collect();
    let person = Person { roles, ..person };
    if !takes.roles.is_empty() && !takes.roles.iter().any(|role| person.may(*role)) {
        return Err(ApiError::Role(takes.roles).into());
    }
    if token.reach < takes.reach {
        return Err(ApiError::TooShort(takes.reach).into());
    }
    if token.used_at.is_none_or(|used| now - used >= TOUCH) {
        app.inner.accounts.token_used(token.id, now).await.map_err(exeat_desk::DeskError::Store)?;
    }
    Ok(Visitor { person, token: Some(Box::new(token)) })
}

fn address(app: &App, request: &Request) -> Result<IpAddr, PageError> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let peer = peer.ok_or(PageError::System("no peer".to_owned()))?;
    Ok(network(behind(peer, request.headers(), &app.settings().trusted_proxies)))
}

fn bearer(request: &Request) -> Option<&str> {
    let (scheme, secret) = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        PageError::from(self).into_response()
    }
}
