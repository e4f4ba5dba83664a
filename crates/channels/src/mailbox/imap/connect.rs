//! Reaching the mailbox: the connection, its protection, and being let in.

use std::fmt::{self, Display};
use std::sync::Arc;
use std::time::Duration;

use async_imap::error::Error;
use async_imap::{Authenticator, Client, Session};
use exeat_desk::ports::{Failure, Port};
use exeat_domain::path::shown;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::{ImapConfig, ImapError, Proof};
use crate::smtp::Tls;

/// A connection, protected or not.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send + fmt::Debug {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send + fmt::Debug> Stream for T {}

/// A session with the server.
pub(super) type Open = Session<Box<dyn Stream>>;

/// How the mailbox is reached.
#[derive(Clone)]
pub(super) struct Way {
    pub(super) config: ImapConfig,
    trust: Option<(TlsConnector, ServerName<'static>)>,
}

impl Way {
    /// # Errors
    /// [`ImapError`] where it would be read across a network in the open, or a name or certificate is unusable.
    pub(super) fn new(config: ImapConfig) -> Result<Self, ImapError> {
        config.check()?;
        let trust = match config.tls {
            Tls::None => None,
            Tls::Starttls | Tls::Tls => {
                let bare = config.host.trim_start_matches('[').trim_end_matches(']').to_owned();
                let name = ServerName::try_from(bare).map_err(|_| ImapError::Host(config.host.clone()))?;
                Some((connector(config.roots.as_deref())?, name))
            }
        };
        Ok(Self { config, trust })
    }

    /// Connects, and logs in.
    pub(super) async fn open(&self) -> Result<Open, Failure> {
        let secret = match &self.config.proof {
            Proof::Password(secret) | Proof::Token(secret) => secret()?,
        };
        let client = self.step(self.connect()).await.map_err(|trouble| self.unreachable(&trouble))?;
        self.step(self.let_in(client, secret)).await.map_err(|trouble| self.not_let_in(&trouble))
    }

    async fn connect(&self) -> Result<Client<Box<dyn Stream>>, Error> {
        let ImapConfig { host, port, tls, .. } = &self.config;
        let stream = TcpStream::connect((host.trim_matches(['[', ']']), *port)).await?;
        stream.set_nodelay(true)?;
        match (tls, &self.trust) {
            (Tls::Tls, Some((connector, name))) => {
                let stream = connector.connect(name.clone(), stream).await?;
                greeted(Client::new(Box::new(stream))).await
            }
            (Tls::Starttls, Some((connector, name))) => {
                let mut client = greeted(Client::new(Box::new(stream) as Box<dyn Stream>)).await?;
                client.run_command_and_check_ok("STARTTLS", None).await?;
                let stream = connector.connect(name.clone(), client.into_inner()).await?;
                Ok(Client::new(Box::new(stream)))
            }
            _ => greeted(Client::new(Box::new(stream))).await,
        }
    }

    async fn let_in(&self, client: Client<Box<dyn Stream>>, secret: SecretString) -> Result<Open, Error> {
        let user = &self.config.user;
        let done = match &self.config.proof {
            Proof::Password(_) => client.login(user, secret.expose_secret()).await,
            Proof::Token(_) => client.authenticate("XOAUTH2", Bearer::of(user, &secret)).await,
        };
        done.map_err(|(error, _)| error)
    }

    /// One step of the conversation, which may not take longer than the server may be silent.
    pub(super) async fn step<T>(&self, doing: impl Future<Output = Result<T, Error>>) -> Result<T, Trouble> {
        within(self.config.timeout, doing).await
    }

    pub(super) fn server(&self) -> String {
        format!("{}:{}", self.config.host, self.config.port)
    }

    fn failure(&self, code: &'static str, message: String, trouble: &Trouble) -> Failure {
        Failure::new(Port::Door, code, message, format!("imap {}: {trouble}", self.server()))
    }

