//! Speaks to the API of a desk: over TLS that is verified, or without it to this machine alone; and never to where an
//! answer redirects.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use ureq::http::{Response, Uri};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Body};

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
        let secure = vet(url).map_err(|why| Failed::usage("server", format!("{url:?}: {why}")))?;
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

/// Whether the address is one with TLS; without, only this machine's own will do.
fn vet(url: &str) -> Result<bool, &'static str> {
    let uri: Uri = url.parse().map_err(|_| "not an address")?;
    let authority = uri.authority().ok_or("write it like https://exeat.example.org")?;
    if authority.as_str().contains('@') || !matches!(uri.path(), "" | "/") || uri.query().is_some() {
        return Err("write it like https://exeat.example.org, without a name or a path");
    }
    let host = authority.host().trim_matches(['[', ']']);
    let own = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    match uri.scheme_str() {
        Some("https") => Ok(true),
        Some("http") if own => Ok(false),
        Some("http") => Err("without TLS the token could be read on the way: write https://"),
        _ => Err("write it like https://exeat.example.org"),
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

#[cfg(test)]
mod tests {
    use super::vet;

    #[test]
    fn a_token_goes_over_tls_or_stays_on_this_machine() {
        for (url, secure) in [
            ("https://exeat.example.org", true),
            ("https://exeat.example.org:8443/", true),
            ("http://127.0.0.1:8417", false),
            ("http://[::1]:8417", false),
            ("http://localhost:8417", false),
        ] {
            assert_eq!(vet(url), Ok(secure), "{url}");
        }
        for url in [
            "",
            "exeat.example.org",
            "http://exeat.example.org",
            "http://127.0.0.1.example.org",
            "http://localhost@exeat.example.org",
            "https://exeat.example.org/desk",
            "https://exeat.example.org/?x=1",
            "ftp://127.0.0.1",
            "file:///etc/passwd",
        ] {
            assert!(vet(url).is_err(), "{url}");
        }
    }
}
