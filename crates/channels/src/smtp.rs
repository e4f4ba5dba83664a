//! A mail server as courier.
//!
//! A conversation has three steps that fail for different people: reaching the server (its keeper), logging in (who
//! configured the desk) and handing over (the recipient's address, or the server's rules). Each has its own code.

use std::net::IpAddr;
use std::time::Duration;

use async_trait::async_trait;
use exeat_desk::ports::{Courier, Failure, Letter, Port, Receipt, Written};
use exeat_domain::finding::Finding;
use exeat_domain::path::shown;
use exeat_domain::roster::Language;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::timeout;

use crate::compose::{Sender, compose, words};
use crate::render::draft;

/// How the connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tls {
    /// Not at all: only to a server on this machine.
    None,
    /// It begins in plain text and must change to TLS before anything is said (port 587).
    Starttls,
    /// TLS from the first byte (port 465).
    Tls,
}

/// The account that the server asks for.
#[derive(Clone, Debug)]
pub struct Login {
    /// Its name.
    pub user: String,
    /// Its password.
    pub password: SecretString,
}

/// Which mail server, and how to speak to it.
#[derive(Clone, Debug)]
pub struct SmtpConfig {
    /// The server's name, which its certificate must carry, or its IP address.
    pub host: String,
    /// Its port: 587 for STARTTLS, 465 for TLS, 25 on this machine.
    pub port: u16,
    /// How the connection is protected.
    pub tls: Tls,
    /// The account, where the server wants one.
    pub login: Option<Login>,
    /// As whom the desk writes.
    pub from: Sender,
    /// How long one step of the conversation may take; handing a message over may take a second more for each 64 KiB.
    pub timeout: Duration,
    /// Certificates in PEM of the site's own authorities, trusted beside the system's.
    pub roots: Option<Vec<u8>>,
}

/// The mail server cannot be used as configured.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it")]
pub enum ConfigError {
    #[error("`tls = \"none\"` sends mail readable across the network to {0}: use `starttls` or `tls`")]
    PlainAcrossNetwork(String),
    #[error("the root certificates for the mail server are no certificates in PEM")]
    BadRoot,
    #[error("the trusted certificates for the mail server cannot be loaded: {0}")]
    Trust(#[source] Error),
    #[error("the desk's own address cannot be written from: {0}")]
    BadSender(#[source] Failure),
}

/// What a server said that was only asked whether it is there.
pub(crate) struct Knocked {
    /// What it calls itself, fit for a terminal.
    pub(crate) name: String,
    /// Whether it answered once the desk was let in.
    pub(crate) answers: bool,
}

/// Hands messages to a mail server, one connection each.
#[derive(Clone)]
pub struct SmtpCourier {
    config: SmtpConfig,
    trust: Option<TlsParameters>,
    domain: String,
}

impl SmtpCourier {
    /// A courier to this server. Nothing is connected yet.
    ///
    /// # Errors
    /// [`ConfigError`] where the mail would cross a network in plain text, or a certificate or address is unusable.
    pub fn new(config: SmtpConfig) -> Result<Self, ConfigError> {
        if config.tls == Tls::None && !is_this_machine(&config.host) {
            return Err(ConfigError::PlainAcrossNetwork(config.host));
        }
        config.from.mailbox().map_err(ConfigError::BadSender)?;
        let trust = match config.tls {
            Tls::None => None,
            Tls::Starttls | Tls::Tls => Some(trust(&config)?),
        };
        let domain = config.from.domain();
        Ok(Self { config, trust, domain })
    }

    /// Connects, logs in, asks for nothing and says goodbye: whether a message could be sent now, and to which server.
    pub(crate) async fn knock(&self) -> Result<Knocked, Failure> {
        let mut connection = self.open().await?;
        let name = shown(connection.server_info().name());
        let answers = timeout(self.config.timeout, connection.test_connected()).await.unwrap_or(false);
        self.close(&mut connection).await;
        Ok(Knocked { name, answers })
    }

    pub(crate) fn config(&self) -> &SmtpConfig {
        &self.config
    }

    async fn open(&self) -> Result<AsyncSmtpConnection, Failure> {
        let mut connection = self.step(self.connect()).await.map_err(|trouble| self.unreachable(&trouble))?;
        let Some(login) = &self.config.login else { return Ok(connection) };
        let credentials = Credentials::new(login.user.clone(), login.password.expose_secret().to_owned());
        match self.step(connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials)).await {
            Ok(_) => Ok(connection),
            Err(trouble) => {
                self.close(&mut connection).await;
                Err(self.not_let_in(&trouble))
            }
        }
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let hello = ClientId::Domain(self.domain.clone());
        let address = (self.config.host.as_str(), self.config.port);
        let from_start = self.trust.clone().filter(|_| self.config.tls == Tls::Tls);
        let patience = Some(self.config.timeout);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(address, patience, &hello, from_start, None).await?;
        if let (Tls::Starttls, Some(trust)) = (self.config.tls, &self.trust) {
            connection.starttls(trust.clone(), &hello).await?;
        }
        Ok(connection)
    }

    async fn hand_over(&self, letter: &Letter) -> Result<Response, Failure> {
        let (from, copy) = (self.config.from.clone(), letter.clone());
        let message =
            tokio::task::spawn_blocking(move || compose(&copy, &from)).await.map_err(|error| {
                self.failure("courier-down", "The message was not made; it is tried again.", error)
            })??;
        let bytes = message.formatted();
        let mut connection = self.open().await?;
        let patience = self.config.timeout + Duration::from_secs(bytes.len() as u64 / (64 * 1024));
        let sent = within(patience, connection.send(message.envelope(), &bytes)).await;
        self.close(&mut connection).await;
        sent.map_err(|trouble| self.not_taken(&trouble, letter))
    }

    /// A goodbye that nobody waits for long.
    async fn close(&self, connection: &mut AsyncSmtpConnection) {
        let _ = timeout(Duration::from_secs(5).min(self.config.timeout), connection.abort()).await;
    }

    async fn step<T>(&self, doing: impl Future<Output = Result<T, Error>>) -> Result<T, Trouble> {
        within(self.config.timeout, doing).await
    }

    fn failure(
        &self,
        code: &'static str,
        message: impl Into<String>,
        detail: impl std::fmt::Display,
    ) -> Failure {
        Failure::new(Port::Courier, code, message, format!("smtp {}: {detail}", self.server()))
    }

    fn server(&self) -> String {
        format!("{}:{}", self.config.host, self.config.port)
    }

    fn unreachable(&self, trouble: &Trouble) -> Failure {
        let server = self.server();
        match trouble {
            Trouble::Said(error) if self.trust.is_some() && breaks_tls(error) => {
                let message = format!(
                    "The mail server {server} did not agree to a protected connection; check its certificate, the \
                     trusted roots and the port in the configuration."
                );
                self.failure("courier-tls", message, trouble)
            }
            Trouble::Said(error) if error.is_transient() => self.deferred(trouble),
            Trouble::Said(error) if error.is_permanent() => {
                let message = format!(
                    "The mail server {server} turned the desk away ({}); have its keeper let this machine send.",
                    shown(&trouble.to_string())
                );
                self.failure("courier-refused", message, trouble)
            }
            _ => {
                let message = format!(
                    "The mail server {server} cannot be reached or does not speak SMTP; check that it runs, and its \
                     name and port."
                );
                self.failure("courier-down", message, trouble)
            }
        }
    }

    fn not_let_in(&self, trouble: &Trouble) -> Failure {
        let server = self.server();
        match trouble {
            Trouble::Said(error) if error.is_permanent() || error.is_client() => {
                let message = format!(
                    "The mail server {server} did not accept the desk's account; check the user and the password that \
                     the configuration refers to."
                );
                self.failure("courier-login", message, trouble)
            }
            _ => self.unreachable(trouble),
        }
    }

    fn not_taken(&self, trouble: &Trouble, letter: &Letter) -> Failure {
        let server = self.server();
        match trouble {
            Trouble::Said(error) if error.is_transient() => self.deferred(trouble),
            Trouble::Said(error) if error.is_permanent() || error.is_client() => {
                let message = format!(
                    "The mail server {server} refused the message for {}: {}. Check the address in the roster, and what \
                     the server takes from the desk (size, attachments, sender).",
                    letter.to.address,
                    shown(&trouble.to_string())
                );
                self.failure("courier-refused", message, trouble)
            }
            _ => {
                let message = format!(
                    "The mail server {server} broke off before it said whether it took the message; the same message is \
                     sent again."
                );
                self.failure("courier-doubt", message, trouble)
            }
        }
    }

    fn deferred(&self, trouble: &Trouble) -> Failure {
        let message = format!(
            "The mail server {} cannot take the message now ({}); it is sent again later.",
            self.server(),
            shown(&trouble.to_string())
        );
        self.failure("courier-deferred", message, trouble)
    }
}

#[async_trait]
impl Courier for SmtpCourier {
    async fn send(&self, letter: &Letter) -> Result<Receipt, Failure> {
        let answer = self.hand_over(letter).await?;
        let said: Vec<&str> = answer.message().collect();
        Ok(Receipt(shown(&format!("smtp {}: {} {}", self.config.host, answer.code(), said.join(" ")))))
    }

