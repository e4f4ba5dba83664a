//! Picking a package up: the page behind the link, and the package itself, whole or from where it broke off.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Redirect, Response};
use exeat_desk::{Download, Waits};
use exeat_domain::ledger::Actor;
use exeat_domain::pickup::{Closed, Renewal};
use exeat_domain::release::{Release, Step};
use exeat_domain::request::RequestId;
use futures_util::stream;

use super::{Shell, page as write, request_id};
use crate::app::App;
use crate::download::attachment;
use crate::error::PageError;
use crate::form::Path;
use crate::moments::Moments;
use crate::visitor::{Reads, Visitor};
use crate::words::{Words, fill};

/// Bytes that are read at once.
const BLOCK: u64 = 256 << 10;

#[derive(Template)]
#[template(path = "pickup.html")]
struct Page<'a> {
    shell: Shell<'a>,
    id: RequestId,
    secret: String,
    class: &'static str,
    standing: String,
    hint: String,
    open: bool,
    begun: bool,
    may_renew: bool,
    name: String,
    size: String,
    sha256: String,
}

/// The page. Looking at it uses nothing up.
pub(crate) async fn page(
    State(app): State<App>,
    Reads(w): Reads,
    visitor: Visitor,
    Path((id, secret)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let id = request_id(&id)?;
    let waits = app.desk().requester(visitor.actor()).pickup(id, &secret).await?;
    let shell = Shell::new(&app, w, Some(&visitor)).titled(fill(w.pickup.title, &[("id", &id)])).at("/mine");
    let moments = shell.moments();
    let (class, standing, hint) = stands(&waits, moments, w);
    write(&Page {
        id,
        secret,
        class,
        standing,
        hint,
        open: waits.open.is_ok(),
        begun: waits.pickup.begun.is_some(),
        may_renew: waits.open.is_err() && waits.may_renew,
        size: w.size(waits.package.bytes),
        sha256: waits.package.sha256.to_string(),
        name: waits.package.name,
        shell,
    })
}

fn stands(waits: &Waits, moments: Moments<'_>, w: &Words) -> (&'static str, String, String) {
    let (p, pickup) = (w.pickup, &waits.pickup);
    match (waits.open, pickup.begun) {
        (Ok(()), None) => {
            let standing = fill(p.ready, &[("when", &moments.at(pickup.until))]);
            ("clear", standing, fill(p.download_hint, &[("hours", &waits.continue_hours)]))
        }
        (Ok(()), Some(begun)) => {
            ("note", fill(p.begun, &[("when", &moments.at(begun.until))]), p.go_on_hint.to_owned())
        }
        (Err(why), _) => {
            let when = pickup.completed_at.map(|at| moments.at(at)).unwrap_or_default();
            let standing = fill(word(&p.closed, why), &[("when", &when)]);
            let hint = fill(word(&p.closed_hint, why), &[("kept", &moments.at(pickup.keep_until()))]);
            ("review", standing, hint)
        }
    }
}

/// The word for why a package is not handed over.
pub(crate) fn word(of: &'static [&'static str; 5], why: Closed) -> &'static str {
    let [theirs, used, expired, replaced, gone] = of;
    match why {
        Closed::NotTheirs => theirs,
        Closed::Used => used,
        Closed::Expired => expired,
        Closed::Replaced => replaced,
        Closed::Gone => gone,
    }
}

/// What a page of a request says of its pickup; none where it goes by mail.
pub(crate) struct Part {
    pub(crate) lines: Vec<String>,
    pub(crate) may_renew: bool,
}

impl Part {
    pub(crate) fn of(
        app: &App,
        release: &Release,
        by: Renewal,
        moments: Moments<'_>,
        w: &Words,
    ) -> Option<Self> {
        let (pickup, p) = (release.pickup.as_ref()?, w.pickup);
        let when = |phrase: &str, at| fill(phrase, &[("when", &moments.at(at))]);
        let mut lines = vec![];
        match (pickup.stands(app.now()), pickup.begun) {
            _ if matches!(release.step, Step::Package | Step::Verify | Step::Deliver) => {
                lines.push(p.sending.to_owned());
            }
            (Ok(()), Some(begun)) => lines.push(when(p.begun, begun.until)),
            (Ok(()), None) => lines.push(fill(
                p.in_mail,
                &[("when", &moments.at(pickup.made_at)), ("until", &moments.at(pickup.until))],
            )),
            (Err(why), _) => {
                let at = pickup.completed_at.unwrap_or(pickup.until);
                lines.push(when(if why == Closed::Used { p.picked_up } else { word(&p.closed, why) }, at));
            }
        }
        let kept = release.step == Step::Pickup && pickup.may_renew(by, app.now());
        if kept {
            lines.push(when(p.kept, pickup.keep_until()));
        }
        Some(Self { lines, may_renew: kept })
    }
}

