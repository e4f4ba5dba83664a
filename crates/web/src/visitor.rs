//! Who looks: the person of the session, as the roster has them now, and the language they read.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use chrono::{DateTime, TimeDelta, Utc};
use exeat_desk::ports::Token;
use exeat_domain::ledger::Actor;
use exeat_domain::roster::{Person, Role};
use serde::{Deserialize, Serialize};
use tower_sessions::Session;

use crate::app::App;
use crate::error::PageError;
use crate::session::SIGNED_IN;
use crate::sign_in::may_sign_in;
use crate::vouched::Vouched;
use crate::words::Words;

/// How often a session's rest is written down.
const TOUCH: TimeDelta = TimeDelta::minutes(1);

/// What a session holds of who signed in.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SignedIn {
    pub(crate) account: String,
    pub(crate) at: DateTime<Utc>,
    pub(crate) seen: DateTime<Utc>,
    /// Whether it was on a proxy's word: it is then good only together with that.
    #[serde(default)]
    pub(crate) vouched: bool,
}

impl SignedIn {
    /// Begins a session of this person; it gets a new id, so that one that was known before opens nothing.
    pub(crate) async fn begin(
        app: &App,
        session: &Session,
        person: &Person,
        vouched: bool,
    ) -> Result<(), PageError> {
        session.clear().await;
        session.cycle_id().await?;
        let (account, now) = (person.account.clone(), app.now());
        session.insert(SIGNED_IN, Self { account, at: now, seen: now, vouched }).await?;
        Ok(())
    }
}

/// Someone who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    pub(crate) person: Person,
    /// The token that a script came with.
    pub(crate) token: Option<Box<Token>>,
}

impl Visitor {
    /// Who acts.
    pub(crate) fn actor(&self) -> Actor {
        let token = self.token.as_ref().map(|token| token.id);
        Actor { token, ..Actor::person(&self.person.account) }
    }

    pub(crate) fn may(&self, role: Role) -> bool {
        self.person.may(role)
    }

    /// Who is there: as a proxy says that may, or by a session that is still good. With `begin`, whoever a proxy vouches for
    /// begins a session.
    pub(crate) async fn there(
        app: &App,
        session: &Session,
        (vouched, peer): (Vouched, Option<IpAddr>),
        begin: bool,
    ) -> Result<Option<Self>, PageError> {
        let known = session.get::<SignedIn>(SIGNED_IN).await?;
        let account = match vouched {
            Vouched::Account(account) => account,
            Vouched::Odd if begin => {
                tracing::warn!(?peer, "a proxy names nobody, or more than one");
                return Err(PageError::Forbidden);
            }
            Vouched::Odd => return Ok(None),
            // What began on a proxy's word does not go on without it.
            Vouched::Nothing if known.is_some_and(|known| known.vouched) => return Ok(None),
            Vouched::Nothing => return Self::of(app, session).await,
        };
        let same = known.is_some_and(|known| known.vouched && known.account.eq_ignore_ascii_case(&account));
        let visitor = if same { Self::of(app, session).await? } else { None };
        match (visitor, peer) {
            (None, Some(peer)) if begin => {
                let Some(person) = app.let_in(&account, peer).await? else {
                    return Err(PageError::Forbidden);
                };
                SignedIn::begin(app, session, &person, true).await?;
                Ok(Some(Self { person, token: None }))
            }
            (visitor, _) => Ok(visitor),
        }
    }

    /// The person of a session, if it is still good.
    async fn of(app: &App, session: &Session) -> Result<Option<Self>, PageError> {
        let Some(signed_in) = session.get::<SignedIn>(SIGNED_IN).await? else { return Ok(None) };
        let (now, settings) = (app.now(), app.settings());
        let rested = now - signed_in.seen >= settings.idle;
        if rested || now - signed_in.at >= settings.longest || signed_in.at > now + TOUCH {
            session.flush().await?;
            return Ok(None);
        }
        let roster = app.inner.people.roster().await?;
        let Some(person) = roster.person(&signed_in.account).filter(|person| may_sign_in(person)) else {
            session.flush().await?;
            return Ok(None);
        };
        if now - signed_in.seen >= TOUCH {
            session.insert(SIGNED_IN, SignedIn { seen: now, ..signed_in }).await?;
        }
        Ok(Some(Self { person: person.clone(), token: None }))
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        // The guard of the route has put it there.
        parts.extensions.get::<Self>().cloned().ok_or(PageError::Forbidden)
    }
}

/// The language of the page.
#[derive(Clone, Copy)]
pub(crate) struct Reads(pub(crate) &'static Words);

impl Reads {
    pub(crate) fn of(visitor: Option<&Visitor>, headers: &HeaderMap) -> Self {
        let accepted =
            headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Self(visitor.map_or_else(|| Words::asked_for(accepted), |visitor| Words::of(visitor.person.language)))
    }
}

impl<S: Sync> FromRequestParts<S> for Reads {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        Ok(Self::of(parts.extensions.get::<Visitor>(), &parts.headers))
    }
}

/// Where a visitor comes from: the peer, or what trusted proxies say of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct From(pub(crate) IpAddr);

impl FromRequestParts<App> for From {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, PageError> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let peer = peer.ok_or(PageError::System("no peer".to_owned()))?;
        Ok(Self(behind(peer, &parts.headers, &app.settings().trusted_proxies)))
    }
}

/// The last address of the chain that no trusted proxy has.
pub(crate) fn behind(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let said = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let chain: Vec<&str> = said.flat_map(|value| value.split(',')).map(str::trim).collect();
    let mut from = peer;
    for said in chain.into_iter().rev() {
        if !trusted.contains(&from.to_canonical()) {
            break;
        }
        let Ok(next) = said.parse() else { break };
        from = next;
    }
    from
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_trusted_proxy_says_where_a_visitor_comes_from() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let trusted = [ip("10.0.0.1"), ip("10.0.0.2")];
        let check = |peer: &str, said: &[&str], from: &str| {
            let mut headers = HeaderMap::new();
            for value in said {
                headers.append("x-forwarded-for", value.parse().unwrap());
            }
            assert_eq!(behind(ip(peer), &headers, &trusted), ip(from), "{peer} {said:?}");
        };
        check("192.0.2.9", &["198.51.100.1"], "192.0.2.9");
        check("10.0.0.1", &["198.51.100.1"], "198.51.100.1");
        check("10.0.0.1", &["1.2.3.4, 198.51.100.1, 10.0.0.2"], "198.51.100.1");
        check("10.0.0.1", &["1.2.3.4", "198.51.100.1"], "198.51.100.1");
        check("10.0.0.1", &["nonsense"], "10.0.0.1");
        check("10.0.0.1", &[], "10.0.0.1");
    }
}