    fn words(&self, letter: &Letter) -> Result<Written, Failure> {
        words(letter, &self.config.from)
    }

    fn draft(&self, language: Language, findings: &[Finding]) -> String {
        draft(language, findings)
    }

    fn domain(&self) -> &str {
        &self.domain
    }
}

/// What went wrong in one step.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("{0}")]
    Said(#[source] Error),
    #[error("no answer within {} s", .0.as_secs())]
    Silent(Duration),
}

async fn within<T>(patience: Duration, doing: impl Future<Output = Result<T, Error>>) -> Result<T, Trouble> {
    match timeout(patience, doing).await {
        Ok(done) => done.map_err(Trouble::Said),
        Err(_) => Err(Trouble::Silent(patience)),
    }
}

/// Whether the protected connection failed: TLS that cannot be read or trusted is invalid data to the socket.
fn breaks_tls(error: &Error) -> bool {
    let chain = std::iter::successors(std::error::Error::source(error), |inner| inner.source());
    let invalid = |inner: &(dyn std::error::Error + 'static)| {
        inner.downcast_ref::<std::io::Error>().is_some_and(|io| io.kind() == std::io::ErrorKind::InvalidData)
    };
    error.is_tls() || error.is_client() || chain.into_iter().any(invalid)
}

pub(crate) fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost")
        || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// What a certificate in PEM begins with; a file without one would be read as no certificates at all.
const PEM_MARK: &[u8] = b"-----BEGIN CERTIFICATE-----";

fn trust(config: &SmtpConfig) -> Result<TlsParameters, ConfigError> {
    let mut builder = TlsParameters::builder(config.host.clone());
    if let Some(pem) = &config.roots {
        let marked = pem.windows(PEM_MARK.len()).any(|window| window == PEM_MARK);
        let root = Certificate::from_pem(pem).ok().filter(|_| marked).ok_or(ConfigError::BadRoot)?;
        builder = builder.add_root_certificate(root);
    }
    builder.build().map_err(ConfigError::Trust)
}