/// The requester has a new link sent.
pub(crate) async fn renew(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Redirect, PageError> {
    let request = app.desk().requester(visitor.actor()).renew(request_id(&id)?).await?;
    Ok(Redirect::to(&format!("/mine/{}", request.id)))
}

/// A checker has a new link sent to the requester.
pub(crate) async fn renew_for(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Redirect, PageError> {
    let checker = app.desk().checker(visitor.actor()).await?;
    let request = checker.renew(request_id(&id)?).await?;
    Ok(Redirect::to(&format!("/requests/{}/release", request.id)))
}

/// Asking for the head alone begins no download, and is not answered.
pub(crate) async fn only_whole() -> StatusCode {
    StatusCode::METHOD_NOT_ALLOWED
}

/// The package, whole or from a place on. Its last byte uses the link up.
pub(crate) async fn package(
    State(app): State<App>,
    visitor: Visitor,
    Path((id, secret)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let id = request_id(&id)?;
    let requester = app.desk().requester(visitor.actor());
    let size = requester.pickup(id, &secret).await?.package;
    let wanted = wanted(&headers, &tag(&size.sha256.to_string()), size.bytes);
    let Download { package, bytes, from } = requester.fetch(id, &secret, wanted.unwrap_or(0)).await?;
    let going = Going {
        app: app.clone(),
        actor: visitor.actor(),
        id,
        begun: from,
        at: from,
        end: package.bytes,
        bytes: Arc::new(bytes),
    };
    let body = Body::from_stream(stream::try_unfold(going, Going::next));
    let mut response = attachment(&ascii(&package.name), "application/zip", body);
    let set = response.headers_mut();
    let text =
        |text: String| HeaderValue::from_str(&text).map_err(|error| PageError::System(error.to_string()));
    set.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    set.insert(header::CONTENT_LENGTH, HeaderValue::from(package.bytes - from));
    set.insert(header::ETAG, text(tag(&package.sha256.to_string()))?);
    if wanted == Some(from) {
        let range = format!("bytes {from}-{}/{}", package.bytes.saturating_sub(1), package.bytes);
        set.insert(header::CONTENT_RANGE, text(range)?);
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    Ok(response)
}

/// Where a download is to go on. Only what continues a download of these bytes to their end is heeded (RFC 9110, 14.2: a
/// server may ignore a range); all else gets the whole.
fn wanted(headers: &HeaderMap, tag: &str, size: u64) -> Option<u64> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let range = text(header::RANGE)?;
    if text(header::IF_RANGE).is_some_and(|known| known != tag) || range.starts_with("bytes=-") {
        return None;
    }
    let ranges = http_range_header::parse_range_header(range).ok()?.validate(size).ok()?;
    match ranges.as_slice() {
        [one] if one.end() + 1 == size => Some(*one.start()),
        _ => None,
    }
}

fn tag(sha256: &str) -> String {
    format!("\"{sha256}\"")
}

/// The name as a header can hold it in quotes.
fn ascii(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_graphic() && !"\"\\".contains(c) || c == ' ' { c } else { '_' };
    name.chars().map(plain).collect()
}

/// A download on its way.
struct Going {
    app: App,
    actor: Actor,
    id: RequestId,
    begun: u64,
    at: u64,
    end: u64,
    bytes: Arc<File>,
}

impl Going {
    async fn next(mut self) -> io::Result<Option<(Vec<u8>, Self)>> {
        if self.at >= self.end {
            return Ok(None);
        }
        let (bytes, at) = (Arc::clone(&self.bytes), self.at);
        let size = usize::try_from(BLOCK.min(self.end - self.at)).map_err(io::Error::other)?;
        let read = tokio::task::spawn_blocking(move || {
            let mut block = vec![0; size];
            bytes.read_exact_at(&mut block, at).map(|()| block)
        });
        let block = read.await.map_err(io::Error::other)??;
        self.at += block.len() as u64;
        Ok(Some((block, self)))
    }
}

impl Drop for Going {
    /// Whoever was given the last byte most likely has the package: the server asks for no more once it has handed over all that
    /// it promised, so this is known when it lets go. What was handed over may still be lost on its way; the desk keeps the
    /// package for that.
    fn drop(&mut self) {
        if self.at < self.end {
            return;
        }
        let (app, actor, id, begun) = (self.app.clone(), self.actor.clone(), self.id, self.begun);
        tokio::spawn(async move {
            if let Err(error) = app.desk().requester(actor).fetched(id, begun).await {
                tracing::error!(%id, code = error.code(), "that a package was picked up could not be written down");
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_continuation_to_the_end_is_a_range() {
        let check = |range: &str, known: Option<&str>, expected: Option<u64>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RANGE, range.parse().unwrap());
            known.map(|known| headers.insert(header::IF_RANGE, known.parse().unwrap()));
            assert_eq!(wanted(&headers, "\"abc\"", 1000), expected, "{range} {known:?}");
        };
        check("bytes=400-", None, Some(400));
        check("bytes=400-999", None, Some(400));
        check("bytes=0-", None, Some(0));
        check("bytes=400-", Some("\"abc\""), Some(400));
        for (range, known) in [
            ("bytes=400-", Some("\"other\"")),
            ("bytes=400-", Some("W/\"abc\"")),
            ("bytes=400-500", None),
            ("bytes=-1", None),
            ("bytes=1000-", None),
            ("bytes=0-9,20-", None),
            ("lines=4-", None),
            ("bytes=9-4", None),
        ] {
            check(range, known, None);
        }
        assert_eq!(wanted(&HeaderMap::new(), "\"abc\"", 1000), None);
        assert_eq!(ascii("hart \"é\"\\ EX-7.zip"), "hart ____ EX-7.zip");
    }
}
