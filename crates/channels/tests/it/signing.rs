//! Signs mails as servers do, with keys made here: DKIM and ARC, relaxed, written from the RFCs and not by the library
//! that verifies, so that the two can disagree.

use std::collections::HashMap;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail_auth::common::crypto::{Ed25519Key, RsaKey, Sha256 as Hash, SigningKey as _};
use mail_auth::common::headers::{Writable, Writer};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

/// An RSA key for these tests alone; making one takes longer than all of them.
const RSA: &str = include_str!("../hostile-mails/test-key.pem");

/// How one signature is made.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Sign {
    pub(crate) domain: String,
    /// `a` is an Ed25519 key, `r` an RSA key.
    pub(crate) selector: String,
    pub(crate) headers: Vec<String>,
    pub(crate) made: u64,
    pub(crate) until: Option<u64>,
    pub(crate) identity: Option<String>,
    /// Only the body as it is now, and whatever may follow (`l=`).
    pub(crate) length: bool,
    /// A seal of ARC with these results, and what it says of those before (`cv=`).
    pub(crate) seal: Option<String>,
    pub(crate) cv: Option<String>,
}

impl Default for Sign {
    fn default() -> Self {
        Self {
            domain: "example.org".into(),
            selector: "a".into(),
            headers: ["from", "to", "date", "message-id", "subject"].map(str::to_owned).into(),
            made: 1_772_438_400,
            until: None,
            identity: None,
            length: false,
            seal: None,
            cv: None,
        }
    }
}

static ED25519: LazyLock<Ed25519Key> =
    LazyLock::new(|| Ed25519Key::from_pkcs8_der(&Ed25519Key::generate_pkcs8().unwrap()).unwrap());
static RSA_DER: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let lines = RSA.lines().filter(|line| !line.starts_with('-'));
    STANDARD.decode(lines.collect::<String>()).unwrap()
});

fn rsa() -> RsaKey<Hash> {
    RsaKey::from_key_der(mail_auth_key(&RSA_DER)).unwrap()
}

fn mail_auth_key(der: &[u8]) -> rustls::pki_types::PrivateKeyDer<'_> {
    rustls::pki_types::PrivateKeyDer::Pkcs8(der.into())
}

/// What the name service says of the keys of these domains.
pub(crate) fn keys(domains: &[&str]) -> HashMap<String, Vec<Vec<u8>>> {
    let texts = [
        ("a", format!("v=DKIM1; k=ed25519; p={}", STANDARD.encode(ED25519.public_key()))),
        ("r", format!("v=DKIM1; k=rsa; p={}", STANDARD.encode(rsa().public_key()))),
        ("trial", format!("v=DKIM1; k=ed25519; t=y; p={}", STANDARD.encode(ED25519.public_key()))),
    ];
    let all = domains.iter().flat_map(|domain| {
        texts.iter().map(move |(selector, text)| {
            (format!("{selector}._domainkey.{domain}."), vec![text.clone().into_bytes()])
        })
    });
    all.collect()
}

struct Bytes<'a>(&'a [u8]);

impl Writable for Bytes<'_> {
    fn write(self, writer: &mut impl Writer) {
        writer.write(self.0);
    }
}

fn sign(selector: &str, data: &[u8]) -> String {
    let made = match selector {
        "r" => rsa().sign(Bytes(data)),
        _ => ED25519.sign(Bytes(data)),
    };
    STANDARD.encode(made.unwrap())
}

/// The mail with the signature on top of it.
pub(crate) fn signed(mail: &[u8], how: &Sign) -> Vec<u8> {
    let head = if how.seal.is_some() { sealed(mail, how) } else { dkim(mail, how) };
    [head.as_bytes(), mail].concat()
}

fn dkim(mail: &[u8], how: &Sign) -> String {
    let (fields, body) = split(mail);
    let mut value = format!("v=1; {}", common(how, &body));
    if let Some(until) = how.until {
        value += &format!("x={until}; ");
    }
    if let Some(identity) = &how.identity {
        value += &format!("i={identity}; ");
    }
    if how.length {
        value += &format!("l={}; ", body.len());
    }
    value += "b=";
    let data = format!("{}dkim-signature:{value}", covered(&fields, &how.headers));
    format!("DKIM-Signature: {value}{}\r\n", sign(&how.selector, data.as_bytes()))
}

