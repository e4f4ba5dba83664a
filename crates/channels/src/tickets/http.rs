//! HTTP as ticket systems are spoken to: over TLS that is verified, never to where an answer redirects, and never more
//! often than the system asks for.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::DateTime;
use exeat_desk::ports::{Failure, Port};
use exeat_domain::path::shown;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;
use ureq::http::{Method, Request, Response, Uri};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::unversioned::multipart::{Form, Part};
use ureq::{Agent, Body};
use zeroize::Zeroizing;

use crate::mailbox::Secret;

/// The longest answer, in bytes.
const LONGEST: u64 = 64 << 20;
/// The longest that a call waits when it is told to; longer is for another time.
const MOST_PATIENCE: Duration = Duration::from_secs(20);
/// How often a call is made again when it is told to wait.
const MOST_TRIES: usize = 3;
/// So long before its end a token is renewed.
const EARLY: Duration = Duration::from_secs(60);
/// For so many times its patience a write that was not answered may yet be carried out.
const UNSETTLED: u32 = 3;
/// How much of what a system says of a failure is repeated, in characters.
const SAID: usize = 200;

/// How the desk proves to a ticket system who it is.
#[derive(Clone)]
pub enum Login {
    /// With an account's name and password, or a token in its place.
    Basic {
        /// The account.
        user: String,
        /// Its password.
        password: Secret,
    },
    /// With OAuth 2.0 client credentials (RFC 6749, 4.4).
    Client {
        /// Where tokens are given.
        token_url: String,
        /// The client.
        id: String,
        /// Its secret.
        secret: Secret,
        /// What the token is for, where the system asks.
        scope: Option<String>,
    },
}

/// How a ticket system is reached.
#[derive(Clone)]
pub struct Reached {
    /// Its address: `https://example.service-now.com`.
    pub url: String,
    /// How the desk proves who it is.
    pub login: Login,
    /// A proxy on the way: `http://proxy.example.org:3128`.
    pub proxy: Option<String>,
    /// Certificates in PEM of the site's own authorities, trusted beside the system's.
    pub roots: Option<Vec<u8>>,
    /// How long one call may take.
    pub timeout: Duration,
}

/// A ticket system cannot be used as configured.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum TicketError {
    #[error(
        "the address {0:?} is none: write it like https://example.service-now.com, without a name or a path"
    )]
    Url(String),
    #[error("without TLS what is said to {0} could be read on the way: write https://")]
    Plain(String),
    #[error("the proxy {0:?} is none: write it like http://proxy.example.org:3128")]
    Proxy(String),
    #[error("the root certificates of the ticket system are no certificates in PEM")]
    BadRoot,
    #[error("this machine trusts no certificate authority: install ca-certificates, or name `ca_file`")]
    NoRoots,
    #[error("{0} is {1:?}: {2}")]
    Setting(&'static str, String, &'static str),
}

/// What goes along with a call.
#[derive(Clone, Debug)]
pub(super) enum Sent {
    /// Nothing.
    Nothing,
    /// JSON.
    Json(serde_json::Value),
    /// The bytes of a file.
    File(Arc<Vec<u8>>),
    /// The bytes of a file under its name, as a form sends them (RFC 7578), in its field `file`.
    Form(String, Arc<Vec<u8>>),
}

/// What was answered: its kind, then its bytes.
pub(super) struct Heard {
    pub(super) bytes: Vec<u8>,
    server: String,
}

impl Heard {
    /// Sees that a write was answered by the system, with JSON or nothing, and not by whatever stands before it.
    ///
    /// # Errors
    /// [`Failure`] `ticket-odd` where it was not.
    pub(super) fn taken(&self) -> Result<(), Failure> {
        if self.bytes.is_empty() { Ok(()) } else { self.json::<serde::de::IgnoredAny>().map(drop) }
    }

    /// The answer as what is expected of it.
    ///
    /// # Errors
    /// [`Failure`] `ticket-odd` where it is something else.
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_slice(&self.bytes).map_err(|error| {
            let message = format!(
                "{} does not answer as a ticket system does; see that it is awake, and that its address is right.",
                self.server
            );
            failure("ticket-odd", message, error)
        })
    }
}

/// A ticket system that is spoken to.
#[derive(Clone)]
pub(super) struct Http {
    agent: Agent,
    root: String,
    server: String,
    login: Login,
    token: Arc<Mutex<Option<(SecretString, Instant)>>>,
    patience: Duration,
    /// Until when a call that was not answered in time may yet be carried out.
    late: Arc<Mutex<Option<Instant>>>,
}

