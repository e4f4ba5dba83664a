//! `[mailbox.trust]`: what proves to this site who sent a mail.

use std::net::SocketAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `[mailbox.trust]`: what proves who sent a mail, beside an aligned DKIM signature, which always does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TrustConfig {
    /// The names by which the site's own mail servers sign their Authentication-Results, such as `mx.example.org`. They
    /// count above the topmost Received line only, and must say `dmarc=pass` and an aligned `dkim=pass`.
    pub authserv_ids: Vec<String>,
    /// Domains of servers that forward mail and vouch for it (ARC), such as the institute's lists.
    pub arc_sealers: Vec<String>,
    /// A header field that the site's mail server sets, and removes from all that comes from outside.
    pub site_header: Option<SiteHeader>,
    /// Whether every mail must have a Return-Path; off only where the server does not write one.
    pub return_path: bool,
    /// Mails whose date is older, in days, are kept aside: an old mail may have been sent again by another.
    pub oldest_days: u16,
    /// The name servers to ask for keys, such as `192.0.2.53:53`; without them, those of the system.
    pub name_servers: Vec<SocketAddr>,
}

/// `[mailbox.trust.site_header]`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SiteHeader {
    /// The field's name, such as `X-MS-Exchange-Organization-AuthAs`.
    pub name: String,
    /// The whole value that proves it, such as `Internal`; `{from}` stands for the address under From.
    pub value: String,
    /// The domains for whose addresses it counts; never all.
    pub domains: Vec<String>,
}

impl Default for TrustConfig {
    fn default() -> Self {
        Self {
            authserv_ids: vec![],
            arc_sealers: vec![],
            site_header: None,
            return_path: true,
            oldest_days: 14,
            name_servers: vec![],
        }
    }
}

impl TrustConfig {
    /// Whether the section can hold.
    ///
    /// # Errors
    /// A sentence that names the key that does not hold, below `mailbox.trust`.
    pub fn vet(&self) -> Result<(), String> {
        let listed = [("authserv_ids", &self.authserv_ids), ("arc_sealers", &self.arc_sealers)];
        for (key, names) in listed {
            if let Some(name) = names.iter().find(|name| !is_domain(name)) {
                return Err(format!("{key} has {name:?}: it must be a domain, such as mx.example.org"));
            }
        }
        if self.oldest_days == 0 {
            return Err("oldest_days is 0: no mail would be new enough".to_owned());
        }
        self.site_header.as_ref().map_or(Ok(()), SiteHeader::vet)
    }
}

impl SiteHeader {
    fn vet(&self) -> Result<(), String> {
        let name = !self.name.is_empty()
            && self.name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if !name || from_outside(&self.name) {
            return Err(format!(
                "site_header.name is {:?}: it must be a field of the site's own, which nobody else writes",
                self.name
            ));
        }
        if self.value.trim().is_empty() || self.value.trim() != self.value {
            return Err("site_header.value is empty or begins or ends with a space".to_owned());
        }
        if self.domains.is_empty() || !self.domains.iter().all(|domain| is_domain(domain)) {
            return Err("site_header.domains must list the domains for whose addresses it counts".to_owned());
        }
        Ok(())
    }
}

/// Whether senders themselves write this field, so that it can prove nothing.
fn from_outside(name: &str) -> bool {
    const WRITTEN: [&str; 12] = [
        "From",
        "Sender",
        "Reply-To",
        "To",
        "Cc",
        "Subject",
        "Date",
        "Message-ID",
        "Received",
        "Return-Path",
        "Authentication-Results",
        "DKIM-Signature",
    ];
    WRITTEN.iter().any(|written| written.eq_ignore_ascii_case(name))
}

/// A domain as the name service knows it: labels of letters, digits and hyphens, two at least.
pub(super) fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vet(text: &str) -> Result<(), String> {
        toml::from_str::<TrustConfig>(text).map_err(|error| error.message().to_owned())?.vet()
    }

    #[test]
    fn a_section_that_could_trust_anyone_is_refused() {
        assert_eq!(vet(""), Ok(()));
        let header = |rest: &str| vet(&format!("[site_header]\n{rest}"));
        assert_eq!(header("name = \"X-Own\"\nvalue = \"yes\"\ndomains = [\"example.org\"]"), Ok(()));
        for (wrong, key) in [
            (header("name = \"X-Own\"\nvalue = \"yes\"\ndomains = []"), "site_header.domains"),
            (header("name = \"X-Own\"\nvalue = \"yes\""), "domains"),
            (header("name = \"From\"\nvalue = \"yes\"\ndomains = [\"example.org\"]"), "site_header.name"),
            (header("name = \"X-Own\"\nvalue = \" \"\ndomains = [\"example.org\"]"), "site_header.value"),
            (vet("authserv_ids = [\"*\"]"), "authserv_ids"),
            (vet("arc_sealers = [\"org\"]"), "arc_sealers"),
            (vet("oldest_days = 0"), "oldest_days"),
            (vet("trust_all = true"), "trust_all"),
        ] {
            assert!(wrong.as_ref().is_err_and(|words| words.contains(key)), "{key}: {wrong:?}");
        }
    }
}
