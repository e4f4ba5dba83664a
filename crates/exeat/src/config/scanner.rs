//! `[scanner]`: a virus scanner that looks at every sealed file.

use std::net::SocketAddr;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[scanner]`: ClamAV's `clamd`. Without it no file is scanned.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScannerSection {
    /// The socket that it listens at: `/run/clamav/clamd.ctl`.
    #[serde(default)]
    pub(crate) socket: Option<PathBuf>,
    /// Or an address of this machine: `127.0.0.1:3310`.
    #[serde(default)]
    pub(crate) address: Option<SocketAddr>,
    /// Larger files are not scanned, in MiB, and stay undecided: at most its `StreamMaxLength`.
    #[serde(default = "largest")]
    pub(crate) largest: u64,
    /// Seconds that one file may take.
    #[serde(default = "timeout")]
    pub(crate) timeout: u64,
}

const fn largest() -> u64 {
    100
}

const fn timeout() -> u64 {
    120
}

impl ScannerSection {
    /// Sees that it makes sense.
    pub(super) fn vet(&self) -> Result<(), String> {
        match (&self.socket, &self.address) {
            (Some(_), None) => {}
            (None, Some(address)) if address.ip().is_loopback() => {}
            (None, Some(_)) => {
                return Err(
                    "clamd knows no TLS, so what goes to another machine could be read on the way: give an \
                            address of this machine, or its socket"
                        .to_owned(),
                );
            }
            _ => return Err("give either socket or address".to_owned()),
        }
        if !(1..=3600).contains(&self.timeout) || !(1..=4000).contains(&self.largest) {
            return Err("give 1 to 3600 seconds for timeout, and 1 to 4000 MiB for largest".to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_place_on_this_machine() {
        let vetted = |text: &str| toml::from_str::<ScannerSection>(text).unwrap().vet();
        for good in
            ["socket = \"/run/clamav/clamd.ctl\"", "address = \"127.0.0.1:3310\"", "address = \"[::1]:3310\""]
        {
            assert_eq!(vetted(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "address = \"192.0.2.1:3310\"",
            "socket = \"/s\"\naddress = \"127.0.0.1:3310\"",
            "socket = \"/s\"\ntimeout = 0",
            "socket = \"/s\"\nlargest = 5000",
        ] {
            assert!(vetted(bad).is_err(), "{bad}");
        }
    }
}