impl Http {
    /// Nothing is connected yet.
    ///
    /// # Errors
    /// [`TicketError`] where the address, the proxy or a certificate will not do.
    pub(super) fn new(reached: Reached) -> Result<Self, TicketError> {
        let secure = secure(&reached.url, false)?;
        if let Login::Client { token_url, .. } = &reached.login {
            secure_token(token_url, secure)?;
        }
        let proxy = reached.proxy.as_ref().map(|proxy| {
            let plain = proxy.starts_with("http://") || proxy.starts_with("https://");
            let known = ureq::Proxy::new(proxy).ok().filter(|_| plain);
            known.ok_or_else(|| TicketError::Proxy(proxy.clone()))
        });
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .https_only(secure)
            .timeout_global(Some(reached.timeout))
            .proxy(proxy.transpose()?)
            .user_agent(concat!("exeat/", env!("CARGO_PKG_VERSION")));
        let config = if secure { config.tls_config(trust(reached.roots.as_deref())?) } else { config };
        let patience = reached.timeout;
        let root = reached.url.trim_end_matches('/').to_owned();
        let server = root.split_once("://").map_or(root.as_str(), |(_, server)| server).to_owned();
        let (agent, login) = (config.build().new_agent(), reached.login);
        Ok(Self { agent, root, server, login, token: Arc::default(), patience, late: Arc::default() })
    }

    /// The name of the machine.
    pub(super) fn server(&self) -> &str {
        &self.server
    }

    /// Sees that no write is under way: what was not answered in time may yet be carried out, and is looked for only then.
    ///
    /// # Errors
    /// [`Failure`] `ticket-busy` as long as one may be.
    pub(super) fn settled(&self) -> Result<(), Failure> {
        let mut late = self.late.lock().unwrap_or_else(PoisonError::into_inner);
        if late.is_some_and(|until| until > Instant::now()) {
            let message = format!(
                "{} did not answer in time, and may yet do what it was told; it is tried again.",
                self.server
            );
            return Err(failure("ticket-busy", message, ""));
        }
        *late = None;
        Ok(())
    }

    /// Whether the connection is protected.
    pub(super) fn secure(&self) -> bool {
        self.root.starts_with("https://")
    }

    /// Calls once more only where the system has certainly done nothing, or nothing can be done twice.
    ///
    /// # Errors
    /// [`Failure`] with the codes of [`super::System`].
    pub(super) async fn call(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        sent: Sent,
    ) -> Result<Heard, Failure> {
        let mut address = format!("{}{path}", self.root);
        if !query.is_empty() {
            let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
            address = format!("{address}?{query}");
        }
        let mut renewed = false;
        for tried in 1.. {
            let said = self.once(&method, &address, &sent).await?;
            match said.status {
                200..=299 => return Ok(Heard { bytes: said.bytes, server: self.server.clone() }),
                401 if !renewed && self.forget() => renewed = true,
                429 | 503 => {
                    let harmless = said.status == 429 || method == Method::GET;
                    let wait = said.wait.unwrap_or(Duration::from_secs(1));
                    if tried >= MOST_TRIES || wait > MOST_PATIENCE || !harmless {
                        return Err(self.busy(&said));
                    }
                    tokio::time::sleep(wait).await;
                }
                _ => return Err(self.refused(&method, &said)),
            }
        }
        Err(failure("ticket-down", format!("{} does not answer.", self.server), ""))
    }

    async fn once(&self, method: &Method, address: &str, sent: &Sent) -> Result<Said, Failure> {
        let (http, method, address, sent) = (self.clone(), method.clone(), address.to_owned(), sent.clone());
        let called = tokio::task::spawn_blocking(move || {
            let bearer = http.bearer()?;
            let request = Request::builder()
                .method(method)
                .uri(&address)
                .header("authorization", bearer.expose_secret())
                .header("accept", "application/json");
            http.run(request, &sent)
        });
        called
            .await
            .map_err(|error| failure("ticket-down", "The call was interrupted; it is made again.", error))?
    }

    fn run(&self, request: ureq::http::request::Builder, sent: &Sent) -> Result<Said, Failure> {
        let odd = |error: &dyn std::fmt::Display| {
            failure("ticket-odd", format!("What {} is to be asked cannot be written.", self.server), error)
        };
        let unmade = |error: ureq::http::Error| odd(&error);
        let writes = request.method_ref().is_some_and(|method| *method != Method::GET);
        let answer = match sent {
            Sent::Nothing => self.agent.run(request.body(()).map_err(unmade)?),
            Sent::Json(value) => {
                let request = request.header("content-type", "application/json");
                self.agent.run(request.body(value.to_string()).map_err(unmade)?)
            }
            Sent::File(bytes) => {
                let request = request.header("content-type", "application/zip");
                self.agent.run(request.body(&bytes[..]).map_err(unmade)?)
            }
            Sent::Form(name, bytes) => {
                let file = Part::bytes(bytes).file_name(name).mime_str("application/zip");
                let form = Form::new().part("file", file.map_err(|error| odd(&error))?);
                let kind = format!("multipart/form-data; boundary={}", form.boundary());
                // What shows that no page of another site sends it.
                let request = request.header("content-type", kind).header("x-atlassian-token", "no-check");
                self.agent.run(request.body(form).map_err(unmade)?)
            }
        };
        if writes && matches!(answer, Err(ureq::Error::Timeout(_))) {
            let until = Instant::now() + UNSETTLED * self.patience;
            *self.late.lock().unwrap_or_else(PoisonError::into_inner) = Some(until);
        }
        self.said(answer)
    }

