//! Speaks to the API of a desk: over TLS that is verified, or without it to this machine alone; and never to where an
//! answer redirects.

use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use ureq::http::Response;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Body};

use crate::config;
use crate::out::Failed;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// The longest answer.
const LONGEST: u64 = 256 << 20;

/// A connection to a desk.
pub(super) struct Client {
    agent: Agent,
    root: String,
    token: SecretString,
}

/// What goes wrong there (RFC 9457).
#[derive(Deserialize)]
struct Problem {
    code: String,
    detail: String,
}

impl Client {
    /// Speaks to the desk at this address.
    ///
    /// # Errors
    /// [`Failed`] where the address will not do, or nobody is trusted to vouch for it.
    pub(super) fn new(url: &str, token: SecretString) -> Result<Self, Failed> {
        let secure = config::secure(url).map_err(|why| Failed::usage("server", format!("{url:?}: {why}")))?;
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .https_only(secure)
            .timeout_global(Some(PATIENCE))
            .user_agent(concat!("exeat/", env!("CARGO_PKG_VERSION")));
        let config = if secure { config.tls_config(tls()?) } else { config.proxy(None) };
        let root = format!("{}/api/v1/", url.trim_end_matches('/'));
        Ok(Self { agent: config.build().new_agent(), root, token })
    }

    /// Looks.
    pub(super) fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failed> {
        let address = format!("{}{path}", self.root);
        let called = self.agent.get(&address).header("authorization", self.bearer()).call();
        self.read(called)
    }

    /// Does something.
    pub(super) fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, Failed> {
        let address = format!("{}{path}", self.root);
        let body = serde_json::to_vec(body).map_err(|error| Failed::refused("json", error))?;
        let request = self.agent.post(&address).header("authorization", self.bearer());
        self.read(request.header("content-type", "application/json").send(&body[..]))
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.token.expose_secret())
    }

    fn read<T: DeserializeOwned>(&self, called: Result<Response<Body>, ureq::Error>) -> Result<T, Failed> {
        let unread = |error: &dyn std::fmt::Display| {
            Failed::refused("server", format!("{} cannot be reached: {error}; check the address", self.root))
        };
        let mut response = called.map_err(|error| unread(&error))?;
        let body = response.body_mut().with_config().limit(LONGEST).read_to_vec();
        let body = body.map_err(|error| unread(&error))?;
        if response.status().is_success() {
            return serde_json::from_slice(&body).map_err(|error| self.strange(&error));
        }
        match serde_json::from_slice::<Problem>(&body) {
            Ok(problem) => Err(Failed::refused(&problem.code, problem.detail)),
            Err(_) => Err(self.strange(&response.status())),
        }
    }

    fn strange(&self, why: &dyn std::fmt::Display) -> Failed {
        let message = format!(
            "{} does not answer as a desk of this version does ({why}); check the address and the versions",
            self.root
        );
        Failed::refused("server", message)
    }
}

/// Trusts whom this machine trusts; `SSL_CERT_FILE` names others.
fn tls() -> Result<TlsConfig, Failed> {
    let found = rustls_native_certs::load_native_certs();
    let roots: Vec<Certificate<'static>> =
        found.certs.iter().map(|root| Certificate::from_der(root.as_ref()).to_owned()).collect();
    if roots.is_empty() {
        let why =
            "this machine trusts no certificate authority: install ca-certificates, or set SSL_CERT_FILE";
        return Err(Failed::usage("server", why));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = TlsConfig::builder().root_certs(RootCerts::from(roots));
    Ok(tls.unversioned_rustls_crypto_provider(provider).build())
}