    fn unreachable(&self, trouble: &Trouble) -> Failure {
        let server = self.server();
        if self.trust.is_some() && trouble.breaks_tls() {
            let message = format!(
                "The mailbox's server {server} did not agree to a protected connection; check its certificate, the \
                 trusted roots and the port in the configuration."
            );
            return self.failure("mailbox-tls", message, trouble);
        }
        let message = format!(
            "The mailbox's server {server} cannot be reached or does not speak IMAP; check that it runs, and its name \
             and port."
        );
        self.failure("mailbox-down", message, trouble)
    }

    fn not_let_in(&self, trouble: &Trouble) -> Failure {
        let Trouble::Said(Error::No(_) | Error::Bad(_) | Error::Validate(_)) = trouble else {
            return self.unreachable(trouble);
        };
        let message = format!(
            "The mailbox's server {} did not let {} in; check the account and the secret that the configuration refers \
             to.",
            self.server(),
            self.config.user
        );
        self.failure("mailbox-login", message, trouble)
    }

    /// What went wrong after the desk was let in.
    pub(super) fn broken(&self, trouble: &Trouble) -> Failure {
        let server = self.server();
        match trouble {
            Trouble::Said(Error::No(said) | Error::Bad(said)) => {
                let message = format!(
                    "The mailbox's server {server} refused a step ({}); see that the account may read, make and move \
                     into its folders.",
                    shown(said)
                );
                self.failure("mailbox-refused", message, trouble)
            }
            _ => {
                let message = format!(
                    "The mailbox's server {server} broke off or answered what is no IMAP; what was not taken in is \
                     still there and is read again."
                );
                self.failure("mailbox-broken", message, trouble)
            }
        }
    }
}

/// Waits for the server's first words.
async fn greeted(mut client: Client<Box<dyn Stream>>) -> Result<Client<Box<dyn Stream>>, Error> {
    match client.read_response().await? {
        Some(_) => Ok(client),
        None => Err(Error::ConnectionLost),
    }
}

/// What is said to prove an access token, once; to a server that says why it is refused, nothing.
struct Bearer(Option<SecretString>);

impl Bearer {
    fn of(user: &str, token: &SecretString) -> Self {
        Self(Some(format!("user={user}\x01auth=Bearer {}\x01\x01", token.expose_secret()).into()))
    }
}

impl Authenticator for Bearer {
    type Response = String;

    fn process(&mut self, _: &[u8]) -> String {
        self.0.take().map(|said| said.expose_secret().to_owned()).unwrap_or_default()
    }
}

/// What went wrong in one step.
#[derive(Debug)]
pub(super) enum Trouble {
    Said(Error),
    Silent(Duration),
}

impl Trouble {
    /// Whether the protected connection failed: TLS that cannot be read or trusted is invalid data to the socket.
    fn breaks_tls(&self) -> bool {
        matches!(self, Self::Said(Error::Io(error)) if error.kind() == std::io::ErrorKind::InvalidData)
    }
}

impl Display for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Said(error) => write!(out, "{}", shown(&error.to_string())),
            Self::Silent(patience) => write!(out, "no answer within {} s", patience.as_secs()),
        }
    }
}

/// Does something for so long at most.
pub(super) async fn within<T>(
    patience: Duration,
    doing: impl Future<Output = Result<T, Error>>,
) -> Result<T, Trouble> {
    match timeout(patience, doing).await {
        Ok(done) => done.map_err(Trouble::Said),
        Err(_) => Err(Trouble::Silent(patience)),
    }
}

fn connector(own: Option<&[u8]>) -> Result<TlsConnector, ImapError> {
    Ok(TlsConnector::from(Arc::new(client_config(own)?)))
}

/// TLS that trusts whom this machine trusts, and the site's own authorities.
///
/// # Errors
/// [`ImapError`] where nobody is trusted, or a certificate is none.
pub(crate) fn client_config(own: Option<&[u8]>) -> Result<ClientConfig, ImapError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(pem) = own {
        let read: Vec<CertificateDer<'static>> =
            CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(|_| ImapError::BadRoot)?;
        if read.is_empty() {
            return Err(ImapError::BadRoot);
        }
        for root in read {
            roots.add(root).map_err(|_| ImapError::BadRoot)?;
        }
    }
    if roots.is_empty() {
        return Err(ImapError::NoRoots);
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ImapError::Trust(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}
