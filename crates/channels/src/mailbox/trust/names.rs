//! The name service: where the keys of signatures and the policies of domains are asked for.

use std::net::SocketAddr;
use std::time::Duration;

use async_trait::async_trait;
use mail_auth::hickory_resolver::TokioResolver;
use mail_auth::hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts};
use mail_auth::hickory_resolver::net::runtime::TokioRuntimeProvider;
use mail_auth::hickory_resolver::net::{DnsError, NetError};
use mail_auth::hickory_resolver::proto::op::ResponseCode;
use mail_auth::hickory_resolver::proto::rr::{Name, RData};
use mail_auth::hickory_resolver::system_conf::read_system_conf;

/// How long one question to one server may take; a server is asked twice.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest text of a name.
const LONGEST: usize = 16 * 1024;

/// The name service gave no answer; it may give one later.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the name service did not answer: {0}")]
pub struct Unanswered(pub String);

/// Asks for the texts of a name.
#[async_trait]
pub trait Names: Send + Sync {
    /// The TXT records of `name`, each in one piece; empty where the name has none or does not exist.
    ///
    /// # Errors
    /// [`Unanswered`] where that could not be found out now.
    async fn txt(&self, name: &str) -> Result<Vec<Vec<u8>>, Unanswered>;
}

/// The real name service, with a memory of its answers for as long as these hold.
#[derive(Clone)]
pub struct Resolver(TokioResolver);

impl Resolver {
    /// Asks these servers, or those of the system where none are named.
    ///
    /// # Errors
    /// [`Unanswered`] where the system names no servers.
    pub fn new(servers: &[SocketAddr]) -> Result<Self, Unanswered> {
        let unusable = |error: NetError| Unanswered(error.to_string());
        let (config, mut options) = if servers.is_empty() {
            read_system_conf().map_err(unusable)?
        } else {
            let servers = servers.iter().map(server).collect();
            (ResolverConfig::from_parts(None, vec![], servers), ResolverOpts::default())
        };
        options.timeout = PATIENCE;
        options.attempts = 2;
        let builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
        builder.with_options(options).build().map(Self).map_err(unusable)
    }
}

fn server(address: &SocketAddr) -> NameServerConfig {
    let at = |mut connection: ConnectionConfig| {
        connection.port = address.port();
        connection
    };
    NameServerConfig::new(address.ip(), true, vec![at(ConnectionConfig::udp()), at(ConnectionConfig::tcp())])
}

#[async_trait]
impl Names for Resolver {
    async fn txt(&self, name: &str) -> Result<Vec<Vec<u8>>, Unanswered> {
        // A name that cannot be one has no texts, whoever is asked.
        let Ok(name) = Name::from_ascii(name) else { return Ok(vec![]) };
        match self.0.txt_lookup(name).await {
            Ok(found) => {
                let texts = found.answers().iter().filter_map(|record| match &record.data {
                    RData::TXT(text) => Some(text.txt_data.concat()),
                    _ => None,
                });
                Ok(texts.filter(|text| text.len() <= LONGEST).collect())
            }
            Err(NetError::Dns(DnsError::NoRecordsFound(none)))
                if matches!(none.response_code, ResponseCode::NXDomain | ResponseCode::NoError) =>
            {
                Ok(vec![])
            }
            Err(error) => Err(Unanswered(error.to_string())),
        }
    }
}
