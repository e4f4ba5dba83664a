//! `[server]`: a desk elsewhere. A file that holds nothing else is enough for a machine without a desk of its own.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ureq::http::Uri;

use super::{ConfigError, Secret};

/// `[server]`
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServerSection {
    /// Where it is, such as `https://exeat.example.org`.
    pub(crate) url: String,
    /// The token that says who you are.
    #[serde(default = "usual")]
    pub(crate) token: Secret,
}

fn usual() -> Secret {
    Secret::Env("EXEAT_TOKEN".to_owned())
}

/// A file for a machine without a desk.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Alone {
    server: ServerSection,
}

impl ServerSection {
    /// A desk at this address.
    pub(crate) fn at(url: String, token: Option<Secret>) -> Self {
        Self { url, token: token.unwrap_or_else(usual) }
    }

    /// What the configuration says of a desk elsewhere, and the folder that its references start from; none where there is
    /// no configuration, or it names none.
    ///
    /// # Errors
    /// [`ConfigError`] where it is not understood.
    pub(crate) fn of(config: Option<&PathBuf>) -> Result<Option<(Self, PathBuf)>, ConfigError> {
        let file = super::file(config.cloned());
        let Ok(text) = std::fs::read_to_string(&file) else { return Ok(None) };
        let Ok(table) = text.parse::<toml::Table>() else { return Ok(None) };
        if !table.contains_key("server") {
            return Ok(None);
        }
        let section = if table.contains_key("desk") {
            super::load(&file)?.config.server
        } else {
            let alone = toml::from_str::<Alone>(&text);
            let wrong = |error: toml::de::Error| ConfigError::Wrong(file.clone(), error.message().to_owned());
            Some(alone.map_err(wrong)?.server)
        };
        let base = file.parent().unwrap_or(Path::new(".")).to_owned();
        Ok(section.map(|section| (section, base)))
    }
}

/// Whether the address is one with TLS; without, only this machine's own will do.
pub(crate) fn secure(url: &str) -> Result<bool, &'static str> {
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

#[cfg(test)]
mod tests {
    use super::secure;

    #[test]
    fn a_token_goes_over_tls_or_stays_on_this_machine() {
        for (url, tls) in [
            ("https://exeat.example.org", true),
            ("https://exeat.example.org:8443/", true),
            ("http://127.0.0.1:8417", false),
            ("http://[::1]:8417", false),
            ("http://localhost:8417", false),
        ] {
            assert_eq!(secure(url), Ok(tls), "{url}");
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
            assert!(secure(url).is_err(), "{url}");
        }
    }
}