    fn said(&self, answer: Result<Response<Body>, ureq::Error>) -> Result<Said, Failure> {
        let down = |error: ureq::Error| {
            let message = format!(
                "{} cannot be reached, or breaks off; check that it runs, its address, its certificate and the proxy.",
                self.server
            );
            failure("ticket-down", message, error)
        };
        let mut answer = answer.map_err(down)?;
        let said = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
        let wait = said("retry-after").and_then(|value| wait(value, said("date")));
        let bytes = answer.body_mut().with_config().limit(LONGEST).read_to_vec().map_err(down)?;
        Ok(Said { status: answer.status().as_u16(), wait, bytes })
    }

    /// What proves who asks, for a header.
    fn bearer(&self) -> Result<SecretString, Failure> {
        match &self.login {
            Login::Basic { user, password } => {
                let pair = format!("{user}:{}", password()?.expose_secret());
                Ok(format!("Basic {}", STANDARD.encode(pair)).into())
            }
            Login::Client { token_url, id, secret, scope } => {
                let mut kept = self.token.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some((token, until)) = &*kept
                    && *until > Instant::now()
                {
                    return Ok(token.clone());
                }
                let (token, until) = self.token(token_url, id, secret, scope.as_deref())?;
                *kept = Some((token.clone(), until));
                Ok(token)
            }
        }
    }

    /// Drops a token that the system did not take; gives whether there was one.
    fn forget(&self) -> bool {
        self.token.lock().unwrap_or_else(PoisonError::into_inner).take().is_some()
    }

    fn token(
        &self,
        url: &str,
        id: &str,
        secret: &Secret,
        scope: Option<&str>,
    ) -> Result<(SecretString, Instant), Failure> {
        #[derive(serde::Deserialize)]
        struct Token {
            access_token: String,
            #[serde(default)]
            token_type: String,
            #[serde(default)]
            expires_in: Option<serde_json::Value>,
        }
        let secret = secret()?;
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials").append_pair("client_id", id);
        form.append_pair("client_secret", secret.expose_secret());
        if let Some(scope) = scope {
            form.append_pair("scope", scope);
        }
        let sent = self.agent.post(url).header("accept", "application/json");
        let sent = sent.header("content-type", "application/x-www-form-urlencoded").send(form.finish());
        let said = self.said(sent)?;
        if !(200..300).contains(&said.status) {
            return Err(self.not_let_in(format!("{} {}", said.status, said.words())));
        }
        let token: Token = serde_json::from_slice(&said.bytes)
            .map_err(|error| self.not_let_in(format!("no token: {error}")))?;
        if !token.token_type.is_empty() && !token.token_type.eq_ignore_ascii_case("bearer") {
            return Err(self.not_let_in("a token that is not to be borne".to_owned()));
        }
        let seconds = token
            .expires_in
            .as_ref()
            .and_then(|value| value.as_u64().or_else(|| value.as_str().and_then(|text| text.parse().ok())));
        let lasts = Duration::from_secs(seconds.unwrap_or(300).min(86400)).saturating_sub(EARLY);
        let bearer = format!("Bearer {}", Zeroizing::new(token.access_token).as_str());
        Ok((bearer.into(), Instant::now() + lasts))
    }

    fn not_let_in(&self, why: String) -> Failure {
        let message = format!(
            "{} does not let the desk in; check the account or client and the secret that the configuration refers to.",
            self.server
        );
        failure("ticket-login", message, why)
    }

    fn busy(&self, said: &Said) -> Failure {
        let wait = said.wait.map_or(String::new(), |wait| format!(" for {} s", wait.as_secs()));
        let message = format!("{} asks the desk to wait{wait}; it is tried again.", self.server);
        failure("ticket-busy", message, format!("{} {}", said.status, said.words()))
    }

