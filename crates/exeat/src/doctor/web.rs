//! Trying the web desk that is here, and the desk elsewhere that the command line works with.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use exeat_desk::ports::{Connection, Probe, Sign};
use ureq::Agent;

use super::here::beside;
use crate::config::{HeaderSection, ServerSection, WebSection};
use crate::desks;

/// How long the web desk may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(5);
/// What it says then, and the most that is read of what another says.
const THERE: &str = "ok\n";
const LONGEST: u64 = 1024;

/// The web desk of this configuration.
struct Here(WebSection);

/// A desk elsewhere, and the folder that its references start from.
struct Elsewhere(ServerSection, PathBuf);

/// The web desk of this section.
pub(super) fn here(section: WebSection) -> Connection {
    Connection { name: "web", place: section.address.to_string(), probe: Arc::new(Here(section)) }
}

/// The desk elsewhere of this section.
pub(super) fn elsewhere(server: ServerSection, base: PathBuf) -> Connection {
    Connection { name: "server", place: server.url.clone(), probe: Arc::new(Elsewhere(server, base)) }
}

#[async_trait]
impl Probe for Here {
    async fn probe(&self) -> Vec<Sign> {
        let address = self.0.address;
        if let Err(why) = self.0.settings("") {
            return vec![Sign::broken(why, "Mend that in the configuration, or what it refers to.")];
        }
        let heard = beside(move || Ok(knock(address))).await;
        let mut signs = vec![protected(&self.0.public_url), heard.unwrap_or_else(|sign| sign)];
        signs.extend(self.0.header.as_ref().map(believed));
        signs
    }
}

/// Whose word on who is there counts.
fn believed(header: &HeaderSection) -> Sign {
    let from = header.from.iter().map(IpAddr::to_string).collect::<Vec<_>>().join(", ");
    if header.from.iter().any(|from| from.to_canonical().is_loopback()) {
        Sign::warning(
            format!("Every program on this machine can say in {} who is there.", header.name),
            "Let nobody else use this machine, or put the proxy on another and list its address.",
        )
    } else {
        Sign::fine(format!("The proxy at {from} says in {} who is there.", header.name))
    }
}

/// Whether people reach it under TLS.
fn protected(url: &str) -> Sign {
    let host = url.split_once("://").map_or(url, |(_, host)| host);
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name).trim_matches(['[', ']']);
    let own = name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    if url.starts_with("https://") {
        Sign::fine(format!("People reach it over TLS, at {url}."))
    } else if own {
        Sign::fine(format!("People reach it from this machine only, at {url}."))
    } else {
        Sign::warning(
            format!("People reach it without TLS, at {url}: passwords can be read on the way."),
            "Put a reverse proxy with a certificate before it, and write https:// into web.public_url.",
        )
    }
}

/// Who answers at its address.
fn knock(address: SocketAddr) -> Sign {
    let config = Agent::config_builder().http_status_as_error(false).max_redirects(0).proxy(None);
    let agent = config.timeout_global(Some(PATIENCE)).build().new_agent();
    match agent.get(format!("http://{}/health", reachable(address))).call() {
        Err(error) => Sign::warning(format!("Nothing answers at {address}."), "Start the desk: exeat serve.")
            .because(error),
        Ok(mut answer) => match answer.body_mut().with_config().limit(LONGEST).read_to_string() {
            Ok(said) if said == THERE => Sign::fine(format!("It answers at {address}.")),
            _ => Sign::broken(
                format!("Something else than the web desk answers at {address}."),
                "End that program, or choose another web.address.",
            ),
        },
    }
}

/// Where what listens at every address can be reached.
fn reachable(address: SocketAddr) -> SocketAddr {
    let own: IpAddr = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(own, address.port())
}

#[async_trait]
impl Probe for Elsewhere {
    async fn probe(&self) -> Vec<Sign> {
        let (server, base) = (self.0.clone(), self.1.clone());
        let known = beside(move || {
            desks::knock(&server, &base).map_err(|failed| {
                Sign::broken(failed.message, "Mend server.url and server.token, or make a new token there.")
            })
        });
        vec![known.await.map_or_else(
            |sign| sign,
            |account| Sign::fine(format!("It answers, and knows the token as one of {account}.")),
        )]
    }
}

#[cfg(test)]
mod tests {
    use exeat_desk::ports::Health;

    use super::*;

    #[test]
    fn an_address_without_tls_is_for_this_machine_alone() {
        for (url, health) in [
            ("https://exeat.example.org", Health::Fine),
            ("http://127.0.0.1:8417", Health::Fine),
            ("http://[::1]:8417", Health::Fine),
            ("http://localhost", Health::Fine),
            ("http://exeat.example.org", Health::Warning),
            ("http://127.0.0.1.example.org:80", Health::Warning),
        ] {
            assert_eq!(protected(url).health, health, "{url}");
        }
    }

    #[test]
    fn what_listens_everywhere_is_knocked_at_here() {
        for (listens, knocks) in
            [("0.0.0.0:80", "127.0.0.1:80"), ("[::]:80", "[::1]:80"), ("192.0.2.1:80", "192.0.2.1:80")]
        {
            assert_eq!(reachable(listens.parse().unwrap()), knocks.parse().unwrap());
        }
    }
}
