//! Who a reverse proxy says is there: believed of listed addresses alone, and only where it is one plain name.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName};

/// The longest name, in bytes.
const LONGEST: usize = 200;

/// A header in which a reverse proxy says who it let in, as at sites with Kerberos.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyHeader {
    /// Its name, such as `x-remote-user`. The proxy must remove what a visitor sends under it.
    pub name: HeaderName,
    /// The proxies' own addresses, from which it is believed. From everywhere else it is as if it were not there.
    pub from: Vec<IpAddr>,
    /// The realm that names may end in, without its `@`; other realms are nobody's. Without it no name has one.
    pub realm: Option<String>,
}

/// What the proxy says of one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Vouched {
    /// Nothing that counts.
    Nothing,
    /// Something that is no plain name, or more than one: somebody else may have written it.
    Odd,
    /// This account.
    Account(String),
}

impl Vouched {
    /// What is said from `peer`, which is the other end of the connection itself.
    pub(crate) fn of(header: Option<&ProxyHeader>, peer: Option<IpAddr>, headers: &HeaderMap) -> Self {
        let Some((header, peer)) = header.zip(peer) else { return Self::Nothing };
        if !header.from.iter().any(|from| from.to_canonical() == peer.to_canonical()) {
            return Self::Nothing;
        }
        let mut said = headers.get_all(&header.name).iter();
        match (said.next(), said.next()) {
            (None, _) => Self::Nothing,
            (Some(one), None) => one
                .to_str()
                .ok()
                .and_then(|name| plain(name, header.realm.as_deref()))
                .map_or(Self::Odd, |name| Self::Account(name.to_owned())),
            (Some(_), Some(_)) => Self::Odd,
        }
    }
}

/// The account's name without the site's realm; nothing where it is not one plain name.
fn plain<'a>(name: &'a str, realm: Option<&str>) -> Option<&'a str> {
    let name = match (name.rsplit_once('@'), realm) {
        (Some((name, of)), Some(realm)) => of.eq_ignore_ascii_case(realm).then_some(name)?,
        _ => name,
    };
    let fits = !name.is_empty()
        && name.len() <= LONGEST
        && !name.contains(['@', ',', ';', '\\', '/', '"', '='])
        && !name.chars().any(|c| c.is_whitespace() || c.is_control());
    fits.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(realm: Option<&str>, peer: &str, values: &[&str]) -> Vouched {
        let header = ProxyHeader {
            name: HeaderName::from_static("x-remote-user"),
            from: vec!["192.0.2.7".parse().unwrap()],
            realm: realm.map(str::to_owned),
        };
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append("x-remote-user", axum::http::HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        Vouched::of(Some(&header), Some(peer.parse().unwrap()), &headers)
    }

    #[test]
    fn one_plain_name_from_a_listed_address_and_nothing_else() {
        let ann = || Vouched::Account("ann_P".into());
        assert_eq!(said(None, "192.0.2.7", &["ann_P"]), ann());
        assert_eq!(said(None, "::ffff:192.0.2.7", &["ann_P"]), ann());
        assert_eq!(said(Some("EXAMPLE.ORG"), "192.0.2.7", &["ann_P@example.org"]), ann());
        assert_eq!(said(Some("EXAMPLE.ORG"), "192.0.2.7", &["ann_P"]), ann());
        assert_eq!(said(None, "192.0.2.8", &["ann_P"]), Vouched::Nothing);
        assert_eq!(said(None, "127.0.0.1", &["ann_P"]), Vouched::Nothing);
        assert_eq!(said(None, "192.0.2.7", &[]), Vouched::Nothing);
        for odd in [
            &["ann_P", "cleo"][..],
            &["ann_P", "ann_P"],
            &[""],
            &["ann_P, cleo"],
            &["ann_P@example.org"],
            &["EXAMPLE\\ann_P"],
            &["ann P"],
            &["CN=ann_P"],
            &["ann\u{e9}"],
            &["(null)\t"],
            &[&"a".repeat(201)],
        ] {
            assert_eq!(said(None, "192.0.2.7", odd), Vouched::Odd, "{odd:?}");
        }
        for odd in ["ann_P@evil.example", "ann_P@evil.example@example.org", "@example.org"] {
            assert_eq!(said(Some("EXAMPLE.ORG"), "192.0.2.7", &[odd]), Vouched::Odd, "{odd}");
        }
        assert_eq!(
            Vouched::of(None, Some("192.0.2.7".parse().unwrap()), &HeaderMap::new()),
            Vouched::Nothing
        );
    }
}
