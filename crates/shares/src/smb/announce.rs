//! A connection that announces encryption.
//!
//! Samba lets nobody in who does not announce it where it demands encryption, and the library offers ciphers without
//! announcing. So its first message gets that one bit on its way out, and the hash over the greetings, which the keys
//! are derived from and which a server checks by them, is taken over what was really sent.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use smb2::Error;
use smb2::client::Connection;
use smb2::crypto::kdf::PreauthHasher;
use smb2::msg::header::Header;
use smb2::transport::{ReceiveProgress, TcpTransport, TransportReceive, TransportSend};
use smb2::types::flags::Capabilities;

/// Where a message says which command it is.
const COMMAND: std::ops::Range<usize> = 12..14;
/// Where the greeting says what the client can.
const CAPABILITIES: std::ops::Range<usize> = Header::SIZE + 8..Header::SIZE + 12;

/// The first message of either side.
#[derive(Debug, Default)]
struct Greetings {
    sent: Vec<u8>,
    received: Vec<u8>,
}

struct Announcing {
    inner: TcpTransport,
    greetings: Mutex<Greetings>,
}

/// One half of a connection.
struct Half(Arc<Announcing>);

impl Announcing {
    fn greetings(&self) -> std::sync::MutexGuard<'_, Greetings> {
        self.greetings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is sent in place of the first message.
    fn greeting(&self, data: &[u8]) -> Option<Vec<u8>> {
        let mut greetings = self.greetings();
        if !greetings.sent.is_empty() || data.get(COMMAND) != Some(&[0, 0]) {
            return None;
        }
        let mut greeting = data.to_vec();
        let place = greeting.get_mut(CAPABILITIES)?;
        let said = u32::from_le_bytes((&*place).try_into().ok()?);
        place.copy_from_slice(&(said | Capabilities::ENCRYPTION).to_le_bytes());
        greetings.sent.clone_from(&greeting);
        Some(greeting)
    }
}

#[async_trait]
impl TransportSend for Half {
    async fn send(&self, data: &[u8]) -> Result<(), Error> {
        let greeting = self.0.greeting(data);
        self.0.inner.send(greeting.as_deref().unwrap_or(data)).await
    }
}

#[async_trait]
impl TransportReceive for Half {
    async fn receive(&self) -> Result<Vec<u8>, Error> {
        let data = self.0.inner.receive().await?;
        let mut greetings = self.0.greetings();
        if greetings.received.is_empty() {
            greetings.received.clone_from(&data);
        }
        Ok(data)
    }

    fn receive_progress(&self) -> Option<Arc<ReceiveProgress>> {
        self.0.inner.receive_progress()
    }
}

/// Connects and greets: what comes next is the login.
pub(super) async fn greet(host: &str, port: u16, patience: Duration) -> Result<Connection, Error> {
    let address = if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
    let inner = TcpTransport::connect(address, patience).await?;
    let both = Arc::new(Announcing { inner, greetings: Mutex::default() });
    let mut connection = Connection::from_transport(
        Box::new(Half(Arc::clone(&both))),
        Box::new(Half(Arc::clone(&both))),
        host,
    );
    connection.set_response_timeout(Some(patience));
    connection.negotiate().await?;
    connection.with_preauth_hasher_mut(|hasher| {
        let greetings = both.greetings();
        *hasher = PreauthHasher::new();
        hasher.update(&greetings.sent);
        hasher.update(&greetings.received);
    });
    Ok(connection)
}
