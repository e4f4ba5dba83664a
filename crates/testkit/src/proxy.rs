//! Between a client and a server: lets everything through, or spoils what the server says from some byte on.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

/// What becomes of a connection once the server has said so many bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is closed.
    Reset,
    /// Nothing more comes through.
    Silence,
    /// Other bytes come through.
    Garbage,
}

#[derive(Debug, Default)]
struct State {
    said: u64,
    fault: Option<(Fault, u64)>,
}

/// A way to a server, which can be spoilt.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    state: Arc<Mutex<State>>,
}

impl Proxy {
    /// A way to the server on this port of this machine.
    ///
    /// # Errors
    /// Where no port is to be had.
    pub fn to(server: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, server)) else { continue };
                let shared = Arc::clone(&shared);
                if let (Ok(from), Ok(to)) = (client.try_clone(), server.try_clone()) {
                    std::thread::spawn(move || pass(from, to, None));
                    std::thread::spawn(move || pass(server, client, Some(&shared)));
                }
            }
        });
        Ok(Self { port, state })
    }

    /// Where it listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Spoils what the server says once it has said so many bytes more; none: nothing any longer.
    pub fn spoil(&self, fault: Option<(Fault, u64)>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.fault = fault.map(|(fault, after)| (fault, state.said + after));
    }

    /// How many bytes the server has said.
    #[must_use]
    pub fn said(&self) -> u64 {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).said
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, state: Option<&Mutex<State>>) {
    let mut block = [0; 16 << 10];
    while let Ok(size @ 1..) = from.read(&mut block) {
        let Some(bytes) = block.get_mut(..size) else { break };
        let said = state.map_or(Some(size), |state| heard(bytes, state));
        let Some(clean) = said else { break };
        if bytes.get(..clean).is_none_or(|bytes| to.write_all(bytes).is_err()) {
            break;
        }
    }
    drop((from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both)));
}

/// How many of the bytes come through; none where the connection ends.
fn heard(bytes: &mut [u8], state: &Mutex<State>) -> Option<usize> {
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    let before = state.said;
    state.said += bytes.len() as u64;
    let Some((fault, from)) = state.fault.filter(|(_, from)| *from < state.said) else {
        return Some(bytes.len());
    };
    let clean = usize::try_from(from.saturating_sub(before)).unwrap_or(bytes.len());
    match fault {
        Fault::Reset => None,
        Fault::Silence => Some(clean),
        Fault::Garbage => {
            bytes.iter_mut().skip(clean).for_each(|byte| *byte = byte.wrapping_mul(31).wrapping_add(7));
            Some(bytes.len())
        }
    }
}