    fn refused(&self, method: &Method, said: &Said) -> Failure {
        let (server, status, words) = (&self.server, said.status, said.words());
        let detail = format!("{method}: {status} {words}");
        match said.status {
            401 => self.not_let_in(detail),
            404 | 410 => failure(
                "ticket-gone",
                format!("{server} has no such record, or does not show it to the desk."),
                detail,
            ),
            400..=499 => {
                let message = format!(
                    "{server} refuses what the desk asks ({status} {words}); see the rights of its account."
                );
                failure("ticket-refused", message, detail)
            }
            300..=399 => {
                let message =
                    format!("{server} sends the desk elsewhere, where it does not go; check its address.");
                failure("ticket-odd", message, detail)
            }
            _ => failure("ticket-down", format!("{server} failed ({status}); it is tried again."), detail),
        }
    }
}

/// An answer.
struct Said {
    status: u16,
    wait: Option<Duration>,
    bytes: Vec<u8>,
}

impl Said {
    /// Its first words, fit for people.
    fn words(&self) -> String {
        let head = &self.bytes[..self.bytes.len().min(4 * SAID)];
        let text: String = shown(&String::from_utf8_lossy(head));
        text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(SAID).collect()
    }
}

pub(super) fn failure(
    code: &'static str,
    message: impl Into<String>,
    detail: impl std::fmt::Display,
) -> Failure {
    Failure::new(Port::Door, code, message, detail)
}

/// How long is to be waited: seconds, or until a date (RFC 9110, 10.2.3) by the clock of who says so.
fn wait(value: &str, now: Option<&str>) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = |text: &str| DateTime::parse_from_rfc2822(text.trim()).ok();
    Some((date(value)? - date(now?)?).to_std().unwrap_or_default())
}

/// Whether the address is one with TLS; without, only this machine's own will do.
fn secure(url: &str, path: bool) -> Result<bool, TicketError> {
    let none = || TicketError::Url(url.to_owned());
    let uri: Uri = url.parse().map_err(|_| none())?;
    let authority = uri.authority().ok_or_else(none)?;
    let more = !path && !matches!(uri.path(), "" | "/");
    if authority.as_str().contains('@') || more || uri.query().is_some() {
        return Err(none());
    }
    let host = authority.host().trim_matches(['[', ']']);
    let own = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    match uri.scheme_str() {
        Some("https") => Ok(true),
        Some("http") if own => Ok(false),
        Some("http") => Err(TicketError::Plain(host.to_owned())),
        _ => Err(none()),
    }
}

/// Where tokens are given is as protected as the system itself.
fn secure_token(url: &str, system: bool) -> Result<(), TicketError> {
    match secure(url, true)? {
        token if token == system => Ok(()),
        _ => Err(TicketError::Plain(url.to_owned())),
    }
}

/// Whom this machine trusts, and the site's own authorities.
fn trust(roots: Option<&[u8]>) -> Result<TlsConfig, TicketError> {
    let found = rustls_native_certs::load_native_certs().certs;
    let mut all: Vec<Certificate<'static>> =
        found.iter().map(|root| Certificate::from_der(root.as_ref()).to_owned()).collect();
    if let Some(pem) = roots {
        let before = all.len();
        for root in CertificateDer::pem_slice_iter(pem) {
            let root = root.map_err(|_| TicketError::BadRoot)?;
            all.push(Certificate::from_der(root.as_ref()).to_owned());
        }
        if all.len() == before {
            return Err(TicketError::BadRoot);
        }
    }
    if all.is_empty() {
        return Err(TicketError::NoRoots);
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = TlsConfig::builder().root_certs(RootCerts::from(all));
    Ok(tls.unversioned_rustls_crypto_provider(provider).build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_over_tls_or_stay_on_this_machine() {
        assert_eq!(secure("https://example.service-now.com", false), Ok(true));
        assert_eq!(secure("http://127.0.0.1:8080/", false), Ok(false));
        for url in [
            "",
            "example.service-now.com",
            "http://example.service-now.com",
            "http://127.0.0.1.example.org",
            "https://a@example.org",
            "https://example.org/nav_to.do",
            "https://example.org/?x=1",
            "ftp://127.0.0.1",
        ] {
            assert!(secure(url, false).is_err(), "{url}");
        }
        assert_eq!(secure("https://example.org/oauth_token.do", true), Ok(true));
        assert!(secure_token("http://127.0.0.1/oauth_token.do", true).is_err());
    }

    #[test]
    fn it_waits_as_it_is_told() {
        let now = Some("Tue, 24 Nov 2026 09:00:00 GMT");
        assert_eq!(wait("7", None), Some(Duration::from_secs(7)));
        assert_eq!(wait("Tue, 24 Nov 2026 09:00:30 GMT", now), Some(Duration::from_secs(30)));
        assert_eq!(wait("Tue, 24 Nov 2026 08:00:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(wait("soon", now), None);
        assert_eq!(wait("Tue, 24 Nov 2026 09:00:30 GMT", None), None);
    }
}