fn common(how: &Sign, body: &[u8]) -> String {
    let kind = if how.selector == "r" { "rsa-sha256" } else { "ed25519-sha256" };
    format!(
        "a={kind}; c=relaxed/relaxed; d={}; s={}; t={}; h={}; bh={}; ",
        how.domain,
        how.selector,
        how.made,
        how.headers.join(":"),
        STANDARD.encode(Sha256::digest(body)),
    )
}

/// The next set of an ARC chain.
fn sealed(mail: &[u8], how: &Sign) -> String {
    let (fields, body) = split(mail);
    let before = |name: &'static str| fields.iter().filter(move |(found, _)| found == name).rev().cloned();
    let older: Vec<_> = before("arc-authentication-results")
        .zip(before("arc-message-signature"))
        .zip(before("arc-seal"))
        .flat_map(|((results, signature), seal)| [results, signature, seal])
        .collect();
    let at = older.len() / 3 + 1;
    let results = format!("i={at}; {}", how.seal.as_deref().unwrap_or_default());
    let mut signature = format!("i={at}; {}b=", common(how, &body));
    let data = format!("{}arc-message-signature:{signature}", covered(&fields, &how.headers));
    signature += &sign(&how.selector, data.as_bytes());
    let kind = if how.selector == "r" { "rsa-sha256" } else { "ed25519-sha256" };
    let cv = how.cv.clone().unwrap_or_else(|| if at == 1 { "none" } else { "pass" }.to_owned());
    let mut seal =
        format!("i={at}; a={kind}; t={}; cv={cv}; d={}; s={}; b=", how.made, how.domain, how.selector);
    let older: String = older.iter().map(|(name, value)| format!("{name}:{value}\r\n")).collect();
    let data = format!(
        "{older}arc-authentication-results:{}\r\narc-message-signature:{}\r\narc-seal:{seal}",
        plain(&results),
        plain(&signature)
    );
    seal += &sign(&how.selector, data.as_bytes());
    format!(
        "ARC-Seal: {seal}\r\nARC-Message-Signature: {signature}\r\nARC-Authentication-Results: {results}\r\n"
    )
}

/// The fields of these names as they are signed, the lowest of a name first.
fn covered(fields: &[(String, String)], names: &[String]) -> String {
    let mut left: Vec<&(String, String)> = fields.iter().collect();
    let mut text = String::new();
    for name in names {
        if let Some(at) = left.iter().rposition(|(found, _)| found == &name.to_lowercase()) {
            let (name, value) = left.remove(at);
            text += &format!("{name}:{value}\r\n");
        }
    }
    text
}

/// The fields, relaxed, and the body, relaxed.
fn split(mail: &[u8]) -> (Vec<(String, String)>, Vec<u8>) {
    let end = mail.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let text = String::from_utf8_lossy(&mail[..end + 2]).into_owned();
    let mut fields: Vec<(String, String)> = vec![];
    for line in text.split_terminator("\r\n") {
        match (fields.last_mut(), line.starts_with([' ', '\t'])) {
            (Some((_, value)), true) => value.push_str(line),
            _ => {
                let (name, value) = line.split_once(':').unwrap_or((line, ""));
                fields.push((name.trim().to_lowercase(), value.to_owned()));
            }
        }
    }
    let fields = fields.into_iter().map(|(name, value)| (name, plain(&value))).collect();
    let mut body = vec![];
    let mut empty = 0;
    for line in mail[end + 4..].split_inclusive(|&byte| byte == b'\n') {
        let line = relaxed(line.strip_suffix(b"\r\n").unwrap_or(line));
        if line.is_empty() {
            empty += 1;
            continue;
        }
        body.extend(b"\r\n".repeat(empty));
        body.extend(line);
        body.extend(b"\r\n");
        empty = 0;
    }
    (fields, body)
}

fn relaxed(line: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = vec![];
    for &byte in line {
        match byte {
            b' ' | b'\t' if out.last() == Some(&b' ') => {}
            b' ' | b'\t' => out.push(b' '),
            _ => out.push(byte),
        }
    }
    if out.last() == Some(&b' ') {
        out.pop();
    }
    out
}

fn plain(value: &str) -> String {
    value.split([' ', '\t']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
