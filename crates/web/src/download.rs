//! Files that are written while they are sent: a long one takes no more memory than a short one.

use std::io;

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use crate::error::PageError;
use crate::security::CSP_NOTHING;

/// What comes next of a file.
enum Part<S> {
    Ready(Vec<u8>, Option<S>),
    Due(S),
    End,
}

/// A part of a file, and where to go on.
pub(crate) type Step<S> = Result<(Vec<u8>, Option<S>), PageError>;

/// A file to keep. Its first part is there already, so that what fails at once is still told by a page.
pub(crate) fn download<S, F, T>(
    name: &str,
    kind: &'static str,
    first: (Vec<u8>, Option<S>),
    step: F,
) -> Response
where
    S: Send + 'static,
    F: Fn(S) -> T + Clone + Send + 'static,
    T: Future<Output = Step<S>> + Send,
{
    let parts = stream::try_unfold(Part::Ready(first.0, first.1), move |part| {
        let step = step.clone();
        async move {
            let (bytes, next) = match part {
                Part::Ready(bytes, next) => (bytes, next),
                Part::Due(from) => step(from).await.map_err(|error| {
                    tracing::error!(code = error.code(), "a download was cut off");
                    io::Error::other(error.code().to_owned())
                })?,
                Part::End => return Ok::<_, io::Error>(None),
            };
            Ok(Some((bytes, next.map_or(Part::End, Part::Due))))
        }
    });
    attachment(name, kind, Body::from_stream(parts))
}

/// A file to keep.
pub(crate) fn attachment(name: &str, kind: &'static str, body: Body) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CSP_NOTHING));
    // The names are ours: letters, digits, a hyphen and a dot.
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}
