//! The files of the pages: in the program itself, named by what they hold, and no others.

use std::fmt::Write as _;

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::Embed;

use crate::error::PageError;

#[derive(Embed)]
#[folder = "assets/"]
struct Assets;

/// The address of an asset; it changes with what the asset holds.
pub(crate) fn address(name: &str) -> String {
    let mut address = format!("/assets/{name}");
    if let Some(asset) = Assets::get(name) {
        let _ = write!(address, "?v={}", tag(&asset));
    }
    address
}

fn tag(asset: &rust_embed::EmbeddedFile) -> String {
    asset.metadata.sha256_hash()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

fn kind(name: &str) -> Option<&'static str> {
    match name.rsplit_once('.')?.1 {
        "css" => Some("text/css; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        _ => None,
    }
}

/// One asset.
pub(crate) async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, PageError> {
    let (Some(asset), Some(kind)) = (Assets::get(&name), kind(&name)) else {
        return Err(PageError::NotFound);
    };
    let tag = format!("\"{}\"", tag(&asset));
    let same = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut response =
        if same { StatusCode::NOT_MODIFIED.into_response() } else { asset.data.into_response() };
    let set = response.headers_mut();
    set.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    set.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        set.insert(header::ETAG, tag);
    }
    Ok(response)
}
