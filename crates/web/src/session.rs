//! Sessions, kept in the desk's store under a digest of their id: what is kept opens nothing.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use exeat_desk::ports::{Accounts, KeptSession};
use exeat_domain::digest::Sha256;
use sha2::Digest as _;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};
use tower_sessions::{Expiry, SessionManagerLayer, SessionStore};

use crate::app::App;

/// Under what a session holds who signed in.
pub(crate) const SIGNED_IN: &str = "signed_in";

/// The session store of the desk.
#[derive(Clone)]
pub(crate) struct Kept(Arc<dyn Accounts>);

impl std::fmt::Debug for Kept {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Kept")
    }
}

/// The layer that gives every request its session.
pub(crate) fn layer(app: &App) -> SessionManagerLayer<Kept> {
    let settings = app.settings();
    let idle = time::Duration::seconds(settings.idle.num_seconds());
    SessionManagerLayer::new(Kept(Arc::clone(&app.inner.accounts)))
        .with_name(cookie_name(settings.secure()))
        .with_secure(settings.secure())
        .with_http_only(true)
        // Lax, so that a link in a mail finds who is signed in; what changes anything is held to its origin.
        .with_same_site(tower_sessions::cookie::SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(idle))
}

/// The cookie's name; under TLS it is bound to this host and to no path or domain.
pub(crate) fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-exeat" } else { "exeat" }
}

fn key(id: &Id) -> Sha256 {
    Sha256(sha2::Sha256::digest(id.0.to_le_bytes()).into())
}

fn kept(record: &Record) -> Result<KeptSession> {
    let account =
        record.data.get(SIGNED_IN).and_then(|value| value.get("account")).and_then(|value| value.as_str());
    let until = DateTime::<Utc>::from_timestamp(record.expiry_date.unix_timestamp(), 0);
    Ok(KeptSession {
        key: key(&record.id),
        account: account.map(str::to_owned),
        data: serde_json::to_string(&record.data).map_err(|error| Error::Encode(error.to_string()))?,
        until: until.ok_or_else(|| Error::Encode("an end beyond time".to_owned()))?,
    })
}

#[allow(clippy::needless_pass_by_value, reason = "it is what map_err hands over")]
fn backend(error: exeat_desk::ports::StoreError) -> Error {
    Error::Backend(error.to_string())
}

#[async_trait]
impl SessionStore for Kept {
    async fn create(&self, record: &mut Record) -> Result<()> {
        while !self.0.keep_session(&kept(record)?, true).await.map_err(backend)? {
            record.id = Id::default();
        }
        Ok(())
    }

    async fn save(&self, record: &Record) -> Result<()> {
        // A session that was ended in the meantime stays ended.
        self.0.keep_session(&kept(record)?, false).await.map_err(backend)?;
        Ok(())
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let Some(kept) = self.0.session(&key(id)).await.map_err(backend)? else { return Ok(None) };
        let data = serde_json::from_str(&kept.data).map_err(|error| Error::Decode(error.to_string()))?;
        let until = time::OffsetDateTime::from_unix_timestamp(kept.until.timestamp())
            .map_err(|error| Error::Decode(error.to_string()))?;
        let open = until > time::OffsetDateTime::now_utc();
        Ok(open.then_some(Record { id: *id, data, expiry_date: until }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.0.end_session(&key(id)).await.map_err(backend)
    }
}
